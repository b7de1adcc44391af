/* float32 results: worked in double and rounded once.
 *
 * The double is good to about 2^-50, so the rounding can only miss where the exact value lies nearer than that to the
 * middle of two floats. The inputs where it does are known from a sweep over all 2^32 and stand below as patches. */
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
static inline vf64 sigmoid_f32(vf64 x)
{
    vf64 y = sigmoid_in_f64(x);
    y = patch_below_f64(y, x, 0x1p-11, v_madd_f64(x, v_set_f64(0x1.fffffep-3), v_set_f64(0.5)));
    return patch_f64(y, x, -0x1.250c02p-10, 0x1.ffb6bep-2); /* 2^-54.98 from a middle */
}

/* silu(x) = x/2 + x^2/4 - ...: half an odd subnormal is a middle, and the square decides, upwards. */
static inline vf64 silu_f32(vf64 x)
{
    vf64 half = v_add_f64(v_set_f64(0.5), v_copysign_f64(v_set_f64(0x1p-28), x));
    return patch_below_f64(silu_in_f64(x), x, 0x1p-100, v_mul_f64(x, half));
}

static inline vf64 softplus_f32(vf64 x)
{
    return patch_f64(softplus_in_f64(x), x, 0x1.d483ap-12, 0x1.63017ap-1);
}

static inline vf64 log_sigmoid_f32(vf64 x)
{
    return v_neg_f64(softplus_f32(v_neg_f64(x)));
}

static inline vf64 logit_f32(vf64 p)
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
