"""Real tensors as arguments: those NumPy can read, bfloat16 among them, and what is said of the others."""

import ml_dtypes
import numpy as np
import pytest
import torch

from pysigmoid import functional as F

VALUES = torch.tensor([0.5, -1.5, 2.0])


def test_bfloat16_tensor_is_read_without_a_copy_of_another_type():
    got = F.sigmoid(VALUES.bfloat16())
    assert got.dtype == ml_dtypes.bfloat16
    want = F.sigmoid(VALUES.numpy().astype(ml_dtypes.bfloat16))
    np.testing.assert_array_equal(got.view(np.int16), want.view(np.int16))
    loss = F.binary_cross_entropy_with_logits(VALUES.bfloat16(), torch.tensor([1, 0, 1]))
    assert loss.dtype == ml_dtypes.bfloat16


@pytest.mark.parametrize(
    ("tensor", "remedy"),
    [
        (torch.nn.Parameter(VALUES), "input.detach()"),
        (VALUES.to_sparse(), "input.to_dense()"),
        (VALUES.to("meta"), "meta device"),
        (torch._neg_view(VALUES), "input.resolve_neg()"),
        (VALUES.to(torch.float8_e5m2), "input.float()"),
    ],
    ids=["requires grad", "sparse", "meta", "negative", "float8"],
)
def test_tensor_that_numpy_cannot_read_is_a_type_error_with_a_remedy(tensor, remedy):
    for function in (F.sigmoid, lambda input: F.binary_cross_entropy_with_logits(input, [1, 0, 1])):
        with pytest.raises(TypeError) as error:
            function(tensor)
        assert str(error.value).startswith("input is a tensor")
        assert remedy in str(error.value)
        if remedy.startswith("input."):
            assert np.isfinite(function(eval(remedy, {"input": tensor}))).all()
