"""float16 and bfloat16: all 65,536 values of each, for every function."""

import numpy as np
import pytest

import samples
from bounds import ROWS, check, outputs
from ulp import FORMATS, widened

HALF_TYPES = [FORMATS["float16"], FORMATS["bfloat16"]]
ONE_ARGUMENT = [name for name, row in ROWS.items() if row["nin"] == 1]
TWO_ARGUMENTS = [name for name, row in ROWS.items() if row["nin"] == 2]

pytestmark = pytest.mark.parametrize("fmt", HALF_TYPES, ids=lambda fmt: fmt.name)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_every_value_keeps_the_bound_of_its_row(name, fmt):
    """Correctly rounded in most rows: there the bits are compared."""
    check(name, fmt.every_value())


@pytest.mark.parametrize("name", ["sigmoid", "silu"])
def test_every_value_in_mpfr_alone(name, fmt, monkeypatch):
    """The same without the shortcut through longdouble."""
    monkeypatch.setattr("bounds.longdouble_is_wider_than", lambda fmt: False)
    check(name, fmt.every_value())


# Every value meets a few others: whole and broken, subnormal, the ends of [0, 1] and what lies near them.
FACTORS = [1, -3, 0.1, 1e-4, 2.0**-20, 200]
LABELS = [0, 1, 0.5, 0.1, 0.9921875, 1e-4]


@pytest.mark.parametrize("name", [name for name in TWO_ARGUMENTS if ROWS[name]["intervals"][1] == samples.PROBABILITY])
def test_every_value_beside_some_labels(name, fmt):
    values = fmt.every_value()
    for label in LABELS:
        check(name, values, np.full(values.shape, label).astype(fmt.dtype))


@pytest.mark.parametrize("name", ["sigmoid_vjp", "sigmoid_gate"])
def test_every_value_beside_some_factors(name, fmt):
    values = fmt.every_value()
    for factor in FACTORS:
        check(name, np.full(values.shape, factor).astype(fmt.dtype), values)


@pytest.mark.parametrize("name", ["sigmoid_vjp", "sigmoid_gate"])
def test_every_factor_beside_some_logits(name, fmt):
    """Subnormal products and the largest ones included."""
    values = fmt.every_value()
    for logit in (0, -0.5, 3, -20, -90):
        check(name, values, np.full(values.shape, logit).astype(fmt.dtype))


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_random_pairs(name, fmt, rng):
    check(name, *samples.draw(name, fmt, 100_000, rng))


@pytest.mark.parametrize("name", ["sigmoid", "logit", "softplus", "log_sigmoid"])
def test_function_rises_over_every_value(name, fmt):
    infinity = np.array([np.inf]).astype(fmt.dtype).view(fmt.bits)[0]
    positive = np.arange(infinity + 1, dtype=fmt.bits).view(fmt.dtype)
    results = widened(outputs(name, np.concatenate([-positive[::-1], positive]))[0])
    results = results[~np.isnan(results)]
    assert results.size > 10_000
    assert np.all(results[:-1] <= results[1:])


def test_gate_that_is_subnormal_alone_keeps_its_digits_in_a_product(fmt):
    largest = fmt.overflow - 1
    logit = (fmt.least + 3) * np.log(2)
    check("sigmoid_gate", np.array([2.0**largest]).astype(fmt.dtype), np.array([logit]).astype(fmt.dtype))
