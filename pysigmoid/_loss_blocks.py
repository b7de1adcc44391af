"""What becomes of one block of a loss, and of the parts of several: the tasks of `dask`, which know NumPy alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from pysigmoid import _core
from pysigmoid._dtypes import Array, loss_dtype
from pysigmoid._losses import GRAD_AND_HESS, VALUE, Options, evaluate
from pysigmoid._totals import COUNT, WEIGHT, evaluate_totals, read, rounded, values


@dataclass(frozen=True)
class BlockLoss:
    """A loss of blocks, of which the task gets input, target and what `operands` names."""

    form: int
    outputs: int
    options: Options
    reduction: str
    axes: tuple[int, ...] | None
    validate: bool
    dtype: str  # of the value
    ignore_value: float | None
    operands: tuple[str, ...]
    factors: tuple[tuple[str, float], ...]  # the weights that are numbers
    leaves_out: bool  # whether elements may be left out, as the graph knows it


Place = tuple[int, ...]
Result = TypeVar("Result")


def outputs_of_block(loss: BlockLoss, *arrays: Array, block_id: Place) -> Any:
    """The outputs for each element."""
    given = _by_name(loss, arrays)

    def compute() -> Any:
        results = evaluate(
            loss.form, loss.outputs, loss.options,
            given["input"], given["target"], given.get("weight"), given.get("where"), given.get("pos_weight"),
            loss.ignore_value, "none", None, False, loss.validate, loss.dtype,
        )  # fmt: skip
        return results if loss.outputs != VALUE else results[0]

    return placed(compute, block_id)


def parts_of_block(loss: BlockLoss, *arrays: Array, block_id: Place) -> Any:
    """The totals of the block, with derivatives in a tuple; or the two derivatives alone."""
    results = placed(lambda: _parts(loss, _by_name(loss, arrays), None), block_id)
    return results if loss.outputs != VALUE else results[0]


def sums_of_block(loss: BlockLoss, *arrays: Array, block_id: Place) -> Any:
    """The same where no other block has elements of these sums: the value itself in place of totals."""
    given, dtype = _by_name(loss, arrays), loss_dtype(loss.dtype)

    def compute() -> Any:
        if loss.outputs != VALUE and divides(loss.reduction):
            (totals,) = _parts(loss, given, None, only_counts=True)
            given["divisors"] = divisors_of(loss, totals)
        results = _parts(loss, given, dtype)
        return results if loss.outputs == GRAD_AND_HESS else (rounded(results[0], dtype), *results[1:])

    results = placed(compute, block_id)
    return results if loss.outputs != VALUE else results[0]


def counts_of_block(loss: BlockLoss, *arrays: Array, block_id: Place) -> Array:
    """The totals of what the losses are divided by, without the losses."""
    results = placed(lambda: _parts(loss, _by_name(loss, arrays), None, only_counts=True), block_id)
    totals: Array = results[0]
    return totals


def _by_name(loss: BlockLoss, arrays: tuple[Array, ...]) -> dict[str, Any]:
    return dict(loss.factors) | dict(zip(("input", "target", *loss.operands), arrays, strict=True))


def _parts(loss: BlockLoss, given: dict[str, Any], dtype: Any, only_counts: bool = False) -> tuple[Any, ...]:
    input, target = given["input"], given["target"]
    weight, where, pos_weight = (given.get(name) for name in ("weight", "where", "pos_weight"))
    samples = read(loss.form, input, target, weight, where, pos_weight, loss.ignore_value)
    if not loss.leaves_out and any(each is not None for each in samples[4:]):
        raise ValueError("the block is masked, which its meta does not say; make the array with da.ma.masked_array")
    divisors = given.get("divisors")
    if divisors is not None:
        divisors = np.ascontiguousarray(divisors, np.float64).reshape(-1)
    return evaluate_totals(
        loss.form, VALUE if only_counts else loss.outputs, loss.options, samples, loss.reduction, loss.axes,
        loss.validate, divisors, dtype, (input, target), only_counts,
        digits=loss_dtype(loss.dtype),
    )  # fmt: skip


def placed(compute: Callable[[], Result], block_id: Place) -> Result:
    """What it computes; an error says in which block."""
    try:
        return compute()
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error} (This is of block {block_id}, and an index counts from its beginning.)") from error


# Parts of several blocks, as dask.array.reduction hands them over: lists in lists


def divides(reduction: str) -> bool:
    return reduction in ("mean", "weighted_mean")


def totals_of(part: Any, axis: Any, keepdims: bool) -> Array:
    """The totals of a block, which come first where it has derivatives."""
    totals: Array = part[0] if isinstance(part, tuple) else part
    return totals


def sums_of(parts: Any) -> Array:
    """The value of a block that has all elements of its sums."""
    (part,) = _flat(parts)
    sums: Array = part[0] if isinstance(part, tuple) else part
    return sums


def merged(parts: Any, axis: Any = None, keepdims: bool = True) -> Array:
    first, *others = _flat(parts)
    totals = np.array(first)  # parts may be read again, and may be read-only
    for other in others:
        if other.shape != totals.shape:
            raise ValueError(
                f"blocks whose sums belong together have {totals.shape[:-1]} and {other.shape[:-1]} of them"
            )
        _core.merge_totals(totals, np.require(other, requirements=["C", "W", "A"]))
    return totals


def value_of(parts: Any, axis: Any, keepdims: bool, loss: BlockLoss) -> Any:
    """A scalar where that has no axes."""
    sums = values(merged(parts), loss.reduction, loss.dtype)
    return np.expand_dims(sums, axis) if keepdims else sums[()]


def divisors_of(loss: BlockLoss, totals: Array) -> Array:
    """In the order of the rows."""
    quantity = WEIGHT if loss.reduction == "weighted_mean" else COUNT
    return _core.values_of_totals(totals, quantity, np.dtype(np.float64))


def divisor_of(parts: Any, axis: Any, keepdims: bool, loss: BlockLoss) -> Array:
    return np.expand_dims(divisors_of(loss, merged(parts)), axis)


def _flat(parts: Any) -> Iterator[Array]:
    if not isinstance(parts, list):
        yield parts
        return
    for part in parts:
        yield from _flat(part)
