"""The types of numbers that are taken and given."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
DType: TypeAlias = np.dtype[Any]


def is_float(dtype: DType) -> bool:
    """Whether the ufuncs have a loop of this dtype, in either byte order."""
    return dtype.char in "efdg" or dtype.name == "bfloat16"


def is_number(dtype: DType) -> bool:
    """Whether the ufuncs take arrays of this dtype."""
    return dtype.kind in "biu" or is_float(dtype)


def float_dtype(name: str, dtype: DType) -> DType:
    """The dtype the ufuncs answer in: floats keep theirs, integers up to 16 bits become float32, wider ones float64."""
    if is_float(dtype):
        return dtype.newbyteorder("=")
    if dtype.kind in "biu":
        return np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
    raise TypeError(f"{name} has dtype {dtype}, which is no bool, integer or float type")


def loss_dtype(dtype: npt.DTypeLike) -> DType:
    asked = np.dtype(dtype)
    if not is_float(asked):
        raise TypeError(f"dtype is {asked}; choose a float type, for example np.float64")
    return asked


def smallest_clamp(dtype: DType) -> float:
    """The smallest eps for which 1 - eps is not 1 in this float type: just above half the step below 1."""
    number = dtype.type
    half_step = (number(1) - np.nextafter(number(1), number(0))) / number(2)
    narrow = min(number, np.float64, key=lambda kind: np.dtype(kind).itemsize)  # eps is a Python float
    return float(str(np.nextafter(narrow(half_step), narrow(1))))
