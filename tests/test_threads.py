"""The number of threads: where it comes from, who may change it, and that nothing else does."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
import threadpoolctl

import pysigmoid
from pysigmoid import _core, threads

X = np.full(1 << 20, 0.5, np.float32)


# ---- set and get ----


@pytest.mark.parametrize("n", [1, 2, 64, 1024, np.int64(3)])
def test_number_set_is_the_number_got(n):
    pysigmoid.set_num_threads(n)
    assert pysigmoid.get_num_threads() == n
    config = pysigmoid.show_config("dicts")
    assert (config["threads"], config["threads_source"]) == (n, "set_num_threads")


@pytest.mark.parametrize("change", [pysigmoid.set_num_threads, pysigmoid.num_threads])
@pytest.mark.parametrize(
    ("n", "error"),
    [
        *((n, ValueError) for n in (0, -1, 1025, 2**31, 2**64, -(10**5000))),
        *((n, TypeError) for n in ("4", None, True, 4.0, np.bool_(True), [2])),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(type(value)),
)
def test_wrong_number_is_an_error_and_changes_nothing(change, n, error):
    before = pysigmoid.get_num_threads()
    with pytest.raises(error, match="n is "):
        change(n)
    assert pysigmoid.get_num_threads() == before


def test_error_names_the_value_and_the_range():
    with pytest.raises(ValueError, match=r"n is 0; pass a number of threads from 1 .* to 1024"):
        pysigmoid.set_num_threads(0)
    with pytest.raises(TypeError, match=r"n is '4', a str; the number of threads is an int"):
        pysigmoid.set_num_threads("4")


# ---- the context manager ----


def test_block_holds_inside_and_ends():
    pysigmoid.set_num_threads(5)
    with pysigmoid.num_threads(2):
        assert pysigmoid.get_num_threads() == 2
        assert threads.threads_source() == "num_threads"
        with pysigmoid.num_threads(7):
            assert pysigmoid.get_num_threads() == 7
        assert pysigmoid.get_num_threads() == 2
        pysigmoid.set_num_threads(9)
        assert pysigmoid.get_num_threads() == 2
    assert pysigmoid.get_num_threads() == 9


def test_block_ends_by_an_exception():
    pysigmoid.set_num_threads(5)
    with pytest.raises(KeyError), pysigmoid.num_threads(2):
        raise KeyError
    assert pysigmoid.get_num_threads() == 5


def test_block_is_of_its_thread():
    """Every thread sees its own number while all of them are inside."""
    everyone = threading.Barrier(8)

    def look(n):
        with pysigmoid.num_threads(n):
            everyone.wait(timeout=10)
            pysigmoid.sigmoid(X)
            inside = pysigmoid.get_num_threads()
            everyone.wait(timeout=10)
        return inside, pysigmoid.get_num_threads()

    pysigmoid.set_num_threads(20)
    with ThreadPoolExecutor(8) as executor:
        assert list(executor.map(look, range(1, 9))) == [(n, 20) for n in range(1, 9)]
    assert pysigmoid.get_num_threads() == 20


def test_block_may_be_entered_again_and_again_and_inside_itself():
    pysigmoid.set_num_threads(5)
    two, seven = pysigmoid.num_threads(2), pysigmoid.num_threads(7)
    for _ in range(2):
        with two:
            assert pysigmoid.get_num_threads() == 2
            with seven, two:
                assert pysigmoid.get_num_threads() == 2
                with pytest.raises(KeyError), seven, two, seven:
                    raise KeyError
                assert pysigmoid.get_num_threads() == 2
            assert pysigmoid.get_num_threads() == 2
        assert pysigmoid.get_num_threads() == 5


def test_one_block_serves_several_threads_at_once():
    """Each gives back what it has found itself, though the others enter and leave meanwhile."""
    block, everyone = pysigmoid.num_threads(2), threading.Barrier(4)

    def look(n):
        with pysigmoid.num_threads(n):
            everyone.wait(timeout=10)
            with block:
                inside = pysigmoid.get_num_threads()
                everyone.wait(timeout=10)
            return inside, pysigmoid.get_num_threads()

    with ThreadPoolExecutor(4) as executor:
        assert list(executor.map(look, range(3, 7))) == [(2, n) for n in range(3, 7)]


def test_block_decorates_a_function():
    @pysigmoid.num_threads(2)
    def inside(*, depth):
        return [pysigmoid.get_num_threads(), *(inside(depth=depth - 1) if depth else [])]

    assert inside(depth=2) == [2, 2, 2]
    assert inside.__name__ == "inside"
    assert pysigmoid.get_num_threads() == _core.process_threads()
    assert repr(pysigmoid.num_threads(2)) == "pysigmoid.num_threads(2)"


def test_number_and_its_source_change_together():
    """Two threads set numbers all the time; a third must never take one of them for threadpoolctl's."""
    done, seen = threading.Event(), set()

    def change(n):
        while not done.is_set():
            pysigmoid.set_num_threads(n)

    changers = [threading.Thread(target=change, args=(n,)) for n in (3, 4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for changer in changers:
            changer.start()
        seen |= {threads.threads_source() for _ in range(20_000)}
    finally:
        done.set()
        for changer in changers:
            changer.join()
        sys.setswitchinterval(interval)
    assert seen == {"set_num_threads"}
    assert threads.threads_source() == "set_num_threads"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="platform: no forks here")
def test_child_of_a_fork_may_set_the_number_though_another_thread_was_about_to():
    code = """
import os, json, threading, warnings
import pysigmoid
warnings.simplefilter("ignore")  # of Python 3.12: a fork beside another thread
holds, ends = threading.Event(), threading.Event()

def hold():
    with pysigmoid.threads._changing:
        holds.set()
        ends.wait()

threading.Thread(target=hold).start()
holds.wait()
child = os.fork()
if child == 0:
    pysigmoid.set_num_threads(7)
    os._exit(pysigmoid.get_num_threads())
print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
ends.set()
"""
    assert in_environment(code) == 7


def test_coroutines_that_await_inside_share_the_block():
    """As the documentation says: the setting is the thread's, and both run on one."""
    pysigmoid.set_num_threads(5)
    seen = []

    async def inside():
        with pysigmoid.num_threads(2):
            await asyncio.sleep(0)

    async def beside():
        seen.append(pysigmoid.get_num_threads())

    async def both():
        await asyncio.gather(inside(), beside())

    asyncio.run(both())
    assert seen == [2]
    assert pysigmoid.get_num_threads() == 5


# ---- the environment ----

REPORT = """
import json, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import pysigmoid
config = pysigmoid.show_config("dicts")
print(json.dumps([config["threads"], config["threads_source"], [str(warning.message) for warning in caught]]))
"""


def in_environment(code=REPORT, **variables):
    """What the code prints in a process that has these variables, and none of the others that count."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean | variables, check=True, capture_output=True, text=True, timeout=20
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("variables", "want"),
    [
        ({"PYSIGMOID_NUM_THREADS": "3"}, [3, "PYSIGMOID_NUM_THREADS"]),
        ({"PYSIGMOID_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, [3, "PYSIGMOID_NUM_THREADS"]),
        ({"PYSIGMOID_NUM_THREADS": "", "OMP_NUM_THREADS": "5"}, [5, "OMP_NUM_THREADS"]),
        ({"OMP_NUM_THREADS": "4,3,2"}, [4, "OMP_NUM_THREADS"]),
        ({"OMP_NUM_THREADS": " 1 "}, [1, "OMP_NUM_THREADS"]),
    ],
)
def test_variable_decides(variables, want):
    assert in_environment(**variables) == [*want, []]


@pytest.mark.parametrize("text", ["abc", "0", "-3", "4,3,2", "1e3", "9" * 5000, "1025", "²"])
def test_variable_that_is_no_number_warns_once_and_gives_way(text):
    count, source, messages = in_environment(PYSIGMOID_NUM_THREADS=text, OMP_NUM_THREADS="6")
    assert (count, source) == (6, "OMP_NUM_THREADS")
    (message,) = messages
    assert "PYSIGMOID_NUM_THREADS is " in message
    assert "from 1 to 1024" in message
    assert len(message) < 200


@pytest.mark.parametrize("text", ["abc", "0", "-3", "1e3", "9" * 5000, ",4"])
def test_oddities_in_openmps_variable_are_passed_over(text):
    assert in_environment(OMP_NUM_THREADS=text) == in_environment()


def test_default_is_the_cpus_that_are_allowed():
    count, source, messages = in_environment()
    assert 1 <= count <= (len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count())
    assert source in ("CPUs", "CPU quota")
    assert messages == []


@pytest.mark.skipif(sys.platform != "linux", reason="platform: affinity is set by a Linux call")
def test_one_cpu_allowed_means_one_thread():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})" + REPORT
    assert in_environment(code) == [1, "CPUs", []]


# ---- quotas of control groups: files as the kernel shows them ----


def control_groups(folder, membership, **files):
    (folder / "membership").write_text(membership)
    for name, text in files.items():
        path = folder / "mount" / name.replace("__", "/").replace("cpu_", "cpu.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return threads._cgroup_quota(folder / "membership", folder / "mount")


@pytest.mark.parametrize(
    ("membership", "files", "want"),
    [
        ("0::/\n", {"cpu_max": "50000 100000\n"}, 0.5),
        ("0::/\n", {"cpu_max": "max 100000\n"}, np.inf),
        ("0::/a/b\n", {"a__b__cpu_max": "300000 100000\n", "a__cpu_max": "150000 100000\n"}, 1.5),
        ("0::/a/b\n", {"a__b__cpu_max": "max 100000\n", "cpu_max": "200000 50000\n"}, 4),
        ("0::/of/the/host\n", {"cpu_max": "100000 100000\n"}, 1),
        ("0::/\n", {}, np.inf),
        ("0::/\n", {"cpu_max": "nonsense\n"}, np.inf),
        (
            "3:cpu,cpuacct:/a\n0::/\n",
            {"cpu__a__cpu_cfs_quota_us": "150000", "cpu__a__cpu_cfs_period_us": "100000"},
            1.5,
        ),
        ("3:cpu:/a\n", {"cpu__a__cpu_cfs_quota_us": "-1", "cpu__a__cpu_cfs_period_us": "100000"}, np.inf),
        ("3:cpu:/a\n", {"cpu__cpu_cfs_quota_us": "25000", "cpu__cpu_cfs_period_us": "50000"}, 0.5),
        ("3:cpuset:/a\n", {"cpu__a__cpu_cfs_quota_us": "1000", "cpu__a__cpu_cfs_period_us": "100000"}, np.inf),
    ],
)
def test_quota_is_the_smallest_of_the_group_and_those_above(tmp_path, membership, files, want):
    assert control_groups(tmp_path, membership, **files) == want


def test_no_control_groups_no_quota(tmp_path):
    assert threads._cgroup_quota(tmp_path / "missing", tmp_path) == np.inf


@pytest.mark.parametrize(("quota", "want"), [(0.5, 1), (1.5, 2), (0.01, 1), (3, 3)])
def test_quota_is_rounded_up(monkeypatch, quota, want):
    monkeypatch.setattr(threads, "_cgroup_quota", lambda: quota)
    monkeypatch.setattr(threads, "_cpus_allowed", lambda: 16)
    for variable in ("PYSIGMOID_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    assert threads.default_threads() == (want, "CPU quota")


# ---- other libraries that limit us ----


def test_threadpoolctl_shows_and_limits_us():
    threads.register_with_threadpoolctl()
    threads.register_with_threadpoolctl()
    pysigmoid.set_num_threads(3)
    (info,) = (
        info for info in threadpoolctl.threadpool_info() if info["internal_api"] == "pysigmoid" and is_ours(info)
    )
    assert (info["num_threads"], info["version"]) == (3, pysigmoid.__version__)
    with threadpoolctl.threadpool_limits(1, user_api="pysigmoid"):
        assert pysigmoid.get_num_threads() == 1
        assert threads.threads_source() == "threadpoolctl"
    assert pysigmoid.get_num_threads() == 3
    assert threads.threads_source() == "set_num_threads"


def is_ours(info):
    """Other tests load copies of the file, for other instruction sets."""
    return os.path.samefile(info["filepath"], _core.__file__)


@pytest.mark.parametrize("order", ["threadpoolctl, pysigmoid", "pysigmoid, threadpoolctl"])
def test_threadpoolctl_imported_first_needs_no_call(order):
    code = f"""
import {order}, json
if {order.startswith("pysigmoid")}:
    assert "pysigmoid" not in [info["user_api"] for info in threadpoolctl.threadpool_info()]
    pysigmoid.threads.register_with_threadpoolctl()
print(json.dumps([info["user_api"] for info in threadpoolctl.threadpool_info()].count("pysigmoid")))
"""
    assert in_environment(code) == 1


def test_without_threadpoolctl_registering_is_an_error_that_says_so():
    code = """
import json, sys, pysigmoid
try:
    pysigmoid.threads.register_with_threadpoolctl()
except RuntimeError as error:
    print(json.dumps(["threadpoolctl" in sys.modules, str(error)]))
"""
    loaded, message = in_environment(code)
    assert not loaded
    assert "threadpoolctl >= 3.2" in message


def test_limits_beyond_our_range_are_cut():
    threads.register_with_threadpoolctl()
    with threadpoolctl.threadpool_limits(5000, user_api="pysigmoid"):
        assert pysigmoid.get_num_threads() == 1024


def test_workers_of_joblib_limit_us():
    """It divides the CPUs among its processes by OMP_NUM_THREADS."""
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=1):
        counts = joblib.Parallel()(joblib.delayed(pysigmoid.get_num_threads)() for _ in range(4))
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
    assert counts == [1] * 4
