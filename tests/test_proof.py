"""The proofs' harness, on as many blocks of inputs as a test run has time for: `make check` takes all of them."""

import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import bounds
from docs.generate import accuracy_tables
from hard_inputs import HARD_INPUTS
from processes import run
from proof import __main__ as proof
from proof import accuracy, build, emulated, exact, hashes, processors, suites
from proof.build import ROOT
from proof.exact import BLOCK, EXACT, PAIRS, inputs_swept, ranges_of_hard_inputs
from proof.hashes import DTYPES, HASHES, NUMBERS, STEPS
from proof.sweeps import sweep as run_harness
from pysigmoid import _core
from ulp import FORMATS

COMMITTED = json.loads(HASHES.read_text())
RECORDED = accuracy.recorded()
NAMES = [row["name"] for row in _core.functions]
THIN = STEPS[-1]


@pytest.fixture(scope="module")
def program(kernels_folder):
    return kernels_folder / "sweep"


@pytest.fixture(scope="module")
def sweep(program):
    return lambda *words: subprocess.run(
        [program, *map(str, words)], check=True, capture_output=True, text=True
    ).stdout.split()


def test_harness_takes_the_objects_that_ship_while_the_sources_are_theirs(tmp_path, monkeypatch):
    sources, objects = tmp_path / "csrc", tmp_path / build.EXTENSION_OBJECTS
    header, kernel, flags = sources / "vec/pack.h", sources / "kernels/avx2.c", tmp_path / "setup.py"
    made = objects / "kernels/avx2.o"
    for seconds, path in enumerate((header, kernel, flags, made)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (seconds, seconds))
    for name, value in {"ROOT": tmp_path, "CSRC": sources, "ALL_KERNELS": [kernel]}.items():
        monkeypatch.setattr(build, name, value)
    assert build.shipped_objects() == {kernel: str(made)}
    for changed in (header, kernel, flags):
        os.utime(changed, (10, 10))
        assert build.shipped_objects() == {}
        os.utime(changed, (0, 0))
    made.unlink()
    assert build.shipped_objects() == {}


def test_every_function_and_dtype_has_its_hashes():
    assert COMMITTED.keys() == set(NAMES)
    assert all(table.keys() == set(DTYPES) for table in COMMITTED.values())
    assert all(hashes.keys() == set(map(str, STEPS)) for table in COMMITTED.values() for hashes in table.values())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("isa", [*_core.isa_available, NUMBERS])
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


def test_every_piece_of_the_inputs_is_hashed_once():
    for name in NAMES:
        for dtype in DTYPES:
            ends = [0, *itertools.chain(*hashes.pieces(name, dtype)), hashes.blocks_of(name, dtype)]
            assert ends[::2] == ends[1::2]


def test_hashes_are_checked_on_every_instruction_set(program, monkeypatch):
    """The control: one committed hash changed."""
    monkeypatch.setattr(hashes, "DTYPES", ("bfloat16",))
    assert hashes.check([str(program)], _core.isa_available, THIN) == []
    changed = json.loads(HASHES.read_text())
    changed["logit"]["bfloat16"][str(THIN)] = "0" * 16
    monkeypatch.setattr(hashes, "committed", lambda: changed)
    wrong = hashes.check([str(program)], _core.isa_available, THIN)
    assert [line.partition(":")[0] for line in wrong] == list(_core.isa_available)
    assert all("logit in bfloat16" in line for line in wrong)


@pytest.fixture
def swept(tmp_path, monkeypatch):
    """The functions that a check sweeps, with a proved.json of its own and nothing else to do."""
    names = []
    monkeypatch.setattr(exact, "PROVED", tmp_path / "proved.json")
    monkeypatch.setattr(exact, "check", lambda _, __, name, ___: names.append(name) or ([], np.float32([1])))
    monkeypatch.setattr(accuracy, "check", lambda worst: ([], {name: RECORDED[name] for name in worst}))
    monkeypatch.setattr(hashes, "check", lambda *_: [])

    def run(again=False):
        names.clear()
        wrong, table = proof.check_errors(["sweep"], again)
        assert (wrong, list(table)) == ([], list(EXACT))
        return tuple(names)

    return run


def test_what_is_proved_is_not_proved_again_unless_asked(swept):
    assert swept() == EXACT + PAIRS
    assert proof.prove(["sweep"]) == []
    assert swept() == ()
    assert swept(again=True) == EXACT + PAIRS


def test_functions_of_one_argument_are_all_swept():
    """A row that promises the correctly rounded result for every input has them all tried."""
    assert set(EXACT) == {name for name, row in accuracy.ROWS.items() if row["nin"] == 1}
    assert {*EXACT, *PAIRS} == {row["name"] for row in _core.functions if row["nin"] == 1}


@pytest.mark.parametrize("name", PAIRS)
def test_both_outputs_are_those_of_their_own_functions(sweep, name):
    """Around the least moderate number, where two formulas meet; all of float32 is for `make check`."""
    for bits in (0x3A930000, 0xBA930000, 0x42930000):
        assert sweep("exact", _core.isa, name, bits - BLOCK, bits + BLOCK) == ["done", "0", "0", "0", "0x0p+0"]


def test_another_hash_is_proved_anew(swept, monkeypatch):
    proof.prove(["sweep"])
    changed = json.loads(HASHES.read_text())
    changed["silu"]["float32"]["1"] = "0" * 16
    monkeypatch.setattr(hashes, "committed", lambda: changed)
    assert swept() == ("silu",)


def test_what_is_wrong_is_not_recorded_as_proved(swept, monkeypatch):
    monkeypatch.setattr(exact, "check", lambda _, __, name, ___: (["wrong"] if name == "softplus" else [], [1]))
    assert proof.prove(["sweep"]) == ["wrong"]
    assert list(exact.proved()) == list(EXACT[: EXACT.index("softplus")])


def test_hashes_of_pieces_add_up(sweep):
    words = ["hash", "scalar", "sigmoid_vjp", "float32", 64]
    pieces = [int(sweep(*words, *piece)[0], 16) for piece in ((0, 64), (64, 192), (192, 256))]
    assert f"{sum(pieces) % (1 << 64):016x}" == sweep(*words)[0]


def test_every_listed_float32_lies_in_a_block_that_is_tried_under_emulation():
    listed = [(name, np.float32(float.fromhex(x))) for name, dtype, x, _ in HARD_INPUTS if dtype == "float32"]
    assert listed
    for name, x in listed:
        begin = int(x.view(np.uint32)) // BLOCK * BLOCK
        assert name in EXACT
        assert (begin, begin + BLOCK) in ranges_of_hard_inputs(name)


# ---- every input, under emulation ----

KEY = ("sigmoid_vjp", "float32")
WHOLE = COMMITTED[KEY[0]][KEY[1]]["1"]


def test_what_has_run_under_emulation_gave_the_committed_hashes():
    for (name, dtype), done in emulated.recorded().items():
        if done.blocks == emulated.blocks_of(name, dtype):
            assert done.hash == COMMITTED[name][dtype]["1"], (name, dtype)


def test_documentation_names_the_functions_that_have_run_entirely():
    done = [f"`{name}`" for name in NAMES if emulated.complete(name)]
    names = "all functions" if len(done) == len(NAMES) else ", ".join(done)
    inputs = "every float32, float16 and bfloat16, or 16.7 million inputs where they are pairs or float64"
    entirely = f"; {inputs}, of {names}" if done else ""
    assert f"hold hard inputs{entirely}.\n" in (ROOT / "docs" / "platforms.md").read_text().replace("\n  ", " ")


@pytest.fixture
def prove(program, tmp_path, monkeypatch):
    """Takes pieces of 100 blocks of one function and dtype; `env` stands for an emulator."""
    monkeypatch.setattr(emulated, "PIECE", 100)
    monkeypatch.setattr(emulated, "DTYPES", KEY[1:])
    path = tmp_path / "emulated.json"

    def run():
        wrong = emulated.prove([str(program)], ["env", str(program)], "scalar", KEY[:1], path)
        return wrong, emulated.recorded(path).get(KEY)

    run.path = path
    return run


def test_an_interrupted_emulation_goes_on_where_it_stopped(prove, monkeypatch):
    asked = []

    def until_second_piece(command):
        if command[-2:] == ["100", "200"]:
            raise KeyboardInterrupt
        return run_harness(command)

    def listing(command):
        asked.append(int(command[-2]))
        return run_harness(command)

    monkeypatch.setattr(emulated, "sweep", until_second_piece)
    with pytest.raises(KeyboardInterrupt):
        prove()
    assert emulated.recorded(prove.path)[KEY].blocks == 100
    monkeypatch.setattr(emulated, "sweep", listing)
    wrong, done = prove()
    assert (wrong, done.blocks, done.hash) == ([], 256, WHOLE)
    assert set(asked) == {100, 200}


def test_emulation_of_another_program_starts_anew(prove):
    emulated.record({KEY: emulated.Done("another", 256, "0" * 16)}, prove.path)
    wrong, done = prove()
    assert (wrong, done.blocks, done.hash) == ([], 256, WHOLE)
    assert done.program != "another"


def test_emulation_notices_a_difference(prove, monkeypatch):
    """The control: an emulator under which one piece comes out otherwise."""

    def wrong_in_second_piece(command):
        return ["0" * 16] if command[0] == "env" and command[-2] == "100" else run_harness(command)

    monkeypatch.setattr(emulated, "sweep", wrong_in_second_piece)
    (report,), done = prove()
    assert "blocks 100 to 200" in report
    assert done.blocks == 100


# ---- other processors ----


def test_smoke_is_the_same_on_every_instruction_set(monkeypatch):
    found = []
    for isa in _core.isa_available:
        environment = os.environ | {"PYSIGMOID_ISA": isa}
        command = [sys.executable, "-m", "proof.smoke"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    assert [one["isa"] for one in found] == list(_core.isa_available)
    assert all(one["hashes"] == found[0]["hashes"] for one in found)
    assert len(set(found[0]["hashes"].values())) > 100


@pytest.mark.parametrize(
    ("there", "reports"),
    [
        ({"isa": "avx2", "hashes": {"sigmoid": "1"}}, []),
        ({"isa": "avx2", "hashes": {"sigmoid": "2"}}, ["Haswell: sigmoid differs"]),
        ({"isa": "avx2", "hashes": {}}, ["Haswell: sigmoid differs"]),
        ({"isa": "scalar", "hashes": {"sigmoid": "1"}}, ["Haswell: scalar was chosen"]),
        (RuntimeError("Illegal instruction"), ["Haswell: Illegal instruction"]),
    ],
)
def test_differences_on_another_processor_are_reported(there, reports, monkeypatch):
    def smoke(*emulator):
        assert emulator[-1] == "Haswell"
        if isinstance(there, Exception):
            raise there
        return there

    monkeypatch.setattr(processors, "smoke", smoke)
    assert processors.differences("Haswell", {"isa": "avx512", "hashes": {"sigmoid": "1"}}) == reports


def test_program_that_ends_by_a_signal_is_reported():
    with pytest.raises(RuntimeError, match="exit code -4"):
        processors.smoke("sh", "-c", "kill -s ILL $$")


DISPATCHED = """
from numpy._core import _multiarray_umath as umath
print(any(umath.__cpu_features__[name] for name in umath.__cpu_dispatch__))
"""


def test_suites_run_on_every_other_instruction_set_and_without_numpys_choice():
    *others, portable = suites.variants()
    assert {_core.isa_available[0], *(one["PYSIGMOID_ISA"] for one in [*others, portable])} == set(_core.isa_available)
    assert run(DISPATCHED, prelude="", printed=None, **portable) == "False\n"


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


def test_page_of_accuracy_shows_the_worst_errors():
    rows = accuracy.markdown(RECORDED).splitlines()[2:]
    assert [row for row in accuracy_tables.worst().splitlines() if row.startswith("| `")] == rows


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
