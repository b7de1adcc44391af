"""What to do with numbers that cannot be taken as they are: code that runs for the object at hand."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from pysigmoid._dtypes import Array

LONGEST_SHOWN = 60  # characters of a value that an error repeats


def no_numbers(name: str, dtype: object, remedy: str) -> TypeError:
    return TypeError(f"{name} has dtype {dtype}, which is no bool, integer or float type{remedy}")


def convert(expression: str) -> str:
    return f"; convert it, for example with {expression}"


def as_numpy(name: str, given: Any) -> str:
    """An expression for the array of what the caller gave under this name."""
    if isinstance(given, np.ndarray):
        return name
    has_method = getattr(given, "to_numpy", None) is not None and not hasattr(given, "type")  # Arrow's may refuse
    return f"{name}.to_numpy()" if has_method else f"np.asarray({name})"


def for_array(name: str, given: Any, values: Array) -> str:
    """For the values NumPy makes of the object that was given."""
    kind, array = values.dtype.kind, as_numpy(name, given)
    if kind == "c":
        return convert(f"np.real({name})")
    if kind in "mM":
        return convert(f"{array}.astype(np.int64)")
    if values.dtype.names:
        return convert(f"{array}[{values.dtype.names[0]!r}]")
    if kind in "OSU":
        return for_objects(name, given, values)
    return convert(f"{array}.astype(np.float64)")


def for_objects(name: str, given: Any, values: Array) -> str:
    """For text and Python objects: a conversion if there is one, else the first that is no number."""
    if given is None:
        return ": it is None"
    if _is_convertible(values):
        return convert(f"{as_numpy(name, given)}.astype(np.float64)")
    for position, value in _no_floats(values):
        where = f"{name}[{position}]" if position else name
        text = f": {where} is {shown(value)}"
        is_text = isinstance(value, str)
        return text + (f"; for labels compare, for example {as_numpy(name, given)} == {value!r}" if is_text else "")
    return ""


def _is_convertible(values: Array) -> bool:
    try:
        values.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _no_floats(values: Array) -> Iterator[tuple[str, Any]]:
    for index, value in np.ndenumerate(values):
        try:
            float(value)
        except (TypeError, ValueError, OverflowError):
            yield ", ".join(map(str, index)), value


def shown(value: Any) -> str:
    """The repr of a value, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python prints
        text = f"an integer of {value.bit_length()} bits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def first_that_runs(attempts: Iterable[tuple[str, Callable[[], Any]]]) -> str:
    """The first conversion that the object at hand goes through, as an error shows it; nothing if there is none."""
    for expression, attempt in attempts:
        try:
            attempt()
        except Exception:  # of a kind that only the object's library knows
            continue
        return convert(expression)
    return ""
