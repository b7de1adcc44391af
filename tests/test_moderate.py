"""float64 losses where the fast formulas end: beyond |x| = 300, and at labels outside [0, 1]."""

import numpy as np
import pytest

import bounds
import pysigmoid
from calls import FROM_LOGITS, LOGISTIC, assert_same_bits, over, results

ROWS = ["bce_with_logits_value_and_grad", "bce_with_logits_grad_and_hess"]

BORDER = 300.0
BEYOND = [np.nextafter(BORDER, np.inf), 708.5, 740.0, 745.2, 1e6, 1.7e308, np.inf, np.nan]
OUTSIDE = [np.nextafter(1, 2), 1.5, -0.25, -5e-324, np.inf, -np.inf, np.nan]


FACTORS = [0.0, 5e-324, 2.0**-150, 2.0**128, 2.0**129, 1e300]

# Logits and labels, of which one at least is exceptional.
EXCEPTIONS = [(sign * x, y) for x in BEYOND for sign in (1, -1) for y in (0.0, 1.0, 0.25, 5e-324)]
EXCEPTIONS += [(x, y) for x in (-2.0, 0.5, 400) for y in OUTSIDE]


def moderate(n, rng):
    """Logits, labels, weights and pos_weights."""
    return rng.normal(size=n) * 3, rng.random(n), rng.random(n), rng.random(n) * 4


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("columns", [1, 2])
@over(FROM_LOGITS)
def test_exceptional_elements_and_their_neighbours_have_the_bits_they_have_alone(rng, loss, columns, weighted):
    """Of two columns each row is divided by 2."""
    x, y, w, p = moderate(400, rng)
    places = rng.permutation(400)
    x[places[: len(EXCEPTIONS)]], y[places[: len(EXCEPTIONS)]] = np.transpose(EXCEPTIONS)
    w[places[-len(FACTORS) :]], p[places[-2 * len(FACTORS) : -len(FACTORS)]] = FACTORS, FACTORS
    x, y, w, p = (np.repeat(array[:, None], columns, axis=1) for array in (x, y, w, p))

    def compute(rows):
        factors = {"weight": w[rows], "pos_weight": p[rows]} if weighted else {}
        return results(loss(x[rows], y[rows], reduction="mean", axis=1, validate=False, **factors))

    whole = compute(slice(None))
    for i in range(len(x)):
        for got, want in zip(whole, compute(slice(i, i + 1)), strict=True):
            assert_same_bits(got[i], want[0])


@over(LOGISTIC[:3])
def test_losses_have_the_bits_of_the_ufuncs_on_both_sides_of_the_border(rng, loss):
    x = np.concatenate([np.nextafter(BORDER, [0, 400]), rng.uniform(290, 310, 300)]) * rng.choice([-1, 1], 302)
    y = rng.choice([0, 1, 0.3], 302)
    name = loss.__name__.replace("binary_cross_entropy", "bce")
    wanted = results(getattr(pysigmoid, name)(x, y))
    for got, want in zip(results(loss(x, y, reduction="none")), wanted, strict=True):
        assert_same_bits(got, want)


@pytest.mark.parametrize("row", ROWS)
def test_bounds_hold_on_both_sides_of_the_border(rng, row):
    x = np.concatenate([np.nextafter(BORDER, [0, 400]), rng.uniform(299, 301, 400), [750, -750]])
    x *= rng.choice([-1, 1], x.size)
    bounds.check(row, x, rng.choice([0, 1, 0.3, 2.0**-900, 1 - 2.0**-53], x.size))


def test_derivative_is_the_hessian_of_the_loss_on_both_sides_of_the_border(rng):
    x = np.concatenate([rng.normal(size=300) * 3, rng.uniform(-310, 310, 300), np.nextafter(BORDER, [0, 400])])
    assert_same_bits(pysigmoid.bce_with_logits_grad_and_hess(x, 0.5 + 0 * x)[1], pysigmoid.sigmoid_derivative(x))
