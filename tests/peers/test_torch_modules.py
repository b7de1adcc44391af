"""Modules of `pysigmoid.torch`: torch's in every respect but the numbers; and `convert`."""

import copy
import pickle
import re
import warnings
from pathlib import Path

import pytest
import torch
from drivers import assert_same_bits, draw, draw_labels

import pysigmoid
import pysigmoid.torch as pt

README = Path(__file__).parents[2] / "README.md"
NAMES = ["Sigmoid", "LogSigmoid", "Softplus", "SiLU", "BCEWithLogitsLoss"]
VALUES = {
    "Sigmoid": pysigmoid.sigmoid,
    "LogSigmoid": pysigmoid.log_sigmoid,
    "Softplus": pysigmoid.softplus,
    "SiLU": pysigmoid.silu,
}


@pytest.mark.parametrize("name", NAMES)
def test_module_is_torchs(name):
    ours, theirs = getattr(pt, name)(), getattr(torch.nn, name)()
    assert isinstance(ours, type(theirs))
    assert repr(ours) == repr(theirs)
    assert ours.state_dict() == theirs.state_dict()
    assert set(vars(theirs)) <= set(vars(ours))
    for copied in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert type(copied) is type(ours)
        assert repr(copied) == repr(ours)


@pytest.mark.parametrize("name", VALUES)
def test_values(name, rng):
    x = draw(rng, 40)
    assert_same_bits(getattr(pt, name)()(x), VALUES[name](x.numpy()))


def test_hooks_and_modes(rng):
    module, seen = pt.Sigmoid(), []
    module.register_forward_hook(lambda module, inputs, output: seen.append(output))
    result = module(draw(rng, 3))
    assert seen == [result]
    assert not module.eval().training


def test_silu_in_place(rng):
    x = draw(rng, 30)
    want = pysigmoid.silu(x.numpy())
    module = pt.SiLU(inplace=True)
    assert repr(module) == "SiLU(inplace=True)"
    assert module(x) is x
    assert_same_bits(x, want)


def test_factors_as_tensors_are_buffers_and_floats_stay_floats(rng):
    x, t = draw(rng, 5, 3), draw_labels(rng, 5, 3)
    tensors = pt.BCEWithLogitsLoss(torch.ones(3), pos_weight=torch.full((3,), 2.0))
    assert set(tensors.state_dict()) == {"weight", "pos_weight"}
    assert tensors.to(torch.float64).pos_weight.dtype is torch.float64
    floats = pt.BCEWithLogitsLoss(1.0, pos_weight=2.0)
    assert floats.state_dict() == {}
    assert (floats.weight, floats.pos_weight) == (1.0, 2.0)
    assert_same_bits(floats(x, t), tensors(x, t))
    copied = pickle.loads(pickle.dumps(floats))
    assert_same_bits(copied(x, t), floats(x, t))
    theirs = torch.nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))
    ours = pt.BCEWithLogitsLoss(pos_weight=torch.zeros(3))
    ours.load_state_dict(theirs.state_dict())
    assert torch.equal(ours.pos_weight, torch.ones(3))


def test_options_may_be_set_later(rng):
    x, t = draw(rng, 5), draw_labels(rng, 5)
    criterion = pt.BCEWithLogitsLoss()
    criterion.reduction, criterion.label_smoothing, criterion.pos_weight = "sum", 0.1, torch.tensor(2.0)
    want = pt.binary_cross_entropy_with_logits(x, t, reduction="sum", label_smoothing=0.1, pos_weight=2.0)
    assert_same_bits(criterion(x, t), want)


def test_focal_loss(rng):
    x, t = draw(rng, 5), draw_labels(rng, 5)
    criterion = pt.SigmoidFocalLoss(0.5, 1.0, "mean")
    assert_same_bits(criterion(x, t), pt.sigmoid_focal_loss(x, t, 0.5, 1.0, "mean"))
    assert repr(pickle.loads(pickle.dumps(criterion))) == "SigmoidFocalLoss(alpha=0.5, gamma=1.0, reduction='mean')"


# convert


def test_what_readme_writes_runs():
    (row,) = [line for line in README.read_text().splitlines() if line.startswith("| a torch model that trains |")]
    names = {"model": torch.nn.Sequential(torch.nn.Sigmoid())}
    for statement in re.findall(r"`([^`]+)`", row):
        exec(statement, names)
    assert type(names["model"][0]) is pt.Sigmoid


class Gates(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = torch.nn.Sigmoid()
        self.again = self.gate
        self.act = torch.nn.ModuleList([torch.nn.SiLU(), torch.nn.LogSigmoid(), torch.nn.Softplus(), torch.nn.ReLU()])
        self.act.append(torch.nn.Softplus(beta=2.0))
        self.linear = torch.nn.Linear(3, 3)
        self.criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0, 1.0, 1.0]))

    def forward(self, x):
        for act in self.act:
            x = act(self.linear(x))
        return self.again(self.gate(x))


def test_convert_swaps_in_place_what_it_can():
    model, seen = Gates(), []
    hook = model.gate.register_forward_hook(lambda *_: seen.append(1))
    model.eval()
    state = copy.deepcopy(model.state_dict())
    with pytest.warns(UserWarning, match=r"^act\.4: Softplus") as warned:
        assert pt.convert(model) is model
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert model.again is model.gate
    kinds = [type(module) for module in (model.gate, *model.act, model.criterion)]
    ours = [pt.Sigmoid, pt.SiLU, pt.LogSigmoid, pt.Softplus, torch.nn.ReLU, torch.nn.Softplus, pt.BCEWithLogitsLoss]
    assert kinds == ours
    assert list(model.state_dict()) == list(state)
    x = torch.zeros(2, 3)
    assert model(x).grad_fn.name() == "sigmoidBackward"
    assert len(seen) == 2
    hook.remove()  # which does not pickle
    assert not model.gate.training
    model.criterion(x, x)
    assert_same_bits(pickle.loads(pickle.dumps(model))(x).detach(), model(x).detach())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert pt.convert(model) is model  # a second time changes nothing
    assert kinds == ours


def test_convert_takes_the_root_and_exact_classes_alone():
    assert type(pt.convert(torch.nn.SiLU(inplace=True))) is pt.SiLU

    class Own(torch.nn.Sigmoid):
        pass

    assert type(pt.convert(Own())) is Own


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_convert_refuses_script_modules_before_anything_changes():
    script = torch.jit.script(torch.nn.Sequential(torch.nn.Sigmoid()))
    with pytest.raises(TypeError, match="model is a ScriptModule"):
        pt.convert(script)
    model = torch.nn.Sequential(torch.nn.Sigmoid(), script)
    with pytest.raises(TypeError, match="1 is a ScriptModule"):
        pt.convert(model)
    assert type(model[0]) is torch.nn.Sigmoid
    with pytest.raises(TypeError, match="model is a function"):
        pt.convert(pt.sigmoid)


def test_converted_model_gives_torchs_numbers_where_those_are_good(rng):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.SiLU(), torch.nn.Linear(4, 1), torch.nn.Sigmoid())
    x = draw(rng, 30, 4, scale=1.0)
    want = model(x).detach()
    torch.testing.assert_close(pt.convert(model)(x).detach(), want, rtol=1e-6, atol=0)
