"""Arrays of other libraries go in, and come out as what they are."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import pysigmoid
from platforms import optional
from pysigmoid import bce_with_logits, bce_with_logits_value_and_grad, sigmoid, sigmoid_gate

pl, da, dd = optional("polars"), optional("dask.array"), optional("dask.dataframe")

X = np.linspace(-3, 3, 12)
Y = np.linspace(0, 1, 12)

NAMES = [name for name in pysigmoid.__all__ if isinstance(getattr(pysigmoid, name), np.ufunc)]
ONE_OUTPUT = [name for name in NAMES if getattr(pysigmoid, name).nout == 1]


def arguments(name, make):
    """One or two containers of the same numbers, all in (0, 1)."""
    values = np.linspace(0.1, 0.9, 12)
    ufunc = getattr(pysigmoid, name)
    return ufunc, [values] * ufunc.nin, [make(values)] * ufunc.nin


# ---- pandas ----


@pytest.mark.parametrize("name", ONE_OUTPUT)
def test_pandas_keeps_index_and_name(name):
    index = pd.Index(np.arange(12) * 10, name="row")
    ufunc, arrays, series = arguments(name, lambda values: pd.Series(values, index, name="logit"))
    pd.testing.assert_series_equal(ufunc(*series), pd.Series(ufunc(*arrays), index, name="logit"))
    ufunc, arrays, frames = arguments(name, lambda values: pd.DataFrame({"a": values, "b": values}, index))
    pd.testing.assert_frame_equal(ufunc(*frames), pd.DataFrame(dict.fromkeys("ab", ufunc(*arrays)), index))


def test_pandas_aligns_two_arguments_by_label():
    gate = sigmoid_gate(pd.Series([1.0, 2.0], ["a", "b"]), pd.Series([30.0, 40.0], ["b", "a"]))
    pd.testing.assert_series_equal(gate, pd.Series([sigmoid_gate(1, 40), sigmoid_gate(2, 30)], ["a", "b"]))


def test_pandas_several_outputs_are_several_series():
    index = pd.date_range("2020-01-01", periods=12)
    loss, grad = bce_with_logits_value_and_grad(pd.Series(X, index), pd.Series(Y, index))
    for got, want in zip((loss, grad), bce_with_logits_value_and_grad(X, Y), strict=True):
        pd.testing.assert_series_equal(got, pd.Series(want, index))


@pytest.mark.parametrize(
    ("dtype", "want"),
    [("float32", "float32"), ("Float32", "Float32"), ("Float64", "Float64"), ("Int8", "Float32"), ("Int64", "Float64")],
)
def test_pandas_dtypes(dtype, want):
    assert sigmoid(pd.Series([0, 1, 2], dtype=dtype)).dtype == want


def test_pandas_missing_values_stay_missing():
    result = sigmoid(pd.array([0.0, None, 2.0], dtype="Float64"))
    assert list(result.isna()) == [False, True, False]
    assert result[2] == sigmoid(2.0)
    flags = sigmoid(pd.array([True, None, False], dtype="boolean"))
    assert flags.dtype == "Float32"
    assert flags[2] == 0.5


@pytest.mark.parametrize("dtype", ["float", "double", "int8", "int64"])
def test_pandas_arrow_dtypes_with_missing_values(dtype):
    result = sigmoid(pd.Series([0, None, 2], dtype=f"{dtype}[pyarrow]"))
    assert result.dtype == ("float[pyarrow]" if dtype == "float" else "double[pyarrow]")
    assert list(result.isna()) == [False, True, False]
    assert result[2] == pytest.approx(sigmoid(2.0), rel=1e-7)


def test_pandas_limits():
    with pytest.raises(TypeError):
        sigmoid(pd.Series([True, None], dtype="bool[pyarrow]"))
    with pytest.raises(TypeError):
        sigmoid(pd.Series([0.0, 1.0], dtype=object))
    with pytest.raises(AttributeError):
        bce_with_logits_value_and_grad(*[pd.Series([0.0, 1.0], dtype="double[pyarrow]")] * 2)


def test_pandas_categories_and_strings_are_type_errors():
    for series in (pd.Series(["a", "b"]), pd.Series(["a", "b"], dtype="category")):
        with pytest.raises(TypeError):
            sigmoid(series)


# ---- xarray ----


@pytest.mark.parametrize("name", ONE_OUTPUT)
def test_xarray_keeps_dimensions_and_coordinates(name):
    def make(values):
        days = {"day": [1, 2, 3]}
        return xr.DataArray(values.reshape(3, 4), days, ("day", "cell"), attrs={"units": "nats"})

    ufunc, arrays, wrapped = arguments(name, make)
    result = ufunc(*wrapped)
    assert (result.dims, list(result.day)) == (("day", "cell"), [1, 2, 3])
    np.testing.assert_array_equal(result.values, ufunc(*arrays).reshape(3, 4))
    with xr.set_options(keep_attrs=True):
        assert ufunc(*wrapped).attrs == {"units": "nats"}


def test_xarray_dataset_and_several_outputs():
    data = xr.DataArray(X, dims="n")
    result = sigmoid(xr.Dataset({"logits": data, "others": -data}))
    np.testing.assert_array_equal(result.others, sigmoid(-X))
    loss, grad = bce_with_logits_value_and_grad(data, xr.DataArray(Y, dims="n"))
    for got, want in zip((loss, grad), bce_with_logits_value_and_grad(X, Y), strict=True):
        assert got.dims == ("n",)
        np.testing.assert_array_equal(got, want)


def test_xarray_broadcasts_by_name():
    gate = sigmoid_gate(xr.DataArray(np.ones(3), dims="a"), xr.DataArray(np.zeros(2), dims="b"))
    assert gate.dims == ("a", "b")
    assert np.all(gate == 0.5)
    with pytest.raises(NotImplementedError):
        sigmoid(xr.DataArray(X), out=xr.DataArray(X))


# ---- dask ----


@pytest.mark.parametrize("name", ONE_OUTPUT)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dask_array_stays_lazy_and_has_the_same_bits(name, dtype):
    ufunc, arrays, lazy = arguments(name, lambda values: da.from_array(values.astype(dtype), chunks=5))
    want = ufunc(*(array.astype(dtype) for array in arrays))
    result = ufunc(*lazy)
    assert isinstance(result, da.Array)
    assert result.dtype == dtype
    assert result.chunks == ((5, 5, 2),)
    np.testing.assert_array_equal(result.compute(scheduler="synchronous"), want)


def test_dask_several_outputs_go_through_a_gufunc():
    logits, labels = da.from_array(X, chunks=5), da.from_array(Y, chunks=5)
    with pytest.raises(TypeError):
        bce_with_logits_value_and_grad(logits, labels)
    lazy = da.apply_gufunc(bce_with_logits_value_and_grad, "(),()->(),()", logits, labels, output_dtypes=[float, float])
    for got, want in zip(lazy, bce_with_logits_value_and_grad(X, Y), strict=True):
        np.testing.assert_array_equal(got.compute(scheduler="synchronous"), want)


def test_dask_where_and_out():
    x = da.from_array(X, chunks=5)
    out = da.zeros(12, chunks=5)
    sigmoid(x, out=out, where=x > 0)
    np.testing.assert_array_equal(out.compute(scheduler="synchronous"), np.where(X > 0, sigmoid(X), 0))
    with pytest.raises(NotImplementedError):
        sigmoid(x, out=np.zeros(12))


def test_dask_frame():
    frame = dd.from_pandas(pd.DataFrame({"x": X}), npartitions=3)
    result = sigmoid(frame).compute(scheduler="synchronous")
    np.testing.assert_array_equal(result["x"], sigmoid(X))


def test_xarray_over_dask():
    x, y = (xr.DataArray(da.from_array(values, chunks=5), dims="n") for values in (X, Y))
    assert isinstance(sigmoid(x).data, da.Array)
    options = {"dask": "parallelized", "output_core_dims": [[], []], "output_dtypes": [float, float]}
    lazy = xr.apply_ufunc(bce_with_logits_value_and_grad, x, y, **options)
    for got, want in zip(lazy, bce_with_logits_value_and_grad(X, Y), strict=True):
        np.testing.assert_array_equal(got.compute(scheduler="synchronous"), want)


# ---- polars ----


@pytest.mark.parametrize("name", [name for name in ONE_OUTPUT if getattr(pysigmoid, name).nin == 1])
def test_polars_series(name):
    ufunc, (array,), (series,) = arguments(name, lambda values: pl.Series("x", values))
    result = ufunc(series)
    assert isinstance(result, pl.Series)
    np.testing.assert_array_equal(result.to_numpy(), ufunc(array))


@pytest.mark.parametrize(
    ("dtype", "want"),
    [
        (pl.Float16, pl.Float32), (pl.Float32, pl.Float32), (pl.Float64, pl.Float64), (pl.Int8, pl.Float32),
        (pl.UInt8, pl.Float32), (pl.Int16, pl.Float32), (pl.Int32, pl.Float64), (pl.Int64, pl.Float64),
    ],
)  # fmt: skip
def test_polars_dtypes(dtype, want):
    series = pl.Series([0, 1, 2]).cast(dtype)
    result = sigmoid(series)
    assert result.dtype == want
    np.testing.assert_allclose(result.to_numpy(), sigmoid(np.arange(3.0)), rtol=1e-6)


def test_polars_nulls_and_expressions():
    assert sigmoid(pl.Series([0.0, None, 2.0])).to_list() == [0.5, None, sigmoid(2.0)]
    frame = pl.DataFrame({"x": X, "y": Y})
    result = frame.select(p=sigmoid(pl.col("x")), loss=bce_with_logits(pl.col("x"), pl.col("y")))
    np.testing.assert_array_equal(result["p"], sigmoid(X))
    np.testing.assert_array_equal(result["loss"], bce_with_logits(X, Y))


def test_polars_limits():
    with pytest.raises(TypeError):
        sigmoid(pl.Series([True, False]))
    with pytest.raises(NotImplementedError):
        bce_with_logits_value_and_grad(pl.Series(X), pl.Series(Y))


# ---- masked arrays, subclasses, lists ----


@pytest.mark.parametrize("name", NAMES)
def test_masked_array_keeps_its_mask(name):
    mask = np.arange(12) % 3 == 0
    ufunc, arrays, masked = arguments(name, lambda values: np.ma.array(values, mask=mask))
    results, wants = ufunc(*masked), ufunc(*arrays)
    pairs = zip(results, wants, strict=True) if ufunc.nout == 2 else [(results, wants)]
    for got, want in pairs:
        np.testing.assert_array_equal(np.ma.getmaskarray(got), mask)
        np.testing.assert_array_equal(got.compressed(), want[~mask])


def test_masks_of_two_arguments_are_united():
    left, right = (np.ma.array(np.ones(3), mask=mask) for mask in ([1, 0, 0], [0, 0, 1]))
    assert list(sigmoid_gate(left, right).mask) == [True, False, True]


def test_subclass_of_ndarray_comes_back():
    class Logits(np.ndarray):
        pass

    assert type(sigmoid(X.view(Logits))) is Logits
    assert type(sigmoid(X.view(Logits), subok=False)) is np.ndarray


def test_memmap_and_record_fields_and_buffers(tmp_path):
    mapped = np.memmap(tmp_path / "x", np.float32, "w+", shape=12)
    mapped[:] = X
    np.testing.assert_array_equal(sigmoid(mapped), sigmoid(X.astype(np.float32)))
    sigmoid(mapped, out=mapped)
    np.testing.assert_array_equal(mapped, sigmoid(X.astype(np.float32)))
    records = np.zeros(12, [("tag", "i1"), ("x", "f8"), ("y", "f4")])
    records["x"] = X
    np.testing.assert_array_equal(sigmoid(records["x"]), sigmoid(X))
    assert sigmoid([[0, 1], [2, 3]]).shape == (2, 2)
    np.testing.assert_array_equal(sigmoid(memoryview(X)), sigmoid(X))


def test_class_with_its_own_protocol_is_asked():
    class Symbol:
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return ufunc.__name__, method

    assert sigmoid(Symbol()) == ("sigmoid", "__call__")
    assert sigmoid_gate(X, Symbol()) == ("sigmoid_gate", "__call__")
