"""Value, gradient and Hessian of one pass: the bits of the calls for two of them, whatever the call."""

import numpy as np
import pytest

import pysigmoid
from calls import LABELS, LOGITS, assert_same_bits, assert_same_results, over, over_floats
from pysigmoid import functional as F

THREE = (F.binary_cross_entropy_with_logits_value_grad_and_hess, F.sigmoid_focal_loss_value_grad_and_hess)

HARD = [0.0, -0.0, 41.9, -42.1, 88.7, -104.0, 299.9, -300.1, 745.0, 1e6, -1e6, np.inf, -np.inf, np.nan]

OPTIONS = {
    "plain": {},
    "weight": {"weight": True},
    "factors": {"weight": True, "pos_weight": 3.0, "label_smoothing": 0.125},
    "extreme weight": {"weight": 1e-60, "pos_weight": 1e55},
    "mask": {"where": True},
    "mask and weight": {"where": True, "weight": True},
    "ignored": {"ignore_value": 1.0},
}


def expected(loss, *batch, **options):
    """From the two calls."""
    name = loss.__name__.removesuffix("_value_grad_and_hess")
    value, grad = getattr(F, f"{name}_value_and_grad")(*batch, **options)
    options = {key: given for key, given in options.items() if key not in ("keepdims", "dtype")}
    other, hess = getattr(F, f"{name}_grad_and_hess")(*batch, **options)
    assert_same_bits(np.asarray(grad), np.asarray(other))
    return value, grad, hess


def drawn(shape, dtype, rng):
    """Logits and labels, some of them exceptional."""
    x, y = rng.normal(size=shape) * 4, rng.choice([0, 1, 0.25], shape)
    places = rng.integers(0, max(x.size, 1), 2 * len(HARD) if x.size > 500 else 0)
    with np.errstate(over="ignore"):
        x.flat[places] = np.tile(HARD, 2)[: len(places)]
        return x.astype(dtype), y.astype(dtype)


@pytest.mark.parametrize("name", OPTIONS)
@over_floats
@over(THREE)
def test_all_outputs_have_the_bits_of_the_calls_for_two(loss, dtype, name, rng):
    """Beside exceptional numbers, on both sides of the ends of packs and blocks, summed, kept and along an axis."""
    for shape in ((3,), (65,), (2, 1023), (3001,)):
        batch = drawn(shape, dtype, rng)
        given = {"weight": rng.random(shape), "where": rng.random(shape) < 0.7}
        options = {key: given[key] if value is True else value for key, value in OPTIONS[name].items()}
        for reduction in ("none", "weighted_mean"):
            call = {**options, "reduction": reduction}
            assert_same_results(loss(*batch, **call), expected(loss, *batch, **call))
    call = {**options, "reduction": "mean", "axis": -1, "keepdims": True}
    assert_same_results(loss(*batch, **call), expected(loss, *batch, **call))


@over(THREE)
def test_labels_out_of_range_have_the_same_bits_where_they_are_not_checked(loss, rng):
    for dtype in (np.float32, np.float64):
        x, y = drawn((700,), dtype, rng)
        y[::9] = rng.choice([-0.5, 2, np.nan, np.inf], len(y[::9]))
        call = {"reduction": "none", "validate": False}
        assert_same_results(loss(x, y, **call), expected(loss, x, y, **call))


@pytest.mark.parametrize("place", ["grad_out", "hess_out"])
@over(THREE)
def test_derivatives_may_take_the_place_of_the_logits(loss, place, rng):
    for dtype in (np.float16, np.float32, np.float64):
        x, y = drawn((3000,), dtype, rng)
        want = expected(loss, x, y, reduction="sum")
        got = loss(x, y, reduction="sum", **{place: x})
        assert got[1 if place == "grad_out" else 2] is x
        assert_same_results(got, want)


@over(THREE)
def test_the_loss_of_each_element_may_take_the_place_of_the_logits(loss, rng):
    x, y = drawn((3000,), np.float32, rng)
    want = expected(loss, x, y, reduction="none")
    assert_same_results(loss(x, y, reduction="none", out=x), want)
    assert_same_bits(x, want[0])


@over(THREE)
def test_buffers_of_any_layout_and_wider_type_take_the_results(loss, rng):
    x, y = drawn((40, 70), np.float32, rng)
    call = {"reduction": "sum", "axis": 0, "weight": rng.random(70)}
    buffers = np.empty((70, 40)).T, np.empty((70, 40), np.float32).T
    out = np.empty(70)
    value, grad, hess = loss(x, y, out=out, grad_out=buffers[0], hess_out=buffers[1][::-1], **call)
    assert value is out
    assert grad is buffers[0]
    want = expected(loss, x, y, dtype=np.float64, **call)
    assert_same_bits(out, want[0])
    np.testing.assert_array_max_ulp(grad.astype(np.float32), want[1], 1)
    np.testing.assert_array_max_ulp(hess, want[2], 1)


@over(THREE)
def test_strided_and_broadcast_operands_have_the_bits_of_contiguous_ones(loss, rng):
    x, y = drawn((90, 66), np.float64, rng)
    view = np.repeat(x, 2, axis=1)[:, ::2][::-1], np.asfortranarray(y)[::-1]
    weight = rng.random((90, 1))
    got = loss(*view, weight=weight[::-1], reduction="none")
    want = expected(loss, x, y, weight=np.broadcast_to(weight, x.shape), reduction="none")
    assert_same_results(tuple(each[::-1] for each in got), want)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@over(THREE)
def test_any_number_of_threads_gives_the_same_bits(loss, reduction, rng):
    for dtype in (np.float32, np.float64):
        batch = drawn((70_001,), dtype, rng)
        with pysigmoid.num_threads(1):
            want = loss(*batch, reduction=reduction)
        for threads in (2, 3):
            with pysigmoid.num_threads(threads):
                assert_same_results(loss(*batch, reduction=reduction), want)


@pytest.mark.parametrize("n", [4, 5000])
@over(THREE)
def test_an_error_leaves_every_buffer_as_it_was(loss, n):
    logits, labels = np.resize(LOGITS, n), np.resize(LABELS, n)
    labels[-1] = 2
    buffers = {"out": np.full((), 7.0), "grad_out": logits, "hess_out": np.full(n, 7.0)}
    before = [buffer.tobytes() for buffer in buffers.values()]
    with pytest.raises(ValueError, match="between 0 and 1"):
        loss(logits, labels, reduction="sum", **buffers)
    assert [buffer.tobytes() for buffer in buffers.values()] == before


@pytest.mark.parametrize("pair", [("out", "grad_out"), ("out", "hess_out"), ("grad_out", "hess_out")])
@over(THREE)
def test_any_two_buffers_that_share_memory_are_an_error(loss, pair):
    buffer = np.full(6, 7.0)
    with pytest.raises(ValueError, match=f"{pair[0]} and {pair[1]} share memory"):
        loss(LOGITS, LABELS, reduction="none", **{pair[0]: buffer[:4], pair[1]: buffer[2:]})
    assert np.all(buffer == 7)


@over(THREE)
def test_nothing_gives_empty_derivatives(loss):
    value, grad, hess = loss(np.zeros((0, 3), np.float32), np.zeros((0, 3)), reduction="sum")
    assert value == 0
    assert grad.shape == hess.shape == (0, 3)
