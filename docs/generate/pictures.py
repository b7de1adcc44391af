"""The pictures of README and site. Each is drawn from committed data, and says in its file which these were."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

import pysigmoid
from docs.generate import speed_tables
from docs.generate.themes import THEMES, Theme, drawing_in

PICTURES = Path(__file__).parents[1] / "pictures"
ULP_CLIFF = PICTURES / "ulp_cliff.json"


def digest(data: object) -> str:
    return "data sha256 " + hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


# ---- the data ----


def s_curve_data() -> dict[str, list[float]]:
    x, far = np.linspace(-6, 6, 121), np.linspace(0, 104, 209, dtype=np.float32)
    s = pysigmoid.sigmoid(far)
    curves = {"x": x, "sigmoid": pysigmoid.sigmoid(x), "derivative": pysigmoid.sigmoid_derivative(x)}
    curves |= {"far": far, "far_derivative": pysigmoid.sigmoid_derivative(far), "far_textbook": s * (1 - s)}
    return {name: values.tolist() for name, values in curves.items()}


def ulp_cliff_data() -> dict:
    return json.loads(ULP_CLIFF.read_text())


def speed_table_data() -> dict[str, dict[str, dict[str, float]]]:
    """Our time over that of each other, float32, by processor and task."""
    return {
        processor: {
            task: {name: speed_tables.ratio(processor, task, "float32", name) for name in compared(processor, task)}
            for task in speed_tables.SHORT
        }
        for processor in speed_tables.PROCESSORS
    }


def compared(processor: str, task: str) -> list[str]:
    return [name for name in speed_tables.others() if speed_tables.short_cell(processor, task, name) != "-"]


# ---- the drawings ----


def draw_s_curve(data: dict, figure, theme: Theme) -> None:
    curve, tail = figure.subplots(1, 2)
    curve.plot(data["x"], data["sigmoid"], color=theme.series[0], label="sigmoid(x)")
    curve.plot(data["x"], data["derivative"], "--", color=theme.series[1], label="its derivative")
    curve.plot([0, 0], [0.5, 0.25], "o", color=theme.ink, markersize=5)
    curve.annotate("0.5", (0, 0.5), xytext=(8, -10), textcoords="offset points")
    curve.annotate("0.25, the steepest", (0, 0.25), xytext=(8, 4), textcoords="offset points")
    curve.set(xlabel="logit x", ylabel="value", xlim=(-6, 6), ylim=(0, 1.02), title="The sigmoid and its derivative")
    curve.legend(loc="upper left")

    far, textbook, ours = (np.array(data[name]) for name in ("far", "far_textbook", "far_derivative"))
    usual, all_of_ours = textbook > 0, ours > 0
    tail.plot(far[usual], textbook[usual], color=theme.series[5], linewidth=7, alpha=0.7, label="s (1 - s)")
    tail.plot(far[all_of_ours], ours[all_of_ours], "--", color=theme.series[1], label="sigmoid_derivative(x)")
    end = far[usual][-1]
    tail.annotate(f"0 beyond {end:.0f}", (end, textbook[usual][-1]), xytext=(12, -2), textcoords="offset points")
    tail.set(xlabel="logit x", ylabel="value", yscale="log", xlim=(0, 104), title="The derivative far out, float32")
    tail.legend(loc="lower left")


LIBRARY_NAMES = {"formula": "1 / (1 + np.exp(-x))", "scipy": "SciPy", "torch": "torch", "jax": "JAX"}
LIBRARY_STYLES = (
    ("formula", "-", 5),
    ("scipy", "-", 1.6),
    ("torch", ":", 2.6),
    ("jax", "-.", 1.6),
    ("pysigmoid", "-", 2.6),
)


def draw_ulp_cliff(data: dict, figure, theme: Theme) -> None:
    axes = figure.subplots()
    colors = dict(
        zip(("scipy", "pysigmoid", "torch", "jax", "formula"), (*theme.series[:4], theme.series[5]), strict=True)
    )
    for name, style, width in LIBRARY_STYLES:
        if name in data["ulp"]:
            label = LIBRARY_NAMES.get(name, name)
            axes.plot(
                data["x"], np.maximum(data["ulp"][name], 1e-2), style, color=colors[name], linewidth=width, label=label
            )
    axes.axhline(0.5, color=theme.ink, linewidth=0.8)
    axes.annotate("the line: 0.5, the nearest float", (-60, 30))
    axes.set(xlabel="logit x", ylabel="error, ULP of float32", yscale="log", xlim=(-110, 20), ylim=(0.02, 1e8))
    axes.set_title("Error of the sigmoid in float32")
    axes.legend(loc="upper right")


MARKERS = {
    "torch": ("o", 0.3),
    "NumPy": ("s", 0.0),
    "JAX": ("^", -0.3),
}  # and where in their row, so that all are seen


def draw_speed_table(data: dict, figure, theme: Theme) -> None:
    panels = figure.subplots(1, len(data), sharey=True)
    tasks = list(speed_tables.SHORT)[::-1]
    for panel, (processor, ratios) in zip(panels, data.items(), strict=True):
        for (name, (marker, above)), color in zip(MARKERS.items(), theme.series, strict=False):
            dots = [(ratios[task][name], row + above) for row, task in enumerate(tasks) if name in ratios[task]]
            panel.scatter(*zip(*dots, strict=True), marker=marker, color=color, s=30, label=name, zorder=3)
        panel.axvline(1, color=theme.ink, linewidth=1.2)
        panel.set(xscale="log", xlabel="our time / theirs", title=speed_tables.FULL_NAMES[processor], xlim=(0.08, 3))
        panel.set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
        panel.minorticks_off()
    panels[0].set_yticks(range(len(tasks)), [speed_tables.SHORT[task].replace("`", "") for task in tasks])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=len(labels), title="Left of 1 pysigmoid is quicker. float32"
    )


PICTURE_OF: dict[str, tuple[Callable, Callable, tuple[float, float]]] = {
    "s_curve": (s_curve_data, draw_s_curve, (10.0, 3.8)),
    "ulp_cliff": (ulp_cliff_data, draw_ulp_cliff, (9.0, 3.8)),
    "speed_table": (speed_table_data, draw_speed_table, (9.5, 5.6)),
}


def file_of(name: str, theme: Theme) -> Path:
    return PICTURES / f"{name}.{theme.name}.svg"


def draw(name: str) -> None:
    from matplotlib.figure import Figure

    make, drawing, size = PICTURE_OF[name]
    data = make()
    for theme in THEMES:
        with drawing_in(theme):
            figure = Figure(figsize=size, layout="constrained")
            drawing(data, figure, theme)
            figure.savefig(file_of(name, theme), metadata={"Date": None, "Creator": None, "Description": digest(data)})


def write() -> None:
    for name in PICTURE_OF:
        draw(name)


def measure() -> None:
    from docs.generate import ulp_cliff

    ULP_CLIFF.write_text(json.dumps(ulp_cliff.measure(), indent=None, separators=(",", ":")) + "\n")
