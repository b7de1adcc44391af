"""Other work on the same processors, and work while there is none."""

import contextlib
import os
from pathlib import Path

import pytest

from processes import FORK, LINUX, PRELUDE, run

TIMED = """
def seconds(count, pause=0.0):
    pysigmoid.set_num_threads(count)
    time.sleep(pause)
    start = time.perf_counter()
    pysigmoid.sigmoid(X, out=OUT)
    return time.perf_counter() - start

OUT = np.empty_like(X)
"""


@LINUX
@pytest.mark.timed
def test_one_processor_for_four_threads_costs_little():
    """Affinity set before and after the threads are made; they inherit it, or keep the old one."""
    code = """
    every, one = os.sched_getaffinity(0), {min(os.sched_getaffinity(0))}
    for before in (one, every):
        child = os.fork()
        if child == 0:
            os.sched_setaffinity(0, before)
            check()
            os.sched_setaffinity(0, one)
            times = [(seconds(1), seconds(4)) for _ in range(40)]
            alone, shared = (min(column) for column in zip(*times))
            check()
            assert shared < 1.2 * alone, (shared, alone)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run(code, prelude=PRELUDE + TIMED, options=FORK)


GROUPS = Path("/sys/fs/cgroup")


def set_quota(group, processors, period=100_000):
    """In version 1 or 2 of control groups, whichever the kernel shows."""
    if (group / "cpu.cfs_quota_us").exists():
        (group / "cpu.cfs_period_us").write_text(str(period))
        (group / "cpu.cfs_quota_us").write_text(str(round(processors * period)))
    elif (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{round(processors * period)} {period}")
    else:
        raise FileNotFoundError(f"no quota of processor time in {group}")


@contextlib.contextmanager
def control_group(quota):
    """A control group whose processes share so many processors' time."""
    first = GROUPS / "cpu"
    group = (first if first.exists() else GROUPS) / f"pysigmoid-tests-{os.getpid()}"
    try:
        group.mkdir()
        set_quota(group, quota)
    except OSError as error:
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip(f"platform: no control group can be made here: {error}")
    try:
        yield group
    finally:
        group.rmdir()


@LINUX
@pytest.mark.timed
@pytest.mark.parametrize(("quota", "most"), [(0.5, 1), (1.5, 2)])
def test_quota_of_processor_time_limits_the_threads_and_costs_little(quota, most):
    """Rounds of calls as long as four periods of the quota, so that what is over it shows.

    The machine may have other work still: the best of each counts, of four rounds and then of up to twelve.
    """
    join = "import os\nwith open({!r}, 'w') as processes:\n    processes.write(str(os.getpid()))\n"
    code = f"""
    count = pysigmoid.get_num_threads()
    assert count == min({most}, len(os.sched_getaffinity(0)))
    check()
    assert _core.pool_workers() == count - 1

    if count > 1:
        calls = round(0.4 / min(seconds(1) for _ in range(5))) + 1

        def round_of_calls(count):
            return sum(seconds(count) for _ in range(calls))

        times = []
        while len(times) < 12:
            times.append((round_of_calls(1), round_of_calls(count)))
            alone, shared = (min(column) for column in zip(*times))
            if len(times) >= 4 and shared < 1.2 * alone:
                break
        else:
            raise AssertionError(times)
    """
    with control_group(quota) as group:
        prelude = join.format(str(group / "cgroup.procs")) + PRELUDE + TIMED
        run(code, prelude=prelude, threads="", OMP_NUM_THREADS="")


@LINUX
@pytest.mark.timed
def test_processor_that_is_busy_elsewhere_costs_little():
    """Medians, with parked workers. The machine may have other work still: the best of five attempts counts."""
    code = """
    import statistics
    every = sorted(os.sched_getaffinity(0))
    burner = os.fork()
    if burner == 0:
        os.sched_setaffinity(0, {every[-1]})
        while os.getppid() != 1:
            pass
        os._exit(0)
    os.sched_setaffinity(0, every[:2])
    try:
        for size in (400_000, 1_000_000):
            X, OUT = X[:size], OUT[:size]
            ratios = []
            for attempt in range(5):
                times = [(seconds(1, 0.002), seconds(2, 0.002)) for _ in range(20)]
                alone, shared = (statistics.median(column) for column in zip(*times))
                ratios.append(shared / alone)
                if ratios[-1] < 1.3:
                    break
            else:
                raise AssertionError(ratios)
            X, OUT = np.resize(X, 1_000_000), np.empty(1_000_000, np.float32)
    finally:
        os.kill(burner, signal.SIGKILL)
    """
    run(code, prelude=PRELUDE + TIMED, options=FORK)


@pytest.mark.repeated
@pytest.mark.timed
def test_idle_threads_burn_nothing():
    """Below 2 % of a core, all threads of the process together, while the caller sleeps for 10 ms at a time.

    What a kernel does for other processes is charged in part to whom it interrupts: the best of five attempts counts.
    """
    code = """
    def burnt_while_idle():
        idle = burnt = 0
        for _ in range(50 * ROUNDS):
            check()
            start, cpu = time.perf_counter(), time.process_time()
            time.sleep(0.01)
            idle, burnt = idle + time.perf_counter() - start, burnt + time.process_time() - cpu
        return burnt / idle

    shares = []
    while not shares or shares[-1] >= 0.02:
        assert len(shares) < 5, shares
        shares.append(burnt_while_idle())
    """
    run(code)
