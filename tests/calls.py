"""What the tests of functional and nn share: lists of functions, inputs good and bad, comparisons of bits."""

import ml_dtypes
import numpy as np
import pytest

import pysigmoid
from pysigmoid import functional as F
from ulp import hexadecimal, same_bits

FLOATS = (np.float16, np.float32, np.float64, np.longdouble, ml_dtypes.bfloat16)

UFUNC_OF = {
    "sigmoid": pysigmoid.sigmoid,
    "logsigmoid": pysigmoid.log_sigmoid,
    "softplus": pysigmoid.softplus,
    "silu": pysigmoid.silu,
    "logit": pysigmoid.logit,
}

LOGISTIC = (
    F.binary_cross_entropy_with_logits,
    F.binary_cross_entropy_with_logits_value_and_grad,
    F.binary_cross_entropy_with_logits_grad_and_hess,
    F.binary_cross_entropy_with_logits_value_grad_and_hess,
)
FOCAL = (
    F.sigmoid_focal_loss,
    F.sigmoid_focal_loss_value_and_grad,
    F.sigmoid_focal_loss_grad_and_hess,
    F.sigmoid_focal_loss_value_grad_and_hess,
)
FROM_LOGITS = (*LOGISTIC, *FOCAL)
LOSSES = (*FROM_LOGITS, F.binary_cross_entropy)
REDUCTIONS = ("none", "mean", "sum", "weighted_mean")

LOGITS = np.array([0.5, -1.5, 2.0, -30.0])
LABELS = np.array([1.0, 0.0, 0.25, 0.0])
PROBABILITIES = np.array([0.5, 0.25, 0.875, 0.0])

NO_NUMBERS = {
    "complex": np.array([1j]),
    "object": np.array([1.0, None], dtype=object),
    "text": np.array(["1.0"]),
    "datetime": np.array(["2020-01-01"], dtype="datetime64[s]"),
    "timedelta": np.array([1], dtype="timedelta64[s]"),
    "structured": np.zeros(1, dtype=[("x", float)]),
    "float8": np.zeros(1, dtype=ml_dtypes.float8_e5m2),
    "list of text": ["1.0"],
    "None": None,
}


class Tensor:
    """A tensor as far as NumPy can tell: no __array_ufunc__, but __array__, which torch refuses under requires_grad."""

    __module__ = "torch"

    def __init__(self, values, requires_grad=False):
        self.values, self.requires_grad = np.asarray(values), requires_grad

    def __array__(self, dtype=None, copy=None):
        assert not self.requires_grad
        return self.values


def over_floats(test):
    return pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: dtype.__name__)(test)


def over(functions):
    return pytest.mark.parametrize("loss", functions, ids=lambda function: function.__name__)


def inputs_of(loss):
    return PROBABILITIES if loss is F.binary_cross_entropy else LOGITS


def results(outcome):
    """The results of a call as a tuple, also where there is one."""
    return outcome if isinstance(outcome, tuple) else (outcome,)


def assert_same_bits(got, want):
    """Equal dtype, shape and values, the sign of zero included; nan equals nan."""
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    differing = np.argwhere(~np.atleast_1d(same_bits(got, want)))
    if len(differing):
        index = tuple(differing[0])
        one, other = (hexadecimal(np.atleast_1d(array)[index]) for array in (got, want))
        pytest.fail(f"{len(differing)} of {got.size} differ, first at {index}: got {one}, want {other}", pytrace=False)


def assert_same_results(got, want):
    for one, other in zip(results(got), results(want), strict=True):
        assert_same_bits(np.asarray(one), np.asarray(other))
