/* The dtype a call of a ufunc is worked in, where that is not NumPy's choice. */
#ifndef PYSIGMOID_PROMOTION_H
#define PYSIGMOID_PROMOTION_H

#include "python/numpy_api.h"

#include "python/row.h"

/* Whether this is the bfloat16 of ml_dtypes. 0 with an exception where there is no memory to tell. */
int is_bf16(const PyArray_DTypeMeta *dtype);

/* Sets `*descriptor` to that of bfloat16 where ml_dtypes is loaded already and has it, else to NULL. 0, or -1 with an
 * exception. */
int find_bf16(PyArray_Descr **descriptor);

/* The dtype of all operands where NumPy's table of loops alone would choose another or none; NULL to leave it to the table,
 * or with an exception as above. `inputs` are those given, `signature` what the caller asks for of each operand, or NULL. */
PyArray_DTypeMeta *common_dtype(const struct row *row, PyArray_DTypeMeta *const inputs[], PyArray_DTypeMeta *const signature[]);

#endif
