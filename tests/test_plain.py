"""What is computed with as it is, and what Python reads first."""

import ml_dtypes
import numpy as np
import pytest

from pysigmoid import _core

DTYPES = [np.dtype(char) for char in "?bBhHiIlLqQefdg"] + [np.dtype(ml_dtypes.bfloat16)]
X = np.zeros((2, 3))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_arrays_of_every_number_are_plain(dtype):
    x = X.astype(dtype)
    assert _core.are_plain(x)
    assert _core.are_plain(x.astype(dtype.newbyteorder(">")))
    assert _core.are_plain(X, x)
    assert _core.are_plain(X, X, x, x[0, 0, ...])
    assert _core.are_plain(X, None, x, None)
    assert _core.are_plain(x[0, 0, ...])


NOT_PLAIN = {
    "a list": [0.5],
    "a number": 0.5,
    "a NumPy number": np.float64(0.5),
    "a matrix": X.view(np.matrix),
    "a masked array": np.ma.masked_array(X),
    "complex": X.astype(complex),
    "objects": X.astype(object),
    "text": X.astype(str),
    "dates": X.astype("datetime64[s]"),
    "a structure": X.astype([("a", float)]),
    "strings": X.astype(np.dtypes.StringDType()),
}


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_all_else_is_not(what):
    assert not _core.are_plain(NOT_PLAIN[what])
    assert not _core.are_plain(X, NOT_PLAIN[what])
    assert not _core.are_plain(X, X, NOT_PLAIN[what])


def test_shapes_are_paired():
    assert not _core.are_plain(X, X[0])
    assert not _core.are_plain(X, X[0, 0, ...])
    assert not _core.are_plain(X, X, X[0])
    assert not _core.are_plain(None)
    assert not _core.are_plain()
