"""The formulas in long double, to find an input whose result is wrong where a hash says that there is one."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pysigmoid._command.inputs import ROWS, Array, outputs_of

Numbers = Any  # long doubles; what NumPy's stubs say of their ufuncs' results is Any as well


def sigmoid(x: Numbers) -> Numbers:
    e = np.exp(-abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def softplus(x: Numbers) -> Numbers:
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


def times(factor: Numbers, value: Numbers) -> Numbers:
    """0 where the factor is, whatever the value."""
    return np.where(factor == 0, 0, factor * value)


def logit(p: Numbers) -> Numbers:
    return np.where(p > 0.25, np.log1p((2 * p - 1) / (1 - p)), np.log(p / (1 - p)))


FORMULAS: dict[str, Callable[..., Numbers]] = {
    "sigmoid": sigmoid,
    "sigmoid_fast": sigmoid,
    "sigmoid_derivative": lambda x: sigmoid(x) * sigmoid(-x),
    "sigmoid_vjp": lambda g, x: g * sigmoid(x) * sigmoid(-x),
    "log_sigmoid": lambda x: -softplus(-x),
    "log_sigmoid_derivative": lambda x: sigmoid(-x),
    "softplus": softplus,
    "logit": logit,
    "silu_derivative": lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    "silu": lambda x: x * sigmoid(x),
    "sigmoid_gate": lambda a, b: a * sigmoid(b),
    "bce_with_logits": lambda x, y: times(y, softplus(-x)) + times(1 - y, softplus(x)),
    "bce_with_logits_grad": lambda x, y: (1 - y) * sigmoid(x) - y * sigmoid(-x),
    "bce": lambda p, y: -times(1 - y, np.maximum(np.log1p(-p), -100)) - times(y, np.maximum(np.log(p), -100)),
}


def worst_input(name: str, inputs: list[Array]) -> tuple[list[Any], Any, Any] | None:
    """Input, result and value where the result breaks its bound most; None where none visibly does."""
    wide = [x.astype(np.float64).astype(np.longdouble) for x in inputs]
    with np.errstate(all="ignore"):
        for output, got in zip(ROWS[name]["outputs"], outputs_of(name, inputs), strict=True):
            want = FORMULAS[output](*wide[: ROWS[output]["nin"]])
            rounded = want.astype(got.dtype)
            error = abs(got.astype(np.longdouble) - want) / np.spacing(abs(rounded)).astype(np.longdouble)
            error = np.where(np.isfinite(error) & np.isfinite(want), error, 0)
            i = int(error.argmax())
            if error[i] > ROWS[output]["accuracy"][got.dtype.name]["ulp"] + 0.01:
                return [x[i] for x in inputs], got[i], rounded[i]
    return None
