"""Nothing leaks: not a reference, not a byte, in calls that succeed and in calls that fail."""

import gc
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import pysigmoid
from bounds import ROWS
from platforms import frees_objects

UFUNCS = {name: getattr(pysigmoid, name) for name in ROWS}

# ru_maxrss is in kilobytes on Linux and in bytes on macOS.
MEGABYTE = 1 << (20 if sys.platform == "darwin" else 10)


def failing(ufunc, arguments, **options):
    try:
        ufunc(*arguments, **options)
    except (TypeError, ValueError):
        return
    pytest.fail("no error")


def calls(name):
    """One of each kind of call a row can be asked for, errors included."""
    ufunc, nin, nout = UFUNCS[name], ROWS[name]["nin"], ROWS[name]["nout"]
    for dtype in (np.float16, np.float32, np.float64, np.longdouble, ml_dtypes.bfloat16, np.int8, bool):
        ufunc(*[np.ones(600, dtype)] * nin)
    x = np.full(600, 0.5)
    ufunc(*[x] * nin, out=(x.copy(),) * nout, where=x > 0)
    ufunc(*[x[::2]] * nin)
    ufunc(*[x.astype(">f8")] * nin)
    ufunc(*[0.5] * nin)
    locked = x.copy()
    locked.flags.writeable = False
    failing(ufunc, [x] * nin, out=(locked,) * nout)
    failing(ufunc, [x] * nin, out=(np.zeros(600, int),) * nout)
    failing(ufunc, [x] * nin, dtype=np.int32)
    failing(ufunc, ["text"] * nin)
    failing(ufunc, [x.astype(complex)] * nin)
    failing(ufunc, [np.ones(3, ml_dtypes.bfloat16)] * nin, dtype=np.float16)
    failing(ufunc, [])


@pytest.mark.parametrize("name", ROWS)
def test_calls_and_errors_leave_no_blocks_behind(name):
    """Python counts its own blocks: one object lost per round would show 20 times in every stretch of 20 rounds.

    Caches and free lists of a young process grow for a while, so one stretch without growth is the proof.
    """

    def blocks_after(rounds):
        for _ in range(rounds):
            calls(name)
        gc.collect()
        return sys.getallocatedblocks()

    blocks = [blocks_after(5), blocks_after(20)]
    while blocks[-1] - blocks[-2] >= 10:
        assert len(blocks) < 20, f"blocks after each stretch: {blocks}"
        blocks.append(blocks_after(20))


@pytest.mark.parametrize("name", ROWS)
def test_references_to_what_goes_in_are_given_back(name):
    x, y = np.full(600, 0.5), np.full(600, 0.25, ml_dtypes.bfloat16)
    out = tuple(np.empty(600) for _ in range(ROWS[name]["nout"]))
    watched = [x, y, *out, UFUNCS[name], x.dtype, y.dtype, type(y.dtype), y.dtype.type]
    counts = [sys.getrefcount(thing) for thing in watched]
    for _ in range(100):
        UFUNCS[name](*[x] * ROWS[name]["nin"], out=out)
        UFUNCS[name](*[y] * ROWS[name]["nin"])
        failing(UFUNCS[name], [y] * ROWS[name]["nin"], dtype=np.float16)
    for thing, before, after in zip(watched, counts, map(sys.getrefcount, watched), strict=True):
        assert abs(after - before) < 10, thing


def measured_in_a_new_process(code):
    """The number that the code prints: a process of its own has no earlier peak and no other test's caches."""
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


LARGE_CALLS = """
import resource
import numpy as np, pysigmoid
x = np.full(1 << 20, 0.5)

def peak_after(rounds):
    for _ in range(rounds):
        pysigmoid.bce_with_logits_value_and_grad(x, x)
        pysigmoid.sigmoid(x[::2])
        pysigmoid.sigmoid(x.astype(">f8"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak_after(5)
print(peak_after(40) - before)
"""


def test_large_calls_reuse_their_memory():
    """Of 160 results of 4 and 8 megabytes, one that stayed would raise the peak by more than the two allowed."""
    assert measured_in_a_new_process(LARGE_CALLS) < 2 * MEGABYTE


IMPORTED_AGAIN = """
import gc, importlib.util, sys
import numpy as np
from pysigmoid import _core

def again():
    spec = importlib.util.spec_from_file_location("pysigmoid._core", _core.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.sigmoid is _core.sigmoid and module.functions == _core.functions

def blocks_after(rounds):
    for _ in range(rounds):
        again()
    gc.collect()
    return sys.getallocatedblocks()

before = blocks_after(200)
print(blocks_after(200) - before)
"""


@frees_objects
def test_module_may_be_initialized_again_and_again():
    """Multi-phase initialization: another module, the same ufuncs, less than one block per time left behind."""
    assert measured_in_a_new_process(IMPORTED_AGAIN) < 200
