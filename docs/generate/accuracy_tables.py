"""Tables of accuracy: what functions.def promises, and the worst errors that the proofs found (proof/worst.json)."""

import json
from math import log2
from pathlib import Path

from docs.generate.names import ROWS

WORST = json.loads((Path(__file__).parents[2] / "proof" / "worst.json").read_text())
DTYPES = ("float16", "float32", "float64", "longdouble")
FOUND = ("float16", "bfloat16", "float32", "float64")
SINGLE = [row for row in ROWS.values() if row["accuracy"]]


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])


def bound(accuracy: dict) -> str:
    """ "exact" where the result is the nearest number, else ULP; a star where a relative bound ends near a zero."""
    if accuracy["correctly_rounded"]:
        return "exact"
    return f"{accuracy['ulp']:.8g}" + (r"\*" if accuracy["relative_from"] else "")


def under_cancellation(accuracy: dict) -> str:
    return f"2^{log2(accuracy['absolute']):.0f} M below 2^{log2(accuracy['relative_from']):.0f} M"


def bounds() -> str:
    rows = [
        [f"`{row['name']}`", f"`{row['summary']}`", *(bound(row["accuracy"][dtype]) for dtype in DTYPES)]
        for row in SINGLE
    ]
    return markdown(["function", "formula", "float16, bfloat16", "float32", "float64", "long double"], rows)


SCALES = {
    "silu_derivative": "sigmoid(x)",
    "bce_with_logits_grad": "the larger of (1 - y) sigmoid(x) and y sigmoid(-x)",
}


def cancellation() -> str:
    rows = [
        [f"`{row['name']}`", SCALES[row["name"]], *(under_cancellation(row["accuracy"][dtype]) for dtype in DTYPES)]
        for row in SINGLE
        if row["accuracy"]["float64"]["relative_from"]
    ]
    return markdown(["near the zero of", "M is", "float16, bfloat16", "float32", "float64", "long double"], rows)


def worst() -> str:
    rows = [[f"`{name}`", *(f"{found[dtype]['ulp']:.4g}" for dtype in FOUND)] for name, found in WORST.items()]
    return markdown(["worst error found, ULP", *FOUND], rows)


def worst_inputs() -> str:
    """Where the float32 and float64 errors are reached, and among how many inputs."""
    rows = [
        [f"`{name}`", dtype, f"{found['ulp']:.6g}", ", ".join(f"`{at}`" for at in found["at"]), f"{found['tried']:,}"]
        for name, by_dtype in WORST.items()
        for dtype, found in by_dtype.items()
        if dtype in ("float32", "float64")
    ]
    return markdown(["function", "dtype", "ULP", "reached at", "inputs tried"], rows)


def of_row(name: str) -> str:
    """Bound and worst error found of the outputs of a row."""
    row, lines = ROWS[name], []
    for place, output in enumerate(row["outputs"]):
        own = row["accuracy_of_second"] if place else None
        promised = own or ROWS[output]["accuracy"]
        shown = [bound(promised[dtype]) for dtype in ("float16", "bfloat16", "float32", "float64", "longdouble")]
        found = [f"{WORST[output][dtype]['ulp']:.4g}" for dtype in FOUND] if output in WORST and not own else []
        lines.append([f"`{output}`, bound", *shown])
        if found:
            lines.append([f"`{output}`, worst found", *found, "not swept"])
    return markdown(["ULP", "float16", "bfloat16", "float32", "float64", "long double"], lines)
