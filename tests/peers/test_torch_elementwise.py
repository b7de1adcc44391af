"""Functions of every element on tensors: the bits of the ufuncs, derivatives of all orders, by every door."""

import numpy as np
import pytest
import torch
from drivers import DTYPES, ELEMENTWISE, array_of, assert_same_bits, draw
from torch.autograd import forward_ad, gradcheck, gradgradcheck
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

import pysigmoid
import pysigmoid.torch as pt
from pysigmoid.torch import _derivatives

# torch.func, torch.jit and autograd's checks call what torch itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")

every_function = pytest.mark.parametrize("function", ELEMENTWISE.values(), ids=ELEMENTWISE)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)

EXTREMES = [0.0, -0.0, 1.0, -20.0, 20.0, 90.0, -90.0, -103.5, np.inf, -np.inf, np.nan]


def gradient_of(function, input):
    leaf = input.detach().clone().requires_grad_()
    function(leaf).sum().backward()
    return leaf.grad


# Values


@every_function
@every_dtype
def test_values_and_gradients_have_the_bits_of_the_ufuncs(function, dtype, rng):
    x = torch.cat([draw(rng, 300, dtype=dtype), torch.tensor(EXTREMES, dtype=dtype)])
    assert_same_bits(function.ours(x), function.value(array_of(x)))
    assert_same_bits(gradient_of(function.ours, x), function.slope(array_of(x)))


def test_slope_of_20_is_what_torch_rounds_to_nothing():
    x = torch.tensor(20.0)
    assert gradient_of(torch.sigmoid, x) == 0
    assert gradient_of(pt.sigmoid, x).item() == np.float32(2.0611537e-09)


@every_function
def test_gradient_is_rounded_twice(function, rng):
    """By half a unit each, which is one and a half where the mantissa grows."""
    x, g = draw(rng, 5000, scale=20.0), draw(rng, 5000)
    leaf = x.clone().requires_grad_()
    function.ours(leaf).backward(g)
    exact = array_of(g).astype(np.float64) * function.slope(array_of(x).astype(np.float64))
    ulp = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    error = np.abs(array_of(leaf.grad) - exact)
    assert np.max(error / ulp) <= 1.5
    assert np.max(error / np.abs(exact)) <= 2.0**-23


LAYOUTS = {
    "0-d": lambda x: x[0, 0, 0, 0],
    "empty": lambda x: x[:, :0],
    "empty, permuted": lambda x: x[:0].permute(3, 0, 2, 1),
    "transposed": lambda x: x[0, 0].T,
    "permuted": lambda x: x.permute(2, 0, 3, 1),
    "channels_last": lambda x: x.to(memory_format=torch.channels_last),
    "one channel": lambda x: x[:, :1].to(memory_format=torch.channels_last),
    "stepped": lambda x: x[::2, :, 1:, ::3],
    "expanded": lambda x: x[:1, :, :1].expand(5, -1, 7, -1),
    "overlapping": lambda x: torch.as_strided(x, (4, 6), (1, 1)),
    "negated": lambda x: torch._neg_view(x),
    "imaginary part of a conjugate": lambda x: torch.complex(x, x).conj().imag,
    "zeros that are not stored": lambda x: torch._efficientzerotensor(3),
}


@every_function
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("wants_grad", [False, True])
def test_any_layout_with_the_strides_of_torch(function, layout, wants_grad, rng):
    x = LAYOUTS[layout](draw(rng, 2, 3, 8, 6))
    want = torch.sigmoid(x)
    x = x.detach().requires_grad_() if wants_grad else x
    got = function.ours(x)
    assert got.shape == want.shape
    if layout != "overlapping":  # where torch and NumPy order axes of equal steps in their own ways
        assert got.stride() == want.stride()
    assert_same_bits(got, function.value(x.detach().clone().numpy()))
    if wants_grad:
        got.sum().backward()
        assert_same_bits(
            x.grad.contiguous(), function.slope(x.detach().clone(memory_format=torch.contiguous_format).numpy())
        )


@every_function
def test_large_and_strided(function, rng):
    x = draw(rng, 300, 400)[:, ::3]
    assert_same_bits(function.ours(x), function.value(x.numpy()))
    assert function.ours(x).stride() == torch.sigmoid(x).stride()
    assert_same_bits(gradient_of(function.ours, x), function.slope(x.numpy()))


@every_function
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int8, torch.int64], ids=str)
def test_integers_give_torchs_default_dtype(function, dtype):
    x = torch.tensor([0, 1, 1, 0]).to(dtype)
    assert_same_bits(function.ours(x), function.ours(x.float()))
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        assert_same_bits(function.ours(x), function.ours(x.double()))
    finally:
        torch.set_default_dtype(before)


class Marked(torch.Tensor):
    pass


@every_function
def test_subclasses_are_kept_and_parameters_are_not(function, rng):
    marked = draw(rng, 3).as_subclass(Marked)
    assert type(function.ours(marked)) is Marked is type(function.torchs(marked))
    parameter = torch.nn.Parameter(draw(rng, 3))
    assert type(function.ours(parameter)) is torch.Tensor is type(function.torchs(parameter))


@every_function
def test_a_class_that_handles_torchs_functions_is_asked(function):
    class Handler:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func, args

    handler = Handler()
    assert function.ours(handler)[0] is function.ours
    assert function.ours(handler)[1][0] is handler


@every_function
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_autocast_keeps_the_16_bits(function, dtype, rng):
    x = draw(rng, 9, dtype=dtype)
    with torch.autocast("cpu", dtype):
        assert function.ours(x).dtype is function.torchs(x).dtype is dtype


# In place


@pytest.mark.parametrize("wants_grad", [False, True])
def test_silu_in_place_writes_and_differentiates(wants_grad, rng):
    x = draw(rng, 50)
    leaf = x.clone().requires_grad_(wants_grad)
    inner = leaf * 1
    result = pt.silu(inner, inplace=True)
    assert result is inner
    assert_same_bits(result, pysigmoid.silu(x.numpy()))
    if wants_grad:
        result.sum().backward()
        assert_same_bits(leaf.grad, pysigmoid.silu_derivative(x.numpy()))


def test_silu_in_place_refuses_what_torch_refuses():
    for tensor in (torch.ones(3, requires_grad=True), torch.ones(3, dtype=torch.int64)):
        before = tensor.detach().clone()
        for function in (torch.nn.functional.silu, pt.silu):
            with pytest.raises((RuntimeError, TypeError)):
                function(tensor, inplace=True)
            assert torch.equal(tensor, before)


# Derivatives


@every_function
@pytest.mark.parametrize("strided", [False, True])
def test_gradcheck(function, strided, rng):
    x = draw(rng, 5, 3, dtype=torch.float64)
    x = (x.T if strided else x).detach().requires_grad_()
    batched = {"check_batched_grad": True}
    assert gradcheck(function.ours, x, check_forward_ad=True, check_batched_forward_grad=True, **batched)
    assert gradgradcheck(function.ours, x, check_fwd_over_rev=True, check_rev_over_rev=True, **batched)


@every_function
def test_third_order(function, rng):
    x = draw(rng, 7, dtype=torch.float64).requires_grad_()

    def gradient(x):
        return torch.autograd.grad(function.ours(x).sum(), x, create_graph=True)[0]

    assert gradgradcheck(gradient, x)


@pytest.mark.parametrize("function", [_derivatives.sigmoid_derivative, _derivatives.silu_derivative])
def test_derivatives_as_functions(function, rng):
    x = draw(rng, 6, dtype=torch.float64).requires_grad_()
    assert gradcheck(function, x, check_forward_ad=True)
    assert gradgradcheck(function, x)


@pytest.mark.parametrize("x", [1e-5, 20.0, 40.0, np.inf, -np.inf])
def test_second_derivatives_in_the_tail_and_next_to_their_zero(x):
    """-tanh(x / 2) sigmoid'(x); torch gives -1.2517e-6 in float32 for the first one."""
    leaf = torch.tensor(x, requires_grad=True)
    (first,) = torch.autograd.grad(pt.sigmoid(leaf), leaf, create_graph=True)
    (second,) = torch.autograd.grad(first, leaf)
    point = np.float64(np.float32(x))
    want = -pysigmoid.sigmoid_derivative(point) * np.tanh(point / 2)
    np.testing.assert_allclose(second.item(), want, rtol=3e-7)
    (first,) = torch.autograd.grad(pt.silu(leaf), leaf, create_graph=True)
    assert torch.isfinite(torch.autograd.grad(first, leaf)[0])


@every_function
def test_gradients_have_the_same_bits_at_every_door(function, rng):
    """Eager, with a graph of their own, by every transform."""
    x, g = draw(rng, 40), draw(rng, 40)
    eager = x.clone().requires_grad_()
    function.ours(eager).backward(g)
    graph = x.clone().requires_grad_()
    (with_graph,) = torch.autograd.grad(function.ours(graph), graph, g, create_graph=True)
    assert_same_bits(with_graph, eager.grad)
    assert_same_bits(vmap(function.ours)(x), function.value(x.numpy()))
    assert_same_bits(g * vmap(grad(function.ours))(x), eager.grad)
    value, tangent = jvp(function.ours, (x,), (g,))
    assert_same_bits(value, function.value(x.numpy()))
    assert_same_bits(tangent, eager.grad)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, g)
        assert_same_bits(forward_ad.unpack_dual(function.ours(dual)).tangent, eager.grad)


@every_function
def test_transforms(function, rng):
    x = draw(rng, 4, 3, dtype=torch.float64)

    def total(x):
        return function.ours(x).sum()

    slopes = torch.from_numpy(np.asarray(function.slope(x.numpy())))
    diagonal = torch.diag(slopes[0])
    assert torch.equal(jacfwd(function.ours)(x[0]), diagonal)
    assert torch.equal(jacrev(function.ours)(x[0]), diagonal)
    assert torch.equal(torch.autograd.functional.jacobian(function.ours, x[0], vectorize=True), diagonal)
    assert torch.equal(vmap(grad(total))(x), slopes)
    assert torch.equal(vmap(vmap(function.ours), 1, 1)(x), function.ours(x))
    second = hessian(total)(x[0])
    assert torch.equal(second, torch.diag(second.diagonal()))
    leaf = x[0].clone().requires_grad_()
    (first,) = torch.autograd.grad(total(leaf), leaf, create_graph=True)
    torch.testing.assert_close(second.diagonal(), torch.autograd.grad(first.sum(), leaf)[0], rtol=1e-12, atol=0)


def test_batches_of_gradients(rng):
    x = draw(rng, 5).requires_grad_()
    g = draw(rng, 3, 5)
    (batched,) = torch.autograd.grad(pt.sigmoid(x), x, g, is_grads_batched=True)
    assert_same_bits(batched, g * torch.from_numpy(pysigmoid.sigmoid_derivative(x.detach().numpy())))


# What autograd keeps


def test_nothing_is_kept_where_no_gradient_is_wanted(rng):
    x = draw(rng, 5).requires_grad_()
    for mode in (torch.no_grad(), torch.inference_mode()):
        with mode:
            assert pt.sigmoid(x).grad_fn is None
    assert pt.sigmoid(x.detach()).grad_fn is None
    assert type(pt.sigmoid(x).grad_fn).__name__ == "sigmoidBackward"


def test_inference_tensors_are_read(rng):
    with torch.inference_mode():
        x = draw(rng, 5)
        assert_same_bits(pt.sigmoid(x), pysigmoid.sigmoid(x.numpy()))


@every_function
def test_backward_twice_over_one_graph(function, rng):
    x = draw(rng, 20).requires_grad_()
    y = function.ours(x).sum()
    y.backward(retain_graph=True)
    once = x.grad.clone()
    y.backward()
    assert torch.equal(x.grad, 2 * once)
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


@every_function
def test_logits_changed_before_backward_are_torchs_error(function, rng):
    x = draw(rng, 4).requires_grad_() * 1
    y = function.ours(x).sum()
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpoint(reentrant, rng):
    x = draw(rng, 20).requires_grad_()
    torch.utils.checkpoint.checkpoint(pt.silu, x, use_reentrant=reentrant).sum().backward()
    assert_same_bits(x.grad, pysigmoid.silu_derivative(x.detach().numpy()))


def test_saved_tensors_pass_through_hooks_and_anomaly_mode(rng):
    x, packed = draw(rng, 20).requires_grad_(), []

    def pack(tensor):
        packed.append(tensor)
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        torch.autograd.set_detect_anomaly(True, check_nan=False),
    ):
        pt.sigmoid(x).sum().backward()
    assert len(packed) == 2  # the logits and the derivative
    x.grad = None
    with torch.autograd.graph.save_on_cpu():
        y = pt.sigmoid(x).sum()
    y.backward()
    assert_same_bits(x.grad, pysigmoid.sigmoid_derivative(x.detach().numpy()))
