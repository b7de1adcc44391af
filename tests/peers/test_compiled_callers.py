"""numba and Cython call the functions of pysigmoid.capi, at the speed of the machine."""

import ctypes
import importlib.util
import math
import subprocess
import sys
import sysconfig
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from numba.extending import get_cython_function_address

import pysigmoid

sigmoid = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(
    get_cython_function_address("pysigmoid.capi", "sigmoid_f64")
)
sigmoid_array = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)(
    get_cython_function_address("pysigmoid.capi", "sigmoid_f64_array")
)


@njit
def loop(x, out):
    for i in range(x.size):
        out[i] = sigmoid(x[i])


@njit
def whole(x, out):
    sigmoid_array(x.ctypes.data, out.ctypes.data, x.size)


@pytest.mark.parametrize("compiled", [loop, whole], ids=["numbers", "array"])
def test_numba_gets_the_bits_of_the_ufunc(compiled, rng):
    x = rng.normal(0, 30, 10_007)
    out = np.empty_like(x)
    compiled(x, out)
    assert out.tobytes() == pysigmoid.sigmoid(x).tobytes()


def ratio(first, second, rounds=100):
    """Of the least processor times of two calls that take turns."""
    best = [float("inf")] * 2
    for _ in range(rounds):
        for k, call in enumerate((first, second)):
            begin = time.process_time()
            call()
            best[k] = min(best[k], time.process_time() - begin)
    return best[0] / best[1]


def test_array_takes_the_time_of_the_ufunc(rng):
    x = rng.normal(0, 3, 100_000)
    out = np.empty_like(x)
    with pysigmoid.num_threads(1):
        assert min(ratio(lambda: whole(x, out), lambda: pysigmoid.sigmoid(x, out=out)) for _ in range(3)) <= 1.05


@njit
def textbook(x, out):
    for i in range(x.size):
        out[i] = 1 / (1 + math.exp(-x[i]))


def test_loop_over_numbers_takes_at_most_three_times_that_of_libm(rng):
    """Which is not correctly rounded, and need not keep the caller's mode."""
    x = rng.normal(0, 3, 100_000)
    out = np.empty_like(x)
    assert min(ratio(lambda: loop(x, out), lambda: textbook(x, out)) for _ in range(3)) <= 3


CYTHON = """
# cython: language_level=3
from pysigmoid.capi cimport bce_with_logits_grad_and_hess_f32, sigmoid_f64, sigmoid_f64_array


def one(double x):
    return sigmoid_f64(x)


def two(float x, float y):
    cdef float gradient, hessian
    with nogil:
        bce_with_logits_grad_and_hess_f32(x, y, &gradient, &hessian)
    return gradient, hessian


def many(const double[::1] x, double[::1] out):
    with nogil:
        sigmoid_f64_array(&x[0], &out[0], x.shape[0])
"""


@pytest.fixture(scope="module")
def cython_module(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cython")
    (folder / "caller.pyx").write_text(textwrap.dedent(CYTHON))
    sources = Path(pysigmoid.__file__).parent.parent  # installed in editable mode, it is on no path of Cython's
    subprocess.run([sys.executable, "-m", "cython", "-3", "-I", sources, "caller.pyx"], cwd=folder, check=True)
    library = folder / f"caller{sysconfig.get_config_var('EXT_SUFFIX')}"
    flags = ["-O1", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}"]
    subprocess.run(["cc", *flags, "caller.c", "-o", library], cwd=folder, check=True)
    spec = importlib.util.spec_from_file_location("caller", library)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_cython_gets_the_bits_of_the_ufuncs(cython_module, rng):
    x = rng.normal(0, 30, 1001)
    out = np.empty_like(x)
    cython_module.many(x, out)
    assert out.tobytes() == pysigmoid.sigmoid(x).tobytes()
    assert cython_module.one(0.3) == pysigmoid.sigmoid(0.3)
    assert cython_module.two(1.5, 1) == pysigmoid.bce_with_logits_grad_and_hess(np.float32(1.5), np.float32(1))
