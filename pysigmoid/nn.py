"""Modules under torch's names: `functional` with the options kept.

A module is called like a function; its options are attributes, which may be set later.
"""

from __future__ import annotations

import sys
from typing import Never

from pysigmoid import functional as functional
from pysigmoid._hints import no_attribute
from pysigmoid._loss_classes import BCELoss, BCEWithLogitsLoss, SigmoidFocalLoss
from pysigmoid._loss_modules import LogitsLoss, Loss
from pysigmoid._modules import GLU, Elementwise, LogSigmoid, Module, Sigmoid, SiLU, Softplus

__all__ = [
    "GLU",
    "BCELoss",
    "BCEWithLogitsLoss",
    "LogSigmoid",
    "Module",
    "SiLU",
    "Sigmoid",
    "SigmoidFocalLoss",
    "Softplus",
]

for each in (Elementwise, Loss, LogitsLoss, *(globals()[name] for name in __all__)):
    each.__module__ = __name__  # where help, pickle and errors shall find it
del each

sys.modules[f"{__name__}.functional"] = functional  # so that torch's `import pysigmoid.nn.functional as F` finds it


def __dir__() -> list[str]:
    return [*__all__, "functional"]


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)
