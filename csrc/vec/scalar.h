/* The portable vocabulary: a pack is one number, plain C throughout.
 *
 * What the words mean, for every instruction set:
 *   vf64, vf32, vlongdouble   a pack of LANES_<type> numbers; vm64, vm32, vmlongdouble: yes or no for each of them
 *   v_max(c, x), v_min(c, x)  of a constant and a number; x where x is nan
 *   v_fma(a, b, c)            a b + c rounded once, exactly that on every instruction set
 *   v_fnma, v_fms, v_fnms     c - a b, a b - c, -a b - c, likewise
 *   v_madd(a, b, c)           a b + c, fused or not: only where every result is proved right either way
 *   v_select(m, a, b)         m ? a : b
 *   v_any(m), v_all(m)        whether any lane says yes; whether every lane does
 *   v_ldexp(x, n)             x 2^n rounded once, n integral in [-2000, 1000]
 *   v_times_exp2(x, n)        x 2^n, n integral in [-1022, 1023], the result normal
 *   v_ldexp_biased(x, z)      x 2^n rounded once, z = ROUND_TO_INTEGER + n as rounding by addition leaves it, and
 *                             for f64 2^n and the result normal
 *   v_exponent_gap(p, q)      ROUND_TO_INTEGER + n, n = floor(log2 p - log2 q + 1/2) where the logarithms are read off the
 *                             bits, that is, are linear between powers of two; p, q normal and positive
 *   v_ldexp_floor(x, k)       x 2^floor(k), floor(k) in [-1022, 1023], the result normal
 *   v_ldexp_sixteenths(x, z)  x with z << 48 added to its bits: y 2^floor(n/16), where z = ROUND_TO_SIXTEENTH + n/16 as
 *                             rounding by addition leaves it, and the bits of x are those of y less (n mod 16) << 48
 *   v_all_moderate(x)         whether 0x1.26p-10 <= |x| < 0x1.26p+6 in every lane: a range that bits tell quickly
 *   V_BRANCHES_PAY            whether it pays to ask: not where a compiler shall vectorize the loop around
 *   v_exp2(n)                 2^n, n integral in [-1022, 1023]
 *   v_lookup_8(table, z)      table[low 3 bits of z], v_lookup_4 of 2 bits; v_lookup_16_pairs likewise gives both words of
 *                             an entry
 *   v_add_eighths(x, z)       x with the low bits of z added to its own, from the last three of the exponent's fraction on:
 *                             z counts eighths of an exponent
 *   v_exponent(x)             the exponent of x as it is stored, as a number; x >= 0
 *   v_nearest_quarter(x)      a number whose exponent and first two bits of the fraction tell which quarter of a binade is
 *                             nearest to x >= 0
 *   v_quarter(x)              the exponent and these two bits as the low ones of a number
 *   v_without_exponent(a, x)  a with the bits of the exponent of x taken off its own: a over a power of two
 *   v_where_negative(x, a, b) a where the sign of x is set, else b
 *   v_flip(a, x)              a, its sign changed where that of x is set
 *   v_max_bits(a, b)          of two numbers the one whose bits are the larger unsigned integer: nan is larger than
 *                             infinity, and what is negative is larger still
 *   v_any_bits_above(a, b)    whether any lane of a is larger, in this sense, than the number b
 *   v_store_sum               y = a + (b + c), widened before
 *   v_add_pair_to_sums(sums, low, a, b)  sums[k] += a, widened before, and low[k] += b, where lane i has k = i mod 16; of lanes
 *                             with the same k the first comes first
 *   v_add_to_sums(sums, low, a, b, c)   sums[k] += a + b, widened before, and low[k] += c, likewise
 *   V_LOOKUP_16_IS_ONE_PERMUTE  defined where it is, and float32 has faster texts with it */
#ifndef PYSIGMOID_VEC_SCALAR_H
#define PYSIGMOID_VEC_SCALAR_H

#include <math.h>
#include <string.h>

#include "inline.h"
#include "kernels.h"

typedef double vf64;
typedef float vf32;
typedef long double vlongdouble;
typedef int vm64, vm32, vmlongdouble;

enum { LANES_f64 = 1, LANES_f32 = 1, LANES_longdouble = 1 };

/* Adding and subtracting this rounds to the nearest integer and leaves that integer in the low bits of the sum. */
#define ROUND_TO_INTEGER_f64 0x1.8p52
#define ROUND_TO_INTEGER_f32 0x1.8p23f

#define WORDS_OF_ONE_TYPE(t, type, mask, absolute_value, with_sign_of, rounded_down, fused)                    \
    INLINE type v_set_##t(type a) { return a; }                                                         \
    INLINE type v_add_##t(type a, type b) { return a + b; }                                             \
    INLINE type v_sub_##t(type a, type b) { return a - b; }                                             \
    INLINE type v_mul_##t(type a, type b) { return a * b; }                                             \
    INLINE type v_div_##t(type a, type b) { return a / b; }                                             \
    INLINE type v_neg_##t(type a) { return -a; }                                                        \
    INLINE type v_abs_##t(type a) { return absolute_value(a); }                                         \
    INLINE type v_neg_abs_##t(type a) { return -absolute_value(a); }                                           \
    INLINE type v_copysign_##t(type a, type b) { return with_sign_of(a, b); }                           \
    INLINE type v_floor_##t(type a) { return rounded_down(a); }                                         \
    INLINE type v_max_##t(type c, type x) { return c > x ? c : x; }                                     \
    INLINE type v_min_##t(type c, type x) { return c < x ? c : x; }                                     \
    INLINE type v_fma_##t(type a, type b, type c) { return fused(a, b, c); }                            \
    INLINE type v_fnma_##t(type a, type b, type c) { return fused(-a, b, c); }                          \
    INLINE type v_fms_##t(type a, type b, type c) { return fused(a, b, -c); }                           \
    INLINE type v_fnms_##t(type a, type b, type c) { return fused(-a, b, -c); }                         \
    INLINE type v_madd_##t(type a, type b, type c) { return a * b + c; }                                \
    INLINE mask v_lt_##t(type a, type b) { return a < b; }                                              \
    INLINE mask v_le_##t(type a, type b) { return a <= b; }                                             \
    INLINE mask v_eq_##t(type a, type b) { return a == b; }                                             \
    INLINE mask v_and_##t(mask a, mask b) { return a & b; }                                             \
    INLINE int v_any_##t(mask m) { return m; }                                                                 \
    INLINE int v_all_##t(mask m) { return m; }                                                                 \
    INLINE type v_select_##t(mask m, type a, type b) { return m ? a : b; }

WORDS_OF_ONE_TYPE(f64, vf64, vm64, fabs, copysign, floor, fma)
WORDS_OF_ONE_TYPE(f32, vf32, vm32, fabsf, copysignf, floorf, fmaf)
WORDS_OF_ONE_TYPE(longdouble, vlongdouble, vmlongdouble, fabsl, copysignl, floorl, fmal)
#undef WORDS_OF_ONE_TYPE

#ifndef V_BRANCHES_PAY
#define V_BRANCHES_PAY 0
#endif

/* Bits are added, subtracted and shifted to the left as unsigned numbers: those of a negative number or a nan, whose lane
 * is dropped later, may overflow a signed one. */
#define WORDS_ON_BITS(t, type, integer, unsigned_integer, mantissa_bits, bias)                                 \
    INLINE integer bits_of_##t(type x) { integer b; memcpy(&b, &x, sizeof b); return b; }               \
    INLINE type from_bits_##t(integer b) { type x; memcpy(&x, &b, sizeof x); return x; }                \
    INLINE unsigned_integer distance_of_bits_##t(type a, type b)                                               \
    {                                                                                                          \
        return (unsigned_integer)bits_of_##t(a) - (unsigned_integer)bits_of_##t(b);                            \
    }                                                                                                          \
    INLINE type v_exp2_##t(type n)                                                                             \
    {                                                                                                          \
        unsigned_integer integral = distance_of_bits_##t(n + ROUND_TO_INTEGER_##t, ROUND_TO_INTEGER_##t);      \
        return from_bits_##t((integer)((integral + (bias)) << (mantissa_bits)));                               \
    }                                                                                                          \
    INLINE type v_times_exp2_##t(type x, type n) { return x * v_exp2_##t(n); }                                 \
    INLINE type v_ldexp_##t(type x, type n)                                                             \
    {                                                                                                          \
        type half = v_floor_##t(n * (type)0.5);                                                                \
        return x * v_exp2_##t(half) * v_exp2_##t(n - half);                                                    \
    }                                                                                                          \
    INLINE type v_exponent_gap_##t(type p, type q)                                                             \
    {                                                                                                          \
        unsigned_integer half = (unsigned_integer)1 << ((mantissa_bits) - 1);                                  \
        integer gap = (integer)(distance_of_bits_##t(p, q) + half) >> (mantissa_bits);                         \
        return from_bits_##t(gap + bits_of_##t(ROUND_TO_INTEGER_##t));                                         \
    }

WORDS_ON_BITS(f64, double, int64_t, uint64_t, 52, 1023)
WORDS_ON_BITS(f32, float, int32_t, uint32_t, 23, 127)
#undef WORDS_ON_BITS

INLINE vf64 v_ldexp_biased_f64(vf64 x, vf64 z)
{
    return from_bits_f64((int64_t)((uint64_t)bits_of_f64(x) + ((uint64_t)bits_of_f64(z) << 52)));
}

INLINE vf64 v_ldexp_sixteenths_f64(vf64 x, vf64 z)
{
    return from_bits_f64((int64_t)((uint64_t)bits_of_f64(x) + ((uint64_t)bits_of_f64(z) << 48)));
}

INLINE vf64 v_ldexp_floor_f64(vf64 x, vf64 k)
{
    return v_times_exp2_f64(x, floor(k));
}

/* Sixteen binades: in the distance of the bits no bit above the lowest four of the exponent. */
INLINE int v_all_moderate_f64(vf64 x)
{
    return (distance_of_bits_f64(x, 0x1.26p-10) & 0x7f00000000000000) == 0;
}

INLINE vf32 v_ldexp_biased_f32(vf32 x, vf32 z)
{
    return v_ldexp_f32(x, z - ROUND_TO_INTEGER_f32);
}

INLINE void v_lookup_16_pairs(const double (*table)[2], vf64 z, vf64 *high, vf64 *low)
{
    const double *entry = table[bits_of_f64(z) & 15];
    *high = entry[0];
    *low = entry[1];
}

INLINE vf32 v_lookup_4_f32(const float *table, vf32 z) { return table[bits_of_f32(z) & 3]; }
INLINE vf32 v_lookup_8_f32(const float *table, vf32 z) { return table[bits_of_f32(z) & 7]; }

INLINE uint32_t unsigned_bits_of_f32(float x) { return (uint32_t)bits_of_f32(x); }

INLINE vf32 v_add_eighths_f32(vf32 x, vf32 z)
{
    return from_bits_f32((int32_t)(unsigned_bits_of_f32(x) + (unsigned_bits_of_f32(z) << 20)));
}

INLINE vf32 v_exponent_f32(vf32 x) { return (float)(bits_of_f32(x) >> 23); }
INLINE vf32 v_nearest_quarter_f32(vf32 x) { return from_bits_f32((int32_t)(unsigned_bits_of_f32(x) + (1 << 20))); }
INLINE vf32 v_quarter_f32(vf32 x) { return from_bits_f32(bits_of_f32(x) >> 21); }
INLINE vf32 v_without_exponent_f32(vf32 a, vf32 x)
{
    return from_bits_f32((int32_t)(unsigned_bits_of_f32(a) - (unsigned_bits_of_f32(x) & 0x7f800000)));
}

INLINE vf32 v_where_negative_f32(vf32 x, vf32 a, vf32 b) { return bits_of_f32(x) < 0 ? a : b; }
INLINE vf32 v_flip_f32(vf32 a, vf32 x) { return from_bits_f32(bits_of_f32(a) ^ (bits_of_f32(x) & INT32_MIN)); }
INLINE vf32 v_max_bits_f32(vf32 a, vf32 b) { return unsigned_bits_of_f32(a) > unsigned_bits_of_f32(b) ? a : b; }
INLINE int v_any_bits_above_f32(vf32 a, float b) { return unsigned_bits_of_f32(a) > unsigned_bits_of_f32(b); }

/* Loads widen exactly; stores round once. */
INLINE vf64 v_load_f64_as_f64(const f64 *x) { return *x; }
INLINE vf64 v_load_f32_as_f64(const f32 *x) { return *x; }
INLINE vf32 v_load_f32_as_f32(const f32 *x) { return *x; }
INLINE vlongdouble v_load_longdouble_as_longdouble(const longdouble *x) { return *x; }

INLINE void v_store_f64_from_f64(f64 *y, vf64 v) { *y = v; }
INLINE void v_store_f32_from_f64(f32 *y, vf64 v) { *y = (float)v; }
INLINE void v_store_f32_from_f32(f32 *y, vf32 v) { *y = v; }
INLINE void v_store_sum_f64_from_f32(f64 *y, vf32 a, vf32 b, vf32 c) { *y = (f64)a + ((f64)b + (f64)c); }
INLINE void v_add_pair_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b)
{
    *sums += (f64)a;
    *low += b;
}
INLINE void v_add_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b, vf32 c)
{
    *sums += (f64)a + (f64)b;
    *low += c;
}
INLINE void v_store_longdouble_from_longdouble(longdouble *y, vlongdouble v) { *y = v; }

/* A float16 shifted into float32's place has its exponent bias, 15, where 127 is meant: 2^112 makes up for it and turns
 * subnormals into ordinary numbers on the way. */
INLINE vf32 v_load_f16_as_f32(const f16 *x)
{
    int32_t magnitude = x->bits & 0x7fff, sign = (int32_t)((uint32_t)(x->bits & 0x8000) << 16);
    float scaled = from_bits_f32(magnitude << 13) * 0x1p112f;
    int32_t special = magnitude << 13 | 0x7f800000;
    return from_bits_f32((magnitude >= 0x7c00 ? special : bits_of_f32(scaled)) | sign);
}

INLINE vf32 v_load_bf16_as_f32(const bf16 *x) { return from_bits_f32((int32_t)((uint32_t)x->bits << 16)); }
INLINE vf64 v_load_f16_as_f64(const f16 *x) { return v_load_f16_as_f32(x); }
INLINE vf64 v_load_bf16_as_f64(const bf16 *x) { return v_load_bf16_as_f32(x); }

/* Drops `count` low bits, to nearest, ties to even. */
INLINE int32_t round_off_bits(uint32_t bits, int count)
{
    uint32_t just_below_half = ((uint32_t)1 << (count - 1)) - 1;
    return (int32_t)((bits + just_below_half + (bits >> count & 1)) >> count);
}

INLINE void v_store_f16_from_f32(f16 *y, vf32 v)
{
    enum { SMALLEST_NORMAL = 0x38800000, TWO_TO_16 = 0x47800000, INFINITE = 0x7f800000 };
    int32_t bits = bits_of_f32(v), magnitude = bits & 0x7fffffff;
    /* 0.5 has its last bit at 2^-24, float16's smallest step: the addition rounds to it. */
    int32_t subnormal = bits_of_f32(from_bits_f32(magnitude) + 0.5f) - bits_of_f32(0.5f);
    int32_t normal = round_off_bits((uint32_t)magnitude - ((uint32_t)112 << 23), 13);
    int32_t large = magnitude > INFINITE ? 0x7e00 : 0x7c00;
    int32_t half = magnitude < SMALLEST_NORMAL ? subnormal : magnitude >= TWO_TO_16 ? large : normal;
    y->bits = (uint16_t)(half | (bits >> 16 & 0x8000));
}

INLINE void v_store_bf16_from_f32(bf16 *y, vf32 v)
{
    int32_t bits = bits_of_f32(v), magnitude = bits & 0x7fffffff;
    int32_t brain = magnitude > 0x7f800000 ? 0x7fc0 : round_off_bits((uint32_t)magnitude, 16);
    y->bits = (uint16_t)(brain | (bits >> 16 & 0x8000));
}

/* To float with the last bit set where anything was lost (round to odd): a second rounding, at least two bits further up,
 * then decides as if it saw the double. */
INLINE float round_to_odd(double v)
{
    int64_t bits = bits_of_f64(v), lost = bits & 0x1fffffff;
    return (float)from_bits_f64((bits & ~(int64_t)0x1fffffff) | (int64_t)(lost != 0) << 29);
}

INLINE void v_store_f16_from_f64(f16 *y, vf64 v) { v_store_f16_from_f32(y, round_to_odd(v)); }

/* Below 2^-126 float itself would round a second time; there the addition rounds to bfloat16's smallest step, 2^-133, the
 * last bit of 2^-81. */
INLINE void v_store_bf16_from_f64(bf16 *y, vf64 v)
{
    double to_smallest_step = copysign(0x1p-81, v);
    double subnormal = (v + to_smallest_step) - to_smallest_step;
    v_store_bf16_from_f32(y, fabs(v) < 0x1p-126 ? copysignf((float)subnormal, (float)v) : round_to_odd(v));
}

#endif
