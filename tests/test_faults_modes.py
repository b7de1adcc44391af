"""Strange floating-point modes and flags."""

import subprocess
import sys
from pathlib import Path

import pytest

from processes import DRIVERS, FORK, KNOWN_MODES, build_library, run

PATHLIB = "from pathlib import Path\n"
MODES = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
from modes import EVERY_FLAG, FLAGS, ROUNDING, flushing, libm, set_flushing
"""


@KNOWN_MODES
def test_flushing_before_and_after_the_pool_starts_changes_nothing():
    code = """
    for before, after in ((False, True), (True, False), (True, True)):
        child = os.fork()
        if child == 0:
            set_flushing(before)
            check()  # makes the threads, which inherit the mode
            set_flushing(after)
            for _ in range(5):
                check_all()
                assert flushing() == after
            for _ in range(10):
                set_flushing(not flushing())
                check()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run(code, prelude=DRIVERS + MODES, options=FORK)


@KNOWN_MODES
@pytest.mark.parametrize("moment", ["before the import", "after the threads were made"])
def test_library_built_for_fast_mathematics_changes_nothing(moment, tmp_path):
    path = build_library(tmp_path, "int nothing;\n", "-ffast-math")
    reference = tmp_path / "results"
    run(f"Path({str(reference)!r}).write_bytes(WANT + b''.join(WANTS.values()))", prelude=PATHLIB + DRIVERS)
    load = f"import ctypes; ctypes.CDLL({path!r})\n"
    code = f"""
    check()
    {"" if moment.startswith("before") else load}
    check_all()
    print(flushing())
    assert WANT + b"".join(WANTS.values()) == Path({str(reference)!r}).read_bytes()
    """
    flushes = f"{subprocess_flushes(path)}\n"
    prelude = PATHLIB + (load if moment.startswith("before") else "") + DRIVERS + MODES
    run(code, prelude=prelude, printed=flushes, options=("-W", "ignore:The value of the smallest subnormal"))


def subprocess_flushes(path):
    """Whether this compiler's start-up code sets the mode at all: gcc 13 and newer no longer do so for libraries."""
    code = f"import ctypes; ctypes.CDLL({path!r})\n{MODES}\nprint(flushing())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@KNOWN_MODES
@pytest.mark.parametrize("threads", [1, 4])
def test_rounding_modes_change_nothing_and_stay(threads):
    code = """
    for mode in (*ROUNDING, *ROUNDING[::-1]):
        libm.fesetround(mode)
        got = pysigmoid.sigmoid(X).tobytes()
        wrong = different(WANTS)
        kept = libm.fegetround()
        libm.fesetround(0)
        assert (kept, wrong, got == WANT) == (mode, [], True)
    """
    run(code, prelude=DRIVERS + MODES, threads=threads)


@KNOWN_MODES
@pytest.mark.parametrize("threads", [1, 4])
def test_calls_leave_no_floating_point_flag_behind(threads):
    """As fetestexcept tells it: a ufunc clears what np.errstate would see. The text of an error may be inexact."""
    code = """
    left = {}
    for name, call in CALLS.items():
        libm.feclearexcept(EVERY_FLAG)
        call()
        if flags := libm.fetestexcept(sum(FLAGS[:3]) if "error" in name else EVERY_FLAG):
            left[name] = flags
    assert left == {}, left
    """
    run(code, prelude=DRIVERS + MODES, threads=threads)


@KNOWN_MODES
def test_flags_that_were_set_before_a_call_stay():
    """Of the losses: NumPy clears all flags before a ufunc's loops."""
    code = """
    for name, call in CALLS.items():
        if ", loss" in name and "in place" not in name:
            for flag in FLAGS:
                libm.feclearexcept(EVERY_FLAG)
                libm.feraiseexcept(flag)
                call()
                assert libm.fetestexcept(EVERY_FLAG) & flag, name
    """
    run(code, prelude=DRIVERS + MODES)


@KNOWN_MODES
def test_mode_of_the_caller_is_kept_by_every_call():
    code = """
    for name, call in CALLS.items():
        for mode in ROUNDING:
            libm.fesetround(mode)
            set_flushing(True)
            call()
            kept = libm.fegetround(), flushing()
            set_flushing(False)
            libm.fesetround(0)
            assert kept == (mode, True), name
    """
    run(code, prelude=DRIVERS + MODES)


def test_no_value_warns_on_any_number_of_threads():
    code = """
    rough = np.resize(np.float32([np.inf, -np.inf, np.nan, 1e38, -1e38, 1e-45, -1e-45, 104, -104, 0, -0.0]), 1_000_000)
    for count in (1, 2, 8):
        pysigmoid.set_num_threads(count)
        with np.errstate(all="raise"):
            for row in _core.functions:
                getattr(pysigmoid, row["name"])(*[rough, rough[::-1]][: row["nin"]])
            check_all()
    """
    run(code, prelude=DRIVERS, options=("-W", "error"))
