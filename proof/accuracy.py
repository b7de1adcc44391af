"""The bounds of functions.def on inputs too many to try them all, and the worst error found, in worst.json.

float64, and float32 where the sweep of every float32 has no reference: ten million random inputs. float16 and bfloat16:
every value, or a lattice of pairs. float32 in exact.EXACT: the worst inputs of the sweep.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import bounds
import oracle
import samples
from proof.exact import EXACT, inputs_swept
from pysigmoid import _core
from pysigmoid._command.progress import progress
from ulp import FORMATS, Format, error_in_ulp, errors_in_ulp, exact, format_of, widened

WORST = Path(__file__).with_name("worst.json")
DTYPES = ("float16", "bfloat16", "float32", "float64")
ROWS = {row["name"]: row for row in _core.functions if row["accuracy"]}

SAMPLES = 10_000_000
BATCH = 250_000
SEED = 20250611

# Values per argument in a lattice of pairs. A prime: steps of a power of two would leave the low bits of all alike.
LATTICE = 1021

# longdouble is good to about 0.001 ULP of float64: that many of a batch's worst inputs are measured again in MPFR.
CANDIDATES = 16


class Worst(NamedTuple):
    """An error in ULP, the input that reaches it in hexadecimal, and how many inputs were tried."""

    ulp: float
    at: list[str]
    tried: int

    def or_worse(self, other: Worst) -> Worst:
        return max(self, other)._replace(tried=self.tried + other.tried)


Table = dict[str, dict[str, Worst]]


# ---- inputs ----


def inputs(name: str, fmt: Format, batch: int) -> list[np.ndarray]:
    if fmt.dtype.itemsize == 2:
        return every_value_or_pair(name, fmt)
    seed = [SEED, zlib.crc32(f"{name} {fmt.name}".encode()), batch]
    return samples.draw(name, fmt, BATCH, np.random.default_rng(seed))


def every_value_or_pair(name: str, fmt: Format) -> list[np.ndarray]:
    if ROWS[name]["nin"] == 1:
        return [fmt.every_value()]
    left, right = (axis(interval, fmt) for interval in ROWS[name]["intervals"])
    return [np.repeat(left, right.size), np.tile(right, left.size)]


def axis(interval: tuple[float, float], fmt: Format) -> np.ndarray:
    """Numbers spread evenly over the bit patterns, both ends included."""
    values = fmt.every_value()
    wide = widened(values)
    # Of probabilities and labels none is -0.0, whose sign a result of 0 may take over.
    wanted = ~np.signbit(wide) & (wide <= 1) if interval == samples.PROBABILITY else np.isfinite(wide)
    values = values[wanted]
    return values[np.linspace(0, values.size - 1, LATTICE).astype(int)]


def batches(name: str, dtype: str) -> range:
    if FORMATS[dtype].dtype.itemsize == 2:
        return range(1)
    return range(0 if dtype == "float32" and name in EXACT else SAMPLES // BATCH)


# ---- errors ----


def worst_error(name: str, points: list[np.ndarray]) -> Worst:
    """The worst error where the row has a relative bound, which it has not next to a zero by cancellation."""
    (got,) = bounds.outputs(name, *points)
    fmt = format_of(got)
    chunks = (slice(begin, begin + bounds.CHUNK) for begin in range(0, got.size, bounds.CHUNK))
    errors = np.concatenate([approximate_errors(name, got[k], [array[k] for array in points], fmt) for k in chunks])
    worst = np.argsort(errors)[-CANDIDATES:]
    candidates = [array[worst] for array in points]
    values, _ = oracle.measure(name, *candidates)
    measured = [error_in_ulp(*pair, fmt) for pair in zip(exact(got[worst]), values, strict=True)]
    at = int(np.argmax(measured))
    return Worst(measured[at], [float(array[at]).hex() for array in candidates], got.size)


@np.errstate(all="ignore")
def approximate_errors(name: str, got: np.ndarray, points: list[np.ndarray], fmt: Format) -> np.ndarray:
    wide = [widened(array) for array in points]
    value = getattr(oracle, name)(*wide)
    scale = getattr(oracle, f"{name}_scale", lambda *_: np.abs(value))(*wide)
    errors = errors_in_ulp(got, value, fmt)
    relative = np.abs(value) >= ROWS[name]["accuracy"][fmt.name]["relative_from"] * scale
    return np.where(relative & np.isfinite(errors), errors, 0)


def examine(name: str, dtype: str, batch: int) -> tuple[list[str], Worst]:
    """What breaks the bound among a batch of inputs, and the worst error among them."""
    violations = []
    with np.errstate(all="ignore"):  # signaling nan among the values
        points = inputs(name, FORMATS[dtype], batch)
        try:
            bounds.check(name, *points)
        except pytest.fail.Exception as failure:
            violations.append(str(failure))
        return violations, worst_error(name, points)


def check(swept: Mapping[str, np.ndarray]) -> tuple[list[str], Table]:
    """What breaks a bound, and the worst errors; `swept` has the worst inputs of the sweep of every float32."""
    tasks = [(name, dtype, batch) for name in ROWS for dtype in DTYPES for batch in batches(name, dtype)]
    table: Table = {name: {} for name in ROWS}
    for name, points in swept.items():
        table[name]["float32"] = worst_error(name, [points])._replace(tried=inputs_swept(name))
    violations = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(examine, *zip(*tasks, strict=True))
        for (name, dtype, _), (wrong, worst) in zip(
            progress(tasks, len(tasks), "batch", "accuracy"), found, strict=True
        ):
            violations += wrong
            table[name][dtype] = table[name][dtype].or_worse(worst) if dtype in table[name] else worst
    return violations, table


# ---- worst.json and README ----


def record(table: Table) -> None:
    rows = {name: {dtype: table[name][dtype]._asdict() for dtype in DTYPES} for name in table}
    WORST.write_text(json.dumps(rows, indent=1) + "\n")


def recorded() -> Table:
    rows = json.loads(WORST.read_text())
    return {name: {dtype: Worst(**worst) for dtype, worst in row.items()} for name, row in rows.items()}


def worst_float32(name: str) -> np.ndarray:
    """The input at which the sweep of every float32 found the worst error when it was recorded."""
    return np.array([float.fromhex(x) for x in recorded()[name]["float32"].at], np.float32)


def markdown(table: Table) -> str:
    """The table as it is printed where it is recorded."""
    lines = [("worst error found", *DTYPES), ["---"] * (1 + len(DTYPES))]
    lines += [(f"`{name}`", *(f"{row[dtype].ulp:.4g}" for dtype in DTYPES)) for name, row in table.items()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines).replace(" --- ", "---")
