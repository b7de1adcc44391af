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
#include "single/numbers.h"

_Static_assert(sizeof(npy_intp) == sizeof(intptr_t), "loops.h takes NumPy's npy_intp as intptr_t");

/* In the order in which resolution tries them: float32 first, so that bool and small integers, which cast safely to it, do
 * not end in float16. */
static const char type_numbers[TABLE_DTYPES] = {NPY_FLOAT, NPY_DOUBLE, NPY_HALF, NPY_LONGDOUBLE};

/* Loops of NumPy's newer kind: kernels leave the floating-point status as it is, which only these can say. Of those in a
 * table NumPy clears and reads it around each call, which is a sixth of the time of a call with a Python float. */
#define LOOP(inputs, outputs, name, dtype)                                                                           \
    static struct loop name##_in_##dtype = {                                                                         \
        &active.name[DTYPE_##dtype], &active_for_one.name[DTYPE_##dtype], DTYPE_##dtype, inputs, outputs};           \
    static int run_##name##_in_##dtype(PyArrayMethod_Context *context, char *const *args, const npy_intp *dimensions, \
                                       const npy_intp *steps, NpyAuxData *data)                                      \
    {                                                                                                                \
        (void)context, (void)data;                                                                                   \
        run_loop((char **)args, dimensions, steps, &name##_in_##dtype);                                              \
        return 0;                                                                                                    \
    }
#define FUNCTION(inputs, outputs, name, ...)                                                                          \
    LOOP(inputs, outputs, name, f32)                                                                                  \
    LOOP(inputs, outputs, name, f64)                                                                                  \
    LOOP(inputs, outputs, name, f16)                                                                                  \
    LOOP(inputs, outputs, name, longdouble)                                                                           \
    LOOP(inputs, outputs, name, bf16)
#include "functions.def"

#define CR {0.5, 0, 0}
#define ULP(ulp) {ulp, 0, 0}
#define ULP_FROM(relative_from, ulp, absolute) {ulp, relative_from, absolute}
#define ACCURACY(...) .accuracy = {__VA_ARGS__}
#define SAME_AS(first, second) .same_as = {#first, #second}, .has_same_bits = 1
#define PAIR_OF(first, second) .same_as = {#first, #second}
#define FIRST_SAME_AS(first, second, ...) .same_as = {#first, #second}, .accuracy = {__VA_ARGS__}
#define LIST(...) {__VA_ARGS__}

#define DTYPE(name, dtype) .run[DTYPE_##dtype] = run_##name##_in_##dtype, .data[DTYPE_##dtype] = &name##_in_##dtype,
#define EACH_DTYPE(name) DTYPE(name, f32) DTYPE(name, f64) DTYPE(name, f16) DTYPE(name, longdouble) DTYPE(name, bf16)

enum { NUMBER, LABELLED }; /* what the second argument is */

static struct row rows[] = {
#define FUNCTION(inputs_, outputs_, name_, half, single, second_, intervals_, accuracy_, summary_)               \
    {.name = #name_, .summary = summary_, .doc = name_##_doc, .inputs = inputs_, .outputs = outputs_,            \
     .takes_labels = second_, .intervals = LIST intervals_, accuracy_,                                           \
     EACH_DTYPE(name_) .slots = active.name_},
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
#undef DTYPE
#undef EACH_DTYPE

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

/* ---- loops ---- */

/* In the byte order of this machine, which kernels know alone. */
static PyArray_Descr *native(PyArray_Descr *given)
{
    return PyDataType_ISNOTSWAPPED(given) ? new_reference(given) : PyArray_DescrNewByteorder(given, NPY_NATIVE);
}

/* As for NumPy's own ufuncs: a result that is not given takes the metadata of the first input's dtype, which NumPy would
 * leave out by default. */
static NPY_CASTING resolve(PyArray_DTypeMeta *const dtypes[], PyArray_Descr *const given[], PyArray_Descr *resolved[],
                           int operands)
{
    for (int k = 0; k < operands; k++) {
        if (given[k] != NULL)
            resolved[k] = native(given[k]);
        else
            resolved[k] = k == 0 ? PyArray_GetDefaultDescr(dtypes[k]) : new_reference(resolved[0]);
        if (resolved[k] != NULL)
            continue;
        while (--k >= 0)
            Py_DECREF((PyObject *)resolved[k]);
        return _NPY_ERROR_OCCURRED_IN_CAST;
    }
    return NPY_NO_CASTING;
}

#define RESOLVE(operands)                                                                                           \
    static NPY_CASTING resolve_##operands(struct PyArrayMethodObject_tag *method, PyArray_DTypeMeta *const *dtypes, \
                                          PyArray_Descr *const *given, PyArray_Descr **resolved, npy_intp *offset)  \
    {                                                                                                               \
        (void)method, (void)offset;                                                                                 \
        return resolve(dtypes, given, resolved, operands);                                                          \
    }
RESOLVE(2)
RESOLVE(3)
RESOLVE(4)
#undef RESOLVE

/* NumPy 2.3, by the number that PyArray_RUNTIME_VERSION has there. Before it a loop that leaves the status alone made
 * reduce and at pass over what casts of their operands report. */
enum { LOOKS_AT_CASTS_BY_THEMSELVES = 0x14 };

static int add_loop(const struct row *row, PyObject *ufunc, PyArray_DTypeMeta *dtype, enum dtype which)
{
    static PyArrayMethod_ResolveDescriptors *const resolvers[] = {[2] = resolve_2, [3] = resolve_3, [4] = resolve_4};
    PyArray_DTypeMeta *dtypes[MAX_OPERANDS] = {dtype, dtype, dtype, dtype};
    PyType_Slot slots[] = {
        {NPY_METH_strided_loop, (void *)row->run[which]},
        {NPY_METH_resolve_descriptors, (void *)resolvers[row->inputs + row->outputs]},
        {0, NULL},
    };
    PyArrayMethod_Spec spec = {
        .name = row->name,
        .nin = row->inputs,
        .nout = row->outputs,
        .casting = NPY_NO_CASTING,
        .flags = PyArray_RUNTIME_VERSION >= LOOKS_AT_CASTS_BY_THEMSELVES ? NPY_METH_NO_FLOATINGPOINT_ERRORS : 0,
        .dtypes = dtypes,
        .slots = slots,
    };
    return PyUFunc_AddLoopFromSpec(ufunc, &spec);
}

/* ---- the promoter ---- */

/* Gives one ufunc its bfloat16 loop, while the ufunc is made or in its promoter, which NumPy asks before it looks for the
 * loop. Another thread may be here at the same time, since NumPy 2.5 without a lock around: NumPy says by a TypeError that
 * the loop is there already, and by nothing else. */
static int bring_in_bf16(const struct row *row, PyObject *ufunc, PyArray_DTypeMeta *bf16)
{
    if (add_loop(row, ufunc, bf16, DTYPE_bf16) == 0)
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear();
    return 0;
}

static int promote(PyObject *ufunc, PyArray_DTypeMeta *const given[], PyArray_DTypeMeta *const signature[],
                   PyArray_DTypeMeta *resolved[])
{
    const struct row *row = row_of(ufunc);
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

/* NumPy reads `types` where no loop is of the inputs' dtypes, to find one that they cast to, and so does polars. Were they
 * counted when the ufunc is made, NumPy would make loops of the older kind of them, for which there is no other remedy;
 * afterwards it takes any that are there, as numba's ufuncs count theirs up. Nobody else has the ufunc yet. */
static int add_table(struct row *row, PyObject *ufunc)
{
    PyArray_DTypeMeta *dtypes[TABLE_DTYPES] = {
        [DTYPE_f32] = &PyArray_FloatDType, [DTYPE_f64] = &PyArray_DoubleDType,
        [DTYPE_f16] = &PyArray_HalfDType, [DTYPE_longdouble] = &PyArray_LongDoubleDType,
    };
    size_t operands = (size_t)(row->inputs + row->outputs);
    for (int dtype = 0; dtype < TABLE_DTYPES; dtype++) {
        memset(row->types + (size_t)dtype * operands, type_numbers[dtype], operands);
        if (add_loop(row, ufunc, dtypes[dtype], (enum dtype)dtype) < 0)
            return -1;
    }
    ((PyUFuncObject *)ufunc)->ntypes = TABLE_DTYPES;
    return 0;
}

/* NumPy does not ask the promoter for a call whose dtypes are all given, so the first call may say dtype=bfloat16 only of
 * a ufunc that was made with that loop. */
static PyObject *make_ufunc(struct row *row, PyArray_DTypeMeta *bf16)
{
    static PyUFuncGenericFunction run_loops[TABLE_DTYPES] = {run_loop, run_loop, run_loop, run_loop};
    if (row->help == NULL)
        row->help = row_as_help(row);
    const char *help = row->help == NULL ? NULL : PyUnicode_AsUTF8AndSize(row->help, NULL);
    if (help == NULL)
        return NULL;
    PyObject *ufunc = PyUFunc_FromFuncAndData(run_loops, row->data, row->types, 0, row->inputs, row->outputs, PyUFunc_None,
                                              row->name, help, 0);
    if (ufunc == NULL || add_table(row, ufunc) < 0 || add_promoter(ufunc, row->inputs + row->outputs) < 0
        || set_module(ufunc, row->name) < 0 || (bf16 != NULL && bring_in_bf16(row, ufunc, bf16) < 0))
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
