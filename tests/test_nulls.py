"""What is missing in pandas, polars, Arrow and awkward: an error whose remedy runs, unless a mask leaves it out."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calls import assert_same_bits
from platforms import optional
from pysigmoid import functional as F
from remedies import message_of, run_remedy

awkward, pl = optional("awkward"), optional("polars")

loss = F.binary_cross_entropy_with_logits

NUMBERS = {"float": [0.5, None, 0.25], "int": [1, None, 0], "bool": [True, None, False]}
MAKERS = {
    "pandas": lambda values: pd.Series(values, dtype=pd.array(values).dtype),
    "pandas array": pd.array,
    "pandas Index": lambda values: pd.Index(pd.array(values)),
    "pandas Arrow": lambda values: pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values))),
    "polars": pl.Series,
    "Arrow": pa.array,
    "Arrow chunks": lambda values: pa.chunked_array([values[:1], values[1:]], pa.array(values).type),
    "awkward": awkward.Array,
}
COLUMNS = {
    "pandas": lambda values: pd.DataFrame({"a": pd.array(values), "b": 1.0}),
    "polars": lambda values: pl.DataFrame({"a": values, "b": [1.0, 0.5, 0.0]}).with_columns(b=1.0),
    "Arrow table": lambda values: pa.table({"a": values, "b": [1.0, 1.0, 1.0]}),
    "Arrow batch": lambda values: pa.record_batch({"a": values, "b": [1.0, 1.0, 1.0]}),
}
ARGUMENTS = ("input", "target", "weight", "pos_weight")

every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))
every_frame = pytest.mark.parametrize("make", COLUMNS.values(), ids=list(COLUMNS))
every_kind = pytest.mark.parametrize("values", NUMBERS.values(), ids=list(NUMBERS))
every_argument = pytest.mark.parametrize("name", ARGUMENTS)


def call(name, value, shape=(3,), **options):
    arguments = {"input": np.zeros(shape), "target": np.ones(shape), "weight": np.full(shape, 2.0)}
    return loss(**(arguments | {name: value}), **options)


@every_maker
@every_kind
@every_argument
def test_null_is_a_type_error_whose_remedy_leaves_it_out(name, values, make):
    series = make(values)
    message = message_of(TypeError, call, name, series)
    assert message.startswith(f"{name} holds missing values (NA); leave them out with where=")
    got = call(name, series, where=run_remedy(message, name, series), reduction="sum", dtype=np.float64)
    want = call(name, np.array([values[0], values[2]], float), (2,), reduction="sum", dtype=np.float64)
    assert got == pytest.approx(want, rel=1e-7)


@every_frame
@every_kind
def test_null_in_a_column_is_left_out_by_the_remedy(values, make):
    frame = make(values)
    message = message_of(TypeError, call, "target", frame, (3, 2))
    assert message.startswith("target holds missing values (NA)")
    got = call("target", frame, (3, 2), where=run_remedy(message, "target", frame), reduction="sum")
    kept = np.array([[True, True], [False, True], [True, True]])
    plain = np.array([[0.0 if value is None else float(value), 1.0] for value in values])
    assert_same_bits(got, call("target", plain, (3, 2), where=kept, reduction="sum"))


@every_maker
def test_mask_with_nulls_says_so_and_is_filled_by_the_remedy(make):
    where = make([True, None, False])
    message = message_of(TypeError, loss, np.zeros(3), np.ones(3), where=where)
    assert message.startswith("where holds missing values (NA); say what they mean")
    filled = run_remedy(message, "where", where)
    assert_same_bits(loss([0.0, 1.0, 2.0], np.ones(3), where=filled), loss([0.0], [1.0]))


MASKS = {
    "pandas": pd.DataFrame({"a": pd.array([True, None, False]), "b": True}),
    "polars": pl.DataFrame({"a": [True, None, False], "b": [True, True, True]}),
    "Arrow table": pa.table({"a": [True, None, False], "b": [True, True, True]}),
    "Arrow batch": pa.record_batch({"a": [True, None, False], "b": [True, True, True]}),
}


@pytest.mark.parametrize("where", MASKS.values(), ids=list(MASKS))
def test_mask_of_columns_with_nulls_says_so_and_is_filled_by_the_remedy(where):
    message = message_of(TypeError, loss, np.zeros((3, 2)), np.ones((3, 2)), where=where)
    got = loss(np.zeros((3, 2)), np.ones((3, 2)), where=run_remedy(message, "where", where), reduction="none")
    assert (got > 0).tolist() == [[True, True], [False, True], [False, True]]


@pytest.mark.parametrize("values", [NUMBERS["float"], NUMBERS["int"]], ids=["float", "int"])
@every_maker
def test_null_labels_are_left_out_where_nan_is_ignored_and_for_no_other_label(make, values):
    labels = make(values)
    got = loss([1.0, 2.0, 3.0], labels, ignore_value=np.nan)
    assert_same_bits(got, loss([1.0, 3.0], [values[0], values[2]]))
    for other in (0, -1):
        message_of(TypeError, loss, [1.0, 2.0, 3.0], labels, ignore_value=other)


@pytest.mark.parametrize("nan", [pd.Series([0.5, np.nan]), pl.Series([0.5, np.nan]), pa.array([0.5, np.nan])], ids=type)
def test_nan_is_a_number_like_any_other(nan):
    assert np.isnan(loss(nan, [0, 1]))
    message = message_of(ValueError, loss, [0.5, 0.5], nan)
    assert "target[1] is nan" in message
    where = run_remedy(message, "target", nan)
    assert_same_bits(loss([0.5, 0.5], nan, where=where), loss([0.5], [0.5]))


def test_nan_in_a_frame_beside_nullable_columns_stays_a_number():
    frame = pd.DataFrame({"a": pd.array([0.5, None], dtype="Float64"), "b": [np.nan, 1.0]})
    got = loss(frame, np.zeros((2, 2)), where=[[True, True], [False, True]], reduction="none")
    assert np.isnan(got[0, 1])
    assert got[1, 0] == 0


def test_integers_beside_nulls_keep_all_digits():
    labels = pd.array([2**62 + 1, None, 1], dtype="Int64")
    got = loss([0.5, 0.5, 0.5], labels, ignore_value=2**62 + 1, where=[True, False, True])
    assert_same_bits(got, loss([0.5], [1]))


@pytest.mark.parametrize("make", [pa.array, lambda values: pa.chunked_array([values])], ids=["Arrow", "Arrow chunks"])
@every_kind
def test_elementwise_functions_give_nan_where_the_result_has_no_nulls(make, values):
    got = F.sigmoid(make(values))
    assert np.isnan(got).tolist() == [False, True, False]
    assert got.dtype == (np.float32 if values[0] is True else np.float64)


def test_elementwise_functions_keep_nulls_in_their_container():
    assert F.sigmoid(pl.Series([0.0, None])).to_list() == [0.5, None]
    assert F.sigmoid(pd.Series([0.0, None], dtype="Float64")).isna().tolist() == [False, True]
    assert F.sigmoid(awkward.Array([0.0, None])).to_list() == [0.5, None]
