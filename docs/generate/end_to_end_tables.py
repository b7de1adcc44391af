"""The table of whole pieces of work from benchmarks/measured/end_to_end_avx2.json: time and peak memory."""

import json
from functools import cache

from benchmarks.end_to_end.tasks import TASKS
from docs.generate.accuracy_tables import markdown
from docs.generate.speed_tables import MEASURED

COLUMNS = ("pysigmoid", "NumPy", "SciPy", "scikit-learn", "torch")


@cache
def record() -> dict:
    return json.loads((MEASURED / "end_to_end_avx2.json").read_text())


@cache
def costs() -> dict[tuple[str, str], tuple[float, float]]:
    """Seconds and megabytes by task and contender."""
    return {(each["task"], each["contender"]): (each["seconds"], each["megabytes"]) for each in record()["results"]}


def cell(task: str, contender: str) -> str:
    if (task, contender) not in costs():
        return "-"
    seconds, megabytes = costs()[task, contender]
    return f"{time(seconds)}, {megabytes:.0f} MB" if megabytes >= 0.95 else f"{time(seconds)}, {megabytes:.1f} MB"


def time(seconds: float) -> str:
    """Three digits, as they are recorded."""
    return f"{seconds:#.3g} s".replace(". ", " ") if seconds >= 0.1 else f"{1e3 * seconds:#.3g} ms".replace(". ", " ")


def table() -> str:
    rows = [[task.title, *(cell(name, each) for each in COLUMNS)] for name, task in TASKS.items()]
    return markdown(["", *COLUMNS], rows)


def range_against_best() -> str:
    """The least and the largest ratio of our time to that of the quickest other, over the tasks."""
    ratios = [
        costs()[task, "pysigmoid"][0] / min(costs()[task, name][0] for name in COLUMNS[1:] if (task, name) in costs())
        for task in TASKS
    ]
    return f"{min(ratios):.2g} to {max(ratios):.2g}"
