"""The focal loss of `functional`."""

from __future__ import annotations

from typing import Any, Never

import numpy.typing as npt

from pysigmoid._arguments import Axis
from pysigmoid._dtypes import Array
from pysigmoid._hints import explicit, refuse_keywords
from pysigmoid._losses import (
    FOCAL,
    GRAD_AND_HESS,
    VALUE,
    VALUE_AND_GRAD,
    VALUE_GRAD_AND_HESS,
    evaluate,
    focal_options,
)
from pysigmoid._reductions import ReductionName


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
    return evaluate(
        FOCAL, VALUE, focal_options(alpha, gamma, label_smoothing),
        inputs, targets, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out,
    )[0]  # fmt: skip


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
    loss, grad = evaluate(
        FOCAL, VALUE_AND_GRAD, focal_options(alpha, gamma, label_smoothing),
        inputs, targets, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out, grad_out,
    )  # fmt: skip
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
    grad, hess = evaluate(
        FOCAL, GRAD_AND_HESS, focal_options(alpha, gamma, label_smoothing),
        inputs, targets, weight, where, pos_weight, ignore_value,
        reduction, axis, False, validate, None, None, grad_out, hess_out,
    )  # fmt: skip
    return grad, hess


@explicit
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
    out: Array | None = None,
    grad_out: Array | None = None,
    hess_out: Array | None = None,
    **misnamed: Never,
) -> tuple[Any, Any, Any]:
    """Focal loss, its gradient and its second derivative, in one pass.

    Parameters
    ----------
    inputs, targets, alpha, gamma, reduction, weight, pos_weight, label_smoothing, ignore_value
        As for `sigmoid_focal_loss`.
    where, axis, keepdims, validate
        As for `sigmoid_focal_loss`.
    dtype, out
        As for `sigmoid_focal_loss`: those of the loss.
    grad_out, hess_out : ndarray, optional
        Buffers for the derivatives, of the shape of `inputs`; one of them may be `inputs` itself.

    Returns
    -------
    loss : scalar or ndarray
        As `sigmoid_focal_loss` returns it.
    grad, hess : ndarray or scalar
        First and second derivative by each logit, as `sigmoid_focal_loss_grad_and_hess` returns them for the same
        `reduction`.

    Raises
    ------
    ValueError, TypeError
        As for `sigmoid_focal_loss`, for each buffer as for `out`, and if the buffers share memory.

    Notes
    -----
    The bits are those of `sigmoid_focal_loss_value_and_grad` and `_grad_and_hess`, at little more than half the time of
    both. The second derivative may be negative, see there.

    Examples
    --------
    >>> loss, grad, hess = F.sigmoid_focal_loss_value_grad_and_hess(np.array([-5.0, 0.0]), [1, 1], reduction="sum")
    >>> print(f"{loss:.6f}")
    1.278302
    >>> hess
    array([-0.00799995,  0.09978585])
    """
    if misnamed:
        refuse_keywords(sigmoid_focal_loss_value_grad_and_hess, misnamed)
    loss, grad, hess = evaluate(
        FOCAL, VALUE_GRAD_AND_HESS, focal_options(alpha, gamma, label_smoothing),
        inputs, targets, weight, where, pos_weight, ignore_value,
        reduction, axis, keepdims, validate, dtype, out, grad_out, hess_out,
    )  # fmt: skip
    return loss, grad, hess
