/* Losses added up without rounding, as functions of arrays. */
#ifndef PYSIGMOID_TOTALS_CALL_H
#define PYSIGMOID_TOTALS_CALL_H

#include <Python.h>

#include "arrays/totals.h"

/* The methods of _core of these names; merge_totals_call is merge_totals there. */
extern const char loss_totals_doc[], merge_totals_doc[], values_of_totals_doc[];
PyObject *loss_totals(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *merge_totals_call(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *values_of_totals(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

#endif
