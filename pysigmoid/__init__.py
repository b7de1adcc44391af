"""Correctly rounded sigmoid functions and the logistic loss for NumPy.

Top level: ufuncs, element by element, by NumPy's rules, never an error for a value.
`functional` (import it as F): torch's names, with reductions, weights and checks.
`nn`: `functional` with the options kept.
"""

try:
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
        sigmoid_fast,
        sigmoid_gate,
        sigmoid_vjp,
        silu,
        silu_derivative,
        softplus,
    )
    from pysigmoid._core import log_sigmoid as log_expit
    from pysigmoid._core import sigmoid as expit
except ModuleNotFoundError as error:
    if error.name != "pysigmoid._core":
        raise
    from pysigmoid._built import how_to_build

    raise ImportError(how_to_build(), name=error.name) from None
from pysigmoid import functional, nn, threads
from pysigmoid._version import __version__
from pysigmoid.config import show_config
from pysigmoid.threads import get_num_threads, num_threads, set_num_threads

__all__ = [
    "__version__",
    "bce",
    "bce_with_logits",
    "bce_with_logits_grad",
    "bce_with_logits_grad_and_hess",
    "bce_with_logits_value_and_grad",
    "expit",
    "functional",
    "get_num_threads",
    "log_expit",
    "log_sigmoid",
    "logit",
    "nn",
    "num_threads",
    "set_num_threads",
    "show_config",
    "sigmoid",
    "sigmoid_derivative",
    "sigmoid_fast",
    "sigmoid_gate",
    "sigmoid_vjp",
    "silu",
    "silu_derivative",
    "softplus",
    "threads",
]
