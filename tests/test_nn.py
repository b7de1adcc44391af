"""The modules: functional with the options kept."""

import numpy as np
import pytest

import pysigmoid
from calls import UFUNC_OF, Tensor, assert_same_bits, assert_same_results
from pysigmoid import functional as F
from pysigmoid import nn

ELEMENTWISE = {"sigmoid": nn.Sigmoid, "logsigmoid": nn.LogSigmoid, "softplus": nn.Softplus, "silu": nn.SiLU}


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_module_has_the_bits_of_the_function(rng, name, shape):
    x = rng.normal(size=shape).astype(np.float32)
    assert_same_bits(np.asarray(ELEMENTWISE[name]()(x)), np.asarray(UFUNC_OF[name](x)))
    assert_same_bits(ELEMENTWISE[name]().forward(x.tolist()), getattr(F, name)(x.tolist()))


class Size(Tensor):
    """A tensor whose shape is a tuple of torch's own, which shows its name."""

    class Shape(tuple):
        def __repr__(self):
            return f"torch.Size({list(self)})"

    @property
    def ndim(self):
        return self.values.ndim

    @property
    def shape(self):
        return self.Shape(self.values.shape)

    def __repr__(self):
        return repr(self.values).replace("array", "tensor")


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        (nn.Sigmoid(), "Sigmoid()"),
        (nn.LogSigmoid(), "LogSigmoid()"),
        (nn.Softplus(), "Softplus()"),
        (nn.Softplus(1, 20), "Softplus()"),
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
        (nn.BCEWithLogitsLoss(None, None, None, "sum", 2), "BCEWithLogitsLoss(reduction='sum', pos_weight=2)"),
        (nn.BCEWithLogitsLoss(pos_weight=np.array([9.0])), "BCEWithLogitsLoss(pos_weight=array([9.]))"),
        (nn.BCEWithLogitsLoss(pos_weight=[1.0, 2.0]), "BCEWithLogitsLoss(pos_weight=[1.0, 2.0])"),
        (nn.BCEWithLogitsLoss(np.arange(5)), "BCEWithLogitsLoss(weight=array of shape (5,))"),
        (nn.BCEWithLogitsLoss(pos_weight=Size([9.0])), "BCEWithLogitsLoss(pos_weight=tensor([9.]))"),
        (nn.BCEWithLogitsLoss(pos_weight=Size(np.ones((3, 2)))), "BCEWithLogitsLoss(pos_weight=array of shape (3, 2))"),
        (nn.SigmoidFocalLoss(), "SigmoidFocalLoss()"),
        (nn.SigmoidFocalLoss(None, 3, reduction="mean"), "SigmoidFocalLoss(alpha=None, gamma=3, reduction='mean')"),
        (
            nn.SigmoidFocalLoss(weight=2, pos_weight=3, label_smoothing=0.1, ignore_value=-1),
            "SigmoidFocalLoss(weight=2, pos_weight=3, label_smoothing=0.1, ignore_value=-1)",
        ),
    ],
    ids=repr,
)
def test_repr_shows_what_differs_from_the_defaults(module, shown):
    assert repr(module) == shown


@pytest.mark.parametrize("options", [{"beta": 2}, {"beta": 1.0, "threshold": 10}, {"threshold": 20.5}, {"beta": "1"}])
def test_softplus_says_how_to_write_beta(options):
    with pytest.raises(TypeError, match=r"softplus\(beta \* x\) / beta"):
        nn.Softplus(**options)


@pytest.mark.parametrize("options", [(), (1,), (1.0, 20.0), (1, 20)])
def test_softplus_takes_torchs_defaults(options):
    assert nn.Softplus(*options)(25.0) == F.softplus(25.0)


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
    with pytest.raises(ValueError, match="elementwise_mean is not a valid value for reduction; pass 'mean'"):
        loss(reduction="elementwise_mean")
    criterion = loss()
    criterion.reduction = "xyz"
    with pytest.raises(ValueError, match="xyz is not a valid value for reduction"):
        criterion([0.5], [1])


@pytest.mark.parametrize("loss", [nn.BCELoss, nn.BCEWithLogitsLoss])
def test_torchs_options_from_before_reduction_are_taken_where_they_mean_nothing(loss):
    assert repr(loss(size_average=None, reduce=None)) == repr(loss())
    assert repr(loss(2.0, None, None, "sum")) == repr(loss(2.0, reduction="sum"))
    for options, meant in (
        ({"size_average": True}, "mean"),
        ({"size_average": False}, "sum"),
        ({"reduce": False}, "none"),
        ({"size_average": False, "reduce": False}, "none"),
        ({"size_average": False, "reduce": True}, "sum"),
        ({"size_average": "sum"}, "sum"),
    ):
        name, value = next(iter(options.items()))
        with pytest.raises(TypeError, match=rf"{name} is {value!r}.*pass reduction='{meant}'$"):
            loss(**options)


OPTIONS = {
    "weight": np.array([[1.0], [0.5], [2.0]]),
    "pos_weight": np.array([1.0, 2.0, 3.0, 4.0]),
    "label_smoothing": 0.2,
    "ignore_value": 0.5,
    "reduction": "weighted_mean",
}
FOCAL_OPTIONS = {"alpha": 0.75, "gamma": 1.5, **OPTIONS}
MASK = [True, True, False, True]


@pytest.fixture
def batch(rng):
    labels = rng.random((3, 4))
    labels[1, 1] = 0.5
    return rng.normal(size=(3, 4)), labels


def with_options(loss, options, later):
    """The module with these options, given at once or set later."""
    criterion = loss() if later else loss(**options)
    for name, value in options.items():
        setattr(criterion, name, value)
    return criterion


LOGITS_LOSSES = pytest.mark.parametrize(
    ("loss", "options", "function"),
    [
        (nn.BCEWithLogitsLoss, OPTIONS, "binary_cross_entropy_with_logits"),
        (nn.SigmoidFocalLoss, FOCAL_OPTIONS, "sigmoid_focal_loss"),
    ],
    ids=["logistic", "focal"],
)
CALLS = pytest.mark.parametrize(
    "call",
    [
        {},
        {"where": MASK, "axis": 1},
        {"axis": 0, "keepdims": True, "dtype": np.float32},
        {"weight": np.array([0.25, 1.0, 4.0, 2.0]), "validate": False},
    ],
    ids=["alone", "mask and axis", "keepdims and dtype", "weight"],
)


@pytest.mark.parametrize("later", [False, True])
@CALLS
@LOGITS_LOSSES
def test_loss_and_gradient_are_those_of_the_function(batch, loss, options, function, call, later):
    """The weight of a call takes the place of the module's."""
    criterion = with_options(loss, options, later)
    want = getattr(F, f"{function}_value_and_grad")(*batch, **{**options, **call})
    assert_same_bits(criterion(*batch, **call), want[0])
    assert_same_results(criterion.value_and_grad(*batch, **call), want)
    out, grad_out = np.empty_like(want[0]), np.empty((3, 4))
    got = criterion.value_and_grad(*batch, **call, out=out, grad_out=grad_out)
    assert got[0] is out
    assert got[1] is grad_out
    assert_same_results(got, (out, want[1]))
    assert_same_bits(out, np.asarray(want[0]))
    assert criterion(*batch, **call, out=out) is out
    assert_same_bits(out, np.asarray(want[0]))


@CALLS
@pytest.mark.parametrize("reduction", ["none", "mean", "sum", "weighted_mean"])
@LOGITS_LOSSES
def test_grad_and_hess_are_divided_as_the_reduction_says(batch, loss, options, function, reduction, call):
    options = {**options, "reduction": reduction}
    call = {name: value for name, value in call.items() if name not in ("keepdims", "dtype")}
    if reduction == "none":
        call.pop("axis", None)
    criterion = loss(**options)
    grad, hess = getattr(F, f"{function}_grad_and_hess")(*batch, **{**options, **call})
    buffers = np.empty((2, 3, 4))
    assert_same_results(criterion.grad_and_hess(*batch, **call), (grad, hess))
    got = criterion.grad_and_hess(*batch, **call, grad_out=buffers[0], hess_out=buffers[1])
    assert all(np.shares_memory(one, buffer) for one, buffer in zip(got, buffers, strict=True))
    assert_same_bits(buffers, np.array([grad, hess]))
    assert_same_bits(grad, criterion.value_and_grad(*batch, **call)[1])
    value = criterion(*batch, **call)
    assert_same_results(criterion.value_grad_and_hess(*batch, **call), (value, grad, hess))
    buffers[:] = 7
    got = criterion.value_grad_and_hess(*batch, **call, grad_out=buffers[0], hess_out=buffers[1])
    assert_same_results(got, (value, *buffers))
    assert_same_bits(buffers, np.array([grad, hess]))
    undivided = getattr(F, f"{function}_grad_and_hess")(*batch, **{**options, **call, "reduction": "sum"})
    assert np.any(undivided[1] != hess) == reduction.endswith("mean")


@CALLS
@pytest.mark.parametrize("later", [False, True])
def test_bce_loss_is_that_of_the_function(batch, call, later):
    options = {"weight": OPTIONS["weight"], "reduction": "weighted_mean"}
    criterion, probabilities = with_options(nn.BCELoss, options, later), F.sigmoid(batch[0])
    want = F.binary_cross_entropy(probabilities, batch[1], **{**options, **call})
    assert_same_bits(criterion(probabilities, batch[1], **call), want)
    out = np.empty_like(want)
    assert criterion(probabilities, batch[1], **call, out=out) is out
    assert_same_bits(out, np.asarray(want))


@pytest.mark.parametrize("loss", [nn.BCELoss, nn.BCEWithLogitsLoss, nn.SigmoidFocalLoss])
def test_labels_are_checked_unless_a_call_says_not_to(loss):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        loss()([0.25], [2])
    loss()([0.25], [2], validate=False)
    if loss is not nn.BCELoss:
        for method in (loss().value_and_grad, loss().grad_and_hess, loss().value_grad_and_hess):
            with pytest.raises(ValueError, match="must lie between 0 and 1"):
                method([0.25], [2])
            method([0.25], [2], validate=False)


@pytest.mark.parametrize("reduction", ["mean", "sum", "weighted_mean"])
def test_newton_step_from_a_module_finds_the_constant_that_fits(reduction):
    """Of 3 positive labels in 4 that is log 3; Newton's method gets there only with the gradient's own Hessian."""
    labels, criterion = np.array([1, 1, 0, 1]), nn.BCEWithLogitsLoss(2.0, reduction=reduction)
    x = 0.0
    for _ in range(5):
        _, grad, hess = criterion.value_grad_and_hess(np.full(4, x), labels)
        x -= grad.sum() / hess.sum()
    assert x == pytest.approx(np.log(3), rel=1e-14)


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
