"""Labelled operands of a loss: equal labels are needed, for a loss pairs by position.

The axes of xarray's arrays have names: an array whose axes stand in another order is transposed, and factors and masks
may lack some. An index, or the names of columns, must agree wherever two operands have one; what has none goes beside
them by position.
"""

from typing import Any

import numpy as np

from pysigmoid._dtypes import Array
from pysigmoid._operands import Operand
from pysigmoid._remedies import as_numpy, shown


def order_dims(operands: list[Operand]) -> list[Operand]:
    """The operands with their named axes in the order of the first that has names."""
    first = next((operand for operand in operands if operand.dims is not None), None)
    if first is None:
        return operands
    return [operand if operand.dims in (None, first.dims) else _reorder(operand, first) for operand in operands]


def _reorder(operand: Operand, first: Operand) -> Operand:
    ours, theirs = operand.dims or (), first.dims or ()
    strange = [dim for dim in ours if dim not in theirs]
    lacking = [dim for dim in theirs if dim not in ours]
    if strange or (lacking and operand.name in ("target", "targets")):
        raise ValueError(
            f"{first.name} has the dims {theirs} but {operand.name} has {ours}; "
            f"pass {as_numpy(operand.name, operand.given)} to pair by position"
        )
    order = [ours.index(dim) for dim in theirs if dim in ours]
    missing_axes = tuple(theirs.index(dim) for dim in lacking)

    def turn(array: Array | None) -> Array | None:
        return None if array is None else np.expand_dims(np.transpose(array, order), missing_axes)

    labels = tuple(operand.labels[ours.index(dim)] if dim in ours else None for dim in theirs)
    values = np.expand_dims(np.transpose(operand.values, order), missing_axes)
    return operand._replace(
        values=values, masked=turn(operand.masked), missing=turn(operand.missing), labels=labels, dims=theirs
    )


def require_same_labels(operands: list[Operand], shape: tuple[int, ...]) -> None:
    """Raise for the first label that differs, of any two operands."""
    known: dict[int, tuple[Operand, Any]] = {}
    for operand in operands:
        for axis, labels in enumerate(reversed(operand.labels), start=1):
            if labels is None or axis > len(shape) or len(labels) != shape[-axis]:
                continue  # without labels, or broadcast
            first, expected = known.setdefault(axis, (operand, labels))
            if not agree(expected, labels):
                raise _disagreement(first, expected, operand, labels, len(shape) - axis)


def agree(labels: Any, others: Any) -> bool:
    """Whether two indices, or tuples of names, hold the same labels in the same order."""
    if labels is others:
        return True
    if hasattr(labels, "equals") and hasattr(others, "equals"):
        return bool(labels.is_(others) or labels.equals(others))
    return list(labels) == list(others)


def _disagreement(first: Operand, expected: Any, operand: Operand, labels: Any, axis: int) -> ValueError:
    pairs = zip(expected, labels, strict=True)
    position = next((k for k, (one, other) in enumerate(pairs) if not _same(one, other)), 0)
    what = "index" if axis == 0 else "columns"
    where = f"{what}[{position}] is {shown(expected[position])} in {first.name} and {shown(labels[position])}"
    remedy = f"pass {as_numpy(operand.name, operand.given)} to pair by position"
    if _can_reindex(first, operand):
        remedy = f"pass {operand.name}.reindex_like({first.name}) to pair equal labels; or {remedy}"
    return ValueError(f"{first.name} and {operand.name} are labelled differently: {where} in {operand.name}; {remedy}")


def _same(one: Any, other: Any) -> bool:
    return bool(one is other or one == other or (one != one and other != other))


def _can_reindex(first: Operand, operand: Operand) -> bool:
    """Whether both are of one kind, and each label stands once in both."""
    if type(first.given) is not type(operand.given) or not hasattr(operand.given, "reindex_like"):
        return False
    pairs = zip(first.labels, operand.labels, strict=True)
    return all(one is other or _is_permutation(one, other) for one, other in pairs)


def _is_permutation(labels: Any, others: Any) -> bool:
    if labels is None or others is None or not (labels.is_unique and others.is_unique):
        return False
    return len(labels) == len(others) and bool(labels.isin(others).all())
