"""Graphs of losses over Dask arrays: whose blocks meet, which task each gets, how the parts are joined."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from pysigmoid._arguments import Axis, real
from pysigmoid._dtypes import float_dtype, loss_dtype
from pysigmoid._loss_blocks import (
    BlockLoss,
    counts_of_block,
    divides,
    divisor_of,
    merged,
    outputs_of_block,
    parts_of_block,
    sums_of,
    sums_of_block,
    totals_of,
    value_of,
)
from pysigmoid._losses import GRAD_AND_HESS, NAMES, VALUE, VALUE_AND_GRAD, VALUE_GRAD_AND_HESS, Options
from pysigmoid._reductions import reduction_code, summed_axes

try:
    import dask.array
    from dask.base import tokenize
except ImportError:
    raise ImportError("pysigmoid.dask takes Dask: pip install 'dask[array]'") from None

da: Any = dask.array  # which has no types

OUTPUT_COUNTS = {VALUE: 1, VALUE_AND_GRAD: 2, GRAD_AND_HESS: 2, VALUE_GRAD_AND_HESS: 3}

# Below so many elements of a sum in a block their totals would take a good part of the memory of the block: the summed
# axes are made one chunk instead.
FEWEST_SUMMED = 512


# Arrays of Dask from what the caller passed


def as_dask(value: Any, chunks: Any = "auto") -> Any:
    if isinstance(value, da.Array):
        return value
    if hasattr(value, "to_dask_array"):  # a Series or frame
        return value.to_dask_array()
    return da.from_array(np.asanyarray(value), chunks=chunks)


def like(name: str, value: Any, input: Any) -> Any:
    """The array with the chunks of the input, along the axes that it does not broadcast."""
    if not hasattr(value, "dask") and np.shape(value) == input.shape and not math.isnan(sum(input.shape)):
        return as_dask(value, input.chunks)
    array = as_dask(value)
    skipped = input.ndim - array.ndim
    if skipped < 0 or not all(map(_fits, array.shape, input.shape[skipped:])):
        raise ValueError(f"{name} has shape {array.shape}, which does not broadcast to the input's shape {input.shape}")
    wanted = tuple(
        own if length == 1 and sum(other) != 1 else other
        for own, length, other in zip(array.chunks, array.shape, input.chunks[skipped:], strict=True)
    )
    if not any(map(math.isnan, (*array.shape, *input.shape[skipped:]))):
        return array.rechunk(wanted)
    if tuple(map(len, array.chunks)) != tuple(map(len, wanted)):
        raise ValueError(f"{name} and the input have chunks of unknown sizes, and unequal numbers of them: "
                         f"{array.numblocks} and {input.numblocks}; call compute_chunk_sizes() of both")  # fmt: skip
    return da.Array(array.dask, array.name, wanted, meta=array._meta)  # each task sees whether its blocks agree


def _fits(length: float, other: float) -> bool:
    return length in (1, other) or math.isnan(length) or math.isnan(other)


def _require_same_shape(names: tuple[str, str], input: Any, target: Any) -> None:
    shapes = input.shape, target.shape if hasattr(target, "shape") else np.shape(target)
    differ = [a != b for a, b in zip(*shapes, strict=False) if not (math.isnan(a) or math.isnan(b))]
    if len(shapes[0]) != len(shapes[1]) or any(differ):
        raise ValueError(
            f"{names[0]} has shape {shapes[0]} but {names[1]} has shape {shapes[1]}; every element takes its own label"
        )


def _with_whole_sums(input: Any, axes: tuple[int, ...]) -> Any:
    """The input with the summed axes in one chunk, where a block has few elements of each sum."""
    chunked = [axis for axis in axes if input.numblocks[axis] > 1]
    if len(axes) == input.ndim or not chunked or math.isnan(sum(input.shape)):
        return input
    if math.prod(max(input.chunks[axis]) for axis in axes) >= FEWEST_SUMMED:
        return input
    return input.rechunk({axis: -1 if axis in axes else "auto" for axis in range(input.ndim)})


# Graphs


def evaluate(
    form: int, outputs: int, options: Options, input: Any, target: Any, weight: Any, where: Any, pos_weight: Any,
    ignore_value: float | None, reduction: str, axis: Axis, keepdims: bool, validate: bool, dtype: Any,
) -> tuple[Any, ...]:  # fmt: skip
    reduction_code(reduction)
    target = target if hasattr(target, "dask") else np.asanyarray(target)
    input = as_dask(input, getattr(target, "chunks", "auto"))
    _require_same_shape(NAMES[form], input, as_dask(target))
    axes = _summed(input, reduction, axis)
    if axes is not None:
        input = _with_whole_sums(input, axes)
    given = {"weight": weight, "pos_weight": pos_weight, "where": where}
    factors = {
        name: real(name, np.asarray(value)[()])
        for name, value in given.items()
        if value is not None and name != "where" and _is_number(value)
    }
    arrays = {
        name: like(name, value, input) for name, value in given.items() if value is not None and name not in factors
    }
    operands = [input, like(NAMES[form][1], target, input), *arrays.values()]
    masked = any(isinstance(array._meta, np.ma.MaskedArray) for array in operands)
    result = float_dtype(NAMES[form][0], input.dtype)
    loss = BlockLoss(
        form, outputs, options, reduction, axes, bool(validate), (result if dtype is None else loss_dtype(dtype)).str,
        ignore_value, tuple(arrays), tuple(factors.items()),
        masked or where is not None or ignore_value is not None,
    )  # fmt: skip
    return _graph(loss, operands, result, keepdims)


def _is_number(value: Any) -> bool:
    return not hasattr(value, "dask") and np.ndim(value) == 0


def _summed(input: Any, reduction: str, axis: Axis) -> tuple[int, ...] | None:
    """The axes to sum over; None where nothing is summed."""
    axes = None if axis is None else summed_axes(reduction, axis, input.ndim)
    for each in axes or ():
        if math.isnan(input.shape[each]):
            raise ValueError(
                f"axis is {axis}, and the chunks along axis {each} have unknown sizes; call input.compute_chunk_sizes()"
            )
    if reduction == "none":
        return None
    return tuple(range(input.ndim)) if axes is None else axes


def _graph(loss: BlockLoss, operands: list[Any], result: Any, keepdims: bool) -> tuple[Any, ...]:
    input, axes = operands[0], loss.axes
    if axes is None:
        return _outputs(loss, _map(outputs_of_block, loss, operands), input, result)
    if len(axes) < input.ndim and all(input.numblocks[axis] == 1 for axis in axes):
        return _sums_in_blocks(loss, operands, result, keepdims)
    if loss.outputs != VALUE and divides(loss.reduction):
        operands = [*operands, _divisors(loss, operands)]
        loss = _with_divisors(loss)
    parts = _map(parts_of_block, loss, operands)
    if loss.outputs == GRAD_AND_HESS:
        return _outputs(loss, parts, input, result)
    value = _reduce(parts, loss, value_of, axes, keepdims, loss.dtype)
    return value, *_derivatives(loss, parts, input, result)


def _map(task: Callable[..., Any], loss: BlockLoss, operands: list[Any]) -> Any:
    """A task for each block; what it gives need not be an array."""
    name = f"{task.__name__}-{tokenize(task, loss, *operands)}"
    meta = np.empty((0,) * operands[0].ndim, object)
    return da.map_blocks(partial(task, loss), *operands, name=name, meta=meta, chunks=operands[0].chunks)


def _pick(parts: Any, place: int, input: Any, dtype: Any) -> Any:
    meta = np.empty((0,) * input.ndim, dtype)
    return da.map_blocks(itemgetter(place), parts, meta=meta, chunks=input.chunks)


def _outputs(loss: BlockLoss, parts: Any, input: Any, result: Any) -> tuple[Any, ...]:
    """Outputs of the shape of the input: one, or all places of a tuple."""
    first = np.dtype(loss.dtype) if loss.outputs != GRAD_AND_HESS else result
    if loss.outputs == VALUE:
        return (da.map_blocks(_same, parts, meta=np.empty((0,) * input.ndim, first), chunks=input.chunks),)
    return _pick(parts, 0, input, first), *_derivatives(loss, parts, input, result)


def _derivatives(loss: BlockLoss, parts: Any, input: Any, result: Any) -> list[Any]:
    """What stands in a tuple behind the first place."""
    return [_pick(parts, place, input, result) for place in range(1, OUTPUT_COUNTS[loss.outputs])]


def _same(block: Any) -> Any:
    return block


def _reduce(parts: Any, loss: BlockLoss, finish: Any, axes: tuple[int, ...], keepdims: bool, dtype: Any) -> Any:
    ndim = parts.ndim if keepdims else parts.ndim - len(axes)
    return da.reduction(
        parts, totals_of, partial(finish, loss=loss), combine=merged, axis=axes, keepdims=keepdims, concatenate=False,
        dtype=np.dtype(dtype), meta=np.empty((0,) * ndim, dtype),
    )  # fmt: skip


def _divisors(loss: BlockLoss, operands: list[Any]) -> Any:
    """What derivatives are divided by: known from the shape, or counted in a pass of its own."""
    input, axes = operands[0], loss.axes or ()
    is_weighed = loss.reduction == "weighted_mean" and ("weight" in loss.operands or "weight" in dict(loss.factors))
    length = math.prod(input.shape[axis] for axis in axes)
    if not is_weighed and not loss.leaves_out and not math.isnan(length):
        return da.full((1,) * input.ndim, float(length), chunks=1)
    return _reduce(_map(counts_of_block, loss, operands), loss, divisor_of, axes, True, np.float64)


def _with_divisors(loss: BlockLoss) -> BlockLoss:
    return replace(loss, operands=(*loss.operands, "divisors"))


def _sums_in_blocks(loss: BlockLoss, operands: list[Any], result: Any, keepdims: bool) -> tuple[Any, ...]:
    """Where every sum lies in one block."""
    input, axes = operands[0], loss.axes or ()
    parts = _map(sums_of_block, loss, operands)
    if loss.outputs == GRAD_AND_HESS:
        return _outputs(loss, parts, input, result)
    kept = [axis for axis in range(input.ndim) if axis not in axes]
    meta = np.empty((0,) * len(kept), loss.dtype)
    value = da.blockwise(sums_of, kept, parts, range(input.ndim), concatenate=False, meta=meta)
    value = value[tuple(None if axis in axes else slice(None) for axis in range(input.ndim))] if keepdims else value
    return value, *_derivatives(loss, parts, input, result)


def two_outputs(ufunc: np.ufunc, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
    """A ufunc that has two, on arrays that broadcast; Dask itself takes no such."""
    arrays = da.broadcast_arrays(*map(as_dask, inputs))
    first, second = (output.dtype for output in ufunc(*(np.zeros(1, array.dtype) for array in arrays)))
    meta = np.empty((0,) * arrays[0].ndim, object)
    parts = da.map_blocks(ufunc, *arrays, meta=meta)
    return _pick(parts, 0, parts, first), _pick(parts, 1, parts, second)
