"""Whole pieces of work: every way does the same, costs something, and the record says what the table shows."""

import json

import numpy as np
import pytest

from benchmarks.end_to_end import __main__ as driver
from benchmarks.end_to_end import measure
from benchmarks.end_to_end.tasks import TASKS
from docs.generate import end_to_end_tables
from processes import LINUX

SCALE = 5e-4


@pytest.mark.parametrize("task", TASKS)
def test_every_way_finds_the_same_and_takes_time(task):
    taken = measure.costs(task, None, SCALE, rounds=1)
    assert taken.keys() >= {"pysigmoid", "SciPy"}
    assert min(taken.values()) > 0


def test_a_way_that_does_other_work_is_found_out():
    right = np.ones(5)
    measure.agree("masks", {"pysigmoid": right, "other": right + 1e-3})
    with pytest.raises(ArithmeticError, match="other differs"):
        measure.agree("masks", {"pysigmoid": right, "other": right + 1e-2})


def test_masks_are_decoded_where_they_lie():
    (logits,) = TASKS["masks"].data(SCALE)
    before = logits.copy()
    for contender in ("pysigmoid", "NumPy", "SciPy"):
        call = TASKS["masks"].contenders[contender](logits)
        with np.errstate(over="ignore"):
            assert call() is call()
        np.testing.assert_array_equal(logits, before)


@LINUX
def test_memory_beyond_the_data_is_that_of_the_gradient():
    """2,000 rows of 20 float32 labels take 160 KB; here 50 times as many, in a process of their own."""
    (taken,) = driver.fresh(measure.costs, "multi_label", "pysigmoid", 0.05, 1).values()
    assert 0.9 * 8 < taken < 3 * 8


@LINUX
def test_driver_prints_and_records_every_way(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(driver, "fresh", lambda function, *arguments: function(*arguments))
    output = tmp_path / "end_to_end.json"
    driver.main(["--tasks", "masks", "--rounds", "1", "--scale", "0.1", "--processor", "mine", "--output", str(output)])
    record = json.loads(output.read_text())
    assert (record["processor"], record["threads"]) == ("mine", 1)
    assert [each["contender"] for each in record["results"]] == measure.installed("masks")
    assert capsys.readouterr().out.count(TASKS["masks"].title) == len(record["results"])


# ---- what was measured ----


def test_record_is_of_whole_tasks_and_has_every_way():
    record = end_to_end_tables.record()
    assert record["scale"] == 1
    assert record["processor"]
    assert {(task, name) for task in TASKS for name in TASKS[task].contenders} == end_to_end_tables.costs().keys()


def test_table_has_every_number_of_the_record():
    lines = end_to_end_tables.table().splitlines()[2:]
    for task, line in zip(TASKS, lines, strict=True):
        title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        assert title == TASKS[task].title
        for contender, cell in zip(end_to_end_tables.COLUMNS, cells, strict=True):
            seconds, megabytes = end_to_end_tables.costs().get((task, contender), (None, None))
            assert cell == "-" if seconds is None else as_numbers(cell) == pytest.approx((seconds, megabytes), abs=0.5)


def as_numbers(cell):
    """Seconds and megabytes of a cell."""
    time, unit, megabytes, _ = cell.replace(",", "").split()
    return float(time) * (1e-3 if unit == "ms" else 1), float(megabytes)
