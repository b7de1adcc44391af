"""The losses beside torch's: the same values and gradients where torch's are good, better ones where they are not."""

import inspect

import ml_dtypes
import mpmath
import numpy as np
import pytest
import torch

from pysigmoid import functional as F
from pysigmoid import nn

torch_logits_loss = torch.nn.functional.binary_cross_entropy_with_logits
torch_loss = torch.nn.functional.binary_cross_entropy
loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad

# torch works float32 in float32 and takes its sums there; both of its terms round where they cancel.
RTOL = {np.float32: 2e-5, np.float64: 1e-13}
ATOL = {np.float32: 1e-6, np.float64: 1e-15}

SHAPES = [(), (1,), (5,), (5, 5), (5, 5, 5), (0,), (0, 3), (64, 4), (1029, 17)]
FACTORS = ["none", "weight", "pos_weight", "both"]

every_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda dtype: dtype.__name__)
every_reduction = pytest.mark.parametrize("reduction", ["none", "mean", "sum"])


def assert_close(got, want, dtype, scale=1):
    want = want.detach().numpy()
    assert np.shape(got) == want.shape
    np.testing.assert_allclose(got, want, rtol=RTOL[dtype], atol=ATOL[dtype] * scale)


def tensors(*arrays):
    return [None if array is None else torch.from_numpy(np.array(array)) for array in arrays]


def torch_loss_and_grad(x, y, w=None, *, reduction="mean", p=None):
    """The loss, and its gradient by autograd; that of the sum where nothing is reduced."""
    x, y, w, p = tensors(x, y, w, p)
    x.requires_grad_()
    loss = torch_logits_loss(x, y, w, reduction=reduction, pos_weight=p)
    loss.sum().backward()
    return loss, x.grad


def draw(rng, shape, dtype):
    return (np.asarray(rng.normal(size=shape)) * 3).astype(dtype), np.asarray(rng.random(shape)).astype(dtype)


@every_dtype
@every_reduction
@pytest.mark.parametrize("factors", FACTORS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_values_and_gradients(rng, shape, factors, reduction, dtype):
    x, y = draw(rng, shape, dtype)
    w = (rng.random(shape[-1:]) * 2).astype(dtype) if factors in ("weight", "both") else None
    p = (rng.random(shape[-1:]) * 4).astype(dtype) if factors in ("pos_weight", "both") else None
    loss, grad = loss_and_grad(x, y, w, pos_weight=p, reduction=reduction)
    want, want_grad = torch_loss_and_grad(x, y, w, reduction=reduction, p=p)
    assert_close(loss, want, dtype)
    assert_close(grad, want_grad, dtype)


@every_dtype
@pytest.mark.parametrize("factor_shape", [(4,), (16, 1), (1, 4), (1,), (), (16, 4)], ids=str)
def test_factors_broadcast_as_in_torch(rng, factor_shape, dtype):
    x, y = draw(rng, (16, 4), dtype)
    factor = np.asarray(rng.random(factor_shape)).astype(dtype) + dtype(0.5)
    for w, p in ((factor, None), (None, factor), (factor, factor)):
        want, want_grad = torch_loss_and_grad(x, y, w, p=p)
        loss, grad = loss_and_grad(x, y, w, pos_weight=p)
        assert_close(loss, want, dtype)
        assert_close(grad, want_grad, dtype)


@every_dtype
def test_modules(rng, dtype):
    x, y = draw(rng, (12, 3), dtype)
    w, p = (rng.random((2, 3)) + 0.5).astype(dtype)
    for reduction in ("none", "mean", "sum"):
        theirs = torch.nn.BCEWithLogitsLoss(*tensors(w), reduction=reduction, pos_weight=tensors(p)[0])
        ours = nn.BCEWithLogitsLoss(w, reduction=reduction, pos_weight=p)
        assert_close(ours(x, y), theirs(*tensors(x, y)), dtype)
        probabilities = F.sigmoid(x)
        theirs, ours = torch.nn.BCELoss(*tensors(w), reduction=reduction), nn.BCELoss(w, reduction=reduction)
        assert_close(ours(probabilities, y), theirs(*tensors(probabilities, y)), dtype)


@every_dtype
def test_elements_left_out_are_those_torch_does_not_see(rng, dtype):
    x, y = draw(rng, 200, dtype)
    marked = rng.random(200) < 0.3
    labels = np.where(marked, dtype(-100), y)
    want, want_grad = torch_loss_and_grad(x[~marked], y[~marked])
    for options, given in (({"ignore_value": -100}, labels), ({"where": ~marked}, y)):
        loss, grad = loss_and_grad(x, given, **options)
        assert_close(loss, want, dtype)
        assert_close(grad[~marked], want_grad, dtype)
        assert np.all(grad[marked] == 0)


@every_dtype
@every_reduction
def test_probabilities_with_logs_cut_at_minus_100(rng, reduction, dtype):
    p = np.concatenate([rng.random(50), [0, 1, 0, 1]]).astype(dtype)
    y = np.concatenate([rng.random(50), [0, 0, 1, 1]]).astype(dtype)
    got = F.binary_cross_entropy(p, y, reduction=reduction)
    assert_close(got, torch_loss(*tensors(p, y), reduction=reduction), dtype)


@every_dtype
@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 2), (-1, 2), (0.5, 0), (0.75, 1.5)])
def test_focal_loss_and_gradient(rng, alpha, gamma, dtype):
    """torchvision's formula, composed of torch's functions."""
    x, y = draw(rng, 300, dtype)
    y = np.round(y)
    logits, labels = tensors(x, y)
    logits.requires_grad_()
    q = torch.sigmoid(logits)
    hit = q * labels + (1 - q) * (1 - labels)
    want = torch_logits_loss(logits, labels, reduction="none") * (1 - hit) ** gamma
    if alpha >= 0:
        want = (alpha * labels + (1 - alpha) * (1 - labels)) * want
    want.sum().backward()
    loss, grad = F.sigmoid_focal_loss_value_and_grad(x, y, alpha, gamma)
    assert_close(loss, want, dtype)
    assert_close(grad, logits.grad, dtype)


# Signatures

torch_of = {
    F.binary_cross_entropy: torch_loss,
    F.binary_cross_entropy_with_logits: torch_logits_loss,
    F.silu: torch.nn.functional.silu,
    F.glu: torch.nn.functional.glu,
    **{
        getattr(nn, name): getattr(torch.nn, name)
        for name in ("Softplus", "SiLU", "GLU", "BCELoss", "BCEWithLogitsLoss")
    },
}


def positional(function):
    parameters = inspect.signature(function).parameters.values()
    return [(each.name, each.default) for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


@pytest.mark.parametrize("ours", torch_of, ids=lambda function: function.__qualname__)
def test_positional_arguments_are_torchs(ours):
    assert positional(ours) == positional(torch_of[ours])


def test_softplus_has_torchs_defaults():
    """torch's function is built in and shows no signature; its documentation does."""
    assert "softplus(input, beta=1, threshold=20)" in torch.nn.functional.softplus.__doc__
    assert positional(F.softplus)[1:] == [("beta", 1), ("threshold", 20)]


@pytest.mark.filterwarnings("ignore:size_average and reduce args will be deprecated")
@pytest.mark.parametrize("size_average", [None, False, True])
@pytest.mark.parametrize("reduce", [None, False, True])
def test_reduction_we_suggest_for_torchs_old_options_is_the_one_they_mean(size_average, reduce):
    x, y = np.float32([0.5, -1]), np.float32([1, 0])
    if size_average is reduce is None:
        reduction = "mean"
    else:
        with pytest.raises(TypeError, match="pass reduction=") as error:
            F.binary_cross_entropy_with_logits(x, y, None, size_average, reduce)
        reduction = str(error.value).rpartition("=")[2].strip("'")
    want = torch_logits_loss(*tensors(x, y), None, size_average, reduce)
    assert_close(F.binary_cross_entropy_with_logits(x, y, reduction=reduction), want, np.float32)


# Errors


def test_both_refuse_what_does_not_fit():
    five, column = np.zeros(5, np.float32), np.zeros((5, 1), np.float32)
    calls = [
        (five, column, {}),
        (column, five, {}),
        (five, five, {"reduction": "xyz"}),
    ]
    for x, y, options in calls:
        with pytest.raises(ValueError):  # noqa: PT011 -- the messages are not torch's
            torch_logits_loss(*tensors(x, y), **options)
        with pytest.raises(ValueError, match=r"shape|not a valid value"):
            F.binary_cross_entropy_with_logits(x, y, **options)
    with pytest.raises(RuntimeError):
        torch_loss(*tensors(five + 2, five))
    with pytest.raises(ValueError, match="between 0 and 1"):
        F.binary_cross_entropy(five + 2, five)


# Better than torch


def exact_loss_and_grad(x, y):
    with mpmath.workdps(60):
        x = mpmath.mpf(float(x))
        loss = y * mpmath.log1p(mpmath.exp(-x)) + (1 - y) * mpmath.log1p(mpmath.exp(x))
        return loss, (1 - y) / (1 + mpmath.exp(-x)) - y / (1 + mpmath.exp(x))


def worst_relative_error(got, wants):
    return max(abs(float(result) / want - 1) for result, want in zip(got, wants, strict=True))


@every_dtype
@pytest.mark.parametrize("y", [0, 1])
def test_both_tails_keep_digits_that_torch_loses(y, dtype):
    """torch adds x to log(1 + exp(-x)) for label 0, and takes 1 from the sigmoid for label 1."""
    x = np.linspace(-60, 60, 481).astype(dtype)
    labels = np.full(x.shape, y, dtype)
    ours = loss_and_grad(x, labels, reduction="none")
    theirs = [part.detach().numpy() for part in torch_loss_and_grad(x, labels, reduction="none")]
    wants = zip(*(exact_loss_and_grad(point, y) for point in x), strict=True)
    for got, other, want, torch_cancels in zip(ours, theirs, wants, (y == 0, y == 1), strict=True):
        assert worst_relative_error(got, want) < np.finfo(dtype).eps
        assert worst_relative_error(other, want) >= (1 if torch_cancels else worst_relative_error(got, want))
        assert np.all(got != 0)


@pytest.mark.parametrize(("x", "y", "want"), [(np.inf, 1, 0), (-np.inf, 0, 0), (-np.inf, 1, np.inf)])
def test_infinite_logits_have_losses_that_torch_lacks(x, y, want):
    x, y = np.float32([x]), np.float32([y])
    assert np.isnan(torch_logits_loss(*tensors(x, y)).item())
    assert F.binary_cross_entropy_with_logits(x, y) == want


def test_bfloat16_loses_nothing_on_the_way(rng):
    x, y = torch.from_numpy(rng.normal(size=1000) * 3).bfloat16(), torch.from_numpy(rng.random(1000)).bfloat16()
    want = F.binary_cross_entropy_with_logits(x.double().numpy(), y.double().numpy(), reduction="none")
    pair = [tensor.view(torch.uint16).numpy().view(ml_dtypes.bfloat16) for tensor in (x, y)]
    ours = F.binary_cross_entropy_with_logits(*pair, reduction="none").astype(np.float64)
    theirs = torch_logits_loss(x, y, reduction="none").double().numpy()
    own, peer = (np.max(np.abs(part / want - 1)) for part in (ours, theirs))
    assert own <= 2.0**-8
    assert peer > 2 * own


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint8], ids=lambda dtype: dtype.__name__)
def test_labels_that_torch_refuses(rng, dtype):
    x, y = rng.normal(size=9).astype(np.float32), rng.integers(0, 2, 9).astype(dtype)
    with pytest.raises(RuntimeError):
        torch_logits_loss(*tensors(x, y))
    want = torch_logits_loss(*tensors(x, y.astype(np.float32)))
    assert_close(F.binary_cross_entropy_with_logits(x, y), want, np.float32)
