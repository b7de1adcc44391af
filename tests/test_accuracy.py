"""Every row of functions.def keeps the accuracy it promises, on random inputs (samples.py) in every wide format.

All values of the 16-bit formats are tried in test_half_types.py, known hard inputs in test_hard_inputs.py.
"""

import numpy as np
import pytest

import samples
from bounds import ROWS, accuracy_of, check, longdouble_is_wider_than, outputs
from pysigmoid import _core
from ulp import FORMATS, same_bits

# MPFR decides some thousand elements a second where longdouble cannot help.
MANY, FEW = 500_000, 3_000

ONE_ARGUMENT = [name for name, row in ROWS.items() if row["nin"] == 1]
TWO_ARGUMENTS = [name for name, row in ROWS.items() if row["nin"] == 2]
TWO_OUTPUTS = [name for name, row in ROWS.items() if row["nout"] == 2]


@pytest.mark.parametrize("name", [name for name in ONE_ARGUMENT if name not in TWO_OUTPUTS])
def test_float32_of_one_argument(name, rng):
    """Pairs have the bits of these, as a test below holds."""
    check(name, *samples.draw(name, FORMATS["float32"], 2 * MANY, rng))


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_float32_of_two_arguments(name, rng):
    check(name, *samples.draw(name, FORMATS["float32"], MANY, rng))


@pytest.mark.parametrize("name", ROWS)
def test_float64(name, rng):
    fmt = FORMATS["float64"]
    check(name, *samples.draw(name, fmt, MANY if longdouble_is_wider_than(fmt) else FEW, rng))


@pytest.mark.parametrize("name", ROWS)
def test_float64_in_mpfr_alone(name, rng, monkeypatch):
    """The same without the shortcut through longdouble."""
    monkeypatch.setattr("bounds.longdouble_is_wider_than", lambda fmt: False)
    check(name, *samples.draw(name, FORMATS["float64"], FEW, rng))


@pytest.mark.parametrize("name", ROWS)
def test_longdouble(name, rng):
    check(name, *samples.draw(name, FORMATS["longdouble"], FEW, rng))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", TWO_OUTPUTS)
def test_two_outputs_have_the_bits_of_their_own_functions(name, fmt, rng):
    """A function and its derivative: in float32 and, at every value, half types; elsewhere they keep the bounds."""
    if name in ONE_ARGUMENT and fmt.name in ("float64", "longdouble"):
        assert "in float64 and longdouble they keep" in getattr(_core, name).__doc__
        return
    half_of_one = name in ONE_ARGUMENT and fmt.dtype.itemsize == 2
    inputs = [fmt.every_value()] if half_of_one else samples.draw(name, fmt, 20_000, rng)
    for output, got in zip(ROWS[name]["outputs"], outputs(name, *inputs), strict=True):
        if accuracy_of(name, output) is not ROWS[output]["accuracy"]:  # bounds, which the tests above hold
            continue
        (alone,) = outputs(output, *inputs[: ROWS[output]["nin"]])
        assert np.all(same_bits(got, alone)), output
