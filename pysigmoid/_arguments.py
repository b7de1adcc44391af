"""From what the caller passes to plain arrays: conversions, shapes, masks, ranges, buffers.

Every error about an argument is raised here; it names the argument, the value and the remedy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[Any]
    DType: TypeAlias = np.dtype[Any]
    Shape: TypeAlias = tuple[int, ...]

SKIP_CHECK = "To skip this check, pass validate=False (to the function of pysigmoid.functional)."
ROUNDING_SLACK = 1e-5  # probabilities summed in float32 overshoot 0 and 1 by less than this


# Dtypes


def is_float(dtype: DType) -> bool:
    """Whether the kernels have a loop for this dtype, in native byte order or not."""
    return dtype.char in "efdg" or dtype.name == "bfloat16"


def float_dtype(name: str, dtype: DType) -> DType:
    """The dtype the ufuncs answer in: floats keep theirs, integers of up to 16 bits become float32, wider ones float64."""
    if is_float(dtype):
        return dtype.newbyteorder("=")
    if dtype.kind in "biu":
        return np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
    raise TypeError(
        f"{name} has dtype {dtype}, which does not hold real numbers; "
        f"convert it to bool, an integer or a float type first, for example with np.asarray({name}, dtype=np.float64)"
    )


def loss_dtype(dtype: npt.DTypeLike | None, default: DType) -> DType:
    """The dtype asked for with `dtype=`, checked."""
    if dtype is None:
        return default
    asked = np.dtype(dtype)
    if not is_float(asked):
        raise TypeError(f"dtype is {asked}; choose a float type, for example np.float64")
    return asked


# Containers


def is_from(library: str, value: object) -> bool:
    """Whether the type of value comes from this library, told by name so that nothing is imported."""
    return any(cls.__module__.partition(".")[0] == library for cls in type(value).__mro__)


def refuse_gradient_tensor(name: str, value: Any) -> None:
    if is_from("torch", value) and value.requires_grad:
        raise TypeError(f"{name} is a tensor that requires grad, which NumPy cannot track; pass {name}.detach()")


def refuse_dask(name: str, value: Any) -> None:
    if is_from("dask", value):
        raise TypeError(
            f"{name} is a Dask collection, which a NumPy function would gather into memory unasked; "
            f"pass {name}.compute(), or apply the function to each block with map_blocks"
        )


def as_operand(name: str, value: Any) -> Any:
    """What an elementwise ufunc is given: a container that handles ufuncs as it is, anything else as an array."""
    refuse_gradient_tensor(name, value)
    operand = value if hasattr(value, "__array_ufunc__") else np.asarray(value)
    dtype = getattr(operand, "dtype", None)
    if isinstance(dtype, np.dtype):
        float_dtype(name, dtype)
    return operand


class Operand(NamedTuple):
    """One argument of a loss."""

    name: str
    values: Array
    masked: Array | None = None  # elements a masked array masks: left out
    missing: Array | None = None  # elements that pandas has no value for: an error unless left out


def read_operand(name: str, value: Any) -> Operand:
    refuse_gradient_tensor(name, value)
    refuse_dask(name, value)
    if is_from("pandas", value):
        operand = _read_pandas(name, value)
    elif isinstance(value, np.ma.MaskedArray):
        operand = Operand(name, np.asarray(value), masked=np.ma.getmaskarray(value))
    else:
        operand = Operand(name, np.asarray(value))
    float_dtype(name, operand.values.dtype)
    return operand


def _read_pandas(name: str, value: Any) -> Operand:
    """NA is no number: np.asarray turns it into nan or into an object array, according to the dtype."""
    columns = [column for _, column in value.items()] if value.ndim == 2 else [value]
    if not any(_has_missing(column) for column in columns):
        return Operand(name, np.asarray(value))
    missing = np.stack([_missing_elements(column) for column in columns], axis=-1).reshape(value.shape)
    values = np.asarray(value)
    return Operand(name, values if is_float(values.dtype) else np.where(missing, np.nan, values), missing=missing)


# Shapes


def require_same_shape(input: Array, target: Array) -> None:
    if input.shape == target.shape:
        return
    remedy = "they must be equal"
    if input.size == target.size:
        remedy += f", and broadcasting would pair every row with every label: pass target.reshape({input.shape})"
    raise ValueError(f"input has shape {input.shape} and target has shape {target.shape}; {remedy}")


def broadcast(name: str, array: Array, shape: Shape) -> Array:
    """array as a read-only view of this shape."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        hint = ""
        if array.ndim < len(shape) and array.shape == shape[: array.ndim]:
            hint = f"; to give one value to each row, pass {name}[{':, ' * array.ndim}None]"
        raise ValueError(f"{name} of shape {array.shape} does not broadcast to the input's shape {shape}{hint}") from None
