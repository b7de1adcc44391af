/* What users read of a row of functions.def: its help, and its entry in `_core.functions`. */
#ifndef PYSIGMOID_LISTING_H
#define PYSIGMOID_LISTING_H

#include "python/row.h"

/* The documentation as a string, with every paragraph filled in. NULL with an exception. */
PyObject *row_as_help(const struct row *row);

/* Name, arity, summary, intervals, outputs, accuracy. NULL with an exception. */
PyObject *row_as_dict(const struct row *row);

#endif
