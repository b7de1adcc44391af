/* A kernel for every row and dtype over the vocabulary that was read before, and the table `kernels_<ISA>`. */
#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/wide_losses.h"
#include "math/fast.h"

#define LINKAGE static

/* By the words of functions.def, of which each is worked by the formula of the dtype itself, or by that of narrow. */
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

/* LANES_<work> numbers as another type. */
#define CONVERSION_KERNEL(to, from, work) \
    static void to##_from_##from##_kernel(void *target, const void *source, ptrdiff_t n) \
    { \
        ELEMENTS_ARE_INDEPENDENT \
        for (ptrdiff_t i = 0; i < n; i += LANES_##work) \
            STORE(to, work, target, i, LOAD(from, work, source, i)); \
    }
CONVERSION_KERNEL(f32, f16, f32)
CONVERSION_KERNEL(f32, bf16, f32)
CONVERSION_KERNEL(f64, f16, f64)
CONVERSION_KERNEL(f64, bf16, f64)
CONVERSION_KERNEL(f64, f32, f64)
CONVERSION_KERNEL(f16, f64, f64)
CONVERSION_KERNEL(bf16, f64, f64)
CONVERSION_KERNEL(f32, f64, f64)
#undef CONVERSION_KERNEL

#define RANGE_KERNEL(type)                                                                          \
    static int any_##type##_outside_unit_kernel(const void *numbers, ptrdiff_t n)                   \
    {                                                                                               \
        v##type zero = v_set_##type(0), one = v_set_##type(1), inside = one;                        \
        for (ptrdiff_t i = 0; i < n; i += LANES_##type) {                                           \
            v##type x = LOAD(type, type, numbers, i);                       \
            inside = v_select_##type(v_and_##type(v_le_##type(zero, x), v_le_##type(x, one)), inside, zero); \
        }                                                                                           \
        return v_any_##type(v_eq_##type(inside, zero));                                             \
    }
RANGE_KERNEL(f32)
RANGE_KERNEL(f64)
#undef RANGE_KERNEL

/* nan counts or does not: the words for a maximum differ there. */
#define BOUND_KERNEL(type)                                                                          \
    static int any_##type##_beyond_kernel(const void *numbers, ptrdiff_t n, f64 bound)              \
    {                                                                                               \
        v##type zero = v_set_##type(0), one = v_set_##type(1), most = zero;                         \
        for (ptrdiff_t i = 0; i < n; i += LANES_##type)                                             \
            most = v_max_##type(v_abs_##type(LOAD(type, type, numbers, i)), most); \
        v##type inside = v_select_##type(v_le_##type(most, v_set_##type((type)bound)), one, zero);  \
        return v_any_##type(v_eq_##type(inside, zero));                                             \
    }
BOUND_KERNEL(f32)
BOUND_KERNEL(f64)
#undef BOUND_KERNEL

static int any_f64_extreme_kernel(const void *numbers, ptrdiff_t n)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1), least = one, most = one;
    for (ptrdiff_t i = 0; i < n; i += LANES_f64) {
        vf64 size = v_abs_f64(LOAD(f64, f64, numbers, i));
        least = v_min_f64(v_select_f64(v_lt_f64(zero, size), size, one), least);
        most = v_max_f64(size, most);
    }
    vm64 ordinary = v_and_f64(v_le_f64(v_set_f64(LEAST_ORDINARY), least), v_le_f64(most, v_set_f64(MOST_ORDINARY)));
    return v_any_f64(v_eq_f64(v_select_f64(ordinary, one, zero), zero));
}

/* longdouble has no vectors: its kernels are the same in every table. */
#define FUNCTION(inputs, outputs, name, ...) kernel name##_longdouble_kernel;
#include "functions.def"

#define LOSS(form, outputs) loss_kernel form##_##outputs##_in_extended_kernel;
ALL_LOSSES(LOSS)
#undef LOSS

const struct kernels GLUE(kernels_, ISA) = {
#define FUNCTION(inputs, outputs, name, ...)                \
    .name = {[DTYPE_f32] = name##_f32_kernel,               \
             [DTYPE_f64] = name##_f64_kernel,               \
             [DTYPE_f16] = name##_f16_kernel,               \
             [DTYPE_bf16] = name##_bf16_kernel,             \
             [DTYPE_longdouble] = name##_longdouble_kernel},
#include "functions.def"
#define LOSS(form, outputs)                                                                            \
    .losses[WORKING_narrow][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_narrow_kernel,  \
    .losses[WORKING_wide][LOSS_##form][OUTPUTS_##outputs] = form##_##outputs##_in_wide_kernel,        \
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
