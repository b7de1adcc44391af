"""Rounds in which the contenders take turns, so that a slow moment of the machine meets all of them."""

import math
import statistics
import time
import timeit
from collections.abc import Callable, Mapping
from typing import NamedTuple

# Processor time leaves out what other programs take, and adds up over threads.
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


class Timing(NamedTuple):
    """Seconds per call over all rounds."""

    minimum: float
    median: float


def interleave(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, sample_seconds: float, clock: str = "wall"
) -> dict[str, Timing]:
    """Time every contender once per round; one sample repeats the call for about `sample_seconds`."""
    timers = {name: timeit.Timer(call, timer=CLOCKS[clock]) for name, call in contenders.items()}
    calls = {name: _calls_per_sample(timer, sample_seconds) for name, timer in timers.items()}
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, timer in timers.items():
            samples[name].append(timer.timeit(calls[name]) / calls[name])
    return {name: Timing(min(seconds), statistics.median(seconds)) for name, seconds in samples.items()}


def _calls_per_sample(timer: timeit.Timer, sample_seconds: float) -> int:
    timer.timeit(1)  # compiles, loads pages, fills caches
    return max(1, math.ceil(sample_seconds / timer.timeit(1)))
