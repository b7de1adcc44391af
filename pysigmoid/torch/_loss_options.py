"""What a loss is told beside its tensors, in the order in which operators take it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import torch

from pysigmoid._losses import FOCAL as FOCAL
from pysigmoid._losses import LOGISTIC as LOGISTIC

Tensor: TypeAlias = torch.Tensor
Operands: TypeAlias = tuple[Tensor, Tensor, Tensor | None, Tensor | None]  # logits, labels, weight, pos_weight


class Options(NamedTuple):
    form: int
    smoothing: float
    alpha: float  # -1 where it is switched off
    gamma: float
    ignore_value: float | None
    reduction: str
    validate: bool
    dtype: torch.dtype | None = None  # of the loss, if it is not that of the logits
    lanes: int = 0  # leading axes whose every index has a loss of its own: those of `vmap`

    @property
    def reduces(self) -> bool:
        return self.reduction != "none"

    def axes(self, input: Tensor) -> tuple[int, ...]:
        """The axes that a reduction sums over."""
        return tuple(range(self.lanes, input.ndim))


OPTIONS = (
    "int form, float smoothing, float alpha, float gamma, float? ignore_value, str reduction, bool validate, "
    "ScalarType? dtype, int lanes"
)


def spread(grad: Tensor, input: Tensor, options: Options) -> Tensor:
    """What comes back for a loss, in a shape that broadcasts to that of the logits."""
    if not options.reduces or grad.ndim == 0:
        return grad
    return grad.reshape(*grad.shape, *(1 for _ in options.axes(input)))


def reduce(terms: Tensor, input: Tensor, options: Options) -> Tensor:
    """The sum of the terms of each loss."""
    axes = options.axes(input)
    return terms.sum(axes) if options.reduces and axes else terms
