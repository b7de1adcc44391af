/* sigmoid_fast: sigma(x) = e / (1 + e), e = e^x, in the precision of the result, to 2.5 ULP. The same operations on every
 * instruction set, v_fma where written. Half types and longdouble take sigmoid itself. */
#include "math/constants.h"

/* 2^(j/8); e^r - 1 - r over r^2 for |r| <= ln(2)/16; ln 2 in two words, eighths of the first exact. */
static const float exp2_eighths_fast[8] = {0x1p+0f, 0x1.172b84p+0f, 0x1.306fep+0f,  0x1.4bfdaep+0f,
                                           0x1.6a09e6p+0f, 0x1.8ace54p+0f, 0x1.ae89fap+0f, 0x1.d5818ep+0f};

INLINE vf32 sigmoid_fast_f32(vf32 x)
{
    /* e^20 already gives 1, e^-110 gives 0. */
    vf32 bounded = v_max_f32(v_set_f32(-110), v_min_f32(v_set_f32(20), x));
    vf32 eighth = v_set_f32(0x1.8p20f);
    vf32 z = v_fma_f32(bounded, v_set_f32(0x1.715476p0f), eighth);
    vf32 k = v_sub_f32(z, eighth);
    vf32 r = v_fma_f32(k, v_set_f32(-0x1.62ep-1f), bounded);
    r = v_fma_f32(k, v_set_f32(-0x1.0bfbe8p-15f), r);

    /* e^r = 1 + r + r^2/2 + ..., the last two coefficients moved from the best approximation, which is 2.56 ULP off
     * somewhere, until the worst of all floats was below 2.5: 2.4948 at -0x1.f30f9ep+0. */
    vf32 q = v_fma_f32(r, v_set_f32(0x1.556396p-5f), v_set_f32(0x1.554974p-3f));
    vf32 p = v_fma_f32(v_mul_f32(r, r), v_fma_f32(r, q, v_set_f32(0.5f)), r);
    vf32 power = v_lookup_8_f32(exp2_eighths_fast, z);
    vf32 e = v_ldexp_f32(v_fma_f32(power, p, power), v_floor_f32(k));
    return v_div_f32(e, v_add_f32(e, v_set_f32(1)));
}

INLINE vf64 sigmoid_fast_in_wide(vf64 x)
{
    /* e^40 already gives 1, e^-746 gives 0. */
    vf64 bounded = v_max_f64(v_set_f64(-746), v_min_f64(v_set_f64(40), x));
    vf64 z = v_fma_f64(bounded, v_set_f64(0x1.71547652b82fep0), v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 r = v_fma_f64(k, v_set_f64(-ln2_high_sixteenths), bounded);
    r = v_fma_f64(k, v_set_f64(-ln2_low_sixteenths), r);

    static const double series[] = {0.5, 0x1.555555548fac7p-3, 0x1.55555554bf567p-5, 0x1.11123a9a41c66p-7,
                                    0x1.6c1825704be57p-10};
    vf64 p = v_fma_f64(v_mul_f64(r, r), HORNER_F64(r, series), r);
    vf64 high, low;
    v_lookup_16_pairs(exp2_sixteenths, z, &high, &low);
    vf64 e = v_ldexp_f64(v_add_f64(high, v_fma_f64(high, p, low)), v_floor_f64(k));
    return v_div_f64(e, v_add_f64(e, v_set_f64(1)));
}

INLINE vf32 sigmoid_fast_f16(vf32 x) { return sigmoid_f16(x); }
INLINE vf32 sigmoid_fast_bf16(vf32 x) { return sigmoid_bf16(x); }
