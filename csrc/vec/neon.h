/* The vocabulary in NEON (aarch64); the words are explained in vec/scalar.h. */
#ifndef PYSIGMOID_VEC_NEON_H
#define PYSIGMOID_VEC_NEON_H

#include "kernels.h"
#include "vec/pack.h"

PACK_TYPE(vf64, float64x2_t)
PACK_TYPE(vf32, float32x4_t)
PACK_TYPE(vm64, uint64x2_t)
PACK_TYPE(vm32, uint32x4_t)

enum { LANES_f64 = 2 * PACK, LANES_f32 = 4 * PACK };

#define ROUND_TO_INTEGER_f64 0x1.8p52
#define ROUND_TO_INTEGER_f32 0x1.8p23f

#define V_BRANCHES_PAY 1

#define SIGN_f64 vdupq_n_u64(0x8000000000000000)
#define SIGN_f32 vdupq_n_u32(0x80000000)

/* Bits are added and subtracted as unsigned numbers: arm_neon.h writes these as + and -, which must not overflow. */
#define BITS_f64(x) vreinterpretq_u64_f64(x)
#define BITS_f32(x) vreinterpretq_u32_f32(x)

#define WORDS_OF_ONE_TYPE(t, number, pack, mask, signed_, unsigned_, mantissa, bias)                                \
    INLINE pack v_set_##t(number a) { return (pack){ALL(vdupq_n_##t(a))}; }                                         \
    INSTRUCTION2(pack, v_add_##t, pack, pack, vaddq_##t)                                                            \
    INSTRUCTION2(pack, v_sub_##t, pack, pack, vsubq_##t)                                                            \
    INSTRUCTION2(pack, v_mul_##t, pack, pack, vmulq_##t)                                                            \
    INSTRUCTION2(pack, v_div_##t, pack, pack, vdivq_##t)                                                            \
    INSTRUCTION1(pack, v_neg_##t, pack, vnegq_##t)                                                                  \
    INSTRUCTION1(pack, v_abs_##t, pack, vabsq_##t)                                                                  \
    WORD1(pack, v_neg_abs_##t, pack, vnegq_##t(vabsq_##t(a)))                                                       \
    WORD2(pack, v_copysign_##t, pack, pack, vbslq_##t(SIGN_##t, b, a))                                              \
    INSTRUCTION1(pack, v_floor_##t, pack, vrndmq_##t)                                                               \
    INSTRUCTION2(pack, v_max_##t, pack, pack, vmaxq_##t)                                                            \
    INSTRUCTION2(pack, v_min_##t, pack, pack, vminq_##t)                                                            \
    WORD3(pack, v_fma_##t, pack, pack, pack, vfmaq_##t(c, a, b))                                                    \
    WORD3(pack, v_fnma_##t, pack, pack, pack, vfmsq_##t(c, a, b))                                                   \
    WORD3(pack, v_fms_##t, pack, pack, pack, vfmaq_##t(vnegq_##t(c), a, b))                                         \
    WORD3(pack, v_fnms_##t, pack, pack, pack, vfmsq_##t(vnegq_##t(c), a, b))                                        \
    WORD3(pack, v_madd_##t, pack, pack, pack, vfmaq_##t(c, a, b))                                                   \
    INSTRUCTION2(mask, v_lt_##t, pack, pack, vcltq_##t)                                                             \
    INSTRUCTION2(mask, v_le_##t, pack, pack, vcleq_##t)                                                             \
    INSTRUCTION2(mask, v_eq_##t, pack, pack, vceqq_##t)                                                             \
    INSTRUCTION2(mask, v_and_##t, mask, mask, vandq_##unsigned_)                                                    \
    INLINE int v_any_##t(mask x)                                                                                    \
    {                                                                                                               \
        return vmaxvq_u32(vreinterpretq_u32_##t(vreinterpretq_##t##_##unsigned_(GATHER(vorrq_##unsigned_, VECTOR, x)))) != 0; \
    }                                                                                                               \
    INLINE int v_all_##t(mask x)                                                                                    \
    {                                                                                                               \
        return vminvq_u32(vreinterpretq_u32_##t(vreinterpretq_##t##_##unsigned_(GATHER(vandq_##unsigned_, VECTOR, x)))) != 0; \
    }                                                                                                               \
    INSTRUCTION3(pack, v_select_##t, mask, pack, pack, vbslq_##t)                                                   \
    WORD1(pack, v_exp2_##t, pack,                                                                                   \
          vreinterpretq_##t##_##unsigned_(vshlq_n_##unsigned_(                                                      \
              vaddq_##unsigned_(BITS_##t(vaddq_##t(a, vdupq_n_##t(ROUND_TO_INTEGER_##t))),                          \
                                vdupq_n_##unsigned_(bias)),                                                         \
              mantissa)))                                                                                           \
    /* (p - q + 1/2 ulp of the exponent) >> mantissa, arithmetically, put into the low bits of ROUND_TO_INTEGER. */ \
    WORD2(pack, v_exponent_gap_##t, pack, pack,                                                                     \
          vreinterpretq_##t##_##unsigned_(vaddq_##unsigned_(                                                        \
              vreinterpretq_##unsigned_##_##signed_(vshrq_n_##signed_(                                              \
                  vreinterpretq_##signed_##_##unsigned_(                                                            \
                      vaddq_##unsigned_(vsubq_##unsigned_(BITS_##t(a), BITS_##t(b)),                                \
                                        vshlq_n_##unsigned_(vdupq_n_##unsigned_(1), mantissa - 1))),                \
                  mantissa)),                                                                                       \
              BITS_##t(vdupq_n_##t(ROUND_TO_INTEGER_##t)))))                                                        \
    INLINE pack v_times_exp2_##t(pack x, pack n) { return v_mul_##t(x, v_exp2_##t(n)); }                            \
    INLINE pack v_ldexp_##t(pack x, pack n)                                                                         \
    {                                                                                                               \
        pack half = v_floor_##t(v_mul_##t(n, v_set_##t((number)0.5)));                                              \
        return v_mul_##t(v_mul_##t(x, v_exp2_##t(half)), v_exp2_##t(v_sub_##t(n, half)));                           \
    }

WORDS_OF_ONE_TYPE(f64, double, vf64, vm64, s64, u64, 52, 1023)
WORDS_OF_ONE_TYPE(f32, float, vf32, vm32, s32, u32, 23, 127)
#undef WORDS_OF_ONE_TYPE

WORD2(vf64, v_ldexp_biased_f64, vf64, vf64,
      vreinterpretq_f64_u64(vaddq_u64(BITS_f64(a), vshlq_n_u64(BITS_f64(b), 52))))

WORD2(vf64, v_ldexp_sixteenths_f64, vf64, vf64,
      vreinterpretq_f64_u64(vaddq_u64(BITS_f64(a), vshlq_n_u64(BITS_f64(b), 48))))

INLINE vf64 v_ldexp_floor_f64(vf64 x, vf64 k)
{
    return v_times_exp2_f64(x, v_floor_f64(k));
}

INLINE vf32 v_ldexp_biased_f32(vf32 x, vf32 z)
{
    return v_ldexp_f32(x, v_sub_f32(z, v_set_f32(ROUND_TO_INTEGER_f32)));
}

/* In the distance from the bits of 0x1.26p-10, a bit above the lowest four of the exponent. */
#define NOT_MODERATE(i, x) vsubq_u64(BITS_f64((x).v##i), BITS_f64(vdupq_n_f64(0x1.26p-10)))
INLINE int v_all_moderate_f64(vf64 x)
{
    uint64x2_t above = vandq_u64(GATHER(vorrq_u64, NOT_MODERATE, x), vdupq_n_u64(0x7f00000000000000));
    return (vgetq_lane_u64(above, 0) | vgetq_lane_u64(above, 1)) == 0;
}
#undef NOT_MODERATE

INLINE void lookup_two_pairs(const double (*table)[2], float64x2_t z, float64x2_t *high, float64x2_t *low)
{
    uint64x2_t index = vandq_u64(BITS_f64(z), vdupq_n_u64(15));
    float64x2_t entry0 = vld1q_f64(table[vgetq_lane_u64(index, 0)]), entry1 = vld1q_f64(table[vgetq_lane_u64(index, 1)]);
    *high = vzip1q_f64(entry0, entry1);
    *low = vzip2q_f64(entry0, entry1);
}

INLINE void v_lookup_16_pairs(const double (*table)[2], vf64 z, vf64 *high, vf64 *low)
{
#define LOOKUP(i, table, z, high, low) lookup_two_pairs(table, (z).v##i, &(high)->v##i, &(low)->v##i)
    DO_EACH(LOOKUP, table, z, high, low)
#undef LOOKUP
}

INLINE float32x4_t lookup_four(const float *table, uint32x4_t z, uint32_t last)
{
    return (float32x4_t){table[vgetq_lane_u32(z, 0) & last], table[vgetq_lane_u32(z, 1) & last],
                         table[vgetq_lane_u32(z, 2) & last], table[vgetq_lane_u32(z, 3) & last]};
}

INLINE vf32 v_lookup_4_f32(const float *table, vf32 z)
{
#define LOOKUP(i, table, z) lookup_four(table, BITS_f32((z).v##i), 3)
    return (vf32){EACH(LOOKUP, table, z)};
#undef LOOKUP
}

INLINE vf32 v_lookup_8_f32(const float *table, vf32 z)
{
#define LOOKUP(i, table, z) lookup_four(table, BITS_f32((z).v##i), 7)
    return (vf32){EACH(LOOKUP, table, z)};
#undef LOOKUP
}

/* Two 16-bit numbers, in the low half of a vector of four. */
INLINE uint16x4_t load_two(const void *x)
{
    uint32_t both;
    memcpy(&both, x, sizeof both);
    return vreinterpret_u16_u32(vdup_n_u32(both));
}

INLINE void store_two(void *y, uint16x4_t a)
{
    uint32_t both = vget_lane_u32(vreinterpret_u32_u16(a), 0);
    memcpy(y, &both, sizeof both);
}

INLINE uint16x4_t load_four(const void *x)
{
    uint16x4_t four;
    memcpy(&four, x, sizeof four);
    return four;
}

INLINE void store_four(void *y, uint16x4_t a)
{
    memcpy(y, &a, sizeof a);
}

INLINE float32x4_t f32_of_f16(uint16x4_t x)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(x));
}

INLINE uint16x4_t f16_of(float32x4_t x)
{
    return vreinterpret_u16_f16(vcvt_f16_f32(x));
}

INLINE float32x4_t f32_of_bf16(uint16x4_t x)
{
    return vreinterpretq_f32_u32(vshll_n_u16(x, 16));
}

/* To nearest, ties to even, by carrying into the upper half; nan keeps its upper half and stays one. */
INLINE uint16x4_t bf16_of(float32x4_t x)
{
    uint32x4_t bits = BITS_f32(x);
    uint32x4_t even = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(even, vdupq_n_u32(0x7fff)));
    uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
    return vshrn_n_u32(vbslq_u32(vceqq_f32(x, x), rounded, quiet), 16);
}

/* Round to odd is an instruction here, subnormals included, so that the second rounding decides alone. */
INLINE float32x4_t round_to_odd(float64x2_t x)
{
    float32x2_t odd = vcvtx_f32_f64(x);
    return vcombine_f32(odd, odd);
}

WORD2(vf32, v_add_eighths_f32, vf32, vf32,
      vreinterpretq_f32_u32(vaddq_u32(BITS_f32(a), vshlq_n_u32(BITS_f32(b), 20))))
WORD1(vf32, v_exponent_f32, vf32, vcvtq_f32_u32(vshrq_n_u32(BITS_f32(a), 23)))
WORD1(vf32, v_nearest_quarter_f32, vf32, vreinterpretq_f32_u32(vaddq_u32(BITS_f32(a), vdupq_n_u32(1 << 20))))
WORD1(vf32, v_quarter_f32, vf32, vreinterpretq_f32_u32(vshrq_n_u32(BITS_f32(a), 21)))
WORD2(vf32, v_without_exponent_f32, vf32, vf32,
      vreinterpretq_f32_u32(vsubq_u32(BITS_f32(a), vandq_u32(BITS_f32(b), vdupq_n_u32(0x7f800000)))))
WORD3(vf32, v_where_negative_f32, vf32, vf32, vf32,
      vbslq_f32(vcltzq_s32(vreinterpretq_s32_f32(a)), b, c))
WORD2(vf32, v_flip_f32, vf32, vf32, vreinterpretq_f32_u32(veorq_u32(BITS_f32(a), vandq_u32(BITS_f32(b), SIGN_f32))))
WORD2(vf32, v_max_bits_f32, vf32, vf32, vreinterpretq_f32_u32(vmaxq_u32(BITS_f32(a), BITS_f32(b))))

INLINE int v_any_bits_above_f32(vf32 a, float b)
{
    uint32x4_t most = BITS_f32(GATHER(v_max_bits_f32_one, VECTOR, a));
    return vmaxvq_u32(vcgtq_u32(most, BITS_f32(vdupq_n_f32(b)))) != 0;
}

#define LOWER(x) vcvt_f64_f32(vget_low_f32(x))
INLINE void store_sum(f64 *y, float32x4_t a, float32x4_t b, float32x4_t c)
{
    vst1q_f64(y, vaddq_f64(LOWER(a), vaddq_f64(LOWER(b), LOWER(c))));
    vst1q_f64(y + 2, vaddq_f64(vcvt_high_f64_f32(a), vaddq_f64(vcvt_high_f64_f32(b), vcvt_high_f64_f32(c))));
}

INLINE void v_store_sum_f64_from_f32(f64 *y, vf32 a, vf32 b, vf32 c)
{
#define STORE_SUM(i, y, a, b, c) store_sum(y + 4 * i, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(STORE_SUM, y, a, b, c)
#undef STORE_SUM
}

INLINE void add_pair_to_sums(f64 *sums, f32 *low, float32x4_t a, float32x4_t b)
{
    vst1q_f64(sums, vaddq_f64(vld1q_f64(sums), LOWER(a)));
    vst1q_f64(sums + 2, vaddq_f64(vld1q_f64(sums + 2), vcvt_high_f64_f32(a)));
    vst1q_f32(low, vaddq_f32(vld1q_f32(low), b));
}

INLINE void v_add_pair_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b)
{
#define ADD_PAIR_TO_SUMS(i, sums, low, a, b) add_pair_to_sums(sums + 4 * i, low + 4 * i, (a).v##i, (b).v##i)
    DO_EACH(ADD_PAIR_TO_SUMS, sums, low, a, b)
#undef ADD_PAIR_TO_SUMS
}

INLINE void add_to_sums(f64 *sums, f32 *low, float32x4_t a, float32x4_t b, float32x4_t c)
{
    vst1q_f64(sums, vaddq_f64(vld1q_f64(sums), vaddq_f64(LOWER(a), LOWER(b))));
    vst1q_f64(sums + 2, vaddq_f64(vld1q_f64(sums + 2), vaddq_f64(vcvt_high_f64_f32(a), vcvt_high_f64_f32(b))));
    vst1q_f32(low, vaddq_f32(vld1q_f32(low), c));
}
#undef LOWER

INLINE void v_add_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b, vf32 c)
{
#define ADD_TO_SUMS(i, sums, low, a, b, c) add_to_sums(sums + 4 * i, low + 4 * i, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(ADD_TO_SUMS, sums, low, a, b, c)
#undef ADD_TO_SUMS
}

LOADS(v_load_f64_as_f64, f64, vf64, 2, vld1q_f64(at))
LOADS(v_load_f32_as_f64, f32, vf64, 2, vcvt_f64_f32(vld1_f32(at)))
LOADS(v_load_f32_as_f32, f32, vf32, 4, vld1q_f32(at))
LOADS(v_load_f16_as_f32, f16, vf32, 4, f32_of_f16(load_four(at)))
LOADS(v_load_f16_as_f64, f16, vf64, 2, vcvt_f64_f32(vget_low_f32(f32_of_f16(load_two(at)))))
LOADS(v_load_bf16_as_f32, bf16, vf32, 4, f32_of_bf16(load_four(at)))
LOADS(v_load_bf16_as_f64, bf16, vf64, 2, vcvt_f64_f32(vget_low_f32(f32_of_bf16(load_two(at)))))

STORES(v_store_f64_from_f64, f64, vf64, 2, vst1q_f64(at, a))
STORES(v_store_f32_from_f64, f32, vf64, 2, vst1_f32(at, vcvt_f32_f64(a)))
STORES(v_store_f32_from_f32, f32, vf32, 4, vst1q_f32(at, a))
STORES(v_store_f16_from_f32, f16, vf32, 4, store_four(at, f16_of(a)))
STORES(v_store_f16_from_f64, f16, vf64, 2, store_two(at, f16_of(round_to_odd(a))))
STORES(v_store_bf16_from_f32, bf16, vf32, 4, store_four(at, bf16_of(a)))
STORES(v_store_bf16_from_f64, bf16, vf64, 2, store_two(at, bf16_of(round_to_odd(a))))

#endif
