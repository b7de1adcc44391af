"""Objectives: for XGBoost, LightGBM and CatBoost, and logistic regression for `scipy.optimize`.

Not imported by ``import pysigmoid``. It imports none of these libraries, and needs NumPy alone.
"""

from __future__ import annotations

from typing import Never

from pysigmoid._boosting import BoostingObjective, LogLoss
from pysigmoid._boosting_focal import FocalLoss
from pysigmoid._hints import no_attribute
from pysigmoid._linear import LogisticObjective

__all__ = ["FocalLoss", "LogLoss", "LogisticObjective"]

for _each in (BoostingObjective, *(globals()[name] for name in __all__)):
    _each.__module__ = __name__  # where help, pickle and errors shall find it
del _each


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Never:
    raise no_attribute(__name__, name)
