/* The losses in the working precision wide: pairs, over math/wide.h. */
#include "math/wide.h"

#define READING wide
#define WORK f64
#define MADD fma
#include "math/loss_terms.h"
#include "math/moderate_losses.h"

/* The loss with coefficients a of softplus(x) and b of softplus(-x), as in math/loss_logistic.h. */

/* c |x| + (a + b) log(1 + e^-|x|), c = a right of zero and b left of it. */
INLINE vf64 loss_value_in_wide(struct exponential e, vf64 x, struct pair a, struct pair b)
{
    vf64 zero = v_set_f64(0);
    struct scaled l = log_one_plus_in_wide(e);
    struct pair curved = pair_mul(pair_add(a, b), l.value);
    struct pair c = pair_select(v_lt_f64(x, zero), b, a);
    struct pair linear = pair_mul(c, pair_of(v_abs_f64(x)));

    vf64 sum = pair_sum(pair_add(linear, pair_ldexp(curved, l.exponent)));
    /* The low word of an infinite product is nan. */
    sum = v_select_f64(v_eq_f64(v_abs_f64(linear.hi), v_set_f64(INFINITY)), linear.hi, sum);
    return v_select_f64(v_eq_f64(c.hi, zero), finish((struct scaled){curved, l.exponent}), sum);
}

/* a sigma(x) - b sigma(-x). For a hard label one term is zero and the other keeps its exponent to the end. */
INLINE vf64 loss_gradient_in_wide(struct sigma sigma, vf64 x, struct pair a, struct pair b)
{
    vf64 zero = v_set_f64(0), minus_one = v_set_f64(-1);
    vm64 left = v_lt_f64(x, zero);
    vf64 exponent_a = v_select_f64(left, sigma.lower.exponent, zero);
    vf64 exponent_b = v_select_f64(left, zero, sigma.lower.exponent);
    struct pair rise = pair_mul(a, pair_select(left, sigma.lower.value, sigma.upper));
    struct pair fall = pair_mul(pair_select(left, sigma.upper, sigma.lower.value),
                                (struct pair){v_mul_f64(b.hi, minus_one), v_mul_f64(b.lo, minus_one)});

    vm64 no_fall = v_eq_f64(b.hi, zero), no_rise = v_eq_f64(a.hi, zero);
    struct pair both = pair_add(pair_ldexp(rise, exponent_a), pair_ldexp(fall, exponent_b));
    both = fast_two_sum(both.hi, both.lo); /* high words that cancel leave the result to the low one */
    struct pair value = pair_select(no_fall, rise, pair_select(no_rise, fall, both));
    vf64 exponent = v_select_f64(no_fall, exponent_a, v_select_f64(no_rise, exponent_b, zero));
    return finish((struct scaled){value, exponent});
}

/* (a + b) sigma(x) sigma(-x) */
INLINE vf64 loss_hessian_in_wide(struct sigma sigma, struct pair a, struct pair b)
{
    struct pair sum = pair_add(a, b);
    struct pair product = pair_mul(sum, pair_mul(sigma.lower.value, sigma.upper));
    vf64 y = finish((struct scaled){product, sigma.lower.exponent}), zero = v_set_f64(0);
    return v_select_f64(v_eq_f64(sum.hi, zero), zero, y);
}

INLINE struct loss_in_wide logistic_loss_in_wide(vf64 x, struct pair a, struct pair b)
{
    struct exponential e = exp_neg_abs_in_wide(x);
    struct sigma sigma = both_sigmas(e);
    return (struct loss_in_wide){loss_value_in_wide(e, x, a, b), loss_gradient_in_wide(sigma, x, a, b),
                                  loss_hessian_in_wide(sigma, a, b)};
}

/* The loss of a label y without weights, a + b = 1. */
INLINE struct loss_in_wide labelled_anywhere(vf64 x, vf64 y)
{
    struct loss_in_wide loss = logistic_loss_in_wide(x, one_minus(y), pair_of(y));
    loss.hessian = sigmoid_derivative_anywhere_in_wide(x);
    return loss;
}

INLINE struct loss_in_wide labelled_loss_in_wide(vf64 x, vf64 y)
{
    struct loss_in_wide loss = labelled_moderate_in_wide(first_pass_in_wide(x), x, y);
    vm64 moderate = is_moderate_in_wide(x, y);
    if (RARELY(!v_all_f64(moderate)))
        loss = loss_select_in_wide(moderate, loss, labelled_anywhere(x, y));
    return loss;
}

/* a factor, where a of 0 drops the factor; the low word of an infinite product is nan. */
INLINE struct pair pair_times(struct pair a, vf64 factor)
{
    vf64 zero = v_set_f64(0);
    struct pair product = two_product(a.hi, factor);
    product.lo = v_fma_f64(a.lo, factor, product.lo);
    product.lo = v_select_f64(v_lt_f64(v_abs_f64(product.hi), v_set_f64(INFINITY)), product.lo, zero);
    return pair_select(v_eq_f64(a.hi, zero), pair_of(zero), product);
}

/* As in math/loss_labelled.h. */
INLINE struct loss_in_wide weighted_loss_in_wide(vf64 x, vf64 y, vf64 w, vf64 p, vf64 s)
{
    struct pair a = smoothed_pair(one_minus(y), s);
    struct pair b = pair_times(smoothed_pair(pair_of(y), s), p);
    a = pair_times(a, w);
    b = pair_times(b, w);
    return drop_unweighted_in_wide(logistic_loss_in_wide(x, a, b), a.hi, b.hi);
}

/* log of a pair, 2^-200 <= hi, cut at -100 */
INLINE struct pair log_cut_in_wide(struct pair p)
{
    struct pair l = pair_log(p);
    return pair_select(v_lt_f64(l.hi, v_set_f64(-100)), pair_of(v_set_f64(-100)), l);
}

/* log p for 0 <= p <= 1; 2^-200 stands for all that the cut at -100 = log(2^-144.3) hides. */
INLINE struct pair log_of_probability(vf64 p)
{
    return log_cut_in_wide(pair_of(v_max_f64(v_set_f64(0x1p-200), p)));
}

/* log(1 - p). Below 2^-60 it is -p to the last bit, which half of a subnormal p, as atanh takes it, would not keep. */
INLINE struct pair log_of_rest(vf64 p)
{
    struct pair q = one_minus(p);
    struct pair log_q = log_cut_in_wide((struct pair){v_max_f64(v_set_f64(0x1p-200), q.hi), q.lo});
    return pair_select(v_lt_f64(p, v_set_f64(0x1p-60)), pair_of(v_neg_f64(p)), log_q);
}

/* -y log p - (1 - y) log(1 - p) */
INLINE vf64 bce_in_wide(vf64 p, vf64 y)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1);
    struct pair log_p = log_of_probability(p), log_q = log_of_rest(p);
    struct pair minus_y = pair_of(v_neg_f64(y)), y_less_one = fast_two_sum(v_set_f64(-1), y);
    struct pair loss = pair_add(pair_mul(y_less_one, log_q), pair_mul(minus_y, log_p));
    vf64 sum = v_select_f64(v_eq_f64(loss.hi, zero), loss.hi, pair_sum(loss)); /* a zero keeps its sign */
    return v_select_f64(v_and_f64(v_le_f64(zero, p), v_le_f64(p, one)), sum, v_set_f64(NAN));
}

INLINE vf64 exp_of_negative_in_wide(vf64 t)
{
    struct exponential e = exp_neg_abs_in_wide(t);
    return finish((struct scaled){e.value, e.exponent});
}

INLINE vf64 log_in_wide(vf64 p)
{
    return pair_sum(pair_log(pair_of(p)));
}

INLINE vf64 quotient_in_wide(vf64 a, vf64 b)
{
    return v_div_f64(a, b);
}

#include "math/loss_forms.h"
#include "math/moderate_focal.h"
#undef READING
#undef WORK
#undef MADD
