/* What a caller asks of a loss, read from the arguments in the order of loss_call_doc and first_outside_doc. */
#ifndef PYSIGMOID_LOSS_REQUEST_H
#define PYSIGMOID_LOSS_REQUEST_H

#include "python/numpy_api.h"

#include "arrays/loss.h"

enum reduction { REDUCTION_none, REDUCTION_mean, REDUCTION_sum, REDUCTION_weighted_mean };

/* Arrays are NULL where None was passed. All are the caller's, but the results. */
struct request {
    int form, outputs, reduction, keepdims, validate;
    double smoothing, alpha, gamma;
    PyArrayObject *logits, *labels, *weight, *pos_weight, *kept, *dropped[MOST_DROPPED], *ignored;
    PyObject *axes;
    PyArray_Descr *dtype;
    PyArrayObject *buffers[OUTPUT_COUNT];
    PyArrayObject *results[OUTPUT_COUNT]; /* see make_results */

    int only_counts; /* of totals */
    PyArray_Descr *digits;
    PyArrayObject *divisors;
};

static inline Py_ssize_t count_results(const struct request *request)
{
    Py_ssize_t count = 0;
    for (int k = 0; k < OUTPUT_COUNT; k++)
        count += request->results[k] != NULL;
    return count;
}

/* 0, or -1 with an exception. */
int read_request(PyObject *const *arguments, Py_ssize_t count, struct request *request);

/* The same for loss_totals; its dtype is NULL where no values are asked for. */
int read_total_request(PyObject *const *arguments, Py_ssize_t count, struct request *request);

/* The same for first_outside; its numbers stand as the logits. */
int read_search(PyObject *const *arguments, Py_ssize_t count, struct request *request);

#endif
