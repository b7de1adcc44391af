/* float32 results as in math/f32.h, for processors that take long over a division of whole vectors: one division serves the
 * four vectors of a pack, and what a lane gets of it depends in its last bits on the others.
 *
 * Rounded to float32 all of that is the same: no moderate input lies so near to the middle of two floats. Every result grows
 * or falls with the inverse it is made of, so that it is enough to look at both ends of what an inverse can be, as
 * proof/few_divisions.py does for all inputs. The powers of 2 and the first coefficients are shifted by some last bits until
 * none lies between. */
#include "math/pairs.h"

/* e^r by `count` coefficients for |r| <= ln(2)/32, and 2^(j/16) in the first column. */
struct exponential { double series[7]; int count; double powers[16][2]; };

static const struct exponential exponential_of_sigmoid = {
    {0x1.0000000000022p+0, 0x1.0000000000244p+0, 0x1.fffffffd03803p-2, 0x1.555555584b71fp-3, 0x1.55576b2653003p-5,
     0x1.11108fb9e7ac5p-7}, 6,
    {{0x1p+0}, {0x1.0b5586cf98902p+0}, {0x1.172b83c7d517bp+0}, {0x1.2387a6e75623bp+0}, {0x1.306fe0a31b715p+0},
     {0x1.3dea64c123422p+0}, {0x1.4bfdad5362a27p+0}, {0x1.5ab07dd485429p+0}, {0x1.6a09e667f3bbfp+0}, {0x1.7a11473eb0187p+0},
     {0x1.8ace5422aa0c9p+0}, {0x1.9c49182a3f09p+0}, {0x1.ae89f995ad3adp+0}, {0x1.c199bdd85529cp+0}, {0x1.d5818dcfba489p+0},
     {0x1.ea4afa2a490dap+0}},
};

#define SERIES_OF_SEVEN {1, 1, 0x1.0000000000002p-1, 0x1.55555554dcc9ap-3, 0x1.55555554b6fd4p-5, 0x1.11120b770e49fp-7, \
                         0x1.6c182156922f5p-10}, 7

static const struct exponential exponential_of_derivative = {
    SERIES_OF_SEVEN,
    {{0x1.0000000000002p+0}, {0x1.0b5586cf9890fp+0}, {0x1.172b83c7d517bp+0}, {0x1.2387a6e75623dp+0}, {0x1.306fe0a31b715p+0},
     {0x1.3dea64c123422p+0}, {0x1.4bfdad5362a25p+0}, {0x1.5ab07dd485429p+0}, {0x1.6a09e667f3bcdp+0}, {0x1.7a11473eb0187p+0},
     {0x1.8ace5422aa0dcp+0}, {0x1.9c49182a3f091p+0}, {0x1.ae89f995ad3adp+0}, {0x1.c199bdd85529cp+0}, {0x1.d5818dcfba489p+0},
     {0x1.ea4afa2a490dfp+0}},
};

static const struct exponential exponential_of_silu = {
    SERIES_OF_SEVEN,
    {{0x1p+0}, {0x1.0b5586cf9890fp+0}, {0x1.172b83c7d517bp+0}, {0x1.2387a6e756238p+0}, {0x1.306fe0a31b715p+0},
     {0x1.3dea64c123422p+0}, {0x1.4bfdad5362a27p+0}, {0x1.5ab07dd485429p+0}, {0x1.6a09e667f3bcdp+0}, {0x1.7a11473eb0187p+0},
     {0x1.8ace5422aa0dbp+0}, {0x1.9c49182a3f09p+0}, {0x1.ae89f995ad3adp+0}, {0x1.c199bdd85529cp+0}, {0x1.d5818dcfba487p+0},
     {0x1.ea4afa2a490d7p+0}},
};
#undef SERIES_OF_SEVEN

/* e^-x = power growth, power = 2^k with k a multiple of 1/16 */
struct grown_power { vf64 power, growth; };

INLINE struct grown_power exp_of_minus_by(const struct exponential *exponential, vf64 x)
{
    /* -x = k ln 2 + r */
    vf64 z = v_fma_f64(x, v_set_f64(-one_over_ln2_f64), v_set_f64(ROUND_TO_SIXTEENTH)), power, unused;
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 r = v_fma_f64(k, v_set_f64(-0x1.62e42fefa39efp-1), v_neg_f64(x));
    v_lookup_16_pairs(exponential->powers, z, &power, &unused);
    return (struct grown_power){v_ldexp_floor_f64(power, k), horner_f64(r, exponential->series, exponential->count)};
}

INLINE vf64 one_plus(struct grown_power e)
{
    return v_fma_f64(e.power, e.growth, v_set_f64(1));
}

INLINE vf64 sigmoid_f32_by_few_divisions(vf64 x)
{
    vf64 y = v_inverse_f64(one_plus(exp_of_minus_by(&exponential_of_sigmoid, x)));
    if (RARELY(!v_all_moderate_f64(x)))
        y = sigmoid_f32_anywhere(x);
    return y;
}

INLINE vf64 log_sigmoid_derivative_f32_by_few_divisions(vf64 x)
{
    return sigmoid_f32_by_few_divisions(v_neg_f64(x));
}

INLINE vf64 silu_f32_by_few_divisions(vf64 x)
{
    vf64 y = v_mul_f64(x, v_inverse_f64(one_plus(exp_of_minus_by(&exponential_of_silu, x))));
    if (RARELY(!v_all_moderate_f64(x)))
        y = silu_f32_anywhere(x);
    return y;
}

/* e^-x / (1 + e^-x)^2: moderate, four squares of 1 + e^-x have a product of at most 2^850. */
INLINE vf64 sigmoid_derivative_f32_by_few_divisions(vf64 x)
{
    struct grown_power e = exp_of_minus_by(&exponential_of_derivative, x);
    vf64 whole = v_mul_f64(e.power, e.growth), sum = v_add_f64(whole, v_set_f64(1));
    vf64 y = v_mul_f64(whole, v_inverse_f64(v_mul_f64(sum, sum)));
    if (RARELY(!v_all_moderate_f64(x)))
        y = sigmoid_derivative_in_f64(x);
    return y;
}

INLINE void sigmoid_and_derivative_f32_by_few_divisions(vf64 x, vf64 *value, vf64 *derivative)
{
    struct grown_power e = exp_of_minus_by(&exponential_of_derivative, x);
    vf64 whole = v_mul_f64(e.power, e.growth);
    *value = v_inverse_f64(v_add_f64(whole, v_set_f64(1)));
    *derivative = v_mul_f64(v_mul_f64(whole, *value), *value);
    if (RARELY(!v_all_moderate_f64(x))) {
        *value = sigmoid_f32_anywhere(x);
        *derivative = sigmoid_derivative_in_f64(x);
    }
}
