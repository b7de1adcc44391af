"""The picture of a subject: its curves and their derivatives, for light and for dark pages."""

from pathlib import Path

import numpy as np

from docs.generate.subjects import Subject
from docs.generate.themes import STYLES, THEMES, Theme, drawing_in

POINTS = 401


def draw(subject: Subject, folder: Path, name: str) -> None:
    for theme in THEMES:
        path = folder / f"{name}.{theme.name}.svg"
        if not path.exists():
            _draw(subject, path, theme)


def _draw(subject: Subject, path: Path, theme: Theme) -> None:
    from matplotlib.figure import Figure

    with drawing_in(theme):
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        x = np.linspace(*subject.interval, POINTS)
        for style, curve in zip(STYLES[:: len(STYLES) // 2], subject.curves, strict=False):
            suffix = f", {curve.label}" if curve.label else ""
            axes.plot(x, curve.function(x), color=theme.series[0], linestyle=style, label=f"function{suffix}")
            axes.plot(
                x,
                curve.derivative(x),
                color=theme.series[1],
                linestyle=style,
                linewidth=1.4,
                label=f"derivative{suffix}",
            )
        axes.set(xlabel=subject.variable, ylabel="value", xlim=subject.interval, ylim=subject.height)
        figure.legend(loc="outside upper center", ncols=min(2, len(subject.curves) + 1))
        figure.savefig(path, metadata={"Date": None})


def alternative_text(name: str, subject: Subject) -> str:
    low, high = subject.interval
    labels = " and ".join(curve.label for curve in subject.curves if curve.label)
    middle = f", for {labels}" if labels else ""
    return f"Curves of {name} and of its derivative over {subject.variable} from {low:g} to {high:g}{middle}."
