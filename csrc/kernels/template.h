/* A kernel for every row and dtype over the vocabulary that was read before, and the table `kernels_<ISA>`. */
#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/paired.h"
#include "math/paired_bce.h"
#include "math/wide_losses.h"
#include "math/wide_derivatives.h"
#include "math/fast.h"

#define LINKAGE static

#define READING narrow
#define WORK f64
#define LOGITS f32
#define PASSES 1
#define LOSSES NARROW_LOSSES
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS
#undef PASSES
#undef LOSSES

/* Two passes leave little to interleave: what takes them, but for the shortest texts, is worked with single vectors at a time.
 * A file for larger packs of as wide vectors names in TWO_PASS_ISA the one that has them. (AVX2 on Zen 3, single vectors over
 * packs of four: weighted 0.98, focal 0.93, loss alone 1.13, gradient and second derivative 1.13.) */
#define READING wide
#define WORK f64
#define LOGITS f64
#define PASSES 2
#ifdef TWO_PASS_ISA
#define LOSSES SHORT_LOSSES
#else
#define LOSSES ALL_LOSSES
#endif
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS
#undef PASSES
#undef LOSSES

#ifdef TWO_PASS_ISA
#define LOSS_OF_SINGLES(working, form, outputs)                                                                  \
    static int form##_##outputs##_in_##working##_kernel(const struct loss_block *block, ptrdiff_t n)             \
    {                                                                                                            \
        return GLUE(kernels_, TWO_PASS_ISA).losses[WORKING_##working][LOSS_##form][OUTPUTS_##outputs](block, n); \
    }
#define LOSS(form, outputs) LOSS_OF_SINGLES(wide, form, outputs)
LONG_LOSSES(LOSS)
#undef LOSS
#endif

#include "kernels/wide_rows.h"

#include "kernels/number_kernels.h"

/* Where wide losses of few elements are worked. */
#ifdef REST_ISA
#define WIDE_ISA REST_ISA
#else
#define WIDE_ISA ISA
extern const struct kernels GLUE(kernels_, ISA);
#endif

#ifdef TWO_PASS_ISA
#define LOSS(form, outputs) LOSS_OF_SINGLES(paired, form, outputs)
PAIRED_LOSSES(LOSS)
#undef LOSS
#define KERNEL_paired(inputs, outputs, name, dtype)                         \
    static void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n) \
    {                                                                       \
        GLUE(kernels_, TWO_PASS_ISA).name[DTYPE_##dtype](operands, n);      \
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
    WIDE_KERNEL_##single(inputs, outputs, name)
#include "functions.def"

#undef KERNEL_f32
#undef KERNEL_f64
#undef KERNEL_narrow
#undef KERNEL_paired
#undef WIDE_KERNEL_f32
#undef WIDE_KERNEL_f64
#undef WIDE_KERNEL_narrow
#undef WIDE_KERNEL_paired
#undef WIDE_ROW
#undef WIDE_ISA
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
    .losses[WORKING_wide][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_wide_kernel,     \
    .losses[WORKING_extended][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_extended_kernel,
ALL_LOSSES(LOSS)
#undef LOSS
#define LOSS(form, outputs) .losses[WORKING_paired][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_paired_kernel,
PAIRED_LOSSES(LOSS)
#undef LOSS
#define LOSS(form, outputs) .losses[WORKING_narrow][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_narrow_kernel,
NARROW_LOSSES(LOSS)
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
    .take_f64_below = take_f64_below_kernel,
    .split_f64 = {[2] = split_f64_in_2_kernel, [3] = split_f64_in_3_kernel, [4] = split_f64_in_4_kernel},
};
