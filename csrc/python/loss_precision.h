/* How a loss is worked, and the types its results are rounded to. */
#ifndef PYSIGMOID_LOSS_PRECISION_H
#define PYSIGMOID_LOSS_PRECISION_H

#include "python/loss_request.h"

/* Sets the working precision, the form and the rounding of a loss whose inputs are described. 0, or -1 with an exception. */
int choose_precision(const struct request *request, struct loss *loss);

/* The dtype of new derivatives; NULL with an exception. */
PyArray_Descr *dtype_of_derivatives(const struct request *request, enum number logits);

#endif
