/* Applies a ufunc to arrays that NumPy would hand to it in pieces. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/apply.h"

#include "arrays/elementwise.h"
#include "arrays/overlap.h"
#include "python/describe.h"
#include "python/ufuncs.h"

const char apply_doc[] =
    "apply(ufunc, out, /, *inputs)\n--\n\n"
    "The ufunc of the inputs on all threads, whatever their strides; out is an array or None. NotImplemented where the ufunc\n"
    "itself serves as well or better: unless all are exact arrays of one shape and one of its own dtypes, not contiguous,\n"
    "and out overlaps no input but one it is identical to, nor itself.";

static int is_plain(PyObject *object, PyArrayObject *first)
{
    PyArrayObject *array = (PyArrayObject *)object;
    return PyArray_CheckExact(object) && PyArray_ISALIGNED(array) && PyArray_ISNOTSWAPPED(array)
           && PyArray_TYPE(array) == PyArray_TYPE(first) && PyArray_SAMESHAPE(array, first);
}

static int find_dtype(PyArrayObject *array, enum dtype *dtype)
{
    enum number number;
    if (!find_number(PyArray_DESCR(array), &number))
        return 0;
    switch (number) {
    case NUMBER_f32: *dtype = DTYPE_f32; return 1;
    case NUMBER_f64: *dtype = DTYPE_f64; return 1;
    case NUMBER_f16: *dtype = DTYPE_f16; return 1;
    case NUMBER_bf16: *dtype = DTYPE_bf16; return 1;
    case NUMBER_longdouble: *dtype = DTYPE_longdouble; return 1;
    default: return 0;
    }
}

/* Whether NumPy hands the arrays over whole: of one axis, or contiguous in the same order. */
static int arrive_whole(PyArrayObject *const arrays[], int count)
{
    int c_order = 1, fortran_order = 1;
    for (int k = 0; k < count; k++) {
        c_order &= PyArray_IS_C_CONTIGUOUS(arrays[k]);
        fortran_order &= PyArray_IS_F_CONTIGUOUS(arrays[k]);
    }
    return PyArray_NDIM(arrays[0]) <= 1 || c_order || fortran_order;
}

static void describe(struct elementwise *call, int operand, PyArrayObject *array)
{
    call->data[operand] = PyArray_BYTES(array);
    call->size = PyArray_ITEMSIZE(array);
    describe_axes(array, &call->axes, call->steps[operand]);
}

static struct elements elements_of(const struct elementwise *call, int operand)
{
    return (struct elements){call->data[operand], call->size, call->axes.count, call->axes.length, call->steps[operand]};
}

/* Whether the elements may be computed in any order, all of them from what the inputs hold now. */
static int may_write(const struct elementwise *call)
{
    struct elements out = elements_of(call, call->inputs);
    for (int k = 0; k < call->inputs; k++)
        if (!are_disjoint(out, elements_of(call, k)) && !are_identical(out, elements_of(call, k)))
            return 0;
    return !overlaps_itself(out);
}

/* Whether the call is one of those described in apply_doc; then all that is given is described. */
static int is_ours(PyObject *const *arguments, struct elementwise *call)
{
    PyObject *ufunc = arguments[0], *out = arguments[1], *const *inputs = arguments + 2;
    PyArrayObject *arrays[MAX_OPERANDS];
    int given = out == Py_None ? call->inputs : call->operands;
    if (!PyArray_CheckExact(inputs[0]) || !find_dtype((PyArrayObject *)inputs[0], &call->dtype))
        return 0;
    for (int k = 0; k < given; k++) {
        PyObject *operand = k < call->inputs ? inputs[k] : out;
        arrays[k] = (PyArrayObject *)operand;
        if (!is_plain(operand, (PyArrayObject *)inputs[0]))
            return 0;
        describe(call, k, arrays[k]);
    }
    call->compute = kernel_of(ufunc, call->inputs, call->dtype);
    return call->compute != NULL && !arrive_whole(arrays, given)
           && (out == Py_None || (PyArray_ISWRITEABLE((PyArrayObject *)out) && may_write(call)));
}

static int is_broadcast(const struct elementwise *call, int operand)
{
    for (int axis = 0; axis < call->axes.count; axis++)
        if (call->steps[operand][axis] == 0 && call->axes.length[axis] > 1)
            return 1;
    return 0;
}

/* In the order of the input; a step of 0 says nothing about an order to keep. */
static PyObject *new_result(struct elementwise *call, PyObject *input)
{
    NPY_ORDER order = is_broadcast(call, 0) ? NPY_CORDER : NPY_KEEPORDER;
    PyObject *out = PyArray_NewLikeArray((PyArrayObject *)input, order, NULL, 0);
    if (out != NULL)
        describe(call, call->inputs, (PyArrayObject *)out);
    return out;
}

PyObject *apply(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct elementwise call;
    call.inputs = (int)count - 2;
    call.operands = call.inputs + 1;
    if (call.inputs < 1 || call.operands > MAX_OPERANDS || !is_ours(arguments, &call))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    PyObject *out = arguments[1] == Py_None ? new_result(&call, arguments[2]) : Py_NewRef(arguments[1]);
    if (out == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    run_elementwise(&call);
    Py_END_ALLOW_THREADS
    return out;
}
