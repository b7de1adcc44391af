/* Elements that are not contiguous pass through a block: gathered to it, computed there, scattered from it. */
#ifndef PYSIGMOID_STAGING_H
#define PYSIGMOID_STAGING_H

#include <string.h>

#include "kernels.h"

/* With constant sizes a copy is one move, and a contiguous side needs no arithmetic: a fifth of the time of memcpy with
 * variable ones. */
#define FOR_SIZE(size, COPY)                      \
    switch (size) {                               \
    case 1: COPY(1); break;                       \
    case sizeof(f16): COPY(sizeof(f16)); break;   \
    case sizeof(f32): COPY(sizeof(f32)); break;   \
    case sizeof(f64): COPY(sizeof(f64)); break;   \
    default: COPY(sizeof(longdouble)); break;     \
    }

static inline void gather(char *to, const char *from, intptr_t step, ptrdiff_t n, ptrdiff_t size)
{
#define COPY(size)                                          \
    _Pragma("GCC unroll 8") for (ptrdiff_t i = 0; i < n; i++) \
        memcpy(to + i * (ptrdiff_t)(size), from + i * step, size)
    FOR_SIZE(size, COPY)
#undef COPY
}

static inline void scatter(char *to, intptr_t step, const char *from, ptrdiff_t n, ptrdiff_t size)
{
#define COPY(size)                                          \
    _Pragma("GCC unroll 8") for (ptrdiff_t i = 0; i < n; i++) \
        memcpy(to + i * step, from + i * (ptrdiff_t)(size), size)
    FOR_SIZE(size, COPY)
#undef COPY
}
#undef FOR_SIZE

#endif
