/* The rows of functions.def as Python objects. */
#ifndef PYSIGMOID_UFUNCS_H
#define PYSIGMOID_UFUNCS_H

#include "python/numpy_api.h"

#include "kernels.h"

/* Adds every ufunc, and `functions`, the list of rows with their accuracy, to the module. 0, or -1 with an exception. */
int add_ufuncs(PyObject *module);

/* The kernel of a ufunc of this module with so many inputs and one output; NULL where there is none. */
kernel *kernel_of(PyObject *ufunc, int inputs, enum dtype dtype);

#endif
