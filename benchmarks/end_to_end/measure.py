"""Processor time and peak memory of the ways to do a task."""

import ctypes
import importlib.util
import time
from pathlib import Path

import numpy as np

from benchmarks.end_to_end.tasks import TASKS

MODULES = {"NumPy": "numpy", "SciPy": "scipy", "scikit-learn": "sklearn"}
SECONDS = 5.0  # of rounds at least: short calls have more of them
SMALL = 1e-3  # of the rows: the call that loads libraries


def installed(task: str) -> list[str]:
    """The contenders whose library can be imported here."""
    return [name for name in TASKS[task].contenders if importlib.util.find_spec(MODULES.get(name, name))]


def costs(task: str, name: str | None, scale: float, rounds: int) -> dict[str, float]:
    """Seconds of every contender, or megabytes of the one that is named."""
    with np.errstate(all="ignore"):
        return seconds(task, scale, rounds) if name is None else {name: megabytes(task, name, scale)}


def seconds(task: str, scale: float, rounds: int) -> dict[str, float]:
    data = TASKS[task].data(scale)
    least = dict.fromkeys(installed(task), float("inf"))
    end, turns = time.process_time() + SECONDS * scale, 0
    while turns < rounds or time.process_time() < end:
        turns += 1
        results = {}
        for name in least:
            call = TASKS[task].contenders[name](*data)
            begin = time.process_time()
            results[name] = call()
            least[name] = min(least[name], time.process_time() - begin)
        agree(task, results)
    return least


def agree(task: str, results: dict[str, object]) -> None:
    """A contender that does other work is no contender."""
    want = flat(results["pysigmoid"])
    for name, result in results.items():
        difference = np.abs(flat(result) - want).max() / np.abs(want).max()
        if not difference <= TASKS[task].tolerance:
            raise ArithmeticError(f"{task}: {name} differs from pysigmoid by {difference:.2g} of the largest number")


def flat(result: object) -> np.ndarray:
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([np.ravel(part) for part in parts])


def megabytes(task: str, name: str, scale: float) -> float:
    """How far the memory of this process rises above what it has before the call."""
    contender = TASKS[task].contenders[name]
    contender(*TASKS[task].data(scale * SMALL))()
    call = contender(*TASKS[task].data(scale))
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)  # what was freed goes back to the system, and does not serve the call unseen
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    call()
    return (status("VmHWM") - before) / 1e3


def status(field: str) -> int:
    """A number of kilobytes that the kernel keeps of this process."""
    return next(
        int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)
    )
