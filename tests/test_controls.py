"""Control builds: what the patches and the last rounding of float64 are for.

A proof that cannot fail proves nothing. Here the extension is built once without them, and it must be wrong exactly
where they are said to help.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

import extension
import oracle
from bounds import ROWS, check_output
from pysigmoid import _core
from ulp import FORMATS, error_in_ulp, exact, same_bits

pytestmark = pytest.mark.control

ONE_ARGUMENT = [name for name, row in ROWS.items() if row["nin"] == row["nout"] == 1]


@pytest.fixture(scope="module")
def control_file(made_once):
    """One build serves both controls: the patches belong to float32 and the half types, `finish` to float64."""
    (built,) = (made_once("control", build_control) / "pysigmoid").glob("_core*")
    return built


def build_control(folder):
    switches = "-DPYSIGMOID_CONTROL_NO_PATCHES -DPYSIGMOID_CONTROL_NO_FINISH"
    command = f"{sys.executable} setup.py --quiet build_ext --build-lib {folder} --build-temp {folder / 'build'}"
    environment = {**os.environ, "CFLAGS": f"{os.environ.get('CFLAGS', '')} {switches}"}
    subprocess.run(command.split(), cwd=extension.REPOSITORY, env=environment, check=True, capture_output=True)


@pytest.fixture(params=_core.isa_available)
def control(request, control_file, tmp_path, monkeypatch):
    return extension.load(control_file, tmp_path / request.param, request.param, monkeypatch)


def differing(control, name, x):
    """The inputs at which the control build gives another result, as exact numbers."""
    right, got = getattr(_core, name)(x), getattr(control, name)(x)
    bits = f"u{x.itemsize}"
    other = np.flatnonzero(right.view(bits) != got.view(bits))
    return x[other[~same_bits(right[other], got[other])]].astype(np.float64)


def floats(low, high):
    """Every float32 in [low, high), in blocks, and its negative."""
    first, end = (int(np.float32(bound).view(np.uint32)) for bound in (low, high))
    for begin in range(first, end, 1 << 18):
        block = np.arange(begin, min(begin + (1 << 18), end), dtype=np.uint32).view(np.float32)
        yield block
        yield -block


def differing_floats(control, name, low, high):
    return np.concatenate([differing(control, name, block) for block in floats(low, high)])


def numbers(texts):
    return {float.fromhex(text) for text in texts.split()}


def on_ties_of_halved_subnormals(fmt):
    """The inputs n * 2^least whose half is rounded to the lower neighbour if to the even one, while x^2/4 lifts silu.

    These are n = 1, 5, 9, .. and n = -3, -7, -11, ..
    """
    n = np.arange(1 << fmt.precision)
    return np.concatenate([n[n % 4 == 1], -n[n % 4 == 3]]) * 2.0**fmt.least


# ---- half types: every value ----

HALF = {
    ("float16", "sigmoid"): "0x1.8p-9 0x1.cp-8 0x1.6p-7 -0x1.8p-10 -0x1.cp-9 -0x1.6p-8 -0x1.ep-8",
    ("float16", "sigmoid_derivative"): "0x1.bb8p-5 -0x1.bb8p-5 0x1.cep-4 -0x1.cep-4 0x1.b3p+0 -0x1.b3p+0",
    ("float16", "log_sigmoid"): "0x1.0cp-14 0x1.0c4p-14 0x1.0c8p-14",
    ("float16", "softplus"): "-0x1.0cp-14 -0x1.0c4p-14 -0x1.0c8p-14",
    ("float16", "silu"): "0x1p-24 -0x1.5ccp+1",
    ("float16", "logit"): "0x1.214p-11",
    ("bfloat16", "logit"): "0x1.cap-20",
}
HALF["float16", "sigmoid_fast"] = HALF["float16", "sigmoid"]
HALF["float16", "log_sigmoid_derivative"] = " ".join(
    (-float.fromhex(x)).hex() for x in HALF["float16", "sigmoid"].split()
)  # sigmoid(-x)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
@pytest.mark.parametrize("fmt", [FORMATS["float16"], FORMATS["bfloat16"]], ids=["float16", "bfloat16"])
def test_without_patches_exactly_the_listed_half_values_fail(control, name, fmt):
    want = numbers(HALF.get((fmt.name, name), ""))
    if (fmt.name, name) == ("bfloat16", "silu"):
        want = set(on_ties_of_halved_subnormals(fmt))
    with np.errstate(all="ignore"):
        assert set(differing(control, name, fmt.every_value())) == want


# ---- float32: every input where a tie or a listed input lies ----


def test_without_patches_76_small_sigmoids_of_float32_fail(control):
    """|x| < 2^-24 rounds to 1/2 and its neighbours are out of reach; from 2^-9 on there is no patch."""
    wrong = differing_floats(control, "sigmoid", 2.0**-24, 2.0**-9)
    hard = float.fromhex("-0x1.250c02p-10")
    assert hard in wrong
    ties = wrong[wrong != hard]
    assert ties.size == 75
    assert np.abs(ties).max() < 2.0**-11
    # x/4 lies in the middle of two results, whose spacing is 2^-25 below 1/2 and 2^-24 above.
    steps = ties * np.where(ties < 0, 2.0**24, 2.0**23)
    assert np.all(steps % 2 == 1)
    assert {ties[ties < 0].max(), ties[ties > 0].min()} == numbers("-0x1.8p-23 0x1.8p-22")


def test_without_patches_silu_fails_on_half_of_the_halved_subnormals(control):
    wrong = differing_floats(control, "silu", 0, 2.0**-124)
    want = on_ties_of_halved_subnormals(FORMATS["float32"])
    assert want.size == 8_388_608
    assert np.array_equal(np.sort(wrong), np.sort(want))


@pytest.mark.parametrize(
    ("name", "hard"),
    [
        ("softplus", "0x1.d483ap-12"),
        ("log_sigmoid", "-0x1.d483ap-12"),
        ("logit", "0x1.13986cp-22"),
        ("sigmoid_derivative", ""),
    ],
)
def test_without_patches_the_one_listed_float32_fails(control, name, hard):
    """Over the binades around the listed input; for the derivative, which needs no patch, over the same."""
    centre = abs(float.fromhex(hard)) if hard else 2.0**-11
    assert set(differing_floats(control, name, centre / 4, centre * 4)) == numbers(hard)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_patches_reach_nothing_else(control, name):
    """Every 1021st float32 outside the ranges of the sweeps above."""
    bits = np.arange(0, 1 << 32, 1021, dtype=np.uint32)
    x = bits.view(np.float32)
    outside = (np.abs(x) >= 2.0**-9) | ((np.abs(x) >= 2.0**-124) & (np.abs(x) < 2.0**-24))
    known = numbers("0x1.13986cp-22")
    with np.errstate(all="ignore"):
        assert set(differing(control, name, x[outside])) <= known


# ---- float64: the last rounding ----


def test_without_finish_subnormal_results_are_rounded_twice(control):
    """Rounding to 53 bits and then to fewer is wrong by up to 3/4 of the spacing; rounding once by little over 1/2."""
    x = np.random.default_rng(5).uniform(-745.2, -708.4, 20_000)
    values, _ = oracle.measure("sigmoid", x)
    fmt = FORMATS["float64"]
    errors = [error_in_ulp(got, value, fmt) for got, value in zip(exact(control.sigmoid(x)), values, strict=True)]
    assert 0.74 < max(errors) < 0.751
    check_output("sigmoid", _core.sigmoid(x), x)
    with pytest.raises(pytest.fail.Exception, match="sigmoid in float64"):
        check_output("sigmoid", control.sigmoid(x), x)
