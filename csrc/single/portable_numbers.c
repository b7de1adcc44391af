/* Of whatever kernels were chosen: a number is an array of one. */
#include "single/define.h"

#include <string.h>

#include "arrays/mode.h"
#include "inline.h"
#include "kernels/dispatch.h"

NEVER_INLINE static void compute_in_our_mode(void *const *operands, kernel *compute)
{
    struct mode callers;
    enter_mode(&callers, 0);
    compute(operands, 1);
    leave_mode(&callers);
}

#define NUMBERS(inputs, outputs, name, dtype)                                                     \
    DECLARE_##inputs##_##outputs(dtype, name##_##dtype##_in_our_mode)                             \
    {                                                                                             \
        COMPUTE_##inputs##_##outputs(dtype, compute_in_our_mode, active.name[DTYPE_##dtype])      \
    }
#define FUNCTION(inputs, outputs, name, ...) NUMBERS(inputs, outputs, name, f32) NUMBERS(inputs, outputs, name, f64)
#include "functions.def"

static const struct number_functions numbers_portable = {
#define FUNCTION(inputs, outputs, name, ...) .name##_f32 = name##_f32_in_our_mode, .name##_f64 = name##_f64_in_our_mode,
#include "functions.def"
};

/* ---- the choice ---- */

const struct number_functions *active_numbers = &numbers_portable;
struct kernels active_for_one;

#if defined(__x86_64__)

#define PASS_ONE_1_1(number, function) *(number *)operands[1] = function(*(number *)operands[0]);
#define PASS_ONE_1_2(number, function) function(*(number *)operands[0], operands[1], operands[2]);
#define PASS_ONE_2_1(number, function) \
    *(number *)operands[2] = function(*(number *)operands[0], *(number *)operands[1]);
#define PASS_ONE_2_2(number, function) \
    function(*(number *)operands[0], *(number *)operands[1], operands[2], operands[3]);

#define KERNEL_FOR_ONE(inputs, outputs, name, dtype)                                          \
    static void name##_##dtype##_for_one(void *const *operands, ptrdiff_t n)                  \
    {                                                                                         \
        (void)n;                                                                              \
        PASS_ONE_##inputs##_##outputs(dtype, active_numbers->name##_##dtype)                  \
    }
#define FUNCTION(inputs, outputs, name, ...) \
    KERNEL_FOR_ONE(inputs, outputs, name, f32) KERNEL_FOR_ONE(inputs, outputs, name, f64)
#include "functions.def"

/* They run wherever AVX2 or better was chosen, and take a quarter of the time of a pack that is filled with one number. */
static void choose_avx2(void)
{
    extern const struct number_functions numbers_avx2;
    active_numbers = &numbers_avx2;
#define FUNCTION(inputs, outputs, name, ...)                       \
    active_for_one.name[DTYPE_f32] = name##_f32_for_one;           \
    active_for_one.name[DTYPE_f64] = name##_f64_for_one;
#include "functions.def"
}

#endif

void choose_numbers(void)
{
    active_for_one = active;
#if defined(__x86_64__)
    if (strcmp(active_isa(), "scalar") != 0)
        choose_avx2();
#endif
}
