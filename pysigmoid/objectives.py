"""Objectives for optimisers: logistic regression for `scipy.optimize`.

Not imported by ``import pysigmoid``; NumPy is all that this module needs.
"""

from __future__ import annotations

from typing import Never

from pysigmoid._hints import no_attribute
from pysigmoid._linear import LogisticObjective

__all__ = ["LogisticObjective"]

for each in (globals()[name] for name in __all__):
    each.__module__ = __name__  # where help, pickle and errors shall find it
del each


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)
