"""What is timed: one task for each row of the function table, and the losses of a training loop."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

import pysigmoid
from pysigmoid import _core
from pysigmoid import functional as F

PROBABILITIES = WEIGHTS = (0.0, 1.0)
LOGITS = (-750.0, 750.0)


@dataclass(frozen=True)
class Task:
    """One piece of work. `run(*operands)` allocates its results, `run(*operands, out=...)` fills a tuple of arrays."""

    name: str
    intervals: tuple[tuple[float, float], ...]
    outputs: int
    run: Callable[..., object]

    def operands(self, dtype: np.dtype, size: int, seed: int = 0) -> tuple[np.ndarray, ...]:
        generator = np.random.default_rng(seed)
        return tuple(_draw(generator, interval, size).astype(dtype) for interval in self.intervals)


def _draw(generator: np.random.Generator, interval: tuple[float, float], size: int) -> np.ndarray:
    """Probabilities and weights are uniform; logits and factors spread as a network's, 3 times the standard normal."""
    if interval == PROBABILITIES:
        return generator.random(size)
    return np.clip(3 * generator.standard_normal(size), *interval)


def _reduced(criterion: Callable) -> Callable:
    return lambda *operands, out=None: criterion(*operands)


def _with_grad(criterion: Callable) -> Callable:
    return lambda *operands, out=None: criterion(*operands, grad_out=out[0] if out else None)


def _grad_and_hess(logits, targets, out=None):
    grad_out, hess_out = out or (None, None)
    return F.binary_cross_entropy_with_logits_grad_and_hess(logits, targets, grad_out=grad_out, hess_out=hess_out)


def ufunc_tasks() -> list[Task]:
    """Every ufunc, in the order of the function table."""
    return [
        Task(row["name"], row["intervals"], row["nout"], getattr(pysigmoid, row["name"])) for row in _core.functions
    ]


def loss_tasks() -> list[Task]:
    """The losses as a training loop, SciPy's optimisers and boosting ask for them."""
    logistic, logistic_with_grad = F.binary_cross_entropy_with_logits, F.binary_cross_entropy_with_logits_value_and_grad
    focal = partial(F.sigmoid_focal_loss, reduction="mean")
    focal_with_grad = partial(F.sigmoid_focal_loss_value_and_grad, reduction="mean")
    labelled = (LOGITS, PROBABILITIES)
    weighted = (LOGITS, PROBABILITIES, WEIGHTS)
    return [
        Task("mean_loss", labelled, 0, _reduced(logistic)),
        Task("mean_loss_and_grad", labelled, 1, _with_grad(logistic_with_grad)),
        Task("weighted_mean_loss", weighted, 0, _reduced(logistic)),
        Task("weighted_mean_loss_and_grad", weighted, 1, _with_grad(logistic_with_grad)),
        Task("grad_and_hess", labelled, 2, _grad_and_hess),
        Task("mean_focal_loss", labelled, 0, _reduced(focal)),
        Task("mean_focal_loss_and_grad", labelled, 1, _with_grad(focal_with_grad)),
        Task("mean_loss_of_probabilities", (PROBABILITIES, PROBABILITIES), 0, _reduced(F.binary_cross_entropy)),
    ]


def all_tasks() -> list[Task]:
    return ufunc_tasks() + loss_tasks()
