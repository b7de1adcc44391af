/* Applies a ufunc to arrays that NumPy would hand to it in pieces. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/apply.h"

#include "arrays/elementwise.h"
#include "python/overlap.h"
#include "python/promotion.h"
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
    switch (PyArray_TYPE(array)) {
    case NPY_FLOAT: *dtype = DTYPE_f32; return 1;
    case NPY_DOUBLE: *dtype = DTYPE_f64; return 1;
    case NPY_HALF: *dtype = DTYPE_f16; return 1;
    case NPY_LONGDOUBLE: *dtype = DTYPE_longdouble; return 1;
    default: *dtype = DTYPE_bf16; return is_bf16(NPY_DTYPE(PyArray_DESCR(array)));
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

static int is_broadcast(PyArrayObject *array)
{
    for (int axis = 0; axis < PyArray_NDIM(array); axis++)
        if (PyArray_STRIDE(array, axis) == 0 && PyArray_DIM(array, axis) > 1)
            return 1;
    return 0;
}

static int may_write(PyArrayObject *out, PyArrayObject *const inputs[], int count)
{
    for (int k = 0; k < count; k++)
        if (!are_disjoint(out, inputs[k]) && !are_identical(out, inputs[k]))
            return 0;
    return PyArray_ISWRITEABLE(out) && !overlaps_itself(out);
}

static void describe(struct elementwise *call, PyArrayObject *const arrays[])
{
    call->size = PyArray_ITEMSIZE(arrays[0]);
    call->axes.count = PyArray_NDIM(arrays[0]);
    for (int axis = 0; axis < call->axes.count; axis++)
        call->axes.length[axis] = PyArray_DIM(arrays[0], axis);
    for (int k = 0; k < call->operands; k++) {
        call->data[k] = PyArray_BYTES(arrays[k]);
        for (int axis = 0; axis < call->axes.count; axis++)
            call->steps[k][axis] = PyArray_STRIDE(arrays[k], axis);
    }
}

/* Whether the call is one of those described in apply_doc. */
static int is_ours(PyObject *const *arguments, struct elementwise *call, PyArrayObject *arrays[])
{
    PyObject *ufunc = arguments[0], *out = arguments[1], *const *inputs = arguments + 2;
    int given = out == Py_None ? call->inputs : call->operands;
    if (!PyArray_CheckExact(inputs[0]) || !find_dtype((PyArrayObject *)inputs[0], &call->dtype))
        return 0;
    for (int k = 0; k < given; k++) {
        PyObject *operand = k < call->inputs ? inputs[k] : out;
        arrays[k] = (PyArrayObject *)operand;
        if (!is_plain(operand, (PyArrayObject *)inputs[0]))
            return 0;
    }
    call->compute = kernel_of(ufunc, call->inputs, call->dtype);
    return call->compute != NULL && !arrive_whole(arrays, given)
           && (out == Py_None || may_write((PyArrayObject *)out, arrays, call->inputs));
}

PyObject *apply(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct elementwise call;
    PyArrayObject *arrays[MAX_OPERANDS], *out;
    call.inputs = (int)count - 2;
    call.operands = call.inputs + 1;
    if (call.inputs < 1 || call.operands > MAX_OPERANDS || !is_ours(arguments, &call, arrays))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    if (arguments[1] != Py_None)
        out = (PyArrayObject *)Py_NewRef(arguments[1]);
    else /* a step of 0 says nothing about an order to keep */
        out = (PyArrayObject *)PyArray_NewLikeArray(arrays[0], is_broadcast(arrays[0]) ? NPY_CORDER : NPY_KEEPORDER, NULL, 0);
    if (out == NULL)
        return NULL;
    arrays[call.inputs] = out;
    describe(&call, arrays);
    Py_BEGIN_ALLOW_THREADS
    run_elementwise(&call);
    Py_END_ALLOW_THREADS
    return (PyObject *)out;
}
