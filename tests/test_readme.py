"""The README: what it shows happens, what it counts is counted so, what it points to exists."""

import contextlib
import doctest
import io
import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import pysigmoid
from platforms import need
from pysigmoid import _core

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CODE_BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
DTYPES = ("float16", "float32", "float64", "longdouble")


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a line that contains `heading`, without its header and rule."""
    below = README[README.index(heading) :]
    rows = re.search(r"^\|.*?(?=^[^|])", below, flags=re.MULTILINE | re.DOTALL).group().splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def show_as_the_interpreter_does(message, category, *_):
    print(f"<stdin>:1: {category.__name__}: {message}")


def test_every_session_prints_what_the_readme_shows(monkeypatch):
    sessions = [text for language, text in CODE_BLOCKS if language == "pycon"]
    assert len(sessions) >= 6
    runner, names, report = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS), {}, io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", show_as_the_interpreter_does)
        for number, text in enumerate(sessions, start=1):
            session = doctest.DocTestParser().get_doctest(text, names, f"session {number}", "README.md", 0)
            runner.run(session, out=report.write, clear_globs=False)
            names = session.globs
    assert runner.summarize(verbose=False).failed == 0, report.getvalue()


def test_every_program_prints_the_output_below_it():
    programs = [
        (text, CODE_BLOCKS[index + 1]) for index, (language, text) in enumerate(CODE_BLOCKS) if language == "python"
    ]
    assert programs
    for text, (output_language, output) in programs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "README.md", "exec"), {})
        assert output_language == "text"
        assert printed.getvalue() == output


def test_every_line_of_what_to_write_runs():
    need("dask")
    logits, targets = np.float32([-2, 0, 3]), np.array([0, 1, 1])
    tensor = SimpleNamespace(detach=lambda: SimpleNamespace(numpy=lambda: logits))
    names = {"pysigmoid": pysigmoid, "x": logits, "logits": logits, "targets": targets, "output": tensor}
    names |= {"X": logits[:, None], "y": targets}
    rows = table("| I use |")
    assert len(rows) == 9
    without_torch = [instead for _, instead in rows if "pysigmoid.torch" not in instead]  # tests/peers has the other
    assert len(without_torch) == 8
    for instead in without_torch:
        for statement in re.findall(r"`([^`]+)`", instead):
            exec(statement, names)
    np.testing.assert_array_equal(names["grad"], pysigmoid.bce_with_logits_grad(logits, targets))
    np.testing.assert_array_equal(names["hess"], pysigmoid.sigmoid_derivative(logits))


# ---- the tables of what is exact -----------------------------------------------------------------------------------


def bound(accuracy: dict) -> str:
    if accuracy["correctly_rounded"]:
        return "exact"
    return f"{accuracy['ulp']:.8g}" + (r"\*" if accuracy["relative_from"] else "")


def test_accuracy_table_is_that_of_the_functions():
    want = [
        [f"`{row['name']}`", f"`{row['summary']}`", *(bound(row["accuracy"][dtype]) for dtype in DTYPES)]
        for row in _core.functions
        if row["accuracy"]
    ]
    assert table("## What is exact") == want, "\n".join("| " + " | ".join(row) + " |" for row in want)


def test_float16_and_bfloat16_share_their_column():
    for row in _core.functions:
        if row["accuracy"]:
            assert row["accuracy"]["float16"] == row["accuracy"]["bfloat16"]


# ---- what it points to ---------------------------------------------------------------------------------------------


def test_every_path_exists():
    paths = [path for first, *_ in table("## Where things are") for path in re.findall(r"`([^`]+)`", first)]
    paths += [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(paths) > 10
    for path in paths:
        assert list(ROOT.glob(path)), path


def test_every_make_target_exists():
    targets = set(re.findall(r"\bmake (\w+)(?=[` ]* {2,}#|`)", README))
    assert {"demo", "test", "bench"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE), target


def test_readme_is_short():
    assert len(README.splitlines()) <= 250


def test_readme_installs_the_checkout_and_never_the_other_project():
    assert re.findall(r"pip install (\S+)", README) == ["."]
