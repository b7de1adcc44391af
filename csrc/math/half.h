/* float16 and bfloat16: functions of one argument worked in float32 by the same text as float32 in double; functions whose
 * bound float32 arithmetic cannot hold are those of math/narrow.h, narrowed further. All 65,536 patterns of both types were
 * tried; the patches are the ones that would miss. */
#include "math/both.h"
#include "math/patches.h"

#define READING f32
#define WORK f32
#define MADD madd
#include "math/exponential.h"
#include "math/functions.h"
#include "math/products.h"
#undef READING
#undef WORK
#undef MADD

/* As in math/f32.h: the cubic term of sigma decides middles, and reaches further up in a coarser format. */
INLINE vf32 sigmoid_f16(vf32 x)
{
    vf32 near_half = v_madd_f32(x, v_set_f32(0.25f - 0x1p-15f), v_set_f32(0.5f));
    return patch_below_f32(sigmoid_in_f32(x), x, 0x1p-5f, near_half);
}

INLINE vf32 sigmoid_derivative_f16(vf32 x)
{
    vf32 y = sigmoid_derivative_in_f32(x), magnitude = v_abs_f32(x);
    y = patch_f32(y, magnitude, 0x1.bb8p-5f, 0x1.ffcp-3f);
    y = patch_f32(y, magnitude, 0x1.cep-4f, 0x1.fe4p-3f);
    return patch_f32(y, magnitude, 0x1.b3p+0f, 0x1.0b8p-3f);
}

INLINE vf32 softplus_f16(vf32 x)
{
    vf32 y = softplus_in_f32(x);
    y = patch_f32(y, x, -0x1.0cp-14f, 0x1.62cp-1f);
    y = patch_f32(y, x, -0x1.0c4p-14f, 0x1.62cp-1f);
    return patch_f32(y, x, -0x1.0c8p-14f, 0x1.62cp-1f);
}

INLINE vf32 log_sigmoid_f16(vf32 x)
{
    return v_neg_f32(softplus_f16(v_neg_f32(x)));
}

/* As in math/f32.h: the square decides how half an odd subnormal rounds. */
INLINE vf32 silu_with_small_f32(vf32 x)
{
    vf32 half = v_add_f32(v_set_f32(0.5f), v_copysign_f32(v_set_f32(0x1p-13f), x));
    return patch_below_f32(silu_in_f32(x), x, 0x1p-20f, v_mul_f32(x, half));
}

INLINE vf32 silu_f16(vf32 x)
{
    return patch_f32(silu_with_small_f32(x), x, -0x1.5ccp+1f, -0x1.574p-3f);
}

INLINE vf32 logit_f16(vf32 p)
{
    return patch_f32(logit_in_f32(p), p, 0x1.214p-11f, -0x1.e04p+2f);
}

INLINE vf32 logit_bf16(vf32 p)
{
    return patch_f32(logit_in_f32(p), p, 0x1.cap-20f, -0x1.aap+3f);
}

/* What no patch is needed for. */
INLINE vf32 sigmoid_bf16(vf32 x) { return sigmoid_in_f32(x); }
INLINE vf32 sigmoid_derivative_bf16(vf32 x) { return sigmoid_derivative_in_f32(x); }
INLINE vf32 log_sigmoid_bf16(vf32 x) { return log_sigmoid_in_f32(x); }
INLINE vf32 softplus_bf16(vf32 x) { return softplus_in_f32(x); }
INLINE vf32 silu_bf16(vf32 x) { return silu_with_small_f32(x); }

INLINE vf32 log_sigmoid_derivative_f16(vf32 x) { return sigmoid_f16(v_neg_f32(x)); }
INLINE vf32 log_sigmoid_derivative_bf16(vf32 x) { return sigmoid_bf16(v_neg_f32(x)); }

BOTH(vf32, sigmoid_and_derivative_f16, sigmoid_f16, sigmoid_derivative_f16)
BOTH(vf32, sigmoid_and_derivative_bf16, sigmoid_bf16, sigmoid_derivative_bf16)
BOTH(vf32, log_sigmoid_and_derivative_f16, log_sigmoid_f16, log_sigmoid_derivative_f16)
BOTH(vf32, log_sigmoid_and_derivative_bf16, log_sigmoid_bf16, log_sigmoid_derivative_bf16)
BOTH(vf32, softplus_and_derivative_f16, softplus_f16, sigmoid_f16)
BOTH(vf32, softplus_and_derivative_bf16, softplus_bf16, sigmoid_bf16)
