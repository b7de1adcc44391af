/* A kernel for every row and dtype over the vocabulary that was read before, and the table `kernels_<ISA>`. */
#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/paired.h"
#include "math/wide_losses.h"
#include "math/wide_derivatives.h"
#include "math/fast.h"

#define LINKAGE static

#define READING narrow
#define WORK f64
#define LOGITS f32
#define PASSES 1
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS
#undef PASSES

#define READING wide
#define WORK f64
#define LOGITS f64
#define PASSES 2
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS
#undef PASSES

#include "kernels/number_kernels.h"

/* Pairs of floats are worked with single vectors at a time, two passes leaving little to interleave: a file for larger packs
 * of as wide vectors names in PAIRED_ISA the one that has them. */
#ifdef PAIRED_ISA
#define LOSS(form, outputs)                                                                                         \
    static int form##_##outputs##_in_paired_kernel(const struct loss_block *block, ptrdiff_t n)                     \
    {                                                                                                               \
        return GLUE(kernels_, PAIRED_ISA).losses[WORKING_paired][LOSS_##form][OUTPUTS_##outputs](block, n);         \
    }
PAIRED_LOSSES(LOSS)
#undef LOSS
#define KERNEL_paired(inputs, outputs, name, dtype)                         \
    static void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n) \
    {                                                                       \
        GLUE(kernels_, PAIRED_ISA).name[DTYPE_##dtype](operands, n);        \
    }
#else
#include "kernels/paired_kernels.h"
#endif

/* What a row says of half types and of float32: worked in f32 or f64 by the formula of the dtype itself, in narrow, or in
 * pairs of floats. */
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
#undef KERNEL_paired
#undef LINKAGE

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
#define LOSS(form, outputs) .losses[WORKING_paired][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_paired_kernel,
PAIRED_LOSSES(LOSS)
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
    .split_f64 = {[2] = split_f64_in_2_kernel, [3] = split_f64_in_3_kernel, [4] = split_f64_in_4_kernel},
};
