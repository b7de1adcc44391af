"""Real tensors as arguments: those NumPy can read, bfloat16 among them, and what is said of the others."""

import ml_dtypes
import numpy as np
import pytest
import torch

from pysigmoid import functional as F
from pysigmoid import nn

VALUES = torch.tensor([0.5, -1.5, 2.0])


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64, torch.int64, torch.bool], ids=str)
def test_a_tensor_gives_a_tensor(dtype):
    tensor = VALUES.to(dtype)
    for function in (F.sigmoid, F.logsigmoid, F.softplus, F.silu, nn.Sigmoid(), lambda x: F.logit(F.sigmoid(x), 1e-3)):
        got = function(tensor)
        assert type(got) is torch.Tensor
        np.testing.assert_array_equal(got.numpy(), function(tensor.numpy()), strict=True)
    assert F.sigmoid(tensor[0]).shape == ()


def test_silu_writes_into_a_tensor():
    tensor = VALUES.clone()
    assert F.silu(tensor, inplace=True) is tensor
    np.testing.assert_array_equal(tensor.numpy(), F.silu(VALUES.numpy()))


def test_bfloat16_tensor_is_read_without_a_copy_of_another_type():
    got = F.sigmoid(VALUES.bfloat16())
    assert got.dtype is torch.bfloat16
    want = F.sigmoid(VALUES.numpy().astype(ml_dtypes.bfloat16))
    np.testing.assert_array_equal(got.view(torch.int16).numpy(), want.view(np.int16))
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
            assert np.isfinite(np.asarray(function(eval(remedy, {"input": tensor})))).all()
