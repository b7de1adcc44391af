"""How the losses read their arguments: containers, dtypes, shapes, masks, ranges, buffers, and what each error says."""

import ml_dtypes
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from calls import (
    FROM_LOGITS,
    LABELS,
    LOGITS,
    LOSSES,
    NO_NUMBERS,
    Tensor,
    assert_same_bits,
    assert_same_results,
    inputs_of,
    over,
    results,
)
from platforms import optional
from pysigmoid import functional as F

pl, da, dd = optional("polars"), optional("dask.array"), optional("dask.dataframe")


def names_of(loss):
    return ("inputs", "targets") if "focal" in loss.__name__ else ("input", "target")


# Containers


CONTAINERS = {
    "list": list,
    "Series": pd.Series,
    "labelled Series": lambda values: pd.Series(values, index=range(len(values), 0, -1)),
    "nullable Series": lambda values: pd.Series(values, dtype="Float64"),
    "Index": pd.Index,
    "polars": pl.Series,
    "xarray": lambda values: xr.DataArray(values, dims="x"),
    "detached tensor": Tensor,
    "strided": lambda values: np.repeat(values, 2)[::2],
    "big endian": lambda values: values.astype(">f8"),
}


@over(LOSSES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_any_array_like_is_read_by_position(loss, container):
    wrap, logits, weight = CONTAINERS[container], inputs_of(loss), LABELS + 1
    got = loss(wrap(logits), wrap(LABELS), weight=wrap(weight))
    assert_same_results(got, loss(logits, LABELS, weight=weight))
    assert all(type(result) in (np.ndarray, np.float64) for result in results(got))


def test_data_frame_is_read_as_a_matrix():
    frame = pd.DataFrame({"a": LOGITS, "b": -LOGITS})
    labels = pd.DataFrame({"a": LABELS, "b": LABELS})
    got = F.binary_cross_entropy_with_logits(frame, labels, reduction="none")
    assert_same_bits(got, F.binary_cross_entropy_with_logits(frame.to_numpy(), labels.to_numpy(), reduction="none"))


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int32, np.uint64, np.float16, np.float64, np.longdouble])
@pytest.mark.parametrize("reduction", ["none", "sum"])
@over(LOSSES)
def test_labels_of_any_type_give_what_labels_of_the_logits_type_give(loss, reduction, dtype):
    logits, labels = inputs_of(loss).astype(np.float32), np.array([1, 0, 1, 0])
    for weight in (None, 2.5):
        got = loss(logits, labels.astype(dtype), weight=weight, reduction=reduction)
        assert_same_results(got, loss(logits, labels.astype(np.float32), weight=weight, reduction=reduction))


@pytest.mark.parametrize("logits", [np.float16, np.float32, ml_dtypes.bfloat16])
def test_labels_are_not_rounded_to_the_logits_type(logits):
    label = np.array([1 - 2.0**-40])
    loss = F.binary_cross_entropy_with_logits(np.array([30], logits), label, reduction="none")
    want = np.float64(30 * 2.0**-40 + 9.357622968839737e-14).astype(logits)  # log(1 + e^-30)
    assert_same_bits(loss, want[None])


@pytest.mark.parametrize(
    ("dtype", "result"),
    [
        (bool, np.float32),
        (np.int8, np.float32),
        (np.uint16, np.float32),
        (np.int32, np.float64),
        (np.int64, np.float64),
        (np.float16, np.float16),
        (np.float32, np.float32),
        (np.longdouble, np.longdouble),
        (ml_dtypes.bfloat16, ml_dtypes.bfloat16),
    ],
)
@over(LOSSES)
def test_results_have_the_dtype_the_ufuncs_give(loss, dtype, result):
    for reduction in ("none", "mean"):
        outcome = loss(np.array([1, 0, 1], dtype), [1, 0, 0], reduction=reduction)
        assert all(part.dtype == result for part in results(outcome))


@over(LOSSES)
@pytest.mark.parametrize(
    ("position", "kind"),
    [(position, kind) for position in range(3) for kind in NO_NUMBERS if (position, kind) != (2, "None")],
)
def test_what_holds_no_real_numbers_is_a_type_error_that_names_the_argument(loss, position, kind):
    name = (*names_of(loss), "weight")[position]
    arguments = [inputs_of(loss)[:1], LABELS[:1], 1.0]
    arguments[position] = NO_NUMBERS[kind]
    with pytest.raises(TypeError, match=f"{name} has dtype .*(convert it|it is None)"):
        loss(*arguments[:2], weight=arguments[2])


@over(LOSSES)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_tensor_that_requires_grad_is_a_type_error_that_says_to_detach(loss, position):
    name = (*names_of(loss), "weight")[position]
    arguments = [inputs_of(loss), LABELS, LABELS]
    arguments[position] = Tensor(arguments[position], requires_grad=True)
    with pytest.raises(TypeError, match=rf"{name} is a tensor that requires grad.*{name}\.detach\(\)"):
        loss(*arguments[:2], weight=arguments[2])


@over(LOSSES)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_dask_is_a_type_error_that_says_to_compute_or_to_stay_lazy(loss, position):
    name = (*names_of(loss), "weight")[position]
    arguments = [inputs_of(loss), LABELS, LABELS]
    arguments[position] = da.from_array(arguments[position])
    with pytest.raises(TypeError, match=rf"{name} is a Dask collection.*{name}\.compute\(\).*pysigmoid\.dask"):
        loss(*arguments[:2], weight=arguments[2])


def test_missing_value_by_itself_is_a_type_error():
    with pytest.raises(TypeError, match="target has dtype object"):
        F.binary_cross_entropy_with_logits(0.5, pd.NA)


def test_dask_series_is_refused_like_a_dask_array():
    with pytest.raises(TypeError, match="target is a Dask collection"):
        F.binary_cross_entropy_with_logits(LOGITS, dd.from_pandas(pd.Series(LABELS), npartitions=1))


# Missing values and masks


NULLABLE = {
    "Float32": pd.Series([0.5, pd.NA, 0.25], dtype="Float32"),
    "Int64": pd.Series([1, pd.NA, 0], dtype="Int64"),
    "boolean": pd.Series([True, pd.NA, False], dtype="boolean"),
    "array": pd.array([True, pd.NA, False], dtype="boolean"),
}


@pytest.mark.parametrize("kind", NULLABLE)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_pandas_with_na_is_a_type_error_that_names_where(kind, position):
    name = ("input", "target", "weight")[position]
    arguments = [np.zeros(3), np.zeros(3), np.ones(3)]
    arguments[position] = NULLABLE[kind]
    mask = rf"(~{name}\.isna|{name}\.notna)\(\)"
    with pytest.raises(TypeError, match=rf"{name} holds missing values \(NA\).*where={mask}"):
        F.binary_cross_entropy_with_logits(*arguments)


@pytest.mark.parametrize("kind", NULLABLE)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_pandas_with_na_passes_where_it_is_left_out(kind, position):
    values = NULLABLE[kind]
    arguments = [np.zeros(3), np.zeros(3), np.ones(3)]
    arguments[position] = values
    got = F.binary_cross_entropy_with_logits(*arguments, where=~values.isna(), dtype=np.float64)
    arguments[position] = np.array([values[0], values[2]], dtype=float)
    others = [array[[0, 2]] if array.size == 3 else array for array in arguments]
    assert got == pytest.approx(F.binary_cross_entropy_with_logits(*others), rel=1e-15)


def test_data_frame_with_na_is_told_by_its_columns():
    frame = pd.DataFrame({"a": pd.array([0.5, pd.NA], dtype="Float64"), "b": [0.0, 1.0]})
    with pytest.raises(TypeError, match=r"input holds missing values"):
        F.binary_cross_entropy_with_logits(frame, np.zeros((2, 2)))
    got = F.binary_cross_entropy_with_logits(frame, np.zeros((2, 2)), where=~frame.isna(), reduction="sum")
    assert got == pytest.approx(
        F.binary_cross_entropy_with_logits([0.5, 0.0, 1.0], [0, 0, 0], reduction="sum"), rel=1e-15
    )


def test_nan_in_an_ordinary_series_is_a_number_like_any_other():
    assert np.isnan(F.binary_cross_entropy_with_logits(pd.Series([0.5, np.nan]), [0, 1]))


@over(LOSSES)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_mask_of_a_masked_array_joins_where(loss, position):
    mask = np.array([False, True, False, False])
    arguments = [inputs_of(loss), LABELS, LABELS + 1]
    spoiled = np.where(mask, np.nan, arguments[position])
    arguments[position] = np.ma.array(spoiled, mask=mask)
    got = loss(*arguments[:2], weight=arguments[2], reduction="sum", where=[True, True, True, False])
    kept = [True, False, True, False]
    want = loss(inputs_of(loss), LABELS, weight=LABELS + 1, reduction="sum", where=kept)
    assert_same_results(got, want)


def test_mask_of_where_itself_leaves_out():
    where = np.ma.array([True, True, True, False], mask=[True, False, False, False])
    got = F.binary_cross_entropy_with_logits(LOGITS, LABELS, where=where)
    assert_same_bits(got, F.binary_cross_entropy_with_logits(LOGITS[1:3], LABELS[1:3]))


def test_mask_of_pos_weight_joins_where():
    weight = np.ma.array([2.0, 3.0, 4.0, 5.0], mask=[True, False, False, False])
    got = F.binary_cross_entropy_with_logits(LOGITS, LABELS, pos_weight=weight)
    assert_same_bits(got, F.binary_cross_entropy_with_logits(LOGITS[1:], LABELS[1:], pos_weight=weight.data[1:]))


@pytest.mark.parametrize("reduction", ["none", "mean", "weighted_mean"])
def test_masks_of_all_arguments_join(reduction):
    """Each leaves out elements of its own, rows and columns by broadcasting."""
    logits, labels = np.linspace(-3, 3, 3000).reshape(50, 60), np.arange(3000).reshape(50, 60) % 2
    column, row = np.arange(50)[:, None], np.arange(60)
    masks = [column * row % 7 == 1, column - row == 5, column % 11 == 3, row % 13 == 4, row % 17 == 5]
    factors = [np.broadcast_to(number, mask.shape) for number, mask in zip((2.0, 3.0, True), masks[2:], strict=True)]
    arrays = [np.ma.array(values, mask=mask) for values, mask in zip((logits, labels, *factors), masks, strict=True)]
    loss = F.binary_cross_entropy_with_logits_value_and_grad
    got = loss(*arrays[:3], pos_weight=arrays[3], where=arrays[4], reduction=reduction)
    kept = ~(masks[0] | masks[1] | masks[2] | masks[3] | masks[4])
    assert_same_results(got, loss(logits, labels, factors[0], pos_weight=3.0, where=kept, reduction=reduction))


def test_true_is_any_byte_but_zero():
    where = np.array([0, 1, 2, 255], np.uint8).view(bool)
    got = F.binary_cross_entropy_with_logits(LOGITS, LABELS, where=where)
    assert_same_bits(got, F.binary_cross_entropy_with_logits(LOGITS[1:], LABELS[1:]))
    got = F.binary_cross_entropy_with_logits(np.ma.array(LOGITS, mask=where), LABELS)
    assert_same_bits(got, F.binary_cross_entropy_with_logits(LOGITS[:1], LABELS[:1]))


@pytest.mark.parametrize("where", [[1, 0, 1, 1], [1.0, 0.0, 1.0, 1.0]])
def test_where_must_be_booleans(where):
    with pytest.raises(TypeError, match=r"where has dtype .*pass booleans"):
        F.binary_cross_entropy_with_logits(LOGITS, LABELS, where=where)


def test_where_broadcasts_and_must_fit():
    got = F.binary_cross_entropy_with_logits(np.ones((3, 2)), np.zeros((3, 2)), where=[True, False], reduction="none")
    assert np.all(got[:, 1] == 0)
    assert np.all(got[:, 0] > 1)
    with pytest.raises(ValueError, match=r"where has shape \(3,\).*\(3, 2\).*pass np.asarray\(where\)\[:, None\]"):
        F.binary_cross_entropy_with_logits(np.ones((3, 2)), np.zeros((3, 2)), where=[True, False, True])


@pytest.mark.parametrize(
    ("labels", "ignore"),
    [
        (np.array([1, -100, 0], np.int64), -100),
        (np.array([1, 255, 0], np.uint8), 255),
        (np.array([1, -1, 0], np.int8), -1.0),
        (np.array([1, 2, 0], np.float32), 2),
        (np.array([1, 0.1 + 2, 0], np.float16), 2.1),
        (np.array([1, 0.1 + 2, 0], ml_dtypes.bfloat16), 2.1),
        (np.array([1, np.nan, 0], np.float32), np.nan),
        (np.array([1, np.nan, 0], ml_dtypes.bfloat16), float("nan")),
        (np.array([1, np.nan, 0], np.longdouble), np.float32("nan")),
        (np.array([1, np.inf, 0]), np.inf),
        (np.ma.array([1, 7, 0], mask=[False, False, False]), 7),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_ignored_labels_are_found_in_the_precision_of_the_labels(labels, ignore):
    got = F.binary_cross_entropy_with_logits([1.0, np.nan, 3.0], labels, ignore_value=ignore)
    assert_same_bits(got, F.binary_cross_entropy_with_logits([1.0, 3.0], [1, 0]))


@pytest.mark.parametrize(
    "labels", [np.array([True, False]), np.array([1, 0], np.uint8), np.array([1.0, 0.0], np.float16)]
)
@pytest.mark.parametrize("ignore", [-100, float("nan"), 1e300])
def test_ignore_value_that_no_label_has_changes_nothing(labels, ignore):
    got = F.binary_cross_entropy_with_logits(LOGITS[:2], labels, ignore_value=ignore)
    assert_same_bits(got, F.binary_cross_entropy_with_logits(LOGITS[:2], labels))


@pytest.mark.parametrize("ignore", ["-1", [1], 1j])
def test_ignore_value_must_be_a_real_number(ignore):
    with pytest.raises(TypeError, match=r"ignore_value is .*pass a real number"):
        F.binary_cross_entropy_with_logits(LOGITS, LABELS, ignore_value=ignore)


# Shapes


@over(LOSSES)
@pytest.mark.parametrize(("shape", "other"), [((5,), (5, 1)), ((5, 1), (5,)), ((), (1,)), ((2, 3), (3, 2))])
def test_shapes_that_differ_are_an_error_that_shows_both_and_how_to_reshape(loss, shape, other):
    first, second = names_of(loss)
    with pytest.raises(ValueError) as error:  # noqa: PT011 the text is looked at below
        loss(np.zeros(shape), np.zeros(other))
    message = str(error.value)
    assert f"{first} has shape {shape} but {second} has shape {other}" in message
    assert f"{second}.reshape({shape})" in message


def test_shapes_of_different_size_cannot_be_reshaped():
    with pytest.raises(ValueError, match=r"input has shape \(5,\) but target has shape \(4,\)") as error:
        F.binary_cross_entropy_with_logits(np.zeros(5), np.zeros(4))
    assert "reshape" not in str(error.value)


@over(LOSSES)
def test_weight_of_rows_suggests_a_new_axis(loss):
    with pytest.raises(ValueError, match=r"weight has shape \(4,\).*shape \(4, 2\).*weight\[:, None\]"):
        loss(np.zeros((4, 2)), np.zeros((4, 2)), weight=np.ones(4))
    with pytest.raises(ValueError, match=r"weight\[:, :, None\]"):
        loss(np.zeros((4, 3, 2)), np.zeros((4, 3, 2)), weight=np.ones((4, 3)))


@over(LOSSES)
@pytest.mark.parametrize("shape", [(5, 4), (3,), (1, 4), (0,)])
def test_weight_never_enlarges_the_result(loss, shape):
    with pytest.raises(ValueError) as error:  # noqa: PT011 the text is looked at below
        loss(np.zeros(4), np.zeros(4), weight=np.ones(shape))
    assert f"weight has shape {shape}, which does not broadcast to the input's shape (4,)" in str(error.value)
    assert "None]" not in str(error.value)


def test_pos_weight_must_broadcast_as_well():
    with pytest.raises(ValueError, match=r"pos_weight has shape \(4,\).*pos_weight\[:, None\]"):
        F.binary_cross_entropy_with_logits(np.zeros((4, 2)), np.zeros((4, 2)), pos_weight=np.full(4, 2.0))


# Ranges


def message_of(loss, *arguments, **options):
    with pytest.raises(ValueError, match="must lie between 0 and 1") as error:
        loss(*arguments, **options)
    message = str(error.value)
    assert message.endswith("validate=False skips this check.")
    return message


@over(LOSSES)
@pytest.mark.parametrize("bad", [-0.5, 2.0, np.nan, np.inf, -np.inf])
def test_label_outside_its_range_is_an_error_with_value_and_index(loss, bad):
    labels = np.zeros((2, 3))
    labels[1, 2] = bad
    message = message_of(loss, np.full((2, 3), 0.5), labels)
    name = names_of(loss)[1]
    assert message.startswith(f"{name} must lie between 0 and 1, but {name}[1, 2] is {bad}.")


@over(LOSSES)
def test_label_of_a_single_sample_has_no_index(loss):
    name = names_of(loss)[1]
    assert f"but {name} is 3." in message_of(loss, 0.5, 3)


@over(LOSSES)
def test_validate_false_skips_the_check(loss):
    outcome = loss(np.array([0.5]), np.array([2.0]), validate=False, reduction="none")
    assert all(np.isfinite(result) for result in results(outcome))


@over(LOSSES)
def test_labels_that_are_left_out_are_not_checked(loss):
    outcome = loss(inputs_of(loss), [1, 9, np.nan, 0], where=[True, False, False, True], reduction="sum")
    assert all(np.all(np.isfinite(result)) for result in results(outcome))


@over(FROM_LOGITS)
def test_labels_of_minus_one_get_the_remedy(loss):
    name = names_of(loss)[1]
    assert f"For labels -1 and +1 pass ({name} + 1) / 2." in message_of(loss, LOGITS, np.array([1, -1, 1, -1]))
    assert f"For labels -1 and +1 pass (np.asarray({name}) + 1) / 2." in message_of(loss, LOGITS, [1, -1, 1, -1])
    assert "For labels -1" not in message_of(loss, LOGITS, [1, -2, 1, 0])


@over(FROM_LOGITS)
def test_swapped_arguments_are_recognised_by_the_range_of_the_input(loss):
    first, second = names_of(loss)
    question = f"are {first} and {second} swapped?"
    assert question in message_of(loss, LABELS, LOGITS)
    assert question not in message_of(loss, LOGITS, 2 * LABELS)


def test_elements_left_out_do_not_hide_swapped_arguments():
    message = message_of(F.binary_cross_entropy_with_logits, [0.5, 7.0], [-3.0, 0.0], where=[True, False])
    assert "swapped?" in message


@over(LOSSES)
@pytest.mark.parametrize(("label", "suggested"), [(1 + 5e-6, True), (-5e-6, True), (1 + 2e-5, False), (-2e-5, False)])
def test_rounding_errors_get_clip_suggested(loss, label, suggested):
    name = names_of(loss)[1]
    assert (f"np.clip({name}, 0, 1)" in message_of(loss, [0.5], [label])) is suggested


@over(LOSSES)
def test_nan_label_gets_where_suggested(loss):
    name = names_of(loss)[1]
    assert f"where=~np.isnan({name})" in message_of(loss, [0.5], [np.nan])


def test_labels_of_nan_alone_are_not_said_to_be_swapped():
    message = message_of(F.binary_cross_entropy_with_logits, [0.5, 0.25], [np.nan, np.nan])
    assert "swapped" not in message
    assert "where=~np.isnan(target)" in message


@pytest.mark.parametrize("bad", [-1e-3, 1.001, 40.0])
def test_probability_outside_its_range_is_an_error_that_names_the_loss_for_logits(bad):
    message = message_of(F.binary_cross_entropy, [0.5, bad], [0, 1])
    assert message.startswith(f"input must lie between 0 and 1, but input[1] is {bad}.")
    assert "binary_cross_entropy_with_logits" in message


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, ml_dtypes.bfloat16])
def test_labels_are_checked_in_their_own_precision(dtype):
    above = np.nextafter(dtype(1), dtype(2))
    message_of(F.binary_cross_entropy_with_logits, [0.5], np.array([above]))
    assert F.binary_cross_entropy_with_logits([0.5], np.array([dtype(1)])) > 0


def test_nan_logits_are_no_error():
    assert np.isnan(F.binary_cross_entropy_with_logits([np.nan], [1]))


# Options


@pytest.mark.parametrize("smoothing", [-0.1, 1.5, np.nan])
def test_label_smoothing_outside_its_range_is_an_error(smoothing):
    with pytest.raises(ValueError, match=f"label_smoothing is {smoothing}; choose a number from 0 to 1"):
        F.binary_cross_entropy_with_logits(LOGITS, LABELS, label_smoothing=smoothing)


@pytest.mark.parametrize("gamma", [-1, np.nan, np.inf, 1000.5])
def test_gamma_outside_its_range_is_an_error(gamma):
    with pytest.raises(ValueError, match=f"gamma is {gamma:.1f}; choose a number from 0 to 1000"):
        F.sigmoid_focal_loss(LOGITS, LABELS, gamma=gamma)


@pytest.mark.parametrize("alpha", [1.5, np.nan])
def test_alpha_outside_its_range_is_an_error(alpha):
    with pytest.raises(ValueError, match=f"alpha is {alpha}; choose a number from 0 to 1"):
        F.sigmoid_focal_loss(LOGITS, LABELS, alpha)


@pytest.mark.parametrize("option", ["label_smoothing", "gamma", "alpha"])
def test_option_that_is_no_number_is_a_type_error(option):
    loss = F.binary_cross_entropy_with_logits if option == "label_smoothing" else F.sigmoid_focal_loss
    with pytest.raises(TypeError, match=rf"{option} is '0\.5'; pass a real number"):
        loss(LOGITS, LABELS, **{option: "0.5"})


@pytest.mark.parametrize("dtype", [int, bool, complex, object, "S4"])
def test_dtype_must_be_a_float_type(dtype):
    with pytest.raises(TypeError, match=r"dtype is .*choose a float type"):
        F.binary_cross_entropy_with_logits(LOGITS, LABELS, dtype=dtype)


# Buffers: an error leaves everything as it was


def read_only(array):
    array.flags.writeable = False
    return array


BAD_BUFFERS = {
    "list": (lambda shape: [0.0] * 4, TypeError, "is a list; pass a NumPy array"),
    "tensor": (lambda shape: Tensor(np.zeros(shape)), TypeError, "is a Tensor; pass a NumPy array"),
    "shape": (lambda shape: np.full((2, *shape), 7.0), ValueError, "has shape .*but the result has shape"),
    "integer": (lambda shape: np.full(shape, 7), TypeError, "has dtype int64, which is no float type; pass a"),
    "object": (lambda shape: np.full(shape, 7.0, object), TypeError, "has dtype object, which is no float type"),
    "complex": (lambda shape: np.full(shape, 7j), TypeError, "has dtype complex128, which is no float type"),
    "text": (lambda shape: np.full(shape, "7"), TypeError, "has dtype <U1, which is no float type"),
    "read-only": (lambda shape: read_only(np.full(shape, 7.0)), ValueError, "is read-only; pass an array"),
}
BUFFERED = [
    (loss, buffer)
    for loss in FROM_LOGITS
    for buffer in ("out", "grad_out", "hess_out")
    if buffer in loss.__annotations__
]


@pytest.mark.parametrize(("loss", "name"), BUFFERED, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("kind", BAD_BUFFERS)
def test_unfit_buffer_is_an_error_that_names_it_and_leaves_everything_untouched(loss, name, kind):
    make, error, message = BAD_BUFFERS[kind]
    logits, labels = LOGITS.copy(), LABELS.copy()
    shape = () if name == "out" else (4,)
    buffers = {other: np.full(() if other == "out" else (4,), 7.0) for function, other in BUFFERED if function is loss}
    buffers[name] = make(shape)
    before = [np.array(array, copy=True).tobytes() for array in (*buffers.values(), logits, labels) if kind != "tensor"]
    with pytest.raises(error, match=f"{name} {message}"):
        loss(logits, labels, reduction="sum", **buffers)
    after = [np.asarray(array).tobytes() for array in (*buffers.values(), logits, labels) if kind != "tensor"]
    assert after == before


@pytest.mark.parametrize(("loss", "name"), BUFFERED, ids=lambda value: getattr(value, "__name__", value))
def test_bad_labels_leave_the_buffers_untouched(loss, name):
    buffer = np.full(() if name == "out" else (4,), 7.0)
    logits = LOGITS.copy()
    with pytest.raises(ValueError, match="between 0 and 1"):
        loss(logits, [0, 1, 2, 0], reduction="sum", **{name: buffer})
    assert np.all(buffer == 7)
    assert logits.tobytes() == LOGITS.tobytes()


@pytest.mark.parametrize("loss", [F.binary_cross_entropy_with_logits_grad_and_hess, F.sigmoid_focal_loss_grad_and_hess])
def test_bad_labels_leave_logits_untouched_that_serve_as_buffer(loss):
    logits = LOGITS.copy()
    with pytest.raises(ValueError, match="between 0 and 1"):
        loss(logits, [0, 1, 2, 0], grad_out=logits)
    assert logits.tobytes() == LOGITS.tobytes()


def test_buffers_that_share_memory_are_an_error():
    buffer = np.full(6, 7.0)
    with pytest.raises(ValueError, match="grad_out and hess_out share memory"):
        F.binary_cross_entropy_with_logits_grad_and_hess(LOGITS, LABELS, grad_out=buffer[:4], hess_out=buffer[2:])
    with pytest.raises(ValueError, match="out and grad_out share memory"):
        F.binary_cross_entropy_with_logits_value_and_grad(
            LOGITS, LABELS, reduction="none", out=buffer[:4], grad_out=buffer[:4]
        )
    assert np.all(buffer == 7)


def test_columns_of_one_array_are_separate_buffers():
    buffer = np.empty((4, 2))
    F.binary_cross_entropy_with_logits_grad_and_hess(LOGITS, LABELS, grad_out=buffer[:, 0], hess_out=buffer[:, 1])
    grad, hess = F.binary_cross_entropy_with_logits_grad_and_hess(LOGITS, LABELS)
    assert_same_bits(buffer, np.stack([grad, hess], axis=1))
