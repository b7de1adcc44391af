"""Correctly rounded sigmoid functions and the logistic loss for NumPy.

Ufuncs, element by element, by NumPy's rules, never an error for a value:

    sigmoid                         1 / (1 + exp(-x))
    expit                           sigmoid under SciPy's name
    sigmoid_fast                    1 / (1 + exp(-x)), to 2.5 ULP
    sigmoid_derivative              sigmoid(x) sigmoid(-x)
    sigmoid_vjp                     g sigmoid(x) sigmoid(-x)
    log_sigmoid                     log(sigmoid(x)) = -softplus(-x)
    log_expit                       log_sigmoid under SciPy's name
    log_sigmoid_derivative          sigmoid(-x)
    softplus                        log(1 + exp(x))
    logit                           log(p / (1 - p))
    silu_derivative                 sigmoid(x) (1 + x sigmoid(-x))
    silu                            x sigmoid(x)
    sigmoid_and_derivative          the sigmoid and its derivative in one pass
    log_sigmoid_and_derivative      log_sigmoid and its derivative in one pass
    softplus_and_derivative         softplus and its derivative, the sigmoid, in one pass
    silu_and_derivative             silu and its derivative in one pass
    sigmoid_gate                    a sigmoid(b)
    bce_with_logits                 y softplus(-x) + (1 - y) softplus(x)
    bce_with_logits_grad            (1 - y) sigmoid(x) - y sigmoid(-x)
    bce_with_logits_value_and_grad  the loss and its gradient in one pass
    bce_with_logits_grad_and_hess   the gradient of the loss and its derivative in one pass
    bce                             -y log(p) - (1 - y) log(1 - p), the logarithms cut at -100

Modules under torch's names:

    functional                      functions, with reductions, weights and checks; import it as F
    nn                              functional with the options kept

Settings:

    set_num_threads                 how many threads a call may use, in this process
    num_threads                     the same within a block, for the calling thread
    get_num_threads                 how many that are
    threads                         where that number comes from, and how other libraries set it
    show_config                     the version, the instruction set in use, the threads
"""

from importlib import import_module
from typing import TYPE_CHECKING

try:
    from pysigmoid._core import (
        bce,
        bce_with_logits,
        bce_with_logits_grad,
        bce_with_logits_grad_and_hess,
        bce_with_logits_value_and_grad,
        log_sigmoid,
        log_sigmoid_and_derivative,
        log_sigmoid_derivative,
        logit,
        sigmoid,
        sigmoid_and_derivative,
        sigmoid_derivative,
        sigmoid_fast,
        sigmoid_gate,
        sigmoid_vjp,
        silu,
        silu_and_derivative,
        silu_derivative,
        softplus,
        softplus_and_derivative,
    )
    from pysigmoid._core import log_sigmoid as log_expit
    from pysigmoid._core import sigmoid as expit
except ModuleNotFoundError as _error:
    if _error.name != "pysigmoid._core":
        raise
    from pysigmoid._built import how_to_build

    raise ImportError(how_to_build(), name=_error.name) from None
from pysigmoid import threads
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
    "log_sigmoid_and_derivative",
    "log_sigmoid_derivative",
    "logit",
    "nn",
    "num_threads",
    "set_num_threads",
    "show_config",
    "sigmoid",
    "sigmoid_and_derivative",
    "sigmoid_derivative",
    "sigmoid_fast",
    "sigmoid_gate",
    "sigmoid_vjp",
    "silu",
    "silu_and_derivative",
    "silu_derivative",
    "softplus",
    "softplus_and_derivative",
    "threads",
]


def __dir__() -> list[str]:
    return __all__


if TYPE_CHECKING:
    from pysigmoid import functional, nn
else:  # a checker would take it for a promise of any name

    def __getattr__(name):
        """Import `functional` and `nn` when they are first asked for: they take longer than all the rest."""
        if name in ("functional", "nn"):
            return import_module(f"{__name__}.{name}")
        from pysigmoid._hints import no_attribute

        raise no_attribute(__name__, name)
