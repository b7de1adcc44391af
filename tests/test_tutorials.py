"""What the texts that introduce the sigmoid show: the same calls, the same numbers.

torch's page of nn.Sigmoid, a tutorial on the sigmoid activation, and the page of a TypeScript torch.
"""

import warnings

import numpy as np
import pytest

import oracle
import pysigmoid
import pysigmoid.functional as F
from pysigmoid import nn
from ulp import FORMATS, same_bits

FLOAT32 = FORMATS["float32"]


# ---- the module ----


@pytest.mark.parametrize("shape", [(), (2,), (3, 4), (2, 3, 5), (0,), (4, 0, 2)])
def test_module_maps_any_shape_to_the_same_shape(shape, rng):
    m = nn.Sigmoid()
    x = rng.normal(size=shape).astype(np.float32)
    output = m(x)
    assert np.shape(output) == shape
    assert output.dtype == np.float32
    assert np.all((output > 0) & (output < 1))


def test_module_takes_lists_and_numbers():
    m = nn.Sigmoid()
    np.testing.assert_allclose(m([-2.0, 0.0, 2.0]), [0.11920292, 0.5, 0.88079708], rtol=1e-7)
    assert m(0) == 0.5


def test_curve_over_minus_six_to_six_rises_and_is_symmetric():
    x = np.arange(-120, 121) / 20
    y = nn.Sigmoid()(x)
    assert np.all(np.diff(y) > 0)
    assert y[120] == 0.5
    np.testing.assert_allclose(y + y[::-1], 1, rtol=0, atol=2**-53)  # half an ULP each, and that of the sum
    assert np.argmax(np.diff(y)) in (119, 120)


# ---- the numbers ----

SHOWN = [
    ([-5, -1, 0, 1, 5], [0.0067, 0.2689, 0.5000, 0.7311, 0.9933]),
    ([-2, -1, 0, 1, 2], [0.1192, 0.2689, 0.5000, 0.7311, 0.8808]),
]


@pytest.mark.parametrize(("x", "shown"), SHOWN)
@pytest.mark.parametrize("fmt", [FLOAT32, FORMATS["float64"]], ids=lambda fmt: fmt.name)
def test_tabulated_values_to_four_decimals_and_to_the_last_bit(x, shown, fmt):
    x = np.array(x, fmt.dtype)
    got = pysigmoid.sigmoid(x)
    assert list(np.round(got.astype(float), 4)) == shown
    assert np.all(same_bits(got, oracle.correctly_rounded("sigmoid", x, fmt)))


def test_values_computed_by_hand():
    assert round(pysigmoid.sigmoid(2.0), 3) == 0.881
    assert round(pysigmoid.sigmoid(2.5), 2) == 0.92
    assert f"{pysigmoid.sigmoid(-10.0):.5f}" == "0.00005"
    assert pysigmoid.sigmoid(0.0) == 0.5
    assert f"{pysigmoid.sigmoid(10.0):.5f}" == "0.99995"
    assert pysigmoid.sigmoid(-10.0) == pytest.approx(4.5397868e-05, rel=1e-8)


@pytest.mark.parametrize("fmt", [FORMATS[name] for name in ("float16", "float32", "float64")], ids=lambda fmt: fmt.name)
def test_values_lie_between_0_and_1_until_the_format_rounds_there(fmt):
    """0 and 1 appear exactly where the nearest number of the format is 0 or 1."""
    x = np.linspace(-800, 800, 3201).astype(fmt.dtype)
    y = pysigmoid.sigmoid(x)
    assert np.all((y >= 0) & (y <= 1))
    assert np.all((y == 0) == (x < np.log(2) * (fmt.least - 1)))
    assert np.all((y == 1) == (x > np.log(2) * (fmt.precision + 1)))
    assert pysigmoid.sigmoid(fmt.dtype.type(-np.inf)) == 0
    assert pysigmoid.sigmoid(fmt.dtype.type(np.inf)) == 1


# ---- four ways to call it ----


def test_four_ways_agree_where_the_formula_is_well():
    x = np.linspace(-15, 15, 301)
    ways = [nn.Sigmoid()(x), F.sigmoid(x), pysigmoid.sigmoid(x), pysigmoid.expit(x)]
    for way in ways[1:]:
        np.testing.assert_array_equal(way, ways[0])
    # exp, the sum and the quotient each round once
    np.testing.assert_allclose(1 / (1 + np.exp(-x)), ways[0], rtol=4 * np.finfo(float).eps)


def test_formula_overflows_where_ours_does_not():
    x = np.float32([-100])
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert 1 / (1 + np.exp(-x)) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pysigmoid.sigmoid(x)[0] == np.float32(3.783506e-44)


def test_one_fused_call_replaces_the_layer_and_the_loss(rng):
    """criterion = nn.BCEWithLogitsLoss(); loss = criterion(logits, targets)"""
    logits, targets = rng.normal(size=(8, 1)), rng.integers(0, 2, (8, 1)).astype(float)
    criterion = nn.BCEWithLogitsLoss()
    p = pysigmoid.sigmoid(logits)
    textbook = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    assert criterion(logits, targets) == pytest.approx(textbook, rel=1e-14)
    assert nn.BCELoss()(p, targets) == pytest.approx(textbook, rel=1e-14)


# ---- the gradient ----


def test_gradient_vanishes_slowly_and_never_cancels():
    assert pysigmoid.sigmoid(10.0) == pytest.approx(0.999955, abs=5e-7)
    assert pysigmoid.sigmoid_derivative(10.0) == pytest.approx(4.5396e-05, rel=1e-5)
    assert pysigmoid.sigmoid_derivative(np.float32([20]))[0] == np.float32(2.0611537e-09)
    assert pysigmoid.sigmoid_derivative(40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15)
    x = np.arange(-1000, 1001) / 100
    slopes = pysigmoid.sigmoid_derivative(x)
    assert slopes.max() == slopes[1000] == 0.25
    np.testing.assert_array_equal(slopes, slopes[::-1])


def test_backward_is_sigma_times_one_minus_sigma():
    x = np.linspace(-3, 3, 61)
    y = pysigmoid.sigmoid(x)
    np.testing.assert_allclose(pysigmoid.sigmoid_derivative(x), y * (1 - y), rtol=2**-46)
    upstream = np.linspace(-1, 1, 61)
    np.testing.assert_allclose(pysigmoid.sigmoid_vjp(upstream, x), upstream * y * (1 - y), rtol=2**-46)


# ---- gates ----


def test_gate_slices_of_one_matrix_product_have_the_bits_of_copies(rng):
    """i, f, g, o of an LSTM lie side by side in one array: strided views, each a mask between 0 and 1."""
    units = 33
    blocks = rng.normal(scale=3, size=(20, 4 * units)).astype(np.float32)
    cell = rng.normal(size=(20, units)).astype(np.float32)
    for gate in np.split(blocks, 4, axis=1):
        assert not gate.flags.contiguous
        mask = pysigmoid.sigmoid(gate)
        np.testing.assert_array_equal(mask, pysigmoid.sigmoid(gate.copy()))
        assert np.all((mask > 0) & (mask < 1))
        gated = pysigmoid.sigmoid_gate(cell, gate)
        np.testing.assert_array_equal(gated, pysigmoid.sigmoid_gate(cell.copy(), gate.copy()))
        # one rounding against two
        np.testing.assert_allclose(gated, cell * mask, rtol=1.5 * 2**-23)


def test_attention_scores_gate_themselves(rng):
    query, key = rng.normal(size=(32, 16)).astype(np.float32), rng.normal(size=(64, 16)).astype(np.float32)
    scores = query @ key.T
    assert scores.shape == (32, 64)
    gated = pysigmoid.sigmoid_gate(scores, scores)
    np.testing.assert_allclose(gated, scores * pysigmoid.sigmoid(scores), rtol=1.5 * 2**-23)
    np.testing.assert_array_max_ulp(gated, pysigmoid.silu(scores), 1)
    exact = oracle.correctly_rounded("silu", scores.ravel(), FLOAT32)
    np.testing.assert_array_equal(pysigmoid.silu(scores).ravel(), exact)
