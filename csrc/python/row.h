/* A row of functions.def, as the table in ufuncs.c has it. */
#ifndef PYSIGMOID_ROW_H
#define PYSIGMOID_ROW_H

#include "python/numpy_api.h"

#include "arrays/loops.h"

/* NumPy's own dtypes, which come first in kernels.h; bfloat16 is added later. */
enum { TABLE_DTYPES = DTYPE_bf16 };

/* Half types, float32, float64, longdouble. */
enum { BOUNDS = 4 };

struct bound { double ulp, relative_from, absolute; };

struct row {
    const char *name, *summary, *doc;
    int inputs, outputs;
    int takes_labels;
    double intervals[2][2];
    struct bound accuracy[BOUNDS]; /* of the output, or of the second; all zero where both keep those of other rows */
    const char *same_as[2];
    int has_same_bits; /* as these, in every dtype */
    PyArrayMethod_StridedLoop *run[DTYPE_COUNT];
    void *data[DTYPE_COUNT]; /* a struct loop for each */
    kernel **slots; /* one per dtype, in `active` */

    /* What is made at import lives as long as the process: NumPy keeps pointers into it, and an import that is repeated
     * gets the same objects again. */
    PyObject *ufunc, *help;
    char types[TABLE_DTYPES * MAX_OPERANDS];
};

#endif
