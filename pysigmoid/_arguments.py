"""From what the caller passes to plain arrays: conversions, shapes, masks, ranges, buffers.

An error names the argument, the value and the remedy, and comes before anything is written.
"""

from collections.abc import Iterator
from numbers import Real
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from pysigmoid import _core

Array: TypeAlias = npt.NDArray[Any]
DType: TypeAlias = np.dtype[Any]
Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | tuple[int, ...] | None

BLOCK = 1 << 14  # elements of an argument that are looked at together
ROUNDING_SLACK = 1e-5  # probabilities computed in float32 leave [0, 1] by less than this

# Dtypes


def is_float(dtype: DType) -> bool:
    """Whether the ufuncs have a loop of this dtype, in either byte order."""
    return dtype.char in "efdg" or dtype.name == "bfloat16"


def float_dtype(name: str, dtype: DType) -> DType:
    """The dtype the ufuncs answer in: floats keep theirs, integers up to 16 bits become float32, wider ones float64."""
    if is_float(dtype):
        return dtype.newbyteorder("=")
    if dtype.kind in "biu":
        return np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
    raise TypeError(
        f"{name} has dtype {dtype}, which is no bool, integer or float type; "
        f"convert it, for example with np.asarray({name}, dtype=np.float64)"
    )


def loss_dtype(dtype: npt.DTypeLike) -> DType:
    asked = np.dtype(dtype)
    if not is_float(asked):
        raise TypeError(f"dtype is {asked}; choose a float type, for example np.float64")
    return asked


# Containers


def is_from(library: str, value: object) -> bool:
    """Whether the type of value comes from this library, told by its module's name so that nothing is imported."""
    return any(cls.__module__.partition(".")[0] == library for cls in type(value).__mro__)


def refuse_recorded_tensor(name: str, value: Any) -> None:
    if is_from("torch", value) and getattr(value, "requires_grad", False):
        raise TypeError(
            f"{name} is a tensor that requires grad, and torch does not see what NumPy computes; pass {name}.detach()"
        )


def refuse_dask(name: str, value: Any) -> None:
    if is_from("dask", value):
        raise TypeError(
            f"{name} is a Dask collection, which would be gathered into memory; "
            f"pass {name}.compute(), or call the function on each block through map_blocks"
        )


def elementwise_operand(input: Any) -> Any:
    """What a ufunc is given: a container that knows ufuncs as it is, anything else as an array."""
    refuse_recorded_tensor("input", input)
    operand = input if hasattr(input, "__array_ufunc__") else np.asarray(input)
    dtype = getattr(operand, "dtype", None)
    if isinstance(dtype, np.dtype):
        float_dtype("input", dtype)
    return operand


class Operand(NamedTuple):
    """One argument of a loss as an array, under the name the caller knows it by."""

    name: str
    values: Array
    masked: Array | None = None  # masked by a masked array: left out
    missing: Array | None = None  # NA in pandas: the caller must leave it out


def read_operand(name: str, value: Any) -> Operand:
    operand = Operand(name, value) if type(value) is np.ndarray else _from_container(name, value)
    float_dtype(name, operand.values.dtype)
    return operand


def _from_container(name: str, value: Any) -> Operand:
    refuse_recorded_tensor(name, value)
    refuse_dask(name, value)
    values = np.asarray(value)
    if isinstance(value, np.ma.MaskedArray):
        return Operand(name, values, masked=None if value.mask is np.ma.nomask else np.ma.getmaskarray(value))
    if not (hasattr(value, "isna") and _is_nullable(value)):
        return Operand(name, values)
    missing = np.asarray(value.isna())
    if values.dtype == object and np.any(missing):
        values = value.to_numpy(dtype=np.float64, na_value=np.nan)
    return Operand(name, values, missing=missing)


def _is_nullable(value: Any) -> bool:
    """Whether pandas data has a dtype of pandas' own, so that NA may stand among the numbers."""
    columns = [column for _, column in value.items()] if value.ndim == 2 else [value]
    return any(not isinstance(column.dtype, np.dtype) for column in columns)


# Shapes and masks


def require_same_shape(input: Operand, target: Operand) -> None:
    shape, other = input.values.shape, target.values.shape
    if shape == other:
        return
    remedy = f": pass {target.name}.reshape({shape})" if input.values.size == target.values.size else ""
    raise ValueError(
        f"{input.name} has shape {shape} but {target.name} has shape {other}; every element takes its own label{remedy}"
    )


def broadcast(name: str, array: Array, shape: Shape) -> Array:
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        rows = array.ndim > 0 and array.shape == shape[: array.ndim]
        remedy = f"; to give each row its own value, pass {name}[{':, ' * array.ndim}None]" if rows else ""
        raise ValueError(
            f"{name} has shape {array.shape}, which does not broadcast to the input's shape {shape}{remedy}"
        ) from None


@np.errstate(all="ignore")
def equals(values: Array, number: Array) -> Array:
    """Where a label is this number, in the precision of the labels; nan is found as well."""
    rounded = number.astype(values.dtype)
    return np.isnan(values) if np.isnan(rounded) else np.equal(values, rounded)


def read_mask(where: Any) -> Operand:
    mask = read_operand("where", where)
    if mask.values.dtype != bool:
        raise TypeError(f"where has dtype {mask.values.dtype}; pass booleans, True for the elements to keep")
    return mask


class Samples(NamedTuple):
    """What a loss is taken over: arrays of one shape (factors and masks may have none), and which elements count."""

    input: Array
    target: Array
    weight: Array | None = None
    pos_weight: Array | None = None
    kept: Array | None = None  # True for elements to take; None where that is all of them
    dropped: tuple[Array, ...] | None = None  # each True for elements to leave out
    ignored: Array | None = (
        None  # the label of elements to leave out; rounded to the dtype of the labels if they are floats
    )

    def counted(self) -> Array:
        """True for each element that counts."""
        counted = np.asarray(True) if self.kept is None else self.kept
        for mask in self.dropped or ():
            counted = counted & ~mask
        if self.ignored is not None:
            counted = counted & ~equals(self.target, self.ignored)
        return np.broadcast_to(counted, self.input.shape)

    def blocks(self) -> Iterator[tuple[int, "Samples"]]:
        """The elements in the order of their indices, a block at a time, with the number of the first one."""
        shape, dropped = self.input.shape, self.dropped or ()
        arrays = [None if array is None else np.broadcast_to(array, shape).flat for array in (*self[:5], *dropped)]
        for begin in range(0, self.input.size, BLOCK):
            parts: list[Any] = [None if array is None else array[begin : begin + BLOCK] for array in arrays]
            yield begin, Samples._make([*parts[:5], tuple(parts[5:]), self.ignored])


def read_samples(
    names: tuple[str, str],
    input: Any,
    target: Any,
    weight: Any,
    where: Any,
    pos_weight: Any = None,
    ignore_value: float | None = None,
) -> Samples:
    """Read the arguments that a loss pairs element by element."""
    inputs, targets = read_operand(names[0], input), read_operand(names[1], target)
    require_same_shape(inputs, targets)
    weights = None if weight is None else read_operand("weight", weight)
    pos_weights = None if pos_weight is None else read_operand("pos_weight", pos_weight)
    shape = inputs.values.shape
    kept = None if where is None else read_mask(where)
    operands = [operand for operand in (inputs, targets, weights, pos_weights, kept) if operand is not None]
    samples = Samples(
        inputs.values,
        targets.values,
        _factor(weights, shape),
        _factor(pos_weights, shape),
        None if kept is None else broadcast("where", kept.values, shape),
        _masked(operands, shape),
        None if ignore_value is None else _ignored(targets.values.dtype, ignore_value),
    )
    for name, _, _, missing in operands:
        if missing is not None and _any_counted(samples, broadcast(name, missing, shape)):
            raise TypeError(f"{name} holds missing values (NA); leave them out with where=~{name}.isna()")
    return samples


def _any_counted(samples: Samples, marked: Array) -> bool:
    """Whether an element that counts is marked."""
    return any(np.any(block.counted() & marked.flat[begin : begin + BLOCK]) for begin, block in samples.blocks())


def _factor(weight: Operand | None, shape: Shape) -> Array | None:
    if weight is None or weight.values.ndim == 0:
        return None if weight is None else weight.values
    return broadcast(weight.name, weight.values, shape)


def _masked(operands: list[Operand], shape: Shape) -> tuple[Array, ...] | None:
    return tuple(broadcast(name, masked, shape) for name, _, masked, _ in operands if masked is not None) or None


def _ignored(dtype: DType, ignore_value: Any) -> Array | None:
    """The number that marks labels, exactly if they can equal it exactly; None if no label of this dtype can."""
    number = real("ignore_value", ignore_value)
    if dtype.kind in "biu":
        return _as_label(dtype, ignore_value) if number - number == 0 else None
    if dtype.char != "g" or number - number != 0:
        return np.asarray(number)
    exact = np.asarray(ignore_value)
    return exact if exact.dtype.kind in "iuf" else np.asarray(np.longdouble(ignore_value))


def _as_label(dtype: DType, number: Any) -> Array | None:
    """The finite number in an integer dtype, or None if it is none of that dtype's."""
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    label = int(number)
    return np.asarray(label, dtype.newbyteorder("=")) if label == number and low <= label <= high else None


# Ranges


def real(name: str, value: Any) -> float:
    if not isinstance(value, Real):
        raise TypeError(f"{name} is {value!r}; pass a real number")
    return float(value)


def real_between(name: str, value: Any, low: float, high: float) -> float:
    number = real(name, value)
    if not low <= number <= high:
        raise ValueError(f"{name} is {number}; choose a number from {low} to {high}")
    return number


def refuse_softplus_options(beta: object, threshold: object) -> None:
    if beta is not None or threshold is not None:
        raise TypeError(
            f"softplus takes no beta ({beta}) and no threshold ({threshold}); "
            "write softplus(beta * x) / beta, which is exact and needs no threshold"
        )


def raise_outside(samples: Samples, names: tuple[str, str], probabilities: bool) -> NoReturn:
    """Raise for the first number that counts and lies outside [0, 1]: a probability, or a label."""
    input_name, target_name = names
    if probabilities and (index := _first_outside(samples.input, samples)) is not None:
        hint = "For logits use binary_cross_entropy_with_logits."
        raise _out_of_range(input_name, samples.input, index, hint)
    index = _first_outside(samples.target, samples)
    if index is None:
        raise ValueError(f"{target_name} was changed while it was read; pass a copy")
    swapped = not probabilities and _first_outside(samples.input, samples) is None
    question = f"All of {input_name} lies between 0 and 1: are {input_name} and {target_name} swapped?"
    raise _out_of_range(target_name, samples.target, index, question if swapped else "")


def _first_outside(values: Array, samples: Samples) -> tuple[Any, ...] | None:
    """The index of the first element outside [0, 1] that counts; nan is outside."""
    place = _core.first_outside(values, samples.target, samples.kept, samples.dropped, samples.ignored)
    return None if place < 0 else np.unravel_index(place, values.shape)


def _out_of_range(name: str, values: Array, index: tuple[Any, ...], hint: str) -> ValueError:
    value = values[index]
    position = f"{name}[{', '.join(map(str, index))}]" if index else name
    missing = value != value  # told first: < and > of nan would raise the floating-point flag "invalid"
    nearly = not missing and -ROUNDING_SLACK < value < 1 + ROUNDING_SLACK
    sentences = [
        f"{name} must lie between 0 and 1, but {position} is {value}.",
        f"For labels -1 and +1 pass ({name} + 1) / 2." if value == -1 else "",
        f"For rounding errors pass np.clip({name}, 0, 1)." if nearly else "",
        f"For missing values pass where=~np.isnan({name})." if missing else "",
        hint,
        "validate=False in pysigmoid.functional skips this check.",
    ]
    return ValueError(" ".join(filter(None, sentences)))


# Buffers


def check_buffer(name: str, buffer: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless a result of this shape and dtype can be written into the buffer."""
    if not isinstance(buffer, np.ndarray):
        raise TypeError(f"{name} is a {type(buffer).__name__}; pass a NumPy array to write into")
    if buffer.shape != shape:
        raise ValueError(f"{name} has shape {buffer.shape}, but the result has shape {shape}")
    if buffer.dtype != dtype and not np.can_cast(dtype, buffer.dtype, "same_kind"):
        raise TypeError(f"{name} has dtype {buffer.dtype}, which {dtype} does not cast to; pass a float array")
    if not buffer.flags.writeable:
        raise ValueError(f"{name} is read-only; pass an array that can be written to, for example a copy")


def check_disjoint(first: str, one: Array | None, second: str, other: Array | None) -> None:
    if one is not None and other is not None and _may_share_memory(one, other):
        raise ValueError(f"{first} and {second} share memory; pass two separate arrays")


def _may_share_memory(one: Array, other: Array) -> bool:
    """Exact where that is quick to tell; strides can be so intricate that it would take for ever."""
    try:
        return np.shares_memory(one, other, max_work=1)  # type: ignore[arg-type]  # the stubs know -1 and 0 alone
    except np.exceptions.TooHardError:
        return True
