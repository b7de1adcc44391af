"""The proofs' harness, on as many blocks of inputs as a test run has time for: `make check` takes all of them."""

import json
import subprocess

import pytest

from proof.__main__ import DTYPES, EXACT, HASHES, STEPS
from proof.build import build
from pysigmoid import _core

COMMITTED = json.loads(HASHES.read_text())
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
