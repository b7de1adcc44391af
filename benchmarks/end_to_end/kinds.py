"""What a task is, and what several of them share.

A contender takes the data of its task and returns the call that is timed: what it does before, such as wrapping arrays
in tensors or copying what the call overwrites, is not. A call returns what the contenders must agree in.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Arrays = tuple[np.ndarray, ...]
Contender = Callable[..., Callable[[], object]]


@dataclass(frozen=True)
class Task:
    """A piece of work: its data, `scale` times the full number of rows, and the ways to do it."""

    title: str
    data: Callable[[float], Arrays]
    contenders: dict[str, Contender]
    tolerance: float  # of the results, relative to the largest number among them


def scaled(count: int, scale: float) -> int:
    return max(4, round(count * scale))


def usual_loss(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The chain that does not overflow."""
    return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))
