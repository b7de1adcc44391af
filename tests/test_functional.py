"""The elementwise functions of pysigmoid.functional: the bits of the ufunc in the container of the caller."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import pysigmoid
from calls import FLOATS, NO_NUMBERS, UFUNC_OF, Tensor, assert_same_bits, over_floats
from platforms import optional
from pysigmoid import functional as F

pl, da = optional("polars"), optional("dask.array")

elementwise = pytest.mark.parametrize("name", UFUNC_OF)


@elementwise
@pytest.mark.parametrize("dtype", [*FLOATS, bool, np.int8, np.uint16, np.int32, np.int64])
def test_result_has_the_bits_and_the_dtype_of_the_ufunc(name, dtype):
    x = np.array([0, 1, 0.25, 0.5, 3, 80], dtype)
    assert_same_bits(getattr(F, name)(x), UFUNC_OF[name](x))


@elementwise
@pytest.mark.parametrize("shape", [(), (0,), (7,), (2, 3, 4)])
def test_shape_is_kept(name, shape):
    assert np.shape(getattr(F, name)(np.full(shape, 0.25))) == shape


@elementwise
def test_scalars_and_lists_are_read_as_numpy_reads_them(name):
    function = getattr(F, name)
    assert type(function(0.25)) is np.float64
    assert type(function(np.float32(0.25))) is np.float32
    assert_same_bits(function([0.25, 0.5]), UFUNC_OF[name](np.array([0.25, 0.5])))


@elementwise
def test_out_receives_the_result_and_may_be_the_input(name):
    x = np.array([0.125, 0.25, 0.75])
    want = UFUNC_OF[name](x)
    out = np.empty(3)
    assert getattr(F, name)(x, out=out) is out
    assert_same_bits(out, want)
    assert getattr(F, name)(x, out=x) is x
    assert_same_bits(x, want)


@elementwise
def test_in_place_on_integers_is_an_error_that_leaves_them_alone(name):
    x = np.array([0, 1, 2])
    with pytest.raises(TypeError, match="Cannot cast"):
        getattr(F, name)(x, out=x)
    assert x.tolist() == [0, 1, 2]


@elementwise
@pytest.mark.parametrize(
    "out",
    [np.full(2, 7.0), np.full((3, 2), 7.0), np.broadcast_to(np.full(3, 7.0), 3)],
    ids=["too short", "wrong shape", "read-only"],
)
def test_unfit_out_is_an_error_that_leaves_it_alone(name, out):
    with pytest.raises(ValueError, match=r"broadcast|read-only"):
        getattr(F, name)(np.zeros(3), out=out)
    assert np.all(out == 7)


@pytest.mark.parametrize("name", [*UFUNC_OF, "glu"])
@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_what_holds_no_real_numbers_is_a_type_error_that_names_the_dtype(name, kind):
    dtype = np.asarray(NO_NUMBERS[kind]).dtype
    with pytest.raises(TypeError, match="input has dtype") as error:
        getattr(F, name)(NO_NUMBERS[kind])
    assert str(dtype) in str(error.value)


@pytest.mark.parametrize("name", [*UFUNC_OF, "glu"])
def test_tensor_that_requires_grad_is_a_type_error_and_a_detached_one_an_array(name):
    function, values = getattr(F, name), np.float32([0.25, 0.5])
    with pytest.raises(TypeError, match=r"input is a tensor that requires grad.*input\.detach\(\)"):
        function(Tensor(values, requires_grad=True))
    got = function(Tensor(values))
    assert type(got) is np.ndarray
    assert_same_bits(got, function(values))


@elementwise
def test_containers_are_kept(name):
    function = getattr(F, name)
    values = np.array([0.125, 0.25, 0.75])
    want = UFUNC_OF[name](values)
    series = function(pd.Series(values, index=list("abc")))
    assert isinstance(series, pd.Series)
    assert list(series.index) == list("abc")
    assert_same_bits(series.to_numpy(), want)
    array = function(xr.DataArray(values, dims="x", attrs={"unit": "1"}))
    assert isinstance(array, xr.DataArray)
    assert_same_bits(array.to_numpy(), want)
    polars = function(pl.Series(values))
    assert isinstance(polars, pl.Series)
    assert_same_bits(polars.to_numpy(), want)
    masked = function(np.ma.array(values, mask=[False, True, False]))
    assert masked.mask.tolist() == [False, True, False]
    assert_same_bits(masked.compressed(), want[[0, 2]])


@elementwise
def test_dask_stays_lazy(name):
    lazy = getattr(F, name)(da.from_array(np.array([0.125, 0.25, 0.75]), chunks=2))
    assert isinstance(lazy, da.Array)
    assert_same_bits(lazy.compute(), UFUNC_OF[name](np.array([0.125, 0.25, 0.75])))


@elementwise
def test_pandas_keeps_missing_values(name):
    got = getattr(F, name)(pd.Series([0.25, pd.NA], dtype="Float32"))
    assert got.dtype == "Float32"
    assert got.isna().tolist() == [False, True]


# logit


@over_floats
def test_logit_clamps_to_eps_in_the_precision_of_the_result(dtype):
    p = np.array([-0.5, 0, 0.125, 0.5, 0.875, 1, 1.5, np.nan], dtype)
    low = dtype(0.2)
    clamped = np.array([low, low, low, 0.5, dtype(1) - low, dtype(1) - low, dtype(1) - low, np.nan], dtype)
    assert_same_bits(F.logit(p, eps=0.2), pysigmoid.logit(clamped))


@pytest.mark.parametrize(("dtype", "result"), [(bool, np.float32), (np.int16, np.float32), (np.int64, np.float64)])
def test_logit_clamps_integers_in_the_dtype_of_the_ufunc(dtype, result):
    got = F.logit(np.array([0, 1], dtype), eps=0.25)
    assert_same_bits(got, pysigmoid.logit(np.array([0.25, 0.75], result)))


def test_logit_clamps_inside_containers():
    got = F.logit(pd.Series([0.0, 0.5, 1.0], index=list("abc")), eps=0.25)
    assert list(got.index) == list("abc")
    frame = F.logit(pd.DataFrame({"p": [0.0, 0.5]}), 0.25)
    assert_same_bits(frame["p"].to_numpy(), pysigmoid.logit(np.array([0.25, 0.5])))


@pytest.mark.parametrize("eps", [-1e-6, 0.5, 1.0, np.nan, np.inf])
def test_logit_refuses_eps_outside_its_range(eps):
    with pytest.raises(ValueError, match=rf"eps is {eps}.*\[0, 0\.5\)"):
        F.logit(0.5, eps)


def test_logit_refuses_eps_that_is_no_number():
    with pytest.raises(TypeError, match=r"eps is .0\.1."):
        F.logit(0.5, "0.1")


def test_logit_writes_clamped_values_into_out_and_leaves_the_input_alone():
    p = np.array([0.0, 1.0])
    out = np.empty(2)
    assert F.logit(p, 0.25, out=out) is out
    assert_same_bits(out, pysigmoid.logit(np.array([0.25, 0.75])))
    assert p.tolist() == [0, 1]


# softplus


@pytest.mark.parametrize(
    "options",
    [{"beta": 2}, {"threshold": 10}, {"beta": 1.0, "threshold": 21.0}, {"beta": None}, {"beta": np.array([1.0, 2.0])}],
    ids=str,
)
def test_softplus_says_how_to_write_beta(options):
    with pytest.raises(TypeError, match=r"softplus\(beta \* x\) / beta.*exact"):
        F.softplus(1.0, **options)


@pytest.mark.parametrize("options", [(1,), (1, 20), (1.0, 20.0), (np.float32(1), np.int64(20))], ids=str)
def test_softplus_takes_torchs_defaults(options):
    assert_same_bits(F.softplus(25.0, *options), F.softplus(25.0))


def test_softplus_of_scaled_input_is_what_torch_means_by_beta():
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(F.softplus(2 * x) / 2, np.log1p(np.exp(2 * x)) / 2, rtol=1e-14)


# silu


def test_silu_in_place_overwrites_its_input():
    x = np.float32([-1, 0, 2])
    want = pysigmoid.silu(x)
    assert F.silu(x, False) is not x
    assert F.silu(x, inplace=True) is x
    assert_same_bits(x, want)


def test_silu_in_place_takes_no_other_buffer():
    x = np.zeros(2)
    with pytest.raises(TypeError, match="either inplace or out"):
        F.silu(x, True, out=np.empty(2))


# glu


def test_glu_gates_the_first_half_by_the_second(rng):
    x = rng.normal(size=(4, 6, 2)).astype(np.float32)
    assert_same_bits(F.glu(x, 1), pysigmoid.sigmoid_gate(x[:, :3], x[:, 3:]))
    assert_same_bits(F.glu(x, dim=-3), pysigmoid.sigmoid_gate(x[:2], x[2:]))
    assert_same_bits(F.glu(x), pysigmoid.sigmoid_gate(x[..., :1], x[..., 1:]))


def test_glu_returns_an_array_for_any_array_like():
    want = pysigmoid.sigmoid_gate(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    for values in ([1.0, 2.0, 3.0, 4.0], pd.Series([1.0, 2.0, 3.0, 4.0])):
        got = F.glu(values)
        assert type(got) is np.ndarray
        assert_same_bits(got, want)
    assert F.glu(np.empty((3, 0))).shape == (3, 0)


def test_glu_keeps_masks():
    got = F.glu(np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[True, False, False, False]))
    assert got.mask.tolist() == [True, False]


def test_glu_refuses_an_odd_length():
    with pytest.raises(ValueError, match="halving dimension must be even, but dimension -1 of input has length 3"):
        F.glu(np.zeros((2, 3)))


@pytest.mark.parametrize(("shape", "dim"), [((), -1), ((2,), 1), ((2, 2), -3)])
def test_glu_refuses_a_dimension_that_does_not_exist(shape, dim):
    with pytest.raises(ValueError, match=f"axis {dim} is out of bounds for array of dimension {len(shape)}"):
        F.glu(np.zeros(shape), dim)


def test_glu_refuses_dask():
    with pytest.raises(TypeError, match=r"input is a Dask collection.*input\.compute\(\).*pysigmoid\.dask"):
        F.glu(da.zeros(4))


# The package


def test_every_function_is_exported_and_the_aliases_are_the_ufuncs():
    assert pysigmoid.expit is pysigmoid.sigmoid
    assert pysigmoid.log_expit is pysigmoid.log_sigmoid
    assert {row["name"] for row in pysigmoid._core.functions} < set(pysigmoid.__all__)
    assert all(hasattr(pysigmoid, name) for name in pysigmoid.__all__)
    written = {name for name, value in vars(F).items() if getattr(value, "__module__", None) == F.__name__}
    assert {name for name in written if not name.startswith("_")} == set(F.__all__)
