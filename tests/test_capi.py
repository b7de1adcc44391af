"""What compiled callers get: every function, with the ufunc's bits, through ctypes, SciPy and a module in C."""

import ctypes
import importlib.util
import shlex
import subprocess
import sysconfig

import numpy as np
import pytest
from scipy import LowLevelCallable, integrate

import declarations
import modes
import pysigmoid
from bounds import ROWS
from calls import assert_same_bits
from processes import KNOWN_MODES
from proof.build import compiler_of_python
from pysigmoid import capi

C_TYPES = {"double": ctypes.c_double, "float": ctypes.c_float, "void": None, "Py_ssize_t": ctypes.c_ssize_t}
NUMBERS = {"f32": (np.float32, "float"), "f64": (np.float64, "double")}


def c_type(text):
    return ctypes.c_void_p if "*" in text else C_TYPES[text]


def function(name):
    """The C function of this name, as its signature says."""
    signature = capi.signatures[name]
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address = pointer_of(capi.__pyx_capi__[name], signature.encode())
    result, _, arguments = signature.rstrip(")").partition(" (")
    return ctypes.CFUNCTYPE(c_type(result), *map(c_type, arguments.split(", ")))(address)


def inputs(name, dtype, rng, n=301):
    """Numbers from the intervals of the row, and limits."""
    limits = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5]
    columns = [rng.uniform(low, high, n) for low, high in ROWS[name]["intervals"]]
    columns = [np.concatenate([np.roll(limits, 3 * k), column]) for k, column in enumerate(columns)]
    return [column.astype(dtype) for column in columns]


def ufunc_results(name, operands):
    results = getattr(pysigmoid, name)(*operands)
    return results if isinstance(results, tuple) else (results,)


def one_by_one(compiled, operands, outputs):
    """The results of the function of numbers for all of them."""
    results = [np.empty_like(operands[0]) for _ in range(outputs)]
    for i, numbers in enumerate(zip(*operands, strict=True)):
        if outputs == 1:
            results[0][i] = compiled(*numbers)
        else:
            compiled(*numbers, *(result[i:].ctypes.data for result in results))
    return results


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ROWS)
def test_functions_of_numbers_and_of_arrays_give_the_bits_of_the_ufunc(name, number, rng):
    operands = inputs(name, NUMBERS[number][0], rng)
    want = ufunc_results(name, operands)
    arrays = [np.empty_like(operands[0]) for _ in want]
    function(f"{name}_{number}_array")(*(array.ctypes.data for array in (*operands, *arrays)), arrays[0].size)
    for got in (one_by_one(function(f"{name}_{number}"), operands, len(want)), arrays):
        for output, expected in zip(got, want, strict=True):
            assert_same_bits(output, expected)


def test_signatures_list_four_functions_for_every_row():
    assert list(capi.signatures) == [
        f"{name}_{number}{suffix}" for name in ROWS for number in NUMBERS for suffix in ("", "_array")
    ]
    assert capi.signatures.keys() == capi.__pyx_capi__.keys()
    assert capi.signatures["sigmoid_f64"] == "double (double)"
    assert capi.signatures["bce_f32"] == "float (float, float)"
    assert capi.signatures["sigmoid_f32_array"] == "void (float const *, float *, Py_ssize_t)"
    with pytest.raises(TypeError):
        capi.signatures["sigmoid_f64"] = "int (int)"


def test_array_may_be_computed_in_place_and_shared_among_threads(rng):
    x = rng.normal(0, 30, 100_003)
    want = pysigmoid.sigmoid(x)
    with pysigmoid.num_threads(3):
        function("sigmoid_f64_array")(x.ctypes.data, x.ctypes.data, x.size)
    assert_same_bits(x, want)


@pytest.mark.parametrize("n", [0, -1])
def test_no_elements_leave_the_results_as_they_were(n):
    x, y = np.ones(2), np.full(2, 7.0)
    function("sigmoid_f64_array")(x.ctypes.data, y.ctypes.data, n)
    assert y.tolist() == [7, 7]


MODERATE = {"f32": (2.0**-20, 2.0**4), "f64": (2.0**-100, 2.0**7)}  # for these the mode is kept: single/define.h
OF_NO_RESULT = modes.INVALID | modes.UNDERFLOW


def all_sizes(number, rng, n=50):
    """Of both signs, from end to end of the range, more where the mode is kept and around its limits; and zero."""
    limits, least, most = np.finfo(NUMBERS[number][0]), *MODERATE[number]
    ends = [0, *(np.nextafter(end, np.array([0, end, np.inf]), dtype=limits.dtype) for end in (least, most))]
    exponents = [np.frexp([end / 2, most])[1] for end, most in ((limits.tiny, limits.max), (least, most), (0.1, most))]
    positive = np.hstack([*ends, *(np.ldexp(rng.uniform(1, 2, n), rng.integers(*each, n)) for each in exponents)])
    return rng.permutation(positive * rng.choice([-1, 1], len(positive)))


@KNOWN_MODES
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ROWS)
def test_functions_of_numbers_have_their_bits_in_every_mode_and_leave_it(name, number, rng):
    """Rounding and flushing of subnormals. Of the flags only that of a rounded result may be new, and of none."""
    compiled, outputs = function(f"{name}_{number}"), ROWS[name]["nout"]
    usual = inputs(name, NUMBERS[number][0], rng, 20)
    operands = [np.append(each, all_sizes(number, rng).astype(each.dtype)) for each in usual]

    def results():
        return one_by_one(compiled, operands, outputs)

    want = results()
    for mode in modes.ROUNDING:
        got, kept = modes.in_mode(mode, lambda: (results(), modes.libm.fegetround()))
        assert ([each.tobytes() for each in got], kept) == ([each.tobytes() for each in want], mode)
    modes.set_flushing(True)
    got, kept = results(), modes.flushing()
    modes.set_flushing(False)
    assert kept
    for output, expected in zip(got, want, strict=True):
        unflushed = ~(abs(expected) < np.finfo(expected.dtype).tiny)  # ctypes itself flushes what is subnormal
        assert output[unflushed].tobytes() == expected[unflushed].tobytes()

    room = [ctypes.create_string_buffer(8) for _ in range(outputs)] if outputs > 1 else []
    for each in zip(*(operand.tolist() for operand in operands), strict=True):
        new = modes.flags_after(lambda each=each: compiled(*each, *room)) & ~modes.INEXACT
        assert new == 0 or (not new & ~OF_NO_RESULT and np.isnan(compiled(*each))), each
        assert modes.flags_after(lambda each=each: compiled(*each, *room), modes.EVERY_FLAG) == modes.EVERY_FLAG


def test_scipy_integrates_sigmoid_without_python():
    integrand = LowLevelCallable.from_cython(capi, "sigmoid_f64")
    assert integrand.signature == "double (double)"
    assert integrate.quad(integrand, -1, 1)[0] == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("path", declarations.FILES, ids=lambda path: path.name)
def test_declarations_are_those_of_the_module(path):
    assert path.read_text() == declarations.FILES[path](), "run python -m tests.declarations"


MODULE = """
#include "pysigmoid.h"

static struct pysigmoid functions;

static PyObject *losses(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    double x[2] = {0.5, -2}, gradient, hessian;
    functions.sigmoid_f64_array(x, x, 2);
    functions.bce_with_logits_grad_and_hess_f64(1.5, 1, &gradient, &hessian);
    return Py_BuildValue("dddd", x[0], x[1], gradient, hessian);
}

static PyMethodDef methods[] = {{"losses", losses, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "caller", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_caller(void)
{
    PyObject *module = pysigmoid_import(&functions) < 0 ? NULL : PyModule_Create(&definition);
#ifdef Py_GIL_DISABLED
    if (module != NULL)
        PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    return module;
}
"""


def build(folder, text):
    (folder / "caller.c").write_text(text)
    library = folder / f"caller{sysconfig.get_config_var('EXT_SUFFIX')}"
    includes = [f"-I{sysconfig.get_path('include')}", f"-I{capi.get_include()}"]
    flags = ["-Wall", "-Wextra", "-Werror", "-std=c11", "-shared", "-fPIC", *includes]
    subprocess.run([*shlex.split(compiler_of_python()), *flags, "caller.c", "-o", library], cwd=folder, check=True)
    return library


def load(library):
    spec = importlib.util.spec_from_file_location("caller", library)
    return importlib.util.module_from_spec(spec)


def test_module_in_c_is_built_with_the_header(tmp_path):
    gradient, hessian = pysigmoid.bce_with_logits_grad_and_hess(1.5, 1.0)
    want = (*pysigmoid.sigmoid(np.array([0.5, -2.0])).tolist(), gradient, hessian)
    assert load(build(tmp_path, MODULE)).losses() == want


def test_header_of_another_version_is_refused_at_import(tmp_path, monkeypatch):
    library = build(tmp_path, MODULE)
    monkeypatch.delitem(capi.__pyx_capi__, "bce_f32_array")
    with pytest.raises(KeyError, match="bce_f32_array"):
        load(library)
