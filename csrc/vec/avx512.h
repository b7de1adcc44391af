/* The vocabulary in AVX-512 (F, DQ, BW, VL, with FMA and F16C); the words are explained in vec/scalar.h. */
#ifndef PYSIGMOID_VEC_AVX512_H
#define PYSIGMOID_VEC_AVX512_H

#include "kernels.h"
#include "vec/pack.h"

PACK_TYPE(vf64, __m512d)
PACK_TYPE(vf32, __m512)
PACK_TYPE(vm64, __mmask8)
PACK_TYPE(vm32, __mmask16)

enum { LANES_f64 = 8 * PACK, LANES_f32 = 16 * PACK };

#define ROUND_TO_INTEGER_f64 0x1.8p52
#define ROUND_TO_INTEGER_f32 0x1.8p23f

#define WORDS_OF_ONE_TYPE(t, s, number, pack, mask)                                                     \
    INLINE pack v_set_##t(number a) { return (pack){ALL(_mm512_set1_##s(a))}; }                         \
    INSTRUCTION2(pack, v_add_##t, pack, pack, _mm512_add_##s)                                           \
    INSTRUCTION2(pack, v_sub_##t, pack, pack, _mm512_sub_##s)                                           \
    INSTRUCTION2(pack, v_mul_##t, pack, pack, _mm512_mul_##s)                                           \
    INSTRUCTION2(pack, v_div_##t, pack, pack, _mm512_div_##s)                                           \
    WORD1(pack, v_neg_##t, pack, -a) /* folds into a multiplication, as a bit operation does not */     \
    WORD1(pack, v_abs_##t, pack, _mm512_andnot_##s(_mm512_set1_##s((number)-0.0), a))                   \
    WORD1(pack, v_neg_abs_##t, pack, _mm512_or_##s(_mm512_set1_##s((number)-0.0), a))                   \
    WORD2(pack, v_copysign_##t, pack, pack,                                                             \
          _mm512_or_##s(_mm512_andnot_##s(_mm512_set1_##s((number)-0.0), a),                            \
                        _mm512_and_##s(_mm512_set1_##s((number)-0.0), b)))                              \
    WORD1(pack, v_floor_##t, pack, _mm512_roundscale_##s(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)) \
    INSTRUCTION2(pack, v_max_##t, pack, pack, _mm512_max_##s)                                           \
    INSTRUCTION2(pack, v_min_##t, pack, pack, _mm512_min_##s)                                           \
    INSTRUCTION3(pack, v_fma_##t, pack, pack, pack, _mm512_fmadd_##s)                                   \
    INSTRUCTION3(pack, v_fnma_##t, pack, pack, pack, _mm512_fnmadd_##s)                                 \
    INSTRUCTION3(pack, v_fms_##t, pack, pack, pack, _mm512_fmsub_##s)                                   \
    INSTRUCTION3(pack, v_fnms_##t, pack, pack, pack, _mm512_fnmsub_##s)                                 \
    INSTRUCTION3(pack, v_madd_##t, pack, pack, pack, _mm512_fmadd_##s)                                  \
    WORD2(mask, v_lt_##t, pack, pack, _mm512_cmp_##s##_mask(a, b, _CMP_LT_OQ))                          \
    WORD2(mask, v_le_##t, pack, pack, _mm512_cmp_##s##_mask(a, b, _CMP_LE_OQ))                          \
    WORD2(mask, v_eq_##t, pack, pack, _mm512_cmp_##s##_mask(a, b, _CMP_EQ_OQ))                          \
    WORD2(mask, v_and_##t, mask, mask, (mask##_vector)(a & b))                                          \
    INLINE int v_any_##t(mask a) { return COMBINE(|, a) != 0; }                                         \
    INLINE int v_all_##t(mask a) { return (mask##_vector)~COMBINE(&, a) == 0; }                         \
    WORD3(pack, v_select_##t, mask, pack, pack, _mm512_mask_blend_##s(a, c, b))                         \
    INSTRUCTION2(pack, v_ldexp_##t, pack, pack, _mm512_scalef_##s)                                      \
    INSTRUCTION2(pack, v_times_exp2_##t, pack, pack, _mm512_scalef_##s)                                 \
    WORD2(pack, v_ldexp_biased_##t, pack, pack,                                                         \
          _mm512_scalef_##s(a, _mm512_sub_##s(b, _mm512_set1_##s(ROUND_TO_INTEGER_##t))))               \
    WORD1(pack, v_exp2_##t, pack, _mm512_scalef_##s(_mm512_set1_##s(1), a))

WORDS_OF_ONE_TYPE(f64, pd, double, vf64, vm64)
WORDS_OF_ONE_TYPE(f32, ps, float, vf32, vm32)
#undef WORDS_OF_ONE_TYPE

#define V_BRANCHES_PAY 1

#define BITS_f64(x) _mm512_castpd_si512(x)
#define BITS_f32(x) _mm512_castps_si512(x)

/* (p - q + 1/2 ulp of the exponent) >> mantissa, arithmetically, put into the low bits of ROUND_TO_INTEGER. */
WORD2(vf64, v_exponent_gap_f64, vf64, vf64,
      _mm512_castsi512_pd(_mm512_add_epi64(
          _mm512_srai_epi64(_mm512_add_epi64(_mm512_sub_epi64(BITS_f64(a), BITS_f64(b)), _mm512_set1_epi64(1LL << 51)), 52),
          BITS_f64(_mm512_set1_pd(ROUND_TO_INTEGER_f64)))))
WORD2(vf32, v_exponent_gap_f32, vf32, vf32,
      _mm512_castsi512_ps(_mm512_add_epi32(
          _mm512_srai_epi32(_mm512_add_epi32(_mm512_sub_epi32(BITS_f32(a), BITS_f32(b)), _mm512_set1_epi32(1 << 22)), 23),
          BITS_f32(_mm512_set1_ps(ROUND_TO_INTEGER_f32)))))

/* In the distance from the bits of 0x1.26p-10, a bit above the lowest four of the exponent. */
#define NOT_MODERATE(i, x) _mm512_sub_epi64(BITS_f64((x).v##i), BITS_f64(_mm512_set1_pd(0x1.26p-10)))
INLINE int v_all_moderate_f64(vf64 x)
{
    return _mm512_test_epi64_mask(GATHER(_mm512_or_si512, NOT_MODERATE, x), _mm512_set1_epi64(0x7f00000000000000)) == 0;
}
#undef NOT_MODERATE

#define V_LOOKUP_16_IS_ONE_PERMUTE

WORD2(vf64, v_ldexp_floor_f64, vf64, vf64, _mm512_scalef_pd(a, b))
WORD2(vf64, v_ldexp_sixteenths_f64, vf64, vf64,
      _mm512_castsi512_pd(_mm512_add_epi64(BITS_f64(a), _mm512_slli_epi64(BITS_f64(b), 48))))

INLINE void v_lookup_16_pairs(const double (*table)[2], vf64 z, vf64 *high, vf64 *low)
{
    /* The entries' high and low words apart, in two vectors each: loads and permutes that leave the loop. */
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512d a = _mm512_loadu_pd(table[0]), b = _mm512_loadu_pd(table[4]);
    const __m512d c = _mm512_loadu_pd(table[8]), d = _mm512_loadu_pd(table[12]);
    const __m512d high0 = _mm512_permutex2var_pd(a, even, b), high8 = _mm512_permutex2var_pd(c, even, d);
    const __m512d low0 = _mm512_permutex2var_pd(a, odd, b), low8 = _mm512_permutex2var_pd(c, odd, d);
#define LOOKUP(i, first, z, second) _mm512_permutex2var_pd(first, BITS_f64((z).v##i), second)
    *high = (vf64){EACH(LOOKUP, high0, z, high8)};
    *low = (vf64){EACH(LOOKUP, low0, z, low8)};
#undef LOOKUP
}

INLINE vf32 v_lookup_4_f32(const float *table, vf32 z)
{
    const __m512 in_each = _mm512_broadcast_f32x4(_mm_loadu_ps(table));
#define LOOKUP(i, in_each, z) _mm512_permutevar_ps(in_each, BITS_f32((z).v##i))
    return (vf32){EACH(LOOKUP, in_each, z)};
#undef LOOKUP
}

INLINE vf32 v_lookup_8_f32(const float *table, vf32 z)
{
    const __m512 twice = _mm512_broadcast_f32x8(_mm256_loadu_ps(table));
#define LOOKUP(i, twice, z) _mm512_permutexvar_ps(BITS_f32((z).v##i), twice)
    return (vf32){EACH(LOOKUP, twice, z)};
#undef LOOKUP
}

#define FROM_BITS_f32(b) _mm512_castsi512_ps(b)

WORD2(vf32, v_add_eighths_f32, vf32, vf32,
      FROM_BITS_f32(_mm512_add_epi32(BITS_f32(a), _mm512_slli_epi32(BITS_f32(b), 20))))
WORD1(vf32, v_exponent_f32, vf32, _mm512_cvtepi32_ps(_mm512_srli_epi32(BITS_f32(a), 23)))
WORD1(vf32, v_nearest_quarter_f32, vf32, FROM_BITS_f32(_mm512_add_epi32(BITS_f32(a), _mm512_set1_epi32(1 << 20))))
WORD1(vf32, v_quarter_f32, vf32, FROM_BITS_f32(_mm512_srli_epi32(BITS_f32(a), 21)))
WORD2(vf32, v_without_exponent_f32, vf32, vf32,
      FROM_BITS_f32(_mm512_sub_epi32(BITS_f32(a), _mm512_and_si512(BITS_f32(b), _mm512_set1_epi32(0x7f800000)))))
WORD3(vf32, v_where_negative_f32, vf32, vf32, vf32, _mm512_mask_blend_ps(_mm512_movepi32_mask(BITS_f32(a)), c, b))
WORD2(vf32, v_flip_f32, vf32, vf32,
      FROM_BITS_f32(_mm512_ternarylogic_epi32(BITS_f32(a), BITS_f32(b), BITS_f32(_mm512_set1_ps(-0.0f)), 0x78)))
WORD2(vf32, v_max_bits_f32, vf32, vf32, FROM_BITS_f32(_mm512_max_epu32(BITS_f32(a), BITS_f32(b))))

INLINE int v_any_bits_above_f32(vf32 a, float b)
{
    __m512i most = BITS_f32(GATHER(v_max_bits_f32_one, VECTOR, a));
    return _mm512_cmpgt_epu32_mask(most, BITS_f32(_mm512_set1_ps(b))) != 0;
}

#define LOWER(x) _mm512_cvtps_pd(_mm512_castps512_ps256(x))
#define UPPER(x) _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1))
INLINE void store_sum(f64 *y, __m512 a, __m512 b, __m512 c)
{
    _mm512_storeu_pd(y, _mm512_add_pd(LOWER(a), _mm512_add_pd(LOWER(b), LOWER(c))));
    _mm512_storeu_pd(y + 8, _mm512_add_pd(UPPER(a), _mm512_add_pd(UPPER(b), UPPER(c))));
}

INLINE void v_store_sum_f64_from_f32(f64 *y, vf32 a, vf32 b, vf32 c)
{
#define STORE_SUM(i, y, a, b, c) store_sum(y + 16 * i, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(STORE_SUM, y, a, b, c)
#undef STORE_SUM
}

INLINE void add_pair_to_sums(f64 *sums, f32 *low, __m512 a, __m512 b)
{
    _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), LOWER(a)));
    _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), UPPER(a)));
    _mm512_storeu_ps(low, _mm512_add_ps(_mm512_loadu_ps(low), b));
}

INLINE void v_add_pair_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b)
{
#define ADD_PAIR_TO_SUMS(i, sums, low, a, b) add_pair_to_sums(sums, low, (a).v##i, (b).v##i)
    DO_EACH(ADD_PAIR_TO_SUMS, sums, low, a, b)
#undef ADD_PAIR_TO_SUMS
}

INLINE void add_to_sums(f64 *sums, f32 *low, __m512 a, __m512 b, __m512 c)
{
    _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), _mm512_add_pd(LOWER(a), LOWER(b))));
    _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), _mm512_add_pd(UPPER(a), UPPER(b))));
    _mm512_storeu_ps(low, _mm512_add_ps(_mm512_loadu_ps(low), c));
}
#undef LOWER
#undef UPPER

INLINE void v_add_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b, vf32 c)
{
#define ADD_TO_SUMS(i, sums, low, a, b, c) add_to_sums(sums, low, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(ADD_TO_SUMS, sums, low, a, b, c)
#undef ADD_TO_SUMS
}

/* One vector of each load and store; the packs follow below. */
INLINE __m256 load_f16(const f16 *x)
{
    __m256 y = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)x));
    HIDE_ORIGIN(y);
    return y;
}

INLINE __m512 load_wide_f16(const f16 *x)
{
    __m512 y = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)x));
    HIDE_ORIGIN(y);
    return y;
}

INLINE __m256 load_bf16(const bf16 *x)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)x)), 16));
}

INLINE __m512 load_wide_bf16(const bf16 *x)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)x)), 16));
}

/* To nearest, ties to even, by carrying into the upper half; nan keeps its upper half and stays one. */
INLINE __m256i bf16_of(__m512 x)
{
    __m512i bits = BITS_f32(x);
    __m512i even = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(even, _mm512_set1_epi32(0x7fff)));
    __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16));
}

/* Round to odd, as in vec/scalar.h. */
INLINE __m256 round_to_odd(__m512d x)
{
    const __m512i low = _mm512_set1_epi64(0x1fffffff);
    __m512i bits = BITS_f64(x);
    __mmask8 lost = _mm512_test_epi64_mask(bits, low);
    __m512i kept = _mm512_andnot_si512(low, bits);
    return _mm512_cvtpd_ps(_mm512_castsi512_pd(_mm512_mask_or_epi64(kept, lost, kept, _mm512_set1_epi64(1LL << 29))));
}

/* What remains for bfloat16 of a double: below 2^-126 rounded to the smallest step at once, as in vec/scalar.h. */
INLINE __m256 nearest_or_odd(__m512d x)
{
    const __m512d sign = _mm512_set1_pd(-0.0);
    __m512d step = _mm512_or_pd(_mm512_set1_pd(0x1p-81), _mm512_and_pd(x, sign));
    __m512d subnormal = _mm512_or_pd(_mm512_sub_pd(_mm512_add_pd(x, step), step), _mm512_and_pd(x, sign));
    __mmask8 small = _mm512_cmp_pd_mask(_mm512_andnot_pd(sign, x), _mm512_set1_pd(0x1p-126), _CMP_LT_OQ);
    return _mm256_mask_mov_ps(round_to_odd(x), small, _mm512_cvtpd_ps(subnormal));
}

INLINE __m512 both_halves(__m256 low, __m256 high)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

LOADS(v_load_f64_as_f64, f64, vf64, 8, _mm512_loadu_pd(at))
LOADS(v_load_f32_as_f64, f32, vf64, 8, _mm512_cvtps_pd(_mm256_loadu_ps(at)))
LOADS(v_load_f32_as_f32, f32, vf32, 16, _mm512_loadu_ps(at))
LOADS(v_load_f16_as_f32, f16, vf32, 16, load_wide_f16(at))
LOADS(v_load_f16_as_f64, f16, vf64, 8, _mm512_cvtps_pd(load_f16(at)))
LOADS(v_load_bf16_as_f32, bf16, vf32, 16, load_wide_bf16(at))
LOADS(v_load_bf16_as_f64, bf16, vf64, 8, _mm512_cvtps_pd(load_bf16(at)))

STORES(v_store_f64_from_f64, f64, vf64, 8, _mm512_storeu_pd(at, a))
STORES(v_store_f32_from_f64, f32, vf64, 8, _mm256_storeu_ps(at, _mm512_cvtpd_ps(a)))
STORES(v_store_f32_from_f32, f32, vf32, 16, _mm512_storeu_ps(at, a))
STORES(v_store_f16_from_f32, f16, vf32, 16,
       _mm256_storeu_si256((__m256i *)at, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT)))
STORES(v_store_f16_from_f64, f16, vf64, 8,
       _mm_storeu_si128((__m128i *)at, _mm256_cvtps_ph(round_to_odd(a), _MM_FROUND_TO_NEAREST_INT)))
STORES(v_store_bf16_from_f32, bf16, vf32, 16, _mm256_storeu_si256((__m256i *)at, bf16_of(a)))
STORES(v_store_bf16_from_f64, bf16, vf64, 8,
       _mm_storeu_si128((__m128i *)at, _mm256_castsi256_si128(bf16_of(both_halves(nearest_or_odd(a), _mm256_setzero_ps())))))

#endif
