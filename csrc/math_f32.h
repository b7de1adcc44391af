/* float32 results: worked in double and rounded once.
 *
 * The double is good to about 2^-50, so the rounding can only miss where the exact value lies nearer than that to the
 * middle of two floats. The inputs where it does are known from a sweep over all 2^32 and stand below as patches. */
#include "math_pairs.h"
#include "math_patches.h"

#define WORK f64

#define MADD madd
#define READING f64
#include "math_exponential.h"
#include "math_functions.h"
#undef MADD
#undef READING

#define MADD fma
#define READING fused_f64
#include "math_exponential.h"
#include "math_functions.h"
#undef MADD
#undef READING

#undef WORK

/* sigma(x) = 1/2 + x/4 - x^3/48 + ...: for small x, x/4 falls on exact middles, and the cubic term decides, towards 1/2.
 * A slope just under 1/4 decides alike. Below 2^-11 the cubic term is too small to move anything else. */
INLINE vf64 sigmoid_f32_anywhere(vf64 x)
{
    vf64 y = sigmoid_in_f64(x);
    y = patch_below_f64(y, x, 0x1p-11, v_madd_f64(x, v_set_f64(0x1.fffffep-3), v_set_f64(0.5)));
    return patch_f64(y, x, -0x1.250c02p-10, 0x1.ffb6bep-2); /* 2^-54.98 from a middle */
}

/* Moderate x, 2^-9 <= |x| < 2^7, need no patch, and e^-x no clamp: 1 / (1 + e^-x) as it stands, rounded rightly for
 * positive and negative x alike. */
#ifdef V_LOOKUP_16_IS_ONE_PERMUTE

/* 2^(j/16) and the coefficients of e^r, |r| <= ln(2)/32, tuned together by a few last bits until, at every moderate
 * float32, 1 / (1 + e^-x) lies at least 5.01 2^-53 inside the interval that rounds to the right float. Five roundings
 * come after it: what neighbours do to the shared division cannot show. */
static const double exp2_sixteenths_tuned[16] = {
    0x1p+0,               0x1.0b5586cf9891cp+0, 0x1.172b83c7d518ap+0, 0x1.2387a6e75626p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0f6p+0, 0x1.9c49182a3f09p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba4afp+0, 0x1.ea4afa2a490edp+0};
static const double exp_tuned[] = {0x1.0000000000009p+0, 0x1.fffffffffff2ap-1,  0x1.fffffffd14aa5p-2,
                                   0x1.55555563c4558p-3, 0x1.555753e30fec7p-5, 0x1.1109959c02a42p-7};

INLINE vf64 sigmoid_f32_moderate(vf64 x)
{
    /* -x = k ln 2 + r, k a multiple of 1/16 */
    vf64 z = v_fma_f64(x, v_set_f64(-one_over_ln2_f64), v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 k = v_sub_f64(z, v_set_f64(ROUND_TO_SIXTEENTH));
    vf64 r = v_fma_f64(k, v_set_f64(-0x1.62e42fefa39efp-1), v_neg_f64(x));
    vf64 power = v_ldexp_floor_f64(v_lookup_16_f64(exp2_sixteenths_tuned, z), k);
    return v_shared_inverse_f64(v_fma_f64(power, HORNER_F64(r, exp_tuned), v_set_f64(1)));
}

#else

INLINE vf64 sigmoid_f32_moderate(vf64 x)
{
    struct ratio_in_f64 e = exp_in_f64(v_neg_f64(x));
    return v_div_f64(e.denominator, v_add_f64(e.denominator, e.numerator));
}

#endif

INLINE vf64 sigmoid_f32(vf64 x)
{
    if (V_BRANCHES_PAY && v_all_moderate_f64(x))
        return sigmoid_f32_moderate(x);
    return sigmoid_f32_anywhere(x);
}

/* silu(x) = x/2 + x^2/4 - ...: half an odd subnormal is a middle, and the square decides, upwards. */
INLINE vf64 silu_f32(vf64 x)
{
    vf64 half = v_add_f64(v_set_f64(0.5), v_copysign_f64(v_set_f64(0x1p-28), x));
    return patch_below_f64(silu_in_f64(x), x, 0x1p-100, v_mul_f64(x, half));
}

INLINE vf64 softplus_f32(vf64 x)
{
    return patch_f64(softplus_in_f64(x), x, 0x1.d483ap-12, 0x1.63017ap-1);
}

INLINE vf64 log_sigmoid_f32(vf64 x)
{
    return v_neg_f64(softplus_f32(v_neg_f64(x)));
}

INLINE vf64 logit_f32(vf64 p)
{
    return patch_f64(logit_in_f64(p), p, 0x1.13986cp-22, -0x1.e59d8ap+3);
}

/* No input misses. */
#define sigmoid_derivative_f32 sigmoid_derivative_in_f64

/* Not all inputs of these can be tried: they hold the bounds of functions.def. */
#define sigmoid_vjp_f32 sigmoid_vjp_in_fused_f64
#define silu_derivative_f32 silu_derivative_in_fused_f64
#define sigmoid_gate_f32 sigmoid_gate_in_fused_f64
#define bce_with_logits_f32 bce_with_logits_in_fused_f64
#define bce_with_logits_grad_f32 bce_with_logits_grad_in_fused_f64
#define bce_with_logits_value_and_grad_f32 bce_with_logits_value_and_grad_in_fused_f64
#define bce_with_logits_grad_and_hess_f32 bce_with_logits_grad_and_hess_in_fused_f64
#define bce_f32 bce_in_fused_f64
