"""The examples in docstrings run and print what they show, and nothing public is without one."""

import doctest
import importlib
import inspect

import numpy as np
import pytest

import pysigmoid
from platforms import has_wheel
from pysigmoid import _core, capi, config, functional, nn, objectives, threads

OPTIONAL = [importlib.import_module("pysigmoid.dask")] if has_wheel("dask") else []
NAMES = {"np": np, "pysigmoid": pysigmoid, "F": functional, "nn": nn}

METHODS = [
    (nn.BCELoss, "forward"),
    (nn.BCEWithLogitsLoss, "forward"),
    (nn.BCEWithLogitsLoss, "value_and_grad"),
    (nn.BCEWithLogitsLoss, "grad_and_hess"),
    (nn.BCEWithLogitsLoss, "value_grad_and_hess"),
]


def public_objects():
    for module in (pysigmoid, functional, nn, objectives, config, threads, capi, *OPTIONAL):
        yield module.__name__, module
        for name, value in vars(module).items():
            if inspect.isroutine(value) or inspect.isclass(value):
                yield f"{module.__name__}.{name}", value
    for loss, method in METHODS:
        yield f"pysigmoid.nn.{loss.__name__}.{method}", getattr(loss, method)
    for row in _core.functions:
        yield f"pysigmoid.{row['name']}", getattr(_core, row["name"])


DOCSTRINGS = {name: inspect.getdoc(value) or "" for name, value in public_objects()}
PUBLIC = [
    *(f"pysigmoid.{row['name']}" for row in _core.functions),
    *(f"pysigmoid.functional.{name}" for name in functional.__all__),
    *(f"pysigmoid.nn.{name}" for name in nn.__all__),
    *(f"pysigmoid.objectives.{name}" for name in objectives.__all__),
    *(f"pysigmoid.nn.{loss.__name__}.{method}" for loss, method in METHODS),
    *(f"pysigmoid.threads.{name}" for name in threads.__all__),
    "pysigmoid.capi.get_include",
    "pysigmoid.config.show_config",
]


def examples(name):
    return doctest.DocTestParser().get_doctest(DOCSTRINGS[name], NAMES.copy(), name, None, 0)


@pytest.mark.parametrize("name", PUBLIC)
def test_docstring_has_an_example(name):
    assert examples(name).examples, f"{name} shows no example"


@pytest.mark.parametrize("name", [name for name in DOCSTRINGS if examples(name).examples])
def test_example_prints_what_it_shows(name):
    report = []
    result = doctest.DocTestRunner().run(examples(name), out=report.append)
    assert result.failed == 0, "".join(report)
    assert result.attempted > 0
