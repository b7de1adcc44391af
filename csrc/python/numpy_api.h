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

/* From Python 3.12 on there are objects that are never freed, NumPy's dtypes among them from 2.5 on. The limited API of 3.11
 * has macros that count such objects too, while NumPy and Python itself do not: what one side counts up and the other does
 * not count down would drift, by two or three in every call, until the object is taken for one that may be freed. The
 * functions know better. */
#ifdef Py_LIMITED_API
static inline PyObject *new_counted_reference(PyObject *object)
{
    Py_IncRef(object);
    return object;
}
#undef Py_INCREF
#undef Py_DECREF
#undef Py_XINCREF
#undef Py_XDECREF
#undef Py_NewRef
#undef Py_XNewRef
#define Py_INCREF(object) Py_IncRef((PyObject *)(object))
#define Py_DECREF(object) Py_DecRef((PyObject *)(object))
#define Py_XINCREF Py_INCREF
#define Py_XDECREF Py_DECREF
#define Py_NewRef(object) new_counted_reference((PyObject *)(object))
#define Py_XNewRef Py_NewRef
#endif

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
