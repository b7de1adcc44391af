"""What threads gain and cost: time on one thread over time on several, calls taking turns in one process.

Back to back, the pool's threads are awake; after a pause they sleep, and waking them takes 25 to 50 us. With `--busy`
another process keeps one processor busy. The last line tells what idle threads burn, and how 16 Mi elements compare
with a copy of the same traffic on as many threads.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import pysigmoid
from benchmarks.__main__ import positive
from benchmarks.bench import copying

SIZES = (1, 1_000, 10_000, 16_384, 50_000, 100_000, 200_000, 400_000, 600_000, 1_000_000, 3_000_000, 10_000_000)
PAUSE = 2e-3
LARGE = 1 << 24


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    with busy_processor() if options.busy else contextlib.nullcontext():
        report = [compare(size, pause, options) for pause in (0.0, PAUSE) for size in options.sizes]
    idle, beside_copy = idle_share(options.threads), ratio_to_copy(options)
    print(f"idle: {idle:.2%} of a core; {options.large:,} elements: {beside_copy:.2f} times a copy on as many threads")
    options.output.mkdir(parents=True, exist_ok=True)
    numbers = {"threads": options.threads, "busy": options.busy, "idle": idle, "copy": beside_copy, "sizes": report}
    (options.output / "threads.json").write_text(json.dumps(numbers, indent=1) + "\n")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threads", description=__doc__)
    parser.add_argument("--sizes", type=positive, nargs="+", metavar="N", default=SIZES, help="elements, float32")
    parser.add_argument("--large", type=positive, metavar="N", default=LARGE, help="elements beside the copy")
    parser.add_argument("--threads", type=positive, default=max(2, pysigmoid.get_num_threads()))
    parser.add_argument("--rounds", type=positive, default=30, help="times each number of threads has its turn")
    parser.add_argument("--busy", action="store_true", help="keep one processor busy meanwhile")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results", help="a folder")
    return parser.parse_args(arguments)


def compare(size: int, pause: float, options: argparse.Namespace) -> dict[str, float]:
    """Seconds per call on one thread and on several, minimum and median, printed as a line."""
    call = sigmoid_of(size)
    one, several = ([], [])
    for _ in range(options.rounds):
        one += samples(call, 1, pause)
        several += samples(call, options.threads, pause)
    result = {"size": size, "pause": pause}
    for name, seconds in (("one", one), ("several", several)):
        result |= {f"{name} minimum": min(seconds), f"{name} median": statistics.median(seconds)}
    gain, of_medians = (result[f"one {which}"] / result[f"several {which}"] for which in ("minimum", "median"))
    mode = f"{1e3 * pause:g} ms pauses" if pause else "back to back"
    print(f"{mode:>13} {size:>11,} elements {1e6 * min(one):>10.2f} us, speed-up {gain:.2f} ({of_medians:.2f})")
    return result


def sigmoid_of(size: int) -> Callable[[], object]:
    x = (3 * np.random.default_rng(0).standard_normal(size)).astype(np.float32)
    out = np.empty_like(x)
    return lambda: pysigmoid.sigmoid(x, out=out)


def samples(call: Callable[[], object], threads: int, pause: float, count: int = 4) -> list[float]:
    """The first call wakes the threads and is not timed, unless that is the question."""
    seconds = []
    with pysigmoid.num_threads(threads):
        call()
        for _ in range(count):
            if pause:
                time.sleep(pause)
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
    return seconds


def idle_share(threads: int, calls: int = 50, gap: float = 1e-2) -> float:
    """Processor time burnt between long calls, as a share of the time between them."""
    call, idle, burnt = sigmoid_of(1_000_000), 0.0, 0.0
    with pysigmoid.num_threads(threads):
        for _ in range(calls):
            call()
            start, processor = time.perf_counter(), time.process_time()
            time.sleep(gap)
            idle, burnt = idle + time.perf_counter() - start, burnt + time.process_time() - processor
    return burnt / idle


def ratio_to_copy(options: argparse.Namespace) -> float:
    """Memory bounds both: a sigmoid reads and writes what a copy does."""
    source, target = np.ones((2, options.large), np.float32)
    call, copy = sigmoid_of(options.large), copying(target, source, options.threads)
    pairs = [
        (min(samples(call, options.threads, 0.0)), min(samples(copy, options.threads, 0.0)))
        for _ in range(options.rounds)
    ]
    ours, copies = zip(*pairs, strict=True)
    return min(ours) / min(copies)


@contextlib.contextmanager
def busy_processor() -> Iterator[None]:
    """Another process that never sleeps, on the last processor this one may use."""
    burn = "while True: pass"
    if hasattr(os, "sched_setaffinity"):
        burn = f"import os; os.sched_setaffinity(0, {{{max(os.sched_getaffinity(0))}}})\n{burn}"
    burner = subprocess.Popen([sys.executable, "-c", burn])
    try:
        yield
    finally:
        burner.kill()
        burner.wait()


if __name__ == "__main__":
    main()
