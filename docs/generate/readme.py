"""The tables and figures of README.md that come from functions.def, proof/worst.json and benchmarks/measured.

They stand between `<!-- name -->` and `<!-- end -->`; a number inside a sentence between `<!-- name -->` and the next
comment likewise.
"""

import re
from collections.abc import Callable
from pathlib import Path

from docs.generate import accuracy_tables, end_to_end_tables, speed_tables

README = Path(__file__).parents[2] / "README.md"
PART = re.compile(r"(<!-- (\w+) -->)(.*?)(<!-- end -->)", flags=re.DOTALL)
LOGISTIC = ("mean_loss", "mean_loss_and_grad")


def worst_of_float32() -> str:
    """The functions whose worst float32 error found is not 0.5, in a sentence."""
    above = [
        f"`{n}` {found['float32']['ulp']:.4g}"
        for n, found in accuracy_tables.WORST.items()
        if found["float32"]["ulp"] > 0.5001
    ]
    return ", ".join(above)


def range_against(tasks: tuple[str, ...], contender: str) -> Callable[[], str]:
    return lambda: speed_tables.range_of_ratios(tasks, contender)


PARTS: dict[str, Callable[[], str]] = {
    "bounds": lambda: f"\n{accuracy_tables.bounds()}\n",
    "worst": worst_of_float32,
    "speed": lambda: f"\n{speed_tables.side_by_side()}\n",
    "sigmoid_against_torch": range_against(("sigmoid",), "torch"),
    "fast_against_torch": range_against(("sigmoid_fast",), "torch"),
    "loss_against_torch": range_against(LOGISTIC, "torch"),
    "loss_against_numpy": range_against(LOGISTIC, "NumPy"),
    "lost": speed_tables.lost,
    "end_to_end": end_to_end_tables.range_against_best,
    "probabilities_against_jax": range_against(("mean_loss_of_probabilities",), "JAX"),
}


def filled(text: str) -> str:
    """The text with every part as its source has it."""
    return PART.sub(lambda part: part[1] + PARTS[part[2]]() + part[4], text)


def write() -> None:
    README.write_text(filled(README.read_text()))
