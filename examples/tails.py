"""Values far from zero in float32: the textbook formula, other libraries, pysigmoid, and the exact value."""

from collections.abc import Callable, Iterable

import mpmath
import numpy as np

import pysigmoid
from benchmarks.peers import Library

LOGITS = np.float32([-20, 0, 20])
TARGETS = np.float32([0, 1, 1])
PEERS = ("formula", "SciPy", "torch")

QUANTITIES = {
    "sigmoid": (LOGITS,),
    "sigmoid_derivative": (LOGITS,),
    "bce_with_logits": (LOGITS, TARGETS),
    "bce_with_logits_grad": (LOGITS, TARGETS),
}


def exact_sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


EXACT: dict[str, Callable] = {
    "sigmoid": exact_sigmoid,
    "sigmoid_derivative": lambda x: exact_sigmoid(x) * exact_sigmoid(-x),
    "bce_with_logits": lambda x, y: y * mpmath.log1p(mpmath.exp(-x)) + (1 - y) * mpmath.log1p(mpmath.exp(x)),
    "bce_with_logits_grad": lambda x, y: (1 - y) * exact_sigmoid(x) - y * exact_sigmoid(-x),
}


def table(libraries: Iterable[Library]) -> str:
    """One block per quantity, one line per contender: the values and how far they are from the exact ones."""
    peers = [library for library in libraries if library.name in PEERS]
    points = "".join(f"{f'x = {x:g}, y = {y:g}':>28}" for x, y in zip(LOGITS, TARGETS, strict=True))
    lines = ["float32 results, each followed by its error in units of the last place (ULP)", f"{'':12}{points}"]
    for name, operands in QUANTITIES.items():
        exact = exact_values(name, operands)
        lines.append(name)
        for library in peers:
            with np.errstate(all="ignore"):
                values = np.asarray(library.contender(name, operands)())
            lines.append(_line(library.name, values, exact))
        lines.append(_line("pysigmoid", getattr(pysigmoid, name)(*operands), exact))
        lines.append(f"  {'exact':10}" + "".join(f"{float(value):>17.7e}{'':11}" for value in exact).rstrip())
    return "\n".join(lines)


def exact_values(name: str, operands: tuple[np.ndarray, ...]) -> list[mpmath.mpf]:
    with mpmath.workprec(200):
        return [EXACT[name](*map(mpmath.mpf, map(float, point))) for point in zip(*operands, strict=True)]


def ulp_error(value: np.float32, exact: mpmath.mpf) -> float:
    """|value - exact| in spacings of float32 at the exact value."""
    spacing = float(np.spacing(np.float32(abs(float(exact)))))
    return float(abs(mpmath.mpf(float(value)) - exact)) / spacing


def _line(contender: str, values: np.ndarray, exact: list[mpmath.mpf]) -> str:
    cells = "".join(
        f"{value:>17.7e} {_in_ulp(ulp_error(value, right)):>10}" for value, right in zip(values, exact, strict=True)
    )
    return f"  {contender:10}{cells}"


def _in_ulp(error: float) -> str:
    return f"({error:.2f})" if error < 1000 else f"({error:.1e})"
