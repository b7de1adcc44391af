/* Arguments of Python in C's types, checked no further than their use is safe: the package checks what users pass. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_request.h"

static int as_array(PyObject *object, PyArrayObject **array)
{
    *array = object == Py_None ? NULL : (PyArrayObject *)object;
    if (object == Py_None || PyArray_Check(object))
        return 0;
    PyErr_Format(PyExc_TypeError, "a loss takes arrays, not %R", object);
    return -1;
}

/* A tuple of arrays, or none of them. */
static int as_arrays(PyObject *object, PyArrayObject *arrays[], Py_ssize_t most)
{
    Py_ssize_t count = object == Py_None ? 0 : PyTuple_Check(object) ? PyTuple_Size(object) : most + 1;
    if (count > most) {
        PyErr_Format(PyExc_TypeError, "a loss takes a tuple of at most %zd masks, not %R", most, object);
        return -1;
    }
    for (Py_ssize_t k = 0; k < count; k++)
        if (as_array(PyTuple_GetItem(object, k), &arrays[k]) < 0)
            return -1;
    return 0;
}

static int as_int(PyObject *object, int *number)
{
    *number = (int)PyLong_AsLong(object);
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

static int as_double(PyObject *object, double *number)
{
    *number = PyFloat_AsDouble(object);
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

static int as_truth(PyObject *object, int *truth)
{
    *truth = PyObject_IsTrue(object);
    return *truth < 0 ? -1 : 0;
}

static int as_dtype(PyObject *object, PyArray_Descr **dtype)
{
    *dtype = (PyArray_Descr *)object;
    if (PyArray_DescrCheck(object))
        return 0;
    PyErr_SetString(PyExc_TypeError, "the dtype of a loss is a numpy.dtype");
    return -1;
}

static int check_count(const char *function, Py_ssize_t count, Py_ssize_t wanted)
{
    if (count == wanted)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, not %zd", function, wanted, count);
    return -1;
}

/* What all losses have in common, up to their axes. */
static int read_loss(PyObject *const **next, struct request *request)
{
    *request = (struct request){0};
    if (as_int(*(*next)++, &request->form) < 0 || as_int(*(*next)++, &request->outputs) < 0
        || as_double(*(*next)++, &request->smoothing) < 0 || as_double(*(*next)++, &request->alpha) < 0
        || as_double(*(*next)++, &request->gamma) < 0
        || as_array(*(*next)++, &request->logits) < 0 || as_array(*(*next)++, &request->labels) < 0
        || as_array(*(*next)++, &request->weight) < 0 || as_array(*(*next)++, &request->pos_weight) < 0
        || as_array(*(*next)++, &request->kept) < 0 || as_arrays(*(*next)++, request->dropped, MOST_DROPPED) < 0
        || as_array(*(*next)++, &request->ignored) < 0 || as_int(*(*next)++, &request->reduction) < 0)
        return -1;
    request->axes = *(*next)++;
    return 0;
}

int read_request(PyObject *const *arguments, Py_ssize_t count, struct request *request)
{
    PyObject *const *next = arguments;
    if (check_count("loss", count, 20) < 0 || read_loss(&next, request) < 0
        || as_truth(*next++, &request->keepdims) < 0 || as_truth(*next++, &request->validate) < 0
        || as_dtype(*next++, &request->dtype) < 0)
        return -1;
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if (as_array(*next++, &request->buffers[k]) < 0)
            return -1;
    return 0;
}

int read_total_request(PyObject *const *arguments, Py_ssize_t count, struct request *request)
{
    PyObject *const *next = arguments;
    if (check_count("loss_totals", count, 19) < 0 || read_loss(&next, request) < 0
        || as_truth(*next++, &request->validate) < 0 || as_truth(*next++, &request->only_counts) < 0
        || as_dtype(*next++, &request->digits) < 0 || as_array(*next++, &request->divisors) < 0)
        return -1;
    return *next == Py_None ? 0 : as_dtype(*next, &request->dtype);
}

int read_search(PyObject *const *arguments, Py_ssize_t count, struct request *request)
{
    PyObject *const *next = arguments;
    if (check_count("first_outside", count, 5) < 0)
        return -1;
    *request = (struct request){0};
    if (as_array(*next++, &request->logits) < 0 || as_array(*next++, &request->labels) < 0
        || as_array(*next++, &request->kept) < 0 || as_arrays(*next++, request->dropped, MOST_DROPPED) < 0
        || as_array(*next++, &request->ignored) < 0)
        return -1;
    return 0;
}
