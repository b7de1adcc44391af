"""What users see of the package before they call it: names, signatures, help, errors for names that are not there."""

import ast
import copy
import importlib
import inspect
import pickle
import pydoc
import re
import subprocess
import sys
import typing
from pathlib import Path

import numpy as np
import pytest

import pysigmoid
from pysigmoid import _core, nn
from pysigmoid import functional as F

MODULES = {"pysigmoid": pysigmoid, "pysigmoid.functional": F, "pysigmoid.nn": nn}
LOSSES = [name for name in F.__all__ if "cross_entropy" in name or "focal" in name]
LOSS_CLASSES = [nn.BCELoss, nn.BCEWithLogitsLoss, nn.SigmoidFocalLoss]


def parameters(function):
    """How each parameter is passed, and its default: `name`, `name=default`, after `*` by keyword alone."""
    shown = []
    for each in inspect.signature(function).parameters.values():
        if each.kind is each.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        default = "" if each.default is each.empty else f"={each.default!r}"
        shown.append({each.VAR_KEYWORD: "**", each.VAR_POSITIONAL: "*"}.get(each.kind, "") + each.name + default)
    return ", ".join(shown)


# Signatures. What stands before `*` is torch's order (torchvision's for the focal loss): tests/peers compare it.

BCE = "input, target, weight=None, size_average=None, reduce=None, reduction='mean'"
KEPT_OUT = "where=None, axis=None, keepdims=False, validate=True, dtype=None, out=None"
LABELS = "pos_weight=None, label_smoothing=0.0, ignore_value=None"
FOCAL = "inputs, targets, alpha=0.25, gamma=2.0"
DERIVATIVES = "where=None, axis=None, validate=True, grad_out=None, hess_out=None"

FUNCTIONS = {
    "LossAccumulator": (
        "loss='binary_cross_entropy_with_logits', *, label_smoothing=0.0, alpha=0.25, gamma=2.0, ignore_value=None, "
        "axis=None, dtype=None"
    ),
    "sigmoid": "input, *, out=None",
    "logsigmoid": "input, *, out=None",
    "softplus": "input, beta=1.0, threshold=20.0, *, out=None",
    "silu": "input, inplace=False, *, out=None",
    "logit": "input, eps=None, *, out=None",
    "glu": "input, dim=-1",
    "binary_cross_entropy": f"{BCE}, *, {KEPT_OUT}",
    "binary_cross_entropy_with_logits": (
        f"{BCE}, pos_weight=None, *, label_smoothing=0.0, ignore_value=None, {KEPT_OUT}"
    ),
    "binary_cross_entropy_with_logits_value_and_grad": (
        f"input, target, weight=None, *, reduction='mean', {LABELS}, {KEPT_OUT}, grad_out=None"
    ),
    "binary_cross_entropy_with_logits_value_grad_and_hess": (
        f"input, target, weight=None, *, reduction='mean', {LABELS}, {KEPT_OUT}, grad_out=None, hess_out=None"
    ),
    "binary_cross_entropy_with_logits_grad_and_hess": (
        f"input, target, weight=None, *, reduction='sum', {LABELS}, {DERIVATIVES}"
    ),
    "sigmoid_focal_loss": f"{FOCAL}, reduction='none', *, weight=None, {LABELS}, {KEPT_OUT}",
    "sigmoid_focal_loss_value_and_grad": (
        f"{FOCAL}, *, reduction='none', weight=None, {LABELS}, {KEPT_OUT}, grad_out=None"
    ),
    "sigmoid_focal_loss_value_grad_and_hess": (
        f"{FOCAL}, *, reduction='none', weight=None, {LABELS}, {KEPT_OUT}, grad_out=None, hess_out=None"
    ),
    "sigmoid_focal_loss_grad_and_hess": f"{FOCAL}, *, reduction='sum', weight=None, {LABELS}, {DERIVATIVES}",
}
CONSTRUCTORS = {
    "Module": "",
    "Sigmoid": "",
    "LogSigmoid": "",
    "Softplus": "beta=1.0, threshold=20.0",
    "SiLU": "inplace=False",
    "GLU": "dim=-1",
    "BCELoss": "weight=None, size_average=None, reduce=None, reduction='mean'",
    "BCEWithLogitsLoss": (
        "weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None, "
        "*, label_smoothing=0.0, ignore_value=None"
    ),
    "SigmoidFocalLoss": f"alpha=0.25, gamma=2.0, *, reduction='none', weight=None, {LABELS}",
}
CALL = f"input, target, *, weight=None, {KEPT_OUT}"


def test_signatures_of_functional_are_those_written_down():
    assert {name: parameters(getattr(F, name)) for name in F.__all__} == FUNCTIONS


def test_signatures_of_the_constructors_are_those_written_down():
    assert {name: parameters(getattr(nn, name)) for name in nn.__all__} == CONSTRUCTORS


@pytest.mark.parametrize("name", [name for name in nn.__all__ if name != "Module"])
def test_call_of_a_module_shows_what_forward_takes(name):
    module = getattr(nn, name)()
    want = CALL if type(module) in LOSS_CLASSES else "input"
    assert parameters(module) == parameters(module.forward) == want
    assert inspect.getdoc(module.__call__) == inspect.getdoc(module.forward)


@pytest.mark.parametrize("loss", LOSS_CLASSES[1:])
def test_derivatives_of_a_module_take_what_its_call_takes_and_buffers(loss):
    assert parameters(loss().value_and_grad) == f"{CALL}, grad_out=None"
    assert parameters(loss().value_grad_and_hess) == f"{CALL}, grad_out=None, hess_out=None"
    assert parameters(loss().grad_and_hess) == f"input, target, *, weight=None, {DERIVATIVES}"


def keyword_only(function):
    return {each.name for each in inspect.signature(function).parameters.values() if each.kind is each.KEYWORD_ONLY}


FUNCTION_OF = {
    nn.BCELoss: F.binary_cross_entropy,
    nn.BCEWithLogitsLoss: F.binary_cross_entropy_with_logits,
    nn.SigmoidFocalLoss: F.sigmoid_focal_loss,
}


@pytest.mark.parametrize("loss", FUNCTION_OF)
def test_a_module_takes_every_option_of_its_function(loss):
    """In its constructor or in a call."""
    options = set(inspect.signature(FUNCTION_OF[loss]).parameters) - {"input", "target", "inputs", "targets"}
    assert options == set(inspect.signature(loss).parameters) | keyword_only(loss())


def test_every_parameter_is_documented_in_its_order():
    documented = [getattr(F, name) for name in F.__all__] + [getattr(nn, name) for name in nn.__all__]
    for loss in LOSS_CLASSES[1:]:
        documented += [loss.forward, loss.value_and_grad, loss.grad_and_hess, loss.value_grad_and_hess]
    for each in documented:
        section = re.search(r"Parameters\n-+\n(.*?)(\n\n\w+\n-|\Z)", inspect.getdoc(each), re.DOTALL)
        headings = re.findall(r"^(\w[\w, ]*?)(?: :.*)?$", section[1] if section else "", re.MULTILINE)
        names = [name for heading in headings for name in heading.split(", ")]
        want = [name for name in inspect.signature(each).parameters if name != "self"]
        assert names == want, each.__qualname__


# Keywords of other libraries


@pytest.mark.parametrize("name", LOSSES)
def test_unknown_keyword_is_pythons_error_and_says_what_may_be_meant(name):
    function = getattr(F, name)
    unexpected = rf"{name}\(\) got an unexpected keyword argument"
    with pytest.raises(TypeError, match=rf"^{unexpected} 'colour'$"):
        function([0.5], [1], colour="red")
    keyword = "where" if name == "binary_cross_entropy" else "ignore_value"
    with pytest.raises(TypeError, match=rf"^{unexpected} 'ignore_index'; pass {keyword}=$"):
        function([0.5], [1], ignore_index=-100)
    with pytest.raises(TypeError, match=r"'dim'; pass axis=$"):
        function([0.5], [1], dim=0)


@pytest.mark.parametrize("loss", LOSS_CLASSES)
def test_unknown_keyword_of_a_constructor_says_what_may_be_meant(loss):
    remedy = "" if loss is nn.BCELoss else "; pass ignore_value="
    with pytest.raises(TypeError, match=rf"^{loss.__name__}\(\) got an unexpected keyword .*'ignore_index'{remedy}$"):
        loss(ignore_index=-100)
    with pytest.raises(TypeError, match=r"'sample_weight'; pass weight=$"):
        loss(sample_weight=2.0)


def test_surplus_positional_arguments_are_an_error():
    with pytest.raises(TypeError, match="positional"):
        F.binary_cross_entropy_with_logits([0.5], [1], None, None, None, "mean", None, 0.1)


# Names


@pytest.mark.parametrize("module", MODULES)
def test_dir_shows_public_names_only(module):
    public = {*MODULES[module].__all__, *(["functional"] if module == "pysigmoid.nn" else [])}
    assert set(dir(MODULES[module])) == public
    assert all(hasattr(MODULES[module], name) for name in public)


NEAR_MISSES = {
    "pysigmoid.Sigmoid": "pysigmoid.nn.Sigmoid or pysigmoid.sigmoid",
    "pysigmoid.BCEWithLogitsLoss": "pysigmoid.nn.BCEWithLogitsLoss or pysigmoid.bce_with_logits",
    "pysigmoid.binary_cross_entropy": "pysigmoid.functional.binary_cross_entropy or pysigmoid.bce",
    "pysigmoid.logsigmoid": "pysigmoid.functional.logsigmoid or pysigmoid.log_sigmoid",
    "pysigmoid.glu": "pysigmoid.functional.glu",
    "pysigmoid.sigmoid_focal_loss": "pysigmoid.functional.sigmoid_focal_loss",
    "pysigmoid.functional.Sigmoid": "pysigmoid.nn.Sigmoid or pysigmoid.functional.sigmoid",
    "pysigmoid.functional.log_sigmoid": "pysigmoid.log_sigmoid or pysigmoid.functional.logsigmoid",
    "pysigmoid.functional.expit": "pysigmoid.expit",
    "pysigmoid.functional.swish": "pysigmoid.functional.silu",
    "pysigmoid.functional.bce_with_logits": (
        "pysigmoid.bce_with_logits or pysigmoid.functional.binary_cross_entropy_with_logits"
    ),
    "pysigmoid.nn.sigmoid": "pysigmoid.sigmoid or pysigmoid.functional.sigmoid or pysigmoid.nn.Sigmoid",
    "pysigmoid.nn.Swish": "pysigmoid.nn.SiLU",
    "pysigmoid.nn.FocalLoss": "pysigmoid.nn.SigmoidFocalLoss",
    "pysigmoid.nn.bce_loss": "pysigmoid.nn.BCELoss",
}


@pytest.mark.parametrize("written", NEAR_MISSES)
def test_near_miss_says_where_the_name_is(written):
    module, _, name = written.rpartition(".")
    with pytest.raises(AttributeError) as error:
        getattr(MODULES[module], name)
    assert str(error.value) == f"module {module!r} has no attribute {name!r}; did you mean {NEAR_MISSES[written]}?"
    for suggested in NEAR_MISSES[written].split(" or "):
        assert pydoc.locate(suggested) is not None


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("name", ["Linear", "evaluates", "_sigmoid", "__wrapped__", "_repr_html_"])
def test_any_other_name_is_a_plain_attribute_error(module, name):
    with pytest.raises(AttributeError, match=rf"^module '{re.escape(module)}' has no attribute '{name}'$"):
        getattr(MODULES[module], name)
    assert not hasattr(MODULES[module], name)
    assert getattr(MODULES[module], name, 7) == 7


@pytest.mark.parametrize("module", [F, nn])
def test_public_objects_and_their_bases_say_where_users_find_them(module):
    for name in module.__all__:
        public = getattr(module, name)
        ours = [cls for cls in getattr(public, "__mro__", [public]) if cls.__module__.partition(".")[0] == "pysigmoid"]
        for each in ours:
            assert (each.__module__, getattr(module, each.__name__)) == (module.__name__, each)


def test_importing_a_name_that_is_not_there_is_an_import_error():
    with pytest.raises(ImportError, match="cannot import name 'Sigmoid' from 'pysigmoid'"):
        exec("from pysigmoid import Sigmoid")


@pytest.mark.parametrize("name", LOSSES)
def test_functions_can_be_copied_and_pickled(name):
    function = getattr(F, name)
    assert copy.deepcopy(function) is function
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("loss", LOSS_CLASSES)
def test_modules_can_be_copied_and_pickled(loss):
    criterion = loss(weight=2.0, reduction="sum")
    for twin in (copy.deepcopy(criterion), pickle.loads(pickle.dumps(criterion))):
        assert repr(twin) == repr(criterion)
        assert twin([0.25], [1]) == criterion([0.25], [1])


def test_star_import_brings_the_public_names():
    for module, public in MODULES.items():
        names = {}
        exec(f"from {module} import *", names)
        assert set(names) - {"__builtins__"} == set(public.__all__)


# nn.functional, where torch has it


def test_functional_is_found_in_nn_as_well():
    assert nn.functional is F
    assert importlib.import_module("pysigmoid.nn.functional") is F
    program = "import pysigmoid.nn.functional as F; from pysigmoid.nn import functional; assert functional is F"
    subprocess.run([sys.executable, "-c", f"{program}; assert F.sigmoid(0.0) == 0.5"], check=True)


# Help


def test_help_of_the_package_begins_with_one_line_per_function():
    """Those of the ufuncs are the summaries of csrc/functions.def."""
    lines = dict(re.findall(r"^    (\w+) +(.+)$", pysigmoid.__doc__, re.MULTILINE))
    assert {row["name"]: row["summary"] for row in _core.functions}.items() <= lines.items()
    assert set(lines) == set(pysigmoid.__all__) - {"__version__"}
    assert max(map(len, pysigmoid.__doc__.splitlines())) <= 100
    shown = pydoc.plain(pydoc.render_doc(pysigmoid))
    assert shown.index(lines["sigmoid_gate"]) < shown.index("PACKAGE CONTENTS")


def test_help_of_a_module_documents_its_call():
    shown = pydoc.plain(pydoc.render_doc(nn.BCEWithLogitsLoss))
    # From Python 3.13 on long signatures have a line for each argument.
    shown = re.sub(r"[\s|]+", " ", shown).replace("( ", "(")
    for part in ("forward(self, input", "label_smoothing : float", "where : array_like of bool", "grad_and_hess("):
        assert part in shown


# Modules of one's own


def test_a_subclass_is_called_by_its_own_forward():
    class Scaled(nn.Sigmoid):
        def forward(self, input, scale=1.0):
            return super().forward(np.multiply(input, scale))

    class Logged(nn.BCEWithLogitsLoss):
        def forward(self, input, target, **options):
            self.seen = np.shape(input)
            return super().forward(input, target, **options)

    assert parameters(Scaled()) == "input, scale=1.0"
    assert Scaled()(1.0, 0.0) == 0.5
    logged = Logged(reduction="sum")
    assert logged([0.0], [1], weight=2.0) == nn.BCEWithLogitsLoss()([0.0], [1]) * 2
    assert logged.seen == (1,)


def test_a_subclass_may_inherit_forward_or_have_a_call_of_its_own():
    class Negated:
        def forward(self, input):
            return -np.asarray(input)

    class Mixed(Negated, nn.Sigmoid):
        pass

    class Counted(nn.Sigmoid):
        calls = 0

        def __call__(self, input):
            self.calls += 1
            return self.forward(input)

    class Halved(Counted):
        def forward(self, input):
            return super().forward(input) / 2

    assert Mixed()(2.0) == -2.0
    halved = Halved()
    assert halved(0.0) == 0.25
    assert halved.calls == 1


def test_a_module_without_forward_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        nn.Module()


def test_type_checkers_are_told_what_a_call_takes():
    """They read the stub, so `__call__ = forward` stands where forward has its full signature."""
    tree = ast.parse(Path(nn.__file__).with_suffix(".pyi").read_text())
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def says_so(name):
        node = classes[name]
        bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
        return "__call__ = forward" in map(ast.unparse, node.body) or any(
            says_so(base) for base in bases if base in classes and base != "Module"
        )

    assert all(says_so(name) for name in nn.__all__)


def test_a_loss_may_be_annotated_with_its_reduction():
    for loss in LOSS_CLASSES:
        assert typing.get_args(loss[typing.Literal["none"]]) == (typing.Literal["none"],)
        assert typing.get_origin(loss[typing.Literal["none"]]) is loss
