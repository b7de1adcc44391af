"""The proofs' harness, on as many blocks of inputs as a test run has time for: `make check` takes all of them."""

import json
import subprocess

import numpy as np
import pytest

import bounds
from proof import accuracy
from proof.build import ROOT, build
from proof.exact import EXACT, inputs_swept
from proof.hashes import DTYPES, HASHES, STEPS
from pysigmoid import _core
from ulp import FORMATS

COMMITTED = json.loads(HASHES.read_text())
RECORDED = accuracy.recorded()
NAMES = [row["name"] for row in _core.functions]
THIN = STEPS[-1]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    program = build(tmp_path_factory.mktemp("sweep"))
    return lambda *words: subprocess.run(
        [program, *map(str, words)], check=True, capture_output=True, text=True
    ).stdout.split()


def test_every_function_and_dtype_has_its_hashes():
    assert COMMITTED.keys() == set(NAMES)
    assert all(table.keys() == set(DTYPES) for table in COMMITTED.values())
    assert all(hashes.keys() == set(map(str, STEPS)) for table in COMMITTED.values() for hashes in table.values())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("isa", _core.isa_available)
def test_outputs_have_the_committed_bits(sweep, isa, name):
    got = {dtype: sweep("hash", isa, name, dtype, THIN)[0] for dtype in DTYPES}
    assert got == {dtype: COMMITTED[name][dtype][str(THIN)] for dtype in DTYPES}


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("isa", _core.isa_available)
def test_a_million_floats_below_one_are_exact(sweep, isa, name):
    """Wrong and undecided inputs: none in [7/8, 1)."""
    wrong, near = sweep("exact", isa, name, "0x3f600000", "0x3f700000")[1:3]
    assert (wrong, near) == ("0", "0")


def test_harness_notices_a_wrong_result(sweep):
    """The control: fast results are held to 2.5 ULP, and miss the correctly rounded ones in thousands of places."""
    fast = sweep("hash", "scalar", "sigmoid_fast", "float32", THIN)
    assert fast != sweep("hash", "scalar", "sigmoid", "float32", THIN)


# ---- accuracy ----


def test_every_function_and_dtype_has_its_worst_error():
    assert RECORDED.keys() == accuracy.ROWS.keys()
    assert all(row.keys() == set(accuracy.DTYPES) for row in RECORDED.values())


def test_worst_errors_are_those_of_all_the_inputs_there_should_be():
    for name, row in RECORDED.items():
        assert row["float64"].tried >= accuracy.SAMPLES
        assert row["float32"].tried >= (inputs_swept(name) if name in EXACT else accuracy.SAMPLES)
        pairs = accuracy.LATTICE**2 if accuracy.ROWS[name]["nin"] == 2 else 1 << 16
        assert (row["float16"].tried, row["bfloat16"].tried) == (pairs, pairs)


@pytest.mark.parametrize("dtype", accuracy.DTYPES)
@pytest.mark.parametrize("name", accuracy.ROWS)
def test_worst_error_is_reached_at_its_input_and_keeps_the_bound(name, dtype):
    worst = RECORDED[name][dtype]
    point = [np.array([float.fromhex(x)]).astype(FORMATS[dtype].dtype) for x in worst.at]
    assert accuracy.worst_error(name, point) == worst._replace(tried=1)
    assert worst.ulp <= accuracy.ROWS[name]["accuracy"][dtype]["ulp"]


def test_readme_shows_the_worst_errors():
    want = accuracy.markdown(RECORDED)
    assert want in (ROOT / "README.md").read_text(), want


@pytest.mark.parametrize("name", ["sigmoid", "bce_with_logits_grad"])
def test_accuracy_is_held_and_a_result_off_by_one_bit_is_noticed(name, monkeypatch):
    """The control: the same inputs, with every result moved to its upper neighbour."""
    monkeypatch.setattr(accuracy, "BATCH", 2_000)
    violations, right = accuracy.examine(name, "float64", 0)
    assert violations == []
    original = bounds.outputs
    monkeypatch.setattr("bounds.outputs", lambda *call: tuple(np.nextafter(got, np.inf) for got in original(*call)))
    (report,), moved = accuracy.examine(name, "float64", 0)
    assert f"{name} in float64" in report
    assert right.ulp < 0.6 < 1.4 < moved.ulp
