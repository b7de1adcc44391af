"""Forks while the pool is idle or busy, and what multiprocessing makes of them."""

import os
import subprocess
import sys

import pytest

from extension import REPOSITORY
from processes import FORK, LIMIT, PRELUDE, run


def test_child_and_grandchild_of_a_fork_compute():
    code = """
    def family(generations):
        assert _core.pool_workers() == (3 if generations == 2 else 0)
        check()
        assert _core.pool_workers() == 3
        if generations == 0:
            return
        child = os.fork()
        if child == 0:
            family(generations - 1)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

    check()
    start = time.monotonic()
    family(2)
    assert time.monotonic() - start < 2
    """
    run(code, options=FORK)


@pytest.mark.repeated
def test_forks_while_other_threads_compute():
    code = """
    done = threading.Event()

    def compute():
        while not done.is_set():
            check()

    others = [threading.Thread(target=compute) for _ in range(3)]
    for thread in others:
        thread.start()
    for _ in range(30 * ROUNDS):
        child = os.fork()
        if child == 0:
            for _ in range(5):
                check()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    done.set()
    for thread in others:
        thread.join()
    """
    run(code, options=FORK)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_after_a_call_of_the_parent(method, tmp_path):
    script = tmp_path / "pool_of_processes.py"
    body = f"""
def work(_):
    check()
    return _core.pool_workers()

if __name__ == "__main__":
    import multiprocessing
    check()
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        assert pool.map(work, range(4)) == [3] * 4
"""
    script.write_text(PRELUDE + body)
    environment = os.environ | {"PYSIGMOID_NUM_THREADS": "4", "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, *FORK, script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")


def test_fork_with_an_idle_pool_warns_where_the_readme_says_so():
    code = """
    import warnings
    check()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        child = os.fork()
    if child == 0:
        check()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(caught) == (sys.version_info >= (3, 12)), caught
    """
    run(code)
