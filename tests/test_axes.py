"""The order in which a loss walks through arrays: that of their indices, whatever their axes and steps."""

import itertools

import numpy as np
import pytest

from calls import assert_same_bits, assert_same_results
from pysigmoid import functional as F

logits_loss = F.binary_cross_entropy_with_logits
loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad


def draw(rng, shape):
    """Logits of many binades, so that every order of additions rounds otherwise, and labels."""
    return np.ldexp(rng.uniform(-1, 1, shape), rng.integers(-6, 7, shape)), rng.random(shape)


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))], ids=str)
def test_every_order_of_four_axes_gives_the_results_of_the_contiguous_array(rng, order):
    x, y = draw(rng, (3, 7, 11, 13))
    laid_out = [array.transpose(order).copy().transpose(np.argsort(order)) for array in (x, y)]
    for options in ({"reduction": "none"}, {}, {"axis": 1}, {"axis": (3, 0)}, {"axis": (1, 2, 3)}):
        want = loss_and_grad(x, y, **options)
        assert_same_results(loss_and_grad(*laid_out, **options), want)
        assert_same_results(loss_and_grad(x, laid_out[1], **options), want)
        grad = laid_out[0]
        assert_same_results(loss_and_grad(grad.copy(order="K"), laid_out[1], grad_out=grad, **options), want)
        laid_out[0] = x.transpose(order).copy().transpose(np.argsort(order))


@pytest.mark.parametrize("signs", [*itertools.product((1, -1), repeat=3)], ids=str)
def test_reversed_axes(rng, signs):
    x, y = draw(rng, (5, 70, 9))
    flip = tuple(slice(None, None, sign) for sign in signs)
    for options in ({"reduction": "none"}, {}, {"axis": 0}, {"axis": (0, 2)}):
        loss, grad = loss_and_grad(x[flip].copy()[flip], y, **options)
        assert_same_results((loss, grad), loss_and_grad(x, y, **options))


def test_as_many_axes_as_numpy_has(rng):
    most = 64
    for long in ((0, 1, 2), (0, 31, 63), (61, 62, 63)):
        shape = tuple(3 if axis in long else 1 for axis in range(most))
        x, y = draw(rng, shape)
        assert_same_bits(logits_loss(x, y), logits_loss(x.ravel(), y.ravel()))
        terms = logits_loss(x, y, reduction="none")
        assert_same_bits(terms.ravel(), logits_loss(x.ravel(), y.ravel(), reduction="none"))
        got = logits_loss(x, y, axis=long[1], keepdims=True)
        assert_same_bits(got.reshape(3, 3), logits_loss(x.reshape(3, 3, 3), y.reshape(3, 3, 3), axis=1))
        flipped = x.transpose(range(most)[::-1]), y.transpose(range(most)[::-1])
        assert_same_bits(logits_loss(*flipped, reduction="none").T, terms)


@pytest.mark.parametrize("shape", [(1025, 3), (3, 1025), (2, 1024, 2), (33, 31, 3), (1, 4097), (4097, 1)], ids=str)
@pytest.mark.parametrize("repeated", ["input", "target", "weight", "where"])
def test_repeated_elements_equal_their_copies(rng, shape, repeated):
    """Steps of 0 along each axis in turn, and along all of them."""
    x, y = draw(rng, shape)
    arrays = {"input": x, "target": y, "weight": rng.random(shape), "where": rng.random(shape) < 0.5}
    for axis in (*range(len(shape)), None):
        first = arrays[repeated]
        first = first[(slice(0, 1),) * first.ndim] if axis is None else np.take(first, [0], axis)
        view = np.broadcast_to(first, shape)
        assert 0 in view.strides or 1 in shape
        for options in ({}, {"reduction": "weighted_mean", "axis": 0}, {"reduction": "none"}):
            got = loss_and_grad(**arrays | {repeated: view}, **options)
            assert_same_results(got, loss_and_grad(**arrays | {repeated: view.copy()}, **options))


def test_values_go_to_buffers_with_steps_of_their_own(rng):
    x, y = draw(rng, (6, 50, 7))
    want = logits_loss(x, y, axis=1)
    for lay_out in (
        np.asfortranarray,
        lambda array: np.zeros((12, 21))[::-2, ::3],
        lambda array: np.zeros((7, 6)).T[::-1],
        lambda array: array.astype(">f8"),
    ):
        out = lay_out(np.zeros((6, 7)))
        assert logits_loss(x, y, axis=1, out=out) is out
        assert_same_bits(out.astype(np.float64), want)
    out = np.zeros((6, 2, 7))[:, :1]
    logits_loss(x, y, axis=1, keepdims=True, out=out)
    assert_same_bits(out[:, 0], want)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 0), (2, 0, 5), (5000, 0), (0, 5000)], ids=str)
def test_arrays_without_elements(shape):
    empty = np.zeros(shape)
    for axis in (None, *range(len(shape))):
        total, grad = loss_and_grad(empty, empty, reduction="sum", axis=axis)
        assert_same_bits(np.asarray(total), np.zeros(np.sum(empty, axis).shape))
        assert grad.shape == shape
        assert np.all(np.isnan(logits_loss(empty, empty, axis=axis)))
