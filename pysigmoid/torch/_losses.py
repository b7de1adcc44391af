"""The losses, by the door at which a call comes in."""

from __future__ import annotations

from typing import Any

import torch

from pysigmoid._losses import VALUE, VALUE_AND_GRAD
from pysigmoid.torch._doors import eager_call, is_eager, is_traced, unwrap_if_dead
from pysigmoid.torch._loss_formulas import divisor
from pysigmoid.torch._loss_kernels import (
    GRADIENT,
    LOSS,
    TENSORS,
    Factor,
    fake_loss,
    run,
)
from pysigmoid.torch._loss_options import OPTIONS, Operands, Options, Tensor, spread
from pysigmoid.torch._operators import define
from pysigmoid.torch._tensors import Unreadable, give, is_plain, require_float, require_tensor, resolved

Names = tuple[str, str]
SHORTEST_HANDED_OVER = 1 << 14  # elements: a product of fewer takes less time than to look for a way around it


def logits_loss(
    names: Names, input: Tensor, target: Tensor, weight: Factor, pos_weight: Factor, options: Options, peer: str
) -> Tensor:
    """The loss of tensors."""
    if weight is not None or pos_weight is not None:
        _require_factor("weight", weight, peer)
        _require_factor("pos_weight", pos_weight, peer)
    if is_eager():
        try:
            if (input.requires_grad or target.requires_grad) and torch.is_grad_enabled():
                pair = unwrap_if_dead(input), unwrap_if_dead(target)
                return loss_with_gradient(*pair, _as_tensor(weight), _as_tensor(pos_weight), options)
            return give(run(VALUE, input, target, weight, pos_weight, options)[0])
        except (AttributeError, Unreadable):
            pass
    _require_logits_and_labels(names, input, target, peer)
    return _loss_of_other(input, target, _as_tensor(weight), _as_tensor(pos_weight), options)


def _loss_of_other(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
) -> Tensor:
    """The loss where somebody looks at it, or the memory does not hold the numbers."""
    if not (is_eager() or is_traced()):
        return LOSS(input, target, weight, pos_weight, options)
    operands: tuple[Any, ...] = (input, target, weight, pos_weight)
    if not is_traced():
        operands = tuple(None if each is None else resolved(each) for each in operands)
    wants_grad = torch.is_grad_enabled() and (input.requires_grad or target.requires_grad)
    if torch.jit.is_tracing() or wants_grad:
        return LOSS_AND_GRADIENT(*operands, *options)[0]
    return LOSS.operator(*operands, *options)


# What a loss takes


def _require_logits_and_labels(names: Names, input: Tensor, target: Tensor, peer: str) -> None:
    for name, tensor in zip(names, (input, target), strict=True):
        require_tensor(name, tensor, peer)
    require_float(names[0], input)
    if not torch.jit.is_tracing() and input.shape != target.shape:  # a trace is for any shape; the kernel looks again
        shapes = tuple(input.shape), tuple(target.shape)
        remedy = f": pass {names[1]}.reshape({shapes[0]})" if input.numel() == target.numel() else ""
        raise ValueError(
            f"{names[0]} has shape {shapes[0]} but {names[1]} has shape {shapes[1]}; every element takes its own "
            f"label{remedy}"
        )


def _require_factor(name: str, factor: Factor, peer: str) -> None:
    if factor is None or (isinstance(factor, int | float) and not isinstance(factor, bool)):
        return
    require_tensor(name, factor, peer)
    if torch.is_grad_enabled() and factor.requires_grad:
        raise RuntimeError(
            f"{name} is a tensor that requires grad, and its derivative is not there; pass {name}.detach()"
        )


def _as_tensor(factor: Factor) -> Tensor | None:
    return torch.tensor(factor, dtype=torch.float64) if isinstance(factor, int | float) else factor


def vanishes(input: Tensor, options: Options) -> bool:
    """Whether gradients divided by the number of elements may be too small for their type."""
    return input.dtype is torch.float16 and options.reduction in ("mean", "weighted_mean")


def scaled_gradient(grad: Tensor, operands: Operands, options: Options) -> Tensor:
    """The gradient times what comes back, which is part of the weight and so multiplied before anything is rounded."""
    input, target, weight, pos_weight = operands
    scale = spread(grad, input, options).double()
    scale = scale if weight is None else scale * weight
    if options.reduction == "weighted_mean":
        scale = scale / divisor(input, target, weight, options)
        options = options._replace(reduction="sum")
    return GRADIENT(input, target, scale, pos_weight, options)


# Autograd


class LogitsLoss(torch.autograd.Function):
    """The gradient comes with the loss, and backward hands it over."""

    @staticmethod
    def forward(
        ctx: Any, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
    ) -> Tensor:
        operands = input, target, weight, pos_weight
        ctx.save_for_backward(*operands)
        ctx.options, ctx.gradient = options, None
        if not ctx.needs_input_grad[0] or vanishes(input, options):
            return give(run(VALUE, *operands, options)[0])
        loss, gradient = run(VALUE_AND_GRAD, *operands, options)
        ctx.gradient = give(gradient)
        return give(loss)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Any, ...]:
        operands, options = ctx.saved_tensors, ctx.options
        if torch.is_grad_enabled():
            return *LOSS.backward(grad, ctx.needs_input_grad, operands, options), None, None, None
        by_target = LOSS.backward(grad, (False, ctx.needs_input_grad[1]), operands, options)[1]
        return _by_logits(ctx, grad, operands, options), by_target, None, None, None


loss_with_gradient = eager_call(LogitsLoss)


def _by_logits(ctx: Any, grad: Tensor, operands: Operands, options: Options) -> Tensor | None:
    if not ctx.needs_input_grad[0]:
        return None
    if vanishes(operands[0], options):
        return scaled_gradient(grad, operands, options)
    gradient = ctx.gradient
    if gradient is None:  # handed over by an earlier backward
        gradient = GRADIENT(*operands, options)
    if gradient.numel() < SHORTEST_HANDED_OVER or not is_plain(grad):
        return grad * gradient
    ctx.gradient = None
    return gradient if grad.ndim == 0 and grad == 1 else gradient.mul_(grad)


def _loss_and_gradient(input: Tensor, target: Tensor, weight: Any, pos_weight: Any, *options: Any) -> tuple[Any, Any]:
    loss, gradient = run(VALUE_AND_GRAD, input, target, weight, pos_weight, Options(*options))
    return give(loss), give(gradient)


def _fake_loss_and_gradient(input: Tensor, target: Tensor, weight: Any, pos_weight: Any, *options: Any) -> Any:
    return fake_loss(input, Options(*options)), torch.sigmoid(input)


def _save(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(*inputs[:4], output[1])
    ctx.options = Options(*inputs[4:])


def _backward_of_operator(ctx: Any, grad: Tensor, grad_of_gradient: object) -> tuple[Any, ...]:
    *operands, gradient = ctx.saved_tensors
    options, wanted = ctx.options, ctx.needs_input_grad
    if torch.is_grad_enabled() and not torch.compiler.is_compiling():
        gradients = LOSS.backward(grad, wanted, operands, options)
    elif vanishes(operands[0], options):
        gradients = (
            scaled_gradient(grad, operands, options),
            LOSS.backward(grad, (False, wanted[1]), operands, options)[1],
        )
    else:
        by_target = LOSS.backward(grad, (False, wanted[1]), operands, options)[1]
        gradients = spread(grad, operands[0], options) * gradient, by_target
    return *gradients, None, None, *(None for _ in options)


LOSS_AND_GRADIENT = define(
    "logits_loss_and_gradient",
    f"{TENSORS}{OPTIONS}) -> (Tensor, Tensor)",
    _loss_and_gradient,
    _fake_loss_and_gradient,
    _save,
    _backward_of_operator,
)
