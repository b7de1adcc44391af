"""Signals during calls."""

import os
import signal

import pytest

from processes import LINUX, build_library, run
from proof.build import CSRC


@pytest.mark.repeated
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
    signal.set_wakeup_fd(-1)
    here.close()
    there.close()
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
        with open(f"/proc/self/task/{task}/status") as status:
            blocked = next(line for line in status if line.startswith("SigBlk"))
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
#include "threads/pool.c"

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
    ctypes.CDLL({build_library(tmp_path, READING_WORKER, f"-I{CSRC}")!r}).read_in_worker(ctypes.c_void_p({address}))
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
        while out[0] == 0:  # until the call has begun
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
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
