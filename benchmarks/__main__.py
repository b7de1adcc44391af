"""Run the benchmark: print the table, write the numbers and the pictures."""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.bench import measure
from benchmarks.peers import installed
from benchmarks.report import SETTINGS, table, write_json, write_pictures
from benchmarks.tasks import all_tasks, loss_tasks, ufunc_tasks
from pysigmoid._command.progress import progress
from pysigmoid._command.timing import CLOCKS

SIZES = [64, 8_192, 1_000_000, 16_000_000]
GROUPS = {"ufuncs": ufunc_tasks, "losses": loss_tasks}
DTYPES = ("float16", "bfloat16", "float32", "float64", "longdouble")


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    chosen = {name for asked in options.tasks for name in expanded(asked)}
    tasks = [task for task in all_tasks() if task.name in chosen]
    dtypes = [as_dtype(name) for name in options.dtypes]
    libraries = list(installed(options.threads))
    how = {"rounds": options.rounds, "threads": options.threads, "clock": options.clock}
    groups = measure(tasks, dtypes, options.sizes, libraries, options.settings, **how)
    total = len(tasks) * len(dtypes) * len(options.sizes) * len(options.settings)
    results = [result for group in progress(groups, total, "task", "benchmarks") for result in group]
    print(table(results))
    options.output.mkdir(parents=True, exist_ok=True)
    numbers = options.output / "bench.json"
    write_json(results, numbers, **how)
    pictures = write_pictures(results, options.output)
    print("\nwritten:", *(str(path) for path in (numbers, *pictures)))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Our functions beside other libraries.")
    names = [*GROUPS, *(task.name for task in all_tasks())]
    parser.add_argument("--sizes", type=positive, nargs="+", metavar="N", default=SIZES, help="elements")
    parser.add_argument(
        "--dtypes", nargs="+", choices=DTYPES, metavar="DTYPE", default=["float32", "float64"], help=one_of(DTYPES)
    )
    parser.add_argument("--tasks", nargs="+", choices=names, metavar="TASK", default=[*GROUPS], help=one_of(names))
    parser.add_argument("--rounds", type=positive, default=9, help="times every contender has its turn")
    parser.add_argument(
        "--clock", choices=CLOCKS, default="wall", help="processor: on one thread of a machine that others use too"
    )
    parser.add_argument("--threads", type=positive, default=1, help="where a library has them")
    parser.add_argument(
        "--settings", nargs="+", choices=SETTINGS, metavar="SETTING", default=[*SETTINGS], help=one_of(SETTINGS)
    )
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results", help="a folder")
    return parser.parse_args(arguments)


def expanded(name: str) -> list[str]:
    """The tasks of a group, or the one of this name."""
    return [task.name for task in GROUPS[name]()] if name in GROUPS else [name]


def one_of(choices: Iterable[str]) -> str:
    return "of: " + ", ".join(choices)


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return number


def as_dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


if __name__ == "__main__":
    main()
