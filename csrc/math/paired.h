/* The working precision paired: losses of float32 and half types in pairs of floats, for logits up to MOST_PAIRED, or a
 * little further, and labels in [0, 1]. Every quotient is corrected by its exact remainder, so that only e^-|x| (2^-31.1)
 * and the short sums behind it count. Not all inputs can be tried: every operation is part of the result, fused where
 * written.
 *
 * With t = |x|, E = e^-t, q = E / (1 + E) and c the share of the label on the wrong side, y left of zero, 1 - y right of it:
 *   loss      c t + log(1 + E)      both terms positive
 *   gradient  sign(x) (c - q)       -q to full relative accuracy where a hard label is right
 *   Hessian   q (1 - q) */
#ifndef PYSIGMOID_MATH_PAIRED_H
#define PYSIGMOID_MATH_PAIRED_H

#include "math/constants.h"

/* e^-84 and what is lost of it are normal numbers: those that the products below leave over. */
#define MOST_PAIRED 42

struct float_pair { vf32 hi, lo; };

INLINE vf32 horner_f32(vf32 x, const float *coefficients, int count)
{
    vf32 sum = v_set_f32(coefficients[count - 1]);
    for (int i = count - 2; i >= 0; i--)
        sum = v_fma_f32(x, sum, v_set_f32(coefficients[i]));
    return sum;
}

/* ---- the first pass ---- */

/* 2^(j/8), with j << 20 taken off its bits: the eighths that are added to its exponent bring that along. Then what the entry
 * lacks, relatively. */
static const float exp2_eighths_paired[8] = {0x1p+0f, 0x1.f72b84p-1f, 0x1.f06fep-1f, 0x1.ebfdaep-1f,
                                             0x1.ea09e6p-1f, 0x1.eace54p-1f, 0x1.ee89fap-1f, 0x1.f5818ep-1f};
static const float exp2_eighths_lacks[8] = {0, -0x1.9c0c22p-27f, 0x1.125002p-25f, -0x1.0a355p-25f,
                                            0x1.26055cp-26f, 0x1.67a1cap-28f, -0x1.f9c304p-27f, -0x1.a5217cp-28f};

/* e^-t for 0 <= t <= 78; 2^-150 may be lost of it beyond MOST_PAIRED */
INLINE struct float_pair exp_of_minus_in_paired(vf32 t)
{
    /* -t = k ln 2 + r + low word, k a multiple of 1/8: fused, r is exact */
    vf32 eighth = v_set_f32(0x1.8p20f);
    vf32 z = v_fnma_f32(t, v_set_f32(0x1.715476p0f), eighth);
    vf32 k = v_sub_f32(z, eighth);
    vf32 r = v_fnms_f32(k, v_set_f32(0x1.62e43p-1f), t);

    /* e^r (1 + lacks) = 1 + r + rest, the low word of r among what is lacking */
    vf32 u = v_mul_f32(r, r);
    vf32 lacks = v_fma_f32(k, v_set_f32(0x1.05c61p-29f), v_lookup_8_f32(exp2_eighths_lacks, z));
    vf32 series = v_fma_f32(r, v_set_f32(0x1.555c76p-3f), v_set_f32(0x1.fffffap-2f));
    series = v_fma_f32(u, v_set_f32(0x1.55cd4ep-5f), series);
    vf32 rest = v_fma_f32(u, series, v_fma_f32(lacks, r, lacks));

    vf32 power = v_add_eighths_f32(v_lookup_8_f32(exp2_eighths_paired, z), z);
    vf32 hi = v_fma_f32(power, r, power);
    vf32 lo = v_fma_f32(power, rest, v_fma_f32(power, r, v_sub_f32(power, hi)));
    vf32 sum = v_add_f32(hi, lo);
    return (struct float_pair){sum, v_sub_f32(lo, v_sub_f32(sum, hi))};
}

/* s = E / (2 + E), of which log(1 + E) = 2 atanh(s) */
INLINE vf32 atanh_argument_in_paired(struct float_pair E)
{
    return v_div_f32(E.hi, v_add_f32(E.hi, v_set_f32(2)));
}

/* ---- the second pass ---- */

/* 1 / (1 + E), to a few roundings */
INLINE vf32 inverse_in_paired(struct float_pair E)
{
    vf32 one = v_set_f32(1);
    return v_div_f32(one, v_add_f32(E.hi, one));
}

/* a (scale.hi + scale.lo) */
INLINE struct float_pair scaled_in_paired(struct float_pair a, struct float_pair scale)
{
    vf32 product = v_mul_f32(a.hi, scale.hi);
    vf32 low = v_fma_f32(a.hi, scale.lo, v_fma_f32(a.lo, scale.hi, v_fms_f32(a.hi, scale.hi, product)));
    return (struct float_pair){product, low};
}

/* a w */
INLINE struct float_pair times_in_paired(struct float_pair a, vf32 w)
{
    vf32 product = v_mul_f32(a.hi, w);
    return (struct float_pair){product, v_fma_f32(a.lo, w, v_fms_f32(a.hi, w, product))};
}

/* a + b (Knuth), so that 1 is (1, 0) */
INLINE struct float_pair sum_in_paired(struct float_pair a, struct float_pair b)
{
    vf32 sum = v_add_f32(a.hi, b.hi), b_part = v_sub_f32(sum, a.hi);
    vf32 lost = v_add_f32(v_sub_f32(a.hi, v_sub_f32(sum, b_part)), v_sub_f32(b.hi, b_part));
    vf32 low = v_add_f32(lost, v_add_f32(a.lo, b.lo)), hi = v_add_f32(sum, low);
    return (struct float_pair){hi, v_sub_f32(low, v_sub_f32(hi, sum))};
}

/* 1 - y and y, and what is made of them by smoothing and pos_weight: the coefficients of softplus(x) and softplus(-x). */
struct paired_shares { struct float_pair negative, positive; };

INLINE struct paired_shares shares_in_paired(vf32 y)
{
    vf32 one = v_set_f32(1), rest = v_sub_f32(one, y), lost = v_sub_f32(v_sub_f32(one, rest), y);
    return (struct paired_shares){{rest, lost}, {y, v_set_f32(0)}};
}

/* share (1 - s) + s/2 */
struct paired_smoothing { struct float_pair rest, half; };

INLINE struct paired_shares smoothed_in_paired(struct paired_shares shares, struct paired_smoothing smoothing)
{
    return (struct paired_shares){
        sum_in_paired(scaled_in_paired(shares.negative, smoothing.rest), smoothing.half),
        sum_in_paired(scaled_in_paired(shares.positive, smoothing.rest), smoothing.half),
    };
}

/* The one on the wrong side, c. */
INLINE struct float_pair wrong_share_in_paired(vf32 x, struct paired_shares shares)
{
    return (struct float_pair){v_where_negative_f32(x, shares.positive.hi, shares.negative.hi),
                               v_where_negative_f32(x, shares.positive.lo, shares.negative.lo)};
}

/* A loss before it is rounded: linear + (curved + low). */
struct paired_value { vf32 linear, curved, low; };

/* log(1 + E) = 2 s + 2 s^3/3 + ...: E - 2 s is exact, and so E - s (2 + E). A relative error of E counts E / (1 + E) as
 * much. */
INLINE struct float_pair log_one_plus_in_paired(struct float_pair E, vf32 inverse, vf32 s)
{
    static const float series[] = {0x1.555556p-2f, 0x1.999866p-3f, 0x1.24d764p-3f, 0x1.bb32fap-4f, 0x1.e1171p-4f};
    vf32 half = v_set_f32(0.5f), twice = v_add_f32(s, s), z = v_mul_f32(s, s);
    vf32 remainder = v_fnma_f32(s, E.hi, v_sub_f32(E.hi, twice));
    vf32 rest = v_fma_f32(v_mul_f32(twice, z), horner_f32(z, series, 5), v_mul_f32(E.lo, inverse));
    return (struct float_pair){twice, v_fma_f32(remainder, v_fma_f32(inverse, half, half), rest)};
}

/* c t + curved; c t is exact where c is 0 or 1. */
INLINE struct paired_value loss_value_in_paired(int is_hard, struct float_pair curved, vf32 x, struct float_pair c)
{
    vf32 t = v_abs_f32(x), linear = v_mul_f32(c.hi, t);
    if (is_hard)
        return (struct paired_value){linear, curved.hi, curved.lo};
    vf32 lost = v_fma_f32(c.lo, t, v_fms_f32(c.hi, t, linear));
    return (struct paired_value){linear, curved.hi, v_add_f32(curved.lo, lost)};
}

/* c - q = g + (c - g - d) + (d - q) with g = c - q and d = c - g as rounded, near q: E - d is exact, and c - g where c is 0
 * or 1. */
INLINE struct float_pair loss_slope_in_paired(int is_hard, struct float_pair E, vf32 inverse, struct float_pair c)
{
    vf32 g = v_sub_f32(c.hi, v_mul_f32(E.hi, inverse)), d = v_sub_f32(c.hi, g);
    vf32 lost = is_hard ? v_set_f32(0) : v_add_f32(v_sub_f32(c.hi, v_add_f32(g, d)), c.lo);
    vf32 remainder = v_fma_f32(E.lo, inverse, v_fnma_f32(d, E.hi, v_sub_f32(E.hi, d)));
    return (struct float_pair){g, v_fnma_f32(remainder, inverse, lost)};
}

/* q (1 - q) */
INLINE struct float_pair loss_hessian_in_paired(struct float_pair E, vf32 inverse)
{
    vf32 one = v_set_f32(1), q = v_mul_f32(E.hi, inverse);
    vf32 remainder = v_fma_f32(E.lo, inverse, v_fnma_f32(q, E.hi, v_sub_f32(E.hi, q)));
    vf32 q_low = v_mul_f32(remainder, inverse);
    vf32 p = v_sub_f32(one, q), p_low = v_sub_f32(v_sub_f32(v_sub_f32(one, p), q), q_low);
    vf32 product = v_mul_f32(q, p);
    vf32 low = v_fma_f32(q, p_low, v_fma_f32(q_low, p, v_fms_f32(q, p, product)));
    return (struct float_pair){product, low};
}

/* c - B q likewise, P = B E: P - d is exact. B = 1 gives the bits of the text above. */
INLINE struct float_pair weighed_slope_in_paired(struct float_pair E, vf32 inverse, struct float_pair c, struct float_pair B)
{
    vf32 share = v_mul_f32(B.hi, inverse), P = v_mul_f32(B.hi, E.hi);
    vf32 P_low = v_fma_f32(B.lo, E.hi, v_fms_f32(B.hi, E.hi, P));
    vf32 g = v_sub_f32(c.hi, v_mul_f32(E.hi, share)), d = v_sub_f32(c.hi, g);
    vf32 lost = v_add_f32(v_sub_f32(c.hi, v_add_f32(g, d)), c.lo);
    vf32 remainder = v_fma_f32(E.lo, share, v_fnma_f32(d, E.hi, v_sub_f32(P, d)));
    return (struct float_pair){g, v_fnma_f32(v_add_f32(remainder, P_low), inverse, lost)};
}

INLINE struct paired_value value_times_in_paired(struct paired_value value, vf32 w)
{
    vf32 linear = v_mul_f32(value.linear, w), curved = v_mul_f32(value.curved, w);
    vf32 lost = v_add_f32(v_fms_f32(value.linear, w, linear), v_fms_f32(value.curved, w, curved));
    return (struct paired_value){linear, curved, v_fma_f32(value.low, w, lost)};
}

#endif
