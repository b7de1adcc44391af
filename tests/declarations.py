"""python -m tests.declarations writes the declarations for compiled callers, from `pysigmoid.capi.signatures`.

They are pysigmoid/capi.pxd for Cython and pysigmoid/include/pysigmoid.h for C and C++.
"""

from proof.build import ROOT
from pysigmoid import capi

PACKAGE = ROOT / "pysigmoid"

HEADER = """\
/* The functions of pysigmoid for C and C++. Written by `python -m tests.declarations`.
 *
 *     #include <Python.h>
 *     #include "pysigmoid.h"
 *
 *     static struct pysigmoid functions;
 *
 *     if (pysigmoid_import(&functions) < 0)   once, with the GIL, such as where your module is made;
 *         return NULL;                        an exception is set
 *     y = functions.sigmoid_f64(x);           anywhere, on any thread
 *     functions.sigmoid_f64_array(xs, ys, n);
 *
 * _f64 are double, _f32 float. The arguments come first, then, through pointers, the results. Arrays are contiguous, of
 * n numbers; results may overwrite arguments. Bits are those of the ufuncs of these names. */
#ifndef PYSIGMOID_H
#define PYSIGMOID_H

#include <Python.h>

#include <stddef.h>
#include <string.h>

struct pysigmoid {
@members
};

/* Fills all of `functions`; -1, with an exception, where the pysigmoid that is there lacks one or has another type. */
static inline int pysigmoid_import(struct pysigmoid *functions)
{
    static const struct { const char *name, *type; size_t offset; } wanted[] = {
@rows
    };
    PyObject *module = PyImport_ImportModule("pysigmoid.capi");
    PyObject *capsules = module == NULL ? NULL : PyObject_GetAttrString(module, "__pyx_capi__");
    int status = capsules == NULL ? -1 : 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && status == 0; i++) {
        PyObject *capsule = PyMapping_GetItemString(capsules, wanted[i].name);
        void *function = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, wanted[i].type);
        if (function == NULL)
            status = -1;
        else
            memcpy((char *)functions + wanted[i].offset, &function, sizeof function);
        Py_XDECREF(capsule);
    }
    Py_XDECREF(capsules);
    Py_XDECREF(module);
    return status;
}

#endif
"""

PXD = """\
# The functions of pysigmoid for Cython. Written by `python -m tests.declarations`; pysigmoid/capi.py says what they do.
"""


def parts(signature: str) -> tuple[str, str]:
    """Result and arguments, const in the place where Cython's grammar wants it."""
    result, _, arguments = signature.partition(" ")
    for number in ("double", "float"):
        arguments = arguments.replace(f"{number} const *", f"const {number} *")
    return result, arguments


def members() -> str:
    types = {name: parts(signature) for name, signature in capi.signatures.items()}
    return "\n".join(f"    {result} (*{name}){arguments};" for name, (result, arguments) in types.items())


def rows() -> str:
    return "\n".join(
        f'        {{"{name}", "{signature}", offsetof(struct pysigmoid, {name})}},'
        for name, signature in capi.signatures.items()
    )


def header() -> str:
    return HEADER.replace("@members", members()).replace("@rows", rows())


def pxd() -> str:
    types = {name: parts(signature) for name, signature in capi.signatures.items()}
    lines = [f"cdef {result} {name}{arguments} noexcept nogil\n" for name, (result, arguments) in types.items()]
    return PXD + "\n" + "".join(lines)


FILES = {PACKAGE / "capi.pxd": pxd, PACKAGE / "include" / "pysigmoid.h": header}


def main() -> None:
    for path, text in FILES.items():
        path.write_text(text())


if __name__ == "__main__":
    main()
