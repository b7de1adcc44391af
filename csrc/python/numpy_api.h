/* NumPy's C API, shared by the sources that see it: python/module.c imports it, the others define NO_IMPORT_ARRAY and
 * NO_IMPORT_UFUNC before this. */
#ifndef PYSIGMOID_NUMPY_API_H
#define PYSIGMOID_NUMPY_API_H

#include <Python.h>

#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL pysigmoid_array_api
#define PY_UFUNC_UNIQUE_SYMBOL pysigmoid_ufunc_api
#include <numpy/ndarraytypes.h>
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

#endif
