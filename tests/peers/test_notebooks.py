"""The notebooks about boosting and about data larger than memory: their cells run, and print what the text says."""

import re
import warnings
from pathlib import Path

import matplotlib
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "docs" / "notebooks"
CELL = re.compile(r"^```\{code-cell\} python\n(?:---\n.*?^---\n|(?::\w+:.*\n)+\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(name):
    """What the cells leave behind."""
    names = {"__name__": name}
    with warnings.catch_warnings(), matplotlib.rc_context():
        matplotlib.use("agg")
        warnings.filterwarnings("ignore", "Port|.*Agg|FigureCanvasAgg")
        cells = CELL.findall((NOTEBOOKS / f"{name}.md").read_text())
        for cell in cells:
            exec(compile(cell, f"{name}.md", "exec"), names)
    assert len(cells) > 5
    return names


def test_boosting():
    names = run("boosting")
    assert names["fits"]["logistic loss"].model.best_iteration < 300
    for each in names["fits"].values():
        assert names["average_precision"](each.margins(names["test"].X), names["test"].y) > 0.5
    share = names["test"].y.mean()
    assert names["biased"] > 2 * share
    assert names["scaled"] == pytest.approx(share, rel=0.15)


def test_larger_than_memory(capsys):
    names = run("larger_than_memory")
    printed = capsys.readouterr().out
    assert names["found"].success
    assert abs(names["found"].x - [*names["truth"], -2]).max() < 0.02
    assert len(set(names["values"])) == 1
    assert names["total"].value() == names["values"][0] == names["value"]
    assert all(int(most) < names["X"].nbytes / 1e6 / 2 for most in re.findall(r"at most (\d+) MB", printed))
    assert printed.endswith("True True\n")
    assert not Path(names["directory"].name).exists()
