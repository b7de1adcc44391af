"""One argument of a loss: its numbers, which of them are missing, and how its axes are labelled."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pysigmoid._dtypes import Array

Labels: TypeAlias = tuple[Any, ...]  # of each axis: an index, a tuple of names, or None

LIBRARIES = ("awkward", "dask", "numpy", "pandas", "pint", "polars", "pyarrow", "scipy", "torch", "xarray")


class Operand(NamedTuple):
    """One argument of a loss as an array, under the name the caller knows it by."""

    name: str
    values: Array
    masked: Array | None = None  # masked by a masked array: left out
    missing: Array | None = None  # NA or null: the caller must leave it out
    labels: Labels = ()
    dims: tuple[Any, ...] | None = None  # the names of the axes
    given: Any = None  # what the caller passed


def _find_library(cls: type) -> str:
    packages = (ancestor.__module__.partition(".")[0] for ancestor in cls.__mro__)
    return next((package for package in packages if package in LIBRARIES), "")


# The library that a type or one of its ancestors comes from, told by its module's name so that nothing is imported.
library_of: Callable[[type], str] = lru_cache(maxsize=256)(_find_library)


def read_array_like(name: str, value: Any) -> Operand:
    return Operand(name, np.asarray(value), given=value)
