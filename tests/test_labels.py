"""Labelled operands of a loss: equal labels, or an error that names the first that differs; dims in any order."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr

from calls import FROM_LOGITS, LOSSES, assert_same_bits, assert_same_results, inputs_of, over
from platforms import optional
from pysigmoid import functional as F
from remedies import message_of

pl = optional("polars")

loss = F.binary_cross_entropy_with_logits

X, Y = np.array([0.5, -1.5, 2.0]), np.array([1.0, 0.0, 1.0])
NAMES = list("uvw")
MOVED = [2, 0, 1]
FACTORS = ("target", "weight", "pos_weight", "where")


def series(values, labels):
    return pd.Series(values, labels)


def call(name, value, input, **options):
    """The loss of labelled logits beside one other labelled argument."""
    arguments = {"target": Y} | {name: value}
    return loss(input, **arguments, **options)


def value_of(name):
    return {"target": Y, "weight": Y + 2, "pos_weight": Y + 3, "where": Y > 0}[name]


@pytest.mark.parametrize("name", FACTORS)
def test_series_of_another_order_is_an_error_that_names_the_first_label_and_both_remedies(name):
    logits, values = series(X, NAMES), value_of(name)
    other = series(values, NAMES).iloc[MOVED]
    message = message_of(ValueError, call, name, other, logits)
    assert message.startswith(f"input and {name} are labelled differently: index[0] is 'u' in input and 'w' in {name}")
    assert f"pass {name}.reindex_like(input) to pair equal labels" in message
    assert f"pass {name}.to_numpy() to pair by position" in message
    assert_same_bits(call(name, other.reindex_like(logits), logits), call(name, values, X))
    assert_same_bits(call(name, other.to_numpy(), logits), call(name, values[MOVED], X))


@over(LOSSES)
def test_equal_labels_pair_and_labels_beside_none_go_by_position(loss):
    logits, labels, index = inputs_of(loss)[:3], Y, pd.Index(NAMES)
    want = loss(logits, labels, weight=Y + 1)
    for other in (index, index.view(), pd.Index(NAMES)):
        assert_same_results(loss(pd.Series(logits, index), pd.Series(labels, other), weight=Y + 1), want)
    assert_same_results(loss(series(logits, NAMES), labels, weight=Y + 1), want)
    assert_same_results(loss(logits, series(labels, NAMES), weight=series(Y + 1, NAMES)), want)


@over(FROM_LOGITS)
def test_every_loss_refuses_labels_that_disagree(loss):
    message_of(ValueError, loss, series(X, NAMES), series(Y, NAMES[::-1]))
    message_of(ValueError, loss, X, series(Y, NAMES), weight=series(Y, NAMES[::-1]))


def test_labels_that_one_lacks_are_not_told_to_be_reindexed():
    message = message_of(ValueError, loss, series(X, NAMES), series(Y, ["u", "v", "z"]))
    assert "index[2] is 'w' in input and 'z' in target" in message
    assert "reindex" not in message
    assert "target.to_numpy()" in message


def test_repeated_labels_pair_where_they_are_equal_and_are_not_told_to_be_reindexed():
    logits = series(X, ["u", "u", "v"])
    assert_same_bits(loss(logits, series(Y, ["u", "u", "v"])), loss(X, Y))
    message = message_of(ValueError, loss, logits, series(Y, ["u", "v", "u"]))
    assert "index[1] is 'u' in input and 'v' in target" in message
    assert "reindex" not in message


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([1.5, np.nan, 3.0]),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
        pd.date_range("2020-01-01", periods=3),
        pd.CategoricalIndex(list("aab")),
        pd.RangeIndex(5, 2, -1),
    ],
    ids=lambda index: type(index).__name__,
)
def test_any_index_is_compared_by_its_labels(index):
    assert_same_bits(loss(pd.Series(X, index), pd.Series(Y, index.copy())), loss(X, Y))
    message = message_of(ValueError, loss, pd.Series(X, index), pd.Series(Y, index[::-1]))
    assert "labelled differently: index[0] is" in message


def test_integers_that_are_equal_are_the_same_label_whatever_their_type():
    assert_same_bits(loss(pd.Series(X), pd.Series(Y, np.array([0, 1, 2], np.int8))), loss(X, Y))


def test_columns_of_frames_must_agree():
    frame, labels = pd.DataFrame({"a": X, "b": -X}), pd.DataFrame({"b": 1 - Y, "a": Y})
    message = message_of(ValueError, loss, frame, labels)
    assert "columns[0] is 'a' in input and 'b' in target" in message
    want = loss(np.stack([X, -X], 1), np.stack([Y, 1 - Y], 1))
    assert_same_bits(loss(frame, labels.reindex_like(frame)), want)


def test_series_beside_a_frame_is_labelled_by_the_columns_it_goes_along():
    frame, labels = pd.DataFrame({"a": X, "b": -X}), pd.DataFrame({"a": Y, "b": 1 - Y})
    want = loss(frame.to_numpy(), labels.to_numpy(), pos_weight=[2.0, 3.0])
    assert_same_bits(loss(frame, labels, pos_weight=pd.Series({"a": 2.0, "b": 3.0})), want)
    message = message_of(ValueError, loss, frame, labels, pos_weight=pd.Series({"b": 3.0, "a": 2.0}))
    assert "columns[0] is 'a' in input and 'b' in pos_weight" in message


@pytest.mark.parametrize("make", [pl.DataFrame, pa.table], ids=["polars", "Arrow"])
def test_names_of_columns_are_labels_in_polars_and_arrow_too(make):
    frame, labels = make({"a": X, "b": -X}), make({"a": Y, "b": 1 - Y})
    assert_same_bits(loss(frame, labels), loss(np.stack([X, -X], 1), np.stack([Y, 1 - Y], 1)))
    message = message_of(ValueError, loss, frame, make({"b": Y, "a": Y}))
    assert "columns[0] is 'a' in input and 'b' in target" in message
    assert_same_bits(loss(frame, pd.DataFrame({"a": Y, "b": 1 - Y})), loss(frame, labels))


# xarray


def arrays():
    values = np.linspace(-3, 3, 6).reshape(2, 3)
    coords = {"row": [10, 20], "kind": NAMES}
    logits = xr.DataArray(values, coords, ("row", "kind"))
    labels = xr.DataArray((values > 0).astype(float), coords, ("row", "kind"))
    return logits, labels


@over(LOSSES)
def test_dims_in_another_order_are_transposed(loss):
    logits, labels = arrays()
    logits = logits if loss is not F.binary_cross_entropy else F.sigmoid(logits)
    want = loss(logits.to_numpy(), labels.to_numpy(), weight=labels.to_numpy() + 1)
    assert_same_results(loss(logits, labels.transpose("kind", "row"), weight=(labels + 1).transpose()), want)


def test_dims_of_equal_length_are_told_apart_by_name():
    logits = xr.DataArray(np.arange(4.0).reshape(2, 2), dims=("row", "kind"))
    labels = xr.DataArray([[0.0, 1.0], [0.0, 0.0]], dims=("kind", "row"))
    assert_same_bits(loss(logits, labels), loss(logits.to_numpy(), labels.to_numpy().T))


@pytest.mark.parametrize("name", ["weight", "pos_weight", "where"])
@pytest.mark.parametrize("dim", ["row", "kind"])
def test_factors_and_masks_go_along_the_dims_they_have(name, dim):
    logits, labels = arrays()
    factor = labels.any(dim=[other for other in labels.dims if other != dim])
    factor = factor if name == "where" else factor + 2.0
    full = np.broadcast_to(factor.to_numpy()[:, None] if dim == "row" else factor.to_numpy(), (2, 3))
    want = loss(logits.to_numpy(), labels.to_numpy(), **{name: full})
    assert_same_bits(loss(logits, labels, **{name: factor}), want)


def test_dims_that_differ_are_an_error():
    logits, labels = arrays()
    for strange in (labels.rename(row="day"), labels.isel(row=0), labels.expand_dims(day=[1])):
        message = message_of(ValueError, loss, logits, strange)
        assert "input has the dims ('row', 'kind') but target has" in message
    message_of(ValueError, loss, logits, labels, weight=xr.DataArray([1.0, 2.0, 3.0], dims="day"))


def test_coordinates_that_differ_are_an_error():
    logits, labels = arrays()
    moved = labels.isel(kind=MOVED)
    message = message_of(ValueError, loss, logits, moved)
    assert "columns[0] is 'u' in input and 'w' in target" in message
    assert "target.reindex_like(input)" in message
    assert_same_bits(loss(logits, moved.reindex_like(logits)), loss(logits, labels))
    assert_same_bits(loss(logits, labels.drop_vars("kind")), loss(logits, labels))


def test_array_of_xarray_and_series_are_compared_by_index():
    logits = xr.DataArray(X, {"kind": NAMES}, "kind")
    assert_same_bits(loss(logits, series(Y, NAMES)), loss(X, Y))
    message = message_of(ValueError, loss, logits, series(Y, NAMES[::-1]))
    assert "reindex" not in message


def test_masked_and_missing_elements_move_with_their_dims():
    values = np.arange(6.0).reshape(3, 2)
    labels = xr.DataArray(np.ones((3, 2)), dims=("kind", "row"))
    logits = xr.DataArray(values.T, dims=("row", "kind"))
    where = xr.DataArray(values > 2, dims=("kind", "row"))
    assert_same_bits(loss(logits, labels, where=where), loss(values.T, np.ones((2, 3)), where=(values > 2).T))
