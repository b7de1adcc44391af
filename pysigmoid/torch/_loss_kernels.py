"""The kernels of the losses as differentiable functions of tensors: the loss, its gradient, its second derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from pysigmoid._losses import GRAD_AND_HESS, VALUE, VALUE_AND_GRAD, evaluate
from pysigmoid.torch import _loss_formulas as formulas
from pysigmoid.torch._doors import is_traced, is_transformed
from pysigmoid.torch._loss_options import FOCAL, OPTIONS, Operands, Options, Tensor, reduce, spread
from pysigmoid.torch._operators import define
from pysigmoid.torch._tensors import Unreadable, give, on_torchs_threads, read, read_factor, read_floats

DTYPES = {None: None, torch.float32: np.float32, torch.float64: np.float64}
TENSORS = "(Tensor input, Tensor target, Tensor? weight, Tensor? pos_weight, "
Factor = Tensor | float | None


def run(
    outputs: int, input: Tensor, target: Tensor, weight: Factor, pos_weight: Factor, options: Options
) -> tuple[Any, ...]:
    """One pass of the C driver."""
    logits = read_floats(input)
    axes = options.axes(input) if options.lanes and options.reduces else None
    dtype = None if outputs == GRAD_AND_HESS else DTYPES[options.dtype]
    return on_torchs_threads(
        logits.size, evaluate,
        options.form, outputs, options[1:4],
        logits, read(target), read_factor(weight), None, read_factor(pos_weight), options.ignore_value,
        options.reduction, axes, False, options.validate, dtype, None, None, None, (input, target),
    )  # fmt: skip


class Kernel:
    """A function of the tensors of a loss, and its derivatives by logits and by labels, element by element."""

    def __init__(
        self,
        name: str,
        compute: Callable[..., Tensor],
        by_logits: Callable[..., Tensor],
        by_target: Callable[..., Tensor],
        reduces: bool,
    ) -> None:
        self.name, self.compute, self.by_logits, self.by_target = name, compute, by_logits, by_target
        self.reduces = reduces
        self.function = _function(self)
        self.operator = _operator(self)

    def __call__(
        self, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
    ) -> Tensor:
        if is_traced():
            return self.operator(input, target, weight, pos_weight, *options)
        if is_transformed() or (torch.is_grad_enabled() and (input.requires_grad or target.requires_grad)):
            return self.function.apply(input, target, weight, pos_weight, options)
        return self.value_of(input, target, weight, pos_weight, options)

    def value_of(
        self, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, options: Options
    ) -> Tensor:
        try:
            return self.compute(input, target, weight, pos_weight, options)
        except Unreadable:
            return self.operator(input, target, weight, pos_weight, *options)

    def backward(self, grad: Tensor, wanted: tuple[bool, ...], operands: Operands, options: Options) -> tuple[Any, Any]:
        """The gradients by logits and labels, as far as they are wanted."""
        factor = spread(grad, operands[0], options) if self.reduces else grad
        by_logits = factor * self.by_logits(*operands, options) if wanted[0] else None
        return by_logits, factor * self.by_target(*operands, options) if wanted[1] else None

    def push(self, tangents: tuple[Tensor | None, Tensor | None], operands: Operands, options: Options) -> Tensor:
        """The tangent of the result."""
        rules = zip(tangents, (self.by_logits, self.by_target), strict=True)
        terms: Any = sum(tangent * rule(*operands, options) for tangent, rule in rules if tangent is not None)
        return reduce(terms, operands[0], options) if self.reduces else terms


def _function(kernel: Kernel) -> type[torch.autograd.Function]:
    """Rules for every transform: reverse and forward mode, and batches."""

    def forward(*arguments: Any) -> Tensor:
        return kernel.value_of(*arguments)

    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(*inputs[:4])
        ctx.save_for_forward(*inputs[:4])
        ctx.options, ctx.dtype = inputs[4], output.dtype

    def backward(ctx: Any, grad: Tensor) -> tuple[Any, ...]:
        return *kernel.backward(grad, ctx.needs_input_grad, ctx.saved_tensors, ctx.options), None, None, None

    def jvp(ctx: Any, input: Tensor | None, target: Tensor | None, *constants: None) -> Tensor:
        return kernel.push((input, target), ctx.saved_tensors, ctx.options).to(ctx.dtype)

    def vmap(info: Any, in_dims: Any, *arguments: Any) -> tuple[Tensor, int]:
        return kernel(*_in_lanes(info.batch_size, in_dims, *arguments)), 0

    rules = {"forward": forward, "setup_context": setup_context, "backward": backward, "jvp": jvp, "vmap": vmap}
    return type(kernel.name, (torch.autograd.Function,), {name: staticmethod(rule) for name, rule in rules.items()})


def _in_lanes(lanes: int, in_dims: Any, input: Tensor, target: Tensor, *rest: Any) -> tuple[Any, ...]:
    """The tensors of a batch with the batch as first axis, one more that is not summed over."""
    *factors, options = rest
    pair = [
        tensor.expand(lanes, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
        for tensor, dim in zip((input, target), in_dims, strict=False)
    ]
    moved = [
        factor if dim is None else _aligned(factor.movedim(dim, 0), pair[0].ndim)
        for factor, dim in zip(factors, in_dims[2:], strict=False)
    ]
    return *pair, *moved, options._replace(lanes=options.lanes + 1)


def _aligned(factor: Tensor, ndim: int) -> Tensor:
    """A batch of factors, each of which broadcasts to the last axes of its logits."""
    lanes, *shape = factor.shape
    return factor.reshape(lanes, *(1 for _ in range(ndim - factor.ndim)), *shape)


def _operator(kernel: Kernel) -> Callable[..., Any]:
    def compute(input: Tensor, target: Tensor, weight: Tensor, pos_weight: Tensor, *options: Any) -> Tensor:
        return kernel.compute(input, target, weight, pos_weight, Options(*options))

    def fake(input: Tensor, target: Tensor, weight: Tensor, pos_weight: Tensor, *options: Any) -> Tensor:
        return fake_loss(input, Options(*options)) if kernel.reduces else torch.sigmoid(input)

    def backward(ctx: Any, grad: Tensor) -> tuple[Any, ...]:
        gradients = kernel.backward(grad, ctx.needs_input_grad, ctx.saved_tensors, ctx.options)
        return *gradients, None, None, *(None for _ in ctx.options)

    return define(kernel.name, f"{TENSORS}{OPTIONS}) -> Tensor", compute, fake, save_operands, backward)


def save_operands(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(*inputs[:4])
    ctx.options = Options(*inputs[4:])


def fake_loss(input: Tensor, options: Options) -> Tensor:
    dtype = options.dtype or input.dtype
    if not options.reduces:
        return torch.sigmoid(input).to(dtype)
    return input.new_empty(input.shape[: options.lanes], dtype=dtype)


# The kernels


def _loss(*arguments: Any) -> Tensor:
    return give(run(VALUE, *arguments)[0])


def _gradient(*arguments: Any) -> Tensor:
    return give(run(VALUE_AND_GRAD, *arguments)[1])


def _second_derivative(*arguments: Any) -> Tensor:
    return give(run(GRAD_AND_HESS, *arguments)[1])


def _loss_by_target(*arguments: Any) -> Tensor:
    focal = arguments[-1].form == FOCAL
    return (formulas.focal_by_target if focal else formulas.logistic_by_target)(*arguments)


def _gradient_by_logits(*arguments: Any) -> Tensor:
    return (SECOND_DERIVATIVE if arguments[-1].form == FOCAL else formulas.logistic_by_logits_twice)(*arguments)


def _gradient_by_target(*arguments: Any) -> Tensor:
    return (formulas.focal_by_both if arguments[-1].form == FOCAL else formulas.logistic_by_both)(*arguments)


def _no_third_order(*arguments: Any) -> Tensor:
    raise RuntimeError("the focal loss has derivatives of two orders here, and a third was asked for")


SECOND_DERIVATIVE = Kernel("focal_second_derivative", _second_derivative, _no_third_order, _no_third_order, False)
GRADIENT = Kernel("logits_loss_gradient", _gradient, _gradient_by_logits, _gradient_by_target, False)
LOSS = Kernel("logits_loss", _loss, GRADIENT, _loss_by_target, True)
