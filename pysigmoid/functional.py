"""Functions under torch's names, usually imported as `from pysigmoid import functional as F`.

Elementwise functions give the bits of the ufunc and keep the container; in an array that NumPy has to make, nan is
null. Losses add reductions, weights and checks; they keep the dtype of the logits and pair elements by position. Labels
must then agree: an index or names of columns that differ are an error, and xarray's dims are brought into one order.
What has no labels goes beside those that have. What torch has no name for takes NumPy's: axis, keepdims, where, out.
"""

from __future__ import annotations

from typing import Any, Never

import numpy as np
import numpy.typing as npt

from pysigmoid import _core
from pysigmoid._arguments import (
    Array,
    Axis,
    clamp,
    elementwise_operand,
    refuse_dask,
)
from pysigmoid._hints import check_averaging, check_softplus_options, explicit, no_attribute, refuse_keywords
from pysigmoid._losses import (
    FOCAL,
    GRAD_AND_HESS,
    LOGISTIC,
    NO_OPTIONS,
    PROBABILITY,
    VALUE,
    VALUE_AND_GRAD,
    evaluate,
    focal_options,
    smoothing,
)
from pysigmoid._reductions import ReductionName

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad_and_hess",
    "binary_cross_entropy_with_logits_value_and_grad",
    "glu",
    "logit",
    "logsigmoid",
    "sigmoid",
    "sigmoid_focal_loss",
    "sigmoid_focal_loss_grad_and_hess",
    "sigmoid_focal_loss_value_and_grad",
    "silu",
    "softplus",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)


# Elementwise functions

SHORTEST_APPLIED = 16384  # fewer elements are done before a second thread is awake
BETA, THRESHOLD = 1.0, 20.0  # torch's defaults for softplus, which mean what is done here


def _apply(ufunc: np.ufunc, input: Any, out: Array | None) -> Any:
    """The ufunc of what a caller passed."""
    if not _core.are_plain(input):
        input = elementwise_operand(input)
    elif input.size >= SHORTEST_APPLIED:
        return _apply_to_arrays(ufunc, input, out=out)
    return ufunc(input) if out is None else ufunc(input, out=out)


def _apply_to_arrays(ufunc: np.ufunc, *arrays: Array, out: Array | None = None) -> Any:
    """The ufunc of arrays; what NumPy would hand over in pieces is taken whole, on all threads."""
    result = _core.apply(ufunc, out, *arrays)
    return ufunc(*arrays, out=out) if result is NotImplemented else result


def sigmoid(input: Any, *, out: Array | None = None) -> Any:
    """Sigmoid, 1 / (1 + exp(-x)).

    Parameters
    ----------
    input : array_like
        Logits x, in natural-log odds, of any shape.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape. A float dtype is kept; bool and integers of up to 16 bits give float32, wider ones float64.

    Raises
    ------
    TypeError
        If `input` is complex, text, dates or objects, or a tensor that requires grad, or if `out` is an integer array.

    Notes
    -----
    The bits of `pysigmoid.sigmoid`. torch.sigmoid gives 0 below -88.72 in float32; here the result passes through the
    subnormal numbers.

    Examples
    --------
    >>> F.sigmoid([-5.0, -1.0, 0.0, 1.0, 5.0]).round(4)
    array([0.0067, 0.2689, 0.5   , 0.7311, 0.9933])
    >>> F.sigmoid(np.float32(-100))
    np.float32(3.8e-44)
    """
    return _apply(_core.sigmoid, input, out)


def logsigmoid(input: Any, *, out: Array | None = None) -> Any:
    """Logarithm of the sigmoid, log(1 / (1 + exp(-x))) = -softplus(-x).

    Parameters
    ----------
    input : array_like
        Logits x, in natural-log odds, of any shape.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Natural-log probabilities of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`.

    Notes
    -----
    The bits of `pysigmoid.log_sigmoid`: finite wherever x is, and -0.0 where the probability rounds to 1.

    Examples
    --------
    >>> F.logsigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.00000000e+03, -6.93147181e-01, -0.00000000e+00])
    """
    return _apply(_core.log_sigmoid, input, out)


def softplus(input: Any, beta: float = BETA, threshold: float = THRESHOLD, *, out: Array | None = None) -> Any:
    """Softplus, log(1 + exp(x)).

    Parameters
    ----------
    input : array_like
        Real numbers x of any shape.
    beta, threshold : float
        torch's defaults and nothing else: for torch's ``softplus(x, beta)`` write ``softplus(beta * x) / beta``, which
        is exact everywhere and so needs no threshold.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, and if `beta` is not 1 or `threshold` not 20.

    Notes
    -----
    The bits of `pysigmoid.softplus`. torch returns x itself above its threshold of 20, which costs 1.4e-11 at 25.

    Examples
    --------
    >>> F.softplus(25.0) - 25.0
    np.float64(1.3887557770431158e-11)
    """
    if beta is not BETA or threshold is not THRESHOLD:
        check_softplus_options(beta, threshold)
    return _apply(_core.softplus, input, out)


def silu(input: Any, inplace: bool = False, *, out: Array | None = None) -> Any:
    """SiLU or swish, x / (1 + exp(-x)).

    Parameters
    ----------
    input : array_like
        Real numbers x of any shape.
    inplace : bool
        Write the result into `input`, which must then be a float array.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, for `input` as for `out` if `inplace`, and if both are given.

    Notes
    -----
    The bits of `pysigmoid.silu`: -0.0 at -inf, where torch gives nan.

    Examples
    --------
    >>> F.silu(np.float32([-89, 0, 2]))
    array([-1.9823535e-37,  0.0000000e+00,  1.7615942e+00], dtype=float32)
    """
    if inplace:
        if out is not None:
            raise TypeError("inplace=True writes into input; pass either inplace or out")
        out = input
    return _apply(_core.silu, input, out)


def logit(input: Any, eps: float | None = None, *, out: Array | None = None) -> Any:
    """Logit, log(p / (1 - p)), the inverse of the sigmoid.

    Parameters
    ----------
    input : array_like
        Probabilities p of any shape.
    eps : float, optional
        In [0, 0.5): clamps p to [eps, 1 - eps], both in the precision of the result; nan stays nan. 0 clamps to [0, 1].
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Logits, in natural-log odds, of the same shape, dtype as for `sigmoid`. -inf at 0, inf at 1; without `eps` nan
        outside [0, 1].

    Raises
    ------
    TypeError
        As for `sigmoid`, and if `eps` is not a number.
    ValueError
        If `eps` is outside [0, 0.5), or so small that 1 - eps is 1 in the precision of the result, and ones would still
        give inf.

    Notes
    -----
    The bits of `pysigmoid.logit`, which keeps its accuracy around p = 1/2: torch.logit(0.5 - 2**-25) is off by a half.

    Examples
    --------
    >>> F.logit(np.array([0.0, 0.25, 0.5, 1.0, 1.5]))
    array([       -inf, -1.09861229,  0.        ,         inf,         nan])
    >>> F.logit(np.float32([0.0, 0.5, 1.5]), eps=1e-6)
    array([-13.81551 ,   0.      ,  13.802318], dtype=float32)
    """
    if eps is None:
        return _apply(_core.logit, input, out)
    return _apply(_core.logit, clamp(elementwise_operand(input), eps), out)


def glu(input: Any, dim: int = -1) -> Array:
    """Gated linear unit, a / (1 + exp(-b)), where a and b are the first and the second half of the input.

    Parameters
    ----------
    input : array_like
        Real numbers, of even length along `dim`.
    dim : int
        The dimension to halve.

    Returns
    -------
    ndarray
        The shape of `input` with `dim` halved, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, and for a Dask collection.
    ValueError
        If `dim` does not exist or has an odd length.

    Notes
    -----
    `pysigmoid.sigmoid_gate` of the halves, rounded once; torch gives 0 for the example.

    Examples
    --------
    >>> F.glu(np.float32([1, -100]))
    array([3.8e-44], dtype=float32)
    """
    refuse_dask("input", input)
    values = np.asanyarray(elementwise_operand(input))
    axis = np.lib.array_utils.normalize_axis_index(dim, values.ndim, "dim")
    length = values.shape[axis]
    if length % 2:
        raise ValueError(f"halving dimension must be even, but dimension {dim} of input has length {length}")
    halves = np.split(values, 2, axis=axis)
    return np.asanyarray(_apply_to_arrays(_core.sigmoid_gate, *halves))


# Losses


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
        not checked. A `weight` of 0 keeps its place in the number that "mean" divides by.
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
        The loss in nats, a NumPy scalar when everything is summed; or `out`. Left-out elements are 0 with "none".

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
    In float32 each element is within 0.5000001 ULP, in both tails, where torch rounds a loss below 6e-8 to 0. At
    infinite logits the loss is its limit: 0 for the label they belong to, else inf; a factor of 0 drops its term. nan
    comes only from nan, warnings never. Sums are pairwise in float64 and do not depend on the memory layout.
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
    samples, sums = (input, target, weight, where, pos_weight, ignore_value), (reduction, axis, keepdims)
    return evaluate(LOGISTIC, VALUE, smoothing(label_smoothing), samples, sums, validate, dtype, out)[0]


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
    samples, sums = (input, target, weight, where, pos_weight, ignore_value), (reduction, axis, keepdims)
    options = smoothing(label_smoothing)
    loss, grad = evaluate(LOGISTIC, VALUE_AND_GRAD, options, samples, sums, validate, dtype, out, grad_out)
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
    0.5000001 ULP, down to the subnormal numbers.

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
    samples, sums = (input, target, weight, where, pos_weight, ignore_value), (reduction, axis, False)
    options = smoothing(label_smoothing)
    grad, hess = evaluate(LOGISTIC, GRAD_AND_HESS, options, samples, sums, validate, None, None, grad_out, hess_out)
    return grad, hess


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
    samples, sums = (input, target, weight, where), (reduction, axis, keepdims)
    return evaluate(PROBABILITY, VALUE, NO_OPTIONS, samples, sums, validate, dtype, out)[0]


@explicit
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
    out: Array | None = None,
    **misnamed: Never,
) -> Any:
    """Focal loss from logits, w alpha_t (1 - p_t)^gamma L, with L the logistic loss.

    Here 1 - p_t = y sigmoid(-x) + (1 - y) sigmoid(x) and alpha_t = alpha y + (1 - alpha)(1 - y). Where labels are
    smoothed, y is the smoothed label everywhere; `pos_weight` is a factor in L alone.

    Parameters
    ----------
    inputs : array_like
        Logits x, in natural-log odds, of any shape.
    targets : array_like
        Labels y in [0, 1], hard or soft: bool, integer or float, of the shape of `inputs`.
    alpha : float or None
        Share of the positive part, in [0, 1]; None or a negative number leaves alpha_t out.
    gamma : float
        Focus, from 0, which gives the logistic loss, to 1000, up to which (1 - p_t)^gamma is good to 2^-42.
    reduction, weight, pos_weight, label_smoothing, ignore_value, where, axis, keepdims, validate, dtype, out
        As for `binary_cross_entropy_with_logits`.

    Returns
    -------
    scalar or ndarray
        The loss in nats, in the float dtype of `inputs` or `dtype`; or `out`.

    Raises
    ------
    ValueError, TypeError
        As for `binary_cross_entropy_with_logits`, and for `alpha` and `gamma` out of range.

    Notes
    -----
    Lin, Goyal, Girshick, He and Dollar, "Focal loss for dense object detection" (2017), with torchvision's names and
    defaults. torchvision gives 0 for a logit of 20 with label 1; the value is in the example.

    Examples
    --------
    >>> F.sigmoid_focal_loss(np.float32([2.0, 20.0]), [1, 1])
    array([4.5089072e-04, 2.1891277e-27], dtype=float32)
    """
    if misnamed:
        refuse_keywords(sigmoid_focal_loss, misnamed)
    samples, sums = (inputs, targets, weight, where, pos_weight, ignore_value), (reduction, axis, keepdims)
    return evaluate(FOCAL, VALUE, focal_options(alpha, gamma, label_smoothing), samples, sums, validate, dtype, out)[0]


@explicit
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
    out: Array | None = None,
    grad_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any]:
    """Focal loss and its gradient in the logits, w alpha_t (1 - p_t)^gamma (g + gamma k r L) / divisor.

    Here g and L are gradient and value of the logistic loss, k = 1 - 2 y, r = sigmoid(x) sigmoid(-x) / (1 - p_t).

    Parameters
    ----------
    inputs, targets, alpha, gamma, reduction, weight, pos_weight, label_smoothing, ignore_value
        As for `sigmoid_focal_loss`.
    where, axis, keepdims, validate
        As for `sigmoid_focal_loss`.
    dtype, out
        As for `sigmoid_focal_loss`: those of the loss.
    grad_out : ndarray, optional
        Buffer for the gradient, of the shape of `inputs`; it may be `inputs` itself.

    Returns
    -------
    loss : scalar or ndarray
        As `sigmoid_focal_loss` returns it.
    grad : ndarray or scalar
        Derivative of that loss by each logit, in the shape and float dtype of `inputs`; or `grad_out`. 0 for left-out
        elements.

    Raises
    ------
    ValueError, TypeError
        As for `sigmoid_focal_loss`, for `grad_out` as for `out`, and if the buffers share memory.

    Examples
    --------
    >>> loss, grad = F.sigmoid_focal_loss_value_and_grad(np.float32([2.0, 20.0]), [1, 1])
    >>> grad
    array([-1.217735e-03, -6.567383e-27], dtype=float32)
    """
    if misnamed:
        refuse_keywords(sigmoid_focal_loss_value_and_grad, misnamed)
    samples, sums = (inputs, targets, weight, where, pos_weight, ignore_value), (reduction, axis, keepdims)
    options = focal_options(alpha, gamma, label_smoothing)
    loss, grad = evaluate(FOCAL, VALUE_AND_GRAD, options, samples, sums, validate, dtype, out, grad_out)
    return loss, grad


@explicit
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
    grad_out: Array | None = None,
    hess_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any]:
    """Gradient of the focal loss and its second derivative.

    The latter is w alpha_t (1 - p_t)^gamma (h + 2 gamma k r g + gamma k r L (1 - 2 sigmoid(x) + (gamma - 1) k r)) /
    divisor, where h is the second derivative of L and k, r, g, L are those of `sigmoid_focal_loss_value_and_grad`.

    Parameters
    ----------
    inputs, targets, alpha, gamma, reduction, weight, pos_weight, label_smoothing, ignore_value, where, axis, validate
        As for `sigmoid_focal_loss`, but `reduction` is "sum", which divides by nothing.
    grad_out, hess_out : ndarray, optional
        Buffers of the shape of `inputs`; one of them may be `inputs` itself.

    Returns
    -------
    grad, hess : ndarray or scalar
        First and second derivative by each logit, in the shape and float dtype of `inputs`, or the buffers. 0 for
        left-out elements.

    Raises
    ------
    ValueError, TypeError
        As for `sigmoid_focal_loss`, for each buffer as for `out`, and if the buffers share memory.

    Notes
    -----
    The focal loss is not convex: for gamma > 0 the second derivative is negative at logits far on the wrong side, so an
    optimiser that divides by it needs a floor.

    Examples
    --------
    >>> grad, hess = F.sigmoid_focal_loss_grad_and_hess(np.array([-5.0, 0.0, 5.0]), [1, 1, 1])
    >>> hess
    array([-7.99995108e-03,  9.97858494e-02,  6.68039479e-07])
    """
    if misnamed:
        refuse_keywords(sigmoid_focal_loss_grad_and_hess, misnamed)
    samples, sums = (inputs, targets, weight, where, pos_weight, ignore_value), (reduction, axis, False)
    options = focal_options(alpha, gamma, label_smoothing)
    grad, hess = evaluate(FOCAL, GRAD_AND_HESS, options, samples, sums, validate, None, None, grad_out, hess_out)
    return grad, hess
