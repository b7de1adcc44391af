"""The proofs of the losses, on as many inputs as a test run has time for: `make check` takes all of them."""

import re
import subprocess

import numpy as np
import pytest

import bounds
from extension import REPOSITORY
from proof import losses
from pysigmoid import _core, functional

RECORDED = losses.recorded()
HASHES = losses.recorded_hashes()


@pytest.fixture(scope="module")
def program(kernels_folder):
    return str(kernels_folder / "loss_sweep")


@pytest.mark.parametrize("isa", _core.isa_available)
def test_every_kernel_has_its_hash_on_every_instruction_set(program, isa):
    assert losses.check_hashes([program], isa, "emulated") == []


def test_hashes_name_every_kernel_once_and_differ():
    for named in HASHES.values():
        assert len(named) == len(set(named.values())) == 20
    assert not set(HASHES["native"].values()) & set(HASHES["emulated"].values())


@pytest.mark.parametrize("isa", _core.isa_available)
@pytest.mark.parametrize(
    "words", [("hard", "0x3f600000", "0x3f610000"), ("soft", "7000", "7004"), ("half", "bfloat16")], ids=" ".join
)
def test_results_keep_their_bounds(program, isa, words):
    command, *range_ = words
    wrong, worst = losses.sweep([program], command, [[command, isa, *range_]])
    assert wrong == []
    assert {"value", "gradient", "hessian"} <= worst.keys()
    most = 0.501 if command == "half" else 0.61
    assert all(0.49 < worst[name].error < most for name in ("value", "gradient", "hessian"))


def test_float64_focal_loss_and_means_keep_their_bounds():
    for wrong, worst in (
        losses.check_float64(*losses.float64_samples(2000)),
        losses.check_focal(10),
        losses.check_focal_options(6),
        losses.check_extremes(1000),
        losses.check_means(100_000),
    ):
        assert wrong == []
        assert worst


def test_results_off_by_one_bit_are_noticed(monkeypatch):
    """The control: every float64 result moved to its upper neighbour."""
    results = losses.float64_results
    monkeypatch.setattr(
        losses, "float64_results", lambda *args: {k: np.nextafter(v, np.inf) for k, v in results(*args).items()}
    )
    wrong, worst = losses.check_float64(*losses.float64_samples(500))
    assert len(wrong) > 500
    assert all(found.error > 1 for found in worst.values())


def test_gradient_that_cancels_most_keeps_its_bound():
    """The worst of a hundred million: 2^-50.8 of the larger term. The labels are float32."""
    x = np.float32([float.fromhex("-0xe.6a1c4p+1"), float.fromhex("-0x8.0ed78p+2")])
    y = np.float32([float.fromhex("0xa.9e70ap-45"), float.fromhex("0xb.4eb0bp-50")])
    bounds.check("bce_with_logits_grad", x, y)


def test_harness_asks_for_its_arguments(program):
    done = subprocess.run([program, "hard", "scalar"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


# ---- what is promised ----


def promises():
    """What the sweep holds a float32 loss and its derivatives to: without factors, and with them."""
    source = (REPOSITORY / "proof" / "loss_sweep.c").read_text()
    alone, weighted = re.finditer(r"in_pairs = {(?P<value>[\d.]+), (?P<derivative>[\d.]+),", source)
    return alone, weighted


def test_docstrings_and_rows_promise_what_is_proved():
    alone, weighted = promises()
    notes = " ".join(functional.binary_cross_entropy_with_logits.__doc__.split())
    assert f"within {alone['value']} ULP, and within {weighted['value']} ULP with factors" in notes
    notes = " ".join(functional.binary_cross_entropy_with_logits_grad_and_hess.__doc__.split())
    assert alone["derivative"] == weighted["derivative"]
    assert f"within {alone['derivative']} ULP" in notes
    for name, promise in (("bce_with_logits", "value"), ("bce_with_logits_grad_and_hess", "derivative")):
        accuracy = bounds.accuracy_of(name, bounds.ROWS[name]["outputs"][-1])
        assert accuracy["float32"]["ulp"] == float(alone[promise])


# ---- what was recorded ----


def test_worst_errors_of_all_the_parts_are_recorded():
    assert list(RECORDED) == [
        "float32, hard labels",
        "float32, soft labels",
        "float16",
        "bfloat16",
        "float64",
        "focal, float64, relative",
        "focal, float64, with pos_weight and smoothing, relative",
        "float64, factors of 2^-1000 to 2^1000",
        "mean",
    ]
    alone, weighted = (float(promise["value"]) for promise in promises())
    for title, row in RECORDED.items():
        limits = {"float32, hard labels": alone, "float32, soft labels": weighted, "float64": 0.6}
        limit = limits.get(title, 0.6 if title.startswith("float64") else 0.501)
        assert all(worst.error <= limit for name, worst in row.items() if name != "term" and title != "mean")


def test_worst_float64_errors_are_reached_at_their_inputs():
    for name, worst in RECORDED["float64"].items():
        point = [np.array([float.fromhex(number)]) for number in worst.at]
        got = losses.float64_results(*point)[name]
        assert losses.measure(name, got[0], *(array[0] for array in point))[0] == worst.error
