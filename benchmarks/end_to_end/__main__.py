"""Whole pieces of work, ours beside the usual ways: processor time and peak memory. `python -m benchmarks.end_to_end`.

One thread. Times are the least of rounds in which the contenders take turns in one process; memory is what a call takes
at most beyond its data and what it returns a view of, in a process of its own, after a small call that loads libraries.
"""

import argparse
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from unittest.mock import patch

from benchmarks.__main__ import positive
from benchmarks.end_to_end.measure import costs, installed
from benchmarks.end_to_end.tasks import TASKS
from benchmarks.report import environment
from pysigmoid._command.progress import Progress

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "PYSIGMOID")}


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    jobs = [(task, None) for task in options.tasks]
    jobs += [(task, name) for task in options.tasks for name in installed(task)]
    with patch.dict(os.environ, ONE_THREAD), Progress(len(jobs), "part", "end to end") as progress:
        found = {job: progress.after(fresh(costs, *job, options.scale, options.rounds)) for job in jobs}
    results = [
        {
            "task": task,
            "contender": name,
            "seconds": three_digits(found[task, None][name]),
            "megabytes": three_digits(found[task, name][name]),
        }
        for task in options.tasks
        for name in installed(task)
    ]
    print(*lines(results), sep="\n")
    write(results, options)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_to_end", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, metavar="TASK", default=[*TASKS], help=", ".join(TASKS))
    parser.add_argument("--rounds", type=positive, default=5, help="times every contender has its turn")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows")
    parser.add_argument("--processor", default="not named", help="for the record")
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[1] / "results" / "end_to_end.json")
    return parser.parse_args(arguments)


def fresh(function: Callable, *arguments: object) -> dict[str, float]:
    """The result of a function in a process that ends with it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def three_digits(number: float) -> float:
    return float(f"{number:.3g}")


def lines(results: Iterable[dict]) -> Iterable[str]:
    for result in results:
        task, name, spent, taken = result.values()
        yield f"{TASKS[task].title:60}{name:14}{1e3 * spent:>10.1f} ms{taken:>9.1f} MB"


def write(results: list[dict], options: argparse.Namespace) -> None:
    about = environment()
    report = {
        "processor": options.processor,
        "isa": about["pysigmoid"]["isa"],
        "version": about["pysigmoid"]["version"],
        "clock": "processor",
        "threads": 1,
        "rounds": options.rounds,
        "scale": options.scale,
        "libraries": about["libraries"],
        "results": [
            result | {key: float(f"{result[key]:.3g}") for key in ("seconds", "megabytes")} for result in results
        ],
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
