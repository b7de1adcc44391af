"""The functions and their derivatives, each by differentiable functions, so that there are derivatives of any order."""

from __future__ import annotations

import torch

from pysigmoid import _core
from pysigmoid.torch._elementwise import Elementwise, Tensor, apply


def sigmoid(input: Tensor) -> Tensor:
    return apply(SIGMOID, input)


def log_sigmoid(input: Tensor) -> Tensor:
    return apply(LOG_SIGMOID, input)


def softplus(input: Tensor) -> Tensor:
    return apply(SOFTPLUS, input)


def silu(input: Tensor) -> Tensor:
    return apply(SILU, input)


def sigmoid_derivative(input: Tensor) -> Tensor:
    return apply(SIGMOID_DERIVATIVE, input)


def silu_derivative(input: Tensor) -> Tensor:
    return apply(SILU_DERIVATIVE, input)


def sigmoid_of_negative(input: Tensor) -> Tensor:
    return sigmoid(-input)


def sigmoid_second_derivative(input: Tensor) -> Tensor:
    """1 - 2 sigmoid(x) is -tanh(x / 2), which keeps its digits around 0."""
    return -sigmoid_derivative(input) * torch.tanh(input / 2)


# From here on the derivative of the sigmoid is 0 in float64, and x times it is 0 where x is infinite as well.
VANISHED = 800.0


def silu_second_derivative(input: Tensor) -> Tensor:
    finite = input.clamp(-VANISHED, VANISHED)
    return sigmoid_derivative(input) * (2 - finite * torch.tanh(finite / 2))


SIGMOID = Elementwise("sigmoid", _core.sigmoid, _core.sigmoid_and_derivative, sigmoid_derivative, "torch.sigmoid")
LOG_SIGMOID = Elementwise(
    "log_sigmoid",
    _core.log_sigmoid,
    _core.log_sigmoid_and_derivative,
    sigmoid_of_negative,
    "torch.nn.functional.logsigmoid",
)
SOFTPLUS = Elementwise(
    "softplus", _core.softplus, _core.softplus_and_derivative, sigmoid, "torch.nn.functional.softplus"
)
SILU = Elementwise("silu", _core.silu, _core.silu_and_derivative, silu_derivative, "torch.nn.functional.silu")
SIGMOID_DERIVATIVE = Elementwise(
    "sigmoid_derivative", _core.sigmoid_derivative, None, sigmoid_second_derivative, "torch.sigmoid"
)
SILU_DERIVATIVE = Elementwise(
    "silu_derivative", _core.silu_derivative, None, silu_second_derivative, "torch.nn.functional.silu"
)
