"""The formula and the curves of each subject of the reference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import pysigmoid as ps
from docs.generate.names import FOCAL
from pysigmoid import functional as F

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Curve:
    """A function of one variable and its derivative; `label` says what is held fixed."""

    function: Function
    derivative: Function
    label: str = ""


@dataclass(frozen=True)
class Subject:
    """`formula` in LaTeX, a line for each output; curves over `variable` within `interval`."""

    formula: str
    curves: tuple[Curve, ...]
    variable: str = "logit x"
    interval: tuple[float, float] = (-8.0, 8.0)
    height: tuple[float, float] | None = None


def one(formula: str, function: Function, derivative: Function, **options: object) -> Subject:
    return Subject(formula, (Curve(function, derivative),), **options)


def for_labels(formula: str, function: Callable, derivative: Callable, **options: object) -> Subject:
    """Curves over the logit, or the probability, for the labels 1 and 0."""
    curves = [Curve(lambda x, y=y: function(x, y), lambda x, y=y: derivative(x, y), f"y = {y:g}") for y in (1.0, 0.0)]
    return Subject(formula, tuple(curves), **options)


def slope_of_derivative(x):
    """sigma''(x) = sigma'(x) (sigma(-x) - sigma(x))."""
    return ps.sigmoid_derivative(x) * (ps.sigmoid(-x) - ps.sigmoid(x))


def slope_of_silu_derivative(x):
    """(x sigma)'' = 2 sigma' + x sigma''."""
    return 2 * ps.sigmoid_derivative(x) + x * slope_of_derivative(x)


def hess(x, y):
    return ps.bce_with_logits_grad_and_hess(x, y)[1]


def focal(x, y):
    return F.sigmoid_focal_loss(x, np.full_like(x, y))


def focal_grad(x, y):
    return F.sigmoid_focal_loss_value_and_grad(x, np.full_like(x, y), reduction="none")[1]


SIGMOID = r"\sigma(x) = \frac{1}{1 + e^{-x}}"
SIGMOID_DERIVATIVE = r"\sigma'(x) = \sigma(x)\,\sigma(-x)"
LOG_SIGMOID = r"\log\sigma(x) = -\log(1 + e^{-x})"
LOG_SIGMOID_DERIVATIVE = r"\frac{d}{dx}\log\sigma(x) = \sigma(-x)"
SOFTPLUS = r"\log(1 + e^{x})"
SILU = r"x\,\sigma(x)"
SILU_DERIVATIVE = r"\frac{d}{dx}\,x\,\sigma(x) = \sigma(x)\,(1 + x\,\sigma(-x))"
LOSS = r"\ell(x, y) = y \log(1 + e^{-x}) + (1 - y) \log(1 + e^{x})"
GRADIENT = r"\frac{\partial \ell}{\partial x} = (1 - y)\,\sigma(x) - y\,\sigma(-x)"
HESSIAN = r"\frac{\partial^2 \ell}{\partial x^2} = \sigma(x)\,\sigma(-x)"
BCE = r"-y \log p - (1 - y) \log(1 - p), \quad \text{logarithms cut at } {-100}"
FOCAL_LOSS = r"\alpha_y\,(1 - p_y)^{\gamma}\,\ell(x, y), \quad p_y = y\,\sigma(x) + (1 - y)\,\sigma(-x)"


def both(*formulas: str) -> str:
    return "\n".join(formulas)


PROBABILITY = {"variable": "probability p", "interval": (0.004, 0.996), "height": (-8.0, 8.0)}
SUBJECTS = {
    "sigmoid": one(SIGMOID, ps.sigmoid, ps.sigmoid_derivative),
    "sigmoid_fast": one(SIGMOID, ps.sigmoid_fast, ps.sigmoid_derivative),
    "sigmoid_derivative": one(SIGMOID_DERIVATIVE, ps.sigmoid_derivative, slope_of_derivative),
    "sigmoid_vjp": Subject(
        r"g\,\sigma'(x) = g\,\sigma(x)\,\sigma(-x)",
        tuple(
            Curve(lambda x, g=g: ps.sigmoid_vjp(g, x), lambda x, g=g: g * slope_of_derivative(x), f"g = {g:g}")
            for g in (1.0, -2.0)
        ),
    ),
    "log_sigmoid": one(LOG_SIGMOID, ps.log_sigmoid, ps.log_sigmoid_derivative),
    "log_sigmoid_derivative": one(
        LOG_SIGMOID_DERIVATIVE, ps.log_sigmoid_derivative, lambda x: -ps.sigmoid_derivative(x)
    ),
    "softplus": one(SOFTPLUS, ps.softplus, ps.sigmoid),
    "logit": one(r"\log\frac{p}{1 - p}", ps.logit, lambda p: 1 / (p * (1 - p)), **PROBABILITY),
    "silu_derivative": one(SILU_DERIVATIVE, ps.silu_derivative, slope_of_silu_derivative),
    "silu": one(SILU, ps.silu, ps.silu_derivative),
    "sigmoid_and_derivative": one(both(SIGMOID, SIGMOID_DERIVATIVE), ps.sigmoid, ps.sigmoid_derivative),
    "log_sigmoid_and_derivative": one(
        both(LOG_SIGMOID, LOG_SIGMOID_DERIVATIVE), ps.log_sigmoid, ps.log_sigmoid_derivative
    ),
    "softplus_and_derivative": one(
        both(SOFTPLUS, r"\frac{d}{dx} \log(1 + e^{x}) = \sigma(x)"), ps.softplus, ps.sigmoid
    ),
    "silu_and_derivative": one(both(SILU, SILU_DERIVATIVE), ps.silu, ps.silu_derivative),
    "sigmoid_gate": Subject(
        r"a\,\sigma(b)",
        tuple(
            Curve(lambda b, a=a: ps.sigmoid_gate(a, b), lambda b, a=a: ps.sigmoid_vjp(a, b), f"a = {a:g}")
            for a in (1.0, -2.0)
        ),
        variable="b",
    ),
    "bce_with_logits": for_labels(LOSS, ps.bce_with_logits, ps.bce_with_logits_grad),
    "bce_with_logits_grad": for_labels(GRADIENT, ps.bce_with_logits_grad, hess),
    "bce_with_logits_value_and_grad": for_labels(both(LOSS, GRADIENT), ps.bce_with_logits, ps.bce_with_logits_grad),
    "bce_with_logits_grad_and_hess": for_labels(both(GRADIENT, HESSIAN), ps.bce_with_logits_grad, hess),
    "bce_with_logits_value_grad_and_hess": for_labels(
        both(LOSS, GRADIENT, HESSIAN), ps.bce_with_logits, ps.bce_with_logits_grad
    ),
    "bce": for_labels(BCE, ps.bce, lambda p, y: (p - y) / (p * (1 - p)), **PROBABILITY),
    FOCAL: for_labels(FOCAL_LOSS, focal, focal_grad),
}


def rows(subject: str) -> Iterator[str]:
    """The rows of functions.def whose accuracy a subject has; the focal loss has none of its own."""
    parts = {
        "bce_with_logits_value_grad_and_hess": ("bce_with_logits", "bce_with_logits_grad_and_hess"),
        FOCAL: (),
    }
    yield from parts.get(subject, (subject,))
