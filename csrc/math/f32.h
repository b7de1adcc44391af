/* float32 results: worked in double and rounded once.
 *
 * The double is good to about 2^-50, so the rounding can only miss where the exact value lies nearer than that to the
 * middle of two floats. The inputs where it does are known from a sweep over all 2^32 and stand below as patches. */
#include "math/pairs.h"
#include "math/patches.h"

#define READING f64
#define WORK f64
#define MADD madd
#include "math/exponential.h"
#include "math/functions.h"
#include "math/products.h"
#undef READING
#undef WORK
#undef MADD

/* sigma(x) = 1/2 + x/4 - x^3/48 + ...: for small x, x/4 falls on exact middles, and the cubic term decides, towards 1/2.
 * A slope just under 1/4 decides alike. Below 2^-11 the cubic term is too small to move anything else. */
INLINE vf64 sigmoid_f32_anywhere(vf64 x)
{
    vf64 y = sigmoid_in_f64(x);
    y = patch_below_f64(y, x, 0x1p-11, v_madd_f64(x, v_set_f64(0x1.fffffep-3), v_set_f64(0.5)));
    return patch_f64(y, x, -0x1.250c02p-10, 0x1.ffb6bep-2); /* 2^-54.98 from a middle */
}

/* silu(x) = x/2 + x^2/4 - ...: half an odd subnormal is a middle, and the square decides, upwards. */
INLINE vf64 silu_f32_patched(vf64 y, vf64 x)
{
    vf64 half = v_add_f64(v_set_f64(0.5), v_copysign_f64(v_set_f64(0x1p-28), x));
    return patch_below_f64(y, x, 0x1p-100, v_mul_f64(x, half));
}

INLINE vf64 silu_f32_anywhere(vf64 x)
{
    return silu_f32_patched(silu_in_f64(x), x);
}

#ifdef V_LOOKUP_16_IS_ONE_PERMUTE

/* (sqrt(u) coth(sqrt(u)/2) - 2) / u for u <= (ln(2)/32)^2 */
static const double coth_series_sixteenths[] = {0x1.55555555135f9p-3, -0x1.6c15348660fp-9};

/* power (numerator / denominator), power = 2^k with k a multiple of 1/16 */
struct near_power { vf64 power, numerator, denominator; };

/* e^-x as in math/exponential.h, with half the polynomial for a sixteenth of the interval */
INLINE struct near_power exp_of_minus(vf64 x)
{
    /* -x = k ln 2 + r */
    vf64 z = v_fma_f64(x, v_set_f64(-one_over_ln2_f64), v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 r = v_fma_f64(k, v_set_f64(-0x1.62e42fefa39efp-1), v_neg_f64(x));

    vf64 u = v_mul_f64(r, r), high, low;
    vf64 h = v_fma_f64(u, HORNER_F64(u, coth_series_sixteenths), v_set_f64(2));
    v_lookup_16_pairs(exp2_sixteenths, z, &high, &low);
    return (struct near_power){v_ldexp_floor_f64(high, k), v_add_f64(h, r), v_sub_f64(h, r)};
}

INLINE struct ratio_in_f64 exp_of_minus_moderate(vf64 x)
{
    struct near_power e = exp_of_minus(x);
    return (struct ratio_in_f64){v_mul_f64(e.power, e.numerator), e.denominator};
}

INLINE struct near_power near_power_of_neg_abs(vf64 x)
{
    return exp_of_minus(v_min_f64(v_set_f64(-vanishing_f64), v_abs_f64(x)));
}

INLINE struct ratio_in_f64 exp_neg_abs_f32(vf64 x)
{
    struct near_power e = near_power_of_neg_abs(x);
    return (struct ratio_in_f64){v_mul_f64(e.power, e.numerator), e.denominator};
}

INLINE vf64 sigmoid_f32_moderate(vf64 x)
{
    struct near_power e = exp_of_minus(x);
    return v_div_f64(e.denominator, v_fma_f64(e.power, e.numerator, e.denominator));
}

INLINE vf64 silu_f32_moderate(vf64 x)
{
    struct near_power e = exp_of_minus(x);
    return v_div_f64(v_mul_f64(x, e.denominator), v_fma_f64(e.power, e.numerator, e.denominator));
}

/* e^-x / (1 + e^-x)^2. No input misses, here or in math/products.h. */
INLINE vf64 sigmoid_derivative_f32(vf64 x)
{
    struct near_power e = exp_of_minus(x);
    vf64 numerator = v_mul_f64(e.power, e.numerator);
    vf64 sum = v_add_f64(numerator, e.denominator);
    vf64 y = v_div_f64(v_mul_f64(numerator, e.denominator), v_mul_f64(sum, sum));
    if (RARELY(!v_all_moderate_f64(x)))
        y = sigmoid_derivative_in_f64(x);
    return y;
}

/* c = j/15 and log(1 + c) */
static const double log_fifteenths[16][2] = {
    {0, 0}, {0x1.1111111111111p-4, 0x1.08598b59e3a06p-4},
    {0x1.1111111111111p-3, 0x1.005588ad375adp-3}, {0x1.999999999999ap-3, 0x1.7565011e49677p-3},
    {0x1.1111111111111p-2, 0x1.e41fccb76b0d7p-3}, {0x1.5555555555555p-2, 0x1.269621134db92p-2},
    {0x1.999999999999ap-2, 0x1.588c2d913349p-2}, {0x1.ddddddddddddep-2, 0x1.882f1ef83ed44p-2},
    {0x1.1111111111111p-1, 0x1.b5b3e24235e88p-2}, {0x1.3333333333333p-1, 0x1.e148a1a2726cdp-2},
    {0x1.5555555555555p-1, 0x1.058aefa811451p-1}, {0x1.7777777777777p-1, 0x1.199fac68b4ab7p-1},
    {0x1.999999999999ap-1, 0x1.2cf25fad8f1c4p-1}, {0x1.bbbbbbbbbbbbcp-1, 0x1.3f91275240811p-1},
    {0x1.ddddddddddddep-1, 0x1.5188a4a02d7ffp-1}, {0x1p0, 0x1.62e42fefa39efp-1},
};

/* (atanh(s)/s - 1) / s^2 in z = s^2 <= 1/56^2, to 2^-56.4 of atanh(s) */
static const double atanh_series_fifteenths[] = {0x1.55555555583ep-2, 0x1.999997e922863p-3, 0x1.24b5fb110bf59p-3};

/* log(1 + e) = log(1 + c) + 2 atanh(s), s = (e - c) / (2 + e + c), for e = e^-|x| and the c nearest to its power of two:
 * e is at most 2.2 % off that, so that |s| < 1/56. */
INLINE vf64 log_one_plus_exp_neg_abs(vf64 x)
{
    struct near_power e = near_power_of_neg_abs(x);
    vf64 numerator = v_mul_f64(e.power, e.numerator), c, log_one_plus_c;
    vf64 j = v_fma_f64(e.power, v_set_f64(15), v_set_f64(ROUND_TO_INTEGER_f64));
    v_lookup_16_pairs(log_fifteenths, j, &c, &log_one_plus_c);

    vf64 s = v_div_f64(v_fma_f64(v_neg_f64(c), e.denominator, numerator),
                       v_fma_f64(v_add_f64(c, v_set_f64(2)), e.denominator, numerator));
    vf64 z = v_mul_f64(s, s), twice = v_add_f64(s, s);
    vf64 two_atanh = v_fma_f64(v_mul_f64(twice, z), HORNER_F64(z, atanh_series_fifteenths), twice);
    return v_add_f64(log_one_plus_c, two_atanh);
}

#else

INLINE struct ratio_in_f64 exp_of_minus_moderate(vf64 x)
{
    return exp_in_f64(v_neg_f64(x));
}

INLINE struct ratio_in_f64 exp_neg_abs_f32(vf64 x)
{
    return exp_neg_abs_in_f64(x);
}

INLINE vf64 sigmoid_f32_moderate(vf64 x)
{
    struct ratio_in_f64 e = exp_of_minus_moderate(x);
    return v_div_f64(e.denominator, v_add_f64(e.denominator, e.numerator));
}

INLINE vf64 log_one_plus_exp_neg_abs(vf64 x)
{
    return log_one_plus_in_f64(exp_neg_abs_in_f64(x));
}

INLINE vf64 silu_f32_moderate(vf64 x)
{
    struct ratio_in_f64 e = exp_of_minus_moderate(x);
    return v_div_f64(v_mul_f64(x, e.denominator), v_add_f64(e.denominator, e.numerator));
}

INLINE vf64 sigmoid_derivative_f32(vf64 x)
{
    return sigmoid_derivative_in_f64(x);
}

#endif

/* Moderate x need no patch, and e^-x no clamp: 1 / (1 + e^-x) as it stands, rounded rightly for positive and negative x
 * alike. It is computed for all, so that its constants stay in registers, and replaced where x is not moderate. */
INLINE vf64 sigmoid_f32(vf64 x)
{
    if (!V_BRANCHES_PAY)
        return sigmoid_f32_anywhere(x);
    vf64 y = sigmoid_f32_moderate(x);
    if (RARELY(!v_all_moderate_f64(x)))
        y = sigmoid_f32_anywhere(x);
    return y;
}

INLINE vf64 silu_f32(vf64 x)
{
    if (!V_BRANCHES_PAY)
        return silu_f32_anywhere(x);
    vf64 y = silu_f32_moderate(x);
    if (RARELY(!v_all_moderate_f64(x)))
        y = silu_f32_anywhere(x);
    return y;
}

INLINE vf64 softplus_f32(vf64 x)
{
    vf64 y = v_add_f64(v_max_f64(v_set_f64(0), x), log_one_plus_exp_neg_abs(x));
    return patch_f64(y, x, 0x1.d483ap-12, 0x1.63017ap-1);
}

/* -softplus(-x) */
INLINE vf64 log_sigmoid_f32(vf64 x)
{
    vf64 y = v_sub_f64(v_min_f64(v_set_f64(0), x), log_one_plus_exp_neg_abs(x));
    return patch_f64(y, x, -0x1.d483ap-12, -0x1.63017ap-1);
}

/* (atanh(s)/s - 1) / s^2 in z = s^2 <= 1/25, to 2^-55.9 of atanh(s) */
static const double atanh_series_fifths[] = {0x1.5555555555776p-2, 0x1.99999998f0af2p-3, 0x1.249249b22edc3p-3,
                                             0x1.c71c015cf15d3p-4, 0x1.7474e3d62ef39p-4, 0x1.3852c24ec800cp-4,
                                             0x1.3abebf1451c4dp-4};

/* logit_in_f64 for 0 < p < 1: p and Q lie within a factor of 3/2, so that |s| <= 1/5. */
INLINE vf64 logit_f32_inside(vf64 p)
{
    vf64 q = v_sub_f64(v_set_f64(1), p), z = v_exponent_gap_f64(p, q), Q = v_ldexp_biased_f64(q, z);
    vf64 n = v_sub_f64(z, v_set_f64(ROUND_TO_INTEGER_f64));
    vf64 s = v_div_f64(v_sub_f64(p, Q), v_add_f64(p, Q));
    vf64 square = v_mul_f64(s, s), twice = v_add_f64(s, s);
    vf64 two_atanh = v_madd_f64(v_mul_f64(twice, square), HORNER_F64(square, atanh_series_fifths), twice);
    return v_madd_f64(n, v_set_f64(0x1.62e42fefa39efp-1), two_atanh);
}

/* At 0, at 1 and outside, and below 2^-54, which the distance from 1/2 does not tell from 0. */
INLINE vf64 logit_f32(vf64 p)
{
    vf64 half = v_set_f64(0.5), y = p;
    if (V_BRANCHES_PAY)
        y = logit_f32_inside(p);
    if (!V_BRANCHES_PAY || RARELY(v_any_f64(v_le_f64(half, v_abs_f64(v_sub_f64(p, half))))))
        y = logit_in_f64(p);
    return patch_f64(y, p, 0x1.13986cp-22, -0x1.e59d8ap+3);
}

INLINE vf64 log_sigmoid_derivative_f32(vf64 x)
{
    return sigmoid_f32(v_neg_f64(x));
}

/* sigma(x) and sigma(x) sigma(-x) from one division. No input misses. */
INLINE void sigmoid_and_derivative_f32(vf64 x, vf64 *value, vf64 *derivative)
{
    struct ratio_in_f64 e = exp_of_minus_moderate(x);
    vf64 inverse = v_div_f64(v_set_f64(1), v_add_f64(e.denominator, e.numerator));
    *value = v_mul_f64(e.denominator, inverse);
    *derivative = v_mul_f64(v_mul_f64(e.numerator, inverse), *value);
    if (!V_BRANCHES_PAY || RARELY(!v_all_moderate_f64(x))) {
        *value = sigmoid_f32_anywhere(x);
        *derivative = sigmoid_derivative_in_f64(x);
    }
}

/* sigma(x) from e^-|x|, which moderate x need no patch for. */
INLINE vf64 sigmoid_f32_beside(struct ratio_in_f64 exp_neg_abs, vf64 x)
{
    struct sides_in_f64 sigma = sides_of_in_f64(exp_neg_abs, x);
    vf64 y = v_div_f64(sigma.positive, sigma.sum);
    if (!V_BRANCHES_PAY || RARELY(!v_all_moderate_f64(x)))
        y = sigmoid_f32_anywhere(x);
    return y;
}

/* In these two the compiler makes e^-|x| once: the value has the same. */
INLINE void softplus_and_derivative_f32(vf64 x, vf64 *value, vf64 *derivative)
{
    *value = softplus_f32(x);
    *derivative = sigmoid_f32_beside(exp_neg_abs_f32(x), x);
}

INLINE void log_sigmoid_and_derivative_f32(vf64 x, vf64 *value, vf64 *derivative)
{
    *value = log_sigmoid_f32(x);
    *derivative = sigmoid_f32_beside(exp_neg_abs_f32(x), v_neg_f64(x));
}
