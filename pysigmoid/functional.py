"""Functions under torch's names, usually imported as `from pysigmoid import functional as F`.

Elementwise functions give the bits of the ufunc and keep the container; in an array that NumPy has to make, nan is
null. Losses add reductions, weights and checks; they keep the dtype of the logits and pair elements by position. Labels
must then agree: an index or names of columns that differ are an error, and xarray's dims are brought into one order.
What has no labels goes beside those that have. What torch has no name for takes NumPy's: axis, keepdims, where, out.
"""

from __future__ import annotations

from typing import Never

from pysigmoid._accumulator import LossAccumulator
from pysigmoid._elementwise import (
    glu,
    logit,
    logsigmoid,
    sigmoid,
    silu,
    softplus,
)
from pysigmoid._focal import (
    sigmoid_focal_loss,
    sigmoid_focal_loss_grad_and_hess,
    sigmoid_focal_loss_value_and_grad,
    sigmoid_focal_loss_value_grad_and_hess,
)
from pysigmoid._hints import no_attribute
from pysigmoid._logistic import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad_and_hess,
    binary_cross_entropy_with_logits_value_and_grad,
    binary_cross_entropy_with_logits_value_grad_and_hess,
)

__all__ = [
    "LossAccumulator",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad_and_hess",
    "binary_cross_entropy_with_logits_value_and_grad",
    "binary_cross_entropy_with_logits_value_grad_and_hess",
    "glu",
    "logit",
    "logsigmoid",
    "sigmoid",
    "sigmoid_focal_loss",
    "sigmoid_focal_loss_grad_and_hess",
    "sigmoid_focal_loss_value_and_grad",
    "sigmoid_focal_loss_value_grad_and_hess",
    "silu",
    "softplus",
]

for each in (globals()[name] for name in __all__):
    each.__module__ = __name__  # where help, pickle and errors shall find it
del each


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)
