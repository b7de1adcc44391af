"""What `python -m pysigmoid selftest` holds outputs against: a file of the package, made from the proofs' own.

The hashes are those of hashes.json; values come from the oracle; the losses from the kernels in use, whose bits
losses.json has proved.
"""

from __future__ import annotations

import json

import gmpy2
import numpy as np

import oracle
from hard_inputs import HARD_INPUTS
from proof import hashes
from pysigmoid._command import losses
from pysigmoid._command.committed import FILE
from pysigmoid._command.inputs import ROWS, as_dtype, drawn
from ulp import FORMATS

STEPS = ("64", "1024")
DTYPES = ("float32", "float64", "float16", "bfloat16", "longdouble")
VALUES = 24
OWN = [name for name, row in ROWS.items() if row["outputs"] == (name,)]


def committed_hashes() -> dict[str, dict[str, dict[str, str]]]:
    return {
        name: {dtype: {step: table[step] for step in STEPS} for dtype, table in row.items()}
        for name, row in hashes.committed().items()
    }


def committed_losses() -> dict[str, dict[str, str]]:
    return {
        dtype: {name: losses.hash_of_results(call()) for name, call in losses.calls(dtype).items()}
        for dtype in losses.DTYPES
    }


def inputs(name: str, dtype: str) -> list[np.ndarray]:
    """Drawn numbers, one array per argument; for functions of one argument the listed hard inputs as well."""
    stored = "float64" if dtype == "longdouble" else dtype
    indices = np.arange(1 << 40, (1 << 40) + VALUES, dtype=np.uint64)
    fmt = FORMATS[stored]
    columns = [
        as_dtype(drawn(indices, k, each), stored).view(fmt.dtype) for k, each in enumerate(ROWS[name]["intervals"])
    ]
    hard = [float.fromhex(x) for function, kind, x, _ in HARD_INPUTS if (function, kind) == (name, dtype)]
    if len(columns) == 1:
        columns[0] = np.concatenate([columns[0], np.array(hard).astype(fmt.dtype)])
    return [column.astype(FORMATS[dtype].dtype) for column in columns]


def rounded(value: gmpy2.mpfr, dtype: str) -> str:
    """As selftest reads it: hexadecimal, but longdouble, which differs between machines, in 45 digits."""
    if dtype == "longdouble":
        return f"{value:.45g}"
    return float(FORMATS[dtype].nearest(value)).hex()


def committed_values(name: str, dtype: str) -> list[list[str]]:
    """Where the bound in ULP holds, that is, not where terms cancel."""
    columns = inputs(name, dtype)
    values, scales = oracle.measure(name, *columns)
    relative_from = ROWS[name]["accuracy"][dtype]["relative_from"]
    points = zip(*(column.astype(np.float64) for column in columns), strict=True)
    return [
        [*(float(x).hex() for x in point), rounded(value, dtype)]
        for point, value, scale in zip(points, values, scales, strict=True)
        if abs(value) >= relative_from * scale
    ]


def text() -> str:
    values = {name: {dtype: committed_values(name, dtype) for dtype in DTYPES} for name in OWN}
    tables = {"hashes": committed_hashes(), "losses": committed_losses(), "values": values}
    return json.dumps(tables, separators=(",", ":")).replace('},"', '},\n"').replace("]],", "]],\n") + "\n"


def record() -> None:
    FILE.write_text(text())
