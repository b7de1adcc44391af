"""What `import pysigmoid` brings in, starts, leaves for later, and takes."""

import os
import statistics
import subprocess
import sys

import pytest

LATER = ("functional", "nn")
BOUND = 0.05  # of the time of `import numpy`; 0.025 is usual, 0.08 what is promised


def output_of(script):
    """What a new process prints, with bytecode kept as users have it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def brought_in_by(statement):
    return output_of(
        f"import sys, numpy; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)",
    )


@pytest.mark.parametrize("statement", ["import pysigmoid", "from pysigmoid import *"])
def test_import_brings_in_numpy_and_nothing_else(statement):
    packages = {name.partition(".")[0] for name in brought_in_by(statement)} - set(sys.stdlib_module_names)
    assert "pysigmoid" in packages
    assert packages <= {"pysigmoid", "numpy"}


def test_import_starts_no_process_and_no_thread_and_opens_no_connection():
    script = """
import sys, numpy, threading
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event))
import pysigmoid
kinds = ("subprocess.", "os.fork", "os.posix_spawn", "os.exec", "os.system", "_thread.start", "socket.")
print(*{event for event in seen if event.startswith(kinds)}, "import" in seen, threading.active_count())
"""
    assert output_of(script) == ["True", "1"]


def test_functional_and_nn_are_imported_when_first_asked_for():
    at_first = set(brought_in_by("import pysigmoid; dir(pysigmoid); hasattr(pysigmoid, '__wrapped__')"))
    assert not at_first & {f"pysigmoid.{name}" for name in LATER}
    for name in LATER:
        assert f"pysigmoid.{name}" in brought_in_by(f"import pysigmoid; pysigmoid.{name}.__all__")
        assert f"pysigmoid.{name}" in brought_in_by(f"from pysigmoid import {name}; {name}.__all__")


def test_several_threads_that_ask_for_functional_first_get_one():
    script = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import pysigmoid
together = Barrier(8)
def ask(_):
    together.wait()
    return pysigmoid.functional.sigmoid, pysigmoid.nn.BCEWithLogitsLoss
with ThreadPoolExecutor(8) as pool:
    print(len(set(pool.map(ask, range(8)))))
"""
    assert output_of(script) == ["1"]


@pytest.mark.timed
def test_import_takes_little_beside_that_of_numpy():
    """Processor time, where each has its bytecode already."""
    script = """
from time import process_time
begin = process_time()
import numpy
between = process_time()
import pysigmoid
print((process_time() - between) / (between - begin))
"""
    _, *ratios = (float(output_of(script)[0]) for _ in range(12))
    assert statistics.median(ratios) <= BOUND, ratios
