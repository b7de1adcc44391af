/* Order and union of axes. */
#include "arrays/axes.h"

/* Whether the axis should stand inside the other. */
static int has_shorter_steps(axis_steps *const steps[], int arrays, int axis, int other)
{
    for (int k = 0; k < arrays; k++) {
        ptrdiff_t one = magnitude((*steps[k])[axis]), another = magnitude((*steps[k])[other]);
        if (one != another)
            return one < another;
    }
    return 0;
}

static void swap(ptrdiff_t *a, ptrdiff_t *b)
{
    ptrdiff_t kept = *a;
    *a = *b;
    *b = kept;
}

static void swap_axes(struct axes *axes, axis_steps *const steps[], int arrays, int axis, int other)
{
    swap(&axes->length[axis], &axes->length[other]);
    for (int k = 0; k < arrays; k++)
        swap(&(*steps[k])[axis], &(*steps[k])[other]);
}

void order_axes_by_step(struct axes *axes, axis_steps *const steps[], int arrays)
{
    for (int end = 1; end < axes->count; end++)
        for (int axis = end; axis > 0 && has_shorter_steps(steps, arrays, axis - 1, axis); axis--)
            swap_axes(axes, steps, arrays, axis - 1, axis);
}

static int one_walk(const struct axes *axes, axis_steps *const steps[], int arrays, int outer, int inner)
{
    for (int k = 0; k < arrays; k++)
        if ((*steps[k])[outer] != (*steps[k])[inner] * axes->length[inner])
            return 0;
    return 1;
}

void merge_axes(struct axes *axes, axis_steps *const steps[], int arrays)
{
    int last = -1; /* of the axes that stay */
    for (int axis = 0; axis < axes->count; axis++) {
        if (axes->length[axis] == 1)
            continue;
        ptrdiff_t length = axes->length[axis];
        if (last >= 0 && one_walk(axes, steps, arrays, last, axis))
            length *= axes->length[last];
        else
            last++;
        axes->length[last] = length;
        for (int k = 0; k < arrays; k++)
            (*steps[k])[last] = (*steps[k])[axis];
    }
    axes->count = last + 1;
}

ptrdiff_t number_of_elements(const struct axes *axes)
{
    ptrdiff_t number = 1;
    for (int axis = 0; axis < axes->count; axis++)
        number *= axes->length[axis];
    return number;
}
