/* The fused losses as a function of arrays. */
#ifndef PYSIGMOID_LOSS_CALL_H
#define PYSIGMOID_LOSS_CALL_H

#include <Python.h>

extern const char loss_call_doc[];

/* The method `_core.loss`; see loss_call_doc. */
PyObject *loss_call(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
