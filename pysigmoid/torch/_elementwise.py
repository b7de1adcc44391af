"""Functions of every element, by the door at which a call comes in.

A function carries its derivative as a differentiable function of tensors, made of such functions in turn. A gradient is
always g times the derivative of the incoming logits, and so has the same bits however it comes about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch

from pysigmoid._dtypes import Array
from pysigmoid._elementwise import SHORTEST_APPLIED, _apply_to_arrays
from pysigmoid.torch._doors import Function, eager_call, is_eager, is_traced, unwrap_if_dead
from pysigmoid.torch._operators import define
from pysigmoid.torch._tensors import Unreadable, give, on_torchs_threads, read_floats, require_tensor, resolved

Tensor: TypeAlias = torch.Tensor


class Elementwise:
    """A function: its ufunc, that of value and slope if there is one, and the derivative of tensors."""

    def __init__(
        self,
        name: str,
        value: np.ufunc,
        both: np.ufunc | None,
        derivative: Callable[[Tensor], Tensor],
        peer: str,
    ) -> None:
        self.name, self.value, self.both, self.derivative, self.peer = name, value, both, derivative, peer
        self.transformed, self.operator = _transformed(self), _operator(self)
        if both is None:
            self.eager = self.transformed.apply
        else:
            self.eager, self.operator_with_slope = eager_call(_eager(self)), _operator_with_slope(self)

    def value_of(self, input: Tensor) -> Tensor:
        array = read_floats(input)
        if 0 < array.size < SHORTEST_APPLIED:
            return give(self.value(array))
        return give(_compute(self.value, array)) if array.size else torch.sigmoid(input.detach())

    def value_and_slope(self, input: Tensor) -> tuple[Tensor, Tensor]:
        array = read_floats(input)
        if not array.size:
            return torch.sigmoid(input.detach()), torch.sigmoid(input.detach())  # nothing, with torch's strides
        assert self.both is not None
        value, slope = self.both(array) if array.size < SHORTEST_APPLIED else _compute(self.both, array)
        return give(value), give(slope)


def _compute(ufunc: np.ufunc, array: Array) -> Any:
    """A ufunc of many elements; its strides are those that torch gives to results."""
    if ufunc.nout > 1:
        return on_torchs_threads(array.size, ufunc, array)
    return on_torchs_threads(array.size, _apply_to_arrays, ufunc, array)


# Doors


def apply(function: Elementwise, input: Tensor) -> Tensor:
    """The function of a tensor."""
    if not is_eager():
        return _apply_observed(function, input)
    try:
        if input.requires_grad and torch.is_grad_enabled():
            return function.eager(unwrap_if_dead(input))
        return function.value_of(input)
    except (AttributeError, Unreadable):
        return _apply_to_other(function, input)


def _apply_observed(function: Elementwise, input: Tensor) -> Tensor:
    """The function where a tracer or a transform looks at it."""
    floats = _floats(function, input)
    return _apply_operator(function, floats) if is_traced() else function.transformed.apply(floats)


def _apply_to_other(function: Elementwise, input: Tensor) -> Tensor:
    """The function of what has no memory of floats: integers, views that negate, tensors on the meta device."""
    other = resolved(_floats(function, input))
    return _apply_operator(function, other) if other is input else apply(function, other)


def _apply_operator(function: Elementwise, input: Tensor) -> Tensor:
    wants_grad = torch.jit.is_tracing() or (torch.is_grad_enabled() and input.requires_grad)  # a trace is for both
    if wants_grad and function.both is not None:
        return function.operator_with_slope(input)[0]
    return function.operator(input)


def _floats(function: Elementwise, input: Tensor) -> Tensor:
    """The tensor, in torch's default dtype if it holds integers; or the reason why there is none."""
    require_tensor("input", input, function.peer)
    return input if input.dtype.is_floating_point else input.to(torch.get_default_dtype())


# Autograd


def _eager(function: Elementwise) -> Function:
    """The derivative comes with the value, so that backward is one product."""

    def forward(ctx: Any, input: Tensor) -> Tensor:
        value, slope = function.value_and_slope(input)
        ctx.save_for_backward(input, slope)
        return value

    return _named(function.name, forward=forward, backward=_product_with_slope(function))


def _product_with_slope(function: Elementwise) -> Callable[..., Tensor]:
    def backward(ctx: Any, grad: Tensor, grad_of_slope: object = None) -> Tensor:
        input, slope = ctx.saved_tensors
        differentiable = torch.is_grad_enabled() and not torch.compiler.is_compiling()
        return grad * (function.derivative(input) if differentiable else slope)

    return backward


def _operator_with_slope(function: Elementwise) -> Callable[..., Any]:
    def fake(input: Tensor) -> tuple[Tensor, Tensor]:
        return torch.sigmoid(input), torch.sigmoid(input)

    def save(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor]) -> None:
        ctx.save_for_backward(*inputs, output[1])

    name, signature = f"{function.name}_and_derivative", "(Tensor input) -> (Tensor, Tensor)"
    return define(name, signature, function.value_and_slope, fake, save, _product_with_slope(function))


def _operator(function: Elementwise) -> Callable[..., Any]:
    def save(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad * function.derivative(*ctx.saved_tensors)

    signature = "(Tensor input) -> Tensor"
    return define(function.name, signature, function.value_of, torch.sigmoid, save, backward)


def _transformed(function: Elementwise) -> Function:
    """Rules for every transform: reverse and forward mode, and batches."""

    def forward(input: Tensor) -> Tensor:
        try:
            return function.value_of(input)
        except Unreadable:
            return function.operator(input)

    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    def product(ctx: Any, grad: Tensor) -> Tensor:
        return grad * function.derivative(*ctx.saved_tensors)

    def vmap(info: Any, in_dims: tuple[int], input: Tensor) -> tuple[Tensor, int]:
        return apply(function, input), in_dims[0]

    rules: dict[str, Callable[..., Any]]
    rules = {"forward": forward, "setup_context": setup_context, "backward": product, "jvp": product, "vmap": vmap}
    return _named(function.name, **rules)


def _named(name: str, **rules: Callable[..., Any]) -> Function:
    """A Function whose nodes in the graph bear this name."""
    return type(name, (torch.autograd.Function,), {rule: staticmethod(each) for rule, each in rules.items()})
