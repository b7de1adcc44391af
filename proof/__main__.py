"""python -m proof record | check: every function over whole input spaces.

check, for each instruction set this machine runs: the hash of all outputs (every float32, float16 and bfloat16 for
functions of one argument, 16.7 million pseudo-random inputs for the rest) equals the committed one; float32 results
are correctly rounded, or keep their bound, at every input. With a cross compiler and an emulator, the hashes of every
64th block of inputs for aarch64.

record writes hashes.json anew, from the portable kernels: after a deliberate change of bits only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from proof.build import ROOT, build
from pysigmoid import _core

HASHES = Path(__file__).with_name("hashes.json")
DTYPES = ("float32", "float64", "float16", "bfloat16")
STEPS = (1, 64, 1024)  # every block; what emulation has time for; what the tests have time for
EMULATED = ("aarch64-linux-gnu-gcc", "qemu-aarch64", "neon")


def sweep(command: list[str]) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def in_parallel(commands: list[list[str]], title: str) -> list[list[str]]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(tqdm(pool.map(sweep, commands), total=len(commands), desc=title, disable=None))


def hashes(runner: list[str], isa: str, step: int) -> dict[tuple[str, str], str]:
    keys = [(row["name"], dtype) for row in _core.functions for dtype in DTYPES]
    commands = [[*runner, "hash", isa, *key, str(step)] for key in keys]
    outputs = in_parallel(commands, f"hash {isa}, every {step}. block")
    return {key: lines[0] for key, lines in zip(keys, outputs, strict=True)}


def record(runner: list[str]) -> None:
    table: dict[str, dict[str, dict[str, str]]] = {
        row["name"]: {dtype: {} for dtype in DTYPES} for row in _core.functions
    }
    for step in STEPS:
        for (name, dtype), value in hashes(runner, "scalar", step).items():
            table[name][dtype][str(step)] = value
    HASHES.write_text(json.dumps(table, indent=1) + "\n")


def check_hashes(runner: list[str], isa: str, step: int) -> list[str]:
    committed = json.loads(HASHES.read_text())
    return [
        f"{isa}: the outputs of {name} in {dtype} differ from the committed hash (every {step}. block)"
        for (name, dtype), value in hashes(runner, isa, step).items()
        if value != committed[name][dtype][str(step)]
    ]


# Where something can happen, as bit patterns of |x|: from 2^-31, below which every function is linear to the last bit
# of a double, to 200, above which the exponential adds nothing. Probabilities start at the smallest of them.
REAL = (0x30000000, 0x43480000)
PROBABILITY = (0x00000001, 0x3F800000)
SIGN = 0x80000000
PIECES = 16


def ranges(name: str) -> list[tuple[int, int]]:
    low, high = PROBABILITY if name == "logit" else REAL
    length = -(-(high - low) // PIECES)
    pieces = [(begin, min(begin + length, high)) for begin in range(low, high, length)]
    return pieces if name == "logit" else pieces + [(SIGN + begin, SIGN + end) for begin, end in pieces]


def check_exactly(runner: list[str], isa: str, name: str) -> list[str]:
    commands = [[*runner, "exact", isa, name, hex(begin), hex(end)] for begin, end in ranges(name)]
    lines = [line.split() for output in in_parallel(commands, f"{isa} {name}") for line in output]
    done = [line for line in lines if line[0] == "done"]
    near = [line[1:] for line in lines if line[0] == "near"]
    worst = max(done, key=lambda line: float(line[3]))
    print(f"{isa} {name}: worst error {worst[3]} ULP at {worst[4]}; {len(near)} inputs left to MPFR", flush=True)
    wrong = [
        f"{isa}: {name}({x}) gives {got}, which is wrong"
        for word, x, got in (line[:3] for line in lines)
        if word == "wrong"
    ]
    return wrong + undecided(isa, name, near)


def undecided(isa: str, name: str, near: list[list[str]]) -> list[str]:
    """The inputs next to a rounding boundary, decided in as many digits as it takes."""
    sys.path.insert(0, str(ROOT / "tests"))
    import numpy as np

    import oracle
    from ulp import FORMATS

    x, got = (np.array([float.fromhex(pair[k]) for pair in near], np.float32) for k in (0, 1))
    want = oracle.correctly_rounded(name, x, FORMATS["float32"]) if len(near) else got
    return [
        f"{isa}: {name}({float(a).hex()}) gives {float(b).hex()}, not {float(c).hex()}"
        for a, b, c in zip(x, got, want, strict=True)
        if b != c
    ]


EXACT = ("sigmoid", "sigmoid_fast", "sigmoid_derivative", "softplus", "log_sigmoid", "logit", "silu")


def check_native(folder: Path) -> list[str]:
    runner = [str(build(folder / "native"))]
    wrong = []
    for isa in _core.isa_available:
        wrong += check_hashes(runner, isa, 1)
    # All instruction sets have the same hashes; one of them against the reference proves them all.
    for name in EXACT:
        wrong += check_exactly(runner, _core.isa_available[0], name)
    return wrong


def check_emulated(folder: Path) -> list[str]:
    compiler, emulator, isa = EMULATED
    if not (shutil.which(compiler) and shutil.which(emulator)):
        print(f"no {compiler} or {emulator} here: {isa} is not checked")
        return []
    runner = [emulator, str(build(folder / isa, compiler, "-static"))]
    return check_hashes(runner, isa, 64)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proof", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("action", choices=("check", "record"))
    action = parser.parse_args().action
    with tempfile.TemporaryDirectory() as folder:
        if action == "record":
            record([str(build(Path(folder)))])
            return 0
        wrong = check_native(Path(folder)) + check_emulated(Path(folder))
    print("\n".join(wrong) or "every output is as proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
