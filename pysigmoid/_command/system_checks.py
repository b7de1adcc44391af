"""Threads and forks: as many of either as may be, the bits are those of one thread."""

import os
import signal
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import pysigmoid
from pysigmoid import _core
from pysigmoid import functional as F
from pysigmoid._command.inputs import drawn
from pysigmoid._command.losses import as_tuple, operands
from pysigmoid._command.outcome import Outcome

SIZE = 1_000_003
SECONDS = 60  # for a child that computes a few milliseconds


def calls() -> dict[str, Callable[[], Any]]:
    x = drawn(np.arange(SIZE, dtype=np.uint64), 0, (-50.0, 50.0))
    single, table = x.astype(np.float32), x[: SIZE // 1000 * 1000].reshape(-1, 1000)
    logits, labels, weights, _ = operands("float32")
    return {
        "sigmoid in float32": lambda: pysigmoid.sigmoid(single),
        "softplus in float64": lambda: pysigmoid.softplus(x),
        "silu in float64, every third": lambda: pysigmoid.silu(x[::3]),
        "sigmoid in float64, columns": lambda: F.sigmoid(table[:, ::2].T),
        "loss, gradient and Hessian in float64": lambda: F.binary_cross_entropy_with_logits_grad_and_hess(x, x > 0),
        "weighted loss and gradient in float32": lambda: F.binary_cross_entropy_with_logits_value_and_grad(
            logits, labels, weights
        ),
    }


def on_threads(count: int, call: Callable[[], Any]) -> tuple[Any, ...]:
    with pysigmoid.num_threads(count):
        return as_tuple(call())


def check_threads() -> Outcome:
    outcome = Outcome("threads", _core.isa)
    for name, call in calls().items():
        wants = on_threads(1, call)
        for count in sorted({2, max(3, _core.process_threads())}):
            for got, want in zip(on_threads(count, call), wants, strict=True):
                outcome.compare(f"{name}, {count} threads", [np.arange(want.size)], got, want)
    return outcome


def check_fork() -> Outcome | None:
    """A child of a process whose threads have worked computes the same, with threads of its own."""
    if not hasattr(os, "fork"):
        return None
    outcome = Outcome("fork", _core.isa)
    name, call = next(iter(calls().items()))
    want = on_threads(2, call)[0].tobytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads in a process that forks
        child = os.fork()
    if child == 0:
        os._exit(0 if on_threads(2, call)[0].tobytes() == want else 1)
    outcome.inputs += SIZE
    status = wait(child)
    if status != "0":
        outcome.fail(f"{name} in a forked child", [f"{SIZE} elements"], f"exit {status}", "exit 0")
    return outcome


def wait(child: int) -> str:
    """The child's exit code, or that it did not end."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return str(os.waitstatus_to_exitcode(status))
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"none within {SECONDS} s"
