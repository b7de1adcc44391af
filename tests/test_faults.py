"""What other programs do to a library with threads: forks, signals, limits, strange modes, the end of the process.

Each scenario runs in a process of its own (processes.py). Results are compared with those of one thread, byte by byte.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processes import LIMIT, PRELUDE, ROUNDS, build_library, run
from proof.build import KERNELS

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="platform: asks the Linux kernel")

# Python 3.12 and newer warn at a fork of a process with threads, as README says.
FORK = ("-W", "ignore::DeprecationWarning")

# ---- fork ----


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
    environment = os.environ | {"PYSIGMOID_NUM_THREADS": "4"}
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


# ---- threads refused ----


REFUSES_THREADS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/* How many threads may still be made; any number as long as it is negative. */
int threads_left = -1;
int refusals;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    if (threads_left == 0) {
        refusals++;
        return EAGAIN;
    }
    threads_left -= threads_left > 0;
    return create(thread, attributes, start, argument);
}
"""


@LINUX
@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_refused_threads_are_done_without(allowed, tmp_path):
    code = f"""
    import ctypes
    shim = ctypes.CDLL(None)
    ctypes.c_int.in_dll(shim, "threads_left").value = {allowed}
    for _ in range(20):
        check()
    assert pysigmoid.show_config("dicts")["workers"] == _core.pool_workers() == {allowed}
    assert ctypes.c_int.in_dll(shim, "refusals").value == 2, "with a small stack, with the usual one, and never again"
    ctypes.c_int.in_dll(shim, "threads_left").value = -1
    check()
    assert _core.pool_workers() == {allowed}
    pysigmoid.set_num_threads(8)
    check()
    assert _core.pool_workers() == 7
    """
    run(code, threads=8, LD_PRELOAD=build_library(tmp_path, REFUSES_THREADS))


@LINUX
def test_limit_on_processes_is_no_error():
    """It does not hold for root, so root becomes nobody first."""
    code = """
    import resource
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    for _ in range(5):
        check()
    assert _core.pool_workers() == 0
    """
    run(code)


# ---- concurrent callers, changing settings ----


@LINUX
@pytest.mark.parametrize("threads", [1, 2, 8, 64])
def test_thirty_two_callers_at_once(threads):
    code = """
    sizes = [100, 5_000, 16_384, 100_000, 1_000_000]
    wants = {size: WANT[: 4 * size] for size in sizes}
    everyone = threading.Barrier(32)
    failures = []
    before = len(tasks())

    def work(number):
        everyone.wait()
        for call in range(20 * ROUNDS):
            size = sizes[(number + call) % len(sizes)]
            if pysigmoid.sigmoid(X[:size]).tobytes() != wants[size]:
                failures.append(size)

    callers = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for caller in callers:
        caller.start()
    most = 0
    while any(caller.is_alive() for caller in callers):
        most = max(most, len(tasks()))
        time.sleep(0.001)
    assert failures == []
    assert most <= before + 32 + pysigmoid.get_num_threads() - 1, most
    """
    run(code, threads=threads)


def test_number_changes_while_others_compute():
    code = """
    done = threading.Event()
    failures = []

    def compute():
        while not done.is_set():
            if pysigmoid.sigmoid(X).tobytes() != WANT:
                failures.append(1)

    others = [threading.Thread(target=compute) for _ in range(3)]
    for thread in others:
        thread.start()
    for step in range(400 * ROUNDS):
        pysigmoid.set_num_threads(step % 9 + 1)
        with pysigmoid.num_threads(step % 3 + 1):
            if step % 10 == 0:
                check()
        time.sleep(0.001)
    done.set()
    for thread in others:
        thread.join()
    assert failures == []
    """
    run(code)


# ---- every way to call, with threads ----

TWICE = """
def same(function, *arrays):
    # Does the same to copies of the arrays on 1 and on 8 threads; returns the results.
    results = []
    for count in (1, 8):
        copies = [array.copy() for array in arrays]
        with pysigmoid.num_threads(count):
            returned = function(*copies)
        returned = returned if isinstance(returned, tuple) else (returned,)
        results.append([np.ascontiguousarray(array).tobytes() for array in (*returned, *copies)])
    assert results[0] == results[1]
    return returned

Y = np.random.default_rng(1).random(1_000_000, np.float32)
BINARY = [getattr(pysigmoid, row["name"]) for row in _core.functions if (row["nin"], row["nout"]) == (2, 1)]
"""


def test_methods_of_ufuncs_keep_their_order():
    code = """
    n = 200_000
    table = Y.reshape(10, -1)
    starts = [0, 10, 60_000, 60_001]
    for _ in range(ROUNDS):
        for ufunc in BINARY:
            same(ufunc.accumulate, Y[:n])
            same(ufunc.reduce, Y[:n])
            same(lambda y: ufunc.reduceat(y, starts), Y[:n])
            same(lambda y: ufunc.reduce(y, axis=0), table)
            same(lambda y: ufunc.accumulate(y, axis=0), table)
            same(lambda x, y: ufunc.at(x, np.arange(50_000) % 1000, y[:50_000]) or x, X[:n], Y[:n])
            same(ufunc.outer, Y[:1000], X[:1000])
    """
    run(code, prelude=PRELUDE + TWICE)


def test_outputs_that_overlap_inputs_are_as_on_copies():
    code = """
    for ufunc in BINARY:
        want = ufunc(Y, X).tobytes()
        for place in ("y", "x"):
            (got, *_) = same(lambda y, x: ufunc(y, x, out=y if place == "y" else x), Y, X)
            assert got.tobytes() == want
        (got, *_) = same(lambda y, x: ufunc(y[1:], x[1:], out=y[:-1]), Y, X)
        assert got.tobytes() == want[4:]
        (got, *_) = same(lambda y, x: ufunc(y[:-1], x[:-1], out=y[1:]), Y, X)
        assert got.tobytes() == want[:-4]
        (got, *_) = same(lambda y, x: ufunc(y, x, out=x[::-1]), Y, X)
        assert got.tobytes() == want

    def shifted_by_a_byte(x):
        raw = np.concatenate([x.view(np.uint8), np.zeros(4, np.uint8)])
        return pysigmoid.sigmoid(raw[:-4].view(np.float32), out=raw[1:-3].view(np.float32))

    (got, *_) = same(shifted_by_a_byte, X)
    assert got.tobytes() == WANT
    """
    run(code, prelude=PRELUDE + TWICE)


def test_layouts():
    code = """
    padded = {offset: np.frombuffer(b"." * offset + X.tobytes(), np.uint8) for offset in range(1, 8)}
    unaligned = {offset: padded[offset][offset:].view(np.float32) for offset in padded}
    layouts = {
        "reversed": X[::-1], "second": X[::2], "third": X[::-3], "far": X[::997],
        "repeated": np.broadcast_to(X[5], 10**6),
        "swapped": X.astype(X.dtype.newbyteorder()), "Fortran": np.asfortranarray(X.reshape(1000, 1000)),
        "inner": X.reshape(1000, 1000)[1:, 5:900], "rows": X.reshape(1000, 1000)[::2], "empty": X[:0], "one": X[:1],
        "scalar": X[3], "0-d": np.array(X[3]), "column": X.reshape(1000, 1000)[:, 7], **unaligned,
    }
    flat = np.frombuffer(WANT, np.float32)
    for name, array in layouts.items():
        with pysigmoid.num_threads(1):
            one = np.asarray(pysigmoid.sigmoid(array))
        many = np.asarray(pysigmoid.sigmoid(array))
        assert one.tobytes() == many.tobytes(), name
    assert pysigmoid.sigmoid(X[::-3]).tobytes() == flat[::-3].tobytes()
    mask = X > 0
    got = same(lambda x: pysigmoid.sigmoid(x, out=np.zeros_like(x), where=mask), X)[0]
    assert got.tobytes() == np.where(mask, flat, 0).tobytes()
    strided_out = np.zeros(3 * X.size, np.float32)
    pysigmoid.sigmoid(X, out=strided_out[::-3])
    assert strided_out[::-3].tobytes() == WANT and not strided_out[0::3].any()
    """
    run(code, prelude=PRELUDE + TWICE)


@LINUX
def test_threads_touch_nothing_beside_their_operands():
    """Pages that may not be touched on both sides of input and output, and values that must stay."""
    code = """
    import ctypes, mmap
    libc = ctypes.CDLL(None, use_errno=True)
    page = mmap.PAGESIZE

    def between_guards(size):
        length = -(-size // page) * page
        whole = mmap.mmap(-1, length + 2 * page)
        address = ctypes.addressof(ctypes.c_char.from_buffer(whole))
        for at in (address, address + page + length):
            assert libc.mprotect(ctypes.c_void_p(at), page, 0) == 0
        return np.frombuffer(whole, np.uint8, length, page)

    for extra in (0, 1, 15, 16, 17, 63):
        n = 900_000 + extra
        for flush_left in (True, False):
            source, target = (between_guards(4 * n) for _ in range(2))
            part = slice(0, 4 * n) if flush_left else slice(source.size - 4 * n, None)
            target[:] = 0xA5
            source[part].view(np.float32)[:] = X[:n]
            pysigmoid.sigmoid(source[part].view(np.float32), out=target[part].view(np.float32))
            assert target[part].tobytes() == WANT[: 4 * n]
            beside = target[4 * n :] if flush_left else target[: target.size - 4 * n]
            assert (beside == 0xA5).all()
    """
    run(code)


def memory_available():
    """In GiB."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


if ROUNDS > 1:  # a quarter of a minute, for the pages

    @pytest.mark.skipif(memory_available() < 6, reason="platform: less than 6 GiB of memory are free")
    def test_more_elements_than_32_bits_count():
        code = """
        x = np.zeros((1 << 31) + 1001, np.float16)
        x[-1000:] = np.linspace(-5, 5, 1000)
        want = pysigmoid.sigmoid(x[-1000:].copy())
        pysigmoid.sigmoid(x, out=x)
        assert (x[-1000:] == want).all()
        assert all((part == 0.5).all() for part in np.array_split(x[:-1000], 100))
        """
        run(code)


# ---- floating-point modes ----

MODES = """
import ctypes, ctypes.util, platform
libm = ctypes.CDLL(ctypes.util.find_library("m"))
ROUNDING = {"x86_64": (0, 0x400, 0x800, 0xC00), "aarch64": (0, 0x400000, 0x800000, 0xC00000)}[platform.machine()]
WORD, FLUSH = {"x86_64": (7, 0x8040), "aarch64": (0, 1 << 24)}[platform.machine()]

def flushing():
    environment = (ctypes.c_uint32 * 16)()
    libm.fegetenv(environment)
    return bool(environment[WORD] & FLUSH)

def set_flushing(on):
    environment = (ctypes.c_uint32 * 16)()
    libm.fegetenv(environment)
    environment[WORD] = environment[WORD] | FLUSH if on else environment[WORD] & ~FLUSH
    libm.fesetenv(environment)
"""
KNOWN_MODES = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"),
    reason="platform: the layout of fenv_t is not known here",
)


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
                check()
            assert flushing() == after
            for _ in range(10):
                set_flushing(not flushing())
                check()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run(code, prelude=PRELUDE + MODES, options=FORK)


@KNOWN_MODES
@pytest.mark.parametrize("moment", ["before the import", "after the threads were made"])
def test_library_built_for_fast_mathematics_changes_nothing(moment, tmp_path):
    path = build_library(tmp_path, "int nothing;\n", "-ffast-math")
    reference = tmp_path / "results"
    run(f"open({str(reference)!r}, 'wb').write(WANT)")
    load = f"import ctypes; ctypes.CDLL({path!r})\n"
    code = f"""
    check()
    {"" if moment.startswith("before") else load}
    check()
    print(flushing())
    assert WANT == open({str(reference)!r}, "rb").read()
    """
    flushes = f"{subprocess_flushes(path)}\n"
    run(code, prelude=(load if moment.startswith("before") else "") + PRELUDE + MODES, printed=flushes)


def subprocess_flushes(path):
    """Whether this compiler's start-up code sets the mode at all: gcc 13 and newer no longer do so for libraries."""
    code = f"import ctypes; ctypes.CDLL({path!r})\n{MODES}\nprint(flushing())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@KNOWN_MODES
def test_rounding_modes_change_nothing():
    code = """
    for mode in (*ROUNDING, *ROUNDING[::-1]):
        libm.fesetround(mode)
        got = pysigmoid.sigmoid(X).tobytes()
        kept = libm.fegetround()
        libm.fesetround(0)
        assert (kept, got) == (mode, WANT)
    """
    run(code, prelude=PRELUDE + MODES)


def test_no_value_warns_on_any_number_of_threads():
    code = """
    rough = np.resize(np.float32([np.inf, -np.inf, np.nan, 1e38, -1e38, 1e-45, -1e-45, 104, -104, 0, -0.0]), 1_000_000)
    for count in (1, 2, 8):
        pysigmoid.set_num_threads(count)
        with np.errstate(all="raise"):
            for row in _core.functions:
                getattr(pysigmoid, row["name"])(*[rough, rough[::-1]][: row["nin"]])
    """
    run(code, options=("-W", "error"))


# ---- signals ----


@pytest.mark.skipif(os.name != "posix", reason="platform: signals of POSIX")
def test_signals_reach_the_main_thread_and_leave_the_pool_usable():
    code = """
    import socket
    here, there = socket.socketpair()
    there.setblocking(False)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    in_main, alarms, interrupts, armed = threading.main_thread(), [], 0, False
    signal.signal(signal.SIGALRM, lambda *_: alarms.append(threading.current_thread() is in_main))

    def interrupt_once(*_):
        global armed
        if armed:
            armed = False
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt_once)
    done = threading.Event()

    def send():
        while not done.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.001)

    sender = threading.Thread(target=send)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    sender.start()
    big = np.tile(X, 4)
    while interrupts < 100 * ROUNDS:
        try:
            armed = True
            while True:
                pysigmoid.sigmoid(big, out=big)
        except KeyboardInterrupt:
            interrupts += 1
    done.set()
    sender.join()
    signal.setitimer(signal.ITIMER_REAL, 0)
    check()
    assert alarms and all(alarms)
    assert here.recv(1)
    """
    run(code)


@LINUX
def test_workers_take_no_signal_but_those_of_their_own_instructions():
    code = """
    own = {getattr(signal, f"SIG{name}") for name in ("SEGV", "BUS", "FPE", "ILL", "ABRT", "TRAP", "SYS")}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    before = tasks()
    check()
    workers = tasks() - before
    assert len(workers) == 3
    for task in workers:
        blocked = next(line for line in open(f"/proc/self/task/{task}/status") if line.startswith("SigBlk"))
        mask = int(blocked.split()[1], 16)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            assert (mask >> (number - 1) & 1) == (number not in own) or 32 <= number < 34, number
    os.kill(os.getpid(), signal.SIGUSR1)
    check()
    assert signal.sigpending() == {signal.SIGUSR1}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == {signal.SIGUSR1}
    """
    run(code, OPENBLAS_NUM_THREADS="1")  # its threads take signals


# The pool, and a task in which the worker reads an address while the caller waits for what comes of it.
READING_WORKER = r"""
#include "pool.c"

static pthread_t caller;

static void let_worker_read(void *address, ptrdiff_t begin, ptrdiff_t end)
{
    (void)begin, (void)end;
    if (pthread_equal(pthread_self(), caller))
        usleep(pool_workers() > 0 ? 10 * 1000 * 1000 : 1000);
    else
        *(volatile char *)address;
}

__attribute__((visibility("default"))) void read_in_worker(void *address)
{
    caller = pthread_self();
    set_process_threads(2);
    run_in_parallel(let_worker_read, address, 1 << 20, 64);
}
"""


@LINUX
@pytest.mark.parametrize(("address", "name"), [("None", "SEGV"), ("numbers.ctypes.data + 8192", "BUS")])
def test_faulthandler_tells_where_a_worker_has_failed(address, name, tmp_path):
    """In no memory at all, and in a mapped file that another program has cut short."""
    path = str(tmp_path / "numbers")
    code = f"""
    import ctypes, faulthandler, sys
    faulthandler.enable(sys.stdout)
    np.zeros(4096, np.float32).tofile({path!r})
    numbers = np.memmap({path!r}, np.float32, "r+")
    os.truncate({path!r}, 4096)
    ctypes.CDLL({build_library(tmp_path, READING_WORKER, f"-I{KERNELS}")!r}).read_in_worker(ctypes.c_void_p({address}))
    """
    report = run(code, exit_code=-signal.Signals[f"SIG{name}"], printed=None)
    assert report.startswith("Fatal Python error: ")
    assert 'File "<string>"' in report


@pytest.mark.skipif(os.name != "posix", reason="platform: signals of POSIX")
@pytest.mark.parametrize("call", ["pysigmoid.sigmoid(big, out=out)", "np.reciprocal(big, out=out)"])
def test_interrupt_takes_effect_when_the_call_has_ended(call):
    """As in NumPy's own functions: the result is complete, and the exception comes from the line of the call."""
    code = f"""
    big, out = np.ones(1 << 27, np.float32), np.zeros(1 << 27, np.float32)

    def interrupt():
        time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    with pysigmoid.num_threads(1):
        try:
            threading.Thread(target=interrupt).start()
            {call}
            print("ended")
        except KeyboardInterrupt:
            assert out[-1] == out[0] != 0
            print("interrupted")
    """
    run(code, printed="interrupted\n")


# ---- the end of a process, and its modules ----


@pytest.mark.parametrize("round_", range(2 * ROUNDS))
@pytest.mark.parametrize(
    ("end", "exit_code"),
    [
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("threading.Thread(target=os._exit, args=(5,)).start(); time.sleep(9)", 5),
    ],
)
def test_process_ends_while_daemon_threads_compute(end, exit_code, round_):
    code = f"""
    def compute():
        while True:
            pysigmoid.sigmoid(X)

    for _ in range(3):
        threading.Thread(target=compute, daemon=True).start()
    time.sleep({0.01 * (1 + round_ % 3)})
    {end}
    """
    run(code, exit_code=exit_code)


def test_calls_at_the_end():
    """From atexit, a finalizer, a weak reference's callback, and __del__ while modules are torn down."""
    code = """
    import atexit, weakref

    class Last:
        def __init__(self, word):
            self.word, self.sigmoid, self.write, self.x, self.want = word, pysigmoid.sigmoid, os.write, X, WANT
            self.ref = None

        def __del__(self):
            assert self.sigmoid(self.x).tobytes() == self.want
            self.write(1, self.word)

    check()
    atexit.register(lambda: (check(), os.write(1, b"atexit ")))
    kept = Last(b"del ")
    sys.modules["__main__"].cycle = [kept]
    kept.cycle = sys.modules["__main__"].cycle
    weakref.finalize(kept, print, end="")
    holder = type("Holder", (), {})()
    reference = weakref.ref(holder, lambda _: (check(), os.write(1, b"weak ")))
    del holder
    """
    printed = run(code, printed=None)
    assert printed.split() == ["weak", "atexit", "del"]


def test_module_may_be_reloaded_and_imported_again():
    code = """
    import importlib
    check()
    for module in ("pysigmoid.threads", "pysigmoid.config", "pysigmoid"):
        importlib.reload(sys.modules[module])
        check()
    for name in [name for name in sys.modules if name.partition(".")[0] == "pysigmoid"]:
        del sys.modules[name]
    import pysigmoid as again
    assert again is not pysigmoid
    assert again.get_num_threads() == 4
    assert again.sigmoid(X).tobytes() == WANT
    """
    run(code)


def test_subinterpreter_works_or_refuses_cleanly():
    """NumPy itself warns or refuses there."""
    code = """
    import warnings
    warnings.simplefilter("ignore")
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    check()
    one = interpreters.create()
    text = '''
import warnings
warnings.simplefilter("ignore")
try:
    import numpy as np
    import pysigmoid
except ImportError:
    pass
else:
    x = np.zeros(1_000_000, np.float32)
    assert (pysigmoid.sigmoid(x) == 0.5).all()
'''
    failure = interpreters.run_string(one, text)
    assert not failure, failure
    check()
    """
    run(code)


# ---- memory ----


def test_failing_allocations_are_errors_or_nothing():
    """Python's own allocations fail one after another, in calls and settings."""
    code = """
    import _testcapi
    small = X[:100].copy()

    def settings():
        with pysigmoid.num_threads(2):
            pysigmoid.set_num_threads(3)
            pysigmoid.get_num_threads()
        pysigmoid.show_config("dicts")

    actions = (lambda: pysigmoid.sigmoid(small), lambda: pysigmoid.sigmoid(X), settings)
    errors = 0
    for action in actions:
        action()
        for position in range(60):
            _testcapi.set_nomemory(position, position + 1)
            try:
                action()
            except MemoryError:
                errors += 1
            finally:
                _testcapi.remove_mem_hooks()
            assert _core.own_threads() == 0
    check()
    assert errors > 0
    """
    run(code)


REFUSES_MEMORY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t);
int calls_left = -1; /* until one call fails; never while negative */

static int fails(void)
{
    if (calls_left < 0 || calls_left-- > 0)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
    return fails() ? MAP_FAILED : real(address, length, protection, flags, file, offset);
}
"""


@LINUX
def test_memory_that_the_system_refuses_while_threads_are_made(tmp_path):
    code = """
    import ctypes
    left = ctypes.c_int.in_dll(ctypes.CDLL(None), "calls_left")
    out = np.empty_like(X)
    for position in range(20):
        child = os.fork()
        if child == 0:
            try:
                left.value = position
                pysigmoid.sigmoid(X, out=out)
            except MemoryError:
                pass
            left.value = -1
            check()
            assert 0 <= _core.pool_workers() <= 3
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0, position
    """
    run(code, options=FORK, LD_PRELOAD=build_library(tmp_path, REFUSES_MEMORY))


def test_settings_leak_nothing():
    code = """
    import gc

    def blocks_after(rounds):
        for _ in range(rounds):
            pysigmoid.set_num_threads(2)
            with pysigmoid.num_threads(3):
                pysigmoid.get_num_threads()
            pysigmoid.show_config("dicts")
            for wrong in (0, "4", 2**40):
                try:
                    pysigmoid.set_num_threads(wrong)
                except (TypeError, ValueError):
                    pass
            try:
                _core.set_own_threads("two")
            except TypeError:
                pass
        gc.collect()
        return sys.getallocatedblocks()

    blocks_after(50)
    before = blocks_after(50)
    assert blocks_after(300) - before < 100
    """
    run(code)


# ---- other work on the same processors ----

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
@pytest.mark.parametrize(("quota", "most"), [(0.5, 1), (1.5, 2)])
def test_quota_of_processor_time_limits_the_threads_and_costs_little(quota, most):
    """Rounds of calls as long as four periods of the quota, so that what is over it shows; the best of each counts."""
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

        times = [(round_of_calls(1), round_of_calls(count)) for _ in range(4)]
        alone, shared = (min(column) for column in zip(*times))
        assert shared < 1.2 * alone, (shared, alone)
    """
    with control_group(quota) as group:
        prelude = join.format(str(group / "cgroup.procs")) + PRELUDE + TIMED
        run(code, prelude=prelude, threads="", OMP_NUM_THREADS="")


@LINUX
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


# ---- calls from within ----


def test_call_from_a_hook_of_numpy():
    code = """
    class Wrapped(np.lib.mixins.NDArrayOperatorsMixin):
        def __init__(self, values):
            self.values = values

        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            check()
            return ufunc(*(each.values for each in inputs), **options)

    assert pysigmoid.sigmoid(Wrapped(X)).tobytes() == WANT
    """
    run(code)


# ---- workers of other libraries ----


@pytest.mark.parametrize("pool", ["concurrent.futures.ThreadPoolExecutor(8)", "multiprocessing.dummy.Pool(8)"])
def test_executors(pool):
    code = f"""
    import concurrent.futures, multiprocessing.dummy
    with {pool} as executor:
        assert set(executor.map(lambda _: pysigmoid.sigmoid(X).tobytes(), range(40))) == {{WANT}}
    """
    run(code)


@LINUX
def test_dask_threads_and_the_limit_of_the_environment():
    code = """
    import dask.array as da
    before = len(tasks())
    lazy = pysigmoid.sigmoid(da.from_array(X, chunks=250_000))
    assert lazy.compute(scheduler="threads", num_workers=4).tobytes() == WANT
    assert _core.pool_workers() == 0, "OMP_NUM_THREADS=1, as Dask's workers set it"
    """
    environment = {"PYSIGMOID_NUM_THREADS": "", "OMP_NUM_THREADS": "1"}
    run(code, **environment)
