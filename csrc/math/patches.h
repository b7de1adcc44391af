/* The means to put right the inputs at which a correctly rounded function would miss. */
#ifndef PYSIGMOID_MATH_PATCHES_H
#define PYSIGMOID_MATH_PATCHES_H

#include "math/constants.h"

/* The control build leaves the patches out: exactly the listed inputs must then fail. */
#ifdef PYSIGMOID_CONTROL_NO_PATCHES
enum { PATCHED = 0 };
#else
enum { PATCHED = 1 };
#endif

#define PATCHES_OF(t)                                                                                     \
    /* y, but `result` where x is `input` */                                                              \
    INLINE v##t patch_##t(v##t y, v##t x, t input, t result)                                       \
    {                                                                                                     \
        return PATCHED ? v_select_##t(v_eq_##t(x, v_set_##t(input)), v_set_##t(result), y) : y;           \
    }                                                                                                     \
    /* y, but `result` where |x| < bound */                                                               \
    INLINE v##t patch_below_##t(v##t y, v##t x, t bound, v##t result)                              \
    {                                                                                                     \
        return PATCHED ? v_select_##t(v_lt_##t(v_abs_##t(x), v_set_##t(bound)), result, y) : y;           \
    }
PATCHES_OF(f64)
PATCHES_OF(f32)
#undef PATCHES_OF

#endif
