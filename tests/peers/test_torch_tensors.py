"""Real tensors as arguments: those NumPy can read, bfloat16 among them, and what is said of the others."""

import ml_dtypes
import numpy as np
import pytest
import torch
from drivers import array_of, assert_same_bits

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


LABELS = torch.tensor([1, 0, 1])
MASK = np.array([True, True, False])
PAIR = torch.tensor([[0.5, -1.5, 2.0, 0.25], [1.0, 2.0, -3.0, 0.0]])

# Calls of every loss, each of logits and labels; BCELoss and its function take probabilities.
LOSSES = {
    "logistic": F.binary_cross_entropy_with_logits,
    "every element": lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none"),
    "masked": lambda x, y: F.binary_cross_entropy_with_logits(x, y, where=MASK),
    "over an axis": lambda x, y: F.binary_cross_entropy_with_logits(x, y, axis=0, keepdims=True),
    "in float64": lambda x, y: F.binary_cross_entropy_with_logits(x, y, dtype=">f8"),
    "with gradient": F.binary_cross_entropy_with_logits_value_and_grad,
    "both derivatives": F.binary_cross_entropy_with_logits_grad_and_hess,
    "focal": F.sigmoid_focal_loss,
    "focal with gradient": F.sigmoid_focal_loss_value_and_grad,
    "focal, both derivatives": F.sigmoid_focal_loss_grad_and_hess,
    "probabilities": lambda x, y: F.binary_cross_entropy(F.sigmoid(x), y),
    "BCEWithLogitsLoss": nn.BCEWithLogitsLoss(pos_weight=2.0),
    "its gradient": nn.BCEWithLogitsLoss().value_and_grad,
    "its derivatives": nn.BCEWithLogitsLoss().grad_and_hess,
    "SigmoidFocalLoss": nn.SigmoidFocalLoss(reduction="sum"),
    "BCELoss": lambda x, y: nn.BCELoss()(F.sigmoid(x), y),
}
FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_of_tensors_is_a_tensor_with_the_bits_of_the_loss_of_arrays(loss, dtype):
    x = VALUES.to(dtype)
    for labels in (LABELS, LABELS.numpy()):
        got, want = LOSSES[loss](x, labels), LOSSES[loss](array_of(x), LABELS.numpy())
        pairs = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
        for one, wanted in pairs:
            assert type(one) is torch.Tensor
            assert_same_bits(one, np.asarray(wanted).astype(np.asarray(wanted).dtype.newbyteorder("=")))
    assert not isinstance(LOSSES[loss](VALUES.numpy(), LABELS), torch.Tensor)  # the logits decide


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_glu_of_a_tensor_is_a_tensor(dtype):
    x = PAIR.to(dtype)
    for function in (F.glu, nn.GLU()):
        got = function(x)
        assert type(got) is torch.Tensor
        assert_same_bits(got, F.glu(array_of(x)))
    torch.testing.assert_close(F.glu(PAIR, 0), torch.nn.functional.glu(PAIR, 0), rtol=1e-6, atol=0)


def test_buffers_of_the_caller_come_back_as_they_are():
    out, grad_out = np.empty((), np.float32), np.empty(3, np.float32)
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(VALUES, LABELS, out=out, grad_out=grad_out)
    assert loss is out
    assert grad is grad_out
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(VALUES, LABELS, grad_out=grad_out)
    assert type(loss) is torch.Tensor
    assert grad is grad_out


def test_a_loss_in_a_type_without_tensors_stays_numpys():
    assert type(F.binary_cross_entropy_with_logits(VALUES, LABELS, dtype=np.longdouble)) is np.longdouble


@pytest.mark.parametrize("call", [F.glu, nn.GLU(), *(loss for name, loss in LOSSES.items() if "robab" not in name)])
def test_a_tensor_that_requires_grad_names_the_way_that_has_gradients(call):
    x = PAIR[0].clone().requires_grad_()
    arguments = (x,) if call is F.glu or isinstance(call, nn.GLU) else (x[:3], LABELS)
    with pytest.raises(TypeError, match=r"requires grad.*call pysigmoid\.torch"):
        call(*arguments)


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
