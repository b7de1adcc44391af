"""Time the functions beside those of other libraries that are installed.

On one thread each, results written to a given array where a library can; the least processor time of several rounds in
which all take turns. Half a minute for all functions.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from pysigmoid import _core, num_threads
from pysigmoid._command.inputs import ROWS, Array
from pysigmoid._command.peers import LIBRARIES, Functions, calls_of
from pysigmoid._command.progress import progress
from pysigmoid._command.report import started
from pysigmoid._command.timing import interleave

NAME = "bench"
EXAMPLES = """\
examples:
  python -m pysigmoid bench
  python -m pysigmoid bench --functions sigmoid bce_with_logits --sizes 100 1000000
  python -m pysigmoid bench --functions silu --dtypes float64 --json -
"""

OURS = "pysigmoid"
DTYPES = ("float32", "float64")
SIZES = (1000, 1_000_000)
LARGEST = 100_000_000
ROUNDS, SAMPLE_SECONDS = 5, 2e-3


def add_options(parser: argparse.ArgumentParser) -> None:
    names, every_dtype = list(ROWS), ", ".join(DTYPES)
    functions_help, dtypes_help = f"of: {', '.join(names)} (all)", f"of: {every_dtype} (both)"
    sizes_help = f"elements, from 1 to {LARGEST:,} ({' and '.join(f'{size:,}' for size in SIZES)})"
    parser.add_argument("--functions", nargs="+", choices=names, metavar="FUNCTION", default=names, help=functions_help)
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, metavar="DTYPE", default=[*DTYPES], help=dtypes_help)
    parser.add_argument("--sizes", nargs="+", type=size, metavar="N", default=[*SIZES], help=sizes_help)


def size(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    if not 1 <= number <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; choose whole numbers from 1 to {LARGEST}")
    return number


def report(options: argparse.Namespace) -> dict[str, Any]:
    libraries = {name: calls_of(name) for name in LIBRARIES}
    present = {name: functions for name, functions in libraries.items() if functions is not None}
    tasks = [*product(options.dtypes, options.sizes, options.functions)]
    with np.errstate(all="ignore"), num_threads(1):
        results = [*progress(measured(tasks, present), len(tasks), "task", NAME)]
    return started(NAME) | {
        "unit": "nanoseconds per element",
        "threads": 1,
        "isa": _core.isa,
        "not_installed": [name for name in LIBRARIES if name not in present],
        "results": results,
    }


def measured(tasks: list[tuple[str, int, str]], libraries: dict[str, Functions]) -> Iterator[dict[str, Any]]:
    for dtype, n, name in tasks:
        calls = contenders(name, dtype, n, libraries)
        times = interleave(calls, rounds=ROUNDS, sample_seconds=SAMPLE_SECONDS, clock="processor")
        nanoseconds = {contender: round(1e9 * timing.minimum / n, 4) for contender, timing in times.items()}
        yield {"function": name, "dtype": dtype, "size": n, "times": nanoseconds}


def contenders(name: str, dtype: str, n: int, libraries: dict[str, Functions]) -> dict[str, Callable[[], object]]:
    """All read the same numbers."""
    generator = np.random.default_rng(0)
    inputs = [numbers(generator, interval, n).astype(dtype) for interval in ROWS[name]["intervals"]]
    buffers = tuple(np.empty(n, dtype) for _ in range(ROWS[name]["nout"]))
    calls: dict[str, Callable[[], object]] = {OURS: partial(getattr(_core, name), *inputs, out=buffers)}
    for library, functions in libraries.items():
        if name in functions:
            calls[library] = partial(functions[name], *inputs, buffers[0].copy())
    return calls


def numbers(generator: np.random.Generator, interval: tuple[float, float], n: int) -> Array:
    """Probabilities are uniform; logits and factors spread as a network's, 3 times the standard normal."""
    return generator.random(n) if interval == (0.0, 1.0) else np.clip(3 * generator.standard_normal(n), *interval)


# ---- text ----


def text(report: dict[str, Any]) -> str:
    results = report["results"]
    blocks = dict.fromkeys((result["dtype"], result["size"]) for result in results)
    tables = [
        block(f"{dtype}, {n:,} elements", [each for each in results if (each["dtype"], each["size"]) == (dtype, n)])
        for dtype, n in blocks
    ]
    head = f"pysigmoid {report['version']} ({report['isa']}), one thread, {report['unit']}, least of {ROUNDS} rounds"
    missing = [f"{name}: not installed" for name in report["not_installed"]]
    return "\n".join([head, *missing, *tables])


def block(title: str, results: list[dict[str, Any]]) -> str:
    columns = [OURS, *(name for name in LIBRARIES if any(name in result["times"] for result in results))]
    header = f"\n{title:32}{''.join(f'{name:>11}' for name in columns)}  ours / best other"
    return "\n".join([header, *(row(result, columns) for result in results)])


def row(result: dict[str, Any], columns: list[str]) -> str:
    times = result["times"]
    others = [times[name] for name in columns if name in times and name != OURS]
    cells = "".join(f"{times[name]:>11.3g}" if name in times else f"{'-':>11}" for name in columns)
    return (
        f"{result['function']:32}{cells}  {times[OURS] / min(others):.2f}"
        if others
        else f"{result['function']:32}{cells}"
    )
