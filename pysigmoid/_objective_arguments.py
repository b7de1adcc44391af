"""What objectives are given once, at construction: labels, weights, numbers; and the errors that name the remedy."""

import math
from typing import Any

import numpy as np

from pysigmoid import _core
from pysigmoid._arguments import found_outside, real, real_between
from pysigmoid._containers import missing_remedy, read_operand
from pysigmoid._dtypes import Array
from pysigmoid._remedies import as_numpy


def read_numbers(name: str, value: Any) -> Array:
    """The array of what was given, in its own dtype; nothing in it may be missing or masked."""
    operand = read_operand(name, value)
    for absent in (operand.missing, operand.masked):
        if absent is not None and np.any(absent):
            remedy = f"keep the rows where {missing_remedy(operand)}" if absent is operand.missing else "fill them in"
            raise TypeError(f"{name} holds missing values; {remedy}")
    return operand.values


def read_rows(name: str, value: Any, count: int) -> Array:
    """One number for each row of X."""
    values = read_numbers(name, value)
    require_rows(name, values.shape, count, as_numpy(name, value))
    return values


def require_rows(name: str, shape: tuple[float, ...], count: float, array: str) -> None:
    """Raise for a shape that is not one number a row; `array` is the expression to reshape."""
    if shape != (count,):
        flat = f": pass {array}.reshape({count})" if math.prod(shape) == count else ""
        raise ValueError(f"{name} has shape {shape}, but X has {count} rows{flat}")


def check_labels(name: str, values: Array) -> None:
    """Raise for the first label that is nan or outside [0, 1]."""
    place = _core.first_outside(values, values, None, None, None)
    if place < 0:
        return
    index = np.unravel_index(place, values.shape)
    value = values[index]
    remedy = f" For labels -1 and +1 pass ({name} + 1) / 2." if value == -1 else ""
    remedy = " Drop the rows without a label." if value != value else remedy
    raise ValueError(found_outside(name, index, value) + remedy)


def check_weights(name: str, weights: Array) -> None:
    """Raise for the first weight that is negative, nan or infinite."""
    wrong = np.flatnonzero(~((weights >= 0) & (weights < np.inf)))
    if wrong.size:
        raise ValueError(f"{name}[{wrong[0]}] is {weights[wrong[0]]}; choose finite numbers from 0")


def positive(name: str, value: Any) -> float:
    number = real(name, value)
    if not number > 0:
        raise ValueError(f"{name} is {number}; choose a number above 0")
    return number


def factor(name: str, value: Any) -> float | None:
    """A finite factor from 0, or None."""
    if value is None:
        return None
    if np.ndim(value) > 0:
        raise TypeError(f"{name} is an array; pass a number, and factors of single rows as sample_weight")
    return real_between(name, value, 0, np.finfo(np.float64).max)
