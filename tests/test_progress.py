"""Progress of long work: a bar with rate and remaining time on a terminal, plain lines in a pipe, NumPy enough."""

import re
import sys
import time
from pathlib import Path

import pytest

from pysigmoid._command import progress as module
from pysigmoid._command.progress import Progress, clock, progress

ROOT = Path(__file__).parents[1]
ITEMS = ["a", "b", "c"]


@pytest.fixture
def now(monkeypatch):
    """A clock that the test moves."""
    moved = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: moved[0])
    return moved


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(module, "takes_a_bar", lambda: True)


@pytest.fixture
def no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)


def slow(items, now, seconds):
    for item in items:
        now[0] += seconds
        yield item


def test_a_pipe_gets_lines_with_rate_and_remaining_time(now, capsys):
    assert list(progress(slow(ITEMS, now, 20), 3, "part", "proofs")) == ITEMS
    assert capsys.readouterr().err.splitlines() == [
        "proofs: 1 of 3 parts, 0.05 parts/s, 0:40 left",
        "proofs: 2 of 3 parts, 0.05 parts/s, 0:20 left",
        "proofs: 3 of 3 parts, 0.05 parts/s, 0:00 left",
    ]


def test_lines_are_some_seconds_apart_and_short_work_has_none(now, capsys):
    assert len(list(progress(slow(range(100), now, 1), 100, "part"))) == 100
    assert len(capsys.readouterr().err.splitlines()) == 10
    assert list(progress(slow(ITEMS, now, 1), 3, "part")) == ITEMS
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_without_tqdm_as_well(now, terminal, no_tqdm, capsys):
    assert list(progress(slow(ITEMS, now, 20), 3, "part", "proofs")) == ITEMS
    shown = capsys.readouterr().err
    assert "\n" not in shown
    assert "\r[#############       ] proofs: 2 of 3 parts, 0.05 parts/s, 0:20 left" in shown
    assert re.search(r"\r +\r$", shown), "the bar goes when the work is over"


def test_a_bar_covers_the_longer_one_before_it(now, terminal, no_tqdm, capsys):
    with Progress(9, "part") as shown:
        for note in ("a long note", ""):
            now[0] += 1
            shown.update(note=note)
    long, short = capsys.readouterr().err.split("\r")[1:3]
    assert len(short) == len(long)


def test_a_terminal_gets_tqdms_bar_where_it_is_installed(terminal, capsys):
    with Progress(9, "part", "proofs", done=3) as shown:
        time.sleep(2 * module.BAR_SECONDS)
        shown.update(2, note="so far so good")
        shown.expect(8)
        time.sleep(2 * module.BAR_SECONDS)
        shown.update()
    assert "proofs" in (err := capsys.readouterr().err)
    assert "6/8" in err


@pytest.mark.parametrize(
    ("terminal", "variables", "bar"), [(True, {}, True), (True, {"NO_COLOR": "1"}, False), (False, {}, False)]
)
def test_a_terminal_takes_a_bar_unless_it_refuses_colours(terminal, variables, bar, monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert module.takes_a_bar() == bar


def test_without_a_total_count_rate_and_note_are_shown(now, capsys):
    with Progress(None, "iteration", "fitting") as shown:
        now[0] += 20
        assert shown.after("result") == "result"
        now[0] += 20
        shown.update(3, note="loss 0.1")
    assert capsys.readouterr().err.splitlines() == [
        "fitting: 1 iterations, 0.05 iterations/s",
        "fitting: 4 iterations, 0.1 iterations/s, loss 0.1",
    ]


def test_what_was_done_before_does_not_count_for_the_rate(now, capsys):
    with Progress(100, "block", done=90) as shown:
        now[0] += 10
        shown.update(5)
    assert capsys.readouterr().err == "95 of 100 blocks, 0.5 blocks/s, 0:10 left\n"


def test_an_error_in_the_work_takes_the_bar_away(now, terminal, no_tqdm, capsys):
    def failing():
        yield from slow("a", now, 1)
        raise ArithmeticError("wrong")

    with pytest.raises(ArithmeticError):
        list(progress(failing(), 2, "part"))
    assert capsys.readouterr().err.endswith("\r")


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (61, "1:01"), (3600, "1:00:00"), (86_399, "23:59:59")])
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_one_module_shows_all_progress():
    """tqdm by itself has no plain lines, and is not everywhere."""
    for folder in ("benchmarks", "examples", "proof", "pysigmoid", "tests/fuzz"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "progress.py":
                assert "import tqdm" not in path.read_text(), path
