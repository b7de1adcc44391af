/* A kernel for every row and dtype over the vocabulary that was read before, and the table `kernels_<ISA>`. */
#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/wide_losses.h"
#include "math/wide_derivatives.h"
#include "math/fast.h"

#define LINKAGE static

/* What a row says of half types and of float32: worked in f32 or f64 by the formula of the dtype itself, or in narrow. */
#define KERNEL_f32(inputs, outputs, name, dtype) KERNEL(inputs, outputs, name, dtype, f32, name##_##dtype)
#define KERNEL_f64(inputs, outputs, name, dtype) KERNEL(inputs, outputs, name, dtype, f64, name##_##dtype)
#define KERNEL_narrow(inputs, outputs, name, dtype) KERNEL(inputs, outputs, name, dtype, f64, name##_in_narrow)

#define FUNCTION(inputs, outputs, name, half, single, ...) \
    KERNEL_##half(inputs, outputs, name, f16)              \
    KERNEL_##half(inputs, outputs, name, bf16)             \
    KERNEL_##single(inputs, outputs, name, f32)            \
    KERNEL(inputs, outputs, name, f64, f64, name##_in_wide)
#include "functions.def"

#undef KERNEL_f32
#undef KERNEL_f64
#undef KERNEL_narrow

#define READING narrow
#define WORK f64
#define LOGITS f32
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS

#define READING wide
#define WORK f64
#define LOGITS f64
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS

#undef LINKAGE

#include "kernels/number_kernels.h"

/* longdouble has no vectors: its kernels are the same in every table. */
#define FUNCTION(inputs, outputs, name, ...) kernel name##_longdouble_kernel;
#include "functions.def"

#define LOSS(form, outputs) loss_kernel form##_##outputs##_in_extended_kernel;
ALL_LOSSES(LOSS)
#undef LOSS

const struct kernels GLUE(kernels_, ISA) = {
#define FUNCTION(inputs, outputs, name, ...)    \
    .name = {[DTYPE_f32] = name##_f32_kernel,   \
             [DTYPE_f64] = name##_f64_kernel,   \
             [DTYPE_f16] = name##_f16_kernel,   \
             [DTYPE_bf16] = name##_bf16_kernel, \
             [DTYPE_longdouble] = name##_longdouble_kernel},
#include "functions.def"
#define LOSS(form, outputs)                                                                        \
    .losses[WORKING_narrow][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_narrow_kernel, \
    .losses[WORKING_wide][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_wide_kernel,     \
    .losses[WORKING_extended][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_extended_kernel,
ALL_LOSSES(LOSS)
#undef LOSS
    .f32_from = {[DTYPE_f16] = f32_from_f16_kernel, [DTYPE_bf16] = f32_from_bf16_kernel},
    .f64_from = {[DTYPE_f16] = f64_from_f16_kernel, [DTYPE_bf16] = f64_from_bf16_kernel,
                 [DTYPE_f32] = f64_from_f32_kernel},
    .from_f64 = {[DTYPE_f16] = f16_from_f64_kernel, [DTYPE_bf16] = bf16_from_f64_kernel,
                 [DTYPE_f32] = f32_from_f64_kernel},
    .any_f32_outside_unit = any_f32_outside_unit_kernel,
    .any_f64_outside_unit = any_f64_outside_unit_kernel,
    .any_f64_extreme = any_f64_extreme_kernel,
    .any_f32_beyond = any_f32_beyond_kernel,
    .any_f64_beyond = any_f64_beyond_kernel,
};
