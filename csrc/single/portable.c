/* Of whatever kernels were chosen: a number is an array of one. */
#include "single/define.h"

#include <string.h>

#include "arrays/mode.h"

NEVER_INLINE static void compute_in_our_mode(void *const *operands, kernel *compute)
{
    struct mode callers;
    enter_mode(&callers, 0);
    compute(operands, 1);
    leave_mode(&callers);
}

#define NUMBERS_BY_KERNEL(inputs, outputs, name, dtype)                                                      \
    NEVER_INLINE DECLARE_##inputs##_##outputs(dtype, name##_##dtype##_in_our_mode)                           \
    {                                                                                                        \
        COMPUTE_##inputs##_##outputs(dtype, compute_in_our_mode, active.name[DTYPE_##dtype])                 \
    }                                                                                                        \
    NUMBERS(inputs, outputs, name, dtype, COMPUTE_BY_KERNEL, active.name[DTYPE_##dtype])
#define FUNCTION(inputs, outputs, name, ...) \
    NUMBERS_BY_KERNEL(inputs, outputs, name, f32) NUMBERS_BY_KERNEL(inputs, outputs, name, f64)
#include "functions.def"

static const struct number_functions numbers_portable = {
#define FUNCTION(inputs, outputs, name, ...) .name##_f32 = name##_f32_number, .name##_f64 = name##_f64_number,
#include "functions.def"
};

const struct number_functions *functions_of_numbers(void)
{
#if defined(__x86_64__)
    extern const struct number_functions numbers_avx2; /* runs wherever AVX2 or better was chosen */
    if (strcmp(active_isa(), "scalar") != 0)
        return &numbers_avx2;
#endif
    return &numbers_portable;
}
