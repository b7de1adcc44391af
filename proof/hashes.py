"""A 64-bit hash of all outputs per function and dtype, in hashes.json: the same on every instruction set."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import numpy as np

from proof.sweeps import in_parallel
from pysigmoid import _core

HASHES = Path(__file__).with_name("hashes.json")
DTYPES = ("float32", "float64", "float16", "bfloat16")
ROWS = {row["name"]: row for row in _core.functions}
NUMBERS = "numbers"  # in place of an instruction set: kernels for one element, one at a time
MODERATE = (2.0**-20, 2.0**4)  # sizes of float32 for which these have a text of their own: single/avx2_numbers.c
STEPS = (1, 64, 1024)  # every block; what emulation has time for; what the tests have time for


# Blocks that one run takes on: short enough that no processor waits long for the last of them.
PIECE = 1 << 13

Key = tuple[str, str]


def blocks_of(name: str, dtype: str) -> int:
    """As in inputs.h."""
    if ROWS[name]["nin"] == 2 or dtype == "float64":
        return 256
    return 1 << 16 if dtype == "float32" else 1


def pieces(name: str, dtype: str) -> Iterator[tuple[int, int]]:
    blocks = blocks_of(name, dtype)
    return ((begin, min(begin + PIECE, blocks)) for begin in range(0, blocks, PIECE))


def hashes(
    runner: list[str],
    isas: Iterable[str],
    step: int,
    names: Collection[str] = ROWS,
    dtypes: Collection[str] = DTYPES,
) -> dict[str, dict[Key, str]]:
    """Of each instruction set. A hash is the sum of those of the pieces, of which the large ones come first."""
    keys = [(name, dtype) for name in names for dtype in dtypes]
    runs = [(isa, key, piece) for isa in isas for key in keys for piece in pieces(*key)]
    runs.sort(key=lambda run: run[2][0] - run[2][1])
    commands = [[*runner, "hash", isa, *key, str(step), *map(str, piece)] for isa, key, piece in runs]
    sums: dict[str, dict[Key, int]] = {isa: dict.fromkeys(keys, 0) for isa in isas}
    for (isa, key, _), (line,) in zip(runs, in_parallel(commands, f"hashes, every {step}. block"), strict=True):
        sums[isa][key] += int(line, 16)
    return {isa: {key: f"{total % (1 << 64):016x}" for key, total in row.items()} for isa, row in sums.items()}


def record(runner: list[str]) -> None:
    table: dict[str, dict[str, dict[str, str]]] = {name: {dtype: {} for dtype in DTYPES} for name in ROWS}
    for step in STEPS:
        for (name, dtype), value in hashes(runner, ["scalar"], step)["scalar"].items():
            table[name][dtype][str(step)] = value
    HASHES.write_text(json.dumps(table, indent=1) + "\n")


def committed() -> dict[str, dict[str, dict[str, str]]]:
    return dict(json.loads(HASHES.read_text()))


def check_numbers(runner: list[str], isa: str) -> list[str]:
    """All that is hashed of float64 and of two arguments; every float32 that is worked by a text of its own."""
    names = [name for name, row in ROWS.items() if row["nin"] == 1]
    wrong = check(runner, [NUMBERS], 1, dtypes=["float64"])
    wrong += check(runner, [NUMBERS], 1, ROWS.keys() - names, ["float32"])
    sizes = np.array(MODERATE, np.float32).view(np.uint32) >> 16
    pieces = [(int(first), int(last) + 1) for first, last in (sizes, sizes + (1 << 15))]
    runs = [
        ("hash", each, name, "float32", "1", *map(str, piece))
        for name in names
        for piece in pieces
        for each in (NUMBERS, isa)
    ]
    found = list(in_parallel([[*runner, *run] for run in runs], "single numbers"))
    return wrong + [
        f"the outputs of {run[2]} for single numbers differ from those of {isa}"
        for run, got, want in zip(runs[::2], found[::2], found[1::2], strict=True)
        if got != want
    ]


def check(
    runner: list[str],
    isas: Iterable[str],
    step: int,
    names: Collection[str] = ROWS,
    dtypes: Collection[str] = DTYPES,
) -> list[str]:
    """What differs from the committed hashes."""
    table = committed()
    return [
        f"{isa}: the outputs of {name} in {dtype} differ from the committed hash (every {step}. block)"
        for isa, row in hashes(runner, isas, step, names, dtypes).items()
        for (name, dtype), value in row.items()
        if value != table[name][dtype][str(step)]
    ]
