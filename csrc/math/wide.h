/* The working precision wide: float64 results, worked in pairs (hi, lo) of doubles whose sum carries about 100 bits, and
 * rounded once.
 *
 * Not correctly rounded, so that every operation here is part of the result: v_fma_f64 where written, nothing contracted,
 * no lane looking at its neighbours. The worst case of sigmoid found is 0.5010 ULP. */
#include "math/moderate.h"
#include "math/pairs.h"

/* e^t = value 2^floor(k) with value in [1, 2] as a pair. */
struct power_of_e { struct pair value; vf64 k; };

/* ln 2 for sixteenths: 37 bits, so that 16 bits of n times it are exact, and the rest. */
static const double ln2_high_sixteenths = 0x1.62e42fefap-1, ln2_low_sixteenths = 0x1.cf79abc9e3b3ap-40;

INLINE struct power_of_e exp_in_wide(vf64 t)
{
    /* t = k ln 2 + r + r_low, k a multiple of 1/16 */
    vf64 z = v_fma_f64(t, v_set_f64(0x1.71547652b82fep0), v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 ln2_low = v_set_f64(-ln2_low_sixteenths);
    vf64 m = v_fma_f64(k, v_set_f64(-ln2_high_sixteenths), t);
    vf64 r = v_fma_f64(k, ln2_low, m);
    vf64 r_low = v_fma_f64(k, ln2_low, v_sub_f64(m, r));

    /* e^r = 1 + r + q, times 2^(j/16) = high + low: the product high r is split, the rest is small */
    vf64 high, low;
    v_lookup_16_pairs(exp2_sixteenths, z, &high, &low);
    vf64 q = v_fma_f64(v_mul_f64(r, r), HORNER_F64(r, exp_series), r_low);
    vf64 sum = v_fma_f64(high, r, high);
    vf64 sum_low = v_fma_f64(high, r, v_sub_f64(high, sum));
    vf64 rest = v_fma_f64(high, q, v_fma_f64(low, r, v_add_f64(low, sum_low)));
    return (struct power_of_e){fast_two_sum(sum, rest), k};
}

/* e^-|x| = value 2^exponent; `scaled` is the same pair times 2^exponent, but no smaller than 2^-600, which adds nothing
 * to 1 and keeps every product of it normal. */
struct exponential { struct pair value, scaled; vf64 exponent; };

INLINE struct exponential exp_neg_abs_in_wide(vf64 x)
{
    /* Below -1460 even 2^1024 e^t is less than half the smallest double. */
    struct power_of_e e = exp_in_wide(v_max_f64(v_set_f64(-1460), v_neg_abs_f64(x)));
    vf64 exponent = v_floor_f64(e.k);
    return (struct exponential){e.value, pair_exp2(e.value, v_max_f64(v_set_f64(-600), exponent)), exponent};
}

/* Ordinary x, |x| <= 400: e^-|x| > 2^-600 and all that is made of it are normal numbers, so that no bound is needed and
 * nothing is left to finish. The results are the same to the last bit. nan passes through. */
INLINE struct pair exp_neg_abs_ordinary(vf64 x)
{
    struct power_of_e e = exp_in_wide(v_neg_abs_f64(x));
    return (struct pair){v_ldexp_floor_f64(e.value.hi, e.k), v_ldexp_floor_f64(e.value.lo, e.k)};
}

INLINE vm64 is_extraordinary(vf64 x)
{
    return v_lt_f64(v_set_f64(400), v_abs_f64(x));
}

INLINE int any_extraordinary(vf64 x)
{
    return v_any_f64(is_extraordinary(x));
}

/* A pair times 2^exponent, for values whose last bits reach below the smallest double. */
struct scaled { struct pair value; vf64 exponent; };

/* value 2^exponent rounded once, subnormal results included. */
INLINE vf64 finish(struct scaled v)
{
    vf64 exponent = v_max_f64(v_set_f64(-2000), v.exponent);
    vf64 sum = pair_sum(v.value), y = v_ldexp_f64(sum, exponent);
#ifndef PYSIGMOID_CONTROL_NO_FINISH
    if (!v_any_f64(v_lt_f64(v_abs_f64(y), v_set_f64(0x1p-1021))))
        return y;
    /* Below 2^-1022 the spacing stops shrinking. Adding that bound, scaled like the value, makes the sum round where the
     * result will, with the low word still at hand. */
    vf64 bound = v_exp2_f64(v_max_f64(v_set_f64(-1022), v_sub_f64(v_set_f64(-1022), exponent)));
    vf64 shift = v_copysign_f64(bound, v.value.hi);
    struct pair shifted = fast_two_sum(shift, v.value.hi);
    vf64 rounded = v_sub_f64(v_add_f64(shifted.hi, v_add_f64(shifted.lo, v.value.lo)), shift);
    vf64 small = v_copysign_f64(rounded, v.value.hi);
    y = v_ldexp_f64(v_select_f64(v_lt_f64(v_abs_f64(v.value.hi), bound), small, sum), exponent);
#endif
    return y;
}

/* factor v with a factor of any size: 2^600 is moved to the exponent, from the side on which nothing can be lost. */
INLINE vf64 finish_product(vf64 factor, struct scaled v)
{
    vf64 zero = v_set_f64(0), infinity = v_set_f64(INFINITY);
    vf64 magnitude = v_abs_f64(factor);
    vm64 small = v_lt_f64(magnitude, v_set_f64(1));
    vf64 moved = v_mul_f64(factor, v_select_f64(small, v_set_f64(0x1p600), v_set_f64(0x1p-600)));
    vf64 exponent = v_add_f64(v.exponent, v_select_f64(small, v_set_f64(-600), v_set_f64(600)));

    struct pair product = two_product(moved, v.value.hi);
    product.lo = v_fma_f64(moved, v.value.lo, product.lo);
    vf64 y = finish((struct scaled){product, exponent});

    vm64 ordinary = v_and_f64(v_lt_f64(zero, magnitude), v_lt_f64(magnitude, infinity));
    return v_select_f64(ordinary, y, v_mul_f64(factor, v.value.hi));
}

/* sigma(-|x|), with its exponent left out, and sigma(|x|). */
struct sigma { struct scaled lower; struct pair upper; };

INLINE struct pair one_plus(struct pair small)
{
    struct pair sum = fast_two_sum(v_set_f64(1), small.hi);
    sum.lo = v_add_f64(sum.lo, small.lo);
    return sum;
}

INLINE struct sigma both_sigmas(struct exponential e)
{
    struct pair sum = one_plus(e.scaled);
    vf64 inverse = v_div_f64(v_set_f64(1), sum.hi);
    return (struct sigma){{pair_div(e.value, sum, inverse), e.exponent},
                          pair_div(pair_of(v_set_f64(1)), sum, inverse)};
}

/* Of ordinary x: nothing has an exponent of its own. */
INLINE struct sigma both_ordinary_sigmas(struct pair e)
{
    struct pair sum = one_plus(e);
    vf64 inverse = v_div_f64(v_set_f64(1), sum.hi);
    return (struct sigma){{pair_div(e, sum, inverse), v_set_f64(0)}, pair_div(pair_of(v_set_f64(1)), sum, inverse)};
}

INLINE struct scaled sigmoid_scaled(vf64 x)
{
    struct exponential e = exp_neg_abs_in_wide(x);
    struct pair sum = one_plus(e.scaled);
    vm64 left = v_lt_f64(x, v_set_f64(0));
    struct pair numerator = pair_select(left, e.value, pair_of(v_set_f64(1)));
    return (struct scaled){pair_div(numerator, sum, v_div_f64(v_set_f64(1), sum.hi)),
                           v_select_f64(left, e.exponent, v_set_f64(0))};
}

INLINE struct scaled sigmoid_derivative_scaled(struct exponential e)
{
    struct sigma sigma = both_sigmas(e);
    return (struct scaled){pair_mul(sigma.lower.value, sigma.upper), sigma.lower.exponent};
}

INLINE struct pair sigmoid_ordinary_pair(vf64 x)
{
    struct pair e = exp_neg_abs_ordinary(x), sum = one_plus(e);
    struct pair numerator = pair_select(v_lt_f64(x, v_set_f64(0)), e, pair_of(v_set_f64(1)));
    return pair_div(numerator, sum, v_div_f64(v_set_f64(1), sum.hi));
}

SELDOM vf64 sigmoid_anywhere_in_wide(vf64 x)
{
    return finish(sigmoid_scaled(x));
}

INLINE vf64 sigmoid_in_wide(vf64 x)
{
    vf64 y = v_set_f64(0);
    if (V_BRANCHES_PAY)
        y = pair_sum(sigmoid_ordinary_pair(x));
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x)))
        y = sigmoid_anywhere_in_wide(x);
    return y;
}

SELDOM vf64 sigmoid_derivative_anywhere_in_wide(vf64 x)
{
    return finish(sigmoid_derivative_scaled(exp_neg_abs_in_wide(x)));
}

INLINE vf64 sigmoid_derivative_in_wide(vf64 x)
{
    struct pair e = exp_neg_moderate(v_abs_f64(x));
    vf64 y = pair_sum(sigma_slope(sigma_of_minus(e, inverse_of_one_plus(e))));
    vm64 moderate = is_moderate(x);
    if (RARELY(!v_all_f64(moderate)))
        y = v_select_f64(moderate, y, sigmoid_derivative_anywhere_in_wide(x));
    return y;
}

/* At -infinity sigma is exactly 0, and infinity times that has no limit: nan. */
INLINE vf64 sigmoid_gate_in_wide(vf64 a, vf64 b)
{
    vf64 y = finish_product(a, sigmoid_scaled(b)), zero = v_set_f64(0);
    return v_select_f64(v_eq_f64(b, v_set_f64(-INFINITY)), v_mul_f64(a, zero), y);
}

INLINE vf64 sigmoid_vjp_in_wide(vf64 g, vf64 x)
{
    vf64 y = finish_product(g, sigmoid_derivative_scaled(exp_neg_abs_in_wide(x))), zero = v_set_f64(0);
    return v_select_f64(v_eq_f64(v_abs_f64(x), v_set_f64(INFINITY)), v_mul_f64(g, zero), y);
}

/* x sigma(x) has vanished at -1460, long before -infinity. */
SELDOM vf64 silu_anywhere_in_wide(vf64 x)
{
    return finish_product(v_max_f64(v_set_f64(-1460), x), sigmoid_scaled(x));
}

/* Of ordinary x the product is rounded at once: a subnormal one has an x next to 0, where sigma is 1/2. */
INLINE vf64 silu_of_ordinary(vf64 x, struct pair sigma)
{
    return v_fma_f64(x, sigma.hi, v_mul_f64(x, sigma.lo));
}

INLINE vf64 silu_in_wide(vf64 x)
{
    vf64 y = silu_of_ordinary(x, sigmoid_ordinary_pair(x));
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x)))
        y = v_select_f64(is_extraordinary(x), silu_anywhere_in_wide(x), y);
    return y;
}

/* sigma(x) (1 + x sigma(-x)), as sigma(-|x|) or sigma(|x|) times the other factor; `lower` is sigma(-|x|), no smaller than
 * 2^-600. */
INLINE struct pair silu_derivative_factor(struct pair lower, struct pair upper, vm64 left, vf64 x)
{
    struct pair product = pair_mul(pair_of(x), pair_select(left, upper, lower));
    return pair_add(pair_of(v_set_f64(1)), product);
}

/* Right of zero sigma(-x) carries the exponent, left of it sigma(x) does. */
INLINE vf64 silu_derivative_of(struct sigma sigma, vf64 x)
{
    vf64 zero = v_set_f64(0);
    vf64 bounded = v_max_f64(v_set_f64(-1460), v_min_f64(v_set_f64(1460), x));
    vm64 left = v_lt_f64(x, zero);
    struct pair lower = pair_exp2(sigma.lower.value, v_max_f64(v_set_f64(-600), sigma.lower.exponent));
    struct pair factor = silu_derivative_factor(lower, sigma.upper, left, bounded);
    struct pair product = pair_mul(pair_select(left, sigma.lower.value, sigma.upper), factor);
    return finish((struct scaled){product, v_select_f64(left, sigma.lower.exponent, zero)});
}

INLINE vf64 silu_derivative_of_ordinary(struct sigma sigma, vf64 x)
{
    struct pair lower = sigma.lower.value;
    vm64 left = v_lt_f64(x, v_set_f64(0));
    struct pair factor = silu_derivative_factor(lower, sigma.upper, left, x);
    return pair_sum(pair_mul(pair_select(left, lower, sigma.upper), factor));
}

SELDOM vf64 silu_derivative_anywhere_in_wide(vf64 x)
{
    return silu_derivative_of(both_sigmas(exp_neg_abs_in_wide(x)), x);
}

INLINE vf64 silu_derivative_in_wide(vf64 x)
{
    vf64 y = v_set_f64(0);
    if (V_BRANCHES_PAY)
        y = silu_derivative_of_ordinary(both_ordinary_sigmas(exp_neg_abs_ordinary(x)), x);
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x)))
        y = silu_derivative_anywhere_in_wide(x);
    return y;
}

/* log(1 + e) = 2 atanh(e / (2 + e)) */
INLINE struct pair log_one_plus_pair(struct pair e)
{
    struct pair two_plus_e = fast_two_sum(v_set_f64(2), e.hi);
    two_plus_e.lo = v_add_f64(two_plus_e.lo, e.lo);
    return pair_twice_atanh(pair_div(e, two_plus_e, v_div_f64(v_set_f64(1), two_plus_e.hi)));
}

INLINE struct scaled log_one_plus_in_wide(struct exponential e)
{
    return (struct scaled){log_one_plus_pair(e.scaled), v_min_f64(v_set_f64(0), v_add_f64(e.exponent, v_set_f64(600)))};
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); above 40 the second term is less than a quarter ULP of x. */
SELDOM vf64 softplus_anywhere_in_wide(vf64 x)
{
    struct scaled l = log_one_plus_in_wide(exp_neg_abs_in_wide(x));
    vf64 right = pair_sum(pair_add(pair_of(x), l.value));
    vf64 y = v_select_f64(v_le_f64(x, v_set_f64(0)), finish(l), right);
    return v_select_f64(v_lt_f64(v_set_f64(40), x), x, y);
}

INLINE vf64 softplus_ordinary_in_wide(vf64 x)
{
    struct pair l = log_one_plus_pair(exp_neg_abs_ordinary(x));
    return v_select_f64(v_le_f64(x, v_set_f64(0)), pair_sum(l), pair_sum(pair_add(pair_of(x), l)));
}

INLINE vf64 softplus_in_wide(vf64 x)
{
    vf64 y = v_set_f64(0);
    if (V_BRANCHES_PAY)
        y = softplus_ordinary_in_wide(x);
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x)))
        y = softplus_anywhere_in_wide(x);
    return y;
}

INLINE vf64 log_sigmoid_in_wide(vf64 x)
{
    return v_neg_f64(softplus_in_wide(v_neg_f64(x)));
}

/* n ln 2 + 2 atanh(difference / sum), where difference / sum = (u - v) / (u + v) makes it log(u / v) + n ln 2. */
INLINE struct pair log_of_quotient_in_wide(struct pair difference, struct pair sum, vf64 n)
{
    struct pair l = pair_twice_atanh(pair_div(difference, sum, v_div_f64(v_set_f64(1), sum.hi)));
    struct pair y = two_sum(v_mul_f64(n, v_set_f64(ln2_high_f64)), l.hi);
    y.lo = v_add_f64(y.lo, v_fma_f64(n, v_set_f64(ln2_low_f64), l.lo));
    return y;
}

/* log(p / (1 - p)), with Q = (1 - p) 2^n so near p that p - Q is exact. A p below 2^-900 is lifted by 2^100, clear of the
 * subnormals, whose exponent cannot be read off their bits. */
INLINE vf64 logit_in_wide(vf64 p)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1);
    vm64 tiny = v_lt_f64(p, v_set_f64(0x1p-900));
    vf64 lifted = v_select_f64(tiny, v_mul_f64(p, v_set_f64(0x1p100)), p);
    struct pair q = fast_two_sum(one, v_neg_f64(p));

    vf64 z = v_exponent_gap_f64(lifted, q.hi);
    vf64 n = v_sub_f64(z, v_set_f64(ROUND_TO_INTEGER_f64));
    struct pair Q = {v_ldexp_biased_f64(q.hi, z), v_ldexp_f64(q.lo, n)};
    struct pair difference = fast_two_sum(v_sub_f64(lifted, Q.hi), v_neg_f64(Q.lo));
    struct pair sum = two_sum(lifted, Q.hi);
    sum.lo = v_add_f64(sum.lo, Q.lo);
    vf64 total = v_select_f64(tiny, v_sub_f64(n, v_set_f64(100)), n);
    vf64 y = pair_sum(log_of_quotient_in_wide(difference, sum, total));

    y = v_select_f64(v_eq_f64(p, zero), v_set_f64(-INFINITY), y);
    y = v_select_f64(v_eq_f64(p, one), v_set_f64(INFINITY), y);
    return v_select_f64(v_and_f64(v_le_f64(zero, p), v_le_f64(p, one)), y, v_set_f64(NAN));
}

/* log of a pair, hi a normal number */
INLINE struct pair pair_log(struct pair p)
{
    vf64 z = v_exponent_gap_f64(p.hi, v_set_f64(1));
    vf64 Q = v_ldexp_biased_f64(v_set_f64(1), z);
    struct pair sum = two_sum(p.hi, Q);
    sum.lo = v_add_f64(sum.lo, p.lo);
    return log_of_quotient_in_wide(fast_two_sum(v_sub_f64(p.hi, Q), p.lo), sum,
                               v_sub_f64(z, v_set_f64(ROUND_TO_INTEGER_f64)));
}
