/* The rows of functions.def as Python objects. */
#ifndef PYSIGMOID_UFUNCS_H
#define PYSIGMOID_UFUNCS_H

#include "python/numpy_api.h"

#include "kernels.h"

/* Adds every ufunc, and `functions`, the list of rows with their accuracy, to the module. 0, or -1 with an exception. */
int add_ufuncs(PyObject *module);

/* Whether this is the bfloat16 of ml_dtypes. 0 with an exception where there is no memory to tell. */
int is_bf16(const PyArray_DTypeMeta *dtype);

/* Whether the ufuncs take arrays of it: bool, integers, floats. 0 with an exception as above. */
int is_number(const PyArray_DTypeMeta *dtype);

/* The kernel of a ufunc of this module with so many inputs and one output; NULL where there is none. */
kernel *kernel_of(PyObject *ufunc, int inputs, enum dtype dtype);

#endif
