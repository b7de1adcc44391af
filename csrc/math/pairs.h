/* Arithmetic on unevaluated sums hi + lo of two doubles. */
#ifndef PYSIGMOID_MATH_PAIRS_H
#define PYSIGMOID_MATH_PAIRS_H

#include "math/constants.h"

struct pair { vf64 hi, lo; };

#define HORNER_F64(x, coefficients) horner_f64(x, coefficients, sizeof coefficients / sizeof *coefficients)

INLINE vf64 horner_f64(vf64 x, const double *coefficients, int count)
{
    vf64 sum = v_set_f64(coefficients[count - 1]);
    for (int i = count - 2; i >= 0; i--)
        sum = v_fma_f64(x, sum, v_set_f64(coefficients[i]));
    return sum;
}

INLINE struct pair pair_of(vf64 a)
{
    return (struct pair){a, v_set_f64(0)};
}

INLINE vf64 pair_sum(struct pair a)
{
    return v_add_f64(a.hi, a.lo);
}

INLINE struct pair pair_select(vm64 m, struct pair a, struct pair b)
{
    return (struct pair){v_select_f64(m, a.hi, b.hi), v_select_f64(m, a.lo, b.lo)};
}

/* a + b exactly, for |a| >= |b| or a = 0 (Dekker) */
INLINE struct pair fast_two_sum(vf64 a, vf64 b)
{
    vf64 sum = v_add_f64(a, b);
    return (struct pair){sum, v_sub_f64(b, v_sub_f64(sum, a))};
}

/* a + b exactly (Knuth) */
INLINE struct pair two_sum(vf64 a, vf64 b)
{
    vf64 sum = v_add_f64(a, b), b_part = v_sub_f64(sum, a);
    return (struct pair){sum, v_add_f64(v_sub_f64(a, v_sub_f64(sum, b_part)), v_sub_f64(b, b_part))};
}

/* a b exactly, unless the low word is subnormal */
INLINE struct pair two_product(vf64 a, vf64 b)
{
    vf64 product = v_mul_f64(a, b);
    return (struct pair){product, v_fma_f64(a, b, v_neg_f64(product))};
}

/* 1 - y exactly, for |y| <= 1 */
INLINE struct pair one_minus(vf64 y)
{
    return fast_two_sum(v_set_f64(1), v_neg_f64(y));
}

INLINE struct pair pair_add(struct pair a, struct pair b)
{
    struct pair sum = two_sum(a.hi, b.hi);
    sum.lo = v_add_f64(sum.lo, v_add_f64(a.lo, b.lo));
    return sum;
}

INLINE struct pair pair_mul(struct pair a, struct pair b)
{
    struct pair product = two_product(a.hi, b.hi);
    product.lo = v_fma_f64(a.hi, b.lo, v_fma_f64(a.lo, b.hi, product.lo));
    return product;
}

INLINE struct pair pair_scale(struct pair a, vf64 b)
{
    struct pair product = two_product(a.hi, b);
    product.lo = v_fma_f64(a.lo, b, product.lo);
    return product;
}

/* a / b with inverse = 1 / b.hi: one step of Newton from the quotient of the high words. */
INLINE struct pair pair_div(struct pair a, struct pair b, vf64 inverse)
{
    vf64 quotient = v_mul_f64(a.hi, inverse), minus = v_neg_f64(quotient);
    vf64 remainder = v_add_f64(v_fma_f64(minus, b.hi, a.hi), v_fma_f64(minus, b.lo, a.lo));
    return (struct pair){quotient, v_mul_f64(remainder, inverse)};
}

/* times 2^n, n integral in [-1022, 1023], both words staying normal */
INLINE struct pair pair_exp2(struct pair a, vf64 n)
{
    return (struct pair){v_times_exp2_f64(a.hi, n), v_times_exp2_f64(a.lo, n)};
}

/* times 2^n, n integral in [-2000, 1000] */
INLINE struct pair pair_ldexp(struct pair a, vf64 n)
{
    vf64 bounded = v_max_f64(v_set_f64(-2000), n);
    return (struct pair){v_ldexp_f64(a.hi, bounded), v_ldexp_f64(a.lo, bounded)};
}

/* 2 atanh(s) = 2 (s + s^3/3 + s^3 (s^2/5 + ...)), |s| <= 1/3: the cubic term as a pair, the rest in its low word. */
INLINE struct pair pair_twice_atanh(struct pair s)
{
    vf64 third_hi = v_set_f64(0x1.5555555555555p-2), third_lo = v_set_f64(0x1.5555555555555p-56);
    struct pair z = two_product(s.hi, s.hi);
    z.lo = v_fma_f64(v_add_f64(s.hi, s.hi), s.lo, z.lo);

    struct pair c = two_product(z.hi, third_hi);
    vf64 beyond = v_mul_f64(v_mul_f64(z.hi, z.hi),
                            horner_f64(z.hi, atanh_series_f64 + 1, sizeof atanh_series_f64 / sizeof(f64) - 1));
    c.lo = v_add_f64(c.lo, v_add_f64(v_fma_f64(z.hi, third_lo, v_mul_f64(z.lo, third_hi)), beyond));
    c = fast_two_sum(c.hi, c.lo);

    struct pair m = pair_mul(s, c);
    struct pair g = fast_two_sum(s.hi, m.hi);
    g.lo = v_add_f64(g.lo, v_add_f64(s.lo, m.lo));
    return (struct pair){v_add_f64(g.hi, g.hi), v_add_f64(g.lo, g.lo)};
}

#endif
