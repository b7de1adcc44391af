"""The losses: from what the caller passes to one call of the fused driver, and its results or an error."""

from typing import Any

import numpy as np
import numpy.typing as npt

from pysigmoid import _core
from pysigmoid._arguments import (
    Axis,
    Samples,
    Shape,
    check_buffer,
    check_disjoint,
    raise_outside,
    read_samples,
    real,
    real_between,
)
from pysigmoid._containers import arrays_of_series, in_container
from pysigmoid._dtypes import DType, float_dtype, loss_dtype
from pysigmoid._operands import library_of
from pysigmoid._reductions import reduction_code, shape_of_sums, summed_axes

LOGISTIC, FOCAL, PROBABILITY = range(3)  # forms, and
VALUE, VALUE_AND_GRAD, GRAD_AND_HESS, VALUE_GRAD_AND_HESS = range(4)  # outputs, as _core.loss knows them

# What the ufuncs answer in, for NumPy's own dtypes in native byte order.
RESULT_DTYPES = {dtype: float_dtype("input", dtype) for dtype in map(np.dtype, "?bBhHiIlLqQefdg")}


NAMES = (("input", "target"), ("inputs", "targets"), ("input", "target"))  # of a form's first arguments
Options = tuple[float, float, float]  # smoothing, alpha or -1, gamma
NO_OPTIONS: Options = (0.0, -1.0, 0.0)

# m^gamma is good to 2 gamma max(1, |log m|) 2^-53, and log m reaches -745 before m^gamma vanishes: up to this gamma a
# rounding of m next to 1 costs no more than the logarithm does further out, 2^-42.
LARGEST_GAMMA = 1000


def smoothing(label_smoothing: float) -> Options:
    if type(label_smoothing) is float and label_smoothing == 0:
        return NO_OPTIONS
    return real_between("label_smoothing", label_smoothing, 0, 1), -1.0, 0.0


def focal_options(alpha: float | None, gamma: float, label_smoothing: float = 0.0) -> Options:
    """The smoothing, alpha, -1 where it is switched off, and gamma."""
    off = alpha is None or real("alpha", alpha) < 0
    balance = -1.0 if off else real_between("alpha", alpha, 0, 1)
    return smoothing(label_smoothing)[0], balance, real_between("gamma", gamma, 0, LARGEST_GAMMA)


def evaluate(
    form: int,
    outputs: int,
    options: Options,
    input: Any,
    target: Any,
    weight: Any,
    where: Any,
    pos_weight: Any,
    ignore_value: float | None,
    reduction: str,
    axis: Axis,
    keepdims: bool,
    validate: bool,
    dtype: npt.DTypeLike | None = None,
    out: Any = None,
    grad_out: Any = None,
    hess_out: Any = None,
    given: tuple[Any, Any] | None = None,
) -> tuple[Any, ...]:
    """The outputs of a loss. `given` is what the caller passed for input and target, where that was read already."""
    samples = plain_samples(input, target, weight, where, pos_weight, ignore_value)
    is_read = samples is None  # all tensors are
    if samples is None:
        samples = read_samples(NAMES[form], input, target, weight, where, pos_weight, ignore_value)
    logits, labels, factor, pos_factor, kept, dropped, ignored = samples
    code = reduction_code(reduction)
    axes = None if axis is None else summed_axes(reduction, axis, logits.ndim)
    result_dtype = RESULT_DTYPES.get(logits.dtype)
    if result_dtype is None:
        result_dtype = float_dtype(NAMES[form][0], logits.dtype)
    asked = result_dtype if dtype is None else loss_dtype(dtype)
    if not (out is grad_out is hess_out is None):
        if out is not None:
            check_buffer("out", out, shape_of_sums(logits.shape, reduction, axes, keepdims), asked)
            asked = out.dtype if dtype is None else asked
        check_derivatives(logits.shape, result_dtype, out, grad_out, hess_out)
    smooth, alpha, gamma = options  # written out: *options and *samples would take a tenth of the time of a short call
    results = _core.loss(
        form, outputs, smooth, alpha, gamma, logits, labels, factor, pos_factor, kept, dropped, ignored,
        code, axes, keepdims, validate, asked, out, grad_out, hess_out,
    )  # fmt: skip
    if results is None:
        raise_outside(Samples(*samples), NAMES[form], form == PROBABILITY, given or (input, target))
    if is_read and library_of(type(input)) == "torch":
        return tuple(_as_tensor(input, result, (out, grad_out, hess_out)) for result in results)
    return results


def plain_samples(
    input: Any, target: Any, weight: Any, where: Any, pos_weight: Any, ignore_value: float | None
) -> tuple[Any, ...] | None:
    """Arrays and Series that need no reading, as the fields of `Samples`: it takes most of the time of a short call."""
    if target is None or where is not None or ignore_value is not None:
        return None
    if not _core.are_plain(input, target, weight, pos_weight):
        arrays = arrays_of_series(input, target, weight, pos_weight)
        if arrays is None or not _core.are_plain(*arrays):
            return None
        input, target, weight, pos_weight = arrays
    return input, target, weight, pos_weight, None, None, None


def _as_tensor(input: Any, result: Any, buffers: tuple[Any, ...]) -> Any:
    """A result as the tensor that the logits were, unless the caller gave a buffer for it."""
    return result if any(result is buffer for buffer in buffers) else in_container(input, result)


def check_derivatives(shape: Shape, dtype: DType, out: Any, grad_out: Any, hess_out: Any) -> None:
    if grad_out is not None:
        check_buffer("grad_out", grad_out, shape, dtype)
    if hess_out is not None:
        check_buffer("hess_out", hess_out, shape, dtype)
    check_disjoint("out", out, "grad_out", grad_out)
    check_disjoint("out", out, "hess_out", hess_out)
    check_disjoint("grad_out", grad_out, "hess_out", hess_out)
