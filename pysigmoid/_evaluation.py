"""From the terms of a loss to its results: sums, divisors, rounding, buffers."""

import math
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from pysigmoid._arguments import Array, Axis, DType, Samples, check_buffer, check_disjoint, loss_dtype
from pysigmoid._losses import GRADIENT, HESSIAN, LOSS, Loss

ReductionName: TypeAlias = Literal["none", "mean", "sum", "weighted_mean"]
REDUCTIONS = get_args(ReductionName)


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction; choose one of {', '.join(REDUCTIONS)}")


class Reduction:
    """The axes to sum over and the divisor of the sums."""

    def __init__(self, samples: Samples, reduction: str, axis: Axis = None, keepdims: bool = False) -> None:
        check_reduction(reduction)
        if reduction == "none" and axis is not None:
            raise ValueError(f"axis is {axis}, but reduction='none' leaves every axis; pass 'sum' or a mean")
        shape = samples.shape
        ndim = len(shape)
        axes = range(ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, ndim, "axis")
        summed, other = sorted(axes), sorted(set(range(ndim)) - set(axes))
        sums_shape = tuple(1 if i in axes else length for i, length in enumerate(shape))
        self.samples = samples
        self.kind = reduction
        self.row_length = math.prod(shape[i] for i in summed)
        self.rows_shape = (*(shape[i] for i in other), self.row_length)
        self.rows_order = other + summed
        self.sums_shape = sums_shape  # broadcasts against the terms
        self.shape = shape if reduction == "none" else sums_shape if keepdims else self.rows_shape[:-1]

    def total(self, terms: Array) -> Array:
        """Pairwise sums over rows that are contiguous in the logical order, so that no memory layout changes a bit."""
        rows = terms.transpose(self.rows_order).reshape(self.rows_shape)
        return np.asarray(np.add.reduce(np.ascontiguousarray(rows), axis=-1)).reshape(self.sums_shape)

    def divisor(self) -> Array | None:
        """What each sum is divided by: the number, or the weight, of the elements that count."""
        samples = self.samples
        if self.kind not in ("mean", "weighted_mean"):
            return None
        weight = samples.weight if self.kind == "weighted_mean" else None
        if weight is None and samples.kept is None:
            return np.full(self.sums_shape, self.row_length, samples.precision)
        ones = np.ones(samples.shape, samples.precision)
        return self.total(leave_out(samples, ones if weight is None else weight))

    def loss(self, terms: Array, divisor: Array | None) -> Array:
        if self.kind == "none":
            return terms.astype(self.samples.dtype, copy=False)
        sums = self.total(terms)
        return (sums if divisor is None else np.divide(sums, divisor)).reshape(self.shape)

    def derivative(self, terms: Array, divisor: Array | None) -> Array:
        """A derivative of 0 stays 0 where nothing is left to divide by."""
        return terms if divisor is None else np.divide(terms, divisor, out=np.zeros_like(terms), where=terms != 0)


def leave_out(samples: Samples, terms: Array) -> Array:
    """The terms, 0 for the elements that do not count."""
    return terms if samples.kept is None else np.where(samples.kept, terms, 0.0)


class Output(NamedTuple):
    order: int
    dtype: DType
    buffer: Array | None


def value(loss: Loss, reduction: Reduction, dtype: npt.DTypeLike | None = None, out: Any = None) -> Any:
    return _evaluate(loss, reduction, [_loss_output(reduction, dtype, out)])[0]


def value_and_grad(
    loss: Loss, reduction: Reduction, dtype: npt.DTypeLike | None, out: Any, grad_out: Any
) -> tuple[Any, Any]:
    outputs = [
        _loss_output(reduction, dtype, out),
        _derivative_output(reduction, GRADIENT, "grad_out", grad_out),
    ]
    check_disjoint("out", out, "grad_out", grad_out)
    value, grad = _evaluate(loss, reduction, outputs)
    return value, grad


def grad_and_hess(loss: Loss, reduction: Reduction, grad_out: Any, hess_out: Any) -> tuple[Any, Any]:
    outputs = [
        _derivative_output(reduction, GRADIENT, "grad_out", grad_out),
        _derivative_output(reduction, HESSIAN, "hess_out", hess_out),
    ]
    check_disjoint("grad_out", grad_out, "hess_out", hess_out)
    grad, hess = _evaluate(loss, reduction, outputs)
    return grad, hess


def _loss_output(reduction: Reduction, dtype: npt.DTypeLike | None, out: Any) -> Output:
    asked = loss_dtype(dtype, default=reduction.samples.dtype)
    if out is None:
        return Output(LOSS, asked, None)
    check_buffer("out", out, reduction.shape, asked)
    return Output(LOSS, out.dtype if dtype is None else asked, out)


def _derivative_output(reduction: Reduction, order: int, name: str, buffer: Any) -> Output:
    samples = reduction.samples
    if buffer is None:
        return Output(order, samples.dtype, None)
    check_buffer(name, buffer, samples.shape, samples.dtype)
    return Output(order, buffer.dtype, buffer)


@np.errstate(all="ignore")
def _evaluate(loss: Loss, reduction: Reduction, outputs: list[Output]) -> tuple[Any, ...]:
    """Compute every result before the first is written, so that a buffer may be an input."""
    divisor = reduction.divisor()
    orders = tuple(output.order for output in outputs)
    rounded = divisor is None and all(_keeps_dtype(reduction, output) for output in outputs)
    results = []
    for output, terms in zip(outputs, loss.terms(orders, rounded), strict=True):
        finish = reduction.loss if output.order == LOSS else reduction.derivative
        result = finish(leave_out(loss.samples, np.asarray(terms)), divisor)
        results.append(result.astype(output.dtype, copy=False))
    return tuple(map(_deliver, results, outputs))


def _keeps_dtype(reduction: Reduction, output: Output) -> bool:
    """Whether the terms of this output are rounded to the dtype of the samples, and nothing else before that."""
    if output.order == LOSS:
        return reduction.kind == "none"
    return output.dtype == reduction.samples.dtype


def _deliver(result: Array, output: Output) -> Any:
    if output.buffer is None:
        return result if result.ndim else result[()]
    np.copyto(output.buffer, result, casting="same_kind")
    return output.buffer
