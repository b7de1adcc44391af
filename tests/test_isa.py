"""Instruction sets: the same bits on each of them, and the environment variable that chooses one."""

import re

import numpy as np
import pytest

import extension
import samples
from bounds import ROWS
from processes import run
from pysigmoid import _core, _losses
from pysigmoid import functional as F
from ulp import FORMATS, same_bits

KNOWN = re.findall(r"^(?:FOREIGN_)?ISA\((\w+)", (extension.REPOSITORY / "csrc" / "isa.def").read_text(), re.MULTILINE)
OTHERS = [isa for isa in _core.isa_available if isa != _core.isa]


@pytest.fixture
def load(tmp_path, monkeypatch):
    return lambda isa: extension.load(_core.__file__, tmp_path / isa, isa, monkeypatch)


def assert_same_bits(module, name, inputs):
    ours, others = getattr(_core, name)(*inputs), getattr(module, name)(*inputs)
    for one, other in zip(np.atleast_2d(ours), np.atleast_2d(others), strict=True):
        with np.errstate(all="ignore"):  # signaling nan among the inputs
            wrong = np.flatnonzero(~same_bits(one, other))
        assert wrong.size == 0, (name, [array[wrong[0]] for array in inputs], one[wrong[0]], other[wrong[0]])


def test_list_holds_the_instruction_set_in_use():
    assert _core.isa in _core.isa_available
    assert _core.isa_available[-1] == "scalar"
    assert set(_core.isa_available) <= set(KNOWN)
    assert all(isinstance(feature, str) for feature in _core.cpu_features)


@pytest.mark.parametrize("isa", _core.isa_available)
def test_variable_chooses_the_instruction_set(isa, load):
    module = load(isa)
    assert module.isa == isa
    assert module.isa_available == _core.isa_available


def test_unknown_instruction_set_is_an_import_error_that_names_the_choices(load):
    with pytest.raises(ImportError, match=r"PYSIGMOID_ISA is 'mmx'.*'scalar'"):
        load("mmx")


@pytest.mark.parametrize("isa", sorted(set(KNOWN) - set(_core.isa_available)))
def test_instruction_set_of_another_machine_is_a_warning(isa, load):
    with pytest.warns(RuntimeWarning, match=f"PYSIGMOID_ISA is '{isa}'"):
        module = load(isa)
    assert module.isa == _core.isa_available[0]


IMPORTED_TWICE = """
import os, sys, warnings
os.environ["PYSIGMOID_ISA"] = {first!r}
import pysigmoid
os.environ["PYSIGMOID_ISA"] = {second!r}
for name in [name for name in sys.modules if name.partition(".")[0] == "pysigmoid"]:
    del sys.modules[name]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import pysigmoid as again
assert again is not pysigmoid and again.sigmoid is pysigmoid.sigmoid
for module in (pysigmoid, again):
    assert module._core.isa == module.show_config("dicts")["isa"] == {first!r}
print(*(f"{{warning.category.__name__}} {{warning.message}}" for warning in caught))
"""


@pytest.mark.parametrize("second", ["", *_core.isa_available])
@pytest.mark.parametrize("first", _core.isa_available)
def test_instruction_set_of_the_first_import_is_kept(first, second):
    printed = run(IMPORTED_TWICE.format(first=first, second=second), prelude="", printed=None)
    other = second not in ("", first)
    kept = f"PYSIGMOID_ISA is '{second}', but this process took '{first}' when it first imported pysigmoid"
    assert ("RuntimeWarning" in printed and kept in printed) if other else printed == "\n"


@pytest.mark.parametrize("name", ["PYSIGMOID_ISA", "PYSIGMOID_NUM_THREADS"])
def test_warning_points_at_the_line_that_imports_us(name):
    wrong = {"PYSIGMOID_ISA": (set(KNOWN) - set(_core.isa_available)).pop(), "PYSIGMOID_NUM_THREADS": "many"}[name]
    code = "import warnings\nwith warnings.catch_warnings(record=True) as caught:\n    import pysigmoid.functional\n"
    code += "print(*((warning.filename, warning.lineno) for warning in caught))"
    assert run(code, prelude="", printed=None, **{name: wrong}).strip() == "('<string>', 4)"


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_every_instruction_set_gives_the_same_bits(fmt, load, rng):
    modules = [load(isa) for isa in OTHERS]
    for name in ROWS:
        inputs = samples.draw(name, fmt, 60_000, rng)
        for module in modules:
            assert_same_bits(module, name, inputs)


@pytest.mark.parametrize("fmt", [FORMATS["float16"], FORMATS["bfloat16"]], ids=["float16", "bfloat16"])
def test_every_instruction_set_gives_the_same_bits_for_every_half_value(fmt, load):
    modules = [load(isa) for isa in OTHERS]
    for name, row in ROWS.items():
        for module in modules:
            assert_same_bits(module, name, [fmt.every_value(), np.full(1 << 16, 0.75).astype(fmt.dtype)][: row["nin"]])


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_every_instruction_set_gives_the_same_bits_at_every_length(fmt, load, rng):
    """Packs differ in width: each length is all tail on one instruction set and part body on another."""
    modules = [load(isa) for isa in OTHERS]
    for name in ROWS:
        inputs = samples.draw(name, fmt, 400, rng)
        for length in range(1, 140):
            for module in modules:
                assert_same_bits(module, name, [array[length : 2 * length] for array in inputs])


LOSS_OPTIONS = {
    "plain": {},
    "weighted": {"weight": True, "pos_weight": True, "label_smoothing": 0.1, "reduction": "weighted_mean"},
    "masked": {"ignore_value": 0.0, "reduction": "sum"},
}


def losses_of(x, y, weight):
    """Results of every loss and form; bytes, for a comparison of bits."""
    for given in LOSS_OPTIONS.values():
        options = {name: weight if value is True else value for name, value in given.items()}
        yield from F.binary_cross_entropy_with_logits_value_and_grad(x, y, **options)
        yield from F.binary_cross_entropy_with_logits_grad_and_hess(x, y, **options)
        yield from F.binary_cross_entropy_with_logits_value_grad_and_hess(x, y, **options)
        yield F.binary_cross_entropy_with_logits(x, y, **options, axis=-1)
    for alpha, gamma in ((0.25, 2), (None, 1.5), (0.5, 0)):
        yield from F.sigmoid_focal_loss_value_and_grad(x, y, alpha, gamma, weight=weight)
        yield from F.sigmoid_focal_loss_grad_and_hess(x, y, alpha, gamma)
        yield from F.sigmoid_focal_loss_value_grad_and_hess(x, y, alpha, gamma)
    yield F.binary_cross_entropy(np.abs(y), y, weight)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("isa", OTHERS)
def test_every_instruction_set_gives_the_losses_the_same_bits(fmt, isa, load, rng, monkeypatch):
    x, y = samples.draw("bce_with_logits", fmt, 6000, rng)
    weight = rng.random(x.size)
    shapes = [(slice(length),) for length in (1, 15, 64, 65, 1025)] + [(slice(None),)]
    want = [[np.array(result) for result in losses_of(x[part], y[part], weight[part])] for part in shapes]
    monkeypatch.setattr(_losses, "_core", load(isa))
    for part, expected in zip(shapes, want, strict=True):
        for got, other in zip(losses_of(x[part], y[part], weight[part]), expected, strict=True):
            assert got.dtype == other.dtype
            assert np.all(same_bits(np.asarray(got), other))
