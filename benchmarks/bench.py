"""The benchmark itself: every task, in every setting, at every dtype and size, ours beside the peers and the copy."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product

import numpy as np

from benchmarks.peers import Library
from benchmarks.report import COPY, OURS, Result
from benchmarks.tasks import Task
from pysigmoid import num_threads
from pysigmoid._command.timing import interleave


def copying(target: np.ndarray, source: np.ndarray, threads: int = 1) -> Callable[[], object]:
    """A copy of one operand: the traffic that nothing can avoid, on as many threads."""
    if threads == 1:
        return partial(np.copyto, target, source)
    executor = ThreadPoolExecutor(threads)
    parts = np.array_split(target, threads), np.array_split(source, threads)
    return lambda: list(executor.map(np.copyto, *parts))


def contenders(
    task: Task,
    dtype: np.dtype,
    size: int,
    libraries: Sequence[Library],
    setting: str = "given",
    *,
    threads: int = 1,
) -> dict[str, Callable[[], object]]:
    """The calls to compare at one task: all read the same operands, and fill the same buffers unless they allocate."""
    operands = task.operands(dtype, size)
    if setting == "strided":
        operands = tuple(np.repeat(operand, 2)[::2] for operand in operands)
    buffers = tuple(np.empty(size, dtype) for _ in range(task.outputs))
    given = {"out": buffers} if buffers and setting != "allocated" else {}
    calls = {
        COPY: copying(np.empty(size, dtype), operands[0], threads),
        OURS: partial(task.run, *operands, **given),
    }
    calls |= {library.name: library.contender(task.name, operands, **given) for library in libraries}
    return {name: call for name, call in calls.items() if call is not None}


def measure(
    tasks: Sequence[Task],
    dtypes: Sequence[np.dtype],
    sizes: Sequence[int],
    libraries: Sequence[Library],
    settings: Sequence[str] = ("given",),
    *,
    rounds: int = 9,
    sample_seconds: float = 2e-3,
    threads: int = 1,
    clock: str = "wall",
) -> Iterator[list[Result]]:
    """The results of one task after another, so that the caller can show how far the run is."""
    for setting, dtype, size, task in product(settings, dtypes, sizes, tasks):
        calls = contenders(task, dtype, size, libraries, setting, threads=threads)
        with np.errstate(all="ignore"), num_threads(threads):
            timings = interleave(calls, rounds=rounds, sample_seconds=sample_seconds, clock=clock)
        yield [
            Result(task.name, setting, dtype.name, size, name, 1e9 * timing.minimum / size, 1e9 * timing.median / size)
            for name, timing in timings.items()
        ]
