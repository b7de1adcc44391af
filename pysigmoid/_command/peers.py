"""What other libraries offer for the same functions, as far as they are installed."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

Call = Callable[..., Any]  # of the arguments and an array for the result, which not all of them use
Functions = dict[str, Call]

LIBRARIES = ("numpy", "scipy", "numexpr", "torch")


def calls_of(library: str) -> Functions | None:
    """Its functions by our names, on one thread; None where it is not installed."""
    try:
        module: Any = import_module("scipy.special" if library == "scipy" else library)
    except ImportError:
        return None
    return MAKERS[library](module)


def of_numpy(numpy: Any) -> Functions:
    """The textbook formulas."""

    def sigmoid(x: Any, out: Any = None) -> Any:
        return 1 / (1 + np.exp(-x))

    def derivative(x: Any, out: Any = None) -> Any:
        s = sigmoid(x)
        return s * (1 - s)

    def bce(p: Any, y: Any, out: Any = None) -> Any:
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def silu_derivative(x: Any, out: Any = None) -> Any:
        s = sigmoid(x)
        return s * (1 + x * (1 - s))

    return {
        "sigmoid": sigmoid,
        "sigmoid_fast": sigmoid,
        "sigmoid_derivative": derivative,
        "sigmoid_vjp": lambda g, x, out: g * derivative(x),
        "log_sigmoid": lambda x, out: -np.logaddexp(0, -x),
        "softplus": lambda x, out: np.logaddexp(0, x),
        "logit": lambda p, out: np.log(p / (1 - p)),
        "silu_derivative": silu_derivative,
        "silu": lambda x, out: x * sigmoid(x),
        "sigmoid_gate": lambda a, b, out: a * sigmoid(b),
        "bce_with_logits": lambda x, y, out: np.logaddexp(0, x) - x * y,
        "bce_with_logits_grad": lambda x, y, out: sigmoid(x) - y,
        "bce_with_logits_value_and_grad": lambda x, y, out: (np.logaddexp(0, x) - x * y, sigmoid(x) - y),
        "bce_with_logits_grad_and_hess": lambda x, y, out: (sigmoid(x) - y, derivative(x)),
        "bce": bce,
    }


def of_scipy(special: Any) -> Functions:
    return {
        "sigmoid": lambda x, out: special.expit(x, out=out),
        "sigmoid_fast": lambda x, out: special.expit(x, out=out),
        "log_sigmoid": lambda x, out: special.log_expit(x, out=out),
        "logit": lambda x, out: special.logit(x, out=out),
        "silu": lambda x, out: np.multiply(x, special.expit(x), out=out),
        "sigmoid_gate": lambda a, b, out: np.multiply(a, special.expit(b), out=out),
        "bce_with_logits_grad": lambda x, y, out: np.subtract(special.expit(x), y, out=out),
    }


def of_numexpr(numexpr: Any) -> Functions:
    numexpr.set_num_threads(1)

    def evaluating(expression: str) -> Call:
        def run(x: Any, *rest: Any) -> Any:  # y where there is one, and out
            return numexpr.evaluate(expression, local_dict={"x": x, "y": rest[0]}, global_dict={}, out=rest[-1])

        return run

    expressions = {
        "sigmoid": "1 / (1 + exp(-x))",
        "sigmoid_fast": "1 / (1 + exp(-x))",
        "log_sigmoid": "-log1p(exp(-x))",
        "softplus": "log1p(exp(x))",
        "logit": "log(x / (1 - x))",
        "silu": "x / (1 + exp(-x))",
        "sigmoid_gate": "x / (1 + exp(-y))",
        "bce_with_logits": "where(x > 0, x, 0) - x * y + log1p(exp(-abs(x)))",
        "bce_with_logits_grad": "1 / (1 + exp(-x)) - y",
    }
    return {name: evaluating(expression) for name, expression in expressions.items()}


def of_torch(torch: Any) -> Functions:
    torch.set_num_threads(1)
    functional, tensor = torch.nn.functional, torch.from_numpy

    def bce_with_logits(x: Any, y: Any, out: Any) -> Any:
        return functional.binary_cross_entropy_with_logits(tensor(x), tensor(y), reduction="none")

    return {
        "sigmoid": lambda x, out: torch.sigmoid(tensor(x), out=tensor(out)),
        "sigmoid_fast": lambda x, out: torch.sigmoid(tensor(x), out=tensor(out)),
        "log_sigmoid": lambda x, out: functional.logsigmoid(tensor(x)),
        "softplus": lambda x, out: functional.softplus(tensor(x)),
        "logit": lambda x, out: torch.logit(tensor(x), out=tensor(out)),
        "silu": lambda x, out: functional.silu(tensor(x)),
        "sigmoid_gate": lambda a, b, out: torch.mul(tensor(a), torch.sigmoid(tensor(b)), out=tensor(out)),
        "bce_with_logits": bce_with_logits,
        "bce": lambda p, y, out: functional.binary_cross_entropy(tensor(p), tensor(y), reduction="none"),
    }


MAKERS: dict[str, Callable[[Any], Functions]] = {
    "numpy": of_numpy,
    "scipy": of_scipy,
    "numexpr": of_numexpr,
    "torch": of_torch,
}
