"""From what the caller passes to plain arrays: conversions, shapes, masks, ranges, buffers.

An error names the argument, the value and the remedy, and comes before anything is written.
"""

from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np

from pysigmoid import _core
from pysigmoid._containers import dtypes_within, fill_remedy, missing_remedy, read_operand
from pysigmoid._dtypes import Array, DType, float_dtype, is_float, smallest_clamp
from pysigmoid._labels import order_dims, require_same_labels
from pysigmoid._operands import Operand, library_of
from pysigmoid._remedies import as_numpy, shown

Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | tuple[int, ...] | None

BLOCK = 1 << 14  # elements of an argument that are looked at together
ROUNDING_SLACK = 1e-5  # probabilities computed in float32 leave [0, 1] by less than this

# Shapes and masks


def require_same_shape(input: Operand, target: Operand) -> None:
    shape, other = input.values.shape, target.values.shape
    if shape == other:
        return
    array = target.name if library_of(type(target.given)) == "torch" else as_numpy(target.name, target.given)
    remedy = f": pass {array}.reshape({shape})" if input.values.size == target.values.size else ""
    raise ValueError(
        f"{input.name} has shape {shape} but {target.name} has shape {other}; every element takes its own label{remedy}"
    )


def broadcast(operand: Operand, array: Array, shape: Shape) -> Array:
    """The array, of the operand's values or which of them are left out, in the shape of the input."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        name = operand.name
        rows = array.ndim > 0 and array.shape == shape[: array.ndim]
        expanded = f"{as_numpy(name, operand.given)}[{':, ' * array.ndim}None]"
        remedy = f"; to give each row its own value, pass {expanded}" if rows else ""
        remedy = "; pass None when there are none" if array.size == 0 and array.ndim == 1 else remedy
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
    if mask.missing is not None and np.any(mask.missing):
        raise TypeError(f"where holds missing values (NA); say what they mean, for example where={fill_remedy(mask)}")
    return mask


class Samples(NamedTuple):
    """What a loss is taken over: arrays of one shape (factors and masks may have none), and which elements count."""

    input: Array
    target: Array
    weight: Array | None = None
    pos_weight: Array | None = None
    kept: Array | None = None  # True for elements to take; None where that is all of them
    dropped: tuple[Array, ...] | None = None  # each True for elements to leave out
    ignored: Array | None = None  # the label of elements to leave out, a 0-d array: see _ignored

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
    inputs, targets, weights, pos_weights, kept = operands = _read_operands(
        (*names, "weight", "pos_weight"), (input, target, weight, pos_weight), where
    )
    shape = inputs.values.shape
    given = [operand for operand in operands if operand is not None]
    samples = Samples(
        inputs.values,
        targets.values,
        _factor(weights, shape),
        _factor(pos_weights, shape),
        None if kept is None else broadcast(kept, kept.values, shape),
        _left_out(given, shape, ignore_value),
        None if ignore_value is None else _ignored(targets.values.dtype, ignore_value),
    )
    require_same_labels(given, shape)
    for operand in given:
        if operand.missing is not None and _any_kept(samples, broadcast(operand, operand.missing, shape)):
            name, remedy = operand.name, missing_remedy(operand)
            raise TypeError(f"{name} holds missing values (NA); leave them out with where={remedy}")
    return samples


Operands: TypeAlias = tuple[Operand, Operand, Operand | None, Operand | None, Operand | None]


def _read_operands(names: tuple[str, ...], values: tuple[Any, ...], where: Any) -> Operands:
    """Input, target, weight, pos_weight and mask, with named axes in one order; None for what is not given."""
    read = [
        read_operand(name, value) if position < 2 or value is not None else None
        for position, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    read.append(None if where is None else read_mask(where))
    ordered = iter(order_dims([operand for operand in read if operand is not None]))
    inputs, targets, *others = (None if operand is None else next(ordered) for operand in read)
    assert inputs is not None
    assert targets is not None
    require_same_shape(inputs, targets)
    weights, pos_weights, kept = others
    return inputs, targets, weights, pos_weights, kept


def _any_kept(samples: Samples, missing: Array) -> bool:
    """Whether something missing stands where no mask leaves it out; it has no label that could be ignored."""
    unmarked = samples._replace(ignored=None)
    return any(np.any(block.counted() & missing.flat[begin : begin + BLOCK]) for begin, block in unmarked.blocks())


def _factor(weight: Operand | None, shape: Shape) -> Array | None:
    if weight is None or weight.values.ndim == 0:
        return None if weight is None else weight.values
    return broadcast(weight, weight.values, shape)


def _left_out(operands: list[Operand], shape: Shape, ignore_value: object) -> tuple[Array, ...] | None:
    """What masked arrays mask, and missing labels where nan is ignored."""
    ignores_nan = isinstance(ignore_value, Real) and ignore_value != ignore_value
    masks = [
        broadcast(operand, mask, shape)
        for position, operand in enumerate(operands)
        for mask in (operand.masked, operand.missing if position == 1 and ignores_nan else None)
        if mask is not None
    ]
    return tuple(masks) or None


def _ignored(dtype: DType, ignore_value: Any) -> Array | None:
    """The number that marks labels, exactly if they can equal it exactly; None if no label of this dtype can."""
    if dtype.kind in "biu":
        return _as_label(dtype, ignore_value)
    number = real("ignore_value", ignore_value)
    if dtype.char != "g" or number - number != 0:
        return np.asarray(number)
    exact = np.asarray(ignore_value)
    return exact if exact.dtype.kind in "iuf" else np.asarray(np.longdouble(ignore_value))


def _as_label(dtype: DType, number: Any) -> Array | None:
    """The number in an integer dtype, or None if it is none of that dtype's."""
    if not isinstance(number, Integral) and not real("ignore_value", number).is_integer():
        return None
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.asarray(int(number), dtype.newbyteorder("=")) if low <= number <= high else None


# Ranges


def real(name: str, value: Any) -> float:
    if type(value) is float:  # first, since to ask an abstract class takes as long as a short call
        return value
    if not isinstance(value, Real):
        raise TypeError(f"{name} is {shown(value)}; pass a real number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is {shown(value)}, which is beyond every float") from None


def real_between(name: str, value: Any, low: float, high: float) -> float:
    number = real(name, value)
    if not low <= number <= high:
        raise ValueError(f"{name} is {number}; choose a number from {low} to {high}")
    return number


@np.errstate(all="ignore")
def clamp(probabilities: Any, eps: object) -> Any:
    """The probabilities within [eps, 1 - eps], in the precision of the result, where that leaves neither 0 nor 1."""
    number = real("eps", eps)
    if not 0 <= number < 0.5:
        raise ValueError(f"eps is {number}; choose a number in [0, 0.5)")
    dtypes = {float_dtype("input", dtype) for dtype in dtypes_within(probabilities)}
    for dtype in dtypes:
        if number > 0 and dtype.type(1) - dtype.type(number) == 1:
            smallest = smallest_clamp(dtype)
            raise ValueError(f"eps is {number}, but 1 - eps is 1 in {dtype}; choose {smallest} or more, or no eps")
    scalar = dtypes.pop().type if len(dtypes) == 1 else np.float64
    low, high = scalar(number), scalar(1) - scalar(number)
    if not isinstance(getattr(probabilities, "dtype", None), np.dtype):
        low, high = float(low), float(high)  # polars takes no scalars of NumPy
    return np.minimum(np.maximum(probabilities, low), high)


def raise_outside(
    samples: Samples, names: tuple[str, str], probabilities: bool, given: tuple[Any, Any] = (None, None)
) -> NoReturn:
    """Raise for the first number that counts and lies outside [0, 1]: a probability, or a label.

    `given` is what the caller passed for the two, which the remedies must suit.
    """
    input_name, target_name = names
    if probabilities and (index := _first_outside(samples.input, samples)) is not None:
        hint = "For logits use binary_cross_entropy_with_logits."
        raise _out_of_range(input_name, samples.input, index, hint, given[0], "where")
    index = _first_outside(samples.target, samples)
    if index is None:
        raise ValueError(f"{target_name} was changed while it was read; pass a copy")
    swapped = not probabilities and _first_outside(samples.input, samples) is None
    question = f"All of {input_name} lies between 0 and 1: are {input_name} and {target_name} swapped?"
    tensors_take = "where" if probabilities else "ignore_value"
    raise _out_of_range(target_name, samples.target, index, question if swapped else "", given[1], tensors_take)


def _first_outside(values: Array, samples: Samples) -> tuple[Any, ...] | None:
    """The index of the first element outside [0, 1] that counts; nan is outside."""
    place = _core.first_outside(values, samples.target, samples.kept, samples.dropped, samples.ignored)
    return None if place < 0 else np.unravel_index(place, values.shape)


def found_outside(name: str, index: tuple[Any, ...], value: Any) -> str:
    """Which number is wrong, and what numbers there are to be."""
    position = f"{name}[{', '.join(map(str, index))}]" if index else name
    return f"{name} must lie between 0 and 1, but {position} is {value}."


def _out_of_range(
    name: str, values: Array, index: tuple[Any, ...], hint: str, given: Any, tensors_take: str
) -> ValueError:
    value = values[index]
    missing = value != value  # told first: < and > of nan would raise the floating-point flag "invalid"
    nearly = not missing and -ROUNDING_SLACK < value < 1 + ROUNDING_SLACK
    library, array = library_of(type(given)), f"np.asarray({name})"
    sum_of = array if isinstance(given, list | tuple) or library == "pyarrow" else name  # these take no arithmetic
    nan_of = array if library == "polars" else name
    clipped = f"{name}.clamp(0, 1)" if library == "torch" else f"np.clip({name}, 0, 1)"
    left_out = f"where=~{name}.isnan()" if library == "torch" else f"where=~np.isnan({nan_of})"
    left_out = "ignore_value=float('nan')" if library == "torch" and tensors_take == "ignore_value" else left_out
    sentences = [
        found_outside(name, index, value),
        f"For labels -1 and +1 pass ({sum_of} + 1) / 2." if value == -1 else "",
        f"For rounding errors pass {clipped}." if nearly else "",
        f"For missing values pass {left_out}." if missing else hint,
        "validate=False skips this check.",
    ]
    return ValueError(" ".join(filter(None, sentences)))


# Buffers


def check_buffer(name: str, buffer: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless a result of this shape and dtype can be written into the buffer."""
    if not isinstance(buffer, np.ndarray):
        raise TypeError(f"{name} is a {type(buffer).__name__}; pass a NumPy array to write into")
    if buffer.shape != shape:
        raise ValueError(f"{name} has shape {buffer.shape}, but the result has shape {shape}")
    if not is_float(buffer.dtype):
        raise TypeError(f"{name} has dtype {buffer.dtype}, which is no float type; pass a float array")
    if not buffer.flags.writeable:
        raise ValueError(f"{name} is read-only; pass an array that can be written to, for example a copy")


def check_disjoint(first: str, one: Array | None, second: str, other: Array | None) -> None:
    if one is not None and other is not None and _may_share_memory(one, other):
        raise ValueError(f"{first} and {second} share memory; pass two separate arrays")


def _may_share_memory(one: Array, other: Array) -> bool:
    """Exact where ten thousand candidates, a millisecond, are enough; intricate strides could take for ever."""
    try:
        return np.shares_memory(one, other, max_work=10_000)  # type: ignore[arg-type]  # the stubs know -1 and 0 alone
    except np.exceptions.TooHardError:
        return True
