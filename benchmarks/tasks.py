"""What is timed: one task for each row of the function table, and the losses reduced to one number."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import pysigmoid
from pysigmoid import _core, nn

PROBABILITIES = (0.0, 1.0)
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
    """Probabilities are uniform; logits and factors are spread as a network's are, three times the standard normal."""
    if interval == PROBABILITIES:
        return generator.random(size)
    return np.clip(3 * generator.standard_normal(size), *interval)


def _mean_loss(logits, targets, out=None):
    return nn.BCEWithLogitsLoss()(logits, targets)


def _mean_loss_and_grad(logits, targets, out=None):
    return nn.BCEWithLogitsLoss().value_and_grad(logits, targets, grad_out=out[0] if out else None)


def all_tasks() -> list[Task]:
    """Every ufunc, in the order of the function table, then the losses a training loop asks for."""
    ufuncs = [
        Task(row["name"], row["intervals"], row["nout"], getattr(pysigmoid, row["name"])) for row in _core.functions
    ]
    losses = [
        Task("mean_loss", (LOGITS, PROBABILITIES), 0, _mean_loss),
        Task("mean_loss_and_grad", (LOGITS, PROBABILITIES), 1, _mean_loss_and_grad),
    ]
    return ufuncs + losses
