/* The rows of functions.def as Python objects. */
#ifndef PYSIGMOID_UFUNCS_H
#define PYSIGMOID_UFUNCS_H

#include <Python.h>

/* Adds every ufunc, and `functions`, the list of rows with their accuracy, to the module. 0, or -1 with an exception. */
int add_ufuncs(PyObject *module);

#endif
