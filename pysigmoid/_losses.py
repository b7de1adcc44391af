"""The losses element by element: value, gradient and second derivative, before anything is left out, summed or rounded.

A loss has `samples` and `terms(orders, rounded)`, which gives one array for each order of derivative: LOSS, GRADIENT,
HESSIAN. The arrays are in `samples.precision`. `rounded` says that the caller will only round them to `samples.dtype`,
so that a ufunc may do that at once.
"""

from typing import Protocol

import numpy as np

from pysigmoid._arguments import Array, Samples, real, real_between
from pysigmoid._core import (
    bce,
    bce_with_logits,
    bce_with_logits_grad,
    bce_with_logits_grad_and_hess,
    bce_with_logits_value_and_grad,
    log_sigmoid,
    logit,
    sigmoid,
    sigmoid_derivative,
    sigmoid_gate,
    sigmoid_vjp,
    softplus,
)

LOSS, GRADIENT, HESSIAN = range(3)

UNWEIGHTED = {
    (LOSS,): bce_with_logits,
    (LOSS, GRADIENT): bce_with_logits_value_and_grad,
    (GRADIENT, HESSIAN): bce_with_logits_grad_and_hess,
}


class Loss(Protocol):
    samples: Samples

    def terms(self, orders: tuple[int, ...], rounded: bool) -> tuple[Array, ...]: ...


def times(coefficient: Array, term: Array) -> Array:
    """coefficient * term, where a coefficient of 0 drops its term, be that infinite or nan."""
    return np.where(coefficient == 0, 0.0, coefficient * term)


def weigh(coefficient: Array, samples: Samples) -> Array:
    return coefficient if samples.weight is None else times(coefficient, samples.weight)


def call(ufunc: np.ufunc, samples: Samples, rounded: bool) -> tuple[Array, ...]:
    """The ufunc of inputs and labels, cast piece by piece; wider labels widen the arithmetic, by NumPy's promotion."""
    inputs, labels = samples.input.values, samples.target.values
    if rounded:
        results = ufunc(inputs.astype(samples.dtype, copy=False), labels)
    else:
        results = ufunc(inputs, labels, dtype=samples.precision)
    return results if isinstance(results, tuple) else (results,)


class LogisticLoss:
    """a softplus(x) + b softplus(-x) with a = w (1 - y) and b = w p y: logits x, labels y, weight w, pos_weight p."""

    def __init__(self, samples: Samples, label_smoothing: float = 0.0) -> None:
        self.samples = samples
        self.smoothing = real_between("label_smoothing", label_smoothing, 0, 1)

    def terms(self, orders: tuple[int, ...], rounded: bool) -> tuple[Array, ...]:
        samples = self.samples
        if samples.weight is None and samples.pos_weight is None and self.smoothing == 0:
            return call(UNWEIGHTED[orders], samples, rounded)
        x, y = samples.in_precision()
        a, b = self.coefficients(y)
        formulas = (logistic_loss, logistic_gradient, logistic_hessian)
        return tuple(formulas[order](x, a, b) for order in orders)

    def coefficients(self, y: Array) -> tuple[Array, Array]:
        """a and b, where smoothing s moves each share of the label, y and 1 - y, to share (1 - s) + s/2."""
        s = np.asarray(self.smoothing, self.samples.precision)
        a, b = (share * (1 - s) + s / 2 for share in (1 - y, y))
        if self.samples.pos_weight is not None:
            b = times(b, self.samples.pos_weight)
        return weigh(a, self.samples), weigh(b, self.samples)


def logistic_loss(x: Array, a: Array, b: Array) -> Array:
    return times(a, softplus(x)) + times(b, softplus(-x))


def logistic_gradient(x: Array, a: Array, b: Array) -> Array:
    # A dropped first term is -0.0, which leaves a zero its sign: for a label of 1 the gradient tends to -0.0.
    negative_label = np.where(a == 0, -0.0, sigmoid_gate(a, x))
    positive_label = np.where(b == 0, 0.0, -sigmoid_gate(b, -x))
    return negative_label + positive_label


def logistic_hessian(x: Array, a: Array, b: Array) -> Array:
    return np.where(a + b == 0, 0.0, sigmoid_vjp(a + b, x))


class ProbabilityLoss:
    """w (-y log(p) - (1 - y) log(1 - p)) from probabilities p; it has no derivatives here."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples

    def terms(self, orders: tuple[int, ...], rounded: bool) -> tuple[Array, ...]:
        weight = self.samples.weight
        (loss,) = call(bce, self.samples, rounded and weight is None)
        return (loss if weight is None else times(weight, loss),)


class FocalLoss:
    """w alpha_t m^gamma L: L the logistic loss of logits x, m = 1 - p_t = y sigmoid(-x) + (1 - y) sigmoid(x)."""

    def __init__(self, samples: Samples, alpha: float | None, gamma: float) -> None:
        self.samples = samples
        off = alpha is None or real("alpha", alpha) < 0
        self.alpha = None if off else real_between("alpha", alpha, 0, 1)
        self.gamma = real_between("gamma", gamma, 0, np.finfo(float).max)

    def terms(self, orders: tuple[int, ...], rounded: bool) -> tuple[Array, ...]:
        x, y = self.samples.in_precision()
        curve = FocalCurve(x, y, self.gamma)
        formulas = (curve.loss, curve.gradient, curve.hessian)
        coefficient = weigh(self.balance(y), self.samples)
        return tuple(times(coefficient, formulas[order]()) for order in orders)

    def balance(self, y: Array) -> Array:
        """alpha_t = alpha y + (1 - alpha)(1 - y), or 1."""
        if self.alpha is None:
            return np.ones_like(y)
        alpha = np.asarray(self.alpha, self.samples.precision)
        balance: Array = alpha * y + (1 - alpha) * (1 - y)
        return balance


class FocalCurve:
    """m^gamma L and its derivatives in x, where L' = g, L'' = s = sigmoid'(x), m' = k s with k = 1 - 2 y.

    Infinite L meets only factors that tend to 0 faster, so a factor of exactly 0 drops it.
    """

    def __init__(self, x: Array, y: Array, gamma: float) -> None:
        self.x, self.y, self.gamma, self.k = x, y, gamma, 1 - 2 * y
        self.m = sigmoid_gate(1 - y, x) + sigmoid_gate(y, -x)
        self.modulation = power(self.m, gamma)
        self.L = np.asarray(bce_with_logits(x, y))
        self.g = np.asarray(bce_with_logits_grad(x, y))
        self.s = np.asarray(sigmoid_derivative(x))
        # s / m: where m underflows to 0, so does the modulation that multiplies it.
        self.r = np.divide(self.s, self.m, out=np.zeros_like(self.s), where=self.m != 0)

    def loss(self) -> Array:
        return times(self.modulation, self.L)

    def gradient(self) -> Array:
        """m^gamma (g + gamma k r L)"""
        return self.modulation * (self.g + self.gamma * self.k * times(self.r, self.L))

    def hessian(self) -> Array:
        """m^gamma (s + 2 gamma k r g + gamma k r L (1 - 2 sigmoid(x) + (gamma - 1) k r))"""
        bend = sigmoid(-self.x) - sigmoid(self.x) + (self.gamma - 1) * self.k * self.r
        bracket: Array = self.s + self.gamma * self.k * (2 * self.r * self.g + times(self.r, self.L) * bend)
        return self.modulation * bracket


def power(base: Array, exponent: float) -> Array:
    """base ** exponent for a base in [0, 1], with the same bits on every processor, unlike np.power."""
    if exponent in range(9):  # whole and at most 8: so few products round less than an exponential does
        result: Array = np.ones_like(base)
        for _ in range(int(exponent)):
            result = result * base
        return result
    # base = sigmoid(logit(base)), and e^-t = sigmoid(-t) / sigmoid(t)
    t = -exponent * log_sigmoid(logit(base))
    return np.asarray(sigmoid(-t) / sigmoid(t))
