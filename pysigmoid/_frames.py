"""Series, arrays and tables of pandas, polars and Arrow.

What has another meaning than its bits (dates, categories, text, decimals) is refused, whatever NumPy would make of it.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import numpy as np

from pysigmoid._dtypes import is_number
from pysigmoid._operands import Labels, Operand, read_array_like
from pysigmoid._remedies import convert, first_that_runs, for_objects, no_numbers

# pandas


def read_pandas(name: str, value: Any) -> Operand:
    if not hasattr(value, "dtype") and not hasattr(value, "columns"):
        return read_array_like(name, value)
    if value.ndim == 2:
        columns = [(label, column) for label, column in value.items()]
        _refuse_columns(name, columns, _is_pandas_number, lambda bad: f"{name}.drop(columns={bad})")
        if all(isinstance(column.dtype, np.dtype) for _, column in columns):
            dtype = np.result_type(*(column.dtype for _, column in columns)) if columns else None
            return Operand(name, value.to_numpy(dtype), labels=_axes(value), given=value)
        return _join_columns(name, value, _axes(value), [read_pandas(name, column) for _, column in columns])
    if not _is_pandas_number(value):
        raise no_numbers(name, value.dtype, _pandas_remedy(name, value))
    dtype = getattr(value.dtype, "numpy_dtype", None)
    if dtype is None:
        return Operand(name, np.asarray(value), labels=_axes(value), given=value)
    missing = np.asarray(value.isna())
    filled = {"na_value": dtype.type(0)} if np.any(missing) else {}
    return Operand(name, value.to_numpy(dtype=dtype, **filled), None, missing, _axes(value), given=value)


def _axes(value: Any) -> Labels:
    """The index, and the columns; an Index or an array of pandas has none."""
    return tuple(getattr(value, axis) for axis in ("index", "columns") if hasattr(value, axis))


def _is_pandas_number(column: Any) -> bool:
    """Of NumPy's, nullable, Arrow's and sparse dtypes alike the kind is that of the numbers."""
    return column.dtype.kind in "biuf" or (isinstance(column.dtype, np.dtype) and is_number(column.dtype))


# Conversions of pandas to try, each a chain of dtypes: the days of Arrow's dates take two steps.
CHAINS = (("float64",), ("int64",), ("datetime64[s]", "int64"))


def _pandas_remedy(name: str, value: Any) -> str:
    steps = ("".join(f".astype({dtype!r})" for dtype in chain) for chain in CHAINS)
    attempts = [(name + step, partial(_astype, value, chain)) for step, chain in zip(steps, CHAINS, strict=True)]
    if hasattr(value.dtype, "closed"):  # intervals have no numbers but those of their middles
        holder = f"{name}.array" if hasattr(value, "array") else name
        attempts = [(f"{holder}.mid", partial(getattr, getattr(value, "array", value), "mid"))]
    return first_that_runs(attempts) or for_objects(name, value, np.asarray(value))


def _astype(value: Any, chain: tuple[str, ...]) -> Any:
    for dtype in chain:
        value = value.astype(dtype)
    return value


def check_pandas(input: Any) -> None:
    """Raise what pandas would say in other words, or not at all."""
    columns = list(input.items()) if input.ndim == 2 else [(None, input)]
    if input.ndim == 2:
        _refuse_columns("input", columns, _is_pandas_number, lambda bad: f"input.drop(columns={bad})")
    elif not _is_pandas_number(input):
        raise no_numbers("input", input.dtype, _pandas_remedy("input", input))
    for _, column in columns:
        if column.dtype.kind == "b" and hasattr(column.dtype, "pyarrow_dtype"):
            remedy = convert("input.astype('boolean')")
            raise TypeError(f"input has dtype {column.dtype}, which pandas hands to no ufunc{remedy}")


# polars

POLARS_NUMBERS = {
    *("Boolean", "Float16", "Float32", "Float64"),
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
}


def read_polars(name: str, value: Any) -> Operand:
    if not hasattr(value, "to_numpy"):
        _refuse_lazy(name, value)
    if hasattr(value, "columns"):
        columns = [(column.name, column) for column in value.get_columns()]
        _refuse_columns(name, columns, _is_polars_number, lambda bad: f"{name}.drop({bad})")
        parts = [read_polars(name, column) for _, column in columns]
        return _join_columns(name, value, (None, tuple(value.columns)), parts)
    if not _is_polars_number(value):
        raise no_numbers(name, value.dtype, _polars_remedy(name, value))
    missing = None
    if value.null_count():
        missing = value.is_null().to_numpy()
        value = value.fill_null(False if str(value.dtype) == "Boolean" else 0)
    return Operand(name, value.to_numpy(), None, missing, given=value)


def _is_polars_number(column: Any) -> bool:
    return str(column.dtype) in POLARS_NUMBERS


def _refuse_lazy(name: str, value: Any) -> NoReturn:
    remedy = f"pass {name}.collect()" if hasattr(value, "collect") else "select it, and pass the column"
    raise TypeError(f"{name} is a polars {type(value).__name__}, which holds no numbers yet; {remedy}")


def _polars_remedy(name: str, value: Any) -> str:
    kind = str(value.dtype).partition("(")[0]
    attempt = (f"{name}.cast(float)", partial(value.cast, float))
    if value.dtype.is_temporal() or kind in ("Categorical", "Enum"):
        attempt = (f"{name}.to_physical()", value.to_physical)
    elif kind == "Array":
        attempt = (f"{name}.to_numpy()", value.to_numpy)
    elif kind == "List":
        attempt = (f"{name}.explode()", value.explode)
    elif kind == "Struct":
        field = value.struct.fields[0]
        attempt = (f"{name}.struct.field({field!r})", partial(value.struct.field, field))
    return first_that_runs([attempt]) or for_objects(name, value, np.array(value.to_list(), dtype=object))


def check_polars(input: Any) -> None:
    """An expression is typed when it runs; a Series would hand its days or codes to a ufunc."""
    if not hasattr(input, "dtype"):
        return
    if not _is_polars_number(input):
        raise no_numbers("input", input.dtype, _polars_remedy("input", input))
    if str(input.dtype) == "Boolean":
        raise TypeError("input has dtype Boolean, which polars hands to no ufunc" + convert("input.cast(int)"))


# Arrow


def read_arrow(name: str, value: Any) -> Operand:
    if hasattr(value, "as_py"):
        raise TypeError(f"{name} is an Arrow scalar{convert(f'{name}.as_py()')}")
    if hasattr(value, "column_names"):
        columns = list(zip(value.column_names, value.columns, strict=True))
        _refuse_columns(name, columns, _is_arrow_number, lambda bad: f"{name}.drop_columns({bad})")
        parts = [read_arrow(name, column) for _, column in columns]
        return _join_columns(name, value, (None, tuple(value.column_names)), parts)
    if not hasattr(value, "null_count"):
        return read_array_like(name, value)
    if not _is_arrow_number(value):
        raise no_numbers(name, value.type, _arrow_remedy(name, value))
    missing, filled = None, value
    if value.null_count:
        missing = value.is_null().to_numpy(zero_copy_only=False)
        filled = value.fill_null(False if str(value.type) == "bool" else 0)
    return Operand(name, filled.to_numpy(zero_copy_only=False), None, missing, given=value)


def _is_arrow_number(column: Any) -> bool:
    types = sys.modules["pyarrow"].types
    return bool(types.is_boolean(column.type) or types.is_integer(column.type) or types.is_floating(column.type))


def _arrow_remedy(name: str, value: Any) -> str:
    attempts = [(f"{name}.cast({dtype!r})", partial(value.cast, dtype)) for dtype in ("float64", "int64", "int32")]
    if hasattr(value, "to_numpy_ndarray"):
        attempts = [(f"{name}.to_numpy_ndarray()", value.to_numpy_ndarray)]
    types = sys.modules["pyarrow"].types
    if types.is_struct(value.type):
        return convert(f"pyarrow.compute.struct_field({name}, 0)")
    if types.is_list(value.type) or types.is_large_list(value.type) or types.is_fixed_size_list(value.type):
        return convert(f"pyarrow.compute.list_flatten({name})")
    return first_that_runs(attempts) or for_objects(name, value, np.array(value.to_pylist(), dtype=object))


# Columns


def _refuse_columns(
    name: str, columns: list[tuple[Any, Any]], is_numeric: Callable[[Any], bool], drop: Callable[[list[Any]], str]
) -> None:
    bad = [label for label, column in columns if not is_numeric(column)]
    for label, column in columns:
        if not is_numeric(column):
            dtype = getattr(column, "dtype", None) or column.type
            raise no_numbers(f"{name}[{label!r}]", dtype, f"; leave such columns out with {drop(bad)}")


def _join_columns(name: str, given: Any, labels: Labels, parts: list[Operand]) -> Operand:
    """The matrix of columns that were read one by one."""
    if not parts:
        return Operand(name, np.empty(given.shape), labels=labels, given=given)
    values = np.stack([part.values for part in parts], axis=1)
    missing = None
    if any(part.missing is not None for part in parts):
        none = np.zeros(len(values), bool)
        missing = np.stack([none if part.missing is None else part.missing for part in parts], axis=1)
    return Operand(name, values, None, missing, labels, given=given)
