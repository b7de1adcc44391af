"""A 64-bit hash of all outputs per function and dtype, in hashes.json: the same on every instruction set."""

from __future__ import annotations

import json
from pathlib import Path

from proof.sweeps import in_parallel
from pysigmoid import _core

HASHES = Path(__file__).with_name("hashes.json")
DTYPES = ("float32", "float64", "float16", "bfloat16")
STEPS = (1, 64, 1024)  # every block; what emulation has time for; what the tests have time for


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


def check(runner: list[str], isa: str, step: int) -> list[str]:
    """What differs from the committed hashes."""
    committed = json.loads(HASHES.read_text())
    return [
        f"{isa}: the outputs of {name} in {dtype} differ from the committed hash (every {step}. block)"
        for (name, dtype), value in hashes(runner, isa, step).items()
        if value != committed[name][dtype][str(step)]
    ]
