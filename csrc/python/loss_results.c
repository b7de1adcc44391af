/* What a caller sees is as if every result had been computed to a new array, and then copied to its buffer. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_results.h"

#include "python/loss_precision.h"

/* ---- before ---- */

/* Takes the descriptor; NULL is an error that was reported. */
static PyArrayObject *new_like(PyArrayObject *array, PyArray_Descr *descriptor)
{
    if (descriptor == NULL)
        return NULL;
    return (PyArrayObject *)PyArray_NewLikeArray(array, NPY_KEEPORDER, descriptor, 0);
}

/* An element for each row; summed axes are there if they are to be kept, with length 1. */
static PyArrayObject *new_sums(const struct request *request, const struct walk *walk)
{
    npy_intp lengths[MAX_AXES];
    int count = request->keepdims ? walk->axes : walk->row_axes;
    for (int k = 0; k < count; k++)
        lengths[k] = 1;
    for (int k = 0; k < walk->row_axes; k++)
        lengths[request->keepdims ? walk->order[k] : k] = PyArray_DIM(request->logits, walk->order[k]);
    return (PyArrayObject *)PyArray_SimpleNewFromDescr(count, lengths, new_reference(request->dtype));
}

static PyArrayObject *new_result(const struct request *request, const struct walk *walk, const struct loss *loss, int output)
{
    if (output == VALUE && request->reduction != REDUCTION_none)
        return new_sums(request, walk);
    if (output == VALUE)
        return new_like(request->logits, new_reference(request->dtype));
    return new_like(request->logits, dtype_of_derivatives(request, loss->logits.number));
}

/* The buffer, or an array like it. */
static PyArrayObject *result_for(PyArrayObject *buffer, const struct request *request, const struct walk *walk,
                                 struct loss *loss, int output)
{
    int by_element = output != VALUE || request->reduction == REDUCTION_none;
    if (describe_output(buffer, walk, loss, output) < 0)
        return NULL;
    if (would_spoil(loss, output, by_element))
        return new_like(buffer, new_reference(PyArray_DESCR(buffer)));
    return new_reference(buffer);
}

static int make_result(struct request *request, const struct walk *walk, struct loss *loss, int output)
{
    PyArrayObject *buffer = request->buffers[output];
    request->results[output] = buffer != NULL ? result_for(buffer, request, walk, loss, output)
                                              : new_result(request, walk, loss, output);
    return request->results[output] == NULL ? -1 : 0;
}

int make_results(struct request *request, const struct walk *walk, struct loss *loss)
{
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if ((is_wanted(loss, k) && make_result(request, walk, loss, k) < 0)
            || describe_output(request->results[k], walk, loss, k) < 0)
            return -1;
    return 0;
}

void drop_results(struct request *request)
{
    for (int k = 0; k < OUTPUT_COUNT; k++)
        Py_CLEAR(request->results[k]);
}

/* ---- after ---- */

static PyObject *deliver_result(PyArrayObject *buffer, PyArrayObject *result)
{
    if (buffer == NULL)
        return PyArray_Return(new_reference(result));
    if (buffer != result && PyArray_CopyInto(buffer, result) < 0)
        return NULL;
    return new_reference(buffer);
}

PyObject *deliver_results(const struct request *request)
{
    PyObject *outcome = PyTuple_New(count_results(request));
    Py_ssize_t next = 0;
    for (int k = 0; k < OUTPUT_COUNT && outcome != NULL; k++) {
        if (request->results[k] == NULL)
            continue;
        PyObject *item = deliver_result(request->buffers[k], request->results[k]);
        if (item == NULL)
            Py_CLEAR(outcome);
        else
            PyTuple_SetItem(outcome, next++, item);
    }
    return outcome;
}
