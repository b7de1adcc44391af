/* By the portable text with the instruction that v_fma asks for. A pack of which one lane counts would take three times as
 * long, to be filled and read.
 *
 * To read and set the floating-point mode takes longer than the arithmetic, as that waits for all that is under way. Moderate
 * numbers are spared it: for them nothing of the mode matters but its rounding, which a sum tells. */
#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx2,fma,f16c")

#define V_BRANCHES_PAY 1
#include "vec/scalar.h"

#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/wide_losses.h"
#include "math/wide_derivatives.h"
#include "math/fast.h"
#include "single/define.h"

/* A size is the bits of a number without its sign, shifted to the left. */
INLINE uint32_t size_of_f32(f32 x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits << 1;
}

INLINE uint64_t size_of_f64(f64 x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits << 1;
}

/* Far from every limit: no kernel meets a subnormal number with these, be it in the low word of a product of two terms, or
 * reports anything but that a result is rounded, which every sum does, and that there is none where there is none. Sizes
 * from 2^-20 to 2^4, and from 2^-100 to 2^7. */
INLINE int is_moderate_f32(f32 x)
{
    const uint32_t least = (127u - 20) << 24, most = (127u + 4) << 24;
    return size_of_f32(x) - least <= most - least;
}

INLINE int is_moderate_f64(f64 x)
{
    const uint64_t least = (1023ull - 100) << 53, most = (1023ull + 7) << 53;
    return size_of_f64(x) - least <= most - least;
}

/* A label, or a factor, may be zero as well: of the first argument it may be a limit, as of a probability. */
#define ARE_MODERATE_1(number) is_moderate_##number(x)
#define ARE_MODERATE_2(number) (is_moderate_##number(x1) && (is_moderate_##number(x2) || size_of_##number(x2) == 0))

/* In any other mode either the sum or the difference is a neighbour of one. */
INLINE int rounds_to_nearest(void)
{
    static const volatile f64 known = 0x1p-60; /* but not to the compiler */
    f64 small = known;
    return 1 + small == 1 - small;
}

#define NUMBERS(inputs, outputs, name, dtype, COMPUTE, ...)                             \
    static DECLARE_##inputs##_##outputs(dtype, name##_##dtype##_number)                 \
    {                                                                                   \
        if (RARELY(!(ARE_MODERATE_##inputs(dtype) && rounds_to_nearest()))) {           \
            PASS_##inputs##_##outputs(name##_##dtype##_in_our_mode)                     \
        }                                                                               \
        COMPUTE_##inputs##_##outputs(dtype, COMPUTE, __VA_ARGS__)                       \
    }

#define COMPUTE_BY_FORMULA(operands, inputs, outputs, dtype, work, formula) \
    APPLY_##inputs##_##outputs(dtype, work, formula, operands, 0)
#define NUMBERS_BY_FORMULA(inputs, outputs, name, dtype, work, formula) \
    NUMBERS(inputs, outputs, name, dtype, COMPUTE_BY_FORMULA, inputs, outputs, dtype, work, formula)

#define NUMBERS_f32(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f32, name##_f32)
#define NUMBERS_f64(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f64, name##_f32)
#define NUMBERS_narrow(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f64, name##_in_narrow)

/* Pairs of floats are worked in blocks: of one number as well. */
extern const struct kernels kernels_avx2_short;
#define COMPUTE_BY_KERNEL(operands, kernel) kernel(operands, 1)
#define NUMBERS_paired(inputs, outputs, name) \
    NUMBERS(inputs, outputs, name, f32, COMPUTE_BY_KERNEL, kernels_avx2_short.name[DTYPE_f32])

#define FUNCTION(inputs, outputs, name, half, single, ...) \
    NUMBERS_##single(inputs, outputs, name)                \
    NUMBERS_BY_FORMULA(inputs, outputs, name, f64, f64, name##_in_wide)
#include "functions.def"

const struct number_functions numbers_avx2 = {
#define FUNCTION(inputs, outputs, name, ...) .name##_f32 = name##_f32_number, .name##_f64 = name##_f64_number,
#include "functions.def"
};

TARGET_END

#endif
