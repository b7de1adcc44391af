"""The losses of `functional` over Dask arrays: lazy, in parallel and larger than memory.

    from pysigmoid import dask as lazy

Each block is one task that makes nothing of the block's size but the derivatives that are asked for. Losses are added
without rounding and rounded once, so that they do not depend on chunks, on the order of the tasks, their number of
workers or on tasks that were done again: the bits are those of a single block, and of `functional.LossAccumulator`.
Derivatives have the bits of `functional`.
Products around them, such as ``X.T @ grad``, are added by Dask and BLAS and do depend on the chunks.

Functions take the arguments of `functional`, but for buffers. `input` decides the chunks: other arrays of its shape are
rechunked to them, and weights and masks broadcast. Arrays of NumPy become Dask's. A label outside [0, 1] is an error of
the task, which names the block. Elementwise functions, `functional.sigmoid` among them, take Dask arrays as they are;
the ufuncs with two outputs are here, since Dask does not take such. `LogisticObjective` fits logistic regression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pysigmoid import _core
from pysigmoid._arguments import Axis
from pysigmoid._dask_graphs import evaluate, two_outputs
from pysigmoid._dask_linear import LogisticObjective
from pysigmoid._losses import (
    FOCAL,
    GRAD_AND_HESS,
    LOGISTIC,
    NO_OPTIONS,
    PROBABILITY,
    VALUE,
    VALUE_AND_GRAD,
    VALUE_GRAD_AND_HESS,
    focal_options,
    smoothing,
)
from pysigmoid._reductions import ReductionName

Pair: TypeAlias = Callable[..., tuple[Any, Any]]

__all__ = [
    "LogisticObjective",
    "bce_with_logits_grad_and_hess",
    "bce_with_logits_value_and_grad",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad_and_hess",
    "binary_cross_entropy_with_logits_value_and_grad",
    "binary_cross_entropy_with_logits_value_grad_and_hess",
    "log_sigmoid_and_derivative",
    "sigmoid_and_derivative",
    "sigmoid_focal_loss",
    "sigmoid_focal_loss_grad_and_hess",
    "sigmoid_focal_loss_value_and_grad",
    "sigmoid_focal_loss_value_grad_and_hess",
    "silu_and_derivative",
    "softplus_and_derivative",
]

LogisticObjective.__module__ = __name__  # where help, pickle and errors shall find it


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: ReductionName = "mean",
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> Any:
    """Logistic loss from logits, as `functional.binary_cross_entropy_with_logits` has it.

    Parameters
    ----------
    input, target
        Arrays of one shape: Dask's, of which one chunk each meets in a task, or NumPy's.
    weight, pos_weight, where
        Arrays that broadcast to the shape of `input`, or numbers.
    reduction, label_smoothing, ignore_value, axis, keepdims, validate, dtype
        As there.

    Returns
    -------
    dask.array.Array
        The loss, lazy: of no axes where everything is summed.

    Raises
    ------
    ValueError
        At once, if shapes differ, as far as they are known, or an axis in `axis` has chunks of unknown sizes; by the
        task, with its block, for what only the numbers tell.

    Notes
    -----
    The sum is exact and rounded once to the dtype of the loss: no chunks change a bit of it. `functional` rounds at
    every addition, so that in float64 its last bits may differ.

    Examples
    --------
    >>> import dask.array as da
    >>> from pysigmoid import dask as lazy
    >>> logits = da.from_array(np.float32([-20.0, 0.0, 3.0, 1.0]), chunks=2)
    >>> lazy.binary_cross_entropy_with_logits(logits, [0, 1, 1, 0]).compute()
    np.float32(0.51374906)
    """
    (loss,) = evaluate(
        LOGISTIC, VALUE, smoothing(label_smoothing), input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss


def binary_cross_entropy_with_logits_value_and_grad(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: ReductionName = "mean",
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> tuple[Any, Any]:
    """The loss and its gradient in the logits, both lazy; compute them together, and each block is read once.

    Takes the arguments of `binary_cross_entropy_with_logits`. The gradient has the chunks of `input` and is that of
    `functional`, in float32 to a unit in the last place: sums that do not depend on the chunks need terms in double.
    Where elements are left out, or "weighted_mean" is asked for, what it is divided by takes a pass over masks, labels
    and weights before.

    Examples
    --------
    >>> import dask
    >>> import dask.array as da
    >>> from pysigmoid import dask as lazy
    >>> logits = da.zeros(4, chunks=2, dtype=np.float32)
    >>> loss, grad = dask.compute(*lazy.binary_cross_entropy_with_logits_value_and_grad(logits, [0, 1, 1, 0]))
    >>> grad
    array([ 0.125, -0.125, -0.125,  0.125], dtype=float32)
    """
    loss, grad = evaluate(
        LOGISTIC, VALUE_AND_GRAD, smoothing(label_smoothing), input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss, grad


def binary_cross_entropy_with_logits_grad_and_hess(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: ReductionName = "sum",
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    validate: bool = True,
) -> tuple[Any, Any]:
    """First and second derivative in the logits, lazy, with the chunks of `input` as `functional` gives them."""
    grad, hess = evaluate(
        LOGISTIC, GRAD_AND_HESS, smoothing(label_smoothing), input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, False, validate, None,
    )  # fmt: skip
    return grad, hess


def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: ReductionName = "mean",
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> tuple[Any, Any, Any]:
    """The loss and its first and second derivative in the logits, all lazy, as the function with the gradient alone."""
    loss, grad, hess = evaluate(
        LOGISTIC, VALUE_GRAD_AND_HESS, smoothing(label_smoothing), input, target, weight, where, pos_weight,
        ignore_value, reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss, grad, hess


def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: ReductionName = "mean",
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> Any:
    """Cross entropy of probabilities, as `functional.binary_cross_entropy` has it, lazy."""
    (loss,) = evaluate(
        PROBABILITY, VALUE, NO_OPTIONS, input, target, weight, where, None, None,
        reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss


def sigmoid_focal_loss(
    inputs: Any,
    targets: Any,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    reduction: ReductionName = "none",
    *,
    weight: Any = None,
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> Any:
    """Focal loss from logits, as `functional.sigmoid_focal_loss` has it, lazy."""
    (loss,) = evaluate(
        FOCAL, VALUE, focal_options(alpha, gamma, label_smoothing), inputs, targets, weight, where, pos_weight,
        ignore_value, reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss


def sigmoid_focal_loss_value_and_grad(
    inputs: Any,
    targets: Any,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    *,
    reduction: ReductionName = "none",
    weight: Any = None,
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> tuple[Any, Any]:
    """The focal loss and its gradient, both lazy; compute them together, and each block is read once."""
    loss, grad = evaluate(
        FOCAL, VALUE_AND_GRAD, focal_options(alpha, gamma, label_smoothing), inputs, targets, weight, where, pos_weight,
        ignore_value, reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss, grad


def sigmoid_focal_loss_grad_and_hess(
    inputs: Any,
    targets: Any,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    *,
    reduction: ReductionName = "sum",
    weight: Any = None,
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    validate: bool = True,
) -> tuple[Any, Any]:
    """First and second derivative of the focal loss, lazy, with the chunks of `inputs`."""
    grad, hess = evaluate(
        FOCAL, GRAD_AND_HESS, focal_options(alpha, gamma, label_smoothing), inputs, targets, weight, where, pos_weight,
        ignore_value, reduction, axis, False, validate, None,
    )  # fmt: skip
    return grad, hess


def sigmoid_focal_loss_value_grad_and_hess(
    inputs: Any,
    targets: Any,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    *,
    reduction: ReductionName = "none",
    weight: Any = None,
    pos_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> tuple[Any, Any, Any]:
    """The focal loss and its first and second derivative, all lazy; compute them together."""
    loss, grad, hess = evaluate(
        FOCAL, VALUE_GRAD_AND_HESS, focal_options(alpha, gamma, label_smoothing), inputs, targets, weight, where,
        pos_weight, ignore_value, reduction, axis, keepdims, validate, dtype,
    )  # fmt: skip
    return loss, grad, hess


# Ufuncs with two outputs


def _lazy(ufunc: np.ufunc) -> Pair:
    def function(*inputs: Any) -> tuple[Any, Any]:
        return two_outputs(ufunc, inputs)

    function.__name__ = function.__qualname__ = ufunc.__name__
    function.__doc__ = f"The ufunc `pysigmoid.{ufunc.__name__}` on Dask arrays, which broadcast: two lazy arrays."
    return function


sigmoid_and_derivative: Pair = _lazy(_core.sigmoid_and_derivative)
log_sigmoid_and_derivative: Pair = _lazy(_core.log_sigmoid_and_derivative)
softplus_and_derivative: Pair = _lazy(_core.softplus_and_derivative)
silu_and_derivative: Pair = _lazy(_core.silu_and_derivative)
bce_with_logits_value_and_grad: Pair = _lazy(_core.bce_with_logits_value_and_grad)
bce_with_logits_grad_and_hess: Pair = _lazy(_core.bce_with_logits_grad_and_hess)


def __dir__() -> list[str]:
    return __all__
