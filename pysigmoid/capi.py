"""pysigmoid for compiled callers: the functions as C functions, for numba, SciPy's LowLevelCallable, Cython and C.

For every function there are four, here with `sigmoid` as the example:

    double sigmoid_f64(double x)                                       one number
    float sigmoid_f32(float x)
    void sigmoid_f64_array(double const *x, double *y, Py_ssize_t n)   contiguous arrays of n numbers
    void sigmoid_f32_array(float const *x, float *y, Py_ssize_t n)

Functions of two arguments take two numbers or arrays, those of two results store them through two more pointers; see
`signatures`. Their bits are those of the ufuncs. They need neither Python nor its lock, once imported, and any thread
may call them. An array of results may be an array of arguments; long arrays are shared among threads. The length is
not checked.

`__pyx_capi__` holds them as capsules, named after their C types, as Cython's modules do. numba::

    import ctypes
    from numba import njit
    from numba.extending import get_cython_function_address

    address = get_cython_function_address("pysigmoid.capi", "sigmoid_f64")
    sigmoid = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(address)

    @njit
    def total(x):
        return sum([sigmoid(each) for each in x])

The bits are the same in whatever floating-point mode a caller is, and the mode stays. So do the exception flags, but
that one number, as any arithmetic on it would, may raise the flag of an inexact result, and those of an invalid one
where there is none, as for `logit_f64(2)`.

Where there are many numbers, call the array function: a loop over `sigmoid_f64` takes 1.5 to 1.9 times one over libm's
``1 / (1 + exp(-x))``, as a number alone waits for each step of its formula; `sigmoid_f64_array` takes 0.4 times that.

SciPy::

    from scipy import LowLevelCallable, integrate
    from pysigmoid import capi

    integrate.quad(LowLevelCallable.from_cython(capi, "sigmoid_f64"), -1, 1)

Cython: ``from pysigmoid.capi cimport sigmoid_f64``. C and C++: ``#include "pysigmoid.h"``, with `get_include()` among
the compiler's folders; that file says how.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pysigmoid import _core

__all__ = ["get_include", "signatures"]

__pyx_capi__: dict[str, Any] = _core.__pyx_capi__

#: The names of all functions and their C types, such as "double (double)".
signatures: Mapping[str, str] = MappingProxyType(_core.c_signatures)


def get_include() -> str:
    """Tell the folder of `pysigmoid.h`.

    Returns
    -------
    str
        For the compiler's ``-I``, or setuptools' ``include_dirs``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from pysigmoid import capi
    >>> (Path(capi.get_include()) / "pysigmoid.h").exists()
    True
    """
    return str(Path(__file__).parent / "include")
