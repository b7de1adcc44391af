"""python -m proof check [--again] | emulate [FUNCTION ...] | record [hashes | worst | proved | committed]

Every function over whole input spaces.

check, for each instruction set this machine runs: the hash of all outputs (every float32, float16 and bfloat16 for
functions of one argument, 16.7 million pseudo-random inputs for the rest) equals the committed one. float32 results are
correctly rounded, or keep their bound, at every input: all of them are computed in long double again with --again, or
where proved.json does not have the hash, which is that of the very outputs that have been through this. A function and
its derivative at once have the bits of the two functions at every float32, tried likewise. The functions of single
numbers have the bits of the others at every float32 that they work themselves, and at 16.7 million inputs where there
are two, or float64. The kernels by few divisions have them in every 64th block, in all with --again, and at every input
that is worked by an inverse, however far off its neighbours make it. The rest keeps its bound at ten million inputs.
With a cross compiler and an emulator, for aarch64: the hashes of every 64th block of inputs, and
exact results in every block that holds a hard input. The threads run without a report from ThreadSanitizer.

emulate runs every block of inputs for aarch64, of all functions or of those named: hours. What is done stands in
emulated.json, and a run that was stopped goes on from there.

record writes anew, after a deliberate change of bits only: hashes.json, from the portable kernels; worst.json, the
worst errors found, whose table it prints for README; proved.json, of the functions whose hash it does not have; and
what selftest knows of all this, the package's committed.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from proof import accuracy, committed, emulated, exact, few_divisions, hashes, races
from proof.build import build, build_emulated
from pysigmoid import _core

PARTS = ("hashes", "worst", "proved", "committed")


def sweep(runner: list[str], name: str) -> tuple[list[str], np.ndarray]:
    return exact.check(runner, _core.isa, name, exact.ranges(name))


def check_errors(runner: list[str], again: bool) -> tuple[list[str], accuracy.Table]:
    """All instruction sets have the same hashes; one of them against the reference proves them all."""
    wrong, worst_inputs = [], {}
    for name in exact.EXACT:
        if exact.is_proved(name) and not again:
            worst_inputs[name] = accuracy.worst_float32(name)
        else:
            found, worst_inputs[name] = sweep(runner, name)
            wrong += found
    for name in exact.PAIRS:
        if again or not exact.is_proved(name):
            wrong += sweep(runner, name)[0]
    violations, table = accuracy.check(worst_inputs)
    print(accuracy.markdown(table))
    return wrong + violations, table


def prove(runner: list[str]) -> list[str]:
    wrong = hashes.check(runner, [_core.isa], 1)
    for name in exact.EXACT + exact.PAIRS:
        if not wrong and not exact.is_proved(name):
            wrong, _ = sweep(runner, name)
            if not wrong:
                exact.record_proved(name)
    return wrong


SINGLE = [name for name in hashes.ROWS if name not in exact.PAIRS]


def check_native(folder: Path, again: bool) -> list[str]:
    """A function and its derivative have the bits of the two, all of which are looked at; of pairs every 64th block."""
    runner = [str(build(folder / "native"))]
    wrong = hashes.check(runner, _core.isa_available, 1, hashes.ROWS if again else SINGLE)
    wrong += [] if again else hashes.check(runner, _core.isa_available, 64, exact.PAIRS)
    wrong += hashes.check_numbers(runner, _core.isa)
    wrong += few_divisions.check(folder, 1 if again else 64)
    return wrong + check_errors(runner, again)[0]


def check_emulated(folder: Path) -> list[str]:
    built = build_emulated(build, folder)
    if not built:
        return []
    runner, isa = built
    wrong = hashes.check(runner, [isa], 64, SINGLE) + hashes.check(runner, [isa], 1024, exact.PAIRS)
    for name in exact.EXACT:
        if where := exact.ranges_of_hard_inputs(name):
            wrong += exact.check(runner, isa, name, where)[0]
    return wrong


def emulate(folder: Path, names: list[str]) -> list[str]:
    built = build_emulated(build, folder)
    if not built:
        return ["nothing was tried"]
    return emulated.prove([str(build(folder / "native"))], *built, names or list(emulated.ROWS))


def record(folder: Path, parts: list[str]) -> list[str]:
    runner = [str(build(folder / "native"))]
    wrong: list[str] = []
    if "hashes" in parts:
        hashes.record(runner)
    if "worst" in parts:
        wrong, table = check_errors(runner, again=True)
        accuracy.record(table)
    if "proved" in parts:
        wrong += prove(runner)
    if "committed" in parts:
        committed.record()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proof", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check").add_argument("--again", action="store_true")
    actions.add_parser("emulate").add_argument("functions", nargs="*", metavar="FUNCTION")
    actions.add_parser("record").add_argument("part", nargs="?", choices=PARTS)
    options = parser.parse_args()
    if unknown := set(vars(options).get("functions", [])) - emulated.ROWS.keys():
        parser.error(f"no such function: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        if options.action == "record":
            wrong = record(Path(folder), [options.part] if options.part else list(PARTS))
        elif options.action == "emulate":
            wrong = emulate(Path(folder), options.functions)
        else:
            wrong = check_native(Path(folder), options.again) + check_emulated(Path(folder)) + races.check(Path(folder))
    print("\n".join(wrong) or "every output is as proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
