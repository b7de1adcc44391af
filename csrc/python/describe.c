/* Copies what the layers below need to know of an array; its numbers stay where they are. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/describe.h"

#include "python/promotion.h"

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

int find_number(PyArray_Descr *descriptor, enum number *number)
{
    switch (descriptor->type_num) {
    case NPY_BOOL: *number = NUMBER_boolean; return 1;
    case NPY_HALF: *number = NUMBER_f16; return 1;
    case NPY_FLOAT: *number = NUMBER_f32; return 1;
    case NPY_DOUBLE: *number = NUMBER_f64; return 1;
    case NPY_LONGDOUBLE: *number = NUMBER_longdouble; return 1;
    default: break;
    }
    if (PyTypeNum_ISINTEGER(descriptor->type_num)) {
        *number = integer_of(descriptor);
        return 1;
    }
    *number = NUMBER_bf16;
    return is_bf16(dtype_of(descriptor));
}

int describe_number(PyArray_Descr *descriptor, enum number *number)
{
    if (find_number(descriptor, number))
        return 0;
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "a loss takes no numbers of dtype %R", descriptor);
    return -1;
}

void describe_axes(PyArrayObject *array, struct axes *axes, axis_steps steps)
{
    axes->count = PyArray_NDIM(array);
    for (int axis = 0; axis < axes->count; axis++) {
        axes->length[axis] = PyArray_DIM(array, axis);
        steps[axis] = PyArray_STRIDE(array, axis);
    }
}

int describe_operand(PyArrayObject *array, const int order[], int axes, struct operand *operand)
{
    operand->data = NULL;
    if (array == NULL)
        return 0;
    operand->data = PyArray_BYTES(array);
    operand->swapped = PyArray_ISBYTESWAPPED(array);
    for (int k = 0; k < axes; k++)
        operand->steps[k] = PyArray_NDIM(array) >= axes ? PyArray_STRIDE(array, order[k]) : 0;
    return describe_number(PyArray_DESCR(array), &operand->number);
}
