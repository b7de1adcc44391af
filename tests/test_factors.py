"""Losses with factors of any size: weights, pos_weights, labels and smoothing up to the largest number and down to the
smallest, beside logits so far out that e^-x alone is none. The results are those of the exact product."""

import gmpy2
import numpy as np
import pytest

import bounds
from extension import load
from pysigmoid import _core, _losses
from pysigmoid._losses import (
    FOCAL,
    GRAD_AND_HESS,
    LOGISTIC,
    NO_OPTIONS,
    PROBABILITY,
    VALUE,
    VALUE_AND_GRAD,
    evaluate,
    focal_options,
    smoothing,
)
from ulp import FORMATS, error_in_ulp, exact, hexadecimal, precision

N = 150
BITS = 400

LOGITS = (
    0,
    1e-3,
    1,
    40,
    100,
    199,
    200.5,
    250,
    360,
    600,
    690,
    710,
    744,
    760,
    800,
    1000,
    1400,
    1500,
    2200,
    1e4,
    1e30,
    np.inf,
)
LONG_LOGITS = (*LOGITS, 11000, 11350, 11390, 12000, 20000, 30000, 40000)
PROBABILITIES = (0, 1, 0.3, 0.5, 0.999, 1e-5, 1e-30, 1e-44, 1e-300, 1e-310)
FACTORS = (1, 1, 0, 2.5, 1e60, 1e100, -1e100, 1e300, 1.7e308, 1e-60, 1e-200, -3e-300, 1e-310, 5e-324)
LONG_FACTORS = (*FACTORS, *np.ldexp(np.longdouble(1), [16000, 9000, -8000, -16440]))
LABELS = (0, 0, 1, 1, 0.25, 0.5, 1 - 2**-53, 2**-30, 1e-300, 5e-324)

FORMS = {
    "logistic": (LOGISTIC, smoothing(0.0)),
    "smoothed": (LOGISTIC, smoothing(0.1)),
    "hardly smoothed": (LOGISTIC, smoothing(1e-310)),
    "focal": (FOCAL, focal_options(None, 2)),
    "focal, balanced and smoothed": (FOCAL, focal_options(0.25, 1.5, 0.1)),
    "focal, hardly smoothed": (FOCAL, focal_options(None, 0.01, 1e-310)),
    "focal, of a large power": (FOCAL, focal_options(0.25, 12)),
    "probability": (PROBABILITY, NO_OPTIONS),
}
DTYPES = tuple(FORMATS)


@pytest.fixture(params=_core.isa_available)
def isa(request, tmp_path, monkeypatch):
    """The losses run on this instruction set."""
    monkeypatch.setattr(_losses, "_core", load(_core.__file__, tmp_path / request.param, request.param, monkeypatch))
    return request.param


# ---- the exact values ----


def exp_neg_abs(x):
    """e^-|x|, but no 0: e^-1000000 vanishes beside any factors."""
    return gmpy2.exp(max(-abs(x), gmpy2.mpfr(-(10**6))))


def softplus(x):
    return max(x, 0) + gmpy2.log1p(exp_neg_abs(x))


def sigmoid(x):
    e = exp_neg_abs(x)
    return (e if x < 0 else 1) / (1 + e)


def times(coefficient, term):
    return coefficient * term if coefficient != 0 else gmpy2.mpfr(0)


def logistic(x, a, b):
    """Value, gradient and Hessian, and the scale of what cancels in each."""
    rise, fall = a * sigmoid(x), b * sigmoid(-x)
    value, hessian = times(a, softplus(x)) + times(b, softplus(-x)), (a + b) * sigmoid(x) * sigmoid(-x)
    return [value, rise - fall, hessian], [value, max(rise, fall), hessian]


def focal(x, a, b, p, alpha, gamma):
    """The definition, without anything that is 0 or infinite on the way."""
    (value, gradient, hessian), (_, scale, _) = logistic(x, a, p * b)
    m, k = a * sigmoid(x) + b * sigmoid(-x), a - b
    r = sigmoid(x) * sigmoid(-x) / m
    c = (1 if alpha < 0 else alpha * b + (1 - alpha) * a) * m**gamma
    rL = times(r, value) if gmpy2.is_finite(value) else gmpy2.mpfr(0)
    bends = [2 * gamma * k * r * gradient, gamma * k * rL * (sigmoid(-x) - sigmoid(x) + (gamma - 1) * k * r)]
    sizes = [abs(2 * gamma * k * r) * scale, abs(gamma * k * rL) * (1 + abs((gamma - 1) * k * r))]
    slope = gamma * k * rL
    return (
        [times(c, value), c * (gradient + slope), c * (hessian + sum(bends))],
        [times(c, value), c * max(scale, abs(slope)), c * max(hessian, *sizes)],
    )


def probability(p, y):
    log_p, log_q = (max(gmpy2.mpfr(-100), log) for log in (gmpy2.log(p), gmpy2.log1p(-p)))
    value = -y * log_p - (1 - y) * log_q
    return [value], [value]


def loss(form, options, x, y, w, p):
    s, alpha, gamma = map(gmpy2.mpfr, options)
    a, b = (1 - y) * (1 - s) + s / 2, y * (1 - s) + s / 2
    if form == PROBABILITY:
        values, scales = probability(x, y)
    else:
        values, scales = focal(x, a, b, p, alpha, gamma) if form == FOCAL else logistic(x, a, p * b)
    return [times(w, value) for value in values], [times(abs(w), scale) for scale in scales]


# ---- what is computed ----


def draw(form, dtype, rng):
    """Logits, labels, weights and pos_weights."""
    wide = np.longdouble if dtype == "longdouble" else np.float64
    logits = PROBABILITIES if form == PROBABILITY else LONG_LOGITS if dtype == "longdouble" else LOGITS
    factors = np.array(LONG_FACTORS if dtype == "longdouble" else FACTORS, wide)
    signs = rng.choice([1] if form == PROBABILITY else [-1, 1], N)
    with np.errstate(over="ignore"):
        x = (rng.choice(logits, N) * signs).astype(wide).astype(FORMATS[dtype].dtype)
    return x, rng.choice(LABELS, N).astype(wide), rng.choice(factors, N), np.abs(rng.choice(factors, N))


def outputs(form, options, columns, reduction):
    """Each element a row, and all outputs wide: as they are before they are rounded to the dtype of the logits."""
    x, y, w, p = (column[:, np.newaxis] for column in columns)
    arguments = (x, y, w, None, None if form == PROBABILITY else p, None)
    wide = np.longdouble if x.dtype == np.longdouble else np.float64
    (values,) = evaluate(form, VALUE, options, *arguments, "sum", 1, False, True, wide)
    if form == PROBABILITY:
        return [values]
    buffers = [np.empty(x.shape, wide) for _ in range(2)]
    evaluate(
        form, GRAD_AND_HESS, options, *arguments, reduction, 1, False, True, grad_out=buffers[0], hess_out=buffers[1]
    )
    beside, gradient = evaluate(form, VALUE_AND_GRAD, options, *arguments, "sum", 1, False, True, wide)
    np.testing.assert_array_equal(beside, values)
    if reduction == "sum":
        with np.errstate(over="ignore"):
            np.testing.assert_array_equal(gradient, buffers[0].astype(gradient.dtype))
    return [values, *(buffer[:, 0] for buffer in buffers)]


def relative_error(form, options, dtype, x):
    """What the arithmetic on the way leaves, of the largest term."""
    unit = 2.0**-64 if dtype == "longdouble" else 2.0**-53
    if form == FOCAL:
        return unit * (64 + 4 * options[2] * min(abs(x), 4 * 10**4))
    return {"longdouble": 8 * unit, "float64": 2.0**-57}.get(dtype, 16 * unit)


def allowed(form, dtype, divides):
    """ULP of the last roundings: of a longdouble the documented 4; of a product or quotient of one rounding, 1;
    subnormal terms of narrow logits may be rounded twice."""
    return 4 if dtype == "longdouble" else 0.51 if dtype == "float64" and form != PROBABILITY and not divides else 1.01


@pytest.mark.parametrize("reduction", ["sum", "weighted_mean"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FORMS)
def test_factors_of_any_size_give_the_exact_product(isa, name, dtype, reduction):
    """weighted_mean: a row of one element is divided by its own weight, which brings back what a tiny one hid."""
    form, options = FORMS[name]
    columns = draw(form, dtype, np.random.default_rng([list(FORMS).index(name), DTYPES.index(dtype)]))
    divides = reduction == "weighted_mean"
    got = outputs(form, options, columns, reduction)
    wide = FORMATS["longdouble" if dtype == "longdouble" else "float64"]
    wrong = []
    with precision(BITS):
        points = list(zip(*map(exact, columns), strict=True))
        numbers = [exact(array) for array in got]
        for i, (x, y, w, p) in enumerate(points):
            wants, scales = loss(form, options, x, y, w, p)
            for k, (want, scale) in enumerate(zip(wants, scales, strict=True)):
                shared = divides and k > 0 and w != 0
                want, scale = (want / w, scale / abs(w)) if shared else (want, scale)
                if gmpy2.is_nan(scale):  # infinity times 0, far out
                    continue
                spacing = gmpy2.exp2(int(wide.spacing_exponent(want)))
                slack = float(min(relative_error(form, options, dtype, float(x)) * scale / spacing, gmpy2.exp2(1000)))
                error = error_in_ulp(numbers[k][i], want, wide)
                if not error <= allowed(form, dtype, divides) + slack:
                    point = ", ".join(hexadecimal(column[i]) for column in columns)
                    wrong.append(f"output {k} at {point}: got {numbers[k][i]}, want {want:.20g}, {error} ULP")
    assert not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong[:5])


def each_element(form, outputs, options, x, y, w=None, grad_out=None):
    """The results of a loss that sums nothing."""
    arguments = (x, y, w, None, None, None)
    return evaluate(form, outputs, options, *arguments, "none", None, False, True, grad_out=grad_out)


def test_elements_do_not_feel_their_neighbours(rng):
    """An ordinary element gives the same bits in a block with extreme ones, at any place, in place or not."""
    x = np.where(rng.random(3000) < 0.02, 300, rng.normal(size=3000) * 20).astype(np.float32)
    y = rng.random(3000).astype(np.float32)
    w = np.where(rng.random(3000) < 0.02, 1e200, rng.random(3000))
    for form, options in FORMS.values():
        logits = (1 / (1 + np.abs(x))).astype(np.float32) if form == PROBABILITY else x
        kinds = (VALUE,) if form == PROBABILITY else (VALUE, VALUE_AND_GRAD, GRAD_AND_HESS)
        for outputs in kinds:
            whole = each_element(form, outputs, options, logits, y, w)
            for i in (*range(0, 3000, 97), *np.flatnonzero(w > 1)[:20]):
                one = slice(i, i + 1)
                alone = each_element(form, outputs, options, logits[one], y[one], w[one])
                for array, single in zip(whole, alone, strict=True):
                    assert array[i].tobytes() == single[0].tobytes()
        if form != PROBABILITY:
            want = each_element(form, VALUE_AND_GRAD, options, x, y, w)[1]
            logits = x.copy()
            each_element(form, VALUE_AND_GRAD, options, logits, y, w, grad_out=logits)
            np.testing.assert_array_equal(logits, want)


def test_plain_gradient_far_out_keeps_the_bits_of_the_ufunc(rng):
    x = (rng.choice([-1, 1], 4000) * rng.uniform(150, 800, 4000)).astype(np.float32)
    y = np.float32(rng.choice([0, 1, 2**-25, 3 * 2**-25, *rng.random(8)], 4000))
    got = each_element(LOGISTIC, VALUE_AND_GRAD, NO_OPTIONS, x, y)
    for array, want in zip(got, _core.bce_with_logits_value_and_grad(x, y), strict=True):
        np.testing.assert_array_equal(array, want)


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
@pytest.mark.parametrize("name", ["sigmoid_gate", "sigmoid_vjp"])
def test_products_of_any_factor_keep_their_bound(name, dtype):
    fmt = FORMATS[dtype]
    info = np.finfo(fmt.dtype)
    factors = np.array([info.max, info.smallest_subnormal, info.smallest_normal, 1, np.sqrt(info.max)], fmt.dtype)
    far = np.geomspace(1, 2.2 * np.log(info.max), 400, dtype=fmt.dtype)
    logits = np.concatenate([-far, far])
    bounds.check(name, np.repeat(factors, logits.size), np.tile(logits, factors.size))
