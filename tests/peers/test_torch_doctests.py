"""The examples in the docstrings of `pysigmoid.torch` run and print what they show."""

import doctest
import inspect

import pytest
import torch

import pysigmoid
import pysigmoid.torch as pt


@pytest.mark.parametrize("name", pt.__all__)
def test_example(name):
    text = inspect.getdoc(getattr(pt, name))
    assert ">>> " in text
    example = doctest.DocTestParser().get_doctest(text, {"pysigmoid": pysigmoid, "torch": torch}, name, None, None)
    failed, tried = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example)
    assert tried > 0
    assert failed == 0


def test_no_other_names_are_public():
    assert dir(pt) == sorted(pt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'relu'"):
        pt.relu  # noqa: B018
