"""The pool of threads: every element once, the bits of one thread, and really more than one thread at work.

What must hold when things go wrong is in test_faults_*.py.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import pysigmoid
from bounds import ROWS
from proof.build import CSRC, HERE, LOOPS, build_race, compiler_of_python
from pysigmoid import _core

FLOATS = (np.float16, np.float32, np.float64, np.longdouble, ml_dtypes.bfloat16)

# Beyond a millisecond for every dtype on any instruction set: several times what is worth sharing.
LONG = {np.float16: 1 << 22, ml_dtypes.bfloat16: 1 << 22, np.float32: 1 << 22, np.float64: 1 << 21}
LONGDOUBLES = 1 << 16
LEAST = 16_384  # LEAST_PARALLEL in csrc/threads/pool.h


def values(nin, n, dtype):
    """Fractions, so that they are probabilities as well, in an order without a period of some power of two."""
    ramp = (np.arange(n) * 7919 % 10_007 / 10_007).astype(dtype)
    return [ramp, ramp[::-1].copy()][:nin]


def assert_same_on_threads(ufunc, inputs, counts, **options):
    with pysigmoid.num_threads(1):
        want = ufunc(*inputs, **options)
    for count in counts:
        with pysigmoid.num_threads(count):
            got = ufunc(*inputs, **options)
        for one, other in zip(np.atleast_2d(got), np.atleast_2d(want), strict=True):
            assert np.array_equal(one, other, equal_nan=True), f"{count} threads"
            assert np.array_equal(np.signbit(one), np.signbit(other)), f"{count} threads"


# ---- more than one thread ----


X = np.full(1 << 22, 0.5, np.float32)
OUT = np.empty_like(X)


def share_of_workers(calls, elements, pause=0.0):
    """What threads other than this one run while it runs for 1."""

    def time_of_workers():
        tasks = [task for task in Path("/proc/self/task").iterdir() if int(task.name) != os.getpid()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    before, mine = time_of_workers(), time.thread_time_ns()
    for _ in range(calls):
        pysigmoid.sigmoid(X[:elements], out=OUT[:elements])
        time.sleep(pause)
    return (time_of_workers() - before) / (time.thread_time_ns() - mine)


@pytest.mark.skipif(sys.platform != "linux", reason="platform: threads are looked up in Linux's /proc")
def test_workers_share_a_long_call_and_leave_a_short_one_alone():
    with pysigmoid.num_threads(2):
        pysigmoid.sigmoid(X, out=OUT)
        time.sleep(0.01)  # the worker sleeps
        # The least of several: threads of the tests' own runner are among those that are counted.
        assert min(share_of_workers(1000, LEAST - 1) for _ in range(5)) < 0.05
        assert min(share_of_workers(50, LEAST + 1000, 0.001) for _ in range(5)) < 0.05
        assert max(share_of_workers(10, X.size) for _ in range(5)) > 0.2
    assert _core.pool_workers() >= 1


SERIES = """
#include <assert.h>
#include "threads/worth.h"
int main(void)
{
    nanoseconds start = now();
    assert(!follows_another(start)); /* the first call of all */
    atomic_store(&last_end, start);
    assert(follows_another(start + FOLLOWS - 1) && !follows_another(start + FOLLOWS));

    settle(now() - 20 * 1000, 200 * 1000); /* a gain of 180 us is no licence to lose as much */
    assert(atomic_load(&credit) == MOST_CREDIT && atomic_load(&alone_until) == 0);

    start = now() - 80 * 1000;
    settle(start, 10 * 1000); /* 70 us lost, of which 20 were there: the rest and a loan are 60 */
    nanoseconds end = atomic_load(&alone_until);
    assert(end - now() > 1000 * 1000 && end - start >= 20 * 60 * 1000 && atomic_load(&credit) == LOAN);
    atomic_store(&last_end, end - 1);
    assert(!follows_another(end - 1) && follows_another(end));
}
"""


def test_series_is_of_calls_that_follow_closely_and_ends_for_a_while_where_sharing_does_not_pay(tmp_path):
    """The rule itself: how it works out depends on what else the processors do."""
    (tmp_path / "series.c").write_text(SERIES)
    flags = ["-std=gnu11", "-UNDEBUG", f"-I{CSRC}", str(tmp_path / "series.c"), "-o", str(tmp_path / "series")]
    subprocess.run([*shlex.split(compiler_of_python()), *flags], check=True)
    assert subprocess.run([tmp_path / "series"], capture_output=True, text=True).stderr == ""


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", ROWS)
def test_number_of_threads_changes_no_bit(name, dtype):
    n = LONG.get(dtype, LONGDOUBLES) // 2 + 37
    inputs = values(ROWS[name]["nin"], n, dtype)
    assert_same_on_threads(getattr(pysigmoid, name), inputs, (2, 5))
    assert_same_on_threads(getattr(pysigmoid, name), [array[::-2] for array in inputs], (3,))


@pytest.mark.parametrize("name", ROWS)
def test_lengths_around_the_least_that_is_shared(name):
    inputs = values(ROWS[name]["nin"], LEAST + 65, np.float32)
    for length in (LEAST - 1, LEAST, LEAST + 1, LEAST + 63, LEAST + 64, LEAST + 65):
        assert_same_on_threads(getattr(pysigmoid, name), [array[:length] for array in inputs], range(2, 9))


def test_number_of_workers_is_what_was_wanted():
    with pysigmoid.num_threads(6):
        for _ in range(3):
            pysigmoid.sigmoid(np.zeros(1 << 22))
    assert _core.pool_workers() == pysigmoid.show_config("dicts")["workers"] >= 5


# ---- the harness in C: tasks that call the pool, grains, callers that change the number ----


def test_harness_finds_nothing(tmp_path):
    done = subprocess.run([build_race(tmp_path), "2"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_harness_notices_a_caller_that_does_not_wait(tmp_path):
    """The control: the pool without the line that waits for the workers inside."""
    text = (CSRC / "threads" / "pool.c").read_text()
    waits = "    if (inside == 0)\n        return;\n"
    assert text.count(waits) == 1
    (tmp_path / "pool.c").write_text(text.replace(waits, "    return;\n"))
    program = tmp_path / "race"
    sources = [tmp_path / "pool.c", *LOOPS, HERE / "race.c"]
    flags = ["-std=c11", "-O1", "-frounding-math", f"-I{CSRC}", "-lm", "-lpthread"]
    subprocess.run([*shlex.split(compiler_of_python()), *map(str, sources), *flags, "-o", program], check=True)
    done = subprocess.run([program, "30"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
