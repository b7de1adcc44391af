"""Derivatives of the losses that no kernel computes, by differentiable functions of tensors.

y is the smoothed label, p `pos_weight`, c the weight of an element in its loss: 0 where its label is ignored, else its
`weight` over the divisor of the mean.
"""

from __future__ import annotations

import torch

from pysigmoid.torch._derivatives import log_sigmoid, sigmoid, sigmoid_derivative, softplus
from pysigmoid.torch._loss_options import Options, Tensor


def kept(target: Tensor, options: Options) -> Tensor | None:
    """True where a label counts; None where all of them do."""
    if options.ignore_value is None:
        return None
    return ~target.isnan() if options.ignore_value != options.ignore_value else target != options.ignore_value


def divisor(input: Tensor, target: Tensor, weight: Tensor | None, options: Options) -> Tensor:
    """What the sum over the weighted elements is divided by, in a shape that broadcasts to that of the logits."""
    terms = torch.ones((), dtype=torch.float64)
    if not options.reduces or options.reduction == "sum":
        return terms
    if options.reduction == "weighted_mean" and weight is not None:
        terms = weight.double()
    counted = kept(target, options)
    terms = terms.expand(input.shape) if counted is None else torch.where(counted, terms, 0)
    axes = options.axes(input)
    return terms.sum(axes, keepdim=True) if axes else terms


def coefficient(input: Tensor, target: Tensor, weight: Tensor | None, options: Options) -> Tensor:
    """c, in the precision of the logits or float32, so that 1 / n does not vanish."""
    share = (1 if weight is None else weight) / divisor(input, target, weight, options)
    counted = kept(target, options)
    share = share if counted is None else torch.where(counted, share, 0)
    return share.to(torch.promote_types(input.dtype, torch.float32))


def label(input: Tensor, target: Tensor, options: Options) -> Tensor:
    """y; an ignored label may be any number, nan among them."""
    counted = kept(target, options)
    target = target if counted is None else torch.where(counted, target, 0)
    return target.to(input.dtype) * (1 - options.smoothing) + options.smoothing / 2


def logistic_by_target(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """c (log sigmoid(-x) - p log sigmoid(x)) (1 - s), where p = 1 leaves -c x (1 - s)."""
    by_label = -input if pos_weight is None else log_sigmoid(-input) - pos_weight * log_sigmoid(input)
    return coefficient(input, target, weight, options) * (1 - options.smoothing) * by_label


def logistic_by_logits_twice(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """c (p y + 1 - y) sigmoid(x) sigmoid(-x)."""
    curvature = coefficient(input, target, weight, options) * sigmoid_derivative(input)
    if pos_weight is None:
        return curvature
    y = label(input, target, options)
    return curvature * (pos_weight * y + 1 - y)


def logistic_by_both(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """-c (sigmoid(x) + p sigmoid(-x)) (1 - s), where p = 1 leaves -c (1 - s)."""
    share = coefficient(input, target, weight, options) * (options.smoothing - 1)
    return share if pos_weight is None else share * (sigmoid(input) + pos_weight * sigmoid(-input))


def focal_by_target(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """c times the derivative of a m^gamma L by y: a = alpha y + (1 - alpha)(1 - y), m = 1 - p_t, L as for gamma 0."""
    y = label(input, target, options)
    off = options.alpha < 0
    balance = 1.0 if off else options.alpha * y + (1 - options.alpha) * (1 - y)
    slope_of_balance = 0.0 if off else 2 * options.alpha - 1
    hit, missed = sigmoid(input), sigmoid(-input)
    miss = y * missed + (1 - y) * hit
    loss = y * softplus(-input) + (1 - y) * softplus(input)
    power = miss**options.gamma
    slope_of_power = 0.0 if options.gamma == 0 else options.gamma * miss ** (options.gamma - 1) * (missed - hit)
    by_label = slope_of_balance * power * loss + balance * (slope_of_power * loss - power * input)
    return coefficient(input, target, weight, options) * by_label


def focal_by_both(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """The derivative of the former by x."""

    def total(logits: Tensor) -> Tensor:
        return focal_by_target(logits, target, weight, pos_weight, options).sum()

    return torch.func.grad(total)(input)
