/* The arrays that the outputs of a loss are computed to, and what the caller gets of them. */
#ifndef PYSIGMOID_LOSS_RESULTS_H
#define PYSIGMOID_LOSS_RESULTS_H

#include "python/loss_operands.h"

/* Makes and describes an array for each output that is wanted: the caller's buffer unless that would be read again, else a
 * new one. The inputs are described. 0, or -1 with an exception. */
int make_results(struct request *request, const struct walk *walk, struct loss *loss);

void drop_results(struct request *request);

/* A tuple of the buffers, or of the new arrays, scalars where these have no axes. NULL with an exception. */
PyObject *deliver_results(const struct request *request);

#endif
