/* A kernel over whole arrays of any layout, on all threads. NumPy hands such arrays to the loop in pieces too short to
 * share: rows of a slice, broadcasts, Fortran into C order. */
#ifndef PYSIGMOID_ELEMENTWISE_H
#define PYSIGMOID_ELEMENTWISE_H

#include "arrays/axes.h"
#include "kernels.h"

/* Arrays of one shape and dtype, the inputs first. Large: only the axes that there are need be set. */
struct elementwise {
    kernel *compute;
    enum dtype dtype;
    ptrdiff_t size; /* of an element, in bytes */
    int inputs, operands;
    struct axes axes;
    char *data[MAX_OPERANDS];
    axis_steps steps[MAX_OPERANDS];
};

/* Each output is disjoint from all others, or identical to an input. */
void run_elementwise(struct elementwise *call);

#endif
