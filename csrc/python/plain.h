/* Tells arguments that can be computed with as they are from those that Python reads first. */
#ifndef PYSIGMOID_PLAIN_H
#define PYSIGMOID_PLAIN_H

#include <Python.h>

extern const char are_plain_doc[];

/* The method `_core.are_plain`; see are_plain_doc. */
PyObject *are_plain(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
