/* What compiled callers get: every row as functions of C, of single numbers and of contiguous arrays with their length,
 * in float32 and float64. Once imported they need neither Python nor its lock, and any thread may call them.
 *
 *   double sigmoid_f64(double x)                                                 one number, one result
 *   void bce_with_logits_grad_and_hess_f64(double, double, double *, double *)   two results
 *   void sigmoid_f64_array(double const *x, double *y, Py_ssize_t n)             as the ufunc: bits, overlap, threads
 *
 * A capsule is named after the type of the function it holds, in Cython's spelling. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/capi.h"

#include "arrays/loops.h"
#include "kernels/dispatch.h"
#include "single/numbers.h"

/* ---- of arrays ---- */

static void compute_array(struct loop *loop, void *const *operands, intptr_t size, Py_ssize_t n)
{
    intptr_t length = n, steps[MAX_OPERANDS] = {size, size, size, size};
    run_loop((char **)operands, &length, steps, loop);
}

#define ARRAYS(inputs, outputs, name, dtype, ...)                                                \
    {                                                                                            \
        static struct loop loop = {                                                                          \
            &active.name[DTYPE_##dtype], &active_for_one.name[DTYPE_##dtype], DTYPE_##dtype, inputs, outputs}; \
        compute_array(&loop, (void *[]){__VA_ARGS__}, sizeof(dtype), n);                         \
    }
#define ARRAYS_1_1(name, dtype)                                                                  \
    static void name##_##dtype##_array(const dtype *x, dtype *y, Py_ssize_t n)                   \
    ARRAYS(1, 1, name, dtype, (void *)x, y)
#define ARRAYS_1_2(name, dtype)                                                                  \
    static void name##_##dtype##_array(const dtype *x, dtype *y1, dtype *y2, Py_ssize_t n)       \
    ARRAYS(1, 2, name, dtype, (void *)x, y1, y2)
#define ARRAYS_2_1(name, dtype)                                                                          \
    static void name##_##dtype##_array(const dtype *x1, const dtype *x2, dtype *y, Py_ssize_t n)         \
    ARRAYS(2, 1, name, dtype, (void *)x1, (void *)x2, y)
#define ARRAYS_2_2(name, dtype)                                                                          \
    static void name##_##dtype##_array(const dtype *x1, const dtype *x2, dtype *y1, dtype *y2, Py_ssize_t n) \
    ARRAYS(2, 2, name, dtype, (void *)x1, (void *)x2, y1, y2)

#define FUNCTION(inputs, outputs, name, ...) \
    ARRAYS_##inputs##_##outputs(name, f32) ARRAYS_##inputs##_##outputs(name, f64)
#include "functions.def"

/* ---- the list ---- */

#define TYPE_1_1(type) type " (" type ")"
#define TYPE_1_2(type) "void (" type ", " type " *, " type " *)"
#define TYPE_2_1(type) type " (" type ", " type ")"
#define TYPE_2_2(type) "void (" type ", " type ", " type " *, " type " *)"
#define ARRAY_TYPE_1_1(type) "void (" type " const *, " type " *, Py_ssize_t)"
#define ARRAY_TYPE_1_2(type) "void (" type " const *, " type " *, " type " *, Py_ssize_t)"
#define ARRAY_TYPE_2_1(type) "void (" type " const *, " type " const *, " type " *, Py_ssize_t)"
#define ARRAY_TYPE_2_2(type) "void (" type " const *, " type " const *, " type " *, " type " *, Py_ssize_t)"

#define ENTRIES(name, dtype, number_type, array_type)                \
    {#name "_" #dtype, number_type, (void *)active_numbers->name##_##dtype}, \
    {#name "_" #dtype "_array", array_type, (void *)name##_##dtype##_array},

/* Takes over the value, and is as the exception has it where that could not be made. */
static int set_item(PyObject *dict, const char *name, PyObject *value)
{
    int status = value == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return status;
}

static int fill(PyObject *capsules, PyObject *signatures)
{
    const struct { const char *name, *signature; void *function; } entries[] = {
#define FUNCTION(inputs, outputs, name, ...)                                                                    \
    ENTRIES(name, f32, TYPE_##inputs##_##outputs("float"), ARRAY_TYPE_##inputs##_##outputs("float"))            \
    ENTRIES(name, f64, TYPE_##inputs##_##outputs("double"), ARRAY_TYPE_##inputs##_##outputs("double"))
#include "functions.def"
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const char *name = entries[i].name, *signature = entries[i].signature;
        if (set_item(capsules, name, PyCapsule_New(entries[i].function, signature, NULL)) < 0
            || set_item(signatures, name, PyUnicode_FromString(signature)) < 0)
            return -1;
    }
    return 0;
}

int add_compiled_functions(PyObject *module)
{
    PyObject *capsules = PyDict_New(), *signatures = PyDict_New();
    int status = capsules == NULL || signatures == NULL ? -1 : fill(capsules, signatures);
    if (status == 0)
        status = PyModule_AddObjectRef(module, "__pyx_capi__", capsules) < 0
                 || PyModule_AddObjectRef(module, "c_signatures", signatures) < 0 ? -1 : 0;
    Py_XDECREF(capsules);
    Py_XDECREF(signatures);
    return status;
}
