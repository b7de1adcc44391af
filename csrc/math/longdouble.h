/* longdouble results: the functions of math/functions.h over libm's exponential and logarithms, to a few ULP. */
#include <float.h>

#include "math/constants.h"

/* e^-11400 is below half the smallest 80-bit number; a narrower long double only reaches zero earlier. */
static const longdouble vanishing_longdouble = -11400;

struct ratio_in_longdouble { vlongdouble numerator, denominator; };

INLINE struct ratio_in_longdouble exp_neg_abs_in_longdouble(vlongdouble x)
{
    return (struct ratio_in_longdouble){expl(-fabsl(x)), 1};
}

INLINE vlongdouble log_one_plus_in_longdouble(struct ratio_in_longdouble e)
{
    return log1pl(e.numerator);
}

INLINE vlongdouble log_in_longdouble(vlongdouble p)
{
    return logl(p);
}

INLINE vlongdouble log_one_minus_in_longdouble(vlongdouble p)
{
    return log1pl(-p);
}

/* log(p / (1 - p)) = 2 atanh(2p - 1), which keeps what p - 1/2 is; away from 1/2 the two logarithms do not cancel. */
INLINE vlongdouble logit_in_longdouble(vlongdouble p)
{
    return p > 0.25L && p < 0.75L ? 2 * atanhl(2 * p - 1) : logl(p) - log1pl(-p);
}

#define WORK longdouble
#define MADD madd
#define READING longdouble
#include "math/functions.h"
#undef WORK
#undef MADD
#undef READING

/* (1 + e)^2 with one rounding less than the square of the sum, which the products below have to spare. */
INLINE vlongdouble square_of_one_plus(vlongdouble e)
{
    return 1 + e * (2 + e);
}

INLINE vlongdouble sigmoid_derivative_longdouble(vlongdouble x)
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

INLINE vlongdouble sigmoid_gate_longdouble(vlongdouble a, vlongdouble b)
{
    if (b < 0 && !isinf(b) && exponential_is_coarse(b))
        return times_exponential(a, b);
    return sigmoid_gate_in_longdouble(a, b);
}

INLINE vlongdouble sigmoid_vjp_longdouble(vlongdouble g, vlongdouble x)
{
    if (isinf(x))
        return g * 0;
    return exponential_is_coarse(x) ? times_exponential(g, x) : g * sigmoid_derivative_longdouble(x);
}

INLINE vlongdouble silu_longdouble(vlongdouble x)
{
    return sigmoid_gate_longdouble(v_max_longdouble(2 * vanishing_longdouble, x), x);
}

/* sigma(x) (1 + x sigma(-x)), times (1 + e)^2, is e (1 + x + e) left of zero and 1 + e (1 + x) right of it. */
INLINE vlongdouble silu_derivative_longdouble(vlongdouble x)
{
    if (isinf(x))
        return x < 0 ? -0.0L : 1;
    if (x < 0 && exponential_is_coarse(x))
        return times_exponential(1 + x, x);
    vlongdouble e = expl(-fabsl(x)), slope = 1 + x;
    return (x < 0 ? e * (slope + e) : 1 + e * slope) / square_of_one_plus(e);
}

INLINE void bce_with_logits_grad_and_hess_longdouble(vlongdouble x, vlongdouble y, vlongdouble *gradient,
                                                     vlongdouble *hessian)
{
    *gradient = bce_with_logits_grad_in_longdouble(x, y);
    *hessian = sigmoid_derivative_longdouble(x);
}

#define sigmoid_longdouble sigmoid_in_longdouble
#define sigmoid_fast_longdouble sigmoid_in_longdouble
#define log_sigmoid_longdouble log_sigmoid_in_longdouble
#define softplus_longdouble softplus_in_longdouble
#define logit_longdouble logit_in_longdouble
#define bce_with_logits_longdouble bce_with_logits_in_longdouble
#define bce_with_logits_grad_longdouble bce_with_logits_grad_in_longdouble
#define bce_with_logits_value_and_grad_longdouble bce_with_logits_value_and_grad_in_longdouble
#define bce_longdouble bce_in_longdouble

/* The forms of loss over these. */

#define sigmoid_in_extended sigmoid_longdouble
#define sigmoid_derivative_in_extended sigmoid_derivative_longdouble
#define log_sigmoid_in_extended log_sigmoid_longdouble
#define sigmoid_gate_in_extended sigmoid_gate_longdouble
#define bce_in_extended bce_longdouble
#define log_in_extended logl
#define exp_of_negative_in_extended expl
#define smoothed_in_extended smoothed_in_longdouble
#define times_in_extended times_in_longdouble
#define quotient_in_extended v_div_longdouble
#define loss_in_extended loss_in_longdouble

INLINE struct loss_in_extended labelled_loss_in_extended(vlongdouble x, vlongdouble y)
{
    struct loss_in_longdouble loss = labelled_loss_in_longdouble(x, y);
    loss.hessian = sigmoid_derivative_longdouble(x);
    return loss;
}

INLINE struct loss_in_extended weighted_loss_in_extended(vlongdouble x, vlongdouble y, vlongdouble w, vlongdouble p,
                                                         vlongdouble s)
{
    struct coefficients_in_longdouble weighed = weigh_in_longdouble(y, w, p, s);
    struct loss_in_longdouble loss = logistic_loss_in_longdouble(x, weighed.a, weighed.b);
    vlongdouble sum = weighed.a + weighed.b;
    loss.hessian = sum == 0 ? 0 : sigmoid_vjp_longdouble(sum, x);
    return drop_unweighted_in_longdouble(loss, weighed.a, weighed.b);
}

#define WORK longdouble
#define READING extended
#include "math/loss_forms.h"
#undef WORK
#undef READING

/* And the same where factors are extreme. */

#define READING extreme_longdouble
#define WORK longdouble
#define NUMBER longdouble

/* e^(-3 LDBL_MAX_EXP) is 2^(-4.3 LDBL_MAX_EXP): as in kernels/extreme.c. */
static const longdouble least_power_in_extreme_longdouble = -3.0L * LDBL_MAX_EXP;
static const longdouble largest_in_extreme_longdouble = LDBL_MAX;

/* ln 2, and the same in two parts, the first of 42 bits. */
static const longdouble ln2_longdouble = 0x1.62e42fefa39ef35793c7673007e5ed5e81e68p-1L;
static const longdouble ln2_high_longdouble = 0x1.62e42fefa38p-1L;
static const longdouble ln2_low_longdouble = 0x1.ef35793c7673007e5ed5e81e6864ce5316c5cp-45L;

INLINE longdouble number_in_extreme_longdouble(longdouble a) { return a; }
INLINE longdouble head_in_extreme_longdouble(longdouble a) { return a; }
INLINE void exponent_of_in_extreme_longdouble(longdouble a, int *exponent) { frexpl(a, exponent); }
INLINE longdouble shifted_in_extreme_longdouble(longdouble a, int n) { return ldexpl(a, n); }
INLINE longdouble sum_in_extreme_longdouble(longdouble a, longdouble b) { return a + b; }
INLINE longdouble product_in_extreme_longdouble(longdouble a, longdouble b) { return a * b; }
INLINE longdouble quotient_in_extreme_longdouble(longdouble a, longdouble b) { return a / b; }
INLINE longdouble one_less_in_extreme_longdouble(longdouble a) { return 1 - a; }
INLINE longdouble log_in_extreme_longdouble(longdouble a) { return logl(a); }
INLINE longdouble log_one_plus_in_extreme_longdouble(longdouble e) { return log1pl(e); }
INLINE longdouble ln2_in_extreme_longdouble(void) { return ln2_longdouble; }
INLINE longdouble log_cut_in_extreme_longdouble(longdouble p) { return p == 0 ? -100 : fmaxl(-100, logl(p)); }
INLINE longdouble log_one_minus_cut_in_extreme_longdouble(longdouble p) { return p == 1 ? -100 : fmaxl(-100, log1pl(-p)); }
INLINE longdouble finished_in_extreme_longdouble(longdouble value, int exponent) { return ldexpl(value, exponent); }

/* e^t = e^(t - n ln 2) 2^n */
INLINE longdouble exponential_in_extreme_longdouble(longdouble t, int *exponent)
{
    longdouble n = rintl(t / ln2_longdouble);
    *exponent = (int)n;
    return expl(t - n * ln2_high_longdouble - n * ln2_low_longdouble);
}

#include "math/extreme.h"
