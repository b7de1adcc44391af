/* Elements that are not contiguous pass through a block: gathered to it, computed there, scattered from it. */
#ifndef PYSIGMOID_STAGING_H
#define PYSIGMOID_STAGING_H

#include <string.h>

#include "arrays/axes.h"
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
    if (step == size) {
        memcpy(to, from, (size_t)(n * size));
        return;
    }
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

/* `count` elements of an array, from `element` on in the order of its indices. */
static inline void gather_elements(char *to, const char *data, const struct axes *axes, const axis_steps steps,
                                   ptrdiff_t element, ptrdiff_t count, ptrdiff_t size)
{
    struct place place = place_of(axes, element);
    ptrdiff_t run;
    for (ptrdiff_t i = 0; i < count; i += run, advance(axes, &place, run)) {
        run = run_from(axes, &place, count - i);
        gather(to + i * size, data + offset_of(axes, steps, &place), run_step(axes, steps), run, size);
    }
}

static inline void scatter_elements(char *data, const struct axes *axes, const axis_steps steps, ptrdiff_t element,
                                    const char *from, ptrdiff_t count, ptrdiff_t size)
{
    struct place place = place_of(axes, element);
    ptrdiff_t run;
    for (ptrdiff_t i = 0; i < count; i += run, advance(axes, &place, run)) {
        run = run_from(axes, &place, count - i);
        scatter(data + offset_of(axes, steps, &place), run_step(axes, steps), from + i * size, run, size);
    }
}

#endif
