"""The benchmark itself: every task, at every dtype and size, ours beside the peers and the memory copy."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from benchmarks.peers import Library
from benchmarks.report import COPY, OURS, Result
from benchmarks.tasks import Task
from benchmarks.timing import interleave


def contenders(
    task: Task, dtype: np.dtype, size: int, libraries: Sequence[Library], *, allocate: bool = False
) -> dict[str, Callable[[], object]]:
    """The calls to compare at one task: all read the same operands, and fill the same buffers unless they allocate."""
    operands = task.operands(dtype, size)
    buffers = tuple(np.empty(size, dtype) for _ in range(task.outputs))
    given = {"out": buffers} if buffers and not allocate else {}
    calls = {
        COPY: partial(np.copyto, np.empty_like(operands[0]), operands[0]),
        OURS: partial(task.run, *operands, **given),
    }
    calls |= {library.name: library.contender(task.name, operands, **given) for library in libraries}
    return {name: call for name, call in calls.items() if call is not None}


def measure(
    tasks: Sequence[Task],
    dtypes: Sequence[np.dtype],
    sizes: Sequence[int],
    libraries: Sequence[Library],
    *,
    allocate: bool = False,
    rounds: int = 9,
    sample_seconds: float = 2e-3,
) -> Iterator[list[Result]]:
    """The results of one task after another, so that the caller can show how far the run is."""
    for dtype in dtypes:
        for size in sizes:
            for task in tasks:
                calls = contenders(task, dtype, size, libraries, allocate=allocate)
                with np.errstate(all="ignore"):
                    timings = interleave(calls, rounds=rounds, sample_seconds=sample_seconds)
                yield [
                    Result(task.name, dtype.name, size, name, 1e9 * timing.minimum / size, 1e9 * timing.median / size)
                    for name, timing in timings.items()
                ]
