"""The benchmark: complete, comparing equals with equals, and honest about who wins."""

import itertools
import json
import math
import time

import numpy as np
import pytest
from matplotlib.image import imread

from benchmarks import threads
from benchmarks.__main__ import main
from benchmarks.bench import contenders, copying
from benchmarks.peers import formula, installed
from benchmarks.report import COPY, OURS, SETTINGS, Result, table
from benchmarks.tasks import all_tasks, loss_tasks
from pysigmoid import _core
from pysigmoid._command.timing import CLOCKS, interleave

TASKS = all_tasks()
LIBRARIES = list(installed())
ROWS = [row["name"] for row in _core.functions]
SIZE = 64


def flat(results) -> np.ndarray:
    """All numbers of one result or of several, as float64."""
    parts = results if isinstance(results, tuple) else (results,)
    return np.concatenate([np.ravel(np.asarray(part)).astype(np.float64) for part in parts])


def test_every_function_is_timed():
    assert set(ROWS) <= {task.name for task in TASKS}


def test_every_loss_has_a_peer_of_its_own_in_numpy_and_scikit_learn():
    """torch and JAX add more; here are the libraries that the tests always have."""
    always = {library.name: library for library in LIBRARIES}
    without = {"NumPy": ["mean_focal_loss_and_grad"], "sklearn": ["mean_focal_loss", "mean_focal_loss_and_grad"]}
    without["sklearn"] += ["mean_loss_of_probabilities"]
    for name, missing in without.items():
        for task in loss_tasks():
            contender = always[name].contender(task.name, task.operands(np.dtype(np.float32), SIZE))
            assert (contender is None) == (task.name in missing), f"{name}, {task.name}"


def test_every_function_has_its_textbook_formula_as_a_peer():
    textbook = formula()
    for task in TASKS:
        if task.name in ROWS:
            assert textbook.contender(task.name, task.operands(np.dtype(np.float32), SIZE)), task.name


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("setting", ["allocated", "strided"])
def test_every_contender_computes_the_same(task, dtype, setting):
    """A textbook formula loses up to exp(max |x|) units in 1 - s; the few dozen operations add a little to that."""
    dtype = np.dtype(dtype)
    operands = task.operands(dtype, SIZE)
    tolerance = 64 * np.finfo(dtype).eps * math.exp(max(np.abs(operand).max() for operand in operands))
    calls = contenders(task, dtype, SIZE, LIBRARIES, setting)
    want = flat(task.run(*operands))
    for name in calls.keys() - {COPY}:
        error = np.abs(flat(calls[name]()) - want).max()
        assert error <= tolerance, f"{name}: off by {error:.3g}, allowed {tolerance:.3g}, operands\n{operands}"


@pytest.mark.parametrize("task", [task for task in TASKS if task.outputs], ids=lambda task: task.name)
def test_given_buffers_receive_what_an_allocating_call_returns(task):
    dtype = np.dtype(np.float32)
    given = contenders(task, dtype, SIZE, LIBRARIES)[OURS]
    given()
    allocated = contenders(task, dtype, SIZE, LIBRARIES, "allocated")[OURS]()
    results = allocated if isinstance(allocated, tuple) else (allocated,)
    for buffer, result in zip(given.keywords["out"], results[-task.outputs :], strict=True):
        np.testing.assert_array_equal(buffer, result)


def test_strided_operands_are_every_second_element():
    """A library that copies such operands before it is called would have an easier time than ours."""
    task, dtype = TASKS[0], np.dtype(np.float32)
    calls = contenders(task, dtype, SIZE, LIBRARIES, "strided")
    (operand,) = calls[OURS].args
    assert operand.strides == (2 * dtype.itemsize,)
    np.testing.assert_array_equal(operand, *task.operands(dtype, SIZE))
    rigid = {library.name for library in LIBRARIES if not library.takes_strides}
    assert not rigid & calls.keys()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_operands_spread_over_their_interval(task):
    for operand, (low, high) in zip(task.operands(np.dtype(np.float64), 1000), task.intervals, strict=True):
        assert low <= operand.min() <= operand.max() <= high
        assert len(np.unique(operand)) == 1000
        assert operand.std() > 0.25


def test_contenders_take_turns():
    order = []
    calls = {name: (lambda name=name: order.append(name)) for name in "abc"}
    timings = interleave(calls, rounds=4, sample_seconds=0)
    assert "".join(order[-12:]) == "abc" * 4
    assert all(0 < timing.minimum <= timing.median for timing in timings.values())


def test_table_names_the_best_peer_even_where_it_beats_us():
    results = [
        Result("sigmoid", "given", "float32", 10, COPY, 0.1, 0.1),
        Result("sigmoid", "given", "float32", 10, OURS, 3.0, 4.0),
        Result("sigmoid", "given", "float32", 10, "slow", 9.0, 9.0),
        Result("sigmoid", "given", "float32", 10, "fast", 1.5, 1.0),
    ]
    assert table(results).splitlines()[-1].endswith("2.00 (4.00) fast")


def test_run_prints_the_table_and_writes_numbers_and_pictures(tmp_path, capsys):
    names = [*ROWS[:2], "mean_loss_and_grad"]
    main(["--sizes", "16", "33", "--rounds", "1", "--tasks", *names, "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    report = json.loads((tmp_path / "bench.json").read_text())
    want = set(itertools.product(SETTINGS, ("float32", "float64"), (16, 33)))
    assert {(result["setting"], result["dtype"], result["size"]) for result in report["results"]} == want
    for name in names:
        assert printed.count(f"\n{name} ") == len(want)
        assert {OURS, COPY} < {result["contender"] for result in report["results"] if result["task"] == name}
    assert all(0 < result["minimum"] <= result["median"] for result in report["results"])
    for setting in SETTINGS:
        assert np.ptp(imread(tmp_path / f"bench-{setting}.png")) > 0


def test_run_takes_groups_of_tasks(tmp_path):
    main(["--sizes", "4", "--rounds", "1", "--settings", "given", "--tasks", "losses", "--output", str(tmp_path)])
    results = json.loads((tmp_path / "bench.json").read_text())["results"]
    assert {result["task"] for result in results} == {task.name for task in loss_tasks()}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "longdouble"])
def test_run_takes_every_dtype(dtype, tmp_path):
    main(["--sizes", "16", "--rounds", "1", "--settings", "given", "--dtypes", dtype, "--output", str(tmp_path)])
    results = json.loads((tmp_path / "bench.json").read_text())["results"]
    assert {result["task"] for result in results if result["contender"] == OURS} == {task.name for task in TASKS}


@pytest.mark.parametrize(
    "arguments", [["--sizes", "0"], ["--rounds", "-1"], ["--dtypes", "int8"], ["--tasks", "tanh"], ["--settings", "x"]]
)
def test_run_refuses_what_it_cannot_time(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert arguments[1] in capsys.readouterr().err


@pytest.mark.timed
def test_processor_time_leaves_out_what_others_take(tmp_path):
    main(["--sizes", "16", "--rounds", "1", "--clock", "processor", "--tasks", "sigmoid", "--output", str(tmp_path)])
    assert json.loads((tmp_path / "bench.json").read_text())["clock"] == "processor"
    sleep = {"sleep": lambda: time.sleep(0.02)}
    wall, processor = (interleave(sleep, rounds=1, sample_seconds=0, clock=clock)["sleep"] for clock in CLOCKS)
    assert processor.minimum < 0.01 < 0.02 <= wall.minimum


def test_run_on_two_threads_says_so(tmp_path):
    main(["--sizes", "16", "--rounds", "1", "--threads", "2", "--tasks", "sigmoid", "--output", str(tmp_path)])
    assert json.loads((tmp_path / "bench.json").read_text())["threads"] == 2


@pytest.mark.parametrize("busy", [[], ["--busy"]])
def test_threads_are_compared_by_size_and_pause(busy, tmp_path, capsys):
    threads.main(["--sizes", "10", "20000", "--large", "1000", "--rounds", "2", "--output", str(tmp_path), *busy])
    printed = capsys.readouterr().out
    report = json.loads((tmp_path / "threads.json").read_text())
    assert [(row["size"], row["pause"] > 0) for row in report["sizes"]] == [
        (10, False),
        (20_000, False),
        (10, True),
        (20_000, True),
    ]
    assert all(0 < row["one minimum"] <= row["one median"] for row in report["sizes"])
    assert printed.count("speed-up") == 4
    assert 0 <= report["idle"] < 1
    assert report["copy"] > 0
    assert report["busy"] == bool(busy)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_copy_on_any_number_of_threads_copies_everything(threads):
    source, target = np.arange(1001.0), np.zeros(1001)
    copying(target, source, threads)()
    assert np.array_equal(target, source)
