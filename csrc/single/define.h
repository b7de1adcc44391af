/* How functions of single numbers are made: NUMBERS(inputs, outputs, name, dtype, COMPUTE, ...) is <name>_<dtype>_number.
 * COMPUTE(operands, ...) computes one element, with operands as a kernel has them.
 *
 * To read and set the floating-point mode takes longer than the arithmetic, as that waits for all that is under way. Moderate
 * numbers are spared it: for them nothing of the mode matters but its rounding, which a sum tells. */
#ifndef PYSIGMOID_SINGLE_DEFINE_H
#define PYSIGMOID_SINGLE_DEFINE_H

#include <string.h>

#include "inline.h"
#include "kernels/dispatch.h"
#include "single/numbers.h"

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

/* <name>_<dtype>_in_our_mode, for whatever number and mode. */
#define FUNCTION(inputs, outputs, name, ...)                              \
    DECLARE_##inputs##_##outputs(f32, name##_f32_in_our_mode);            \
    DECLARE_##inputs##_##outputs(f64, name##_f64_in_our_mode);
#include "functions.def"

/* The body of a function, for each kind of them, where COMPUTE does the work, and where another function does. */
#define COMPUTE_1_1(number, COMPUTE, ...) number y; COMPUTE(((void *[]){&x, &y}), __VA_ARGS__); return y;
#define COMPUTE_1_2(number, COMPUTE, ...) COMPUTE(((void *[]){&x, y1, y2}), __VA_ARGS__); return;
#define COMPUTE_2_1(number, COMPUTE, ...) number y; COMPUTE(((void *[]){&x1, &x2, &y}), __VA_ARGS__); return y;
#define COMPUTE_2_2(number, COMPUTE, ...) COMPUTE(((void *[]){&x1, &x2, y1, y2}), __VA_ARGS__); return;

#define PASS_1_1(function) return function(x);
#define PASS_1_2(function) function(x, y1, y2); return;
#define PASS_2_1(function) return function(x1, x2);
#define PASS_2_2(function) function(x1, x2, y1, y2); return;

#define NUMBERS(inputs, outputs, name, dtype, COMPUTE, ...)                                                  \
    static DECLARE_##inputs##_##outputs(dtype, name##_##dtype##_number)                                      \
    {                                                                                                        \
        if (RARELY(!(ARE_MODERATE_##inputs(dtype) && rounds_to_nearest()))) {                                \
            PASS_##inputs##_##outputs(name##_##dtype##_in_our_mode)                                          \
        }                                                                                                    \
        COMPUTE_##inputs##_##outputs(dtype, COMPUTE, __VA_ARGS__)                                            \
    }

#define COMPUTE_BY_KERNEL(operands, kernel) kernel(operands, 1)

#endif
