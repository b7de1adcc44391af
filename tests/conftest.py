"""Seeds, the number of threads, and the rule that nothing is skipped."""

import fcntl
import os
import zlib

import numpy as np
import pytest
from hypothesis import settings

import platforms
from proof.build import build, build_loss_sweep
from pysigmoid import _core, set_num_threads

SEED = 20250611

settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("fixed")


def pytest_report_header():
    return f"random inputs: seed [{SEED}, crc32 of the test's id]; hypothesis: derandomized"


@pytest.fixture
def rng(request):
    """Random numbers that depend on the test's own id alone, so that a test run by itself draws the same."""
    return np.random.default_rng([SEED, zlib.crc32(request.node.nodeid.encode())])


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Fills a folder with what takes long to build, once for all of pytest-xdist's workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name, make):
        folder, complete = shared / name, shared / f"{name}.complete"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                make(folder)
                complete.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def kernels_folder(made_once):
    """The proofs' harnesses `sweep` and `loss_sweep`, which share the kernels' objects."""
    return made_once("kernels", lambda folder: (build(folder), build_loss_sweep(folder)))


@pytest.fixture(autouse=True)
def _number_of_threads():
    """Tests may change it; the next one finds what it was."""
    before = _core.process_threads()
    yield
    assert _core.own_threads() == 0
    set_num_threads(before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        path, line, reason = report.longrepr
        if not platforms.is_listed(reason.removeprefix("Skipped: ")):
            report.outcome = "failed"
            rule = "A skip counts as a failure unless its reason is listed in tests/platforms.py."
            report.longrepr = f"{path}:{line}: {reason}\n{rule}"
    return report
