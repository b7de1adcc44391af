/* The way of a loss whose sums stay exact: read and described as in python/loss_call.c, its totals in an array of words. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/totals_call.h"

#include "python/describe.h"
#include "python/loss_operands.h"
#include "python/loss_precision.h"

const char loss_totals_doc[] =
    "loss_totals(form, outputs, smoothing, alpha, gamma, logits, labels, weight, pos_weight, kept, dropped, ignored, reduction, "
    "axes, validate, only_counts, digits, divisors, dtype, /)\n--\n\n"
    "A tuple of the outputs, or None where validate found a number outside [0, 1].\n\n"
    "As of loss, but for the value: an array of uint32 with the shape of the rows and one axis more, of total_words, or with\n"
    "a dtype an array of float64 of that shape, the reduction rounded to the dtype. Weights are added up for the weighted\n"
    "mean alone. only_counts leaves the losses out. Their terms have the digits of the dtype `digits`. Derivatives are\n"
    "divided by `divisors`, float64 in C order, one for each row or for all.";

const char merge_totals_doc[] =
    "merge_totals(totals, others, /)\n--\n\n"
    "Add other totals to totals, arrays of equal shape in C order.";

const char values_of_totals_doc[] =
    "values_of_totals(totals, quantity, dtype, /)\n--\n\n"
    "An array of float64, rounded to the dtype: the mean (1), the sum (2), the weighted mean (3) of what was added, the\n"
    "number of elements (4) or the sum of weights (5) of each row.";

/* ---- arrays of totals ---- */

static int check_totals(PyObject *object)
{
    PyArrayObject *array = (PyArrayObject *)object;
    if (PyArray_Check(object) && PyArray_TYPE(array) == NPY_UINT32 && PyArray_ISCARRAY(array)
        && PyArray_NDIM(array) > 0 && PyArray_DIM(array, PyArray_NDIM(array) - 1) == TOTAL_WORDS)
        return 0;
    PyErr_Format(PyExc_TypeError, "totals are a writable array of uint32 in C order, its last axis of %d", TOTAL_WORDS);
    return -1;
}

static ptrdiff_t rows_of(PyArrayObject *totals)
{
    return PyArray_SIZE(totals) / TOTAL_WORDS;
}

PyObject *merge_totals_call(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2 || check_totals(arguments[0]) < 0 || check_totals(arguments[1]) < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "merge_totals takes two arguments");
    PyArrayObject *totals = (PyArrayObject *)arguments[0], *others = (PyArrayObject *)arguments[1];
    if (!PyArray_SAMESHAPE(totals, others))
        return PyErr_Format(PyExc_ValueError, "totals of different shapes");
    merge_totals(PyArray_DATA(totals), PyArray_DATA(others), rows_of(totals));
    Py_RETURN_NONE;
}

/* The type that numbers are rounded to. */
static int read_rounding(PyObject *dtype, enum number *rounding)
{
    if (PyArray_DescrCheck(dtype))
        return describe_number((PyArray_Descr *)dtype, rounding);
    PyErr_SetString(PyExc_TypeError, "the dtype of totals is a numpy.dtype");
    return -1;
}

PyObject *values_of_totals(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    enum number rounding;
    if (count != 3 || check_totals(arguments[0]) < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "values_of_totals takes three arguments");
    PyArrayObject *totals = (PyArrayObject *)arguments[0];
    long quantity = PyLong_AsLong(arguments[1]);
    if ((quantity == -1 && PyErr_Occurred()) || read_rounding(arguments[2], &rounding) < 0)
        return NULL;
    PyObject *values = PyArray_SimpleNew(PyArray_NDIM(totals) - 1, PyArray_DIMS(totals), NPY_DOUBLE);
    if (values != NULL)
        evaluate_quantities(PyArray_DATA(totals), rows_of(totals), (enum quantity)quantity, rounding,
                            PyArray_DATA((PyArrayObject *)values));
    return values;
}

/* ---- description ---- */

/* A total, or a value, for each row. */
static PyArrayObject *new_rows(const struct request *request, const struct walk *walk)
{
    npy_intp lengths[MAX_AXES + 1];
    for (int k = 0; k < walk->row_axes; k++)
        lengths[k] = PyArray_DIM(request->logits, walk->order[k]);
    lengths[walk->row_axes] = TOTAL_WORDS;
    if (request->dtype != NULL)
        return (PyArrayObject *)PyArray_SimpleNew(walk->row_axes, lengths, NPY_DOUBLE);
    return (PyArrayObject *)PyArray_ZEROS(walk->row_axes + 1, lengths, NPY_UINT32, 0);
}

static int make_derivative(struct request *request, const struct loss *loss, int output)
{
    PyArray_Descr *dtype = dtype_of_derivatives(request, loss->logits.number);
    if (dtype == NULL)
        return -1;
    request->results[output] = (PyArrayObject *)PyArray_NewLikeArray(request->logits, NPY_KEEPORDER, dtype, 0);
    return request->results[output] == NULL ? -1 : 0;
}

static int make_rows_and_derivatives(struct request *request, const struct walk *walk, struct loss *loss)
{
    for (int k = VALUE; k < OUTPUT_COUNT; k++) {
        if (k == VALUE && is_wanted(loss, k) && (request->results[k] = new_rows(request, walk)) == NULL)
            return -1;
        if (k != VALUE && is_wanted(loss, k) && make_derivative(request, loss, k) < 0)
            return -1;
        if (describe_output(k == VALUE ? NULL : request->results[k], walk, loss, k) < 0)
            return -1;
    }
    return 0;
}

static int choose_working(struct request *request, struct loss *loss)
{
    PyArray_Descr *dtype = request->dtype;
    int status;
    request->dtype = dtype != NULL ? dtype : request->digits;
    status = choose_precision(request, loss);
    request->dtype = dtype;
    if (status == 0 && loss->working == WORKING_extended) {
        PyErr_SetString(PyExc_TypeError, "losses in long double have no totals");
        return -1;
    }
    return status;
}

static int check_divisors(const struct request *request, const struct loss *loss)
{
    PyArrayObject *divisors = request->divisors;
    if (divisors == NULL)
        return 0;
    if (PyArray_TYPE(divisors) == NPY_DOUBLE && PyArray_ISCARRAY_RO(divisors)
        && (PyArray_SIZE(divisors) == 1 || PyArray_SIZE(divisors) == loss->rows))
        return 0;
    PyErr_SetString(PyExc_TypeError, "divisors are float64 in C order, one for all rows or one for each");
    return -1;
}

static int describe_loss(struct request *request, struct loss *loss)
{
    struct walk walk;
    loss->outputs = request->outputs;
    loss->options[0] = request->smoothing;
    loss->options[1] = request->alpha;
    loss->options[2] = request->gamma;
    loss->validates = request->validate && !request->only_counts;
    loss->divisor = request->reduction == REDUCTION_weighted_mean ? DIVISOR_weight : DIVISOR_count;
    loss->fixed_divisor = 1;
    atomic_init(&loss->outside, 0);
    if (choose_walk(request, &walk) < 0 || describe_inputs(request, &walk, loss) < 0)
        return -1;
    describe_shape(request, &walk, loss);
    if (check_divisors(request, loss) < 0 || choose_working(request, loss) < 0
        || make_rows_and_derivatives(request, &walk, loss) < 0)
        return -1;
    simplify_axes(loss, 0);
    return 0;
}

/* ---- evaluation ---- */

static struct totals totals_of(const struct request *request, struct loss *loss)
{
    static const f64 one = 1;
    PyArrayObject *divisors = request->divisors, *rows = request->results[VALUE];
    struct totals job = {.loss = loss, .only_counts = request->only_counts, .divisors = &one, .one_divisor = 1};
    if (divisors != NULL) {
        job.divisors = PyArray_DATA(divisors);
        job.one_divisor = PyArray_SIZE(divisors) == 1;
    }
    if (rows != NULL && request->dtype == NULL)
        job.totals = PyArray_DATA(rows);
    else if (rows != NULL)
        job.values = PyArray_DATA(rows);
    job.quantity = (enum quantity)request->reduction;
    job.rounding = loss->rounding;
    return job;
}

static PyObject *outcome_of(const struct request *request)
{
    PyObject *outcome = PyTuple_New(count_results(request));
    Py_ssize_t next = 0;
    for (int k = 0; k < OUTPUT_COUNT && outcome != NULL; k++)
        if (request->results[k] != NULL)
            PyTuple_SetItem(outcome, next++, new_reference(request->results[k]));
    return outcome;
}

static PyObject *compute(const struct request *request, struct loss *loss)
{
    struct totals job = totals_of(request, loss);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = evaluate_totals(&job);
    Py_END_ALLOW_THREADS
    if (status < 0)
        return PyErr_NoMemory();
    return loss->outside ? Py_NewRef(Py_None) : outcome_of(request);
}

PyObject *loss_totals(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct request request;
    struct loss loss; /* not cleared, as in python/loss_call.c */
    PyObject *outcome = NULL;
    if (read_total_request(arguments, count, &request) < 0)
        return NULL;
    if (describe_loss(&request, &loss) == 0)
        outcome = compute(&request, &loss);
    for (int k = 0; k < OUTPUT_COUNT; k++)
        Py_CLEAR(request.results[k]);
    return outcome;
}
