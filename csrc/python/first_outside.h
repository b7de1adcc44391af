/* The search for a number that is no label or probability. */
#ifndef PYSIGMOID_FIRST_OUTSIDE_H
#define PYSIGMOID_FIRST_OUTSIDE_H

#include <Python.h>

extern const char first_outside_doc[];

/* The method `_core.first_outside`; see first_outside_doc. */
PyObject *first_outside(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
