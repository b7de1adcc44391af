/* Elements that are not contiguous pass through a block: gathered to it, computed there, scattered from it. */
#ifndef PYSIGMOID_STAGING_H
#define PYSIGMOID_STAGING_H

#include <string.h>

#include "arrays/axes.h"
#include "inline.h"
#include "kernels.h"

/* With constant sizes a copy is one move, and a contiguous side needs no arithmetic: a fifth of the time of memcpy with
 * variable ones. Hence a loop for each size that there is. */
INLINE void gather_of_size(char *to, const char *from, ptrdiff_t step, ptrdiff_t n, ptrdiff_t size)
{
#pragma GCC unroll 8
    for (ptrdiff_t i = 0; i < n; i++)
        memcpy(to + i * size, from + i * step, (size_t)size);
}

INLINE void scatter_of_size(char *to, ptrdiff_t step, const char *from, ptrdiff_t n, ptrdiff_t size)
{
#pragma GCC unroll 8
    for (ptrdiff_t i = 0; i < n; i++)
        memcpy(to + i * step, from + i * size, (size_t)size);
}

static inline void gather(char *to, const char *from, ptrdiff_t step, ptrdiff_t n, ptrdiff_t size)
{
    if (step == size) {
        memcpy(to, from, (size_t)(n * size));
        return;
    }
    switch (size) {
    case 1: gather_of_size(to, from, step, n, 1); break;
    case sizeof(f16): gather_of_size(to, from, step, n, sizeof(f16)); break;
    case sizeof(f32): gather_of_size(to, from, step, n, sizeof(f32)); break;
    case sizeof(f64): gather_of_size(to, from, step, n, sizeof(f64)); break;
    default: gather_of_size(to, from, step, n, sizeof(longdouble)); break;
    }
}

static inline void scatter(char *to, ptrdiff_t step, const char *from, ptrdiff_t n, ptrdiff_t size)
{
    switch (size) {
    case 1: scatter_of_size(to, step, from, n, 1); break;
    case sizeof(f16): scatter_of_size(to, step, from, n, sizeof(f16)); break;
    case sizeof(f32): scatter_of_size(to, step, from, n, sizeof(f32)); break;
    case sizeof(f64): scatter_of_size(to, step, from, n, sizeof(f64)); break;
    default: scatter_of_size(to, step, from, n, sizeof(longdouble)); break;
    }
}

/* `count` elements of an array, from `element` on in the order of its indices. */
static inline void gather_elements(char *to, const char *data, const struct axes *axes, const axis_steps steps,
                                   ptrdiff_t element, ptrdiff_t count, ptrdiff_t size)
{
    struct place place;
    find_place(&place, axes, element);
    ptrdiff_t run;
    for (ptrdiff_t i = 0; i < count; i += run, advance(axes, &place, run)) {
        run = run_from(axes, &place, count - i);
        gather(to + i * size, data + offset_of(axes, steps, &place), run_step(axes, steps), run, size);
    }
}

static inline void scatter_elements(char *data, const struct axes *axes, const axis_steps steps, ptrdiff_t element,
                                    const char *from, ptrdiff_t count, ptrdiff_t size)
{
    struct place place;
    find_place(&place, axes, element);
    ptrdiff_t run;
    for (ptrdiff_t i = 0; i < count; i += run, advance(axes, &place, run)) {
        run = run_from(axes, &place, count - i);
        scatter(data + offset_of(axes, steps, &place), run_step(axes, steps), from + i * size, run, size);
    }
}

#endif
