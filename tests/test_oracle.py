"""The oracle itself: a second opinion from mpmath, the error of its longdouble form, its rounding, its coverage."""

import gmpy2
import ml_dtypes
import mpmath
import numpy as np
import pytest

import oracle
import samples
from bounds import ROWS, SLACK, check_output, longdouble_is_wider_than
from pysigmoid import _core
from ulp import FORMATS, error_in_ulp, errors_in_ulp, exact, precision, same_bits, widened

FUNCTIONS = [name for name, row in ROWS.items() if row["nout"] == 1]


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_an_oracle(name):
    for output in ROWS[name]["outputs"]:
        assert callable(getattr(oracle, output, None)), f"tests/oracle.py has no function {output}"
        accuracy = ROWS[output]["accuracy"]
        has_scale = hasattr(oracle, f"{output}_scale")
        assert has_scale == any(bound["relative_from"] > 0 for bound in accuracy.values()), f"{output}_scale"


def _log_one_plus_exp(x):
    return mpmath.log(1 + mpmath.exp(x))


# Textbook forms in enough digits to survive their cancellations, written without a look at oracle.py.
SECOND_OPINION = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "sigmoid_fast": lambda x: (1 + mpmath.tanh(x / 2)) / 2,
    "sigmoid_derivative": lambda x: 1 / (4 * mpmath.cosh(x / 2) ** 2),
    "sigmoid_vjp": lambda g, x: g / (mpmath.exp(x / 2) + mpmath.exp(-x / 2)) ** 2,
    "log_sigmoid": lambda x: -mpmath.log(1 + mpmath.exp(-x)),
    "log_sigmoid_derivative": lambda x: 1 / (1 + mpmath.exp(x)),
    "softplus": _log_one_plus_exp,
    "logit": lambda p: mpmath.log(p) - mpmath.log(1 - p),
    "silu_derivative": lambda x: mpmath.diff(lambda t: t / (1 + mpmath.exp(-t)), x),
    "silu": lambda x: x * (1 + mpmath.tanh(x / 2)) / 2,
    "sigmoid_gate": lambda a, b: a / (1 + mpmath.exp(-b)),
    "bce_with_logits": lambda x, y: _log_one_plus_exp(x) - x * y,
    "bce_with_logits_grad": lambda x, y: 1 / (1 + mpmath.exp(-x)) - y,
    "bce": lambda p, y: -y * mpmath.log(p) - (1 - y) * mpmath.log(1 - p),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_formula_agrees_with_mpmath(name, rng):
    lows, highs = zip(*ROWS[name]["intervals"], strict=True)
    points = rng.uniform(lows, highs, (60, len(lows)))
    values, scales = oracle.measure(name, *points.T.copy())
    with mpmath.workdps(1000):
        for point, value, scale in zip(points, values, scales, strict=True):
            second = SECOND_OPINION[name](*map(mpmath.mpf, point))
            difference = abs(second - mpmath.mpf(value))
            bound = mpmath.mpf(scale) * mpmath.mpf(2) ** -200
            assert difference == 0 or difference < bound, (name, point, value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_longdouble_form_is_good_to_its_slack(name, rng):
    """Relative to the value, or to the terms that cancel, in the range of the widest format that it settles."""
    fmt = FORMATS["float64" if longdouble_is_wider_than(FORMATS["float64"]) else "float32"]
    inputs = samples.draw(name, fmt, 4000, rng)
    finite = np.all([np.isfinite(array) for array in inputs], axis=0)
    inputs = [array[finite] for array in inputs]
    values, scales = oracle.measure(name, *inputs)
    with np.errstate(all="ignore"):
        approximate = exact(getattr(oracle, name)(*map(widened, inputs)))
    with precision(oracle.MEASURING):
        vanishing = gmpy2.exp2(fmt.least - 2)
        for near, value, scale, *point in zip(approximate, values, scales, *inputs, strict=True):
            off = abs(near - value) / max(abs(value), scale, vanishing)
            assert near == value or off <= SLACK / 2, (name, point, float(off / SLACK))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_rounding_keeps_every_number_of_the_format(fmt, rng):
    numbers = samples.every_binade(fmt.least, fmt.overflow, fmt, 500, rng)
    for value in exact(numbers):
        assert fmt.nearest(value) == value
    assert fmt.nearest(gmpy2.exp2(fmt.least)) == gmpy2.exp2(fmt.least)
    assert fmt.nearest(exact(np.array([ml_dtypes.finfo(fmt.dtype).max]))[0]) < gmpy2.exp2(fmt.overflow)


@pytest.mark.parametrize("fmt", [FORMATS["float16"], FORMATS["float32"]], ids=["float16", "float32"])
def test_rounding_equals_a_cast_by_the_processor(fmt, rng):
    """Ties, halves of subnormal numbers and overflow included."""
    numbers = samples.every_binade(fmt.least - 3, fmt.overflow, FORMATS["float64"], 2000, rng)
    number = numbers.astype(fmt.dtype).astype(np.float64)
    neighbour = np.nextafter(number.astype(fmt.dtype), fmt.dtype.type(np.inf)).astype(np.float64)
    middles = (number + neighbour) / 2
    with np.errstate(all="ignore"):
        for array in (numbers, middles, np.nextafter(middles, 0), np.nextafter(middles, np.inf)):
            rounded = np.array([float(fmt.nearest(value)) for value in exact(array)])
            assert np.all(same_bits(rounded, array.astype(fmt.dtype).astype(np.float64)))


def test_error_is_measured_in_the_spacing_at_the_exact_value():
    fmt = FORMATS["float32"]
    ulp = np.float32(2.0**-23)
    cases = [
        (1 + ulp, 1.0, 1.0),
        (1 + ulp, 1 - 2.0**-30, (2.0**-23 + 2.0**-30) * 2**24),
        (3 * 2.0**-149, 2.0**-149, 2.0),
        (2.0**-149, 0.0, 1.0),
        (np.inf, 2.0**128 - 2.0**103, 0.5),
        (-np.inf, -np.inf, 0.0),
        (np.nan, np.nan, 0.0),
        (np.nan, 1.0, np.inf),
        (1.0, np.nan, np.inf),
    ]
    got, value, error = np.array(cases).T
    with precision(64):
        assert [error_in_ulp(g, v, fmt) for g, v in zip(exact(got), exact(value), strict=True)] == list(error)
    known = ~np.isnan(got) & ~np.isnan(value)
    errors = errors_in_ulp(got[known].astype(np.float32), value[known].astype(np.longdouble), fmt)
    assert list(errors) == list(error[known])


def test_ziv_decides_ties_that_hide_behind_a_thousand_bits():
    """silu(x) = x/2 + x^2/4 - ..: half the smallest number is a tie, which the square breaks upwards."""
    for fmt in (FORMATS[name] for name in ("float16", "bfloat16", "float32", "float64")):
        least = np.ldexp(1.0, fmt.least)
        tiny = np.array([least, -least, 3 * least, -3 * least]).astype(fmt.dtype)
        want = np.array([least, -0.0, 2 * least, -least])
        assert np.all(same_bits(oracle.correctly_rounded("silu", tiny, fmt).astype(np.float64), want))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_bounds_reject_a_result_that_is_off_by_more(name, fmt, rng):
    """The test of the tests: what is right passes, one element moved by just over twice its bound does not."""
    inputs = [rng.uniform(0.05, 0.95, 50).astype(fmt.dtype) for _ in range(ROWS[name]["nin"])]
    right = getattr(_core, name)(*inputs)
    check_output(name, right, *inputs)
    at = np.argmax(np.abs(right))
    steps = int(2 * ROWS[name]["accuracy"][fmt.name]["ulp"]) + 1
    wrong = right.copy()
    for _ in range(steps):
        wrong[at] = np.nextafter(wrong[at], fmt.dtype.type(np.inf))
    with pytest.raises(pytest.fail.Exception, match=f"{name} in {fmt.name}: 1 of 50 samples"):
        check_output(name, wrong, *inputs)


def test_bounds_reject_the_wrong_zero():
    with pytest.raises(pytest.fail.Exception, match="1 of 1 samples"):
        check_output("sigmoid", np.float32([-0.0]), np.float32([-np.inf]))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", ROWS)
def test_samples_spread(name, fmt, rng):
    """Every argument sees many values, its whole interval and, if it is a logit, both tails of the format."""
    for array, (low, high) in zip(samples.draw(name, fmt, 6000, rng), ROWS[name]["intervals"], strict=True):
        values = array[np.isfinite(array)].astype(np.longdouble)
        assert np.unique(values).size > array.size / (6 if fmt.precision < 12 else 3)
        assert np.unique(np.frexp(values)[1]).size > min(16, fmt.precision)
        assert {0, 1} <= set(values.tolist()) if (low, high) == samples.PROBABILITY else values.min() < 0 < values.max()
        reach = min(high, -0.69 * (fmt.least - 1))
        assert ((values > 0.9 * reach) & (values <= high)).any()
        assert low == 0 or ((values < -0.9 * reach) & (values >= low)).any()
