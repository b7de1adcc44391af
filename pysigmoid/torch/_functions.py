"""The functions of `pysigmoid.torch`."""

from __future__ import annotations

from typing import Never

import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function, has_torch_function_unary

from pysigmoid._elementwise import BETA, THRESHOLD
from pysigmoid._hints import check_averaging, check_softplus_options, explicit, refuse_keywords
from pysigmoid._losses import focal_options, smoothing
from pysigmoid._reductions import ReductionName
from pysigmoid.torch._derivatives import LOG_SIGMOID, SIGMOID, SILU, SOFTPLUS
from pysigmoid.torch._elementwise import apply
from pysigmoid.torch._loss_options import FOCAL, LOGISTIC, Options
from pysigmoid.torch._losses import logits_loss
from pysigmoid.torch._tensors import require_float, require_tensor


def sigmoid(input: Tensor) -> Tensor:
    """Sigmoid, 1 / (1 + exp(-x)).

    Parameters
    ----------
    input : Tensor
        Logits x, of any shape and strides, on the CPU.

    Returns
    -------
    Tensor
        Of the same shape, with the strides of torch.sigmoid. A float dtype is kept, also under autocast; integers give
        torch's default dtype.

    Raises
    ------
    TypeError
        For what is no strided tensor of real numbers on the CPU.
    ImportError
        For bfloat16 without the package ml_dtypes.

    Notes
    -----
    The bits of `pysigmoid.sigmoid`. The gradient is g times those of `pysigmoid.sigmoid_derivative`; torch's is 0
    from 16.6 on. All orders of derivatives exist, in reverse and forward mode.

    Examples
    --------
    >>> x = torch.tensor([-100.0, 0.0, 20.0], requires_grad=True)
    >>> pysigmoid.torch.sigmoid(x)
    tensor([3.7835e-44, 5.0000e-01, 1.0000e+00], grad_fn=<sigmoidBackward>)
    >>> pysigmoid.torch.sigmoid(x).sum().backward()
    >>> x.grad
    tensor([3.7835e-44, 2.5000e-01, 2.0612e-09])
    """
    if has_torch_function_unary(input):
        return handle_torch_function(sigmoid, (input,), input)
    return apply(SIGMOID, input)


def logsigmoid(input: Tensor) -> Tensor:
    """Logarithm of the sigmoid, log(1 / (1 + exp(-x))) = -softplus(-x).

    Parameters
    ----------
    input : Tensor
        As for `sigmoid`.

    Returns
    -------
    Tensor
        As for `sigmoid`.

    Raises
    ------
    TypeError, ImportError
        As for `sigmoid`.

    Notes
    -----
    The bits of `pysigmoid.log_sigmoid`; its derivative is sigmoid(-x).

    Examples
    --------
    >>> pysigmoid.torch.logsigmoid(torch.tensor([-1000.0, 20.0]))
    tensor([-1.0000e+03, -2.0612e-09])
    """
    if has_torch_function_unary(input):
        return handle_torch_function(logsigmoid, (input,), input)
    return apply(LOG_SIGMOID, input)


def softplus(input: Tensor, beta: float = BETA, threshold: float = THRESHOLD) -> Tensor:
    """Softplus, log(1 + exp(x)).

    Parameters
    ----------
    input : Tensor
        As for `sigmoid`.
    beta, threshold : float
        torch's defaults and nothing else: for torch's ``softplus(x, beta)`` write ``softplus(beta * x) / beta``, which
        is exact everywhere and so needs no threshold.

    Returns
    -------
    Tensor
        As for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, and if `beta` is not 1 or `threshold` not 20.
    ImportError
        As for `sigmoid`.

    Notes
    -----
    The bits of `pysigmoid.softplus`; its derivative is sigmoid(x).

    Examples
    --------
    >>> pysigmoid.torch.softplus(torch.tensor([-100.0, 0.0]))
    tensor([3.7835e-44, 6.9315e-01])
    """
    if has_torch_function_unary(input):
        return handle_torch_function(softplus, (input,), input, beta, threshold)
    if beta is not BETA or threshold is not THRESHOLD:
        check_softplus_options(beta, threshold)
    return apply(SOFTPLUS, input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """SiLU or swish, x / (1 + exp(-x)).

    Parameters
    ----------
    input : Tensor
        As for `sigmoid`.
    inplace : bool
        Write the result into `input`, which is then returned. Where a gradient is wanted the old values are kept.

    Returns
    -------
    Tensor
        As for `sigmoid`.

    Raises
    ------
    TypeError, ImportError
        As for `sigmoid`; in place for integers as well.
    RuntimeError
        In place for a leaf that requires grad, as torch.

    Notes
    -----
    The bits of `pysigmoid.silu`, and those of `pysigmoid.silu_derivative`.

    Examples
    --------
    >>> pysigmoid.torch.silu(torch.tensor([-89.0, 0.0, 2.0]))
    tensor([-1.9824e-37,  0.0000e+00,  1.7616e+00])
    """
    if has_torch_function_unary(input):
        return handle_torch_function(silu, (input,), input, inplace)
    if not inplace:
        return apply(SILU, input)
    require_tensor("input", input, "torch.nn.functional.silu")
    require_float("input", input)
    wants_grad = torch.is_grad_enabled() and input.requires_grad
    return input.copy_(apply(SILU, input.clone() if wants_grad else input))


@explicit
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | float | None = None,
    size_average: None = None,
    reduce: None = None,
    reduction: ReductionName = "mean",
    pos_weight: Tensor | float | None = None,
    *,
    label_smoothing: float = 0.0,
    ignore_value: float | None = None,
    validate: bool = True,
    **misnamed: Never,
) -> Tensor:
    """Logistic loss from logits, w (p y log(1 + exp(-x)) + (1 - y) log(1 + exp(x))).

    Parameters
    ----------
    input : Tensor
        Logits x, floats of any shape and strides, on the CPU.
    target : Tensor
        Labels y in [0, 1], hard or soft, of the shape of `input`: bool, integers or floats, which are read in place.
    weight : Tensor or float, optional
        Factor w of each element, broadcast to the shape of `input`; it may be negative.
    size_average, reduce : None
        torch's options from before `reduction`: None, or a TypeError that says which reduction they mean.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss.
    pos_weight : Tensor or float, optional
        Factor p of the positive part, broadcast to the shape of `input`; it does not count in "weighted_mean".
    label_smoothing : float
        In [0, 1]: s moves each label to y (1 - s) + s/2, before `pos_weight` applies.
    ignore_value : float, optional
        Label that marks elements to leave out, which leave the divisor as well; nan is found too.
    validate : bool
        Check that the labels lie in [0, 1].

    Returns
    -------
    Tensor
        The loss in nats, in the dtype of `input`; under autocast in float32 for 16-bit logits.

    Raises
    ------
    ValueError
        If the shapes of `input` and `target` differ, a weight does not broadcast to them, a label is outside [0, 1] or
        nan, or an option is out of range.
    TypeError
        For what is no strided tensor of real numbers on the CPU, for logits that are no floats, and for `size_average`
        and `reduce`.
    RuntimeError
        If `weight` or `pos_weight` requires grad.
    ImportError
        For bfloat16 without the package ml_dtypes.

    Notes
    -----
    The bits of `pysigmoid.functional`, which says more of them. The gradient is computed with the loss, in one pass,
    and is that of `binary_cross_entropy_with_logits_value_and_grad` times what comes back. A `target` that requires
    grad gets its gradient. All orders of derivatives exist, in reverse and forward mode.

    Examples
    --------
    >>> x = torch.tensor([-20.0, 20.0], requires_grad=True)
    >>> loss = pysigmoid.torch.binary_cross_entropy_with_logits(x, torch.tensor([0, 1]), reduction="sum")
    >>> loss.backward()
    >>> x.grad
    tensor([ 2.0612e-09, -2.0612e-09])
    """
    tensors = (input, target, weight, pos_weight)
    if has_torch_function(tensors):
        return handle_torch_function(
            binary_cross_entropy_with_logits, tensors,
            input, target, weight, size_average, reduce, reduction, pos_weight,
            label_smoothing=label_smoothing, ignore_value=ignore_value, validate=validate,
        )  # fmt: skip
    if size_average is not None or reduce is not None:
        check_averaging(size_average, reduce)
    if misnamed:
        refuse_keywords(binary_cross_entropy_with_logits, misnamed)
    dtype = _dtype_under_autocast(input)
    options = Options(LOGISTIC, *smoothing(label_smoothing), ignore_value, reduction, validate, dtype)
    peer = "torch.nn.functional.binary_cross_entropy_with_logits"
    return logits_loss(("input", "target"), input, target, weight, pos_weight, options, peer)


@explicit
def sigmoid_focal_loss(
    inputs: Tensor,
    targets: Tensor,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    reduction: ReductionName = "none",
    *,
    validate: bool = True,
    **misnamed: Never,
) -> Tensor:
    """Focal loss from logits, alpha_t (1 - p_t)^gamma L, with L the logistic loss.

    Here 1 - p_t = y sigmoid(-x) + (1 - y) sigmoid(x) and alpha_t = alpha y + (1 - alpha)(1 - y).

    Parameters
    ----------
    inputs, targets : Tensor
        Logits and labels, as for `binary_cross_entropy_with_logits`.
    alpha : float or None
        Share of the positive part, in [0, 1]; None or a negative number leaves alpha_t out.
    gamma : float
        Focus, from 0, which gives the logistic loss, to 1000.
    reduction, validate
        As for `binary_cross_entropy_with_logits`.

    Returns
    -------
    Tensor
        As for `binary_cross_entropy_with_logits`.

    Raises
    ------
    ValueError, TypeError, ImportError
        As for `binary_cross_entropy_with_logits`, and for `alpha` and `gamma` out of range.
    RuntimeError
        If a third derivative is asked for.

    Notes
    -----
    The bits of `pysigmoid.functional.sigmoid_focal_loss`, with torchvision's names and defaults.

    Examples
    --------
    >>> x = torch.tensor([2.0, 20.0], requires_grad=True)
    >>> pysigmoid.torch.sigmoid_focal_loss(x, torch.tensor([1, 1])).detach()
    tensor([4.5089e-04, 2.1891e-27])
    """
    if has_torch_function((inputs, targets)):
        return handle_torch_function(
            sigmoid_focal_loss, (inputs, targets), inputs, targets, alpha, gamma, reduction, validate=validate
        )
    if misnamed:
        refuse_keywords(sigmoid_focal_loss, misnamed)
    options = Options(FOCAL, *focal_options(alpha, gamma), None, reduction, validate, _dtype_under_autocast(inputs))
    peer = "torchvision.ops.sigmoid_focal_loss"
    return logits_loss(("inputs", "targets"), inputs, targets, None, None, options, peer)


def _dtype_under_autocast(input: Tensor) -> torch.dtype | None:
    """float32, the dtype that autocast gives losses, where that is not the dtype of the logits already."""
    if getattr(input, "dtype", None) not in (torch.float16, torch.bfloat16):
        return None
    return torch.float32 if torch.is_autocast_enabled("cpu") else None
