"""What of a loss is summed, and the shape that leaves."""

from typing import Literal, TypeAlias, get_args

import numpy as np

from pysigmoid._arguments import Axis, Shape

ReductionName: TypeAlias = Literal["none", "mean", "sum", "weighted_mean"]
REDUCTIONS = get_args(ReductionName)
CODES = {name: code for code, name in enumerate(REDUCTIONS)}  # as _core.loss knows them


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction; choose one of {', '.join(REDUCTIONS)}")


def summed_axes(reduction: str, axis: Axis, ndim: int) -> tuple[int, ...] | None:
    """The axes to sum over, counted from 0; None where that is all of them or, for "none", none."""
    if axis is None:
        return None
    if reduction == "none":
        raise ValueError(f"axis is {axis}, but reduction='none' leaves every axis; pass 'sum' or a mean")
    return np.lib.array_utils.normalize_axis_tuple(axis, ndim, "axis")


def shape_of_sums(shape: Shape, reduction: str, axes: tuple[int, ...] | None, keepdims: bool) -> Shape:
    if reduction == "none":
        return shape
    summed = range(len(shape)) if axes is None else axes
    lengths = ((1 if i in summed else length) for i, length in enumerate(shape) if keepdims or i not in summed)
    return tuple(lengths)
