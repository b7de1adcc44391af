"""The modules: functional with the options kept."""

import numpy as np
import pytest

import pysigmoid
from calls import UFUNC_OF, assert_same_bits
from pysigmoid import functional as F
from pysigmoid import nn

ELEMENTWISE = {"sigmoid": nn.Sigmoid, "logsigmoid": nn.LogSigmoid, "softplus": nn.Softplus, "silu": nn.SiLU}


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_module_has_the_bits_of_the_function(rng, name, shape):
    x = rng.normal(size=shape).astype(np.float32)
    assert_same_bits(np.asarray(ELEMENTWISE[name]()(x)), np.asarray(UFUNC_OF[name](x)))
    assert_same_bits(ELEMENTWISE[name]().forward(x.tolist()), getattr(F, name)(x.tolist()))


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        (nn.Sigmoid(), "Sigmoid()"),
        (nn.LogSigmoid(), "LogSigmoid()"),
        (nn.Softplus(), "Softplus()"),
        (nn.SiLU(), "SiLU()"),
        (nn.SiLU(inplace=True), "SiLU(inplace=True)"),
        (nn.GLU(), "GLU(dim=-1)"),
        (nn.GLU(0), "GLU(dim=0)"),
        (nn.BCELoss(), "BCELoss()"),
        (nn.BCELoss(2.0, reduction="sum"), "BCELoss(weight=2.0, reduction='sum')"),
        (nn.BCEWithLogitsLoss(), "BCEWithLogitsLoss()"),
        (
            nn.BCEWithLogitsLoss(np.ones((4, 1)), pos_weight=2.5, label_smoothing=0.1, ignore_value=-1),
            "BCEWithLogitsLoss(weight=array of shape (4, 1), pos_weight=2.5, label_smoothing=0.1, ignore_value=-1)",
        ),
        (nn.BCEWithLogitsLoss(reduction="weighted_mean"), "BCEWithLogitsLoss(reduction='weighted_mean')"),
        (nn.SigmoidFocalLoss(), "SigmoidFocalLoss()"),
        (nn.SigmoidFocalLoss(None, 3, reduction="mean"), "SigmoidFocalLoss(alpha=None, gamma=3, reduction='mean')"),
    ],
    ids=repr,
)
def test_repr_shows_what_differs_from_the_defaults(module, shown):
    assert repr(module) == shown


@pytest.mark.parametrize("arguments", [(2,), (1.0, 20.0)])
def test_softplus_says_how_to_write_beta(arguments):
    with pytest.raises(TypeError, match=r"softplus\(beta \* x\) / beta"):
        nn.Softplus(*arguments)


def test_silu_in_place_overwrites_its_input():
    x = np.float32([-1, 0, 2])
    want = pysigmoid.silu(x)
    assert nn.SiLU()(x) is not x
    assert nn.SiLU(inplace=True)(x) is x
    assert_same_bits(x, want)


def test_silu_in_place_needs_a_float_array():
    x = np.array([1, 2])
    with pytest.raises(TypeError, match="Cannot cast"):
        nn.SiLU(inplace=True)(x)
    assert x.tolist() == [1, 2]
    with pytest.raises(TypeError, match="ArrayType"):
        nn.SiLU(inplace=True)([1.0, 2.0])


@pytest.mark.parametrize("dim", [0, 1, -2])
def test_glu_halves_its_dimension(rng, dim):
    x = rng.normal(size=(4, 6))
    assert_same_bits(nn.GLU(dim)(x), F.glu(x, dim))


# Losses


@pytest.mark.parametrize("loss", [nn.BCELoss, nn.BCEWithLogitsLoss, nn.SigmoidFocalLoss])
def test_unknown_reduction_is_an_error_in_the_constructor_and_at_the_call(loss):
    with pytest.raises(ValueError, match="xyz is not a valid value for reduction"):
        loss(reduction="xyz")
    criterion = loss()
    criterion.reduction = "xyz"
    with pytest.raises(ValueError, match="xyz is not a valid value for reduction"):
        criterion([0.5], [1])


OPTIONS = {
    "weight": np.array([[1.0], [0.5], [2.0]]),
    "pos_weight": np.array([1.0, 2.0, 3.0, 4.0]),
    "label_smoothing": 0.2,
    "ignore_value": 0.5,
    "reduction": "weighted_mean",
}


@pytest.fixture
def batch(rng):
    labels = rng.random((3, 4))
    labels[1, 1] = 0.5
    return rng.normal(size=(3, 4)), labels


@pytest.mark.parametrize("later", [False, True])
def test_bce_with_logits_passes_every_option_on(batch, later):
    criterion = nn.BCEWithLogitsLoss() if later else nn.BCEWithLogitsLoss(**OPTIONS)
    for name, value in OPTIONS.items():
        setattr(criterion, name, value)
    given = {"where": [True, True, False, True], "axis": 1}
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(*batch, **OPTIONS, **given, dtype=np.float32)
    assert_same_bits(criterion(*batch, **given, dtype=np.float32), loss)
    buffer = np.empty((3, 4))
    got = criterion.value_and_grad(*batch, **given, dtype=np.float32, grad_out=buffer)
    assert got[1] is buffer
    assert_same_bits(got[0], loss)
    assert_same_bits(buffer, grad)


@pytest.mark.parametrize("later", [False, True])
def test_focal_loss_passes_every_option_on(batch, later):
    options = {"alpha": 0.75, "gamma": 1.5, "reduction": "mean"}
    criterion = nn.SigmoidFocalLoss() if later else nn.SigmoidFocalLoss(**options)
    for name, value in options.items():
        setattr(criterion, name, value)
    given = {"where": [True, True, False, True], "axis": 0}
    loss, grad = F.sigmoid_focal_loss_value_and_grad(*batch, **options, **given, dtype=np.float32)
    assert_same_bits(criterion(*batch, **given, dtype=np.float32), loss)
    buffer = np.empty((3, 4))
    got = criterion.value_and_grad(*batch, **given, dtype=np.float32, grad_out=buffer)
    assert got[1] is buffer
    assert_same_bits(got[0], loss)
    assert_same_bits(buffer, grad)


def test_bce_loss_passes_every_option_on(batch):
    criterion = nn.BCELoss(OPTIONS["weight"], reduction="weighted_mean")
    given = {"where": [True, True, False, True], "axis": 0}
    probabilities = F.sigmoid(batch[0])
    want = F.binary_cross_entropy(probabilities, batch[1], OPTIONS["weight"], reduction="weighted_mean", **given)
    assert_same_bits(criterion(probabilities, batch[1], **given), want)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum", "weighted_mean"])
def test_grad_and_hess_are_never_divided(batch, reduction):
    where = [True, True, False, True]
    criterion = nn.BCEWithLogitsLoss(**{**OPTIONS, "reduction": reduction})
    want = F.binary_cross_entropy_with_logits_grad_and_hess(*batch, **{**OPTIONS, "reduction": "sum"}, where=where)
    buffers = np.empty((2, 3, 4))
    got = criterion.grad_and_hess(*batch, where=where, grad_out=buffers[0], hess_out=buffers[1])
    assert_same_bits(np.array(got), np.array(want))
    assert_same_bits(buffers, np.array(want))
    focal = nn.SigmoidFocalLoss(0.75, 3, reduction=reduction)
    want = F.sigmoid_focal_loss_grad_and_hess(*batch, 0.75, 3, where=where)
    got = focal.grad_and_hess(*batch, where=where, grad_out=buffers[0], hess_out=buffers[1])
    assert_same_bits(np.array(got), np.array(want))
    assert_same_bits(buffers, np.array(want))


# In use


def test_two_branches_never_exponentiate_a_positive_number():
    """The textbooks' stable algorithm agrees; the backward pass is right where sigma (1 - sigma) has become 0."""
    x = np.array([-1000.0, -745.0, -40.0, -5.0, -0.0, 0.0, 5.0, 40.0, 745.0, 1000.0])
    small = np.exp(-np.abs(x))
    branches = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
    np.testing.assert_allclose(nn.Sigmoid()(x), branches, rtol=1e-15)
    np.testing.assert_allclose(pysigmoid.sigmoid_derivative(x), small / (1 + small) ** 2, rtol=1e-15)
    naive = branches * (1 - branches)
    assert naive[7] == 0
    assert pysigmoid.sigmoid_derivative(x)[7] == pytest.approx(4.248354255291589e-18, rel=1e-15)


def test_bce_loss_on_the_output_of_a_sigmoid_layer(rng):
    """Linear(10, 64), relu, Linear(64, 1), sigmoid, BCELoss: the same as the loss on the logits."""
    inputs, targets = rng.normal(size=(32, 10)), rng.integers(0, 2, (32, 1))
    hidden = np.maximum(inputs @ rng.normal(size=(10, 64)) / np.sqrt(10), 0)
    logits = hidden @ rng.normal(size=(64, 1)) / 8
    loss = nn.BCELoss()(nn.Sigmoid()(logits), targets)
    assert loss == pytest.approx(nn.BCEWithLogitsLoss()(logits, targets), rel=1e-14)
    assert 0.3 < loss < 2


def test_bce_loss_on_a_saturated_sigmoid_is_cut_and_the_loss_on_logits_is_not():
    logits = np.float32([20, 200])
    assert nn.BCELoss(reduction="none")(nn.Sigmoid()(logits), [0, 0]).tolist() == [100, 100]
    assert nn.BCEWithLogitsLoss(reduction="none")(logits, [0, 0]).tolist() == [20, 200]


def test_gradient_descent_with_value_and_grad_fits_separable_labels():
    x = np.array([-2.0, -1.0, 1.0, 2.0])
    labels, weight, criterion, losses = x > 0, 0.0, nn.BCEWithLogitsLoss(), []
    for _ in range(50):
        loss, grad = criterion.value_and_grad(weight * x, labels)
        losses.append(float(loss))
        weight -= grad @ x
    assert losses[0] == pytest.approx(np.log(2), rel=1e-15)
    assert np.all(np.diff(losses) < 0)
    assert losses[-1] < 0.02
