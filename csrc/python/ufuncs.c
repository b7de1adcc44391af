/* Turns functions.def into ufuncs: tables of loops for NumPy's own dtypes, a promoter that brings bfloat16 in. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/ufuncs.h"

#include <string.h>

#include "arrays/loops.h"
#include "kernels/dispatch.h"
#include "python/listing.h"
#include "python/loss_docs.h"
#include "python/pair_docs.h"
#include "python/promotion.h"
#include "python/ufunc_docs.h"

_Static_assert(sizeof(npy_intp) == sizeof(intptr_t), "loops.h takes NumPy's npy_intp as intptr_t");

/* In the order in which resolution tries them: float32 first, so that bool and small integers, which cast safely to it, do
 * not end in float16. */
static const char type_numbers[TABLE_DTYPES] = {NPY_FLOAT, NPY_DOUBLE, NPY_HALF, NPY_LONGDOUBLE};

#define FUNCTION(inputs, outputs, name, ...)                                                                     \
    static int bf16_loop_##name(PyArrayMethod_Context *context, char *const *args, const npy_intp *dimensions,   \
                                const npy_intp *steps, NpyAuxData *data)                                         \
    {                                                                                                            \
        (void)context, (void)data;                                                                               \
        static struct loop loop = {&active.name[DTYPE_bf16], DTYPE_bf16, inputs, outputs};                       \
        run_loop((char **)args, dimensions, steps, &loop);                                                       \
        return 0;                                                                                                \
    }
#include "functions.def"

#define CR {0.5, 0, 0}
#define ULP(ulp) {ulp, 0, 0}
#define ULP_FROM(relative_from, ulp, absolute) {ulp, relative_from, absolute}
#define ACCURACY(...) .accuracy = {__VA_ARGS__}
#define SAME_AS(first, second) .same_as = {#first, #second}, .has_same_bits = 1
#define PAIR_OF(first, second) .same_as = {#first, #second}
#define FIRST_SAME_AS(first, second, ...) .same_as = {#first, #second}, .accuracy = {__VA_ARGS__}
#define LIST(...) {__VA_ARGS__}

enum { NUMBER, LABELLED }; /* what the second argument is */

static struct row rows[] = {
#define FUNCTION(inputs_, outputs_, name_, half, single, second_, intervals_, accuracy_, summary_)               \
    {.name = #name_, .summary = summary_, .doc = name_##_doc, .inputs = inputs_, .outputs = outputs_,            \
     .takes_labels = second_, .intervals = LIST intervals_, accuracy_,                                           \
     .bf16_loop = bf16_loop_##name_, .slots = active.name_},
#include "functions.def"
};

#undef CR
#undef ULP
#undef ULP_FROM
#undef ACCURACY
#undef SAME_AS
#undef PAIR_OF
#undef FIRST_SAME_AS
#undef LIST

enum { ROWS = sizeof rows / sizeof *rows };

static struct row *row_of(PyObject *ufunc)
{
    for (int i = 0; i < ROWS; i++)
        if (rows[i].ufunc == ufunc)
            return &rows[i];
    return NULL;
}

kernel *kernel_of(PyObject *ufunc, int inputs, enum dtype dtype)
{
    const struct row *row = row_of(ufunc);
    return row != NULL && row->inputs == inputs && row->outputs == 1 ? row->slots[dtype] : NULL;
}

/* ---- the promoter ---- */

static int register_bf16(const struct row *row, PyObject *ufunc, PyArray_DTypeMeta *bf16)
{
    PyArray_DTypeMeta *dtypes[MAX_OPERANDS] = {bf16, bf16, bf16, bf16};
    PyType_Slot slots[] = {{NPY_METH_strided_loop, (void *)row->bf16_loop}, {0, NULL}};
    PyArrayMethod_Spec spec = {
        .name = row->name,
        .nin = row->inputs,
        .nout = row->outputs,
        .casting = NPY_NO_CASTING,
        .flags = NPY_METH_NO_FLOATINGPOINT_ERRORS,
        .dtypes = dtypes,
        .slots = slots,
    };
    return PyUFunc_AddLoopFromSpec(ufunc, &spec);
}

/* Gives one ufunc its bfloat16 loop, once. The list of a ufunc's loops has no lock of its own: it may grow while the ufunc
 * is made, which nobody else has yet, and in its promoter, around which NumPy holds the lock under which others read that
 * list. Those of other ufuncs may be read at that moment, where there is no GIL. */
static int bring_in_bf16(struct row *row, PyObject *ufunc, PyArray_DTypeMeta *bf16)
{
    if (!row->has_bf16 && register_bf16(row, ufunc, bf16) < 0)
        return -1;
    row->has_bf16 = 1;
    return 0;
}

static int promote(PyObject *ufunc, PyArray_DTypeMeta *const given[], PyArray_DTypeMeta *const signature[],
                   PyArray_DTypeMeta *resolved[])
{
    struct row *row = row_of(ufunc);
    PyArray_DTypeMeta *common = common_dtype(row, given, signature);
    if (PyErr_Occurred())
        return -1;
    if (common != NULL && is_bf16(common) && bring_in_bf16(row, ufunc, common) < 0)
        return -1;
    for (int k = 0; k < row->inputs + row->outputs; k++) {
        resolved[k] = common != NULL ? common : given[k];
        Py_XINCREF((PyObject *)resolved[k]);
    }
    return 0;
}

/* A tuple of None for every operand: whatever has no loop of its own comes to the promoter. */
static int add_promoter(PyObject *ufunc, int operands)
{
    PyObject *capsule = NULL, *any = PyTuple_New(operands);
    int status = -1;
    if (any == NULL)
        return -1;
    for (int k = 0; k < operands; k++)
        PyTuple_SetItem(any, k, Py_NewRef(Py_None));
    capsule = PyCapsule_New((void *)promote, "numpy._ufunc_promoter", NULL);
    if (capsule != NULL)
        status = PyUFunc_AddPromoter(ufunc, any, capsule);
    Py_XDECREF(capsule);
    Py_DECREF(any);
    return status;
}

/* ---- the objects ---- */

/* Names the public home for pickle, help and repr; NumPy older than 2.2 has no room for it. */
static int set_module(PyObject *ufunc, const char *name)
{
    PyObject *module = PyUnicode_FromString("pysigmoid"), *qualified = PyUnicode_FromString(name);
    int status = -1;
    if (module != NULL && qualified != NULL)
        status = PyObject_SetAttrString(ufunc, "__module__", module) < 0
                 || PyObject_SetAttrString(ufunc, "__qualname__", qualified) < 0 ? -1 : 0;
    if (status < 0 && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        status = 0;
    }
    Py_XDECREF(module);
    Py_XDECREF(qualified);
    return status;
}

/* NumPy does not ask the promoter for a call whose dtypes are all given, so the first call may say dtype=bfloat16 only of
 * a ufunc that was made with that loop. */
static PyObject *make_ufunc(struct row *row, PyArray_DTypeMeta *bf16)
{
    static PyUFuncGenericFunction run_loops[TABLE_DTYPES] = {run_loop, run_loop, run_loop, run_loop};
    int operands = row->inputs + row->outputs;
    for (int dtype = 0; dtype < TABLE_DTYPES; dtype++) {
        memset(row->types + dtype * operands, type_numbers[dtype], (size_t)operands);
        row->loops[dtype] = (struct loop){&row->slots[dtype], (enum dtype)dtype, row->inputs, row->outputs};
        row->data[dtype] = &row->loops[dtype];
    }
    if (row->help == NULL)
        row->help = row_as_help(row);
    const char *help = row->help == NULL ? NULL : PyUnicode_AsUTF8AndSize(row->help, NULL);
    if (help == NULL)
        return NULL;
    PyObject *ufunc = PyUFunc_FromFuncAndData(run_loops, row->data, row->types, TABLE_DTYPES, row->inputs, row->outputs,
                                              PyUFunc_None, row->name, help, 0);
    if (ufunc == NULL || add_promoter(ufunc, operands) < 0 || set_module(ufunc, row->name) < 0
        || (bf16 != NULL && bring_in_bf16(row, ufunc, bf16) < 0))
        Py_CLEAR(ufunc);
    return ufunc;
}

static int add_row(PyObject *module, PyObject *functions, int i, PyArray_DTypeMeta *bf16)
{
    struct row *row = &rows[i];
    if (row->ufunc == NULL)
        row->ufunc = make_ufunc(row, bf16);
    if (row->ufunc == NULL || PyModule_AddObjectRef(module, row->name, row->ufunc) < 0)
        return -1;
    PyObject *entry = row_as_dict(row);
    if (entry == NULL)
        return -1;
    PyTuple_SetItem(functions, i, entry);
    return 0;
}

int add_ufuncs(PyObject *module)
{
    PyArray_Descr *bf16;
    if (find_bf16(&bf16) < 0)
        return -1;
    PyObject *functions = PyTuple_New(ROWS);
    int status = functions == NULL ? -1 : 0;
    for (int i = 0; i < ROWS && status == 0; i++)
        status = add_row(module, functions, i, bf16 == NULL ? NULL : dtype_of(bf16));
    if (status == 0)
        status = PyModule_AddObjectRef(module, "functions", functions);
    Py_XDECREF(functions);
    Py_XDECREF((PyObject *)bf16);
    return status;
}
