"""Colours for light and dark pages, after Okabe and Ito: colour-blind readers tell them apart; lines differ too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    name: str
    ink: str
    grid: str
    series: tuple[str, ...]


LIGHT = Theme("light", "#24292f", "#d0d7de", ("#0072B2", "#D55E00", "#007a5a", "#a3507f", "#6b6b00", "#5a5a5a"))
DARK = Theme("dark", "#e6edf3", "#444c56", ("#56B4E9", "#E69F00", "#2fc79b", "#e08fbf", "#F0E442", "#b0b0b0"))
THEMES = (LIGHT, DARK)

STYLES = ("-", "--", ":", "-.")


@contextmanager
def drawing_in(theme: Theme) -> Iterator[None]:
    """matplotlib's settings for pictures whose background is the page's, with the same bytes at every run."""
    import matplotlib

    settings = {name: theme.ink for name in ("text.color", "axes.labelcolor", "xtick.color", "ytick.color")}
    settings |= {"axes.edgecolor": theme.ink, "grid.color": theme.grid, "axes.facecolor": "none"}
    settings |= {"figure.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False}
    settings |= {"svg.hashsalt": "pysigmoid", "font.size": 11, "lines.linewidth": 2}
    settings |= {"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.linewidth": 0.8}
    with matplotlib.rc_context(settings):
        yield
