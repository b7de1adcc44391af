"""Signals during calls."""

import os

import pytest

from processes import LINUX, run


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
def test_workers_take_no_signal():
    code = """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    before = tasks()
    check()
    workers = tasks() - before
    assert len(workers) == 3
    for task in workers:
        blocked = next(line for line in open(f"/proc/self/task/{task}/status") if line.startswith("SigBlk"))
        mask = int(blocked.split()[1], 16)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            assert mask >> (number - 1) & 1 or 32 <= number < 34, number
    os.kill(os.getpid(), signal.SIGUSR1)
    check()
    assert signal.sigpending() == {signal.SIGUSR1}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == {signal.SIGUSR1}
    """
    run(code, OPENBLAS_NUM_THREADS="1")  # its threads take signals
