/* Whether the arguments of a call are NumPy arrays of numbers already. Then they go to C as they are; lists, Series, tensors
 * and whatever else users pass are made into such arrays in Python first. */
#ifndef PYSIGMOID_PLAIN_H
#define PYSIGMOID_PLAIN_H

#include <Python.h>

extern const char are_plain_doc[];

/* The method `_core.are_plain`; see are_plain_doc. */
PyObject *are_plain(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
