/* The vocabulary in AVX2 with FMA and F16C; the words are explained in vec/scalar.h. */
#ifndef PYSIGMOID_VEC_AVX2_H
#define PYSIGMOID_VEC_AVX2_H

#include "kernels.h"
#include "vec/pack.h"

PACK_TYPE(vf64, __m256d)
PACK_TYPE(vf32, __m256)
PACK_TYPE(vm64, __m256d)
PACK_TYPE(vm32, __m256)

enum { LANES_f64 = 4 * PACK, LANES_f32 = 8 * PACK };

#define ROUND_TO_INTEGER_f64 0x1.8p52
#define ROUND_TO_INTEGER_f32 0x1.8p23f

#define V_BRANCHES_PAY 1

#define BITS_f64(x) _mm256_castpd_si256(x)
#define BITS_f32(x) _mm256_castps_si256(x)
#define FROM_BITS_f64(b) _mm256_castsi256_pd(b)
#define FROM_BITS_f32(b) _mm256_castsi256_ps(b)

#define WORDS_OF_ONE_TYPE(t, s, number, pack, mask, integers, ones, mantissa, bias)                     \
    INLINE pack v_set_##t(number a) { return (pack){ALL(_mm256_set1_##s(a))}; }                         \
    INSTRUCTION2(pack, v_add_##t, pack, pack, _mm256_add_##s)                                           \
    INSTRUCTION2(pack, v_sub_##t, pack, pack, _mm256_sub_##s)                                           \
    INSTRUCTION2(pack, v_mul_##t, pack, pack, _mm256_mul_##s)                                           \
    INSTRUCTION2(pack, v_div_##t, pack, pack, _mm256_div_##s)                                           \
    WORD1(pack, v_neg_##t, pack, -a) /* folds into a multiplication, as a bit operation does not */     \
    WORD1(pack, v_abs_##t, pack, _mm256_andnot_##s(_mm256_set1_##s((number)-0.0), a))                   \
    WORD1(pack, v_neg_abs_##t, pack, _mm256_or_##s(_mm256_set1_##s((number)-0.0), a))                   \
    WORD2(pack, v_copysign_##t, pack, pack,                                                             \
          _mm256_or_##s(_mm256_andnot_##s(_mm256_set1_##s((number)-0.0), a),                            \
                        _mm256_and_##s(_mm256_set1_##s((number)-0.0), b)))                              \
    INSTRUCTION1(pack, v_floor_##t, pack, _mm256_floor_##s)                                             \
    INSTRUCTION2(pack, v_max_##t, pack, pack, _mm256_max_##s)                                           \
    INSTRUCTION2(pack, v_min_##t, pack, pack, _mm256_min_##s)                                           \
    INSTRUCTION3(pack, v_fma_##t, pack, pack, pack, _mm256_fmadd_##s)                                   \
    INSTRUCTION3(pack, v_fnma_##t, pack, pack, pack, _mm256_fnmadd_##s)                                 \
    INSTRUCTION3(pack, v_fms_##t, pack, pack, pack, _mm256_fmsub_##s)                                   \
    INSTRUCTION3(pack, v_fnms_##t, pack, pack, pack, _mm256_fnmsub_##s)                                 \
    INSTRUCTION3(pack, v_madd_##t, pack, pack, pack, _mm256_fmadd_##s)                                  \
    WORD2(mask, v_lt_##t, pack, pack, _mm256_cmp_##s(a, b, _CMP_LT_OQ))                                 \
    WORD2(mask, v_le_##t, pack, pack, _mm256_cmp_##s(a, b, _CMP_LE_OQ))                                 \
    WORD2(mask, v_eq_##t, pack, pack, _mm256_cmp_##s(a, b, _CMP_EQ_OQ))                                 \
    INSTRUCTION2(mask, v_and_##t, mask, mask, _mm256_and_##s)                                           \
    INLINE int v_any_##t(mask x) { return _mm256_movemask_##s(GATHER(_mm256_or_##s, VECTOR, x)) != 0; } \
    INLINE int v_all_##t(mask x)                                                                        \
    {                                                                                                   \
        return _mm256_movemask_##s(GATHER(_mm256_and_##s, VECTOR, x)) == (1 << 32 / sizeof(number)) - 1; \
    }                                                                                                   \
    WORD3(pack, v_select_##t, mask, pack, pack, _mm256_blendv_##s(c, b, a))                             \
    WORD1(pack, v_exp2_##t, pack,                                                                       \
          FROM_BITS_##t(_mm256_slli_##integers(                                                         \
              _mm256_add_##integers(BITS_##t(_mm256_add_##s(a, _mm256_set1_##s(ROUND_TO_INTEGER_##t))), \
                                    ones(bias)),                                                        \
              mantissa)))                                                                               \
    INLINE pack v_times_exp2_##t(pack x, pack n) { return v_mul_##t(x, v_exp2_##t(n)); }                \
    INLINE pack v_ldexp_##t(pack x, pack n)                                                             \
    {                                                                                                   \
        pack half = v_floor_##t(v_mul_##t(n, v_set_##t((number)0.5)));                                  \
        return v_mul_##t(v_mul_##t(x, v_exp2_##t(half)), v_exp2_##t(v_sub_##t(n, half)));               \
    }

WORDS_OF_ONE_TYPE(f64, pd, double, vf64, vm64, epi64, _mm256_set1_epi64x, 52, 1023)
WORDS_OF_ONE_TYPE(f32, ps, float, vf32, vm32, epi32, _mm256_set1_epi32, 23, 127)
#undef WORDS_OF_ONE_TYPE

WORD2(vf64, v_ldexp_biased_f64, vf64, vf64,
      FROM_BITS_f64(_mm256_add_epi64(BITS_f64(a), _mm256_slli_epi64(BITS_f64(b), 52))))

WORD2(vf64, v_ldexp_sixteenths_f64, vf64, vf64,
      FROM_BITS_f64(_mm256_add_epi64(BITS_f64(a), _mm256_slli_epi64(BITS_f64(b), 48))))

INLINE vf64 v_ldexp_floor_f64(vf64 x, vf64 k)
{
    return v_times_exp2_f64(x, v_floor_f64(k));
}

INLINE vf32 v_ldexp_biased_f32(vf32 x, vf32 z)
{
    return v_ldexp_f32(x, v_sub_f32(z, v_set_f32(ROUND_TO_INTEGER_f32)));
}

/* An arithmetic shift of 64 bits by 52, which AVX2 lacks: the upper half by 20, and its sign above it. */
INLINE __m256i exponent_of(__m256i bits)
{
    __m256i shifted = _mm256_shuffle_epi32(_mm256_srai_epi32(bits, 20), 0xf5);
    return _mm256_blend_epi32(shifted, _mm256_srai_epi32(bits, 31), 0xaa);
}

/* (p - q + 1/2 ulp of the exponent) >> mantissa, put into the low bits of ROUND_TO_INTEGER. */
WORD2(vf64, v_exponent_gap_f64, vf64, vf64,
      FROM_BITS_f64(_mm256_add_epi64(
          exponent_of(_mm256_add_epi64(_mm256_sub_epi64(BITS_f64(a), BITS_f64(b)), _mm256_set1_epi64x(1LL << 51))),
          BITS_f64(_mm256_set1_pd(ROUND_TO_INTEGER_f64)))))
WORD2(vf32, v_exponent_gap_f32, vf32, vf32,
      FROM_BITS_f32(_mm256_add_epi32(
          _mm256_srai_epi32(_mm256_add_epi32(_mm256_sub_epi32(BITS_f32(a), BITS_f32(b)), _mm256_set1_epi32(1 << 22)), 23),
          BITS_f32(_mm256_set1_ps(ROUND_TO_INTEGER_f32)))))

/* In the distance from the bits of 0x1.26p-10, a bit above the lowest four of the exponent. */
#define NOT_MODERATE(i, x) _mm256_sub_epi64(BITS_f64((x).v##i), BITS_f64(_mm256_set1_pd(0x1.26p-10)))
INLINE int v_all_moderate_f64(vf64 x)
{
    return _mm256_testz_si256(GATHER(_mm256_or_si256, NOT_MODERATE, x), _mm256_set1_epi64x(0x7f00000000000000));
}
#undef NOT_MODERATE

/* Four loads of whole entries and a transposition: half the time of two gathers (Zen 4). */
INLINE void lookup_four_pairs(const double (*table)[2], __m256d z, __m256d *high, __m256d *low)
{
    __m256i index = _mm256_and_si256(BITS_f64(z), _mm256_set1_epi64x(15));
    __m128i index01 = _mm256_castsi256_si128(index), index23 = _mm256_extracti128_si256(index, 1);
    __m128d entry0 = _mm_loadu_pd(table[_mm_cvtsi128_si64(index01)]), entry1 = _mm_loadu_pd(table[_mm_extract_epi64(index01, 1)]);
    __m128d entry2 = _mm_loadu_pd(table[_mm_cvtsi128_si64(index23)]), entry3 = _mm_loadu_pd(table[_mm_extract_epi64(index23, 1)]);
    __m256d entries02 = _mm256_insertf128_pd(_mm256_castpd128_pd256(entry0), entry2, 1);
    __m256d entries13 = _mm256_insertf128_pd(_mm256_castpd128_pd256(entry1), entry3, 1);
    *high = _mm256_unpacklo_pd(entries02, entries13);
    *low = _mm256_unpackhi_pd(entries02, entries13);
}

INLINE void v_lookup_16_pairs(const double (*table)[2], vf64 z, vf64 *high, vf64 *low)
{
#define LOOKUP(i, table, z, high, low) lookup_four_pairs(table, (z).v##i, &(high)->v##i, &(low)->v##i)
    DO_EACH(LOOKUP, table, z, high, low)
#undef LOOKUP
}

INLINE vf32 v_lookup_4_f32(const float *table, vf32 z)
{
    const __m128 entries = _mm_loadu_ps(table);
    const __m256 twice = _mm256_set_m128(entries, entries);
#define LOOKUP(i, twice, z) _mm256_permutevar_ps(twice, BITS_f32((z).v##i))
    return (vf32){EACH(LOOKUP, twice, z)};
#undef LOOKUP
}

INLINE vf32 v_lookup_8_f32(const float *table, vf32 z)
{
    const __m256 entries = _mm256_loadu_ps(table);
#define LOOKUP(i, entries, z) _mm256_permutevar8x32_ps(entries, BITS_f32((z).v##i))
    return (vf32){EACH(LOOKUP, entries, z)};
#undef LOOKUP
}

WORD2(vf32, v_add_eighths_f32, vf32, vf32,
      FROM_BITS_f32(_mm256_add_epi32(BITS_f32(a), _mm256_slli_epi32(BITS_f32(b), 20))))
WORD1(vf32, v_exponent_f32, vf32, _mm256_cvtepi32_ps(_mm256_srli_epi32(BITS_f32(a), 23)))
WORD1(vf32, v_nearest_quarter_f32, vf32, FROM_BITS_f32(_mm256_add_epi32(BITS_f32(a), _mm256_set1_epi32(1 << 20))))
WORD1(vf32, v_quarter_f32, vf32, FROM_BITS_f32(_mm256_srli_epi32(BITS_f32(a), 21)))
WORD2(vf32, v_without_exponent_f32, vf32, vf32,
      FROM_BITS_f32(_mm256_sub_epi32(BITS_f32(a), _mm256_and_si256(BITS_f32(b), _mm256_set1_epi32(0x7f800000)))))
WORD3(vf32, v_where_negative_f32, vf32, vf32, vf32, _mm256_blendv_ps(c, b, a))
WORD2(vf32, v_flip_f32, vf32, vf32, _mm256_xor_ps(a, _mm256_and_ps(b, _mm256_set1_ps(-0.0f))))
WORD2(vf32, v_max_bits_f32, vf32, vf32, FROM_BITS_f32(_mm256_max_epu32(BITS_f32(a), BITS_f32(b))))

/* Not above are those that are the smaller, or equal. */
INLINE int v_any_bits_above_f32(vf32 a, float b)
{
    __m256i most = BITS_f32(GATHER(v_max_bits_f32_one, VECTOR, a)), bound = BITS_f32(_mm256_set1_ps(b));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(_mm256_max_epu32(most, bound), bound)) != -1;
}

INLINE void store_sum(f64 *y, __m256 a, __m256 b, __m256 c)
{
    __m256d low = _mm256_add_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(b)), _mm256_cvtps_pd(_mm256_castps256_ps128(c)));
    __m256d high = _mm256_add_pd(_mm256_cvtps_pd(_mm256_extractf128_ps(b, 1)), _mm256_cvtps_pd(_mm256_extractf128_ps(c, 1)));
    _mm256_storeu_pd(y, _mm256_add_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(a)), low));
    _mm256_storeu_pd(y + 4, _mm256_add_pd(_mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)), high));
}

INLINE void v_store_sum_f64_from_f32(f64 *y, vf32 a, vf32 b, vf32 c)
{
#define STORE_SUM(i, y, a, b, c) store_sum(y + 8 * i, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(STORE_SUM, y, a, b, c)
#undef STORE_SUM
}

INLINE void add_pair_to_sums(f64 *sums, f32 *low, __m256 a, __m256 b)
{
    _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), _mm256_cvtps_pd(_mm256_castps256_ps128(a))));
    _mm256_storeu_pd(sums + 4, _mm256_add_pd(_mm256_loadu_pd(sums + 4), _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))));
    _mm256_storeu_ps(low, _mm256_add_ps(_mm256_loadu_ps(low), b));
}

INLINE void v_add_pair_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b)
{
#define ADD_PAIR_TO_SUMS(i, sums, low, a, b) add_pair_to_sums(sums + 8 * i % 16, low + 8 * i % 16, (a).v##i, (b).v##i)
    DO_EACH(ADD_PAIR_TO_SUMS, sums, low, a, b)
#undef ADD_PAIR_TO_SUMS
}

INLINE void add_to_sums(f64 *sums, f32 *low, __m256 a, __m256 b, __m256 c)
{
    __m256d first = _mm256_add_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(a)), _mm256_cvtps_pd(_mm256_castps256_ps128(b)));
    __m256d last = _mm256_add_pd(_mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)), _mm256_cvtps_pd(_mm256_extractf128_ps(b, 1)));
    _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), first));
    _mm256_storeu_pd(sums + 4, _mm256_add_pd(_mm256_loadu_pd(sums + 4), last));
    _mm256_storeu_ps(low, _mm256_add_ps(_mm256_loadu_ps(low), c));
}

INLINE void v_add_to_sums(f64 *sums, f32 *low, vf32 a, vf32 b, vf32 c)
{
#define ADD_TO_SUMS(i, sums, low, a, b, c) add_to_sums(sums + 8 * i % 16, low + 8 * i % 16, (a).v##i, (b).v##i, (c).v##i)
    DO_EACH(ADD_TO_SUMS, sums, low, a, b, c)
#undef ADD_TO_SUMS
}

INLINE __m256 load_f16(const f16 *x)
{
    __m256 y = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)x));
    HIDE_ORIGIN(y);
    return y;
}

INLINE __m128 load_4_f16(const f16 *x)
{
    __m128 y = _mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)x));
    HIDE_ORIGIN(y);
    return y;
}

INLINE __m256 load_bf16(const bf16 *x)
{
    return FROM_BITS_f32(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)x)), 16));
}

INLINE __m128 load_4_bf16(const bf16 *x)
{
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)x)), 16));
}

/* To nearest, ties to even, by carrying into the upper half; nan keeps its upper half and stays one. */
INLINE __m128i bf16_of(__m256 x)
{
    __m256i bits = BITS_f32(x);
    __m256i even = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(even, _mm256_set1_epi32(0x7fff)));
    __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    __m256 chosen = _mm256_blendv_ps(FROM_BITS_f32(rounded), FROM_BITS_f32(quiet), _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    __m256i upper = _mm256_srli_epi32(BITS_f32(chosen), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
}

/* Round to odd, as in vec/scalar.h. */
INLINE __m128 round_to_odd(__m256d x)
{
    const __m256i low = _mm256_set1_epi64x(0x1fffffff);
    __m256i bits = BITS_f64(x);
    __m256i exact = _mm256_cmpeq_epi64(_mm256_and_si256(bits, low), _mm256_setzero_si256());
    __m256i sticky = _mm256_andnot_si256(exact, _mm256_set1_epi64x(1LL << 29));
    return _mm256_cvtpd_ps(FROM_BITS_f64(_mm256_or_si256(_mm256_andnot_si256(low, bits), sticky)));
}

/* For bfloat16 of a double: below 2^-126 rounded to the smallest step at once, as in vec/scalar.h. */
INLINE __m128 nearest_or_odd(__m256d x)
{
    const __m256d sign = _mm256_set1_pd(-0.0);
    __m256d signed_zero = _mm256_and_pd(x, sign);
    __m256d step = _mm256_or_pd(_mm256_set1_pd(0x1p-81), signed_zero);
    __m256d subnormal = _mm256_or_pd(_mm256_sub_pd(_mm256_add_pd(x, step), step), signed_zero);
    __m256d small = _mm256_cmp_pd(_mm256_andnot_pd(sign, x), _mm256_set1_pd(0x1p-126), _CMP_LT_OQ);
    /* The mask narrows like any number: all ones is a nan, and stays one with its sign, which is what the blend reads. */
    return _mm_blendv_ps(round_to_odd(x), _mm256_cvtpd_ps(subnormal), _mm256_cvtpd_ps(small));
}

LOADS(v_load_f64_as_f64, f64, vf64, 4, _mm256_loadu_pd(at))
LOADS(v_load_f32_as_f64, f32, vf64, 4, _mm256_cvtps_pd(_mm_loadu_ps(at)))
LOADS(v_load_f32_as_f32, f32, vf32, 8, _mm256_loadu_ps(at))
LOADS(v_load_f16_as_f32, f16, vf32, 8, load_f16(at))
LOADS(v_load_f16_as_f64, f16, vf64, 4, _mm256_cvtps_pd(load_4_f16(at)))
LOADS(v_load_bf16_as_f32, bf16, vf32, 8, load_bf16(at))
LOADS(v_load_bf16_as_f64, bf16, vf64, 4, _mm256_cvtps_pd(load_4_bf16(at)))

STORES(v_store_f64_from_f64, f64, vf64, 4, _mm256_storeu_pd(at, a))
STORES(v_store_f32_from_f64, f32, vf64, 4, _mm_storeu_ps(at, _mm256_cvtpd_ps(a)))
STORES(v_store_f32_from_f32, f32, vf32, 8, _mm256_storeu_ps(at, a))
STORES(v_store_f16_from_f32, f16, vf32, 8,
       _mm_storeu_si128((__m128i *)at, _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT)))
STORES(v_store_f16_from_f64, f16, vf64, 4,
       _mm_storel_epi64((__m128i *)at, _mm_cvtps_ph(round_to_odd(a), _MM_FROUND_TO_NEAREST_INT)))
STORES(v_store_bf16_from_f32, bf16, vf32, 8, _mm_storeu_si128((__m128i *)at, bf16_of(a)))
STORES(v_store_bf16_from_f64, bf16, vf64, 4,
       _mm_storel_epi64((__m128i *)at, bf16_of(_mm256_castps128_ps256(nearest_or_odd(a)))))

#endif
