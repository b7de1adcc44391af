/* e^-|x| = E and what is made of it in the working precision wide, where |x| <= 300: all words are normal numbers, so that
 * no exponent is kept apart and nothing is left to finish. Quotients of E are put right by their remainders, which are
 * exact: E - E / (1 + E) and E - 2 E / (2 + E) are (Sterbenz). */
#ifndef PYSIGMOID_MATH_MODERATE_H
#define PYSIGMOID_MATH_MODERATE_H

#include "math/names.h"
#include "math/pairs.h"

INLINE vm64 is_moderate(vf64 x)
{
    return v_le_f64(v_abs_f64(x), v_set_f64(300));
}

/* 2^(j/16) as v_ldexp_sixteenths takes it, and what it lacks, relatively. */
static const double short_sixteenths[16][2] = {
    {0x1p+0, 0x0p+0}, {0x1.fb5586cf9890fp-1, 0x1.79aa65d837b6dp-54},
    {0x1.f72b83c7d517bp-1, -0x1.01b15eaa59348p-55}, {0x1.f387a6e756238p-1, 0x1.68efde3a8a894p-54},
    {0x1.f06fe0a31b715p-1, 0x1.34d754db0abb6p-55}, {0x1.edea64c123422p-1, 0x1.59f48a72a4c6dp-55},
    {0x1.ebfdad5362a27p-1, 0x1.690cebb7aafb0p-56}, {0x1.eab07dd485429p-1, 0x1.063e1e21c5409p-54},
    {0x1.ea09e667f3bcdp-1, -0x1.3b3efbf5e2228p-54}, {0x1.ea11473eb0187p-1, -0x1.b32dcb94da51dp-56},
    {0x1.eace5422aa0dbp-1, 0x1.db72fc1f0eab4p-55}, {0x1.ec49182a3f090p-1, 0x1.1affc2b91ce27p-56},
    {0x1.ee89f995ad3adp-1, 0x1.c1a7792cb3387p-55}, {0x1.f199bdd85529cp-1, 0x1.36eae30af0cb3p-56},
    {0x1.f5818dcfba487p-1, 0x1.4a385a63d07a7p-56}, {0x1.fa4afa2a490dap-1, -0x1.ff7128fd391f0p-55},
};

/* e^-t for 0 <= t <= 300, to 2^-64 */
INLINE struct pair exp_neg_moderate(vf64 t)
{
    /* -t = k ln 2 + r + a rest, k a multiple of 1/16: k times the high word of ln 2, subtracted at once, leaves r exact */
    vf64 minus_t = v_neg_f64(t);
    vf64 z = v_fma_f64(minus_t, v_set_f64(one_over_ln2_f64), v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 r = v_fma_f64(k, v_set_f64(-0x1.62e42fefa39efp-1), minus_t);

    /* e^(r + lack) = 1 + r + growth, where lack is the rest, and the logarithm of what the table's entry lacks */
    vf64 power, lack;
    v_lookup_16_pairs(short_sixteenths, z, &power, &lack);
    lack = v_fma_f64(k, v_set_f64(-0x1.abc9e3b39803fp-56), lack);
    vf64 whole = v_add_f64(r, lack);
    vf64 growth = v_fma_f64(v_mul_f64(whole, whole), HORNER_F64(whole, exp_series), lack);

    power = v_ldexp_sixteenths_f64(power, z);
    vf64 sum = v_fma_f64(power, r, power);
    vf64 rest = v_fma_f64(power, growth, v_fma_f64(power, r, v_sub_f64(power, sum)));
    return fast_two_sum(sum, rest);
}

/* What the first of two passes over an array leaves for the second: E and E / (2 + E). */
struct first_pass_in_wide { struct pair e; vf64 s; };

INLINE struct first_pass_in_wide first_pass_in_wide(vf64 x)
{
    struct pair e = exp_neg_moderate(v_abs_f64(x));
    return (struct first_pass_in_wide){e, v_div_f64(e.hi, v_add_f64(e.hi, v_set_f64(2)))};
}

INLINE vf64 inverse_of_one_plus(struct pair e)
{
    return v_div_f64(v_set_f64(1), v_add_f64(e.hi, v_set_f64(1)));
}

/* E / (1 + E) = sigma(-|x|), given 1 / (1 + E) */
INLINE struct pair sigma_of_minus(struct pair e, vf64 inverse)
{
    vf64 q = v_mul_f64(e.hi, inverse), minus = v_neg_f64(q);
    vf64 remainder = v_fma_f64(e.lo, inverse, v_fma_f64(minus, e.hi, v_add_f64(e.hi, minus)));
    return (struct pair){q, v_mul_f64(remainder, inverse)};
}

/* sigma(x) sigma(-x) = q (1 - q) */
INLINE struct pair sigma_slope(struct pair q)
{
    struct pair rest = one_minus(q.hi);
    rest.lo = v_sub_f64(rest.lo, q.lo);
    return pair_mul(q, rest);
}

/* log(1 + E) = 2 atanh(s) = 2 s + 2 s^3 (1/3 + s^2/5 + ...), s = E / (2 + E), where the cube is kept as a pair. By the slope
 * of 2 atanh the remainder E - s (2 + E) counts (1 + 1 / (1 + E)) / 2, and by that of log the low word of E 1 / (1 + E). */
INLINE struct pair log_one_plus_moderate(struct first_pass_in_wide first, vf64 inverse)
{
    vf64 s = first.s, twice = v_add_f64(s, s), half = v_set_f64(0.5);
    struct pair z = two_product(s, s), cube = two_product(twice, z.hi);
    cube.lo = v_fma_f64(twice, z.lo, cube.lo);
    vf64 remainder = v_fma_f64(v_neg_f64(s), first.e.hi, v_sub_f64(first.e.hi, twice));
    vf64 rest = v_fma_f64(cube.lo, v_set_f64(0x1.5555555555555p-2), v_mul_f64(first.e.lo, inverse));
    rest = v_fma_f64(remainder, v_fma_f64(inverse, half, half), rest);
    return (struct pair){twice, v_fma_f64(cube.hi, HORNER_F64(z.hi, atanh_series_f64), rest)};
}

#endif
