"""What python -m pysigmoid takes, in processor time: promised for two processors that nobody else uses."""

import resource
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timed

PROCESSORS = 2
SHARED = 1.5  # times as long as alone, where others use caches and memory too
LIMIT = 600  # seconds, for a machine that others use too


def processor_seconds(*words):
    """What Python took for this, and the processes that it started."""
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True, timeout=LIMIT)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def test_info_takes_half_a_second_beyond_the_import():
    imported = min(processor_seconds("-c", "import pysigmoid") for _ in range(2))
    assert min(processor_seconds("-m", "pysigmoid", "info") for _ in range(2)) <= imported + 0.5


def test_quick_selftest_takes_ten_seconds():
    assert processor_seconds("-m", "pysigmoid", "selftest", "--quick") <= SHARED * PROCESSORS * 10
