"""What `pysigmoid.torch` refuses: one error before anything runs, and the call that helps."""

import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from torch.masked import masked_tensor

import pysigmoid.torch as pt
from pysigmoid import functional as F
from pysigmoid import nn

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")

VALUES = torch.tensor([[0.5, -1.5], [2.0, 0.25]])
LABELS = torch.tensor([[1.0, 0.0], [1.0, 0.5]])


def quantized():
    return torch.quantize_per_tensor(VALUES, 0.1, 0, torch.quint8)


# What a tensor is, what is said of it, and the call that helps, which must work.
KINDS = {
    "sparse COO": (lambda: VALUES.to_sparse(), "sparse", "{}.to_dense()"),
    "sparse CSR": (lambda: VALUES.to_sparse_csr(), "sparse", "{}.to_dense()"),
    "quantized": (quantized, "quantized", "{}.dequantize()"),
    "mkldnn": (lambda: VALUES.to_mkldnn(), "mkldnn", "{}.to_dense()"),
    "jagged": (lambda: torch.nested.nested_tensor([*VALUES], layout=torch.jagged), "nested", "{}.values()"),
    "nested": (lambda: torch.nested.nested_tensor([*VALUES]), "nested", None),
    "complex": (lambda: torch.complex(VALUES, VALUES), "complex", "{}.real"),
    "float8": (lambda: VALUES.to(torch.float8_e5m2), "float8_e5m2", "{}.to(torch.bfloat16)"),
    "masked": (lambda: masked_tensor(VALUES, LABELS > 0), "MaskedTensor", "{}.get_data()"),
}
DEVICES = ["cuda", "mps", "xpu"]


def calls(tensor):
    yield "input", lambda tensor: pt.sigmoid(tensor), tensor
    yield "input", lambda tensor: pt.silu(tensor, inplace=True), tensor
    yield "input", lambda tensor: pt.binary_cross_entropy_with_logits(tensor, LABELS), tensor
    yield "inputs", lambda tensor: pt.sigmoid_focal_loss(tensor, LABELS), tensor
    yield "target", lambda tensor: pt.binary_cross_entropy_with_logits(VALUES, tensor), tensor
    yield "weight", lambda tensor: pt.binary_cross_entropy_with_logits(VALUES, LABELS, tensor), tensor
    yield "pos_weight", lambda tensor: pt.binary_cross_entropy_with_logits(VALUES, LABELS, pos_weight=tensor), tensor


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_tensor_is_refused_with_the_call_that_helps(kind):
    make, what, remedy = KINDS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about what is new and what is old
        tensor = make()
    for name, call, argument in calls(tensor):
        with pytest.raises(TypeError) as error:
            call(argument)
        message = str(error.value)
        assert message.startswith(f"{name} is a ")
        assert what in message
        if remedy is not None:
            assert remedy.format(name) in message
    if remedy is not None:
        helped = eval(remedy.format("input"), {"input": tensor, "torch": torch})
        assert torch.isfinite(pt.sigmoid(helped)).all()


@pytest.mark.parametrize("device", DEVICES)
def test_other_devices_are_named(device):
    """Fake tensors lie anywhere, also where there is no such hardware."""
    with torch._subclasses.FakeTensorMode():
        tensor = torch.empty(3, device=device)
    with pytest.raises(TypeError, match=rf"input is a tensor on the device {device}.*input\.cpu\(\).*torch\.sigmoid"):
        pt.sigmoid(tensor)


def test_message_names_torchs_own_function():
    complex_logits = torch.complex(VALUES, VALUES)
    for function, peer in [
        (pt.sigmoid, "torch.sigmoid"),
        (pt.logsigmoid, "torch.nn.functional.logsigmoid"),
        (pt.softplus, "torch.nn.functional.softplus"),
        (pt.silu, "torch.nn.functional.silu"),
        (lambda x: pt.binary_cross_entropy_with_logits(x, LABELS), "binary_cross_entropy_with_logits"),
        (lambda x: pt.sigmoid_focal_loss(x, LABELS), "torchvision.ops.sigmoid_focal_loss"),
    ]:
        with pytest.raises(TypeError, match=f"call .*{re.escape(peer)}"):
            function(complex_logits)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool], ids=str)
def test_logits_of_a_loss_are_floats(dtype):
    with pytest.raises(TypeError, match=r"input is a tensor of torch\..*pass input\.float\(\)"):
        pt.binary_cross_entropy_with_logits(VALUES.to(dtype), LABELS)


@pytest.mark.parametrize("value", [np.float32([1, 2]), [1.0, 2.0], 0.5, None], ids=repr)
def test_what_is_no_tensor_names_the_way_for_it(value):
    remedy = "torch.tensor" if isinstance(value, float) else "pysigmoid.functional"
    for call, name in [
        (pt.sigmoid, "input"),
        (lambda x: pt.silu(x, inplace=True), "input"),
        (lambda x: pt.binary_cross_entropy_with_logits(x, LABELS), "input"),
        (lambda x: pt.binary_cross_entropy_with_logits(VALUES, x), "target"),
    ]:
        with pytest.raises(TypeError) as error:
            call(value)
        assert str(error.value).startswith(f"{name} is a {type(value).__name__}")
        assert remedy in str(error.value)


@pytest.mark.parametrize("name", ["weight", "pos_weight"])
def test_factors_take_no_gradient_as_in_torch(name):
    x, factor = VALUES.clone().requires_grad_(), torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError):
        torch.nn.functional.binary_cross_entropy_with_logits(x, LABELS, **{name: factor}).backward()
    with pytest.raises(RuntimeError, match=rf"{name} is a tensor that requires grad.*{name}\.detach\(\)"):
        pt.binary_cross_entropy_with_logits(x, LABELS, **{name: factor})
    with torch.no_grad():
        pt.binary_cross_entropy_with_logits(x, LABELS, **{name: factor})
    with pytest.raises(TypeError, match=f"{name} is a str"):
        pt.binary_cross_entropy_with_logits(x, LABELS, **{name: "a"})


@pytest.mark.parametrize("wants_grad", [False, True])
@pytest.mark.parametrize("transformed", [False, True])
def test_shapes_must_agree(wants_grad, transformed):
    x, t = torch.zeros(5, requires_grad=wants_grad), torch.zeros(5, 1)
    loss = torch.vmap(pt.binary_cross_entropy_with_logits) if transformed else pt.binary_cross_entropy_with_logits
    x, t = (x.expand(2, 5), t.expand(2, 5, 1)) if transformed else (x, t)
    with pytest.raises(ValueError, match=r"input has shape \(5,\) but target has shape \(5, 1\).*target\.reshape"):
        loss(x, t)


def test_labels_are_checked_with_remedies_for_tensors():
    x = VALUES.reshape(-1)
    for labels, remedy in [
        ([1.0, -1.0, 1.0, 0.0], "(target + 1) / 2"),
        ([1.0, 1.000001, 1.0, 0.0], "target.clamp(0, 1)"),
        ([1.0, float("nan"), 1.0, 0.0], "ignore_value=float('nan')"),
        ([1.0, 7.0, 1.0, 0.0], "validate=False"),
    ]:
        with pytest.raises(ValueError, match=r"target\[1\] is") as error:
            pt.binary_cross_entropy_with_logits(x, torch.tensor(labels))
        assert remedy in str(error.value)
    assert torch.isfinite(pt.binary_cross_entropy_with_logits(x, torch.tensor([7.0, 0, 0, 0]), validate=False))


def test_options_are_those_of_functional():
    x, t = VALUES, LABELS
    for call, error, text in [
        (lambda: pt.binary_cross_entropy_with_logits(x, t, reduction="xyz"), ValueError, "xyz is not a valid value"),
        (lambda: pt.binary_cross_entropy_with_logits(x, t, torch.ones(3)), ValueError, "weight has shape"),
        (lambda: pt.binary_cross_entropy_with_logits(x, t, None, False), TypeError, "reduction='sum'"),
        (lambda: pt.binary_cross_entropy_with_logits(x, t, None, None, False), TypeError, "reduction='none'"),
        (lambda: pt.binary_cross_entropy_with_logits(x, t, label_smoothing=2.0), ValueError, "label_smoothing"),
        (lambda: pt.binary_cross_entropy_with_logits(x, t, sample_weight=x), TypeError, "weight="),
        (lambda: pt.sigmoid_focal_loss(x, t, 2.0), ValueError, "alpha"),
        (lambda: pt.sigmoid_focal_loss(x, t, gamma=-1.0), ValueError, "gamma"),
        (lambda: pt.softplus(x, beta=2.0), TypeError, "softplus(beta * x) / beta"),
        (lambda: pt.Softplus(2.0), TypeError, "softplus(beta * x) / beta"),
        (lambda: pt.BCEWithLogitsLoss(reduction="xyz"), ValueError, "xyz is not a valid value"),
        (lambda: pt.BCEWithLogitsLoss(None, True), TypeError, "reduction='mean'"),
        (lambda: pt.SigmoidFocalLoss(gamma=-1.0), ValueError, "gamma"),
    ]:
        with pytest.raises(error) as raised:
            call()
        assert text in str(raised.value)


def test_errors_leave_operands_as_they_were():
    x, t = VALUES.clone().requires_grad_(), torch.full_like(LABELS, 7.0)
    for _ in range(2):
        with pytest.raises(ValueError, match="between 0 and 1"):
            pt.binary_cross_entropy_with_logits(x, t)
    assert torch.equal(x.detach(), VALUES)
    assert x.grad is None
    assert torch.equal(t, torch.full_like(LABELS, 7.0))


def test_bfloat16_without_ml_dtypes_says_what_to_install():
    code = """
import sys
sys.modules["ml_dtypes"] = None
import torch, pysigmoid.torch
print(pysigmoid.torch.sigmoid(torch.zeros(1)).item())
for wants_grad in (False, True):
    try:
        pysigmoid.torch.sigmoid(torch.zeros(1, dtype=torch.bfloat16, requires_grad=wants_grad))
    except ImportError as error:
        print(error)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    value, *messages = printed.splitlines()
    assert value == "0.5"
    assert len(messages) == 2
    assert all("pip install ml_dtypes" in message for message in messages)


@pytest.mark.parametrize("function", [F.sigmoid, nn.Sigmoid(), lambda x: nn.BCEWithLogitsLoss()(x, LABELS)])
def test_functional_names_pysigmoid_torch_for_a_tensor_that_requires_grad(function):
    with pytest.raises(TypeError, match=r"requires grad.*pysigmoid\.torch.*input\.detach\(\)"):
        function(VALUES.clone().requires_grad_())
