/* The working precision extended: long double, over libm's exponential and logarithms, to a few ULP. */
#include <float.h>

#include "math/both.h"
#include "math/constants.h"

/* e^-11400 is below half the smallest 80-bit number; a narrower long double only reaches zero earlier. */
static const longdouble vanishing_longdouble = -11400;

struct ratio_in_extended { vlongdouble numerator, denominator; };

INLINE struct ratio_in_extended exp_neg_abs_in_extended(vlongdouble x)
{
    return (struct ratio_in_extended){expl(-fabsl(x)), 1};
}

INLINE vlongdouble log_one_plus_in_extended(struct ratio_in_extended e)
{
    return log1pl(e.numerator);
}

INLINE vlongdouble log_in_extended(vlongdouble p)
{
    return logl(p);
}

INLINE vlongdouble log_one_minus_in_extended(vlongdouble p)
{
    return log1pl(-p);
}

/* log(p / (1 - p)) = 2 atanh(2p - 1), which keeps what p - 1/2 is; away from 1/2 the two logarithms do not cancel. */
INLINE vlongdouble logit_in_extended(vlongdouble p)
{
    return p > 0.25L && p < 0.75L ? 2 * atanhl(2 * p - 1) : logl(p) - log1pl(-p);
}

#define READING extended
#define WORK longdouble
#define MADD madd
#include "math/functions.h"
#undef READING
#undef WORK
#undef MADD

/* (1 + e)^2 with one rounding less than the square of the sum, which the products below have to spare. */
INLINE vlongdouble square_of_one_plus(vlongdouble e)
{
    return 1 + e * (2 + e);
}

INLINE vlongdouble sigmoid_derivative_in_extended(vlongdouble x)
{
    vlongdouble e = expl(-fabsl(x));
    return e / square_of_one_plus(e);
}

/* Where e^-|x| is subnormal it has lost digits that a large factor would bring back: there the product takes e^(-|x|/2)
 * twice, the denominator being 1. */
INLINE int exponential_is_coarse(vlongdouble x)
{
    return fabsl(x) > 700 && expl(-fabsl(x)) < LDBL_MIN;
}

INLINE vlongdouble times_exponential(vlongdouble factor, vlongdouble x)
{
    if (isinf(factor))
        return factor;
    vlongdouble half = expl(-fabsl(x) / 2);
    return factor * half * half;
}

INLINE vlongdouble sigmoid_gate_in_extended(vlongdouble a, vlongdouble b)
{
    if (b < 0 && !isinf(b) && exponential_is_coarse(b))
        return times_exponential(a, b);
    vlongdouble gate = sigmoid_in_extended(b);
    return a * (b == -INFINITY ? 0 : gate);
}

INLINE vlongdouble sigmoid_vjp_in_extended(vlongdouble g, vlongdouble x)
{
    if (isinf(x))
        return g * 0;
    return exponential_is_coarse(x) ? times_exponential(g, x) : g * sigmoid_derivative_in_extended(x);
}

INLINE vlongdouble silu_in_extended(vlongdouble x)
{
    return sigmoid_gate_in_extended(v_max_longdouble(2 * vanishing_longdouble, x), x);
}

/* sigma(x) (1 + x sigma(-x)), times (1 + e)^2, is e (1 + x + e) left of zero and 1 + e (1 + x) right of it. */
INLINE vlongdouble silu_derivative_in_extended(vlongdouble x)
{
    if (isinf(x))
        return x < 0 ? -0.0L : 1;
    if (x < 0 && exponential_is_coarse(x))
        return times_exponential(1 + x, x);
    vlongdouble e = expl(-fabsl(x)), slope = 1 + x;
    return (x < 0 ? e * (slope + e) : 1 + e * slope) / square_of_one_plus(e);
}

INLINE vlongdouble sigmoid_fast_in_extended(vlongdouble x)
{
    return sigmoid_in_extended(x);
}

INLINE vlongdouble log_sigmoid_derivative_in_extended(vlongdouble x)
{
    return sigmoid_in_extended(-x);
}

BOTH(vlongdouble, sigmoid_and_derivative_in_extended, sigmoid_in_extended, sigmoid_derivative_in_extended)
BOTH(vlongdouble, log_sigmoid_and_derivative_in_extended, log_sigmoid_in_extended, log_sigmoid_derivative_in_extended)
BOTH(vlongdouble, softplus_and_derivative_in_extended, softplus_in_extended, sigmoid_in_extended)
BOTH(vlongdouble, silu_and_derivative_in_extended, silu_in_extended, silu_derivative_in_extended)
