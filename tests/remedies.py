"""Runs the remedy that an error names, on the object that the error was about."""

import re

import numpy as np
import pyarrow
import pyarrow.compute
import pytest

from platforms import optional

awkward, polars = optional("awkward"), optional("polars")

MARKERS = r"for example with |for example |out with |where=|pass "


def remedy_in(message):
    """The code after the message's last marker: the longest text that Python reads."""
    text = re.split(MARKERS, message.removesuffix(" validate=False skips this check."))[-1]
    for end in range(len(text), 0, -1):
        try:
            return compile(text[:end].rstrip(), "remedy", "eval")
        except SyntaxError:
            continue
    raise AssertionError(f"no code in {message!r}")


def run_remedy(message, name, value):
    """What the remedy makes of the value, which the message knows by this name."""
    known = {"np": np, "polars": polars, "pyarrow": pyarrow, "awkward": awkward, name: value}
    return eval(remedy_in(message), known)


def message_of(error, function, *arguments, **options):
    with pytest.raises(error) as raised:
        function(*arguments, **options)
    return str(raised.value)
