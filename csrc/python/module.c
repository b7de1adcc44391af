/* The module pysigmoid._core: initialization, and what Python sees of the instruction sets and the threads. */
#include "python/numpy_api.h"

#include "kernels/dispatch.h"
#include "python/apply.h"
#include "python/capi.h"
#include "python/first_outside.h"
#include "python/loss_call.h"
#include "python/plain.h"
#include "python/totals_call.h"
#include "python/ufuncs.h"
#include "single/numbers.h"
#include "threads/pool.h"

#include <stdlib.h>

/* The i-th name of a list, NULL past its end, and whether this machine has what it names. */
typedef const char *lister(int i, int *present);

static int append_name(PyObject *list, const char *name)
{
    PyObject *item = PyUnicode_FromString(name);
    int status = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return status;
}

/* A tuple of the names listed, all of them or those this machine has. */
static PyObject *names_of(lister *name_at, int only_present)
{
    PyObject *tuple = NULL, *list = PyList_New(0);
    const char *name;
    int present;
    if (list == NULL)
        return NULL;
    for (int i = 0; (name = name_at(i, &present)) != NULL; i++)
        if ((present || !only_present) && append_name(list, name) < 0)
            goto done;
    tuple = PyList_AsTuple(list);
done:
    Py_DECREF(list);
    return tuple;
}

/* An ImportError of the package itself, which `python -m pysigmoid` reports in one line. */
static void raise_unknown_isa(const char *wanted)
{
    PyObject *message = NULL, *package = PyUnicode_FromString("pysigmoid"), *names = names_of(known_isa, 0);
    if (names != NULL)
        message = PyUnicode_FromFormat("environment variable PYSIGMOID_ISA is '%s', which is no instruction set known here; "
                                       "choose one of %R, or unset it to take the best this CPU has",
                                       wanted, names);
    if (message != NULL && package != NULL)
        PyErr_SetImportError(message, package, NULL);
    Py_XDECREF(message);
    Py_XDECREF(package);
    Py_XDECREF(names);
}

/* Takes the message. The warning points at the line that imports the package, which lies beneath the import's frames. */
static int warn_importer(PyObject *message)
{
    PyObject *module = PyImport_ImportModule("pysigmoid._warnings"), *done = NULL;
    if (module != NULL && message != NULL)
        done = PyObject_CallMethod(module, "warn_importer", "O", message);
    Py_XDECREF(module);
    Py_XDECREF(message);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int choose_isa_from_environment(void)
{
    const char *wanted = getenv("PYSIGMOID_ISA");
    switch (choose_isa(wanted)) {
    case ISA_UNKNOWN:
        raise_unknown_isa(wanted);
        return -1;
    case ISA_UNAVAILABLE:
        return warn_importer(PyUnicode_FromFormat("environment variable PYSIGMOID_ISA is '%s', which this CPU does not run; "
                                                  "taking '%s', which gives the same bits",
                                                  wanted, active_isa()));
    case ISA_KEPT:
        return warn_importer(PyUnicode_FromFormat("environment variable PYSIGMOID_ISA is '%s', but this process took '%s' "
                                                  "when it first imported pysigmoid, and keeps it; the bits are the same",
                                                  wanted, active_isa()));
    default:
        return 0;
    }
}

static int add_names(PyObject *module, const char *attribute, lister *name_at)
{
    PyObject *names = names_of(name_at, 1);
    int status = names == NULL ? -1 : PyModule_AddObjectRef(module, attribute, names);
    Py_XDECREF(names);
    return status;
}

/* The limited API serves every Python from 3.11 on by one file; setup.py decides. */
#ifdef Py_LIMITED_API
#define API "abi3"
#else
#define API "full"
#endif

#if defined(__clang__) || !defined(__GNUC__)
#define COMPILER __VERSION__
#else
#define COMPILER "GCC " __VERSION__
#endif

#ifndef PYSIGMOID_FLAGS /* which setup.py says */
#define PYSIGMOID_FLAGS "unknown"
#endif

static int add_build(PyObject *module)
{
    PyObject *build = Py_BuildValue("{ssssss}", "api", API, "compiler", COMPILER, "flags", PYSIGMOID_FLAGS);
    int status = build == NULL ? -1 : PyModule_AddObjectRef(module, "build", build);
    Py_XDECREF(build);
    return status;
}

static int execute(PyObject *module)
{
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0)
        return -1;
    if (choose_isa_from_environment() < 0)
        return -1;
    choose_numbers();
    if (PyModule_AddStringConstant(module, "isa", active_isa()) < 0
        || add_names(module, "isa_available", known_isa) < 0 || add_names(module, "cpu_features", cpu_feature) < 0
        || add_build(module) < 0 || PyModule_AddIntConstant(module, "most_threads", MOST_THREADS) < 0
        || PyModule_AddIntConstant(module, "total_words", TOTAL_WORDS) < 0)
        return -1;
    return add_ufuncs(module) < 0 ? -1 : add_compiled_functions(module);
}

/* ---- threads: pysigmoid/threads.py checks what it hands over ---- */

static PyObject *set_count(PyObject *argument, void (*set)(int))
{
    long count = PyLong_AsLong(argument);
    if (count == -1 && PyErr_Occurred())
        return NULL;
    set((int)count);
    Py_RETURN_NONE;
}

static PyObject *py_process_threads(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(process_threads());
}

static PyObject *py_set_process_threads(PyObject *Py_UNUSED(module), PyObject *count)
{
    return set_count(count, set_process_threads);
}

static PyObject *py_own_threads(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(own_threads());
}

static PyObject *py_set_own_threads(PyObject *Py_UNUSED(module), PyObject *count)
{
    return set_count(count, set_own_threads);
}

static PyObject *py_pool_workers(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(pool_workers());
}

/* What threadpoolctl looks for in the loaded file, hence visible. Limits of others may be out of our range. */
#if defined(__GNUC__)
#define VISIBLE __attribute__((visibility("default")))
#else
#define VISIBLE
#endif

VISIBLE int pysigmoid_get_num_threads(void);
VISIBLE void pysigmoid_set_num_threads(int count);
#undef VISIBLE

int pysigmoid_get_num_threads(void)
{
    return process_threads();
}

void pysigmoid_set_num_threads(int count)
{
    set_process_threads(count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : count);
}

static PyMethodDef methods[] = {
    {"process_threads", py_process_threads, METH_NOARGS, "How many threads a call may use, its caller among them."},
    {"set_process_threads", py_set_process_threads, METH_O, "Set how many threads a call may use."},
    {"own_threads", py_own_threads, METH_NOARGS, "The number for calls of this thread; 0: that of the process."},
    {"set_own_threads", py_set_own_threads, METH_O, "Set the number for calls of this thread."},
    {"are_plain", (PyCFunction)(void (*)(void))are_plain, METH_FASTCALL, are_plain_doc},
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL, apply_doc},
    {"loss", (PyCFunction)(void (*)(void))loss_call, METH_FASTCALL, loss_call_doc},
    {"loss_totals", (PyCFunction)(void (*)(void))loss_totals, METH_FASTCALL, loss_totals_doc},
    {"merge_totals", (PyCFunction)(void (*)(void))merge_totals_call, METH_FASTCALL, merge_totals_doc},
    {"values_of_totals", (PyCFunction)(void (*)(void))values_of_totals, METH_FASTCALL, values_of_totals_doc},
    {"first_outside", (PyCFunction)(void (*)(void))first_outside, METH_FASTCALL, first_outside_doc},
    {"pool_workers", py_pool_workers, METH_NOARGS, "Threads of the pool that exist, beside the callers."},
    {NULL, NULL, 0, NULL},
};

/* Numbers of the stable ABI; the limited API of 3.11 hides the names of what came later. */
#ifndef Py_mod_multiple_interpreters
#define Py_mod_multiple_interpreters 3
#define Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED ((void *)0)
#endif
#ifndef Py_mod_gil
#define Py_mod_gil 4
#define Py_MOD_GIL_NOT_USED ((void *)1)
#endif

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)execute},
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

/* Ends the list before what the Python that loads this file, not that of the headers, would not know. */
static void leave_out_unknown_slots(void)
{
    if (Py_Version < 0x030c0000)
        slots[1] = (PyModuleDef_Slot){0, NULL};
    else if (Py_Version < 0x030d0000)
        slots[2] = (PyModuleDef_Slot){0, NULL};
}

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pysigmoid._core",
    .m_doc = "The ufuncs of pysigmoid, the list of them with their accuracy, and the instruction sets.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    leave_out_unknown_slots();
    return PyModuleDef_Init(&definition);
}
