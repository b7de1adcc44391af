/* Whether arrays share memory. */
#ifndef PYSIGMOID_OVERLAP_H
#define PYSIGMOID_OVERLAP_H

#include "python/numpy_api.h"

#include <stdint.h>

#include "arrays/axes.h"

/* The bytes an array spans, its gaps included. */
struct range { uintptr_t low, high; };

static inline struct range bytes_of(PyArrayObject *array)
{
    struct range range = {(uintptr_t)PyArray_BYTES(array), (uintptr_t)PyArray_BYTES(array)};
    for (int axis = 0; axis < PyArray_NDIM(array); axis++) {
        npy_intp reach = (PyArray_DIM(array, axis) - 1) * PyArray_STRIDE(array, axis);
        if (reach < 0)
            range.low += (uintptr_t)reach;
        else
            range.high += (uintptr_t)reach;
    }
    range.high += (uintptr_t)PyArray_ITEMSIZE(array);
    return range;
}

/* Whether elements of one array may share memory: unless the step along each axis reaches past all that lies along those
 * with shorter steps. */
static inline int overlaps_itself(PyArrayObject *array)
{
    for (int axis = 0; axis < PyArray_NDIM(array); axis++) {
        npy_intp step = magnitude(PyArray_STRIDE(array, axis)), reach = PyArray_ITEMSIZE(array);
        for (int inner = 0; inner < PyArray_NDIM(array); inner++) {
            npy_intp shorter = magnitude(PyArray_STRIDE(array, inner));
            if (inner != axis && (shorter < step || (shorter == step && inner > axis)))
                reach += (PyArray_DIM(array, inner) - 1) * shorter;
        }
        if (PyArray_DIM(array, axis) > 1 && step < reach)
            return PyArray_SIZE(array) > 0;
    }
    return 0;
}

/* The greatest common divisor of a step and those of an array. */
static inline npy_intp common_step(PyArrayObject *array, npy_intp step)
{
    for (int axis = 0; axis < PyArray_NDIM(array); axis++)
        if (PyArray_DIM(array, axis) > 1)
            for (npy_intp other = PyArray_STRIDE(array, axis), rest; other != 0; other = rest) {
                rest = step % other;
                step = other;
            }
    return magnitude(step);
}

/* Whether each lies in the gaps of the other, as columns of one matrix do. */
static inline int are_interleaved(PyArrayObject *one, PyArrayObject *other)
{
    npy_intp step = common_step(other, common_step(one, 0)), distance = PyArray_BYTES(other) - PyArray_BYTES(one);
    if (step == 0)
        return 0;
    npy_intp offset = (distance % step + step) % step;
    return offset >= PyArray_ITEMSIZE(one) && offset + PyArray_ITEMSIZE(other) <= step;
}

static inline int are_disjoint(PyArrayObject *one, PyArrayObject *other)
{
    struct range a = bytes_of(one), b = bytes_of(other);
    return a.high <= b.low || b.high <= a.low || are_interleaved(one, other);
}

/* Each element at the same place in both. */
static inline int are_identical(PyArrayObject *one, PyArrayObject *other)
{
    if (PyArray_BYTES(one) != PyArray_BYTES(other) || PyArray_NDIM(one) != PyArray_NDIM(other)
        || PyArray_ITEMSIZE(one) != PyArray_ITEMSIZE(other))
        return 0;
    for (int axis = 0; axis < PyArray_NDIM(one); axis++)
        if (PyArray_DIM(one, axis) > 1 && PyArray_STRIDE(one, axis) != PyArray_STRIDE(other, axis))
            return 0;
    return 1;
}

#endif
