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

/* Py_NewRef, to which the limited API gives an object alone, for what NumPy has types of its own for. */
static inline void *new_reference(void *object)
{
    return Py_NewRef((PyObject *)object);
}

static inline PyArray_DTypeMeta *dtype_of(const PyArray_Descr *descriptor)
{
    return (PyArray_DTypeMeta *)Py_TYPE((PyObject *)descriptor);
}

#endif
