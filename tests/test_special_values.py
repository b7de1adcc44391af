"""Signed zeros, infinities, nan, the largest and the smallest numbers, in every dtype."""

import itertools

import ml_dtypes
import numpy as np
import pytest

from bounds import ROWS, check, outputs
from samples import PROBABILITY
from ulp import FORMATS, same_bits

INF, NAN = float("inf"), float("nan")
# Stand for the largest finite number, the smallest normal and the smallest of all: they differ from dtype to dtype.
MAX, TINY, LEAST = "max", "tiny", "smallest_subnormal"

pytestmark = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)


def number(value, fmt):
    """A number, or one of the names above with or without a minus sign, in this format."""
    if not isinstance(value, str):
        return fmt.dtype.type(value)
    limit = fmt.dtype.type(getattr(ml_dtypes.finfo(fmt.dtype), value.removeprefix("-")))
    return -limit if value.startswith("-") else limit


def array(values, fmt):
    return np.array([number(value, fmt) for value in values])


# function: (input, result) where the result is exact; a logit of the largest size is far beyond every tail.
ONE_ARGUMENT = {
    "sigmoid": [
        (INF, 1), (-INF, 0.0), (0.0, 0.5), (-0.0, 0.5), (NAN, NAN), (MAX, 1), ("-max", 0.0),
        (TINY, 0.5), (LEAST, 0.5), ("-smallest_subnormal", 0.5),
    ],
    "sigmoid_derivative": [
        (INF, 0.0), (-INF, 0.0), (0.0, 0.25), (-0.0, 0.25), (NAN, NAN), (MAX, 0.0), ("-max", 0.0), (LEAST, 0.25),
    ],
    "log_sigmoid": [(INF, -0.0), (-INF, -INF), (NAN, NAN), (MAX, -0.0), ("-max", "-max")],
    "log_sigmoid_derivative": [
        (INF, 0.0), (-INF, 1), (0.0, 0.5), (-0.0, 0.5), (NAN, NAN), (MAX, 0.0), ("-max", 1), (LEAST, 0.5),
    ],
    "softplus": [(INF, INF), (-INF, 0.0), (NAN, NAN), (MAX, MAX), ("-max", 0.0)],
    "logit": [
        (0.0, -INF), (-0.0, -INF), (1, INF), (0.5, 0.0), (NAN, NAN), (INF, NAN), (-INF, NAN), (MAX, NAN), (2, NAN),
        (1.0078125, NAN), (-1, NAN), ("-tiny", NAN), ("-smallest_subnormal", NAN),
    ],
    "silu": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (NAN, NAN), (MAX, MAX), ("-max", -0.0)],
    "silu_derivative": [(INF, 1), (-INF, -0.0), (0.0, 0.5), (-0.0, 0.5), (NAN, NAN), (MAX, 1), ("-max", -0.0)],
}  # fmt: skip
ONE_ARGUMENT["sigmoid_fast"] = ONE_ARGUMENT["sigmoid"]


# Both outputs have the limits of their own functions.
BOTH = "sigmoid_and_derivative", "log_sigmoid_and_derivative", "softplus_and_derivative", "silu_and_derivative"
assert {*ONE_ARGUMENT, *BOTH} == {name for name, row in ROWS.items() if row["nin"] == 1}


@pytest.mark.parametrize("name", [*ONE_ARGUMENT, *BOTH])
def test_function_of_one_argument(name, fmt):
    for k, output in enumerate(ROWS[name]["outputs"]):
        x, want = (array(column, fmt) for column in zip(*ONE_ARGUMENT[output], strict=True))
        got = outputs(name, x)[k]
        assert np.all(same_bits(got, want)), list(zip(x, got, want, strict=True))


# A product with infinity is its limit, and 0 times anything but nan is 0; at sigma = 0 an infinite factor has no limit.
PRODUCTS = {
    "sigmoid_gate": [
        (INF, 0, INF), (INF, INF, INF), (INF, "-max", INF), (-INF, "-max", -INF), (-INF, 3, -INF),
        (INF, -INF, NAN), (-INF, -INF, NAN),
        (0.0, INF, 0.0), (0.0, -INF, 0.0), (-0.0, -INF, -0.0), (-0.0, "max", -0.0), (0.0, "-max", 0.0),
        (3, -INF, 0.0), (-3, -INF, -0.0), (3, INF, 3), (MAX, INF, MAX), ("-max", "max", "-max"), ("max", -INF, 0.0),
        (3, "-max", 0.0), (LEAST, INF, LEAST), (LEAST, "-max", 0.0),
        (NAN, 0, NAN), (NAN, -INF, NAN), (0.0, NAN, NAN), (INF, NAN, NAN),
    ],
    "sigmoid_vjp": [
        (INF, 0, INF), (INF, "max", INF), (INF, "-max", INF), (-INF, "-max", -INF), (-INF, 3, -INF),
        (INF, INF, NAN), (INF, -INF, NAN), (-INF, INF, NAN),
        (0.0, INF, 0.0), (-0.0, -INF, -0.0), (-0.0, "max", -0.0),
        (3, -INF, 0.0), (-3, INF, -0.0), (MAX, INF, 0.0), ("-max", -INF, -0.0), (3, MAX, 0.0),
        (NAN, 0, NAN), (NAN, INF, NAN), (0.0, NAN, NAN), (INF, NAN, NAN),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_with_infinity_are_their_limits(name, fmt):
    first, second, want = (array(column, fmt) for column in zip(*PRODUCTS[name], strict=True))
    (got,) = outputs(name, first, second)
    assert np.all(same_bits(got, want)), list(zip(first, second, got, want, strict=True))


# logit, label, loss, gradient, Hessian
LOSSES = [
    (INF, 1, 0.0, -0.0, 0.0), (-INF, 0, 0.0, 0.0, 0.0),
    (INF, 0, INF, 1, 0.0), (-INF, 1, INF, -1, 0.0),
    (INF, 0.25, INF, 0.75, 0.0), (-INF, 0.25, INF, -0.25, 0.0),
    (MAX, 1, 0.0, -0.0, 0.0), ("-max", 0, 0.0, 0.0, 0.0),
    (MAX, 0, MAX, 1, 0.0), ("-max", 1, MAX, -1, 0.0),
    (0.0, 0, None, 0.5, 0.25), (-0.0, 1, None, -0.5, 0.25), (0.0, 0.5, None, 0.0, 0.25),
    (NAN, 0, NAN, NAN, NAN), (NAN, 1, NAN, NAN, NAN), (NAN, 0.25, NAN, NAN, NAN),
    (1, NAN, NAN, NAN, None), (INF, NAN, NAN, NAN, 0.0), (0.0, NAN, NAN, NAN, 0.25),
]  # fmt: skip

COLUMNS = {
    "bce_with_logits": [2],
    "bce_with_logits_grad": [3],
    "bce_with_logits_value_and_grad": [2, 3],
    "bce_with_logits_grad_and_hess": [3, 4],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_losses_at_infinite_logits(name, fmt):
    for case in LOSSES:
        logit, label = (array([value], fmt) for value in case[:2])
        for got, column in zip(outputs(name, logit, label), COLUMNS[name], strict=True):
            if case[column] is not None:  # None: an ordinary number, held to the bound by the accuracy tests
                assert same_bits(got, array([case[column]], fmt)), (case, column, got)


# probability, label, loss: the logarithms are cut at -100, as torch does, and zeros have its signs.
FROM_PROBABILITIES = [
    (0.0, 0, 0.0), (1, 0, 100), (0.0, 1, 100), (1, 1, -0.0), (-0.0, 1, 100),
    (0.0, -0.0, 0.0), (-0.0, 0.0, 0.0), (-0.0, -0.0, -0.0), (1, -0.0, 100),
    (0.0, 0.25, 25), (1, 0.25, 75), (0.0, 0.5, 50),
    (-1, 0, NAN), (2, 0, NAN), (2, 1, NAN), (1.0078125, 0.5, NAN), ("-smallest_subnormal", 0, NAN), (INF, 0, NAN),
    (-INF, 1, NAN), (NAN, 0, NAN), (NAN, 1, NAN), (0.5, NAN, NAN), (0.0, NAN, NAN),
]  # fmt: skip


def test_loss_from_probabilities(fmt):
    p, label, want = (array(column, fmt) for column in zip(*FROM_PROBABILITIES, strict=True))
    (got,) = outputs("bce", p, label)
    assert np.all(same_bits(got, want)), list(zip(p, label, got, want, strict=True))


EXTREMES = [0.0, LEAST, TINY, 0.25, 0.5, 1, 3, 90, 800, 60000, MAX, INF, NAN]
LABELS = [0.0, 0.25, 0.5, 0.75, 1, NAN]


@pytest.mark.parametrize("name", ROWS)
def test_extremes_with_each_other_keep_the_bound_of_the_row(name, fmt):
    """The oracle's answer, not a table's: for both signs of everything and, with two arguments, every pair."""
    magnitudes = array(EXTREMES, fmt)
    everything = np.concatenate([magnitudes, -magnitudes])
    takes_labels = ROWS[name]["nin"] == 2 and ROWS[name]["intervals"][1] == PROBABILITY
    arguments = [everything, array(LABELS, fmt) if takes_labels else everything][: ROWS[name]["nin"]]
    points = np.array(list(itertools.product(*arguments)))
    check(name, *np.ascontiguousarray(points.T))


@pytest.mark.parametrize("name", ROWS)
def test_nan_comes_only_from_nan(name, fmt):
    """Or from outside a domain, or a product with infinity that has no limit: the tables above hold those."""
    magnitudes = array([value for value in EXTREMES if value == value], fmt)
    logits = np.concatenate([magnitudes, -magnitudes])
    finite = logits[np.isfinite(logits)]
    labels = array([0.0, LEAST, 0.25, 1], fmt)
    inside = {PROBABILITY: labels, (-750.0, 750.0): logits, (-1000.0, 1000.0): finite}
    arguments = [inside[interval] for interval in ROWS[name]["intervals"]]
    for got in outputs(name, *np.ix_(*arguments)):
        assert not np.isnan(got).any()
