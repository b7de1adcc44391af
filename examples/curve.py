"""The S-curve and its derivative as a picture, and how far down float32 can follow the derivative."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import pysigmoid

BLUE, RED, GREY, INK = "#1971c2", "#c2255c", "#868e96", "#212529"


def draw(path: Path) -> None:
    figure = Figure(figsize=(11.5, 4.8), layout="constrained")
    curve, tail = figure.subplots(1, 2)
    draw_curve(curve)
    draw_tail(tail)
    for axes in (curve, tail):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.92", linewidth=0.8)
        axes.set_axisbelow(True)
    figure.savefig(path, dpi=150)


def draw_curve(axes: Axes) -> None:
    x = np.linspace(-6, 6, 601)
    axes.plot(x, pysigmoid.sigmoid(x), color=BLUE, linewidth=2.5)
    axes.plot(x, pysigmoid.sigmoid_derivative(x), color=RED, linewidth=2.5)
    axes.plot([0, 0], [0.5, 0.25], "o", color=INK, markersize=5)
    near = {"xytext": (10, -12), "textcoords": "offset points", "color": INK}
    axes.annotate(r"$\sigma(0) = 0.5$", (0, 0.5), **near)
    axes.annotate(r"$\sigma'(0) = 0.25$, the steepest", (0, 0.25), **(near | {"xytext": (12, 4)}))
    axes.text(2.2, 0.8, r"$\sigma(x) = \dfrac{1}{1 + e^{-x}}$", color=BLUE, fontsize=14, va="top")
    axes.text(-5.8, 0.14, r"$\sigma'(x) = \sigma(x)\,\sigma(-x)$", color=RED, fontsize=13)
    axes.set(title="The sigmoid and its derivative", xlabel="logit x", ylabel="value", xlim=(-6, 6), ylim=(0, 1.02))


def draw_tail(axes: Axes) -> None:
    """On a logarithmic scale the derivative falls as exp(-x), down to the smallest float32 at x = 103."""
    x = np.linspace(0, 104, 2081, dtype=np.float32)
    slope = pysigmoid.sigmoid_derivative(x)
    s = pysigmoid.sigmoid(x)
    textbook = s * (1 - s)
    alive = textbook > 0
    end = x[alive][-1]
    smallest_normal, smallest = np.finfo(np.float32).tiny, np.finfo(np.float32).smallest_subnormal

    axes.axhspan(smallest, smallest_normal, color=RED, alpha=0.06, linewidth=0)
    axes.text(end + 2, smallest * 10, "subnormal floats", color=RED)
    axes.plot(x[alive], textbook[alive], color=GREY, linewidth=7, alpha=0.6, solid_capstyle="butt")
    axes.vlines(end, smallest, textbook[alive][-1], color=GREY, linestyle=":", linewidth=2)
    axes.text(
        end + 2, 1e-26, f"$s\\,(1 - s)$ with $s = \\sigma(x)$\nis 0 beyond x = {end:.1f}", color=GREY, fontsize=11
    )
    axes.plot(x[slope > 0], slope[slope > 0], color=RED, linewidth=2.5)
    axes.text(54, 1e-21, r"$\sigma'(x) = \sigma(x)\,\sigma(-x)$", color=RED, fontsize=13)
    axes.set(
        title="The derivative far out, in float32", xlabel="logit x", xlim=(0, 104), ylim=(smallest, 1), yscale="log"
    )
