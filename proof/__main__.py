"""python -m proof check | record [hashes | worst]: every function over whole input spaces.

check, for each instruction set this machine runs: the hash of all outputs (every float32, float16 and bfloat16 for
functions of one argument, 16.7 million pseudo-random inputs for the rest) equals the committed one; float32 results
are correctly rounded, or keep their bound, at every input; the rest keeps its bound at ten million inputs. With a cross
compiler and an emulator, the hashes of every 64th block of inputs for aarch64. The threads run without a report from
ThreadSanitizer.

record writes hashes.json anew, from the portable kernels, and worst.json, the worst errors found, whose table it prints
for README: after a deliberate change of bits only.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from proof import accuracy, exact, hashes, races
from proof.build import build
from pysigmoid import _core

EMULATED = ("aarch64-linux-gnu-gcc", "qemu-aarch64", "neon")


def check_errors(runner: list[str]) -> tuple[list[str], accuracy.Table]:
    """All instruction sets have the same hashes; one of them against the reference proves them all."""
    wrong, worst_inputs = [], {}
    for name in exact.EXACT:
        found, worst_inputs[name] = exact.check(runner, _core.isa, name)
        wrong += found
    violations, table = accuracy.check(worst_inputs)
    print(accuracy.markdown(table))
    return wrong + violations, table


def check_native(folder: Path) -> list[str]:
    runner = [str(build(folder / "native"))]
    wrong = []
    for isa in _core.isa_available:
        wrong += hashes.check(runner, isa, 1)
    return wrong + check_errors(runner)[0]


def check_emulated(folder: Path) -> list[str]:
    compiler, emulator, isa = EMULATED
    if not (shutil.which(compiler) and shutil.which(emulator)):
        print(f"no {compiler} or {emulator} here: {isa} is not checked")
        return []
    runner = [emulator, str(build(folder / isa, compiler, "-static"))]
    return hashes.check(runner, isa, 64)


def record(folder: Path, parts: list[str]) -> list[str]:
    runner = [str(build(folder / "native"))]
    wrong: list[str] = []
    if "hashes" in parts:
        hashes.record(runner)
    if "worst" in parts:
        wrong, table = check_errors(runner)
        accuracy.record(table)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proof", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check")
    actions.add_parser("record").add_argument("part", nargs="?", choices=("hashes", "worst"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.action == "record":
            wrong = record(Path(folder), [options.part] if options.part else ["hashes", "worst"])
        else:
            wrong = races.check(Path(folder)) + check_native(Path(folder)) + check_emulated(Path(folder))
    print("\n".join(wrong) or "every output is as proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
