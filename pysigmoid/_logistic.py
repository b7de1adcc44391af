"""The logistic loss of `functional`, from logits and from probabilities."""

from __future__ import annotations

from typing import Any, Never

import numpy.typing as npt

from pysigmoid._arguments import Axis
from pysigmoid._dtypes import Array
from pysigmoid._hints import check_averaging, explicit, refuse_keywords
from pysigmoid._losses import (
    GRAD_AND_HESS,
    LOGISTIC,
    NO_OPTIONS,
    PROBABILITY,
    VALUE,
    VALUE_AND_GRAD,
    VALUE_GRAD_AND_HESS,
    evaluate,
    smoothing,
)
from pysigmoid._reductions import ReductionName


@explicit
def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: ReductionName = "mean",
    pos_weight: Any = None,
    *,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
    out: Array | None = None,
    **misnamed: Never,
) -> Any:
    """Logistic loss from logits, w (p y log(1 + exp(-x)) + (1 - y) log(1 + exp(x))).

    Parameters
    ----------
    input : array_like
        Logits x, in natural-log odds, of any shape.
    target : array_like
        Labels y in [0, 1], hard or soft: bool, integer or float, of the shape of `input`.
    weight : array_like, optional
        Factor w of each element, broadcast to the shape of `input`; it may be negative.
    size_average, reduce : None
        torch's options from before `reduction`: None, or a TypeError that says which reduction they mean.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss.
    pos_weight : array_like, optional
        Factor p of the positive part, broadcast to the shape of `input`; it does not count in "weighted_mean".
    label_smoothing : float
        In [0, 1]: s moves each label to y (1 - s) + s/2, before `pos_weight` applies.
    ignore_value : float, optional
        Label that marks elements to leave out; nan is found as well.
    where : array_like of bool, optional
        False for elements to leave out, broadcast to the shape of `input`; the mask of a masked array joins it.
        `where` is for elements you know to be invalid, `ignore_value` for marked labels: both leave the divisor and are
        not checked. An element with a `weight` of 0 is 0, also where its logit is nan, and keeps its place in the
        number that "mean" divides by.
    axis : int or tuple of int, optional
        Axes to sum over, all of them by default; each result has its own divisor.
    keepdims : bool
        Keep the summed axes with length 1.
    validate : bool
        Check that the labels lie in [0, 1].
    dtype : dtype, optional
        Float type of the loss; by default that of `input`, or the one the ufuncs give for integers. Sums are taken in
        float64 and rounded once, so float64 shows all of their digits; with "none" it only casts.
    out : ndarray, optional
        Buffer for the loss, of its shape.

    Returns
    -------
    scalar or ndarray
        The loss in nats, a NumPy scalar when everything is summed; or `out`. Left-out elements are 0 with "none". For a
        tensor every result of a loss is a tensor.

    Raises
    ------
    ValueError
        If the shapes of `input` and `target` differ, a weight does not broadcast to them, a label is outside [0, 1] or
        nan, an option is out of range, or `out` has another shape or is read-only. Nothing has been written then.
    TypeError
        For an argument that is no real array, a Dask collection, a tensor that requires grad, missing values (NA, null)
        that `where` does not leave out, or an `out` the loss does not cast to.

    Notes
    -----
    In float32 each element is within 0.61 ULP, and within 0.75 ULP with factors, in both tails, where torch rounds a
    loss below 6e-8 to 0. At infinite logits the loss is its limit: 0 for the label they belong to, else inf; a factor
    of 0 drops its term. nan comes only from nan, warnings never. Sums are pairwise in float64 and do not depend on the
    memory layout.
    Labelled operands (pandas, polars, Arrow, xarray) must have equal labels, see the module. NA and null are missing
    values, which `where` must leave out; nan is a number.
    "mean" of nothing is nan, "sum" 0; "weighted_mean" is nan or infinite where the weights sum to 0, and infinite
    factors give inf or nan. The names and the meaning of `pos_weight` are torch's, smoothing is that of Keras.

    Examples
    --------
    >>> logits = np.float32([-20.0, 0.0, 3.0])
    >>> F.binary_cross_entropy_with_logits(logits, [0, 1, 1])
    np.float32(0.24724485)
    >>> F.binary_cross_entropy_with_logits(logits, [0, 1, 1], reduction="none")
    array([2.0611537e-09, 6.9314718e-01, 4.8587352e-02], dtype=float32)
    >>> F.binary_cross_entropy_with_logits(logits, [0, 1, -1], ignore_value=-1)
    np.float32(0.3465736)
    """
    if size_average is not None or reduce is not None:
        check_averaging(size_average, reduce)
    if misnamed:
        refuse_keywords(binary_cross_entropy_with_logits, misnamed)
    return evaluate(
        LOGISTIC, VALUE, smoothing(label_smoothing),
        input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out,
    )[0]  # fmt: skip


@explicit
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
    out: Array | None = None,
    grad_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any]:
    """Logistic loss and its gradient in the logits, w ((1 - y) sigmoid(x) - p y sigmoid(-x)) / divisor.

    Parameters
    ----------
    input, target, weight, reduction, pos_weight, label_smoothing, ignore_value, where, axis, keepdims, validate
        As for `binary_cross_entropy_with_logits`.
    dtype, out
        As for `binary_cross_entropy_with_logits`: those of the loss.
    grad_out : ndarray, optional
        Buffer for the gradient, of the shape of `input`; it may be `input` itself.

    Returns
    -------
    loss : scalar or ndarray
        As `binary_cross_entropy_with_logits` returns it.
    grad : ndarray or scalar
        Derivative of that loss by each logit, in the shape and float dtype of `input`; or `grad_out`. "sum" and "none"
        give the derivative of each element's own loss, the means divide it. 0 for left-out elements.

    Raises
    ------
    ValueError, TypeError
        As for `binary_cross_entropy_with_logits`, for `grad_out` as for `out`, and if the buffers share memory.

    Notes
    -----
    For labels 0 and 1 the gradient is accurate in both tails, where torch's sigmoid(x) - y rounds to 0. For soft labels
    it cancels near y = sigmoid(x), as the exact one does.

    Examples
    --------
    >>> logits = np.float32([20.0, 10.0])
    >>> loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(logits, [1, 1], reduction="sum")
    >>> loss
    np.float32(4.540096e-05)
    >>> grad
    array([-2.0611537e-09, -4.5397868e-05], dtype=float32)
    """
    if misnamed:
        refuse_keywords(binary_cross_entropy_with_logits_value_and_grad, misnamed)
    loss, grad = evaluate(
        LOGISTIC, VALUE_AND_GRAD, smoothing(label_smoothing),
        input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out, grad_out,
    )  # fmt: skip
    return loss, grad


@explicit
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
    grad_out: Array | None = None,
    hess_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any]:
    """Gradient of the logistic loss and its second derivative, w (p y + 1 - y) sigmoid(x) sigmoid(-x) / divisor.

    Parameters
    ----------
    input, target, weight, reduction, pos_weight, label_smoothing, ignore_value, where, axis, validate
        As for `binary_cross_entropy_with_logits`, but `reduction` is "sum", which divides by nothing.
    grad_out, hess_out : ndarray, optional
        Buffers of the shape of `input`; one of them may be `input` itself.

    Returns
    -------
    grad, hess : ndarray or scalar
        First and second derivative by each logit, in the shape and float dtype of `input`, or the buffers. 0 for
        left-out elements.

    Raises
    ------
    ValueError, TypeError
        As for `binary_cross_entropy_with_logits`, for each buffer as for `out`, and if the buffers share memory.

    Notes
    -----
    What gradient boosting asks of a custom objective. The second derivative does not cancel: in float32 it is within
    0.51 ULP, down to the subnormal numbers.

    Examples
    --------
    >>> grad, hess = F.binary_cross_entropy_with_logits_grad_and_hess(np.float32([-30.0, 0.0, 30.0]), [0, 1, 1])
    >>> grad
    array([ 9.357623e-14, -5.000000e-01, -9.357623e-14], dtype=float32)
    >>> hess
    array([9.357623e-14, 2.500000e-01, 9.357623e-14], dtype=float32)
    """
    if misnamed:
        refuse_keywords(binary_cross_entropy_with_logits_grad_and_hess, misnamed)
    grad, hess = evaluate(
        LOGISTIC, GRAD_AND_HESS, smoothing(label_smoothing),
        input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, False, validate, None, None, grad_out, hess_out,
    )  # fmt: skip
    return grad, hess


@explicit
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
    out: Array | None = None,
    grad_out: Array | None = None,
    hess_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any, Any]:
    """Logistic loss, its gradient and its second derivative, in one pass: what a step of Newton's method asks for.

    Parameters
    ----------
    input, target, weight, reduction, pos_weight, label_smoothing, ignore_value, where, axis, keepdims, validate
        As for `binary_cross_entropy_with_logits`.
    dtype, out
        As for `binary_cross_entropy_with_logits`: those of the loss.
    grad_out, hess_out : ndarray, optional
        Buffers for the derivatives, of the shape of `input`; one of them may be `input` itself.

    Returns
    -------
    loss : scalar or ndarray
        As `binary_cross_entropy_with_logits` returns it.
    grad, hess : ndarray or scalar
        First and second derivative by each logit, as `binary_cross_entropy_with_logits_grad_and_hess` returns them for
        the same `reduction`: the means divide both.

    Raises
    ------
    ValueError, TypeError
        As for `binary_cross_entropy_with_logits`, for each buffer as for `out`, and if the buffers share memory.

    Notes
    -----
    The bits are those of `binary_cross_entropy_with_logits_value_and_grad` and `_grad_and_hess`, at two thirds of the
    time of both.

    Examples
    --------
    The logit that fits three positive labels of four, log 3, in three steps:

    >>> labels, bias = np.array([1, 1, 0, 1]), 0.0
    >>> for _ in range(3):
    ...     loss, grad, hess = F.binary_cross_entropy_with_logits_value_grad_and_hess(np.full(4, bias), labels)
    ...     bias -= grad.sum() / hess.sum()
    >>> print(f"{bias:.4f} {loss:.6f}")
    1.0986 0.562336
    """
    if misnamed:
        refuse_keywords(binary_cross_entropy_with_logits_value_grad_and_hess, misnamed)
    loss, grad, hess = evaluate(
        LOGISTIC, VALUE_GRAD_AND_HESS, smoothing(label_smoothing),
        input, target, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out, grad_out, hess_out,
    )  # fmt: skip
    return loss, grad, hess


@explicit
def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: ReductionName = "mean",
    *,
    where: Any = None,
    axis: Axis = None,
    keepdims: bool = False,
    validate: bool = True,
    dtype: npt.DTypeLike | None = None,
    out: Array | None = None,
    **misnamed: Never,
) -> Any:
    """Cross entropy of probabilities, w (-y log(p) - (1 - y) log(1 - p)), the logarithms cut at -100.

    Parameters
    ----------
    input : array_like
        Probabilities p in [0, 1] of any shape.
    target : array_like
        Labels y in [0, 1], hard or soft: bool, integer or float, of the shape of `input`.
    weight, size_average, reduce, reduction, where, axis, keepdims
        As for `binary_cross_entropy_with_logits`.
    validate : bool
        Check that probabilities and labels lie in [0, 1].
    dtype, out
        As for `binary_cross_entropy_with_logits`.

    Returns
    -------
    scalar or ndarray
        The loss in nats, a NumPy scalar when everything is summed, in the float dtype of `input` or `dtype`; or `out`.

    Raises
    ------
    ValueError
        If the shapes of `input` and `target` differ, `weight` does not broadcast to them, a probability or a label is
        outside [0, 1] or nan, or an option is out of range, or `out` has another shape or is read-only.
    TypeError
        As for `binary_cross_entropy_with_logits`.

    Notes
    -----
    torch's loss, cut included. A probability that has rounded to 0 or 1 has lost its logit:
    `binary_cross_entropy_with_logits` gives 20 where this loss, after the sigmoid of a float32 20, gives 100.

    Examples
    --------
    >>> F.binary_cross_entropy([0.0, 1.0, 0.0, 1.0], [0, 0, 1, 1], reduction="none")
    array([  0., 100., 100.,  -0.])
    >>> F.binary_cross_entropy(F.sigmoid(np.float32([20.0])), [0])
    np.float32(100.0)
    """
    if size_average is not None or reduce is not None:
        check_averaging(size_average, reduce)
    if misnamed:
        refuse_keywords(binary_cross_entropy, misnamed)
    return evaluate(
        PROBABILITY, VALUE, NO_OPTIONS,
        input, target, weight, where, None, None,
        reduction, axis, keepdims, validate, dtype, out,
    )[0]  # fmt: skip
