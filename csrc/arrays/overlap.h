/* Whether the elements of arrays share memory, told from steps and lengths alone: where these leave a doubt, they do.
 * Calls on a few elements ask this too, so that what they need is inline. */
#ifndef PYSIGMOID_OVERLAP_H
#define PYSIGMOID_OVERLAP_H

#include "arrays/axes.h"

/* Where the elements of an array lie. */
struct elements {
    const char *first;
    ptrdiff_t size; /* of each, in bytes */
    int axes;
    const ptrdiff_t *lengths, *steps; /* along each axis */
};

/* The bytes from the first element to the last, gaps included. */
struct span { uintptr_t low, high; };

static inline struct span span_of(struct elements array)
{
    struct span span = {(uintptr_t)array.first, (uintptr_t)array.first + (uintptr_t)array.size};
    for (int axis = 0; axis < array.axes; axis++) {
        ptrdiff_t reach = (array.lengths[axis] - 1) * array.steps[axis];
        if (reach < 0)
            span.low += (uintptr_t)reach;
        else
            span.high += (uintptr_t)reach;
    }
    return span;
}

/* Whether each lies in the gaps of the other, as columns of one matrix do. */
int are_interleaved(struct elements one, struct elements other);

static inline int are_disjoint(struct elements one, struct elements other)
{
    struct span a = span_of(one), b = span_of(other);
    return a.high <= b.low || b.high <= a.low || are_interleaved(one, other);
}

/* Whether each element lies where that of the same index does in the other, an array of the same lengths. */
static inline int are_identical(struct elements one, struct elements other)
{
    if (one.first != other.first || one.size != other.size)
        return 0;
    for (int axis = 0; axis < one.axes; axis++)
        if (one.lengths[axis] > 1 && one.steps[axis] != other.steps[axis])
            return 0;
    return 1;
}

/* How far elements reach along the axes that lie inside this one, which are those with shorter steps. */
static inline ptrdiff_t reach_inside(struct elements array, int axis)
{
    ptrdiff_t step = magnitude(array.steps[axis]), reach = array.size;
    for (int inner = 0; inner < array.axes; inner++) {
        ptrdiff_t shorter = magnitude(array.steps[inner]);
        if (inner != axis && (shorter < step || (shorter == step && inner > axis)))
            reach += (array.lengths[inner] - 1) * shorter;
    }
    return reach;
}

/* Whether elements of one array share memory. They do not if every step reaches past all that lies inside its axis. */
static inline int overlaps_itself(struct elements array)
{
    int overlaps = 0;
    for (int axis = 0; axis < array.axes; axis++) {
        if (array.lengths[axis] == 0)
            return 0;
        overlaps |= array.lengths[axis] > 1 && magnitude(array.steps[axis]) < reach_inside(array, axis);
    }
    return overlaps;
}

#endif
