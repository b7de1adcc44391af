/* A ufunc of this module applied to whole arrays, on all threads. */
#ifndef PYSIGMOID_APPLY_H
#define PYSIGMOID_APPLY_H

#include <Python.h>

extern const char apply_doc[];

/* The method `_core.apply`; see apply_doc. */
PyObject *apply(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
