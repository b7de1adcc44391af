"""What other programs do to a library with threads, as scripts in processes of their own (test_faults_*.py).

A process that hangs, or says a word on stderr, has failed. Results are compared with those of one thread, byte by byte.

PYSIGMOID_TEST_ROUNDS multiplies the repetitions: `make check` takes ten times as many.
"""

import os
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import modes
from proof.build import compiler_of_python

KNOWN_MODES = pytest.mark.skipif(not modes.ARE_KNOWN, reason="platform: the layout of fenv_t is not known here")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="platform: asks the Linux kernel")

# Python 3.12 and newer warn at a fork of a process with threads, as README says.
FORK = ("-W", "ignore::DeprecationWarning")

ROUNDS = int(os.environ.get("PYSIGMOID_TEST_ROUNDS", "1"))
LIMIT = 60 * ROUNDS  # seconds: a program that hangs, not one on a busy machine or under the sanitizers

PRELUDE = """
import os, signal, sys, threading, time
import numpy as np
import pysigmoid
from pysigmoid import _core

X = np.random.default_rng(0).normal(0, 30, 1_000_000).astype(np.float32)
X[::1000] = -100  # the results are subnormal
with pysigmoid.num_threads(1):
    WANT = pysigmoid.sigmoid(X).tobytes()

def check():
    assert pysigmoid.sigmoid(X).tobytes() == WANT

def tasks():
    return {int(task) for task in os.listdir("/proc/self/task")}
"""

# The nets are held over every driver in every precision.
DRIVERS = f"""{PRELUDE}
sys.path.append({str(Path(__file__).parent)!r})
from every_driver import CALLS, bits, different, expected
WANTS = expected()

def check_all():
    check()
    wrong = different(WANTS)
    assert wrong == [], wrong
"""


def run(code, *, prelude=PRELUDE, exit_code=0, threads=4, options=(), printed="", limit=LIMIT, **variables):
    """Run the code after the prelude; it must end in time, as it should, and without a word on stderr."""
    script = f"ROUNDS = {ROUNDS}\n" + prelude + textwrap.dedent(code)
    told = {"PYTHONWARNINGS": "default::ResourceWarning"}  # of what is left open, as a debug build of Python does
    environment = os.environ | told | {"PYSIGMOID_NUM_THREADS": str(threads)} | variables
    done = subprocess.run(
        [sys.executable, *options, "-c", script], env=environment, capture_output=True, text=True, timeout=limit
    )
    assert (done.returncode, done.stderr) == (exit_code, ""), f"exit {done.returncode}: {done.stderr[-2000:]}"
    if printed is not None:
        assert done.stdout == printed
    return done.stdout


def build_library(folder, text, *flags):
    (folder / "library.c").write_text(text)
    command = [*shlex.split(compiler_of_python()), "-shared", "-fPIC", *flags, "library.c", "-o", "library.so", "-ldl"]
    subprocess.run(command, cwd=folder, check=True)
    return str(folder / "library.so")
