"""float32 by few divisions (csrc/math/few_divisions.h): right whatever the neighbours of a number are.

One division serves four vectors, so that a lane sees the others in its last bits: that every input was right once,
among some neighbours, would prove nothing. So the inputs that are worked in this way are tried twice more, with every
inverse as much too large, and as much too small, as five roundings can make it. Where both ends give the right float32,
so does what lies between, since results rise or fall with the inverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from proof import hashes
from proof.build import CSRC, build, build_few_divisions
from proof.sweeps import in_parallel
from pysigmoid import _core

ROWS = re.findall(r"^ +ROW\(1, \d, (\w+)\)", (CSRC / "kernels" / "few_divisions.h").read_text(), re.MULTILINE)

# (1 + u)^3 / (1 - u)^2 - 1 in units of u = 2^-53, and a little more: two of the five roundings are in the divisor
LARGEST_ERROR = 5.02

# Blocks of 65,536 bit patterns: 0x1.26p-10 <= |x| < 0x1.26p+6, of both signs, is what `v_all_moderate` lets pass.
MODERATE = ((0x3A93, 0x4293), (0xBA93, 0xC293))


def check(folder: Path, step: int, names: Iterable[str] = ROWS) -> list[str]:
    """As they are in every step-th block; and with the largest error, wherever that plays a part."""
    if "avx2" not in _core.isa_available:
        print("no AVX2 here: float32 by few divisions is not checked")
        return []
    runner = [str(build_few_divisions(folder / "as-it-is"))]
    wrong = hashes.check(runner, ["avx2"], step, list(names), ["float32"])
    wrong += differences(folder, LARGEST_ERROR, 1, names) + differences(folder, -LARGEST_ERROR, 1, names)
    return [f"by few divisions: {line}" for line in wrong]


def differences(folder: Path, error: float, step: int, names: Iterable[str] = ROWS) -> list[str]:
    """Functions whose moderate outputs are others than those of the kernels that divide for each vector."""
    programs = build(folder / "native"), build_few_divisions(folder / str(error), error)
    words = [
        ["hash", "avx2", name, "float32", str(step), str(begin), str(end)] for name in names for begin, end in MODERATE
    ]
    expected, found = (
        in_parallel([[str(program), *each] for each in words], f"few divisions, {error:+}") for program in programs
    )
    return [
        f"{each[2]} differs in blocks {each[5]} to {each[6]} where inverses are {error:+} * 2^-53 off"
        for each, want, got in zip(words, expected, found, strict=True)
        if want != got
    ]
