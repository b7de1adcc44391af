/* Arrays of any number of axes and any strides, element after element in the order of their indices, last index fastest. */
#ifndef PYSIGMOID_AXES_H
#define PYSIGMOID_AXES_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_AXES = 64 };

/* The shape that several arrays share, outermost axis first. */
struct axes {
    int count;
    ptrdiff_t length[MAX_AXES];
};

/* How far apart neighbours along each axis lie in one array, in bytes. */
typedef ptrdiff_t axis_steps[MAX_AXES];

static inline ptrdiff_t magnitude(ptrdiff_t step)
{
    return step < 0 ? -step : step;
}

/* The indices of one element. */
struct place { ptrdiff_t index[MAX_AXES]; };

/* Puts the axes with the longest steps outermost, so that neighbours in order are neighbours in memory. `steps` are those
 * of every array; the first one that tells two axes apart decides. */
void order_axes_by_step(struct axes *axes, axis_steps *const steps[], int arrays);

/* Joins neighbouring axes that one step walks through in all arrays, and drops axes of one element. The order of the
 * elements stays. */
void merge_axes(struct axes *axes, axis_steps *const steps[], int arrays);

ptrdiff_t number_of_elements(const struct axes *axes);

/* The place of an element. It is written where it will stay, as it is half a kilobyte of which a few indices count. */
static inline void find_place(struct place *place, const struct axes *axes, ptrdiff_t element)
{
    for (int axis = axes->count - 1; axis > 0; axis--) {
        place->index[axis] = element % axes->length[axis];
        element /= axes->length[axis];
    }
    place->index[0] = element;
}

/* Where the element lies, in bytes from the first one. */
static inline ptrdiff_t offset_of(const struct axes *axes, const axis_steps steps, const struct place *place)
{
    ptrdiff_t offset = 0;
    for (int axis = 0; axis < axes->count; axis++)
        offset += place->index[axis] * steps[axis];
    return offset;
}

/* How many elements from here on lie along the last axis, at most `most`. */
static inline ptrdiff_t run_from(const struct axes *axes, const struct place *place, ptrdiff_t most)
{
    ptrdiff_t left = axes->count == 0 ? 1 : axes->length[axes->count - 1] - place->index[axes->count - 1];
    return left < most ? left : most;
}

/* The step within a run. */
static inline ptrdiff_t run_step(const struct axes *axes, const axis_steps steps)
{
    return axes->count == 0 ? 0 : steps[axes->count - 1];
}

/* Past a run. */
static inline void advance(const struct axes *axes, struct place *place, ptrdiff_t run)
{
    int axis = axes->count - 1;
    if (axis < 0)
        return;
    place->index[axis] += run;
    for (; axis > 0 && place->index[axis] == axes->length[axis]; axis--) {
        place->index[axis] = 0;
        place->index[axis - 1]++;
    }
}

#endif
