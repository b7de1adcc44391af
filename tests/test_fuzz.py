"""The fuzzer: some of its cases on every instruction set; that it notices what is wrong and says how to see it."""

import contextlib
import io
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from extension import REPOSITORY
from fuzz import cases, draw, reference, run
from pysigmoid import _core

SEED, CASES = 2, 600


def fuzz(*arguments, **variables):
    command = [sys.executable, "-m", "tests.fuzz", *map(str, arguments)]
    environment = os.environ | variables
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=300)


def test_cases_differ_nowhere_and_have_the_same_bits_on_every_instruction_set():
    digests = set()
    for isa in _core.isa_available:
        done = fuzz("--seed", SEED, "--cases", CASES, "--isa", isa)
        assert done.returncode == 0, done.stdout + done.stderr
        head, _, digest = done.stdout.rpartition(" ")
        assert f"{CASES} cases of seed {SEED} on {isa}: 0 failed" in head
        digests.add(digest)
    assert len(digests) == 1


def test_case_depends_on_its_seed_alone():
    for number in range(20):
        assert draw.draw((SEED, number)).snippet() == draw.draw((SEED, number)).snippet()
    assert draw.draw((SEED, 0)).snippet() != draw.draw((SEED + 1, 0)).snippet()


def results_of(number):
    """A case, plain copies of its arrays, and the results of a call of them; None where it raises an error."""
    case = draw.draw((SEED, number))
    outcome = run.call(case, case.plain(), 1)
    return None if outcome.error else (case, case.plain(), tuple(map(np.asarray, outcome.results)))


def test_snippet_makes_the_call_as_it_was_made():
    """What is printed for the arrays as they lie is what is printed for plain copies."""
    shown = 0
    for number in range(100):
        if (found := results_of(number)) is None or found[0].written() or run.buffers_meet(found[0]):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), np.errstate():
            exec(found[0].snippet(), {})
        text = printed.getvalue()
        assert text[: len(text) // 2] == text[len(text) // 2 :]
        shown += 1
    assert shown > 20


def moved(result):
    """Every number by a hundredth, and some more that half types see."""
    with np.errstate(all="ignore"):
        return (result * result.dtype.type(1.02) + result.dtype.type(1e-6)).astype(result.dtype)


def test_results_that_are_off_break_the_reference():
    wrong = checked = 0
    for number in range(600):
        if (found := results_of(number)) is None or "at" in found[0].function.split("."):
            continue
        case, arrays, results = found
        if case.function.startswith("F.") and all(np.all(np.isfinite(result)) for result in results):
            checked += bool(results[0].size)
            wrong += bool(results[0].size and reference.violations(case, arrays, tuple(map(moved, results))))
    assert wrong > checked / 2


@pytest.mark.parametrize("reduction", ["sum", "mean", "weighted_mean"])
@pytest.mark.parametrize(("logit", "overflows"), [(1.5e308, True), (2.0**1022, False)])
def test_sum_that_is_too_large_may_be_infinite_and_no_other(reduction, logit, overflows):
    """The losses of label 0 are these logits, and two of them, or the next number, are added before the mean."""
    arguments = (cases.Operand("x"), cases.Operand("y"))
    case = cases.Case("F.binary_cross_entropy_with_logits", arguments, {"reduction": reduction}, {}, {}, 1)
    arrays = {"x": np.array([logit, logit * (1 if overflows else 0.5)]), "y": np.zeros(2)}
    with np.errstate(over="ignore"):
        (result,) = run.call(case, arrays, 1).results
    assert np.isinf(result) == overflows
    assert not reference.violations(case, arrays, (np.asarray(result),))
    infinite = (np.asarray(np.inf),)
    assert bool(reference.violations(case, arrays, infinite)) != overflows


def test_one_bit_in_another_layout_is_noticed(monkeypatch):
    """Of the two calls that are compared the first is spoilt."""
    call, spoils, spoilt = run.call, itertools.cycle((True, False)), 0

    def wrong_by_a_bit(case, arrays, threads):
        nonlocal spoilt
        outcome = call(case, arrays, threads)
        results = [np.array(result) for result in outcome.results]
        if next(spoils) and not case.written() and results and results[0].size and np.isfinite(results[0].flat[0]):
            results[0].flat[0] = np.nextafter(results[0].flat[0], results[0].dtype.type(9))
            spoilt += 1
            return run.Outcome(tuple(results))
        return outcome

    monkeypatch.setattr(run, "call", wrong_by_a_bit)
    noticed = sum(bool(run.differences(draw.draw((SEED, number)))) for number in range(100))
    assert noticed == spoilt > 20


def test_writing_beside_the_results_is_noticed(monkeypatch):
    call, spoils = run.call, itertools.cycle((True, False))

    def writing_beside(case, arrays, threads):
        outcome = call(case, arrays, threads)
        if next(spoils) and type(arrays["x"]) is np.ndarray:
            arrays["x"].base[-1] ^= 1
        return outcome

    monkeypatch.setattr(run, "call", writing_beside)
    cases = [draw.draw((SEED, number)) for number in range(20)]
    assert all(run.differences(case) for case in cases if case.views["x"].mask is None)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("os.kill(os.getpid(), 11)", "died of SIGSEGV"),
        ("1 / 0", "ZeroDivisionError"),
        ("['nothing is right']", "# nothing is right"),
        ("time.sleep(100)", "did not end within 0.5 s"),
    ],
)
def test_case_that_kills_the_process_is_told_with_its_program(fault, told):
    code = f"""
import os, sys, time
sys.path[:0] = ["tests"]
from fuzz import __main__ as program, run
program.SLOWEST = 0.5
run.differences = lambda case: {fault}
sys.exit(program.main(["--seed", "3", "--cases", "9"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert told in done.stdout
    assert "case 3:0" in done.stdout
    assert "ZeroDivision" in told or "import ml_dtypes, numpy as np, pysigmoid" in done.stdout
