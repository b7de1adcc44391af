/* The Python side of the fused losses: arrays in, plain operands to arrays/losses.c, arrays out. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_call.h"

#include "arrays/losses.h"
#include "python/overlap.h"
#include "python/promotion.h"

const char loss_call_doc[] =
    "loss(form, outputs, smoothing, alpha, gamma, logits, labels, weight, pos_weight, kept, dropped, ignored, reduction, axes, "
    "keepdims, validate, dtype, out, grad_out, hess_out, /)\n--\n\n"
    "A tuple of the outputs, or None where validate found a number outside [0, 1]; then nothing was written.\n\n"
    "form: 0 logistic (smoothing: of the labels), 1 focal (that, alpha or -1, gamma), 2 of probabilities. outputs: 0 value,\n"
    "1 value and gradient, 2 gradient and Hessian. Operands are arrays of one shape, or of no axes, or None; dropped is a\n"
    "tuple of such arrays or None; ignored is an array of no axes, of the labels' dtype where that is one of integers,\n"
    "which float labels are compared with as numbers of their own type. reduction: 0 none, 1 mean, 2 sum, 3 weighted mean,\n"
    "over `axes`, a tuple, or None for all. dtype is that of the value.";

enum { ARGUMENTS = 20 };

/* Below this the GIL is kept, as NumPy does: giving it up and asking for it again costs more than others gain. */
enum { WORTH_RELEASING = 500 };

enum reduction { REDUCTION_none, REDUCTION_mean, REDUCTION_sum, REDUCTION_weighted_mean };

enum { VALUE, GRADIENT, HESSIAN, OUTPUT_COUNT };

struct request {
    int form, outputs, reduction, keepdims, validate;
    double smoothing, alpha, gamma;
    PyArrayObject *logits, *labels, *weight, *pos_weight, *kept, *dropped[MOST_DROPPED], *ignored;
    PyObject *axes;
    PyArray_Descr *dtype;
    PyArrayObject *buffers[OUTPUT_COUNT]; /* the caller's */
    PyArrayObject *results[OUTPUT_COUNT]; /* where results are computed to; new ones where a buffer would be read again */
};

/* ---- arguments ---- */

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
    Py_ssize_t count = object == Py_None ? 0 : PyTuple_Check(object) ? PyTuple_GET_SIZE(object) : most + 1;
    if (count > most) {
        PyErr_Format(PyExc_TypeError, "a loss takes a tuple of at most %zd masks, not %R", most, object);
        return -1;
    }
    for (Py_ssize_t k = 0; k < count; k++)
        if (as_array(PyTuple_GET_ITEM(object, k), &arrays[k]) < 0)
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

static int read_arguments(PyObject *const *arguments, Py_ssize_t count, struct request *request)
{
    PyObject *const *next = arguments;
    if (count != ARGUMENTS) {
        PyErr_Format(PyExc_TypeError, "loss takes %d arguments, not %zd", ARGUMENTS, count);
        return -1;
    }
    *request = (struct request){0};
    if (as_int(*next++, &request->form) < 0 || as_int(*next++, &request->outputs) < 0
        || as_double(*next++, &request->smoothing) < 0 || as_double(*next++, &request->alpha) < 0
        || as_double(*next++, &request->gamma) < 0
        || as_array(*next++, &request->logits) < 0 || as_array(*next++, &request->labels) < 0
        || as_array(*next++, &request->weight) < 0 || as_array(*next++, &request->pos_weight) < 0
        || as_array(*next++, &request->kept) < 0 || as_arrays(*next++, request->dropped, MOST_DROPPED) < 0
        || as_array(*next++, &request->ignored) < 0 || as_int(*next++, &request->reduction) < 0)
        return -1;
    request->axes = *next++;
    if (as_truth(*next++, &request->keepdims) < 0 || as_truth(*next++, &request->validate) < 0)
        return -1;
    if (!PyArray_DescrCheck(*next)) {
        PyErr_SetString(PyExc_TypeError, "the dtype of a loss is a numpy.dtype");
        return -1;
    }
    request->dtype = (PyArray_Descr *)*next++;
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if (as_array(*next++, &request->buffers[k]) < 0)
            return -1;
    return 0;
}

/* ---- number types ---- */

static enum number integer_of(const PyArray_Descr *descriptor)
{
    int is_unsigned = descriptor->kind == 'u';
    switch (PyDataType_ELSIZE(descriptor)) {
    case 1: return is_unsigned ? NUMBER_u8 : NUMBER_i8;
    case 2: return is_unsigned ? NUMBER_u16 : NUMBER_i16;
    case 4: return is_unsigned ? NUMBER_u32 : NUMBER_i32;
    default: return is_unsigned ? NUMBER_u64 : NUMBER_i64;
    }
}

static int find_number(PyArray_Descr *descriptor, enum number *number)
{
    switch (descriptor->type_num) {
    case NPY_BOOL: *number = NUMBER_boolean; return 0;
    case NPY_HALF: *number = NUMBER_f16; return 0;
    case NPY_FLOAT: *number = NUMBER_f32; return 0;
    case NPY_DOUBLE: *number = NUMBER_f64; return 0;
    case NPY_LONGDOUBLE: *number = NUMBER_longdouble; return 0;
    default: break;
    }
    if (PyTypeNum_ISINTEGER(descriptor->type_num))
        *number = integer_of(descriptor);
    else if (is_bf16(NPY_DTYPE(descriptor)))
        *number = NUMBER_bf16;
    else {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "a loss takes no numbers of dtype %R", descriptor);
        return -1;
    }
    return 0;
}

static int is_integer(enum number number)
{
    return number <= NUMBER_u64;
}

static enum working working_of(enum number number)
{
    switch (number) {
    case NUMBER_i32: case NUMBER_u32: case NUMBER_i64: case NUMBER_u64: case NUMBER_f64: return WORKING_wide;
    case NUMBER_longdouble: return WORKING_extended;
    default: return WORKING_narrow;
    }
}

/* What each element's results are rounded to: floats keep their type, integers up to 16 bits become float32, wider ones
 * float64. */
static enum number number_of_results(enum number logits)
{
    if (logits == NUMBER_f16 || logits == NUMBER_bf16)
        return logits;
    switch (working_of(logits)) {
    case WORKING_narrow: return NUMBER_f32;
    case WORKING_wide: return NUMBER_f64;
    default: return NUMBER_longdouble;
    }
}

static PyArray_Descr *dtype_of_derivatives(PyArrayObject *logits, enum number number)
{
    switch (number_of_results(number)) {
    case NUMBER_f32: return PyArray_DescrFromType(NPY_FLOAT);
    case NUMBER_f64: return PyArray_DescrFromType(NPY_DOUBLE);
    default: return PyArray_DescrNewByteorder(PyArray_DESCR(logits), NPY_NATIVE);
    }
}

/* ---- axes and rows ---- */

/* How the axes of the arrays are walked: those of a row last. Where nothing is summed a row is one element. */
struct walk {
    int summed[MAX_AXES];
    int order[MAX_AXES];
    int axes, row_axes; /* the first of the order */
};

static int read_summed(const struct request *request, int axes, int summed[])
{
    int all = request->reduction != REDUCTION_none && request->axes == Py_None;
    for (int axis = 0; axis < axes; axis++)
        summed[axis] = all;
    if (all || request->reduction == REDUCTION_none)
        return 0;
    if (!PyTuple_Check(request->axes)) {
        PyErr_SetString(PyExc_TypeError, "the axes of a loss are a tuple of int");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(request->axes); i++) {
        long axis = PyLong_AsLong(PyTuple_GET_ITEM(request->axes, i));
        if (axis == -1 && PyErr_Occurred())
            return -1;
        if (axis < 0 || axis >= axes) {
            PyErr_Format(PyExc_ValueError, "axis %ld is not one of %d", axis, axes);
            return -1;
        }
        summed[axis] = 1;
    }
    return 0;
}

static void order_walk(struct walk *walk)
{
    int next = 0;
    for (int axis = 0; axis < walk->axes; axis++)
        if (!walk->summed[axis])
            walk->order[next++] = axis;
    walk->row_axes = next;
    for (int axis = 0; axis < walk->axes; axis++)
        if (walk->summed[axis])
            walk->order[next++] = axis;
}

static ptrdiff_t length_of(const PyArrayObject *array, const struct walk *walk, int first, int last)
{
    ptrdiff_t length = 1;
    for (int k = first; k < last; k++)
        length *= PyArray_DIM(array, walk->order[k]);
    return length;
}

/* An operand has the shape of the logits, or no axes. */
static int read_operand(PyArrayObject *array, const struct walk *walk, struct operand *operand)
{
    operand->data = NULL;
    if (array == NULL)
        return 0;
    operand->data = PyArray_BYTES(array);
    operand->swapped = PyArray_ISBYTESWAPPED(array);
    for (int k = 0; k < walk->axes; k++)
        operand->steps[k] = PyArray_NDIM(array) == walk->axes ? PyArray_STRIDE(array, walk->order[k]) : 0;
    return find_number(PyArray_DESCR(array), &operand->number);
}

/* Labels of integers are compared as they are, so that the ignored one must be of their type. */
static int read_labels(const struct request *request, const struct walk *walk, struct loss *loss)
{
    if (read_operand(request->labels, walk, &loss->labels) < 0 || read_operand(request->ignored, walk, &loss->ignored) < 0)
        return -1;
    if (request->ignored != NULL && is_integer(loss->labels.number) && loss->ignored.number != loss->labels.number) {
        PyErr_SetString(PyExc_TypeError, "the ignored label of a loss has another dtype than the labels");
        return -1;
    }
    return 0;
}

static int read_masks(const struct request *request, const struct walk *walk, struct loss *loss)
{
    for (int k = 0; k < MOST_DROPPED; k++)
        if (read_operand(request->dropped[k], walk, &loss->dropped[k]) < 0)
            return -1;
    return read_operand(request->kept, walk, &loss->kept);
}

/* The values have an axis for each axis of the rows, and perhaps those of length 1 that were kept. */
static int read_values(PyArrayObject *array, const struct walk *walk, struct loss *loss)
{
    loss->row_axes.count = array == NULL ? 0 : walk->row_axes;
    if (read_operand(array, walk, &loss->value) < 0)
        return -1;
    for (int k = 0; k < loss->row_axes.count; k++) {
        int axis = PyArray_NDIM(array) == walk->axes ? walk->order[k] : k;
        loss->row_axes.length[k] = PyArray_DIM(array, axis);
        loss->value.steps[k] = PyArray_STRIDE(array, axis);
    }
    return 0;
}

enum { MOST_STEPPED = 8 + MOST_DROPPED }; /* the masks, and everything else in struct loss */

/* The steps of all operands that have an element for each of the logits; the values may be among them. */
static int collect_steps(struct loss *loss, int values_too, axis_steps *steps[])
{
    struct operand *const single[] = {&loss->logits, &loss->labels,   &loss->weight, &loss->pos_weight,
                                      &loss->kept,   &loss->gradient, &loss->hessian};
    int used = 0;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (single[k]->data != NULL)
            steps[used++] = &single[k]->steps;
    for (int k = 0; k < MOST_DROPPED && loss->dropped[k].data != NULL; k++)
        steps[used++] = &loss->dropped[k].steps;
    if (values_too && loss->value.data != NULL)
        steps[used++] = &loss->value.steps;
    return used;
}

/* Joins the axes where one step serves. Where rows are single elements their order is free, and that of the memory best. */
static void simplify_axes(struct loss *loss, int order_is_free)
{
    axis_steps *steps[MOST_STEPPED], *value_steps[] = {&loss->value.steps};
    int used = collect_steps(loss, order_is_free, steps);
    if (order_is_free)
        order_axes_by_step(&loss->axes, steps, used);
    merge_axes(&loss->axes, steps, used);
    if (order_is_free)
        loss->row_axes = loss->axes;
    else
        merge_axes(&loss->row_axes, value_steps, loss->value.data != NULL);
}

/* ---- results ---- */

static int is_wanted(const struct request *request, int output)
{
    return output == VALUE      ? request->outputs != OUTPUTS_gradient_and_hessian
           : output == GRADIENT ? request->outputs != OUTPUTS_value
                                : request->outputs == OUTPUTS_gradient_and_hessian;
}

static PyArrayObject *new_values(const struct request *request, const struct walk *walk)
{
    npy_intp lengths[MAX_AXES];
    int count = 0;
    for (int axis = 0; axis < walk->axes; axis++)
        if (!walk->summed[axis] || request->keepdims)
            lengths[count++] = walk->summed[axis] ? 1 : PyArray_DIM(request->logits, axis);
    return (PyArrayObject *)PyArray_SimpleNewFromDescr(count, lengths, (PyArray_Descr *)Py_NewRef(request->dtype));
}

static PyArrayObject *new_like(PyArrayObject *array, PyArray_Descr *descriptor)
{
    return (PyArrayObject *)PyArray_NewLikeArray(array, NPY_KEEPORDER, descriptor, 0);
}

/* Whether a result that is written to the buffer may spoil one of the inputs that is still to be read. */
static int would_spoil(PyArrayObject *buffer, int by_element, PyArrayObject *const inputs[], int count)
{
    for (int k = 0; k < count; k++)
        if (inputs[k] != NULL && !are_disjoint(buffer, inputs[k]) && !(by_element && are_identical(buffer, inputs[k])))
            return 1;
    return 0;
}

/* Whether the buffer may be read, or written to, after a result went to it: what is right is as if computed elsewhere. */
static int needs_copy(const struct request *request, int output)
{
    PyArrayObject *const inputs[] = {request->logits, request->labels, request->weight, request->pos_weight, request->kept};
    int by_element = output != VALUE || request->reduction == REDUCTION_none;
    return overlaps_itself(request->buffers[output])
           || would_spoil(request->buffers[output], by_element, inputs, sizeof inputs / sizeof *inputs)
           || would_spoil(request->buffers[output], by_element, request->dropped, MOST_DROPPED);
}

static int make_result(struct request *request, const struct walk *walk, int output, enum number logits)
{
    PyArrayObject *buffer = request->buffers[output];
    PyArray_Descr *descriptor;
    if (buffer != NULL && !needs_copy(request, output))
        request->results[output] = (PyArrayObject *)Py_NewRef(buffer);
    else if (buffer != NULL)
        request->results[output] = new_like(buffer, (PyArray_Descr *)Py_NewRef(PyArray_DESCR(buffer)));
    else if (output == VALUE && request->reduction != REDUCTION_none)
        request->results[output] = new_values(request, walk);
    else {
        descriptor = output == VALUE ? (PyArray_Descr *)Py_NewRef(request->dtype)
                                     : dtype_of_derivatives(request->logits, logits);
        request->results[output] = descriptor == NULL ? NULL : new_like(request->logits, descriptor);
    }
    return request->results[output] == NULL ? -1 : 0;
}

/* The buffers, or new arrays; scalars where these have no axes. */
static PyObject *deliver_results(struct request *request)
{
    PyObject *outcome = PyTuple_New(2 - (request->outputs == OUTPUTS_value));
    Py_ssize_t next = 0;
    for (int k = 0; k < OUTPUT_COUNT && outcome != NULL; k++) {
        PyArrayObject *buffer = request->buffers[k], *result = request->results[k];
        if (result == NULL)
            continue;
        if (buffer != NULL && buffer != result && PyArray_CopyInto(buffer, result) < 0) {
            Py_CLEAR(outcome);
            break;
        }
        PyObject *item = buffer != NULL ? Py_NewRef(buffer) : PyArray_Return((PyArrayObject *)Py_NewRef(result));
        if (item == NULL)
            Py_CLEAR(outcome);
        else
            PyTuple_SET_ITEM(outcome, next++, item);
    }
    return outcome;
}

/* ---- the call ---- */

static void choose_divisor(const struct request *request, const struct walk *walk, struct loss *loss)
{
    int leaves_out = request->kept != NULL || request->dropped[0] != NULL || request->ignored != NULL;
    int is_mean = request->reduction == REDUCTION_mean || request->reduction == REDUCTION_weighted_mean;
    loss->divisor = request->reduction == REDUCTION_weighted_mean && request->weight != NULL ? DIVISOR_weight
                    : is_mean && leaves_out                                                  ? DIVISOR_count
                                                                                             : DIVISOR_fixed;
    loss->fixed_divisor = is_mean ? length_of(request->logits, walk, walk->row_axes, walk->axes) : 1;
}

/* The plain form takes labels in the type of the logits: integers, which are 0 or 1 there, and floats no wider. */
static int is_plain(const struct request *request, const struct loss *loss)
{
    int fits = loss->working != WORKING_narrow || (loss->labels.number != NUMBER_f64 && loss->labels.number != NUMBER_longdouble);
    return fits && request->weight == NULL && request->pos_weight == NULL && request->smoothing == 0;
}

static enum loss_form choose_form(const struct request *request, const struct loss *loss)
{
    switch (request->form) {
    case 0: return is_plain(request, loss) ? LOSS_plain : LOSS_weighted;
    case 1: return LOSS_focal;
    default: return LOSS_probability;
    }
}

/* A sum is rounded to the dtype that was asked for, the value of an element first to that of its derivatives. */
static int choose_rounding(const struct request *request, struct loss *loss)
{
    loss->rounding = number_of_results(loss->logits.number);
    return request->reduction == REDUCTION_none ? 0 : find_number(request->dtype, &loss->rounding);
}

static int describe_loss(struct request *request, struct walk *walk, struct loss *loss)
{
    PyArrayObject *logits = request->logits;
    walk->axes = PyArray_NDIM(logits);
    if (read_summed(request, walk->axes, walk->summed) < 0)
        return -1;
    order_walk(walk);
    loss->outputs = (enum loss_outputs)request->outputs;
    loss->options[0] = request->smoothing;
    loss->options[1] = request->alpha;
    loss->options[2] = request->gamma;
    choose_divisor(request, walk, loss);
    if (loss->divisor == DIVISOR_fixed && (request->reduction == REDUCTION_none || !is_wanted(request, VALUE)))
        walk->row_axes = walk->axes;
    loss->rows = length_of(logits, walk, 0, walk->row_axes);
    loss->row_length = length_of(logits, walk, walk->row_axes, walk->axes);
    loss->axes.count = walk->axes;
    for (int k = 0; k < walk->axes; k++)
        loss->axes.length[k] = PyArray_DIM(logits, walk->order[k]);

    if (read_operand(logits, walk, &loss->logits) < 0 || choose_rounding(request, loss) < 0)
        return -1;
    loss->working = working_of(loss->logits.number);
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if (is_wanted(request, k) && make_result(request, walk, k, loss->logits.number) < 0)
            return -1;
    if (read_labels(request, walk, loss) < 0 || read_operand(request->weight, walk, &loss->weight) < 0
        || read_operand(request->pos_weight, walk, &loss->pos_weight) < 0
        || read_masks(request, walk, loss) < 0 || read_operand(request->results[GRADIENT], walk, &loss->gradient) < 0
        || read_operand(request->results[HESSIAN], walk, &loss->hessian) < 0
        || read_values(request->results[VALUE], walk, loss) < 0)
        return -1;
    loss->form = choose_form(request, loss);
    simplify_axes(loss, walk->row_axes == walk->axes);
    return 0;
}

/* With a buffer the numbers are looked at first, so that an error leaves it as it was. */
static int run(const struct request *request, struct loss *loss)
{
    int has_buffer = request->buffers[VALUE] != NULL || request->buffers[GRADIENT] != NULL || request->buffers[HESSIAN] != NULL;
    int looks_first = request->validate && has_buffer, status = 0;
    loss->validates = request->validate && !has_buffer;
    if (looks_first)
        validate_loss(loss);
    if (!loss->outside)
        status = evaluate_loss(loss);
    return status;
}

static PyObject *compute(struct request *request, struct loss *loss)
{
    int status;
    if (loss->rows * loss->row_length > WORTH_RELEASING) {
        Py_BEGIN_ALLOW_THREADS
        status = run(request, loss);
        Py_END_ALLOW_THREADS
    } else {
        status = run(request, loss);
    }
    if (status < 0)
        return PyErr_NoMemory();
    return loss->outside ? Py_NewRef(Py_None) : deliver_results(request);
}

PyObject *loss_call(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct request request;
    struct walk walk;
    struct loss loss; /* large: what is not needed stays as it is */
    PyObject *outcome = NULL;
    atomic_init(&loss.outside, 0);
    if (read_arguments(arguments, count, &request) < 0)
        return NULL;
    if (describe_loss(&request, &walk, &loss) == 0)
        outcome = compute(&request, &loss);
    for (int k = 0; k < OUTPUT_COUNT; k++)
        Py_XDECREF(request.results[k]);
    return outcome;
}

/* ---- the number outside [0, 1] ---- */

const char first_outside_doc[] =
    "first_outside(numbers, labels, kept, dropped, ignored, /)\n--\n\n"
    "The number, in C order, of the first element of `numbers` outside [0, 1]; -1 where there is none. Elements that the\n"
    "other arguments leave out, see loss, do not count.";

enum { SEARCHED_ARGUMENTS = 5 };

static int read_searched(PyObject *const *arguments, Py_ssize_t count, struct request *request)
{
    if (count != SEARCHED_ARGUMENTS) {
        PyErr_Format(PyExc_TypeError, "first_outside takes %d arguments, not %zd", SEARCHED_ARGUMENTS, count);
        return -1;
    }
    *request = (struct request){0};
    return as_array(arguments[0], &request->logits) < 0 || as_array(arguments[1], &request->labels) < 0
           || as_array(arguments[2], &request->kept) < 0 || as_arrays(arguments[3], request->dropped, MOST_DROPPED) < 0
           || as_array(arguments[4], &request->ignored) < 0 ? -1 : 0;
}

static int describe_search(const struct request *request, struct loss *loss)
{
    struct walk walk = {.axes = PyArray_NDIM(request->logits)};
    axis_steps *steps[MOST_STEPPED];
    order_walk(&walk);
    loss->rows = length_of(request->logits, &walk, 0, walk.axes);
    loss->row_length = 1;
    loss->axes.count = walk.axes;
    for (int axis = 0; axis < walk.axes; axis++)
        loss->axes.length[axis] = PyArray_DIM(request->logits, axis);
    loss->weight.data = loss->pos_weight.data = loss->gradient.data = loss->hessian.data = loss->value.data = NULL;
    if (read_operand(request->logits, &walk, &loss->logits) < 0 || read_labels(request, &walk, loss) < 0
        || read_masks(request, &walk, loss) < 0)
        return -1;
    merge_axes(&loss->axes, steps, collect_steps(loss, 0, steps));
    return 0;
}

PyObject *first_outside(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct request request;
    struct loss loss; /* large: what is not needed stays as it is */
    ptrdiff_t found;
    if (read_searched(arguments, count, &request) < 0 || describe_search(&request, &loss) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = find_outside(&loss, &loss.logits);
    Py_END_ALLOW_THREADS
    return PyLong_FromSsize_t(found);
}
