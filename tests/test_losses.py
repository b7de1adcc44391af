"""The losses against their definitions in high precision, at their limits, and against each other."""

import threading

import gmpy2
import ml_dtypes
import mpmath
import numpy as np
import pytest

import pysigmoid
from calls import FOCAL, FROM_LOGITS, REDUCTIONS, assert_same_bits, over, results
from pysigmoid import functional as F
from ulp import FORMATS, error_in_ulp, exact, hexadecimal, precision

logits_loss = F.binary_cross_entropy_with_logits
loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad
grad_and_hess = F.binary_cross_entropy_with_logits_grad_and_hess

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
BITS = 256
N = 200

# The roundings a term goes through, in halves of an ULP: 1 - y, two of the smoothing, pos_weight, weight, two for the
# ufunc, one for its product; then the addition of the other term.
TERM_ROUNDINGS = 9

# In the longdouble loops, which promise 4 ULP, the ufunc counts for 8.
LONGDOUBLE_ROUNDINGS = TERM_ROUNDINGS + 6


# What pairs of floats leave of a loss and of its derivatives, relatively to the larger term. They work losses of narrow
# logits, but for elements whose weights are no float32.
LEFT_BY_PAIRS = {"loss": 2.0**-27, "derivative": 2.0**-30}


def left_by_pairs(fmt, kind, *weights):
    is_paired = fmt.name in ("float16", "bfloat16", "float32") and not any(given is not None for given in weights)
    return LEFT_BY_PAIRS[kind] if is_paired else 0


def allowances(fmt, values, scales, more_roundings=0, left=0.0):
    """How far the arithmetic that comes before the last rounding may be off, for terms of these scales.

    ml_dtypes casts float64 to bfloat16 by way of float32.
    """
    wide = fmt.name == "longdouble"
    roundings = more_roundings + (LONGDOUBLE_ROUNDINGS if wide else TERM_ROUNDINGS)
    unit = gmpy2.exp2(-fmt.precision if wide else -53)
    on_the_way = gmpy2.exp2(-24) if fmt.name == "bfloat16" else 0
    pairs = zip(values, scales, strict=True)
    return [(2 * roundings * unit + left) * scale + on_the_way * abs(value) for value, scale in pairs]


def shares(y, p, s):
    """Coefficients of the negative and of the positive part of the loss."""
    return (1 - y) * (1 - s) + s / 2, p * (y * (1 - s) + s / 2)


def softplus(x):
    return gmpy2.log1p(gmpy2.exp(x))


def sigmoid(x):
    return 1 / (1 + gmpy2.exp(-x))


def loss_terms(x, y, w, p, s):
    a, b = shares(y, p, s)
    return w * b * softplus(-x), w * a * softplus(x)


def grad_terms(x, y, w, p, s):
    a, b = shares(y, p, s)
    return w * a * sigmoid(x), -w * b * sigmoid(-x)


def hess_terms(x, y, w, p, s):
    a, b = shares(y, p, s)
    return w * a * sigmoid(x) * sigmoid(-x), w * b * sigmoid(x) * sigmoid(-x)


def reference(terms, *columns):
    """Exact value and scale of the terms for each element; columns are arrays, or one number for all elements."""
    with precision(BITS):
        rows = zip(*(exact(np.broadcast_to(column, N)) for column in columns), strict=True)
        pairs = [terms(*row) for row in rows]
        return [sum(pair) for pair in pairs], [max(map(abs, pair)) for pair in pairs]


def assert_close(got, values, allowances, fmt, *columns):
    """Each result within half an ULP and its allowance (a number of the same unit as the values) of the exact value."""
    wrong = []
    for i, (result, value, allowance) in enumerate(zip(exact(np.atleast_1d(got)), values, allowances, strict=True)):
        spacing = gmpy2.exp2(int(fmt.spacing_exponent(value)))
        error, bound = error_in_ulp(result, value, fmt), 0.5 + allowance / spacing
        if not error <= bound:
            point = ", ".join(hexadecimal(np.broadcast_to(column, N)[i]) for column in columns)
            wrong.append(f"x, y, .. = {point}: got {result}, want {value:.25g}, error {error} ULP, allowed {bound}")
    assert not wrong, "\n".join(wrong[:5])


def draw(fmt, rng, hard=False):
    """Logits from the centre and both tails, labels, and coefficients that round in every product."""
    logits = (rng.normal(size=N) * rng.choice([0.1, 3, 20, 60], N)).astype(fmt.dtype)
    labels = rng.integers(0, 2, N) if hard else rng.choice([0, 1, rng.random(), *rng.random(9)], N)
    return logits, labels.astype(fmt.dtype)


def coefficients(rng, weighted, pos_weighted):
    weight = rng.random(N) * 3 if weighted else None
    pos_weight = {"none": None, "number": 2.3, "array": rng.random(N) * 5}[pos_weighted]
    return weight, pos_weight


options = [
    pytest.mark.parametrize("smoothing", [0.0, 0.1]),
    pytest.mark.parametrize("pos_weighted", ["none", "number", "array"]),
    pytest.mark.parametrize("weighted", [False, True]),
]


def with_options(test):
    for mark in options:
        test = mark(test)
    return test


# Accuracy


@every_format
@with_options
def test_loss_gradient_and_hessian_keep_the_bounds_of_their_roundings(rng, fmt, weighted, pos_weighted, smoothing):
    logits, labels = draw(fmt, rng)
    weight, pos_weight = coefficients(rng, weighted, pos_weighted)
    given = {"pos_weight": pos_weight, "label_smoothing": smoothing}
    loss = logits_loss(logits, labels, weight, reduction="none", **given)
    grad, hess = grad_and_hess(logits, labels, weight, **given)
    columns = (logits, labels, 1.0 if weight is None else weight, 1.0 if pos_weight is None else pos_weight, smoothing)
    for got, terms in ((loss, loss_terms), (grad, grad_terms), (hess, hess_terms)):
        values, scales = reference(terms, *columns)
        left = left_by_pairs(fmt, "loss" if got is loss else "derivative", weight, pos_weight)
        assert_close(got, values, allowances(fmt, values, scales, left=left), fmt, *columns)


PROMISED = {"float16": 0.501, "bfloat16": 0.501, "float32": 0.5000001}
PROMISED_OF_PAIRS = {"loss": 0.61, "derivative": 0.51}  # in float32


@pytest.mark.parametrize("name", PROMISED)
@with_options
def test_hard_labels_keep_the_promised_ulp(rng, name, weighted, pos_weighted, smoothing):
    """Smoothed labels cancel in the gradient, so only loss and second derivative have a relative bound there."""
    fmt = FORMATS[name]
    logits, labels = draw(fmt, rng, hard=True)
    weight, pos_weight = coefficients(rng, weighted, pos_weighted)
    given = {"pos_weight": pos_weight, "label_smoothing": smoothing}
    loss = logits_loss(logits, labels, weight, reduction="none", **given)
    grad, hess = grad_and_hess(logits, labels, weight, **given)
    columns = (logits, labels, 1.0 if weight is None else weight, 1.0 if pos_weight is None else pos_weight, smoothing)
    checked = [(loss, loss_terms), (hess, hess_terms)] + ([] if smoothing else [(grad, grad_terms)])
    for got, terms in checked:
        kind, promised = "loss" if got is loss else "derivative", PROMISED[name]
        if name == "float32" and left_by_pairs(fmt, kind, weight, pos_weight):
            promised = PROMISED_OF_PAIRS[kind]
        values, _ = reference(terms, *columns)
        spacings = [gmpy2.exp2(int(fmt.spacing_exponent(value))) for value in values]
        assert_close(got, values, [(promised - 0.5) * spacing for spacing in spacings], fmt, *columns)


@every_format
@pytest.mark.parametrize("reduction", REDUCTIONS[1:])
@pytest.mark.parametrize("pos_weighted", ["none", "array"])
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_and_means_are_rounded_once(rng, fmt, reduction, weighted, pos_weighted):
    """A sum of N numbers adds N roundings to those of its terms; the divisor of a weighted mean is such a sum too."""
    logits, labels = draw(fmt, rng)
    weight, pos_weight = coefficients(rng, weighted, pos_weighted)
    loss, grad = loss_and_grad(logits, labels, weight, reduction=reduction, pos_weight=pos_weight)
    columns = (logits, labels, 1.0 if weight is None else weight, 1.0 if pos_weight is None else pos_weight, 0.0)
    with precision(BITS):
        weights = sum(exact(np.broadcast_to(columns[2], N)))
        divisor = {"sum": gmpy2.mpfr(1), "mean": gmpy2.mpfr(N), "weighted_mean": weights}[reduction]
        values, _ = reference(loss_terms, *columns)
        value = sum(values) / divisor
        left = left_by_pairs(fmt, "loss", weight, pos_weight)
        assert_close(loss, [value], allowances(fmt, [value], [value], N, left), fmt)
        values, scales = reference(grad_terms, *columns)
        values, scales = ([number / divisor for number in numbers] for numbers in (values, scales))
        left = left_by_pairs(fmt, "derivative", weight, pos_weight)
        assert_close(grad, values, allowances(fmt, values, scales, N, left), fmt, *columns)


@every_format
@pytest.mark.parametrize("labels", [bool, np.int64, None])
def test_unweighted_loss_has_the_bits_of_the_ufuncs(rng, fmt, labels):
    logits, y = draw(fmt, rng, hard=labels is not None)
    y = y.astype(labels or fmt.dtype)
    assert_same_bits(logits_loss(logits, y, reduction="none"), pysigmoid.bce_with_logits(logits, y))
    got = (*loss_and_grad(logits, y, reduction="none"), *grad_and_hess(logits, y))
    want = (*pysigmoid.bce_with_logits_value_and_grad(logits, y), *pysigmoid.bce_with_logits_grad_and_hess(logits, y))
    for one, other in zip(got, want, strict=True):
        assert_same_bits(one, other)


@every_format
@pytest.mark.parametrize("weighted", [False, True])
def test_loss_from_probabilities_keeps_its_bound(rng, fmt, weighted):
    probabilities, labels = rng.uniform(0.01, 0.99, N).astype(fmt.dtype), draw(fmt, rng)[1]
    weight = rng.random(N) * 3 if weighted else None
    got = F.binary_cross_entropy(probabilities, labels, weight, reduction="none")
    columns = (probabilities, labels, 1.0 if weight is None else weight)
    values, scales = reference(lambda p, y, w: (-w * y * gmpy2.log(p), -w * (1 - y) * gmpy2.log1p(-p)), *columns)
    assert_close(got, values, allowances(fmt, values, scales, left=left_by_pairs(fmt, "loss", weight)), fmt, *columns)
    if not weighted:
        assert_same_bits(got, pysigmoid.bce(probabilities, labels))


def test_logs_of_probabilities_are_cut_at_minus_100():
    p, y = np.float32([0, 1, 0, 1, 1e-45, 0]), np.float32([0, 0, 1, 1, 1, 0.25])
    for weight in (None, 2.0):
        got = F.binary_cross_entropy(p, y, weight, reduction="none")
        assert_same_bits(got, np.float32([0, 100, 100, -0.0, 100, 25]) * np.float32(weight or 1))


# Derivatives by differences


STEP = 2.0**-16
CURVATURE = 8.0  # no derivative of the losses here exceeds it
DIFFERENCE = STEP**2 * CURVATURE  # Taylor's remainder is a sixth of it; longdouble adds 2^-64 / STEP, far less

DIFFERENTIABLE = {
    "plain": (F.binary_cross_entropy_with_logits, {}),
    "weighted": (F.binary_cross_entropy_with_logits, {"weight": np.linspace(-1, 2, 15).reshape(3, 5)}),
    "balanced": (F.binary_cross_entropy_with_logits, {"pos_weight": np.linspace(0, 3, 5)}),
    "smoothed": (F.binary_cross_entropy_with_logits, {"label_smoothing": 0.3}),
    "masked": (F.binary_cross_entropy_with_logits, {"where": np.arange(15).reshape(3, 5) % 4 > 0}),
    "focal": (F.sigmoid_focal_loss, {}),
    "focal, fractional gamma": (F.sigmoid_focal_loss, {"gamma": 1.5, "alpha": None}),
    "focal, weighted": (F.sigmoid_focal_loss, {"gamma": 3, "weight": np.linspace(-1, 2, 15).reshape(3, 5)}),
}


@pytest.mark.parametrize("case", DIFFERENTIABLE)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_derivatives_equal_central_differences(rng, case, reduction):
    loss, given = DIFFERENTIABLE[case]
    given = {**given, "reduction": reduction}
    with_grad, with_hess = (getattr(F, f"{loss.__name__}_{what}") for what in ("value_and_grad", "grad_and_hess"))
    logits = rng.normal(size=(3, 5)).astype(np.longdouble) * 3
    labels = rng.random((3, 5))
    value, grad = with_grad(logits, labels, **given)
    assert_same_bits(value, loss(logits, labels, **given))
    steps = np.eye(15, dtype=np.longdouble).reshape(15, 3, 5) * STEP
    differences = [loss(logits + step, labels, **given) - loss(logits - step, labels, **given) for step in steps]
    want = np.array([np.sum(difference) for difference in differences]).reshape(3, 5) / (2 * STEP)
    np.testing.assert_allclose(grad, want, rtol=0, atol=DIFFERENCE)
    same_grad, hess = with_hess(logits, labels, **given)
    assert_same_bits(same_grad, grad)
    slopes = with_grad(logits + STEP, labels, **given)[1] - with_grad(logits - STEP, labels, **given)[1]
    np.testing.assert_allclose(hess, slopes / (2 * STEP), rtol=0, atol=DIFFERENCE)


# Limits

INFINITE = [
    # logit, label, pos_weight, loss, gradient, hessian
    (np.inf, 1.0, 1.0, 0.0, -0.0, 0.0),
    (-np.inf, 0.0, 1.0, 0.0, 0.0, 0.0),
    (np.inf, 0.0, 1.0, np.inf, 1.0, 0.0),
    (-np.inf, 1.0, 1.0, np.inf, -1.0, 0.0),
    (np.inf, 0.25, 1.0, np.inf, 0.75, 0.0),
    (-np.inf, 0.25, 1.0, np.inf, -0.25, 0.0),
    (np.inf, 1.0, 3.0, 0.0, -0.0, 0.0),
    (-np.inf, 0.0, 3.0, 0.0, 0.0, 0.0),
    (np.inf, 0.0, 3.0, np.inf, 1.0, 0.0),
    (-np.inf, 1.0, 3.0, np.inf, -3.0, 0.0),
    (np.inf, 0.25, 3.0, np.inf, 0.75, 0.0),
    (-np.inf, 0.25, 3.0, np.inf, -0.75, 0.0),
    (-np.inf, 1.0, 0.0, 0.0, 0.0, 0.0),
    (-np.inf, 0.25, 0.0, 0.0, 0.0, 0.0),
    (np.inf, 0.0, np.inf, np.inf, 1.0, 0.0),
]


@every_format
@pytest.mark.parametrize(("x", "y", "p", "loss", "grad", "hess"), INFINITE)
def test_infinite_logits_give_the_limits(fmt, x, y, p, loss, grad, hess):
    x, y = fmt.dtype.type(x), fmt.dtype.type(y)
    want = [fmt.dtype.type(value) for value in (loss, grad, grad, hess)]
    got = (*loss_and_grad(x, y, pos_weight=p, reduction="none"), *grad_and_hess(x, y, pos_weight=p))
    for one, other in zip(got, want, strict=True):
        assert_same_bits(one, other)


@every_format
@pytest.mark.parametrize("p", [np.nan, np.inf, -1.0, 2.0, 0.0, 1.0])
def test_cross_entropy_without_weight_is_zero_whatever_its_probability(fmt, p):
    p, ones = np.full(3, p, fmt.dtype), np.ones(3, fmt.dtype)
    for labels in (ones, 0 * ones, 0.25 * ones):
        loss = F.binary_cross_entropy(p, labels, np.zeros(3), reduction="none", validate=False)
        assert np.all(loss == 0)


EVERYTHING = np.array([-np.inf, -1e300, -800, -1.5, -5e-324, -0.0, 0.0, 5e-324, 1.5, 800, 1e300, np.inf])


@every_format
@over(FROM_LOGITS)
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("weight", [None, 0.0, 2.5, -1.0])
def test_nan_comes_only_from_nan_and_warnings_never(fmt, loss, y, weight):
    with np.errstate(all="ignore"):
        logits = EVERYTHING.astype(fmt.dtype)
    labels = np.full(logits.shape, y, fmt.dtype)
    gammas = [{"gamma": gamma} for gamma in (0, 0.5, 2, 9.5)] if "focal" in loss.__name__ else [{}]
    for options_ in gammas:
        with np.errstate(all="raise"):
            for part in results(loss(logits, labels, weight=weight, reduction="none", **options_)):
                assert not np.any(np.isnan(part)), (logits, part)
            nan = np.full(1, np.nan, fmt.dtype)
            outcome = results(loss(nan, labels[:1], weight=weight, reduction="none", **options_))
        assert all(np.isnan(part[0]) == (weight != 0) for part in outcome)


@over(FROM_LOGITS)
@pytest.mark.parametrize("x", EVERYTHING)
def test_zero_weight_drops_its_element_whatever_the_logit(loss, x):
    for part in results(loss(np.array([x]), np.array([0.25]), weight=0.0, reduction="sum")):
        assert np.all(part == 0)


@pytest.mark.parametrize("reduction", ["mean", "sum", "weighted_mean"])
def test_overflow_of_a_result_is_silent(reduction):
    with np.errstate(all="raise"):
        loss = logits_loss(np.full(4, 60000, np.float16), np.zeros(4), 1e5, reduction=reduction)
    assert loss == (60000 if reduction == "weighted_mean" else np.inf)


def test_gradient_keeps_its_relative_accuracy_for_hard_labels_down_to_subnormal_numbers():
    x = np.float32([-103, -100, -88, -20, 20, 88, 100, 103])
    for y in (0, 1):
        grad, hess = grad_and_hess(x, np.full(8, y), 1.0)
        assert_same_bits(grad, -pysigmoid.sigmoid(-x) if y else pysigmoid.sigmoid(x))
        assert_same_bits(hess, pysigmoid.sigmoid_derivative(x))
    assert np.all(hess > 0)


# Smoothing and pos_weight


def test_smoothing_comes_before_pos_weight():
    x, y, s, p = 0.7, 1.0, 0.2, 3.0
    smoothed = y * (1 - s) + s / 2
    want = p * smoothed * np.log1p(np.exp(-x)) + (1 - smoothed) * np.log1p(np.exp(x))
    assert logits_loss(x, y, label_smoothing=s, pos_weight=p) == pytest.approx(want, rel=1e-15)


@pytest.mark.parametrize("s", [0.1, 1e-3, 1e-17, 5e-324])
def test_smoothing_keeps_a_small_share_of_the_other_label(s):
    """1 - (1 - s/2) would round to a multiple of 2^-54."""
    x = 1e6
    assert logits_loss(x, 1.0, label_smoothing=s) == pytest.approx(s / 2 * x, rel=1e-15)


def test_full_smoothing_forgets_the_label():
    assert logits_loss(3.0, 0, label_smoothing=1.0) == logits_loss(3.0, 1, label_smoothing=1.0)


@over(FROM_LOGITS)
def test_negative_weights_turn_the_sign(rng, loss):
    logits, labels = rng.normal(size=9), rng.random(9)
    positive = results(loss(logits, labels, weight=1.5, reduction="none"))
    for one, other in zip(results(loss(logits, labels, weight=-1.5, reduction="none")), positive, strict=True):
        assert_same_bits(one, -other)


# Focal loss


def focal(x, y, alpha, gamma):
    """The definition, for mpmath to differentiate."""
    miss = (1 - y) / (1 + mpmath.exp(-x)) + y / (1 + mpmath.exp(x))
    balance = 1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
    return balance * miss**gamma * (y * mpmath.log1p(mpmath.exp(-x)) + (1 - y) * mpmath.log1p(mpmath.exp(x)))


def largest_terms(x, y, alpha, gamma):
    """The sizes of what the formulas of value, gradient and second derivative add up."""
    q, r, k = 1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(x)), abs(1 - 2 * y)
    miss = (1 - y) * q + y * r
    loss = y * mpmath.log1p(mpmath.exp(-x)) + (1 - y) * mpmath.log1p(mpmath.exp(x))
    slope, ratio = q * r, q * r / miss
    outer = (1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)) * miss**gamma
    grad = max((1 - y) * q, y * r)
    bend = abs(r - q) + abs(gamma - 1) * k * ratio
    return (
        outer * loss,
        outer * (grad + gamma * k * ratio * loss),
        outer * (slope + 2 * gamma * k * ratio * grad + gamma * k * ratio * loss * bend),
    )


FOCAL_LOGITS = (-100.0, -30.0, -5.0, -1.25, -1e-3, 0.0, 0.75, 4.0, 17.0, 50.0, 100.0)


# All threads have one precision of mpmath, and one cache of its constants.
MPMATH = threading.Lock()


def to_mpmath(value):
    mantissa, exponent = np.frexp(value)
    return mpmath.ldexp(int(np.ldexp(mantissa, 64)), int(exponent) - 64)


@pytest.mark.parametrize("dtype", [np.float64, np.longdouble], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("alpha", [None, 0.1, 1.0])
@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 5, 9.5])
@pytest.mark.parametrize("y", [0.0, 1.0, 0.3, 0.9])
def test_focal_loss_and_derivatives_equal_those_of_the_definition(y, gamma, alpha, dtype):
    """A power multiplies the relative error of its base by gamma, and that of log(base) by gamma |log(base)|.

    A unit is half an ULP; a longdouble ufunc is good to 4 ULP.
    """
    unit = float(np.finfo(dtype).eps) * (4 if dtype is np.longdouble else 0.5)
    x = np.array(FOCAL_LOGITS, dtype)
    loss = F.sigmoid_focal_loss(x, np.full(x.shape, y), alpha, gamma)
    grad, hess = F.sigmoid_focal_loss_grad_and_hess(x, np.full(x.shape, y), alpha, gamma)
    with MPMATH, mpmath.workdps(50):
        y, alpha = mpmath.mpf(y), None if alpha is None else mpmath.mpf(alpha)
        for i, point in enumerate(map(mpmath.mpf, FOCAL_LOGITS)):
            value, slope, half_bend = mpmath.taylor(lambda t: focal(t, y, alpha, gamma), point, 2, chop=False)
            sizes = largest_terms(point, y, alpha, gamma)
            roundings, least = 24 + gamma * (4 + 4 * abs(point)), mpmath.mpf(2) ** -1074
            for got, want, size in zip((loss[i], grad[i], hess[i]), (value, slope, 2 * half_bend), sizes, strict=True):
                error, allowed = abs(to_mpmath(got) - want), roundings * unit * size + least
                assert error <= allowed, f"x = {point}: got {got}, want {want}, error {error}, allowed {allowed}"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ml_dtypes.bfloat16], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_focal_results_are_float64_rounded_once(rng, dtype, gamma):
    logits, labels = (rng.normal(size=50) * 9).astype(dtype), rng.random(50)
    for name in ("sigmoid_focal_loss_value_and_grad", "sigmoid_focal_loss_grad_and_hess"):
        narrow = getattr(F, name)(logits, labels, gamma=gamma, reduction="none")
        wide = getattr(F, name)(logits.astype(np.float64), labels, gamma=gamma, reduction="none")
        for one, other in zip(narrow, wide, strict=True):
            assert_same_bits(one, other.astype(dtype))


def test_focal_loss_without_focus_is_the_logistic_loss(rng):
    x, y = rng.normal(size=20) * 10, rng.random(20)
    for alpha in (None, -1, -0.25):
        assert_same_bits(F.sigmoid_focal_loss(x, y, alpha, 0), logits_loss(x, y, reduction="none"))


@pytest.mark.parametrize("focal_loss", FOCAL, ids=lambda function: function.__name__)
def test_options_of_labels_mean_in_the_focal_loss_what_they_say(rng, focal_loss):
    x, y = rng.normal(size=40) * 5, rng.integers(0, 2, 40)
    want = results(focal_loss(x, y / 2 + 0.25))
    for got, wanted in zip(results(focal_loss(x, y, label_smoothing=0.5)), want, strict=True):
        assert_same_bits(got, wanted)
    want = results(focal_loss(x, y, weight=np.where(y == 1, 4.0, 1.0)))
    for got, wanted in zip(results(focal_loss(x, y, pos_weight=4.0)), want, strict=True):
        assert_same_bits(got, wanted)
    want = results(focal_loss(x, y, where=y == 1, reduction="mean"))
    for got, wanted in zip(results(focal_loss(x, y, ignore_value=0, reduction="mean")), want, strict=True):
        assert_same_bits(got, wanted)


@pytest.mark.parametrize("outputs", ["", "_value_and_grad", "_grad_and_hess"])
def test_focal_loss_without_focus_is_the_logistic_loss_of_the_same_options(rng, outputs):
    x, y, weights = rng.normal(size=40) * 5, rng.integers(-1, 2, 40), rng.random(40)
    options = {"pos_weight": 3.0, "label_smoothing": 0.1, "ignore_value": -1, "weight": weights, "reduction": "mean"}
    got = getattr(F, f"sigmoid_focal_loss{outputs}")(x, y, None, 0, **options)
    want = getattr(F, f"binary_cross_entropy_with_logits{outputs}")(x, y, **options)
    for one, other in zip(results(got), results(want), strict=True):
        np.testing.assert_allclose(one, other, rtol=2.0**-50)


@pytest.mark.parametrize("gamma", [0.5, 2, 9.5])
def test_focal_limits_at_infinite_logits(gamma):
    x, y = np.array([np.inf, np.inf, -np.inf, -np.inf, np.inf]), np.array([1.0, 0.0, 0.0, 1.0, 0.25])
    loss, grad = F.sigmoid_focal_loss_value_and_grad(x, y, None, gamma)
    np.testing.assert_array_equal(loss, [0, np.inf, 0, np.inf, np.inf])
    np.testing.assert_allclose(grad, [0, 1, 0, -1, 0.75 ** (gamma + 1)], rtol=1e-15 * (1 + gamma))
    _, hess = F.sigmoid_focal_loss_grad_and_hess(x, y, None, gamma)
    np.testing.assert_array_equal(hess, np.zeros(5))


def test_focal_hessian_turns_negative_on_the_wrong_side():
    assert F.sigmoid_focal_loss_grad_and_hess(-5.0, 1)[1] < 0 < F.sigmoid_focal_loss_grad_and_hess(0.0, 1)[1]


# Labels outside [0, 1]


@over(FROM_LOGITS[:3])
@pytest.mark.parametrize("y", [-3.0, 1.5, 40.0])
def test_labels_outside_the_range_follow_the_formula_without_validation(loss, y):
    x = np.array([-30.0, -1.0, 0.0, 2.5])
    got = results(loss(x, np.full(4, y), reduction="none", validate=False))
    value = y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)
    grad, hess = 1 / (1 + np.exp(-x)) - y, 0.25 / np.cosh(x / 2) ** 2
    want = {logits_loss: (value,), loss_and_grad: (value, grad), grad_and_hess: (grad, hess)}[loss]
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)
