/* Functions for compiled callers: pysigmoid.capi. */
#ifndef PYSIGMOID_CAPI_H
#define PYSIGMOID_CAPI_H

#include "python/numpy_api.h"

/* Adds __pyx_capi__, a dict of capsules as Cython makes them, and c_signatures, the C types of what they hold. */
int add_compiled_functions(PyObject *module);

#endif
