"""Instruction sets: the same bits on each of them, and the environment variable that chooses one."""

import re

import numpy as np
import pytest

import extension
import samples
from bounds import ROWS
from pysigmoid import _core
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
