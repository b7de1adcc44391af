/* A look at the arguments of a short call: in Python it would take longer than the call itself. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/plain.h"

#include "python/describe.h"

const char are_plain_doc[] =
    "are_plain(input, target=None, /, *factors)\n--\n\n"
    "Whether these are exact arrays of bool, integers or floats: target of input's shape, each factor of that shape or of\n"
    "no axes. None stands for one that is not given, and is plain.";

static int holds_numbers(PyObject *object)
{
    enum number number;
    return PyArray_CheckExact(object) && find_number(PyArray_DESCR((PyArrayObject *)object), &number);
}

static int is_plain_beside(PyObject *object, PyArrayObject *input, int may_have_no_axes)
{
    PyArrayObject *array = (PyArrayObject *)object;
    return object == Py_None
           || (holds_numbers(object)
               && (PyArray_SAMESHAPE(array, input) || (may_have_no_axes && PyArray_NDIM(array) == 0)));
}

PyObject *are_plain(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    int plain = count > 0 && holds_numbers(arguments[0]);
    for (Py_ssize_t k = 1; k < count && plain; k++)
        plain = is_plain_beside(arguments[k], (PyArrayObject *)arguments[0], k > 1);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(plain);
}
