"""The losses on tensors: the bits of `functional`, gradients and higher derivatives, however they are asked for."""

import gc

import numpy as np
import pytest
import torch
from drivers import DTYPES, array_of, assert_same_bits, draw, draw_labels
from torch.autograd import forward_ad, gradcheck, gradgradcheck
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

import pysigmoid.torch as pt
from pysigmoid import functional as F

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")

bce = pt.binary_cross_entropy_with_logits
torchs = torch.nn.functional.binary_cross_entropy_with_logits

REDUCTIONS = ["none", "mean", "sum", "weighted_mean"]
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)

# A loss of tensors, and the same of arrays with its gradient.
LOSSES = {
    "logistic": (bce, F.binary_cross_entropy_with_logits_value_and_grad),
    "focal": (pt.sigmoid_focal_loss, F.sigmoid_focal_loss_value_and_grad),
}
every_loss = pytest.mark.parametrize("loss", LOSSES)


def value_and_grad(function, input, target, *rest, **options):
    """The loss, and what backward gives where 1 comes back for each of them."""
    leaf = input.detach().requires_grad_()
    loss = function(leaf, target, *rest, **options)
    loss.sum().backward()
    return loss.detach(), leaf.grad


# Values and gradients


@every_loss
@every_dtype
@every_reduction
def test_bits_are_those_of_functional(loss, dtype, reduction, rng):
    ours, arrays = LOSSES[loss]
    x, t = draw(rng, 7, 30, dtype=dtype, scale=12), draw_labels(rng, 7, 30)
    value, gradient = value_and_grad(ours, x, t, reduction=reduction)
    want_value, want_gradient = arrays(array_of(x), t.numpy(), reduction=reduction)
    assert_same_bits(value, want_value)
    assert_same_bits(gradient, want_gradient)
    assert_same_bits(ours(x, t, reduction=reduction), want_value)


@every_dtype
@every_reduction
@pytest.mark.parametrize("floats", [False, True])
def test_all_options(dtype, reduction, floats, rng):
    x, t = draw(rng, 5, 8, dtype=dtype), draw_labels(rng, 5, 8)
    t[1, 3:6] = -1
    w, p = (0.5, 3.0) if floats else (draw_labels(rng, 8), draw_labels(rng, 5, 1, dtype=torch.float64) + 1)
    options = {"reduction": reduction, "label_smoothing": 0.1, "ignore_value": -1}
    value, gradient = value_and_grad(bce, x, t, w, pos_weight=p, **options)
    factors = (w, p) if floats else (w.numpy(), p.numpy())
    want = F.binary_cross_entropy_with_logits_value_and_grad(
        array_of(x), t.numpy(), factors[0], pos_weight=factors[1], **options
    )
    for got, wanted in zip((value, gradient), want, strict=True):
        assert_same_bits(got, wanted)


@pytest.mark.parametrize("size", [1 << 13, 1 << 15, 100_001])
@every_reduction
def test_bits_do_not_depend_on_the_way_the_gradient_is_handed_over(size, reduction, rng):
    x, t = draw(rng, size), draw_labels(rng, size)
    value, gradient = value_and_grad(bce, x, t, reduction=reduction)
    want = F.binary_cross_entropy_with_logits_value_and_grad(x.numpy(), t.numpy(), reduction=reduction)
    assert_same_bits(value, want[0])
    assert_same_bits(gradient, want[1])
    leaf = x.clone().requires_grad_()
    (bce(leaf, t, reduction=reduction) * 0.25).sum().backward()
    assert_same_bits(leaf.grad, want[1] * np.float32(0.25))


@pytest.mark.parametrize(
    "dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float16, torch.float64], ids=str
)
def test_labels_of_any_type_are_read_in_place(dtype, rng):
    x, t = draw(rng, 9), draw_labels(rng, 9).round().to(dtype)
    value, gradient = value_and_grad(bce, x, t)
    want = value_and_grad(bce, x, t.float())
    assert_same_bits(value, want[0])
    assert_same_bits(gradient, want[1])


LAYOUTS = {
    "0-d": lambda x: x[0, 0],
    "empty": lambda x: x[:, :0],
    "transposed": lambda x: x.T,
    "stepped": lambda x: x[::2, 1::3],
    "expanded": lambda x: x[:1].expand(4, -1),
    "negated": torch._neg_view,
}


@every_reduction
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout, reduction, rng):
    x, t = LAYOUTS[layout](draw(rng, 6, 9)), LAYOUTS[layout](draw_labels(rng, 6, 9) - float(layout == "negated"))
    value, gradient = value_and_grad(bce, x, t, reduction=reduction)
    want = F.binary_cross_entropy_with_logits_value_and_grad(x.clone().numpy(), t.clone().numpy(), reduction=reduction)
    assert_same_bits(value, want[0])
    assert_same_bits(gradient, want[1])


def test_values_that_torch_loses():
    assert bce(torch.tensor(-20.0), torch.tensor(0.0)).item() == np.float32(2.0611537e-09)
    gradient = value_and_grad(bce, torch.tensor(20.0), torch.tensor(1.0))[1]
    assert gradient.item() == np.float32(-2.0611537e-09)
    x, t = torch.tensor([np.inf, -np.inf]), torch.tensor([1.0, 0.0])
    for reduction in ("none", "mean", "sum"):
        value, gradient = value_and_grad(bce, x, t, reduction=reduction)
        assert torch.all(value == 0)
        assert torch.all(gradient == 0)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_close_to_torch_where_torch_is_good(reduction, rng):
    x, t = draw(rng, 40, 3, scale=1.5), draw_labels(rng, 40, 3)
    w, p = draw_labels(rng, 3), draw_labels(rng, 40, 1)
    ours = value_and_grad(bce, x, t, w, None, None, reduction, p)
    theirs = value_and_grad(torchs, x, t, w, None, None, reduction, p)
    for got, want in zip(ours, theirs, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-6)


# The labels' gradient


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
def test_labels_get_their_gradient(reduction, weighted, rng):
    x, t = draw(rng, 12, scale=2), draw_labels(rng, 12)
    p = draw_labels(rng, 12) if weighted else None
    gradients = []
    for function in (bce, torchs):
        leaf = t.clone().requires_grad_()
        function(x, leaf, reduction=reduction, pos_weight=p).sum().backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-6)


# Half types


def test_gradients_in_float16_survive_loss_scaling(rng):
    """Divided by a million first, each of them would vanish."""
    n, scale = 1 << 20, 2.0**16
    x, t = draw(rng, n, dtype=torch.float16), draw_labels(rng, n).round()
    leaf = x.clone().requires_grad_()
    with torch.autocast("cpu", torch.float16):
        loss = bce(leaf, t)
    assert loss.dtype is torch.float32
    (loss * scale).backward()
    want = F.binary_cross_entropy_with_logits_value_and_grad(x.numpy(), t.numpy(), scale, reduction="mean")[1]
    assert leaf.grad.dtype is torch.float16
    assert_same_bits(leaf.grad, want)
    assert torch.mean((leaf.grad == 0).float()) < 0.01
    assert torch.mean((value_and_grad(bce, x, t)[1] == 0).float()) > 0.1


def test_weighted_mean_in_float16_survives_loss_scaling(rng):
    x, t, w = draw(rng, 50, dtype=torch.float16), draw_labels(rng, 50), draw_labels(rng, 50)
    leaf = x.clone().requires_grad_()
    (bce(leaf, t, w, reduction="weighted_mean").float() * 1024).backward()
    exact = F.binary_cross_entropy_with_logits_value_and_grad(
        x.double().numpy(), t.numpy(), w.numpy(), reduction="weighted_mean"
    )[1]
    np.testing.assert_allclose(array_of(leaf.grad).astype(float), 1024 * exact, rtol=2**-10)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@every_reduction
def test_autocast_gives_losses_in_float32_and_gradients_in_the_logits_dtype(dtype, reduction, rng):
    x, t = draw(rng, 30, dtype=dtype), draw_labels(rng, 30)
    with torch.autocast("cpu", dtype):
        value, gradient = value_and_grad(bce, x, t, reduction=reduction)
        focal = pt.sigmoid_focal_loss(x, t)
        assert bce(x.float(), t).dtype is torch.float32
        assert bce(x.double(), t).dtype is torch.float64
    want = F.binary_cross_entropy_with_logits_value_and_grad(
        array_of(x), t.numpy(), reduction=reduction, dtype=np.float32
    )
    assert_same_bits(value, want[0])
    assert_same_bits(gradient, want[1])
    assert focal.dtype is torch.float32


# Derivatives of higher order and other modes

FACTORS = {"plain": (None, None), "weights": (1, 1), "floats": (2.0, 3.0)}


@every_reduction
@pytest.mark.parametrize("factors", FACTORS)
def test_gradcheck_of_the_logistic_loss(reduction, factors, rng):
    x, t = draw(rng, 4, 3, dtype=torch.float64), draw_labels(rng, 4, 3, dtype=torch.float64)
    w, p = FACTORS[factors]
    if factors == "weights":
        w, p = draw_labels(rng, 3, dtype=torch.float64) + 0.5, draw_labels(rng, 4, 1, dtype=torch.float64)
    if factors == "floats":  # strided operands as well
        x, t = x.T.contiguous().T, torch.stack([t, t], -1)[..., 0]

    def loss(x, t):
        return bce(x, t, w, reduction=reduction, pos_weight=p, label_smoothing=0.1, validate=False)

    operands = x.requires_grad_(), t.requires_grad_()
    batched = {"check_batched_grad": True}
    assert gradcheck(loss, operands, check_forward_ad=True, check_batched_forward_grad=True, **batched)
    assert gradgradcheck(loss, operands, check_fwd_over_rev=True, **batched)


@every_reduction
@pytest.mark.parametrize("options", [(0.25, 2.0), (-1, 1.5), (0.6, 0.0)], ids=str)
def test_gradcheck_of_the_focal_loss(reduction, options, rng):
    x, t = draw(rng, 4, 3, dtype=torch.float64), draw_labels(rng, 4, 3, dtype=torch.float64)

    def loss(x, t):
        return pt.sigmoid_focal_loss(x, t, *options, reduction, validate=False)

    operands = x.requires_grad_(), t.requires_grad_()
    assert gradcheck(loss, operands, check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(loss, operands, check_fwd_over_rev=True, check_batched_grad=True)


def test_ignored_labels_count_nowhere(rng):
    x, t = draw(rng, 6, dtype=torch.float64).requires_grad_(), draw_labels(rng, 6, dtype=torch.float64)
    t[2] = np.nan

    def loss(x):
        return bce(x, t, 2.0, pos_weight=3.0, ignore_value=np.nan)

    assert gradcheck(loss, x, check_forward_ad=True)
    assert gradgradcheck(loss, x)
    (gradient,) = torch.autograd.grad(loss(x), x)
    assert gradient[2] == 0


def test_third_derivative_of_the_focal_loss_is_refused(rng):
    x, t = draw(rng, 4).requires_grad_(), draw_labels(rng, 4)
    (first,) = torch.autograd.grad(pt.sigmoid_focal_loss(x, t).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="two orders"):
        torch.autograd.grad(second.sum(), x)


@every_loss
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_bits_are_the_same_at_every_door(loss, reduction, rng):
    ours, _ = LOSSES[loss]
    x, t = draw(rng, 5, 6), draw_labels(rng, 5, 6)

    def of_logits(x):
        return ours(x, t, reduction=reduction)

    value, gradient = value_and_grad(ours, x, t, reduction=reduction)
    assert_same_bits(grad(lambda x: of_logits(x).sum())(x), gradient)
    leaf = x.clone().requires_grad_()
    (with_graph,) = torch.autograd.grad(of_logits(leaf).sum(), leaf, create_graph=True)
    assert_same_bits(with_graph, gradient)
    assert_same_bits(jvp(of_logits, (x,), (torch.ones_like(x),))[0], value)
    with forward_ad.dual_level():
        primal, tangent = forward_ad.unpack_dual(of_logits(forward_ad.make_dual(x, torch.ones_like(x))))
    assert_same_bits(primal, value)
    torch.testing.assert_close(tangent, gradient if reduction == "none" else gradient.sum(), rtol=1e-5, atol=1e-6)


@every_loss
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_vmap_gives_each_row_its_own_loss(loss, reduction, rng):
    ours, arrays = LOSSES[loss]
    x, t = draw(rng, 4, 5, 3), draw_labels(rng, 4, 5, 3)
    rows = [arrays(x[k].numpy(), t[k].numpy(), reduction=reduction) for k in range(4)]

    def of_row(x, t):
        return ours(x, t, reduction=reduction)

    assert_same_bits(vmap(of_row)(x, t), np.stack([row[0] for row in rows]))
    gradients = vmap(grad(lambda x, t: of_row(x, t).sum()))(x, t)
    assert_same_bits(gradients, np.stack([row[1] for row in rows]))
    moved = vmap(of_row, (1, None))(x.movedim(0, 1).contiguous(), t[0])
    assert_same_bits(moved, np.stack([arrays(x[k].numpy(), t[0].numpy(), reduction=reduction)[0] for k in range(4)]))
    nested = vmap(vmap(of_row))(x, t)
    assert_same_bits(nested[1, 2], arrays(x[1, 2].numpy(), t[1, 2].numpy(), reduction=reduction)[0])


@pytest.mark.parametrize("reduction", ["none", "mean", "weighted_mean"])
def test_vmap_of_factors(reduction, rng):
    x, t, w, p = draw(rng, 4, 5, 3), draw_labels(rng, 4, 5, 3), draw_labels(rng, 4, 3), draw_labels(rng, 5, 1)

    def of_row(x, t, w):
        return bce(x, t, w, reduction=reduction, pos_weight=p)

    want = [of_row(x[k], t[k], w[k]).numpy() for k in range(4)]
    assert_same_bits(vmap(of_row)(x, t, w), np.stack(want))
    assert_same_bits(vmap(of_row, (0, 0, None))(x, t, w[0])[0], want[0])
    assert_same_bits(vmap(bce, (0, 0))(x[:, 0, 0], t[:, 0, 0]), bce(x[:, 0, 0], t[:, 0, 0], reduction="none").numpy())


@every_loss
def test_transforms(loss, rng):
    ours, _ = LOSSES[loss]
    x, t = draw(rng, 5, dtype=torch.float64), draw_labels(rng, 5, dtype=torch.float64)

    def mean(x):
        return ours(x, t, reduction="mean")

    gradient = value_and_grad(ours, x, t, reduction="mean")[1]
    for jacobian in (jacrev, jacfwd):
        torch.testing.assert_close(jacobian(mean)(x), gradient, rtol=1e-14, atol=0)
    vectorized = torch.autograd.functional.jacobian(mean, x, vectorize=True)
    torch.testing.assert_close(vectorized, gradient, rtol=1e-14, atol=0)
    second = hessian(mean)(x)
    arrays = {"logistic": F.binary_cross_entropy_with_logits_grad_and_hess, "focal": F.sigmoid_focal_loss_grad_and_hess}
    want = arrays[loss](x.numpy(), t.numpy(), reduction="mean")[1]
    np.testing.assert_allclose(second.diagonal().numpy(), want, rtol=1e-12)
    assert torch.equal(second, torch.diag(second.diagonal()))


# What autograd keeps


def test_gradient_is_handed_over_without_a_copy(rng):
    x, t = draw(rng, 1 << 16).requires_grad_(), draw_labels(rng, 1 << 16)
    loss = bce(x, t)
    made = loss.grad_fn.gradient.data_ptr()
    loss.backward()
    assert x.grad.data_ptr() == made


@pytest.mark.parametrize("size", [50, 1 << 16])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32], ids=str)
def test_backward_twice_over_one_graph(size, dtype, rng):
    x, t = draw(rng, size, dtype=dtype).requires_grad_(), draw_labels(rng, size)
    loss = bce(x, t, reduction="sum")
    loss.backward(retain_graph=True)
    once = x.grad.clone()
    loss.backward()
    assert torch.equal(x.grad, 2 * once)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


@pytest.mark.parametrize("changed", [0, 1])
def test_operands_changed_before_backward_are_torchs_error(changed, rng):
    operands = draw(rng, 4).requires_grad_() * 1, draw_labels(rng, 4)
    loss = bce(*operands)
    operands[changed].mul_(0.5)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpoint_hooks_and_anomaly_mode(reentrant, rng):
    x, t = draw(rng, 20).requires_grad_(), draw_labels(rng, 20)
    want = value_and_grad(bce, x, t)[1]
    torch.utils.checkpoint.checkpoint(bce, x, t, use_reentrant=reentrant).backward()
    assert_same_bits(x.grad, want)
    x.grad = None
    with torch.autograd.graph.save_on_cpu(), torch.autograd.set_detect_anomaly(True):
        bce(x, t).backward()
    assert_same_bits(x.grad, want)


def test_no_gradient_no_graph(rng):
    x, t = draw(rng, 20).requires_grad_(), draw_labels(rng, 20)
    for mode in (torch.no_grad(), torch.inference_mode()):
        with mode:
            assert bce(x, t).grad_fn is None
    loss = bce(x, t)
    node = loss.grad_fn
    del loss
    gc.collect()
    assert node.gradient is not None


def test_batches_of_gradients(rng):
    x, t, g = draw(rng, 5).requires_grad_(), draw_labels(rng, 5), draw(rng, 3, 5)
    (batched,) = torch.autograd.grad(bce(x, t, reduction="none"), x, g, is_grads_batched=True)
    want = F.binary_cross_entropy_with_logits_value_and_grad(x.detach().numpy(), t.numpy(), reduction="none")[1]
    assert_same_bits(batched, g * torch.from_numpy(want))


def test_a_class_that_handles_torchs_functions_is_asked():
    class Handler:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func, args, kwargs

    handler, labels = Handler(), torch.zeros(3)
    func, args, kwargs = bce(handler, labels, reduction="sum", label_smoothing=0.1)
    assert func is bce
    assert args[:2] == (handler, labels)
    assert args[5] == "sum"
    assert kwargs["label_smoothing"] == 0.1
    assert pt.sigmoid_focal_loss(labels, handler)[0] is pt.sigmoid_focal_loss
