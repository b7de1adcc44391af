"""Seeds, the number of threads, and the rule that nothing is skipped."""

import zlib

import numpy as np
import pytest
from hypothesis import settings

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
def kernels_folder(tmp_path_factory):
    """Where the proofs' harnesses are built, which share the kernels' objects."""
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(autouse=True)
def _number_of_threads():
    """Tests may change it; the next one finds what it was."""
    before = _core.process_threads()
    yield
    assert _core.own_threads() == 0
    set_num_threads(before)


# A skipped test proves nothing, so it counts as a failure. What a platform cannot show at all is no test of that
# platform: such a skip says so by a reason that begins with this word.
PLATFORM = "platform: "


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
        if not reason.removeprefix("Skipped: ").startswith(PLATFORM):
            report.outcome = "failed"
            rule = f"A skip counts as a failure unless its reason begins '{PLATFORM}'."
            report.longrepr = f"{path}:{line}: {reason}\n{rule}"
    return report
