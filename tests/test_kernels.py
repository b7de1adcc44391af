"""Kernels on every instruction set here: results depend on values alone, and nothing outside an operand is touched."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samples
from bounds import ROWS
from extension import REPOSITORY, load
from pysigmoid import _core
from ulp import FORMATS, same_bits

POOL = 4096


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The extension once for each instruction set."""
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patch:
        return [load(_core.__file__, folder / isa, isa, patch) for isa in _core.isa_available]


@pytest.fixture(scope="module")
def pools():
    """Inputs for every row and format, and what they give as one contiguous array."""
    rng = np.random.default_rng(20)
    found = {}
    for name in ROWS:
        for fmt in FORMATS.values():
            inputs = [np.resize(array, POOL) for array in samples.draw(name, fmt, POOL, rng)]
            found[name, fmt.name] = inputs, np.atleast_2d(getattr(_core, name)(*inputs))
    return found


def placed(values, step, offset):
    """The same values in memory of another layout: `step` elements apart, `offset` bytes off alignment."""
    size = values.itemsize
    memory = np.zeros(offset + size * (abs(step) * len(values) + 1), np.uint8)
    whole = memory[offset : offset + size * abs(step) * len(values)].view(values.dtype)
    view = whole[:: abs(step)] if step > 0 else whole[:: abs(step)][::-1]
    view[...] = values
    return view


LENGTHS = st.one_of(st.integers(1, 140), st.integers(495, 520), st.integers(1015, 1100), st.integers(2040, 2060))
STEPS = st.sampled_from([1, 1, 2, 3, -1, -2])
OFFSETS = st.integers(0, 70)


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_results_depend_on_values_alone(modules, pools, data):
    """Not on position, length, stride, alignment, where the output lies, or the instruction set."""
    name = data.draw(st.sampled_from(list(ROWS)), "function")
    fmt = data.draw(st.sampled_from(list(FORMATS)), "format")
    module = data.draw(st.sampled_from(modules), "instruction set")
    inputs, want = pools[name, fmt]
    length = data.draw(LENGTHS, "length")
    start = data.draw(st.integers(0, POOL - length), "start")
    part = slice(start, start + length)
    operands = [placed(x[part], data.draw(STEPS, "step"), data.draw(OFFSETS, "offset")) for x in inputs]
    outputs = [placed(np.zeros(length, w.dtype), data.draw(STEPS, "step"), data.draw(OFFSETS, "offset")) for w in want]
    if data.draw(st.booleans(), "in place"):
        outputs[0] = operands[0]
    getattr(module, name)(*operands, out=tuple(outputs))
    for got, expected in zip(outputs, want, strict=True):
        assert np.all(same_bits(got, expected[part])), (module.isa, name, fmt)


# In which no lane leaves a short cut, and what makes every pack of two and more leave each of them.
BINADES = np.ldexp(np.linspace(1, 2, 1 << 11, endpoint=False), np.arange(-9, 6)[:, None]).ravel()
ORDINARY = np.linspace(-399, 399, 1 << 17), BINADES, -BINADES
EXTRAORDINARY = [0.0, 800.0, -800.0, np.inf, np.nan]


@pytest.mark.parametrize("neighbour", EXTRAORDINARY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row["intervals"] == ((-750.0, 750.0),)])
def test_neighbours_do_not_show(modules, name, dtype, neighbour):
    """Where all of a pack is ordinary, shorter formulas run: with the results of the complete ones."""
    x = np.concatenate(ORDINARY).astype(dtype)
    among = np.full((x.size, 2), neighbour, dtype)
    among[:, 0] = x
    here = np.atleast_2d(getattr(_core, name)(x))
    for module in modules:
        alone, beside = (np.atleast_2d(getattr(module, name)(values)) for values in (x, among.ravel()))
        for want, got, crowded in zip(here, alone, beside, strict=True):
            assert np.all(same_bits(got, want))
            assert np.all(same_bits(got, crowded[::2])), module.isa


# Every operand flush against a page that must not be touched, behind it and then before it. A layout has the steps of
# the operands in turn; an output of step 0 would be written over and over, and takes 1.
GUARDED = """
import ctypes, mmap, sys
import ml_dtypes
import numpy as np
from pysigmoid import _core

libc = ctypes.CDLL(None, use_errno=True)
PAGE = mmap.PAGESIZE
SPAN = 2 * PAGE
LAYOUTS = [(1,), (2,), (-1,), (-3,), (0,), (-3, 1, 2, 0), (0, -1, 1, 2)]
DTYPES = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.longdouble]
SPECIAL = [0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, 5e-324, 1e-42, 3e-8]
VALUES = [*SPECIAL, 0.25, 0.5, 0.75, 9.0, -100.0, 60000.0, -1e300]

def guarded_pages():
    memory = mmap.mmap(-1, SPAN + 2 * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for guard in (address, address + PAGE + SPAN):
        assert libc.mprotect(ctypes.c_void_p(guard), ctypes.c_size_t(PAGE), 0) == 0
    return address, np.frombuffer(memory, np.uint8)[PAGE : PAGE + SPAN]

pages = [guarded_pages() for _ in range(4)]
if "overrun" in sys.argv:
    ctypes.string_at(pages[0][0] + PAGE + SPAN, 1)

def operand(page, dtype, n, step, at_end):
    size = np.dtype(dtype).itemsize
    used = size * (abs(step) * (n - 1) + 1) if n else 0
    memory = page[SPAN - used :] if at_end else page[:used]
    first = memory.view(dtype)[: used // size]
    return first[::step] if step else np.lib.stride_tricks.as_strided(first, (n,), (0,))

def call(row, dtype, n, layout, at_end):
    operands = []
    for k in range(row["nin"] + row["nout"]):
        step = layout[k % len(layout)]
        operands.append(operand(pages[k][1], dtype, n, step if k < row["nin"] else step or 1, at_end))
        begin = (n + k) % len(VALUES)
        operands[-1][...] = values[dtype][begin : begin + n]
    getattr(_core, row["name"])(*operands[: row["nin"]], out=tuple(operands[row["nin"] :]))

with np.errstate(all="ignore"):
    values = {dtype: np.tile(VALUES, 9).astype(dtype) for dtype in DTYPES}
for row in _core.functions:
    for dtype in DTYPES:
        for layout in LAYOUTS:
            print(_core.isa, row["name"], np.dtype(dtype).name, layout, file=sys.stderr)
            for n in range(131):
                for at_end in (True, False):
                    call(row, dtype, n, layout, at_end)
"""


def guarded(isa, *arguments):
    environment = {**os.environ, "PYSIGMOID_ISA": isa}
    command = [sys.executable, "-c", GUARDED, *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("isa", _core.isa_available)
def test_nothing_beside_an_operand_is_touched(isa):
    run = guarded(isa)
    assert run.returncode == 0, run.stderr[-300:]


def test_guard_page_kills_who_touches_it():
    """The control: one byte behind an operand."""
    assert guarded("scalar", "overrun").returncode == -signal.SIGSEGV
