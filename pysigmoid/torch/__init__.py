"""Autograd functions and modules for torch, with the bits of `pysigmoid`: for models that train.

    sigmoid, logsigmoid, softplus, silu     elementwise functions
    binary_cross_entropy_with_logits        the logistic loss from logits
    sigmoid_focal_loss                      the focal loss
    Sigmoid, LogSigmoid, Softplus, SiLU     torch's modules with these functions inside, likewise
    BCEWithLogitsLoss, SigmoidFocalLoss
    convert                                 lets the modules of a model become ours

Tensors are read in place, on the CPU, in float16, bfloat16, float32 and float64. Derivatives of all orders exist in
reverse and forward mode (of the focal loss two), under `torch.func`, `torch.compile`, `torch.export` and
`torch.jit.trace`. Import it by its name: `import pysigmoid` does not import torch.
"""

from __future__ import annotations

from typing import Never

from pysigmoid._hints import no_attribute

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError as _error:
    if _error.name != "torch":
        raise
    raise ImportError(
        "pysigmoid.torch takes torch, which is not installed: see https://pytorch.org, or pip install torch ml_dtypes",
        name="torch",
    ) from None

from pysigmoid.torch._convert import convert
from pysigmoid.torch._functions import (
    binary_cross_entropy_with_logits,
    logsigmoid,
    sigmoid,
    sigmoid_focal_loss,
    silu,
    softplus,
)
from pysigmoid.torch._modules import BCEWithLogitsLoss, LogSigmoid, Sigmoid, SigmoidFocalLoss, SiLU, Softplus

__all__ = [
    "BCEWithLogitsLoss",
    "LogSigmoid",
    "SiLU",
    "Sigmoid",
    "SigmoidFocalLoss",
    "Softplus",
    "binary_cross_entropy_with_logits",
    "convert",
    "logsigmoid",
    "sigmoid",
    "sigmoid_focal_loss",
    "silu",
    "softplus",
]

for _each in (globals()[name] for name in __all__):
    _each.__module__ = __name__  # where help, pickle, errors and traced graphs shall find it
del _each


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)
