"""What every function of csrc/functions.def should give: one plain formula per row, named as the row.

The formulas run in two arithmetics. On MPFR numbers they are the truth, to as many bits as asked for. On longdouble
arrays they are an approximation that decides most samples quickly and sends the rest to MPFR (see bounds.py).

No formula subtracts close numbers except where the exact value itself is such a difference; those rows have a second
function, <row>_scale, the size of the terms that cancel.
"""

import gmpy2
import numpy as np

from ulp import exact, precision

# e^-100000 = 2^-144270 is less than half the smallest number of every format, even times the largest one.
FAR = 10**5

# A formula is a handful of correctly rounded steps, none of which amplifies errors: its relative error at a precision
# of p bits is far below 2^(GUARD - p), against `scale` where terms cancel.
GUARD = 12


def _is_array(value):
    return isinstance(value, (np.ndarray, np.longdouble))


def exp(x):
    return np.exp(x) if _is_array(x) else gmpy2.exp(x)


def log(x):
    return np.log(x) if _is_array(x) else gmpy2.log(x)


def log1p(x):
    return np.log1p(x) if _is_array(x) else gmpy2.log1p(x)


def where(condition, yes, no):
    return (yes if condition else no) if isinstance(condition, bool) else np.where(condition, yes, no)


def maximum(x, bound):
    """The larger one; nan stays nan."""
    return where(x < bound, bound, x)


def times(coefficient, value):
    """The product, where a coefficient of zero drops its term, an infinite one as well."""
    return where(coefficient == 0, 0, coefficient * value)


def exp_neg_abs(x):
    return exp(maximum(-abs(x), -FAR))


def sigmoid(x):
    e = exp_neg_abs(x)
    return where(x < 0, e, 1) / (1 + e)


sigmoid_fast = sigmoid


def sigmoid_derivative(x):
    return sigmoid(x) * sigmoid(-x)


def sigmoid_vjp(g, x):
    return where(abs(x) == np.inf, g * 0, g * sigmoid_derivative(x))


def softplus(x):
    return maximum(x, 0) + log1p(exp_neg_abs(x))


def log_sigmoid(x):
    return -softplus(-x)


def log_sigmoid_derivative(x):
    return sigmoid(-x)


def logit(p):
    # Near 1/2 the quotient p / (1-p) is near 1, and 2p - 1 keeps what its logarithm depends on.
    return where(p > 0.25, log1p((2 * p - 1) / (1 - p)), log(p / (1 - p)))


def silu(x):
    return maximum(x, -FAR) * sigmoid(x)


def silu_derivative(x):
    bounded = -maximum(-maximum(x, -FAR), -FAR)
    return sigmoid(x) * (1 + bounded * sigmoid(-x))


silu_derivative_scale = sigmoid


def sigmoid_gate(a, b):
    return where(b == -np.inf, a * 0, a * sigmoid(b))


def bce_with_logits(x, y):
    return times(y, softplus(-x)) + times(1 - y, softplus(x))


def bce_with_logits_grad(x, y):
    return (1 - y) * sigmoid(x) - y * sigmoid(-x)


def bce_with_logits_grad_scale(x, y):
    return maximum((1 - y) * sigmoid(x), y * sigmoid(-x))


def bce(p, y):
    return (y - 1) * maximum(log1p(-p), -100) - y * maximum(log(p), -100)


# Enough for an error in ULP of any format to be known to 2^-40 and better: cancellation eats no more bits than two
# inputs have together.
MEASURING = 256


def measure(name, *inputs):
    """The exact values at arrays of inputs, and the scale of the terms that cancel there: the value where none do."""
    function, scale = globals()[name], globals().get(f"{name}_scale")
    with precision(MEASURING):
        arguments = list(zip(*map(exact, inputs), strict=True))
        values = [gmpy2.mpfr(function(*point)) for point in arguments]
        scales = [scale(*point) for point in arguments] if scale else [abs(value) for value in values]
    return values, scales


def correctly_rounded(name, array, fmt):
    """The row's function of one argument at every element, rounded once, ties to even, to the format."""
    with precision(MEASURING):
        points = exact(array)
    return np.array([float(_rounded(globals()[name], x, fmt)) for x in points]).astype(fmt.dtype)


def _rounded(function, x, fmt):
    """Ziv's strategy: raise the precision until all that the value may be rounds alike.

    It ends: at an algebraic x other than 0 (logit: 1/2) each of these functions is transcendental, so never the middle
    of two numbers; a value that is found without any rounding may be one, and is rounded as it is. The hardest case,
    silu(x) = x/2 + x^2/4 - .. at the smallest float64, takes some 1100 bits.
    """
    bits = fmt.precision + 64
    while bits < 1 << 14:
        with precision(bits) as context:
            value = gmpy2.mpfr(function(x))
            if not context.inexact:
                return fmt.nearest(value)
            margin = gmpy2.exp2(GUARD - bits)
            low, high = fmt.nearest(value * (1 - margin)), fmt.nearest(value * (1 + margin))
        if low == high or gmpy2.is_nan(value):
            return high
        bits *= 2
    raise ArithmeticError(f"{function.__name__}({x}) stays too close to the middle of two numbers")
