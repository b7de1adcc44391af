"""What is no number is a TypeError that names argument and dtype; its remedy runs for the object at hand."""

import datetime
import decimal
import fractions

import ml_dtypes
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse
import xarray as xr

from calls import assert_same_bits
from platforms import optional
from pysigmoid import _losses, nn
from pysigmoid import functional as F
from pysigmoid._arguments import read_samples
from pysigmoid._dtypes import smallest_clamp
from remedies import message_of, run_remedy

awkward, pl = optional("awkward"), optional("polars")

DAYS = [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]
MOMENTS = [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 2)]
SPANS = [datetime.timedelta(days=1), datetime.timedelta(days=2)]
TIMES = [datetime.time(1), datetime.time(2)]
DECIMALS = [decimal.Decimal("0.5"), decimal.Decimal("0.25")]
UTC = pd.Series(MOMENTS).dt.tz_localize("UTC")

NO_NUMBERS = {
    "polars Date": pl.Series(DAYS),
    "polars Datetime": pl.Series(MOMENTS),
    "polars Duration": pl.Series(SPANS),
    "polars Time": pl.Series(TIMES),
    "polars Categorical": pl.Series(["a", "b"], dtype=pl.Categorical),
    "polars Enum": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
    "polars Decimal": pl.Series(DECIMALS),
    "polars Int128": pl.Series([1, 0], dtype=pl.Int128),
    "polars text of numbers": pl.Series(["1", "0"]),
    "polars text": pl.Series(["yes", "no"]),
    "polars Array": pl.Series([[1.0, 0.0]] * 2, dtype=pl.Array(pl.Float64, 2)),
    "polars List": pl.Series([[1.0], [0.0]]),
    "polars Struct": pl.Series([{"a": 1}, {"a": 0}]),
    "polars mixed": pl.DataFrame({"a": [1.0, 0.0], "g": ["x", "y"]}),
    "Arrow date": pa.array(DAYS),
    "Arrow timestamp": pa.array(MOMENTS),
    "Arrow duration": pa.array(SPANS),
    "Arrow time": pa.array(TIMES),
    "Arrow decimal": pa.array(DECIMALS),
    "Arrow dictionary": pa.array([1.0, 0.0]).dictionary_encode(),
    "Arrow dictionary of text": pa.array(["yes", "no"]).dictionary_encode(),
    "Arrow text": pa.array(["yes", "no"]),
    "Arrow chunks of dates": pa.chunked_array([DAYS]),
    "Arrow list": pa.array([[1.0], [0.0]]),
    "Arrow struct": pa.array([{"a": 1}, {"a": 0}]),
    "Arrow mixed": pa.table({"a": [1.0, 0.0], "g": ["x", "y"]}),
    "pandas category": pd.Series([1, 0], dtype="category"),
    "pandas category of text": pd.Series(["yes", "no"], dtype="category"),
    "pandas datetime": pd.Series(MOMENTS),
    "pandas datetime with zone": UTC,
    "pandas timedelta": pd.Series(SPANS),
    "pandas period": pd.Series(pd.period_range("2020", periods=2)),
    "pandas interval": pd.Series(pd.interval_range(0, 2)),
    "pandas text": pd.Series(["yes", "no"]),
    "pandas object": pd.Series(DECIMALS),
    "pandas Arrow date": pd.Series(DAYS, dtype=pd.ArrowDtype(pa.date32())),
    "pandas Arrow decimal": pd.Series(DECIMALS, dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    "pandas DatetimeIndex": pd.DatetimeIndex(MOMENTS),
    "pandas mixed": pd.DataFrame({"a": [1.0, 0.0], "g": ["x", "y"]}),
    "xarray datetime": xr.DataArray(pd.to_datetime(MOMENTS), dims="x"),
    "awkward text": awkward.Array(["yes", "no"]),
    "awkward records": awkward.Array([{"x": 1.0}, {"x": 0.0}]),
    "complex": np.array([1j, 0]),
    "datetime": np.array(DAYS, "datetime64[D]"),
    "structured": np.zeros(2, [("x", float)]),
    "frompyfunc's": np.frompyfunc(float, 1, 1)([1, 0]),
    "fractions": [fractions.Fraction(1, 2), fractions.Fraction(1, 4)],
    "decimals": DECIMALS,
    "text": ["yes", "no"],
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_remedy_gives_what_both_functions_and_losses_take(kind):
    value = NO_NUMBERS[kind]
    message = message_of(TypeError, F.sigmoid, value)
    assert message.startswith("input")
    assert " has dtype " in message
    numbers = run_remedy(message, "input", value)
    assert np.all(np.isfinite(np.asarray(F.sigmoid(numbers), float)))
    said = message_of(TypeError, F.binary_cross_entropy_with_logits, value, np.ones(2))
    assert said.startswith("input")
    numbers = run_remedy(said, "input", value)
    assert np.isfinite(F.binary_cross_entropy_with_logits(numbers, np.ones(np.shape(numbers))))


@pytest.mark.parametrize("kind", ["polars mixed", "Arrow mixed", "pandas mixed"])
def test_column_of_a_mixed_frame_is_named(kind):
    assert message_of(TypeError, F.sigmoid, NO_NUMBERS[kind]).startswith("input['g'] has dtype")


@pytest.mark.parametrize(
    ("value", "what"),
    [([0.5, 10**400], r"input[1] is 1000"), ([0.5, pd.NA], "input[1] is <NA>"), (None, "it is None")],
    ids=["too large", "NA", "None"],
)
def test_first_object_without_a_float_is_shown(value, what):
    for function in (F.sigmoid, lambda input: F.binary_cross_entropy_with_logits(input, [0, 1])):
        assert what in message_of(TypeError, function, value)


@pytest.mark.parametrize("value", [pl.Series([True, False]), pd.Series([True, False], dtype="bool[pyarrow]")], ids=type)
def test_booleans_that_their_library_hands_to_no_ufunc_are_converted_by_the_remedy(value):
    message = message_of(TypeError, F.sigmoid, value)
    assert np.asarray(F.sigmoid(run_remedy(message, "input", value)))[1] == 0.5
    assert_same_bits(
        F.binary_cross_entropy_with_logits([0.5, 0.5], value), F.binary_cross_entropy_with_logits([0.5] * 2, [1, 0])
    )


@pytest.mark.parametrize("make", [scipy.sparse.csr_array, scipy.sparse.coo_matrix])
def test_sparse_matrix_is_told_to_be_dense(make):
    sparse = make(np.eye(2))
    message = message_of(TypeError, F.sigmoid, sparse)
    assert_same_bits(F.sigmoid(run_remedy(message, "input", sparse)), F.sigmoid(np.eye(2)))
    assert "target.toarray()" in message_of(TypeError, F.binary_cross_entropy_with_logits, np.eye(2), sparse)


def test_ragged_lists_are_an_error_in_losses_and_stay_ragged_in_functions():
    ragged = awkward.Array([[1.0], [0.0, 2.0]])
    assert F.sigmoid(ragged).to_list()[1][0] == 0.5
    message = message_of(ValueError, F.binary_cross_entropy_with_logits, ragged, ragged)
    assert run_remedy(message, "input", ragged).to_list() == [1.0, 0.0, 2.0]
    regular = awkward.Array([[1.0, 0.5], [0.0, 2.0]])
    assert_same_bits(
        F.binary_cross_entropy_with_logits(regular, regular > 0.5),
        F.binary_cross_entropy_with_logits([1.0, 0.5, 0.0, 2.0], [1, 0, 0, 1]),
    )


def test_lazy_frames_and_datasets_are_told_what_to_pass():
    lazy = pl.DataFrame({"a": [0.5]}).lazy()
    assert_same_bits(
        F.sigmoid(run_remedy(message_of(TypeError, F.sigmoid, lazy), "input", lazy)), F.sigmoid(np.array([[0.5]]))
    )
    dataset = xr.Dataset({"a": ("x", [0.5, 1.0])})
    assert "input.to_dataarray()" in message_of(TypeError, F.binary_cross_entropy_with_logits, dataset, [0, 1])


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        (pd.Series([0.0, 1.0]), "target.to_numpy()"),
        (pl.Series([0.0, 1.0]), "target.to_numpy()"),
        ([0.0, 1.0], "np.asarray(target)"),
        (np.array([0.0, 1.0]), "target"),
    ],
    ids=["pandas", "polars", "list", "array"],
)
def test_remedy_for_shapes_runs(target, remedy):
    message = message_of(ValueError, F.binary_cross_entropy_with_logits, np.ones((2, 1)), target)
    assert message.endswith(f"pass {remedy}.reshape((2, 1))")
    assert run_remedy(message, "target", target).shape == (2, 1)


@pytest.mark.parametrize("name", ["weight", "pos_weight"])
def test_empty_factor_is_told_to_be_none(name):
    for loss in (F.binary_cross_entropy_with_logits, lambda *pair, **factor: nn.BCEWithLogitsLoss(**factor)(*pair)):
        message = message_of(ValueError, loss, np.ones(4), np.ones(4), **{name: np.empty(0, np.float32)})
        assert message.endswith("pass None when there are none")


@pytest.mark.parametrize("smoothing", [np.array([0.1, 0.2]), [0.1], "0.1"], ids=type)
def test_label_smoothing_that_is_no_number_is_shown(smoothing):
    message = message_of(TypeError, F.binary_cross_entropy_with_logits, [0.5], [1], label_smoothing=smoothing)
    assert message.startswith("label_smoothing is ")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "bfloat16"])
def test_eps_that_vanishes_is_an_error_that_names_the_smallest_that_works(dtype):
    number = getattr(ml_dtypes if dtype == "bfloat16" else np, dtype)
    probabilities = np.array([0, 0.5, 1], number)
    smallest = smallest_clamp(np.dtype(number))
    assert np.all(np.isfinite(F.logit(probabilities, smallest)))
    below = float(np.nextafter(smallest, 0)) if dtype in ("float64", "longdouble") else smallest / 2
    message = message_of(ValueError, F.logit, probabilities, below)
    assert f"choose {smallest} or more" in message
    assert np.isinf(F.logit(probabilities, 0)).tolist() == [True, False, True]


@pytest.mark.parametrize("make", [lambda x: pd.Series(x, dtype="Float32"), lambda x: pl.Series(np.float32(x))])
def test_eps_is_judged_by_the_precision_inside_a_container(make):
    probabilities = make([0.0, 0.5, 1.0])
    assert "1 - eps is 1 in float32" in message_of(ValueError, F.logit, probabilities, 1e-15)
    want = F.logit(np.float32([0, 0.5, 1]), 1e-6)
    assert_same_bits(np.asarray(F.logit(probabilities, 1e-6), np.float32), want)


@pytest.mark.parametrize("ignored", [2**53 + 1, np.int64(2**53 + 1), 10**400, 2.5, -1, True])
def test_ignored_integer_is_kept_to_its_last_digit(ignored):
    """The number that is looked for among integer labels: itself, or none where no such label can be."""
    samples = read_samples(("input", "target"), np.ones(1), np.ones(1, np.int64), None, None, None, ignored)
    assert (None if samples.ignored is None else samples.ignored.item()) == (
        None if ignored in (10**400, 2.5) else int(ignored)
    )


class CountedSeries(pd.Series):
    """A Series that counts how often its data are asked for."""

    looked = 0

    @property
    def _values(self):
        CountedSeries.looked += 1
        return super()._values

    def isna(self):
        raise AssertionError("NumPy's dtypes hold no NA")

    to_numpy = __array__ = isna


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_loss_of_series_looks_at_their_data_once_and_copies_nothing(dtype, monkeypatch):
    x, y = np.array([0, 1, 2], dtype), np.array([0, 1, 1], dtype)
    logits = CountedSeries(x, copy=False)
    labels = CountedSeries(y, index=logits.index, copy=False)
    reached = []
    monkeypatch.setattr(_losses._core, "loss", lambda *arguments: reached.extend(arguments) or (np.float64(0),))
    CountedSeries.looked = 0
    F.binary_cross_entropy_with_logits(logits, labels)
    assert CountedSeries.looked == 2
    arrays = [argument for argument in reached if isinstance(argument, np.ndarray)]
    assert len(arrays) == 2
    assert np.shares_memory(arrays[0], x)
    assert np.shares_memory(arrays[1], y)


def test_loss_of_polars_series_copies_nothing(monkeypatch):
    logits, labels = pl.Series([0.5, 1.0]), pl.Series([0.0, 1.0])
    reached = []
    monkeypatch.setattr(_losses._core, "loss", lambda *arguments: reached.extend(arguments) or (np.float64(0),))
    F.binary_cross_entropy_with_logits(logits, labels)
    arrays = [argument for argument in reached if isinstance(argument, np.ndarray)]
    assert np.shares_memory(arrays[0], logits.to_numpy())
    assert np.shares_memory(arrays[1], labels.to_numpy())
