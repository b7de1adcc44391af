/* Turns functions.def into ufuncs: tables for NumPy's own dtypes, a promoter that brings bfloat16 in. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/ufuncs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/dispatch.h"
#include "arrays/loops.h"
#include "python/ufunc_docs.h"

_Static_assert(sizeof(npy_intp) == sizeof(intptr_t), "loops.h takes NumPy's npy_intp as intptr_t");

/* NumPy's own dtypes, in the order in which resolution tries them: float32 first, so that bool and small integers, which
 * cast safely to it, do not end in float16. */
static const char type_numbers[] = {NPY_FLOAT, NPY_DOUBLE, NPY_HALF, NPY_LONGDOUBLE};
enum { TABLE_DTYPES = sizeof type_numbers };
_Static_assert((int)DTYPE_bf16 == (int)TABLE_DTYPES, "the dtypes of the tables come first in kernels.h");

struct bound { double ulp, relative_from, absolute; };

/* Half types, float32, float64, longdouble. */
enum { BOUNDS = 4 };

struct row {
    const char *name, *summary, *doc;
    int inputs, outputs;
    int takes_labels;
    double intervals[2][2];
    struct bound accuracy[BOUNDS]; /* all zero where the outputs keep those of other rows */
    const char *same_as[2];
    PyArrayMethod_StridedLoop *bf16_loop;
    kernel **slots; /* one per dtype, in `active` */
};

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
#define SAME_AS(first, second) .same_as = {#first, #second}
#define LIST(...) {__VA_ARGS__}
#define NUMBER 0
#define LABELLED 1

static const struct row rows[] = {
#define FUNCTION(inputs_, outputs_, name_, half, single, second_, intervals_, accuracy_, summary_)               \
    {.name = #name_, .summary = summary_, .doc = doc_##name_, .inputs = inputs_, .outputs = outputs_,            \
     .takes_labels = second_, .intervals = LIST intervals_, accuracy_,                                           \
     .bf16_loop = bf16_loop_##name_, .slots = active.name_},
#include "functions.def"
};

#undef CR
#undef ULP
#undef ULP_FROM
#undef ACCURACY
#undef SAME_AS
#undef LIST
#undef NUMBER
#undef LABELLED

enum { ROWS = sizeof rows / sizeof *rows };

/* The ufuncs live as long as the process: NumPy keeps pointers into their tables, and an import that is repeated gets the
 * same objects again. */
static struct made {
    PyObject *ufunc;
    int has_bf16;
    char *doc;
    char types[TABLE_DTYPES * MAX_OPERANDS];
    struct loop loops[TABLE_DTYPES];
    void *data[TABLE_DTYPES]; /* what NumPy hands to run_loop: the loops */
} made[ROWS];

/* ---- bfloat16 and mixed dtypes: the promoter ---- */

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

/* ml_dtypes is recognized by name, never imported. No, with an error set, where there is no memory to tell. */
int is_bf16(const PyArray_DTypeMeta *dtype)
{
    PyObject *scalar = dtype == NULL ? NULL : (PyObject *)dtype->scalar_type;
    return scalar != NULL && !PyErr_Occurred() && attribute_is(scalar, "__name__", "bfloat16")
           && attribute_is(scalar, "__module__", "ml_dtypes");
}

static int is_half(const PyArray_DTypeMeta *dtype)
{
    return dtype->type_num == NPY_HALF;
}

static int is_our_float(const PyArray_DTypeMeta *dtype)
{
    int number = dtype->type_num;
    return number == NPY_HALF || number == NPY_FLOAT || number == NPY_DOUBLE || number == NPY_LONGDOUBLE || is_bf16(dtype);
}

/* Every value is a float16 and a bfloat16. */
static int is_narrow_integer(const PyArray_DTypeMeta *dtype)
{
    int number = dtype->type_num;
    return number == NPY_BOOL || number == NPY_BYTE || number == NPY_UBYTE;
}

static int is_bool_or_integer(const PyArray_DTypeMeta *dtype)
{
    int number = dtype->type_num;
    return number == NPY_BOOL || PyTypeNum_ISINTEGER(number) || dtype == &PyArray_PyLongDType;
}

int is_number(const PyArray_DTypeMeta *dtype)
{
    return is_bool_or_integer(dtype) || is_our_float(dtype);
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

/* The dtype in which all operands are worked where NumPy's table alone would choose another or none; NULL to leave it to
 * the table. */
static PyArray_DTypeMeta *common_dtype(const struct row *row, PyArray_DTypeMeta *const inputs[])
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
static int bring_in_bf16(int i, PyObject *ufunc, PyArray_DTypeMeta *bf16)
{
    if (!made[i].has_bf16 && register_bf16(&rows[i], ufunc, bf16) < 0)
        return -1;
    made[i].has_bf16 = 1;
    return 0;
}

/* Sets `*descriptor` to that of bfloat16 where ml_dtypes is loaded already and has it, else to NULL. */
static int find_bf16(PyArray_Descr **descriptor)
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

static int agrees_with_signature(PyArray_DTypeMeta *dtype, PyArray_DTypeMeta *const signature[], int operands)
{
    for (int k = 0; k < operands; k++)
        if (signature[k] != NULL && signature[k] != dtype)
            return 0;
    return 1;
}

static int promote(PyObject *ufunc, PyArray_DTypeMeta *const given[], PyArray_DTypeMeta *const signature[],
                   PyArray_DTypeMeta *resolved[])
{
    int i = 0;
    while (made[i].ufunc != ufunc)
        i++;
    const struct row *row = &rows[i];
    int operands = row->inputs + row->outputs;
    PyArray_DTypeMeta *common = common_dtype(row, given);
    if (PyErr_Occurred())
        return -1;
    if (common != NULL && !agrees_with_signature(common, signature, operands))
        common = NULL;
    if (common != NULL && is_bf16(common) && bring_in_bf16(i, ufunc, common) < 0)
        return -1;
    for (int k = 0; k < operands; k++) {
        resolved[k] = common != NULL ? common : given[k];
        Py_XINCREF(resolved[k]);
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
        PyTuple_SET_ITEM(any, k, Py_NewRef(Py_None));
    capsule = PyCapsule_New((void *)promote, "numpy._ufunc_promoter", NULL);
    if (capsule != NULL)
        status = PyUFunc_AddPromoter(ufunc, any, capsule);
    Py_XDECREF(capsule);
    Py_DECREF(any);
    return status;
}

kernel *kernel_of(PyObject *ufunc, int inputs, enum dtype dtype)
{
    for (int i = 0; i < ROWS; i++)
        if (made[i].ufunc == ufunc)
            return rows[i].inputs == inputs && rows[i].outputs == 1 ? rows[i].slots[dtype] : NULL;
    return NULL;
}

/* ---- docstrings ---- */

static const char *const bound_labels[BOUNDS] = {"float16, bfloat16", "float32", "float64", "longdouble"};

static int describe_bound(char *text, size_t size, const char *label, struct bound bound)
{
    if (bound.ulp == 0.5)
        return snprintf(text, size, "- %s: correctly rounded\n", label);
    if (bound.relative_from == 0)
        return snprintf(text, size, "- %s: within %.7g ULP\n", label, bound.ulp);
    return snprintf(text, size, "- %s: within %.7g ULP; below 2**%d M, where terms cancel, 0.5 ULP + 2**%d M\n", label,
                    bound.ulp, (int)log2(bound.relative_from), (int)log2(bound.absolute));
}

static void describe_accuracy(char *text, size_t size, const struct row *row)
{
    if (row->same_as[0] != NULL) {
        snprintf(text, size, "Accuracy: the outputs equal those of `%s` and `%s`, bit for bit.\n", row->same_as[0],
                 row->same_as[1]);
        return;
    }
    int length = snprintf(text, size, "Accuracy, for every input:\n\n");
    for (int k = 0; k < BOUNDS; k++)
        length += describe_bound(text + length, size - (size_t)length, bound_labels[k], row->accuracy[k]);
}

/* The literal of python/ufunc_docs.h with the row's bounds in place of its line {accuracy}. */
static char *make_doc(const struct row *row)
{
    static const char placeholder[] = "{accuracy}\n";
    char accuracy[1024];
    describe_accuracy(accuracy, sizeof accuracy, row);
    const char *mark = strstr(row->doc, placeholder);
    if (mark == NULL) {
        PyErr_Format(PyExc_SystemError, "the docstring of %s has no line {accuracy}", row->name);
        return NULL;
    }
    size_t size = strlen(row->doc) + strlen(accuracy) + 1;
    char *doc = PyMem_RawMalloc(size);
    if (doc == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    snprintf(doc, size, "%.*s%s%s", (int)(mark - row->doc), row->doc, accuracy, mark + strlen(placeholder));
    return doc;
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
static PyObject *make_ufunc(int i, PyArray_DTypeMeta *bf16)
{
    static PyUFuncGenericFunction run_loops[TABLE_DTYPES] = {run_loop, run_loop, run_loop, run_loop};
    const struct row *row = &rows[i];
    struct made *one = &made[i];
    int operands = row->inputs + row->outputs;
    for (int dtype = 0; dtype < TABLE_DTYPES; dtype++) {
        memset(one->types + dtype * operands, type_numbers[dtype], (size_t)operands);
        one->loops[dtype] = (struct loop){&row->slots[dtype], (enum dtype)dtype, row->inputs, row->outputs};
        one->data[dtype] = &one->loops[dtype];
    }
    one->doc = make_doc(row);
    if (one->doc == NULL)
        return NULL;
    PyObject *ufunc = PyUFunc_FromFuncAndData(run_loops, one->data, one->types, TABLE_DTYPES, row->inputs,
                                              row->outputs, PyUFunc_None, row->name, one->doc, 0);
    if (ufunc == NULL || add_promoter(ufunc, operands) < 0 || set_module(ufunc, row->name) < 0
        || (bf16 != NULL && bring_in_bf16(i, ufunc, bf16) < 0))
        Py_CLEAR(ufunc);
    return ufunc;
}

static PyObject *bound_as_dict(struct bound bound)
{
    return Py_BuildValue("{sdsdsdsO}", "ulp", bound.ulp, "relative_from", bound.relative_from, "absolute", bound.absolute,
                         "correctly_rounded", bound.ulp == 0.5 ? Py_True : Py_False);
}

static PyObject *accuracy_as_dict(const struct row *row)
{
    static const struct { const char *dtype; int bound; } bounds[] = {
        {"float16", 0}, {"bfloat16", 0}, {"float32", 1}, {"float64", 2}, {"longdouble", 3}};
    if (row->same_as[0] != NULL)
        return Py_NewRef(Py_None);
    PyObject *accuracy = PyDict_New();
    for (size_t k = 0; accuracy != NULL && k < sizeof bounds / sizeof *bounds; k++) {
        PyObject *bound = bound_as_dict(row->accuracy[bounds[k].bound]);
        if (bound == NULL || PyDict_SetItemString(accuracy, bounds[k].dtype, bound) < 0)
            Py_CLEAR(accuracy);
        Py_XDECREF(bound);
    }
    return accuracy;
}

static PyObject *outputs_as_tuple(const struct row *row)
{
    if (row->same_as[0] != NULL)
        return Py_BuildValue("(ss)", row->same_as[0], row->same_as[1]);
    return Py_BuildValue("(s)", row->name);
}

static PyObject *intervals_as_tuple(const struct row *row)
{
    const double (*of)[2] = row->intervals;
    if (row->inputs == 1)
        return Py_BuildValue("((dd))", of[0][0], of[0][1]);
    return Py_BuildValue("((dd)(dd))", of[0][0], of[0][1], of[1][0], of[1][1]);
}

static PyObject *row_as_dict(const struct row *row)
{
    PyObject *intervals = intervals_as_tuple(row), *outputs = outputs_as_tuple(row), *accuracy = accuracy_as_dict(row);
    PyObject *dict = NULL;
    if (intervals != NULL && outputs != NULL && accuracy != NULL)
        dict = Py_BuildValue("{sssisisssOsOsOsO}", "name", row->name, "nin", row->inputs, "nout", row->outputs, "summary",
                             row->summary, "labelled", row->takes_labels ? Py_True : Py_False, "intervals", intervals,
                             "outputs", outputs, "accuracy", accuracy);
    Py_XDECREF(intervals);
    Py_XDECREF(outputs);
    Py_XDECREF(accuracy);
    return dict;
}

static int add_row(PyObject *module, PyObject *functions, int i, PyArray_DTypeMeta *bf16)
{
    if (made[i].ufunc == NULL)
        made[i].ufunc = make_ufunc(i, bf16);
    if (made[i].ufunc == NULL || PyModule_AddObjectRef(module, rows[i].name, made[i].ufunc) < 0)
        return -1;
    PyObject *row = row_as_dict(&rows[i]);
    if (row == NULL)
        return -1;
    PyTuple_SET_ITEM(functions, i, row);
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
        status = add_row(module, functions, i, bf16 == NULL ? NULL : NPY_DTYPE(bf16));
    if (status == 0)
        status = PyModule_AddObjectRef(module, "functions", functions);
    Py_XDECREF(functions);
    Py_XDECREF(bf16);
    return status;
}
