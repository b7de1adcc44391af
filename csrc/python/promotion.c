/* The dtype a call is worked in: bfloat16, halves beside narrow integers, labels beside logits. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/promotion.h"

/* No where there is no such attribute; with an error set where there is no memory to tell. */
static int attribute_is(PyObject *object, const char *attribute, const char *expected)
{
    PyObject *value = PyObject_GetAttrString(object, attribute);
    int same = value != NULL && PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, expected) == 0;
    Py_XDECREF(value);
    if (value == NULL && !PyErr_ExceptionMatches(PyExc_MemoryError))
        PyErr_Clear();
    return same;
}

/* ml_dtypes is recognized by name, never imported. */
int is_bf16(const PyArray_DTypeMeta *dtype)
{
    PyObject *scalar = dtype == NULL || PyErr_Occurred() ? NULL : PyObject_GetAttrString((PyObject *)dtype, "type");
    int same = scalar != NULL && attribute_is(scalar, "__name__", "bfloat16") && !PyErr_Occurred()
               && attribute_is(scalar, "__module__", "ml_dtypes");
    Py_XDECREF(scalar);
    return same;
}

int find_bf16(PyArray_Descr **descriptor)
{
    PyObject *name = PyUnicode_FromString("ml_dtypes"), *ml_dtypes = NULL, *scalar = NULL;
    *descriptor = NULL;
    if (name == NULL)
        return -1;
    ml_dtypes = PyImport_GetModule(name);
    if (ml_dtypes != NULL)
        scalar = PyObject_GetAttrString(ml_dtypes, "bfloat16");
    if (scalar == NULL || PyArray_DescrConverter(scalar, descriptor) != NPY_SUCCEED)
        PyErr_Clear();
    Py_XDECREF(scalar);
    Py_XDECREF(ml_dtypes);
    Py_DECREF(name);
    return 0;
}

/* The fields of a DType are no part of the limited API, hence dtypes are told by their addresses. */
static int is_half(const PyArray_DTypeMeta *dtype)
{
    return dtype == &PyArray_HalfDType;
}

static int is_our_float(const PyArray_DTypeMeta *dtype)
{
    return is_half(dtype) || dtype == &PyArray_FloatDType || dtype == &PyArray_DoubleDType
           || dtype == &PyArray_LongDoubleDType || is_bf16(dtype);
}

/* Every value is a float16 and a bfloat16. */
static int is_narrow_integer(const PyArray_DTypeMeta *dtype)
{
    return dtype == &PyArray_BoolDType || dtype == &PyArray_ByteDType || dtype == &PyArray_UByteDType;
}

static int is_bool_or_integer(const PyArray_DTypeMeta *dtype)
{
    const PyArray_DTypeMeta *wide[] = {
        &PyArray_ShortDType, &PyArray_UShortDType, &PyArray_IntDType, &PyArray_UIntDType, &PyArray_LongDType,
        &PyArray_ULongDType, &PyArray_LongLongDType, &PyArray_ULongLongDType, &PyArray_PyLongDType,
    };
    for (size_t k = 0; k < sizeof wide / sizeof *wide; k++)
        if (dtype == wide[k])
            return 1;
    return is_narrow_integer(dtype);
}

static int is_python_number(const PyArray_DTypeMeta *dtype)
{
    return dtype == &PyArray_PyLongDType || dtype == &PyArray_PyFloatDType;
}

static int may_stand_beside_bf16(const PyArray_DTypeMeta *dtype)
{
    return is_bf16(dtype) || is_narrow_integer(dtype);
}

static int may_stand_beside_half(const PyArray_DTypeMeta *dtype)
{
    return is_half(dtype) || is_narrow_integer(dtype) || is_python_number(dtype);
}

/* The same by the inputs alone. */
static PyArray_DTypeMeta *wanted_dtype(const struct row *row, PyArray_DTypeMeta *const inputs[])
{
    /* reduce and accumulate hand over no first dtype: it is that of the second. */
    PyArray_DTypeMeta *first = inputs[0] == NULL ? inputs[row->inputs - 1] : inputs[0];
    PyArray_DTypeMeta *last = inputs[row->inputs - 1];
    if (first == NULL || last == NULL)
        return NULL;
    if (is_bf16(first) && may_stand_beside_bf16(last))
        return first;
    if (is_bf16(last) && may_stand_beside_bf16(first))
        return last;
    if (row->inputs > 1 && is_half(first) && may_stand_beside_half(last))
        return first;
    if (row->inputs > 1 && is_half(last) && may_stand_beside_half(first))
        return last;
    if (row->takes_labels && is_our_float(first) && is_bool_or_integer(last))
        return first;
    return NULL;
}

static int agrees_with_signature(PyArray_DTypeMeta *dtype, PyArray_DTypeMeta *const signature[], int operands)
{
    for (int k = 0; k < operands; k++)
        if (signature[k] != NULL && signature[k] != dtype)
            return 0;
    return 1;
}

PyArray_DTypeMeta *common_dtype(const struct row *row, PyArray_DTypeMeta *const inputs[], PyArray_DTypeMeta *const signature[])
{
    PyArray_DTypeMeta *wanted = wanted_dtype(row, inputs);
    return wanted != NULL && agrees_with_signature(wanted, signature, row->inputs + row->outputs) ? wanted : NULL;
}
