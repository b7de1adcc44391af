"""Pickles: those of the version before are read, and what cloudpickle and joblib's processes send arrives.

tests/pickles.json holds what version 0.1.0 wrote of all its ufuncs, functions and modules, by protocol 4.
"""

import base64
import json
import pickle
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import pytest

import pysigmoid
from calls import assert_same_bits
from pysigmoid import functional as F
from pysigmoid import nn

RECORDED = json.loads((Path(__file__).parent / "pickles.json").read_text())["pickles"]
NAMES = {"functional": F, "nn": nn, "w": np.array([1.0, 2.0]), **vars(pysigmoid)}
PROBABILITIES, LABELS = np.array([[0.25, 0.5], [0.75, 0.5]]), np.array([[1, 0], [1, 0]])


def recorded(name):
    return pickle.loads(base64.b64decode(RECORDED[name]))


def result_of(module):
    return module(PROBABILITIES, LABELS) if "Loss" in type(module).__name__ else module(PROBABILITIES)


@pytest.mark.parametrize("name", [name for name in RECORDED if not name.startswith("nn.")])
def test_functions_pickled_by_the_version_before_are_those_of_today(name):
    assert recorded(name) is eval(name, NAMES)


@pytest.mark.parametrize("name", [name for name in RECORDED if name.startswith("nn.")])
def test_modules_pickled_by_the_version_before_are_made_whole(name):
    """Also with the options that came since, at their defaults."""
    old, new = recorded(name), eval(name, NAMES)
    assert repr(old) == repr(new)
    assert_same_bits(np.asarray(result_of(old)), np.asarray(result_of(new)))
    assert repr(pickle.loads(pickle.dumps(old))) == repr(new)


def weighted_loss(criterion, ufunc):
    """As users write it: a function of its own that holds a module and a ufunc."""
    return lambda x, y: (criterion(x, y), ufunc(x))


def test_cloudpickle_takes_a_closure_over_modules_and_ufuncs():
    compute = weighted_loss(nn.BCEWithLogitsLoss(pos_weight=3.0), pysigmoid.sigmoid)
    sent = cloudpickle.loads(cloudpickle.dumps(compute))
    for got, want in zip(sent(PROBABILITIES, LABELS), compute(PROBABILITIES, LABELS), strict=True):
        assert_same_bits(np.asarray(got), np.asarray(want))


def test_processes_of_joblib_give_the_bits_of_this_one():
    compute = weighted_loss(nn.SigmoidFocalLoss(reduction="sum"), pysigmoid.log_sigmoid)
    rows = [PROBABILITIES * k for k in range(1, 5)]
    with joblib.parallel_config("loky", n_jobs=2):
        results = joblib.Parallel()(joblib.delayed(compute)(row, LABELS) for row in rows)
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
    for result, row in zip(results, rows, strict=True):
        for got, want in zip(result, compute(row, LABELS), strict=True):
            assert_same_bits(np.asarray(got), np.asarray(want))
