"""What a run leaves behind: a table, the numbers as JSON, and a picture for each setting."""

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from itertools import groupby
from pathlib import Path

from pysigmoid import show_config

OURS = "pysigmoid"
COPY = "copy"

# In which the tasks are timed, and what the reports say of it.
SETTINGS = {
    "given": "results written to given buffers",
    "allocated": "results allocated by each call",
    "strided": "every second element of the operands, results written to given buffers",
}

DISTRIBUTIONS = ("numpy", "scipy", "scikit-learn", "torch", "numexpr", "numba", "jax")


@dataclass(frozen=True)
class Result:
    """Nanoseconds per element of one contender at one task."""

    task: str
    setting: str
    dtype: str
    size: int
    contender: str
    minimum: float
    median: float


def table(results: Iterable[Result]) -> str:
    """One block per setting, dtype and size: the minimum of every contender, and our ratio to the best peer."""
    blocks = groupby(results, key=lambda result: (result.setting, result.dtype, result.size))
    return "\n\n".join(_block(*key, list(block)) for key, block in blocks)


def _block(setting: str, dtype: str, size: int, results: list[Result]) -> str:
    contenders = _in_order(results)
    names = list(dict.fromkeys(result.task for result in results))
    width = max(map(len, names))
    header = "".join(f"{name:>11}" for name in contenders)
    lines = [
        f"{dtype}, {size:,} elements, {SETTINGS[setting]}: nanoseconds per element, minimum of all rounds",
        f"{'':{width}}{header}  ours / best peer (medians)",
    ]
    for name in names:
        of_task = {result.contender: result for result in results if result.task == name}
        cells = "".join(_cell(of_task.get(contender)) for contender in contenders)
        lines.append(f"{name:{width}}{cells}  {ratio_to_best_peer(of_task)}")
    return "\n".join(lines)


def _in_order(results: Iterable[Result]) -> list[str]:
    """The memory copy first, then ours, then the peers."""
    names = dict.fromkeys(result.contender for result in results)
    return [COPY, OURS, *(name for name in names if name not in (COPY, OURS))]


def _cell(result: Result | None) -> str:
    return f"{'-':>11}" if result is None else f"{result.minimum:>11.3g}"


def ratio_to_best_peer(of_task: dict[str, Result]) -> str:
    """Our minimum over the smallest of the peers, the same of the medians, and which peer that is."""
    ours = of_task[OURS]
    peers = [result for name, result in of_task.items() if name not in (COPY, OURS)]
    if not peers:
        return "no peer"
    best = min(peers, key=lambda result: result.minimum)
    return f"{ours.minimum / best.minimum:.2f} ({ours.median / best.median:.2f}) {best.contender}"


def environment() -> dict[str, object]:
    """What the numbers depend on."""
    versions = {}
    for name in DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "pysigmoid": show_config(mode="dicts"),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "libraries": versions,
    }


def write_json(results: Iterable[Result], path: Path, *, rounds: int, threads: int, clock: str) -> None:
    report = {
        "unit": "nanoseconds per element",
        "clock": clock,
        "threads": threads,
        "rounds": rounds,
        "settings": SETTINGS,
        "environment": environment(),
        "results": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


def write_pictures(results: list[Result], folder: Path) -> list[Path]:
    """A picture of each setting; returns their files."""
    settings = dict.fromkeys(result.setting for result in results)
    paths = {setting: folder / f"bench-{setting}.png" for setting in settings}
    for setting, path in paths.items():
        _write_picture([result for result in results if result.setting == setting], path, SETTINGS[setting])
    return list(paths.values())


def _write_picture(results: list[Result], path: Path, title: str) -> None:
    """One panel per dtype and size, one line per task, one dot per contender; the copy is the physical limit."""
    from matplotlib.figure import Figure

    dtypes, sizes, names = (
        list(dict.fromkeys(getattr(result, field) for result in results)) for field in ("dtype", "size", "task")
    )
    contenders = _in_order(results)
    width, height = 2 + 5.5 * len(sizes), 1 + len(dtypes) * (1 + 0.27 * len(names))
    figure = Figure(figsize=(width, height), layout="constrained")
    panels = figure.subplots(len(dtypes), len(sizes), sharex="col", sharey=True, squeeze=False)
    for row, dtype in zip(panels, dtypes, strict=True):
        for panel, size in zip(row, sizes, strict=True):
            block = [result for result in results if (result.dtype, result.size) == (dtype, size)]
            _draw_panel(panel, block, names, contenders)
            panel.set_title(f"{dtype}, {size:,} elements", fontsize=11)
    for panel in panels[-1]:
        panel.set_xlabel("nanoseconds per element (less is better)")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.suptitle(title)
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False)
    figure.savefig(path, dpi=120)


def _draw_panel(panel, block: list[Result], names: list[str], contenders: list[str]) -> None:
    rows = {name: row for row, name in enumerate(reversed(names))}
    for index, contender in enumerate(contenders):
        dots = [result for result in block if result.contender == contender]
        style = _dot_style(contender, index)
        panel.scatter([dot.minimum for dot in dots], [rows[dot.task] for dot in dots], label=contender, **style)
    panel.set_xscale("log")
    panel.set_yticks(list(rows.values()), list(rows))
    panel.grid(axis="y", color="0.92", linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.tick_params(axis="y", length=0)


def _dot_style(contender: str, index: int) -> dict[str, object]:
    if contender == COPY:
        return {"marker": "|", "color": "0.35", "s": 90}
    if contender == OURS:
        return {"marker": "D", "color": "#c2255c", "s": 44, "zorder": 3}
    return {"marker": "o", "color": f"C{index - 2}", "s": 30, "alpha": 0.85}
