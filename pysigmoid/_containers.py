"""Containers of other libraries: the array that each holds, or the reason why it holds none.

None of these libraries is imported: the type of a value tells where it comes from, and its methods do the reading.
"""

import sys
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np

from pysigmoid._dtypes import Array, DType, float_dtype, is_number
from pysigmoid._frames import check_pandas, check_polars, read_arrow, read_pandas, read_polars
from pysigmoid._labels import agree
from pysigmoid._operands import Operand, library_of, read_array_like
from pysigmoid._remedies import convert, for_array, no_numbers


def read_operand(name: str, value: Any) -> Operand:
    if type(value) is np.ndarray:
        operand = Operand(name, value, given=value)
    else:
        operand = READERS.get(library_of(type(value)), read_array_like)(name, value)
    if not is_number(operand.values.dtype):
        raise no_numbers(name, operand.values.dtype, for_array(name, value, operand.values))
    return operand


def arrays_of_series(*values: Any) -> list[Any] | None:
    """The arrays beside and inside of Series, where that takes no reading: one index, NumPy's own dtypes, no null.

    A short loss takes less time than one call of a method such as pandas' to_numpy.
    """
    arrays, index = [], None
    for value in values:
        if value is None or type(value) is np.ndarray:
            arrays.append(value)
            continue
        look = look_into(type(value))
        if look is None:
            return None
        array, labels = look(value)
        arrays.append(array)
        if index is None:
            index = labels
        elif not (labels is None or labels is index or agree(index, labels)):
            return None
    return arrays


def _find_look(cls: type) -> Callable[[Any], tuple[Any, Any]] | None:
    """How to look into a Series for its array and its index, if there is such a way."""
    library = library_of(cls)
    if library == "pandas" and hasattr(cls, "_values") and hasattr(cls, "index"):
        return None if hasattr(cls, "columns") else attrgetter("_values", "index")
    return _look_into_polars if library == "polars" and hasattr(cls, "null_count") and hasattr(cls, "dtype") else None


look_into: Callable[[type], Callable[[Any], tuple[Any, Any]] | None] = lru_cache(maxsize=256)(_find_look)


def _look_into_polars(series: Any) -> tuple[Any, Any]:
    if series.null_count():
        return series, None
    try:
        array = series.to_numpy()
    except Exception:  # polars' own, for integers of 128 bits
        return series, None
    return (array if array.ndim == 1 else series), None  # a structure has columns


# What a ufunc is given


def elementwise_operand(input: Any) -> Any:
    """A container that knows ufuncs as it is, anything else as an array, with nan for what is missing."""
    library = library_of(type(input))
    if library == "pandas" and hasattr(input, "ndim"):
        check_pandas(input)
    elif library == "polars" and not hasattr(type(input), "columns"):
        check_polars(input)
    elif library == "awkward":
        _check_awkward("input", input)
    elif library == "xarray":
        _check_xarray(input)
    elif library in ("pint", "polars", "pyarrow", "torch", "scipy") or not hasattr(input, "__array_ufunc__"):
        operand = read_operand("input", input)
        return operand.values if operand.missing is None else _with_nan(operand.values, operand.missing)
    elif isinstance(getattr(input, "dtype", None), np.dtype) and not is_number(input.dtype):
        raise no_numbers("input", input.dtype, for_array("input", input, np.empty(0, input.dtype)))
    return input


def in_container(given: Any, result: Any) -> Any:
    """A result as what was given: for a tensor, whose memory was read as an array, a tensor again."""
    torch: Any = sys.modules.get("torch") if library_of(type(given)) == "torch" else None
    if not hasattr(torch, "from_numpy"):
        return result
    array = np.asarray(result)
    if array.dtype.name == "bfloat16":
        return torch.from_numpy(array.view(np.uint16)).view(torch.bfloat16)
    if array.dtype.char == "g":  # asked for as dtype of a loss; no tensor holds it
        return result
    return torch.from_numpy(array.astype(array.dtype.newbyteorder("="), copy=False))


def _with_nan(values: Array, missing: Array) -> Array:
    return np.where(missing, np.nan, values.astype(float_dtype("input", values.dtype), copy=False))


def dtypes_within(container: Any) -> list[DType]:
    """The dtypes of the numbers in a container that knows ufuncs, as far as they can be told."""
    if library_of(type(container)) == "pandas" and container.ndim == 2:
        return [dtype for _, column in container.items() for dtype in dtypes_within(column)]
    if library_of(type(container)) == "polars" and hasattr(container, "dtype"):
        return [container[:0].to_numpy().dtype]
    if hasattr(container, "data_vars"):
        return [dtype for variable in container.data_vars.values() for dtype in dtypes_within(variable)]
    dtype = getattr(container, "dtype", np.dtype(np.float64))
    dtype = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype))
    return [dtype] if isinstance(dtype, np.dtype) else []


# awkward, xarray, torch, SciPy, Dask, NumPy


def _read_awkward(name: str, value: Any) -> Operand:
    if not hasattr(value, "layout"):
        return read_array_like(name, value)
    _check_awkward(name, value)
    try:
        values = sys.modules["awkward"].to_numpy(value)
    except ValueError:
        raise ValueError(
            f"{name} is ragged, of type {value.type}; flatten all alike, for example awkward.flatten({name}, axis=None)"
        ) from None
    if not isinstance(values, np.ma.MaskedArray):
        return Operand(name, values, given=value)
    missing = np.ma.getmaskarray(values)
    return Operand(name, np.where(missing, values.dtype.type(0), values.data), None, missing, given=value)


def _check_awkward(name: str, value: Any) -> None:
    kind = str(getattr(value, "type", "")).rpartition(" * ")[2].lstrip("?")
    if getattr(value, "fields", None):
        raise no_numbers(name, value.type, convert(f"{name}[{value.fields[0]!r}]"))
    if kind == "string":
        first = sys.modules["awkward"].flatten(value, axis=None)[0] if len(value) else ""
        raise no_numbers(name, value.type, f"; for labels compare, for example {name} == {first!r}")
    if kind.startswith(("datetime", "timedelta")):
        raise no_numbers(name, value.type, convert(f"awkward.values_astype({name}, np.int64)"))
    if kind.startswith(("complex", "union", "bytes")):
        raise no_numbers(name, value.type, "")


def _read_xarray(name: str, value: Any) -> Operand:
    if hasattr(value, "data_vars"):
        raise TypeError(f"{name} is an xarray Dataset; pass one of its variables, or {name}.to_dataarray()")
    if not hasattr(value, "dims"):
        return read_array_like(name, value)
    if getattr(value, "chunks", None) is not None:
        raise _would_gather(name)
    if hasattr(value.dtype, "numpy_dtype"):
        held = read_pandas(name, value.data)
    else:
        _check_xarray_dtype(name, value)
        held = Operand(name, value.to_numpy())
    labels = tuple(value.indexes.get(dim) for dim in value.dims) if hasattr(value, "indexes") else ()
    return held._replace(labels=labels, dims=tuple(value.dims), given=value)


def _check_xarray(input: Any) -> None:
    variables = input.data_vars.items() if hasattr(input, "data_vars") else [(None, input)]
    for label, variable in variables:
        if hasattr(variable, "dtype"):
            _check_xarray_dtype("input" if label is None else f"input[{label!r}]", variable)


def _check_xarray_dtype(name: str, value: Any) -> None:
    dtype = value.dtype
    if dtype.kind in "biuf" or (isinstance(dtype, np.dtype) and is_number(dtype)):
        return
    raise no_numbers(name, dtype, for_array(name, value, np.asarray(value.values)))


def _read_torch(name: str, value: Any) -> Operand:
    if getattr(value, "requires_grad", False):
        raise TypeError(
            f"{name} is a tensor that requires grad, and torch does not see what NumPy computes; call pysigmoid.torch, "
            f"or pass {name}.detach()"
        )
    for is_elsewhere, what, remedy in TENSORS_ELSEWHERE:
        if is_elsewhere(value):
            raise TypeError(f"{name} is a tensor {what}; {remedy.format(name)}")
    if str(getattr(value, "dtype", "")) != "torch.bfloat16":
        return Operand(name, np.asarray(value), given=value)
    try:
        import ml_dtypes
    except ImportError:
        raise TypeError(f"{name} has dtype torch.bfloat16, which takes ml_dtypes; pass {name}.float()") from None
    bits = value.view(sys.modules["torch"].int16).numpy()
    return Operand(name, bits.view(ml_dtypes.bfloat16), given=value)


# Tensors that NumPy cannot read: a test, what they are, and what to do.
TENSORS_ELSEWHERE: list[tuple[Callable[[Any], bool], str, str]] = [
    (lambda t: getattr(t, "is_meta", False), "on the meta device, which holds no numbers", "pass one that does"),
    (lambda t: str(getattr(t, "device", "cpu")) != "cpu", "on another device than the CPU", "pass {}.cpu()"),
    (
        lambda t: str(getattr(t, "layout", "torch.strided")) != "torch.strided",
        "of a sparse layout",
        "pass {}.to_dense()",
    ),
    (lambda t: getattr(t, "is_quantized", False), "of quantized numbers", "pass {}.dequantize()"),
    (lambda t: hasattr(t, "is_neg") and t.is_neg(), "with its negative bit set", "pass {}.resolve_neg()"),
    (lambda t: "float8" in str(getattr(t, "dtype", "")), "of float8", "pass {}.float()"),
]


def _read_scipy(name: str, value: Any) -> Operand:
    if hasattr(value, "toarray"):
        kind = f"a scipy.sparse {type(value).__name__}"
        raise TypeError(f"{name} is {kind}, and no function here is 0 at 0; pass {name}.toarray()")
    return read_array_like(name, value)


def _read_pint(name: str, value: Any) -> Operand:
    if hasattr(value, "magnitude"):
        remedy = f"{name}.m_as('')" if value.dimensionless else f"{name}.magnitude, in a unit that is meant"
        raise TypeError(f"{name} is a Pint quantity in {value.units:D}, and units are not followed here; pass {remedy}")
    return read_array_like(name, value)


def refuse_dask(name: str, value: Any) -> None:
    if library_of(type(value)) == "dask":
        raise _would_gather(name)


def _would_gather(name: str) -> TypeError:
    return TypeError(
        f"{name} is a Dask collection, which would be gathered into memory; "
        f"pass {name}.compute(), or call the function of this name in pysigmoid.dask, which stays lazy"
    )


def _read_dask(name: str, value: Any) -> Operand:
    refuse_dask(name, value)
    return read_array_like(name, value)


def _read_numpy(name: str, value: Any) -> Operand:
    if not isinstance(value, np.ma.MaskedArray):
        return read_array_like(name, value)
    mask = None if value.mask is np.ma.nomask else np.ma.getmaskarray(value)
    return Operand(name, np.asarray(value), masked=mask, given=value)


def missing_remedy(operand: Operand) -> str:
    """The mask, in the library of the operand, that leaves out what is missing."""
    name, given = operand.name, operand.given
    match library_of(type(given)):
        case "polars" if hasattr(given, "columns"):
            return f"{name}.select(polars.all().is_not_null())"
        case "polars":
            return f"{name}.is_not_null()"
        case "pyarrow" if hasattr(given, "columns"):
            return f"np.stack([column.is_valid() for column in {name}.columns], axis=1)"
        case "pyarrow":
            return f"{name}.is_valid()"
        case "awkward":
            return f"~awkward.is_none({name}, axis=-1)"
        case _:
            return f"{name}.notna()" if hasattr(given, "notna") else f"~{name}.isna()"


def fill_remedy(operand: Operand) -> str:
    """A mask without missing values, in the library of the operand."""
    name, given = operand.name, operand.given
    match library_of(type(given)):
        case "pyarrow" if hasattr(given, "columns"):
            return f"np.stack([column.fill_null(False) for column in {name}.columns], axis=1)"
        case "polars" | "pyarrow":
            return f"{name}.fill_null(False)"
        case "awkward":
            return f"awkward.fill_none({name}, False)"
        case _:
            return f"{name}.fillna(False)"


READERS: dict[str, Callable[[str, Any], Operand]] = {
    "awkward": _read_awkward,
    "dask": _read_dask,
    "numpy": _read_numpy,
    "pandas": read_pandas,
    "pint": _read_pint,
    "polars": read_polars,
    "pyarrow": read_arrow,
    "scipy": _read_scipy,
    "torch": _read_torch,
    "xarray": _read_xarray,
}
