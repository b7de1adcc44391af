"""From terms to results: reductions, divisors, axes, dtypes and buffers of the losses."""

import math
import re

import ml_dtypes
import numpy as np
import pytest

from calls import (
    FROM_LOGITS,
    LABELS,
    LOSSES,
    REDUCTIONS,
    assert_same_bits,
    assert_same_results,
    inputs_of,
    over,
    over_floats,
    results,
)
from pysigmoid import functional as F
from pysigmoid import num_threads

logits_loss = F.binary_cross_entropy_with_logits
SHAPE = (3, 4, 5)
SUM_ERROR = 2 * math.prod(SHAPE) * 2.0**-53  # of a quotient of two sums of positive numbers
NARROW_ERROR = 2.0**-49  # what is worked in double, not in pairs of doubles, since it is rounded to float32 or less
AXES = (None, 0, 1, -1, (0, 1), (2, 0), (0, 1, 2), ())


@pytest.fixture
def data(rng):
    """Logits, labels, positive weights and a mask of SHAPE."""
    logits = rng.normal(size=SHAPE) * 3
    return logits, rng.random(SHAPE), rng.random(SHAPE) + 0.5, rng.random(SHAPE) < 0.7


def arguments(loss, logits, labels):
    return (1 / (1 + np.exp(-logits)) if loss is F.binary_cross_entropy else logits), labels


def normalized(axis):
    return tuple(range(3)) if axis is None else tuple(i % 3 for i in np.atleast_1d(axis).astype(int))


# Sums and divisors


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS[1:])
@over(LOSSES)
def test_each_reduced_loss_is_its_own_sum_over_its_own_divisor(data, loss, reduction, axis, masked):
    logits, labels, weight, mask = data
    pair, where = arguments(loss, logits, labels), mask if masked else None
    terms = results(loss(*pair, weight=weight, where=where, reduction="none"))
    counted = {"mean": np.ones(SHAPE), "sum": np.float64(1), "weighted_mean": weight}[reduction]
    if masked and reduction != "sum":
        counted = np.where(mask, counted, 0)
    divisor = counted if reduction == "sum" else np.sum(counted, axis, keepdims=True)
    want = [np.divide(term, divisor, out=np.zeros(SHAPE), where=term != 0) for term in terms]
    if "value" in loss.__name__ or "hess" not in loss.__name__:
        sums = np.sum(terms[0], axis, keepdims=True)
        with np.errstate(invalid="ignore"):
            want[0] = np.squeeze(sums / divisor, normalized(axis))
    got = results(loss(*pair, weight=weight, where=where, axis=axis, reduction=reduction))
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=SUM_ERROR, strict=True)


@pytest.mark.parametrize("reduction", REDUCTIONS[1:])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_keepdims_keeps_the_summed_axes(data, reduction, axis):
    logits, labels, weight, _ = data
    got = logits_loss(logits, labels, weight, reduction=reduction, axis=axis, keepdims=True)
    assert got.shape == np.sum(logits, axis, keepdims=True).shape
    plain = logits_loss(logits, labels, weight, reduction=reduction, axis=axis)
    assert_same_bits(np.squeeze(got, normalized(axis)), np.asarray(plain))


def test_weighted_mean_without_weights_is_the_mean(data):
    logits, labels, _, mask = data
    for where in (None, mask):
        got = logits_loss(logits, labels, pos_weight=3.0, reduction="weighted_mean", where=where)
        assert_same_bits(got, logits_loss(logits, labels, pos_weight=3.0, where=where))


def test_weighted_mean_leaves_pos_weight_out_of_the_divisor():
    got = logits_loss([0.0, 0.0], [1, 0], [1.0, 3.0], pos_weight=5.0, reduction="weighted_mean")
    assert got == pytest.approx(math.log(2) * (5 * 1 + 3) / 4, rel=1e-15)


def test_zero_weight_counts_in_the_mean_and_not_in_the_weighted_mean():
    logits, labels, weight = [0.0, 2.0], [1, 0], [1.0, 0.0]
    assert logits_loss(logits, labels, weight) == pytest.approx(math.log(2) / 2, rel=1e-15)
    assert logits_loss(logits, labels, weight, reduction="weighted_mean") == pytest.approx(math.log(2), rel=1e-15)


@over(LOSSES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_elements_left_out_give_zero_and_do_not_touch_the_others(loss, reduction):
    logits, labels = inputs_of(loss), LABELS
    where = np.array([True, False, True, False])
    spoiled = np.where(where, logits, np.nan), np.where(where, labels, 7.0)
    weight = np.array([2.0, np.inf, 3.0, np.nan])
    got = results(loss(*spoiled, weight=weight, where=where, reduction=reduction))
    want = results(loss(logits[where], labels[where], weight=weight[where], reduction=reduction))
    for one, other in zip(got, want, strict=True):
        if one.shape == (4,):
            assert_same_bits(one[where], other)
            assert_same_bits(one[~where], np.zeros(2))
        else:
            assert_same_bits(one, other)


@pytest.mark.parametrize("left_out", ["where", "ignored", "empty"])
def test_mean_of_nothing_is_nan_sum_zero_gradient_zero(left_out):
    n = 0 if left_out == "empty" else 3
    options = {"where": {"where": False}, "ignored": {"ignore_value": 1}, "empty": {}}[left_out]
    for reduction, want in {"mean": np.nan, "weighted_mean": np.nan, "sum": 0.0}.items():
        loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(
            np.ones(n), np.ones(n), 2.0, reduction=reduction, **options
        )
        np.testing.assert_equal(loss, want)
        assert_same_bits(grad, np.zeros(n))
        grad, hess = F.binary_cross_entropy_with_logits_grad_and_hess(
            np.ones(n), np.ones(n), reduction=reduction, **options
        )
        assert_same_bits(grad, np.zeros(n))
        assert_same_bits(hess, np.zeros(n))


def test_row_left_out_altogether_does_not_spoil_the_others():
    where = np.array([[False, False], [True, False]])
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(
        np.zeros((2, 2)), np.zeros((2, 2)), where=where, axis=1
    )
    np.testing.assert_array_equal(loss, [np.nan, math.log(2)])
    np.testing.assert_array_equal(grad, [[0, 0], [0.5, 0]])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
@pytest.mark.parametrize("axis", [0, 1, None])
def test_empty_axes_reduce_as_numpy_reduces_them(shape, axis):
    empty = np.empty(shape)
    assert_same_bits(np.asarray(logits_loss(empty, empty, reduction="sum", axis=axis)), np.asarray(np.sum(empty, axis)))
    mean = logits_loss(empty, empty, axis=axis)
    assert mean.shape == np.sum(empty, axis).shape
    assert np.all(np.isnan(mean))
    assert logits_loss(empty, empty, reduction="none").shape == shape


# Options


@pytest.mark.parametrize("reduction", ["xyz", "Mean", None, "weighted", [], ["mean"], 1], ids=str)
@over(LOSSES)
def test_unknown_reduction_is_an_error_that_lists_the_known_ones(loss, reduction):
    message = f"{reduction} is not a valid value for reduction; choose one of none, mean, sum, weighted_mean"
    with pytest.raises(ValueError, match=re.escape(message)):
        loss([0.5], [1], reduction=reduction)


@over(LOSSES)
def test_the_mean_by_its_old_name_is_told_the_new_one(loss):
    with pytest.raises(ValueError, match="elementwise_mean is not a valid value for reduction; pass 'mean'"):
        loss([0.5], [1], reduction="elementwise_mean")


@over(LOSSES)
def test_axis_needs_a_reduction(loss):
    with pytest.raises(ValueError, match="axis is 0, but reduction='none'"):
        loss([0.5], [1], reduction="none", axis=0)


@pytest.mark.parametrize(("axis", "message"), [(1, "out of bounds"), (-2, "out of bounds"), ((0, 0), "repeated axis")])
def test_axis_must_exist_and_be_named_once(axis, message):
    with pytest.raises(ValueError, match=message):
        logits_loss([0.5], [1], axis=axis)


@pytest.mark.parametrize("axis", [0.0, "rows", (0, "rows"), [[0]], np.float64(0)], ids=str)
@over(LOSSES)
def test_axis_must_be_integers(loss, axis):
    with pytest.raises(TypeError, match=rf"axis is {re.escape(repr(axis))}; pass an integer or a tuple of integers"):
        loss([[0.5]], [[1]], reduction="sum", axis=axis)


# Same bits


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "reversed": lambda array: np.flip(np.flip(array).copy()),
    "transposed": lambda array: array.transpose(1, 2, 0).copy().transpose(2, 0, 1),
    "every second": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
    "big endian": lambda array: array.astype(array.dtype.newbyteorder()),
    "misaligned": lambda array: misaligned(array),
}


def misaligned(array):
    buffer = np.empty(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    buffer[...] = array
    return buffer


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("weighted", [False, True])
@over(LOSSES)
def test_memory_layout_changes_no_bit(data, loss, weighted, layout):
    logits, labels, weight, _ = data
    pair, options = arguments(loss, logits, labels), {"weight": weight} if weighted else {}
    laid_out = [LAYOUTS[layout](array) for array in pair]
    for reduction in REDUCTIONS:
        for axis in (None,) if reduction == "none" else (None, 0, (0, 2)):
            want = loss(*pair, reduction=reduction, axis=axis, **options)
            assert_same_results(loss(*laid_out, reduction=reduction, axis=axis, **options), want)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("length", [8191, 8192, 8193, 8256, 9300, 40_000])
@over(FROM_LOGITS)
def test_elements_that_lie_as_kernels_take_them_have_the_bits_of_all_others(rng, loss, length, threads):
    """Of these several blocks are computed together, and a sum for each, which shows where sums all but cancel."""
    weight = np.tile(np.float32([1, -1]), length)[:length]
    logits = np.repeat(rng.normal(size=length), 2)[:length].astype(np.float32) * 8
    order = rng.permutation(length)
    logits, weight = np.stack([logits[order], -logits[order]]), np.stack([weight[order]] * 2)
    labels = (logits < 0).astype(np.float32)
    apart = np.repeat(logits, 2, axis=1)[:, ::2]
    with num_threads(threads):
        for axis in (None, 1):
            options = {"weight": weight, "reduction": "sum", "axis": axis}
            assert_same_results(loss(logits, labels, **options), loss(apart, labels, **options))


@pytest.mark.parametrize("reduction", REDUCTIONS[1:])
def test_axis_gives_the_bits_of_the_slices(rng, reduction):
    logits, labels, weight = rng.normal(size=(300, 7)), rng.random((300, 7)), rng.random((300, 7)) + 0.5
    got = logits_loss(logits, labels, weight, reduction=reduction, axis=0)
    want = [logits_loss(*(array[:, i] for array in (logits, labels, weight)), reduction=reduction) for i in range(7)]
    assert_same_bits(got, np.array(want))


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 1), (3, 1, 4), (3, 2, 4)])
def test_weight_gives_the_bits_of_its_expansion(rng, shape):
    logits, labels, weight = rng.normal(size=(3, 2, 4)), rng.random((3, 2, 4)), rng.random(shape) + 0.5
    full = np.broadcast_to(weight, logits.shape).copy()
    for reduction in REDUCTIONS:
        got = logits_loss(logits, labels, weight, pos_weight=weight, reduction=reduction)
        assert_same_bits(got, logits_loss(logits, labels, full, pos_weight=full, reduction=reduction))


def test_loss_alone_has_the_bits_of_loss_with_gradient(data):
    logits, labels, weight, mask = data
    for options in ({}, {"weight": weight}, {"where": mask}, {"label_smoothing": 0.1}):
        loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels, reduction="sum", **options)
        assert_same_bits(loss, logits_loss(logits, labels, reduction="sum", **options))
        assert_same_bits(grad, F.binary_cross_entropy_with_logits_grad_and_hess(logits, labels, **options)[0])


# Dtypes


@over_floats
@over(LOSSES)
def test_results_are_scalars_of_the_logits_dtype_for_a_single_sample(loss, dtype):
    for reduction in REDUCTIONS:
        outcome = results(loss(dtype(0.25), 1, reduction=reduction))
        assert all(type(result) is dtype for result in outcome)


@over_floats
@over([loss for loss in LOSSES if "dtype" in loss.__annotations__])
def test_dtype_is_that_of_the_loss(loss, dtype):
    for reduction in REDUCTIONS:
        assert results(loss(np.float32([0.25, 0.75]), [0, 1], reduction=reduction, dtype=dtype))[0].dtype == dtype


@over_floats
def test_dtype_is_that_of_the_loss_alone(dtype):
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(np.float32([1, 2]), [0, 1], dtype=dtype)
    assert type(loss) is dtype
    assert grad.dtype == np.float32


def test_sums_are_rounded_once_from_float64(rng):
    logits, labels = rng.normal(size=1000).astype(np.float16), rng.random(1000)
    for weight in (None, rng.random(1000)):
        exact = logits_loss(logits.astype(np.float64), labels, weight, reduction="sum")
        in_float64 = logits_loss(logits, labels, weight, reduction="sum", dtype=np.float64)
        assert in_float64 == pytest.approx(exact, rel=NARROW_ERROR)
        assert_same_bits(logits_loss(logits, labels, weight, reduction="sum"), np.float16(in_float64))


def test_float16_mean_does_not_overflow_on_the_way():
    logits, labels = np.full(70_000, 40, np.float16), np.zeros(70_000, np.float16)
    assert logits_loss(logits, labels) == 40
    assert logits_loss(logits, labels, reduction="sum") == np.inf
    assert logits_loss(logits, labels, reduction="sum", dtype=np.float64) == 2_800_000


def test_dtype_only_casts_without_a_reduction(rng):
    logits, labels = rng.normal(size=100).astype(np.float32), rng.random(100)
    for weight in (None, 2.5):
        terms = logits_loss(logits, labels, weight, reduction="none")
        got = logits_loss(logits, labels, weight, reduction="none", dtype=np.float64)
        assert_same_bits(got, terms.astype(np.float64))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ml_dtypes.bfloat16], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("weight", [None, 0.5])
def test_derivatives_are_rounded_once_to_the_dtype_of_their_buffer(rng, dtype, weight):
    logits, labels = (rng.normal(size=100) * 9).astype(dtype), rng.random(100).astype(dtype)
    grad, hess = np.empty((2, 100))
    F.binary_cross_entropy_with_logits_grad_and_hess(logits, labels, weight, grad_out=grad, hess_out=hess)
    wide = F.binary_cross_entropy_with_logits_grad_and_hess(logits.astype(np.float64), labels, weight)
    for one, other in zip((grad, hess), wide, strict=True):
        np.testing.assert_allclose(one, other, rtol=NARROW_ERROR, atol=NARROW_ERROR)


def test_mean_gradient_of_half_logits_survives_in_a_wider_buffer():
    logits, labels = np.zeros(1024, np.float16), np.zeros(1024, bool)
    loss_and_grad, weight = F.binary_cross_entropy_with_logits_value_and_grad, 2.0**-20
    assert np.all(loss_and_grad(logits, labels, weight)[1] == 0)
    _, grad = loss_and_grad(logits, labels, weight, grad_out=np.empty(1024, np.float32))
    assert np.all(grad == 2.0**-31)


# Buffers


@pytest.mark.parametrize("reduction", REDUCTIONS)
@over_floats
@over(LOSSES)
def test_buffers_are_returned_and_hold_the_results(data, loss, reduction, dtype):
    logits, labels, weight, _ = data
    logits = arguments(loss, logits, labels)[0].astype(dtype)
    want = results(loss(logits, labels, weight=weight, reduction=reduction))
    names = [name for name in ("out", "grad_out", "hess_out") if name in loss.__annotations__]
    buffers = {name: np.empty(result.shape, dtype) for name, result in zip(names, want, strict=True)}
    got = results(loss(logits, labels, weight=weight, reduction=reduction, **buffers))
    assert all(one is buffer for one, buffer in zip(got, buffers.values(), strict=True))
    assert_same_results(got, want)


@over([loss for loss in FROM_LOGITS if "grad_out" in loss.__annotations__])
@pytest.mark.parametrize("alias", ["same", "shifted", "reversed", "labels"])
def test_gradient_buffer_may_overlap_the_inputs(rng, loss, alias):
    memory, labels = rng.normal(size=9), rng.random(8)
    logits = memory[:8]
    want = results(loss(logits, labels))
    buffer = {"same": logits, "shifted": memory[1:], "reversed": logits[::-1], "labels": labels}[alias]
    got = results(loss(logits, labels, grad_out=buffer))
    assert any(one is buffer for one in got)
    assert_same_results(got, want)


def test_out_takes_the_sum_in_its_own_dtype():
    logits, labels = np.float32([1.5, -2.5, 0.125]), [0, 1, 1]
    out = np.empty(())
    assert logits_loss(logits, labels, out=out) is out
    assert_same_bits(out, np.asarray(logits_loss(logits, labels, dtype=np.float64)))
    logits_loss(logits, labels, out=out, dtype=np.float32)
    assert_same_bits(out, np.asarray(logits_loss(logits, labels), np.float64))


def test_strided_out_receives_each_reduced_loss(data):
    logits, labels, _, _ = data
    memory = np.full((4, 10), 7.0)
    logits_loss(logits, labels, axis=0, out=memory[:, ::2])
    assert_same_bits(memory[:, ::2], logits_loss(logits, labels, axis=0))
    assert np.all(memory[:, 1::2] == 7)
