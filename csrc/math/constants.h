/* Constants that several texts share; what belongs to one of them stands beside it.
 * math/coefficients.sollya derives every polynomial and every split of ln 2. */
#ifndef PYSIGMOID_MATH_CONSTANTS_H
#define PYSIGMOID_MATH_CONSTANTS_H

#include "kernels.h"

/* From here on down e^x rounds to zero in the result, products with any float32 or half factor included: e^-200 is
 * 2^-288, and 2^128 times it is less than half the smallest float, 2^-149. e^-104 < 2^-150 does for the half types, whose
 * smallest step is 2^-133. The bound also keeps 2^n a normal double. The
 * losses take doubles as factors; what this hides there is computed otherwise: see extreme_loss in kernels.h.
 *
 * Of a soft label 1 - y is often the exact middle of two floats (y = 2^-25), and the gradient (1 - y) sigma(x) - y sigma(-x)
 * lies next to it: beyond the bound the rounding of N + D decides, half an ULP either way. */
static const f64 vanishing_f64 = -200;
static const f32 vanishing_f32 = -104;

static const f64 one_over_ln2_f64 = 0x1.71547652b82fep0;
static const f32 one_over_ln2_f32 = 0x1.715476p0f;

/* Adding and subtracting this rounds to a multiple of 1/16 and leaves it, in sixteenths, in the low bits of the sum. */
#define ROUND_TO_SIXTEENTH 0x1.8p48

/* ln 2 = high + low, high short enough (42 and 15 bits) that n high is exact. */
static const f64 ln2_high_f64 = 0x1.62e42fefa38p-1, ln2_low_f64 = 0x1.ef35793c7673p-45;
static const f32 ln2_high_f32 = 0x1.62e4p-1f, ln2_low_f32 = 0x1.7f7d1cp-20f;

/* 2^(j/16) = high + low */
static const double exp2_sixteenths[16][2] = {
    {0x1p+0, 0x0p+0}, {0x1.0b5586cf9890fp+0, 0x1.8a62e4adc610bp-54},
    {0x1.172b83c7d517bp+0, -0x1.19041b9d78a76p-55}, {0x1.2387a6e756238p+0, 0x1.9b07eb6c70573p-54},
    {0x1.306fe0a31b715p+0, 0x1.6f46ad23182e4p-55}, {0x1.3dea64c123422p+0, 0x1.ada0911f09ebcp-55},
    {0x1.4bfdad5362a27p+0, 0x1.d4397afec42e2p-56}, {0x1.5ab07dd485429p+0, 0x1.6324c054647adp-54},
    {0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54}, {0x1.7a11473eb0187p+0, -0x1.41577ee04992fp-55},
    {0x1.8ace5422aa0dbp+0, 0x1.6e9f156864b27p-54}, {0x1.9c49182a3f09p+0, 0x1.c7c46b071f2bep-56},
    {0x1.ae89f995ad3adp+0, 0x1.7a1cd345dcc81p-54}, {0x1.c199bdd85529cp+0, 0x1.11065895048ddp-55},
    {0x1.d5818dcfba487p+0, 0x1.2ed02d75b3707p-55}, {0x1.ea4afa2a490dap+0, -0x1.e9c23179c2893p-54},
};

/* (e^r - 1 - r) / r^2 for |r| <= ln(2)/32 */
static const double exp_series[] = {0.5, 0x1.5555555555558p-3, 0x1.55555554e6643p-5, 0x1.111111109dc5bp-7,
                                    0x1.6c17f902e0bdep-10, 0x1.a01b73d765f31p-13};

/* (sqrt(u) coth(sqrt(u)/2) - 2) / u for u <= (ln(2)/2)^2: e^r to 2^-51.9 and 2^-30.8. */
static const f64 coth_series_f64[] = {0x1.555555554d27fp-3, -0x1.6c16c0e1d14fcp-9, 0x1.15652818a832ap-14,
                                      -0x1.b8601ec4c2463p-20};
static const f32 coth_series_f32[] = {0x1.555514p-3f, -0x1.6a8af6p-9f};

/* (atanh(s)/s - 1) / s^2 in z = s^2 <= 1/9: 2^-62.7 and 2^-25.9. */
static const f64 atanh_series_f64[] = {
    0x1.5555555555555p-2, 0x1.999999999983p-3,  0x1.24924924ab365p-3, 0x1.c71c71b1930cep-4,
    0x1.745d1c39b220ap-4, 0x1.3b1301d223c2ep-4, 0x1.112088a179b34p-4, 0x1.e01b26a2edf03p-5,
    0x1.c003ac8e606ccp-5, 0x1.23afa8f761b9dp-5, 0x1.4d21db8338ddcp-4};
static const f32 atanh_series_f32[] = {0x1.55554cp-2f, 0x1.99adcep-3f, 0x1.211c8p-3f, 0x1.132378p-3f};

/* log(p / (1 - p)) reads the exponent of p off its bits, which a subnormal does not have. A float32 is never subnormal as
 * a double; a bfloat16 worked in float32 is lifted by 2^24. */
static const f64 lift_below_f64 = 0, lift_f64 = 1, lift_exponent_f64 = 0;
static const f32 lift_below_f32 = 0x1p-100f, lift_f32 = 0x1p24f, lift_exponent_f32 = 24;

#endif
