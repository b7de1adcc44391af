"""Rows of docs/containers.md whose libraries only this environment has; and the bits that these containers hold."""

import numpy as np
import pint
import pytest
import sparse
import torch

import pysigmoid
from pysigmoid import functional as F
from tests.containers import PAGE, PEERS, given_by, outcomes, row

pytestmark = pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # torch's, not ours

UFUNCS = [getattr(pysigmoid, name) for name in pysigmoid.__all__ if name.islower() and not name.startswith("_")]
ONE_OUTPUT = [each for each in UFUNCS if isinstance(each, np.ufunc) and each.nout == 1]
VALUES = np.linspace(0.0, 0.9, 12).astype(np.float32)


@pytest.mark.parametrize("each", PEERS, ids=lambda each: each.container)
def test_row_is_what_happens(each):
    assert row(each) in PAGE.read_text().splitlines()
    assert any(outcome.endswith("Error") for outcome in outcomes(each)) == bool(each.remedies)


@pytest.mark.parametrize("each", PEERS, ids=lambda each: each.container)
def test_remedies_give_what_the_calls_would_have_given(each):
    for remedy, call in each.remedies.items():
        np.testing.assert_array_equal(np.asarray(given_by(remedy, each)), np.asarray(call()))


@pytest.mark.parametrize("ufunc", ONE_OUTPUT, ids=lambda each: each.__name__)
def test_sparse_array_has_the_same_bits_and_a_fill_value_of_its_own(ufunc):
    """No function here but silu is 0 at 0: what is not stored becomes the function's value at 0."""
    result = ufunc(*[sparse.COO.from_numpy(VALUES)] * ufunc.nin)
    assert isinstance(result, sparse.COO)
    want = ufunc(*[VALUES] * ufunc.nin)
    np.testing.assert_array_equal(result.todense(), want)
    assert result.fill_value == want[0]


@pytest.mark.parametrize("ufunc", ONE_OUTPUT, ids=lambda each: each.__name__)
def test_tensor_goes_through_a_ufunc_and_comes_back_as_one(ufunc):
    result = ufunc(*[torch.from_numpy(VALUES)] * ufunc.nin)
    assert result.dtype == torch.float32
    np.testing.assert_array_equal(result.numpy(), ufunc(*[VALUES] * ufunc.nin))


def test_tensor_that_requires_grad_is_an_error():
    with pytest.raises(RuntimeError, match="requires grad"):
        pysigmoid.sigmoid(torch.zeros(3, requires_grad=True))


def test_quantity_is_an_error_that_names_the_argument_and_what_to_pass():
    """NumPy would strip the unit with a warning."""
    ratio, metres = pint.Quantity(VALUES, ""), pint.Quantity(VALUES, "m")
    with pytest.raises(TypeError, match=r"input is a Pint quantity in dimensionless.* pass input\.m_as\(''\)"):
        F.sigmoid(ratio)
    with pytest.raises(TypeError, match=r"target is a Pint quantity in meter.* pass target\.magnitude"):
        F.binary_cross_entropy_with_logits(VALUES, metres)
    np.testing.assert_array_equal(F.sigmoid(ratio.m_as("")), pysigmoid.sigmoid(VALUES))
