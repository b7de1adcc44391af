/* A kernel for every row and dtype over the vocabulary that was read before, and the table `kernels_<ISA>`. */
#include "for_each_pack.h"
#include "math_f32.h"
#include "math_half.h"
#include "math_f64.h"
#include "math_fast.h"

#define KERNEL_LINKAGE static

/* The text that serves a half type: its own in float32, or float32's in double, narrowed further. */
#define HALF_TEXT_f32(name, dtype) name##_##dtype
#define HALF_TEXT_f64(name, dtype) name##_f32

#define FUNCTION(inputs, outputs, name, half, single, ...)                  \
    KERNEL(inputs, outputs, name, f16, half, HALF_TEXT_##half(name, f16))   \
    KERNEL(inputs, outputs, name, bf16, half, HALF_TEXT_##half(name, bf16)) \
    KERNEL(inputs, outputs, name, f32, single, name##_f32)                  \
    KERNEL(inputs, outputs, name, f64, f64, name##_f64)
#include "functions.def"

/* longdouble has no vectors: its kernels are the same in every table. */
#define FUNCTION(inputs, outputs, name, ...) kernel name##_longdouble_kernel;
#include "functions.def"

const struct kernels GLUE(kernels_, ISA) = {
#define FUNCTION(inputs, outputs, name, ...)                \
    .name = {[DTYPE_f32] = name##_f32_kernel,               \
             [DTYPE_f64] = name##_f64_kernel,               \
             [DTYPE_f16] = name##_f16_kernel,               \
             [DTYPE_bf16] = name##_bf16_kernel,             \
             [DTYPE_longdouble] = name##_longdouble_kernel},
#include "functions.def"
};
