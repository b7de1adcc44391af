"""What of a loss is summed, and the shape that leaves."""

from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from pysigmoid._arguments import Axis, Shape

ReductionName: TypeAlias = Literal["none", "mean", "sum", "weighted_mean"]
CODES = {name: code for code, name in enumerate(get_args(ReductionName))}  # as _core.loss knows them


def reduction_code(reduction: Any) -> int:
    """The number of a reduction, or an error if there is none of that name."""
    try:
        return CODES[reduction]
    except (KeyError, TypeError):
        old = isinstance(reduction, str) and reduction == "elementwise_mean"
        remedy = "pass 'mean', as torch calls it now" if old else f"choose one of {', '.join(CODES)}"
        raise ValueError(f"{reduction} is not a valid value for reduction; {remedy}") from None


def summed_axes(reduction: str, axis: Axis, ndim: int) -> tuple[int, ...] | None:
    """The axes to sum over, counted from 0; None where that is all of them or, for "none", none."""
    if axis is None:
        return None
    if reduction == "none":
        raise ValueError(f"axis is {axis}, but reduction='none' leaves every axis; pass 'sum' or a mean")
    try:
        return np.lib.array_utils.normalize_axis_tuple(axis, ndim, "axis")
    except TypeError:
        raise TypeError(f"axis is {axis!r}; pass an integer or a tuple of integers") from None


def shape_of_sums(shape: Shape, reduction: str, axes: tuple[int, ...] | None, keepdims: bool) -> Shape:
    if reduction == "none":
        return shape
    summed = range(len(shape)) if axes is None else axes
    lengths = ((1 if i in summed else length) for i, length in enumerate(shape) if keepdims or i not in summed)
    return tuple(lengths)
