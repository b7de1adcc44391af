"""torch.compile, export, jit.trace, fx, fake tensors: one graph, the same bits, and training that goes on."""

import io

import numpy as np
import pytest
import torch
from drivers import ELEMENTWISE, assert_same_bits, draw, draw_labels
from torch.fx.experimental.proxy_tensor import make_fx

import pysigmoid
import pysigmoid.torch as pt

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:torch"),
    pytest.mark.filterwarnings("ignore::FutureWarning:torch"),
]

every_function = pytest.mark.parametrize("function", ELEMENTWISE.values(), ids=ELEMENTWISE)
every_backend = pytest.mark.parametrize("backend", ["aot_eager", "inductor"])


@pytest.fixture(autouse=True)
def _nothing_compiled_before():
    torch.compiler.reset()
    torch._dynamo.utils.counters.clear()


class Step(torch.nn.Module):
    """A step of training, from features to the loss."""

    def __init__(self, criterion=None):
        super().__init__()
        torch.manual_seed(3)
        self.layers = torch.nn.Sequential(torch.nn.Linear(6, 8), pt.SiLU(), torch.nn.Linear(8, 1))
        self.criterion = pt.BCEWithLogitsLoss() if criterion is None else criterion

    def forward(self, features, labels):
        return self.criterion(self.layers(features).squeeze(1), labels)


def gradients(model):
    return [parameter.grad.clone() for parameter in model.parameters()]


def run(model, step, *data):
    model.zero_grad()
    loss = step(*data)
    loss.backward()
    return loss.detach(), gradients(model)


# torch.compile


@every_backend
def test_training_step_is_one_graph_with_the_gradients_of_eager(backend, rng):
    model, data = Step(), (draw(rng, 20, 6), draw_labels(rng, 20))
    assert torch._dynamo.explain(model)(*data).graph_break_count == 0
    counted = []

    def count(graph, inputs):
        counted.append(graph)
        return torch._dynamo.lookup_backend(backend)(graph, inputs)

    want = run(model, model, *data)
    got = run(model, torch.compile(model, fullgraph=True, backend=count), *data)
    assert len(counted) == 1
    torch.testing.assert_close(got[0], want[0], rtol=1e-6, atol=0)
    for gradient, wanted in zip(got[1], want[1], strict=True):
        torch.testing.assert_close(gradient, wanted, rtol=1e-5, atol=1e-8)


@every_backend
@every_function
def test_elementwise_functions_have_the_same_bits_compiled(backend, function, rng):
    """Also the gradients: inductor fuses the product, and not what it multiplies."""
    compiled = torch.compile(function.ours, fullgraph=True, backend=backend)
    x, g = draw(rng, 70), draw(rng, 70)
    assert_same_bits(compiled(x), function.value(x.numpy()))
    eager, leaf = (x.clone().requires_grad_() for _ in range(2))
    function.ours(eager).backward(g)
    compiled(leaf).backward(g)
    assert_same_bits(leaf.grad, eager.grad)


LOSSES = {
    "logistic": lambda x, t: pt.binary_cross_entropy_with_logits(x, t),
    "none": lambda x, t: pt.binary_cross_entropy_with_logits(x, t, reduction="none").sum(),
    "weights": lambda x, t: pt.binary_cross_entropy_with_logits(x, t, x.detach().abs(), pos_weight=2.0),
    "options": lambda x, t: pt.binary_cross_entropy_with_logits(x, t, label_smoothing=0.1, ignore_value=0.5),
    "focal": lambda x, t: pt.sigmoid_focal_loss(x, t, reduction="mean"),
}


@every_backend
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_losses_have_the_same_bits_compiled(backend, loss, dtype, rng):
    if backend == "inductor" and dtype is not torch.float32:
        backend = "aot_eager"  # inductor keeps sums of half types in float32, which is its own business
    x, t = draw(rng, 33, dtype=dtype), draw_labels(rng, 33)
    leaves = [x.clone().requires_grad_() for _ in range(2)]
    losses = LOSSES[loss](leaves[0], t), torch.compile(LOSSES[loss], fullgraph=True, backend=backend)(leaves[1], t)
    if loss != "none" or backend != "inductor":
        assert_same_bits(losses[1], losses[0])
    for each in losses:
        each.backward()
    assert_same_bits(leaves[1].grad, leaves[0].grad)


def test_labels_get_their_gradient_compiled(rng):
    x, t = draw(rng, 9), draw_labels(rng, 9)
    leaves = [(x.clone().requires_grad_(), t.clone().requires_grad_()) for _ in range(2)]
    LOSSES["logistic"](*leaves[0]).backward()
    torch.compile(LOSSES["logistic"], fullgraph=True, backend="aot_eager")(*leaves[1]).backward()
    for one, other in zip(*leaves, strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-6, atol=0)


@every_backend
def test_dynamic_shapes(backend, rng):
    model = Step()
    compiled = torch.compile(model, fullgraph=True, dynamic=True, backend=backend)
    for rows in (5, 9, 30):
        data = draw(rng, rows, 6), draw_labels(rng, rows)
        want, got = run(model, model, *data), run(model, compiled, *data)
        torch.testing.assert_close(got[0], want[0], rtol=1e-6, atol=0)
        torch.testing.assert_close(got[1], want[1], rtol=1e-5, atol=1e-8)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] <= 2


def test_silu_in_place_compiles(rng):
    def step(x):
        return pt.silu(x * 2, inplace=True).sum()

    leaves = [draw(rng, 9).requires_grad_()]
    leaves.append(leaves[0].detach().clone().requires_grad_())
    step(leaves[0]).backward()
    torch.compile(step, fullgraph=True, backend="aot_eager")(leaves[1]).backward()
    assert_same_bits(leaves[1].grad, leaves[0].grad)


def test_shapes_that_differ_are_an_error_when_compiled():
    compiled = torch.compile(LOSSES["logistic"], backend="aot_eager")
    with pytest.raises(ValueError, match="every element takes its own label"):
        compiled(torch.zeros(5), torch.zeros(5, 1))


def test_labels_are_checked_when_compiled():
    compiled = torch.compile(LOSSES["logistic"], fullgraph=True, backend="aot_eager")
    with pytest.raises(ValueError, match="target must lie between 0 and 1"):
        compiled(torch.zeros(2), torch.tensor([0.0, 7.0]))


# Saved programs


@pytest.mark.parametrize("dynamic", [False, True])
def test_export_save_and_load(dynamic, rng, tmp_path):
    model, data = Step().eval(), (draw(rng, 20, 6), draw_labels(rng, 20))
    rows = torch.export.Dim("rows", min=2)
    shapes = ({0: rows}, {0: rows}) if dynamic else None
    program = torch.export.export(model, data, dynamic_shapes=shapes)
    assert any("pysigmoid" in str(node.target) for node in program.graph.nodes)
    torch.export.save(program, tmp_path / "model.pt2")
    loaded = torch.export.load(tmp_path / "model.pt2").module()
    assert_same_bits(loaded(*data).detach(), model(*data).detach())
    if dynamic:
        more = draw(rng, 7, 6), draw_labels(rng, 7)
        assert_same_bits(loaded(*more).detach(), model(*more).detach())


@pytest.mark.parametrize("criterion", [None, pt.SigmoidFocalLoss(reduction="sum")], ids=["logistic", "focal"])
def test_jit_trace_saves_and_trains(criterion, rng):
    model, data = Step(criterion), (draw(rng, 20, 6), draw_labels(rng, 20))
    traced = torch.jit.trace(model, data)
    memory = io.BytesIO()
    torch.jit.save(traced, memory)
    memory.seek(0)
    loaded = torch.jit.load(memory)
    more = draw(rng, 7, 6), draw_labels(rng, 7)
    want, got = run(model, model, *more), run(loaded, loaded, *more)
    torch.testing.assert_close(got[0], want[0], rtol=1e-6, atol=0)
    torch.testing.assert_close(got[1], want[1], rtol=1e-5, atol=1e-8)


def test_symbolic_trace_takes_our_functions_as_leaves(rng):
    model, data = Step(), (draw(rng, 20, 6), draw_labels(rng, 20))
    graph = torch.fx.symbolic_trace(model)
    targets = {node.target for node in graph.graph.nodes if node.op == "call_function"}
    assert targets == {pt.silu, pt.binary_cross_entropy_with_logits}
    assert_same_bits(graph(*data).detach(), model(*data).detach())
    assert "pysigmoid.torch.silu" in graph.code.replace("pysigmoid_torch_", "pysigmoid.torch.")


def test_make_fx_records_operators(rng):
    x = draw(rng, 5)
    for mode in ("real", "fake", "symbolic"):
        graph = make_fx(pt.sigmoid, tracing_mode=mode)(x)
        other = draw(rng, 5)
        assert_same_bits(graph(other), pysigmoid.sigmoid(other.numpy()))


# Tensors without numbers


@pytest.mark.parametrize("wants_grad", [False, True])
@every_function
def test_meta_and_fake_tensors_have_shapes(function, wants_grad):
    meta = torch.empty(3, 4, device="meta").T.requires_grad_(wants_grad)
    with torch._subclasses.FakeTensorMode():
        fake = torch.empty(3, 4).T.requires_grad_(wants_grad)
    for tensor in (meta, fake):
        result = function.ours(tensor)
        assert result.shape == (4, 3)
        assert result.device == tensor.device
        assert result.requires_grad == wants_grad
        assert type(result) is type(tensor)
    loss = pt.binary_cross_entropy_with_logits(meta, torch.empty(4, 3, device="meta"))
    assert loss.shape == ()
    assert loss.device == meta.device


class Log(torch.utils._python_dispatch.TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.seen.append(str(func))
        return func(*args, **(kwargs or {}))


def test_modes_see_our_operators(rng):
    with Log() as log:
        assert_same_bits(pt.sigmoid(draw(rng, 3) * 0), np.full(3, 0.5, np.float32))
    assert any("pysigmoid.sigmoid" in name for name in log.seen)


# Operators

MARGINS = torch.linspace(-3, 3, 24).reshape(4, 6)
OPERANDS = {
    "plain": MARGINS,
    "transposed": MARGINS.T,
    "channels_last": MARGINS.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
    "expanded": MARGINS[:1].expand(4, 6),
    "empty": MARGINS[:0],
    "0-d": MARGINS[0, 0],
}


@pytest.mark.parametrize("operand", OPERANDS)
@pytest.mark.parametrize("name", ["sigmoid", "sigmoid_and_derivative", "log_sigmoid_and_derivative", "silu_derivative"])
def test_opcheck_of_elementwise_operators(name, operand):
    operator = getattr(torch.ops.pysigmoid, name).default
    for wants_grad in (False, True):
        torch.library.opcheck(operator, (OPERANDS[operand].detach().requires_grad_(wants_grad),))


@pytest.mark.parametrize("operand", OPERANDS)
@pytest.mark.parametrize("reduction", ["none", "sum"])
@pytest.mark.parametrize("form", [0, 1])
def test_opcheck_of_loss_operators(form, reduction, operand):
    x = OPERANDS[operand]
    options = (form, 0.0, 0.25 if form else -1.0, 2.0 if form else 0.0, None, reduction, True, None, 0)
    for name in ("logits_loss", "logits_loss_and_gradient", "logits_loss_gradient"):
        arguments = (x.detach().requires_grad_(), torch.full_like(x, 0.25), None, torch.tensor(2.0), *options)
        torch.library.opcheck(getattr(torch.ops.pysigmoid, name).default, arguments)
