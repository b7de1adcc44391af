/* Which element of which array meets which: known to the walk, asked of nobody else. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_operands.h"

#include "arrays/overlap.h"
#include "python/describe.h"

/* ---- the walk ---- */

/* Sets summed[axis] for each of the axes in a tuple. */
static int read_axes(PyObject *tuple, int axes, char summed[])
{
    if (!PyTuple_Check(tuple)) {
        PyErr_SetString(PyExc_TypeError, "the axes of a loss are a tuple of int");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(tuple); i++) {
        long axis = PyLong_AsLong(PyTuple_GetItem(tuple, i));
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

int choose_walk(const struct request *request, struct walk *walk)
{
    char summed[MAX_AXES] = {0};
    int next = 0, sums = request->reduction != REDUCTION_none, sums_all = sums && request->axes == Py_None;
    walk->axes = PyArray_NDIM(request->logits);
    if (sums && !sums_all && read_axes(request->axes, walk->axes, summed) < 0)
        return -1;
    for (int axis = 0; axis < walk->axes; axis++)
        if (!summed[axis] && !sums_all)
            walk->order[next++] = axis;
    walk->row_axes = next;
    for (int axis = 0; axis < walk->axes; axis++)
        if (summed[axis] || sums_all)
            walk->order[next++] = axis;
    return 0;
}

static ptrdiff_t product(const ptrdiff_t *lengths, int count)
{
    ptrdiff_t length = 1;
    for (int k = 0; k < count; k++)
        length *= lengths[k];
    return length;
}

void describe_shape(const struct request *request, const struct walk *walk, struct loss *loss)
{
    loss->axes.count = walk->axes;
    for (int k = 0; k < walk->axes; k++)
        loss->axes.length[k] = PyArray_DIM(request->logits, walk->order[k]);
    loss->rows = product(loss->axes.length, walk->row_axes);
    loss->row_length = product(loss->axes.length + walk->row_axes, walk->axes - walk->row_axes);
}

/* ---- operands ---- */

static int describe_walked(PyArrayObject *array, const struct walk *walk, struct operand *operand)
{
    return describe_operand(array, walk->order, walk->axes, operand);
}

/* Labels of integers are compared as they are, so that the ignored one must be of their type. */
static int check_ignored(const struct loss *loss)
{
    int is_integer = loss->labels.number <= NUMBER_u64;
    if (loss->ignored.data == NULL || !is_integer || loss->ignored.number == loss->labels.number)
        return 0;
    PyErr_SetString(PyExc_TypeError, "the ignored label of a loss has another dtype than the labels");
    return -1;
}

int describe_inputs(const struct request *request, const struct walk *walk, struct loss *loss)
{
    for (int k = 0; k < MOST_DROPPED; k++)
        if (describe_walked(request->dropped[k], walk, &loss->dropped[k]) < 0)
            return -1;
    if (describe_walked(request->logits, walk, &loss->logits) < 0
        || describe_walked(request->labels, walk, &loss->labels) < 0
        || describe_walked(request->weight, walk, &loss->weight) < 0
        || describe_walked(request->pos_weight, walk, &loss->pos_weight) < 0
        || describe_walked(request->kept, walk, &loss->kept) < 0
        || describe_walked(request->ignored, walk, &loss->ignored) < 0)
        return -1;
    return check_ignored(loss);
}

/* The values have an axis for each axis of the rows, and perhaps those of length 1 that were kept. */
static int describe_values(PyArrayObject *array, const struct walk *walk, struct loss *loss)
{
    int all[MAX_AXES], keeps_axes = array != NULL && PyArray_NDIM(array) == walk->axes;
    loss->row_axes.count = array == NULL ? 0 : walk->row_axes;
    for (int k = 0; k < loss->row_axes.count; k++) {
        all[k] = k;
        loss->row_axes.length[k] = PyArray_DIM(array, keeps_axes ? walk->order[k] : k);
    }
    return describe_operand(array, keeps_axes ? walk->order : all, loss->row_axes.count, &loss->value);
}

int describe_output(PyArrayObject *array, const struct walk *walk, struct loss *loss, int output)
{
    switch (output) {
    case VALUE: return describe_values(array, walk, loss);
    case GRADIENT: return describe_walked(array, walk, &loss->gradient);
    default: return describe_walked(array, walk, &loss->hessian);
    }
}

/* ---- all of them ---- */

enum { MOST_INPUTS = 5 + MOST_DROPPED, MOST_WALKED = MOST_INPUTS + OUTPUT_COUNT };

/* The operands that are read element by element, as far as they are there. */
static int collect_inputs(struct loss *loss, struct operand *inputs[])
{
    struct operand *const single[] = {&loss->logits, &loss->labels, &loss->weight, &loss->pos_weight, &loss->kept};
    int used = 0;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (single[k]->data != NULL)
            inputs[used++] = single[k];
    for (int k = 0; k < MOST_DROPPED && loss->dropped[k].data != NULL; k++)
        inputs[used++] = &loss->dropped[k];
    return used;
}

static struct elements elements_of(const struct operand *operand, const struct axes *axes)
{
    return (struct elements){operand->data, size_of_number(operand->number), axes->count, axes->length, operand->steps};
}

int would_spoil(struct loss *loss, int output, int by_element)
{
    struct operand *inputs[MOST_INPUTS];
    int used = collect_inputs(loss, inputs);
    struct elements written = output == VALUE      ? elements_of(&loss->value, &loss->row_axes)
                              : output == GRADIENT ? elements_of(&loss->gradient, &loss->axes)
                                                   : elements_of(&loss->hessian, &loss->axes);
    for (int k = 0; k < used; k++) {
        struct elements read = elements_of(inputs[k], &loss->axes);
        if (!are_disjoint(written, read) && !(by_element && are_identical(written, read)))
            return 1;
    }
    return overlaps_itself(written);
}

void simplify_axes(struct loss *loss, int order_is_free)
{
    struct operand *walked[MOST_WALKED], *const outputs[] = {&loss->gradient, &loss->hessian, &loss->value};
    axis_steps *steps[MOST_WALKED], *value_steps[] = {&loss->value.steps};
    int used = collect_inputs(loss, walked);
    for (int k = 0; k < (order_is_free ? 3 : 2); k++)
        if (outputs[k]->data != NULL)
            walked[used++] = outputs[k];
    for (int k = 0; k < used; k++)
        steps[k] = &walked[k]->steps;
    if (order_is_free)
        order_axes_by_step(&loss->axes, steps, used);
    merge_axes(&loss->axes, steps, used);
    if (order_is_free)
        loss->row_axes = loss->axes;
    else
        merge_axes(&loss->row_axes, value_steps, loss->value.data != NULL);
}
