/* NumPy's arrays as the layers below take them: data, steps, type of number, byte order. No other file here knows strides. */
#ifndef PYSIGMOID_DESCRIBE_H
#define PYSIGMOID_DESCRIBE_H

#include "python/numpy_api.h"

#include "arrays/loss.h"

/* Whether arrays of this dtype hold numbers of ours, and which. 0 with an exception where there is no memory to tell. */
int find_number(PyArray_Descr *descriptor, enum number *number);

/* The same for a loss, which takes nothing else: 0, or -1 with an exception. */
int describe_number(PyArray_Descr *descriptor, enum number *number);

/* The lengths of all axes, and the steps along them. */
void describe_axes(PyArrayObject *array, struct axes *axes, axis_steps steps);

/* Some axes of an array in this order; one that has fewer, or none, gives its first element to all indices. NULL is an
 * operand that is not there. 0, or -1 with an exception where it holds no numbers. */
int describe_operand(PyArrayObject *array, const int order[], int axes, struct operand *operand);

#endif
