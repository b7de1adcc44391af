"""Inputs whose exact value lies so near the middle of two numbers that a careless evaluation rounds the wrong way.

The expected bits are written out in hard_inputs.py, and the oracle must agree.
"""

import numpy as np
import pytest

import oracle
from bounds import ROWS, check
from hard_inputs import HARD_INPUTS
from pysigmoid import _core
from ulp import FORMATS, hexadecimal, same_bits


def fromhex(texts):
    return np.array([float.fromhex(text) for text in texts.split()])


OF_A_LOGIT = [name for name, row in ROWS.items() if row["intervals"] == ((-750.0, 750.0),)]


@pytest.mark.parametrize(("name", "dtype", "x", "want"), HARD_INPUTS, ids=["-".join(case[:3]) for case in HARD_INPUTS])
def test_hard_input_rounds_right(name, dtype, x, want):
    fmt = FORMATS[dtype]
    point, expected = (fromhex(text).astype(fmt.dtype) for text in (x, want))
    # No 1 * point, which NumPy 2.0 makes a float32 of a bfloat16.
    points = [point, -point] if name == "sigmoid_derivative" else [point]
    for each in points:
        got = getattr(_core, name)(each)
        assert same_bits(got, expected), f"x {hexadecimal(each[0])}, got {hexadecimal(got[0])}, want {want}"
        assert same_bits(oracle.correctly_rounded(name, each, fmt), expected)


def test_small_sigmoids_on_ties_of_float32():
    """sigma(x) = 1/2 + x/4 - x^3/48 + ..: where x/4 is halfway between two results, the cubic decides, towards 1/2."""
    fmt = FORMATS["float32"]
    odd = np.arange(1, 1 << 13, 2)
    below, above = -odd * 2.0**-24, odd * 2.0**-23
    ties = np.concatenate([below, above]).astype(np.float32)
    ties = ties[np.abs(ties) < 2.0**-11]
    check("sigmoid", np.concatenate([ties, np.nextafter(ties, np.float32(0)), np.nextafter(ties, np.float32(1))]))
    quarter = ties.astype(np.float64) / 4
    spacing = np.where(ties < 0, 2.0**-25, 2.0**-24)
    towards_half = np.trunc(quarter / spacing) * spacing
    assert np.all(_core.sigmoid(ties) == (0.5 + towards_half).astype(fmt.dtype))


def test_tiny_inputs_of_float32(rng):
    """Below 2^-31 no term after the first is seen, whatever the binade."""
    tiny = np.arange(0, 0x3000_0000, 4099, dtype=np.uint32).view(np.float32)
    for x in (tiny, -tiny):
        assert np.all(_core.sigmoid(x) == 0.5)
        assert np.all(_core.sigmoid_derivative(x) == 0.25)
        assert np.all(_core.softplus(x) == np.float32(float.fromhex("0x1.62e43p-1")))
        assert np.all(_core.log_sigmoid(x) == -np.float32(float.fromhex("0x1.62e43p-1")))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32"])
def test_silu_of_every_input_whose_half_is_subnormal(name):
    """silu(x) = x/2 + x^2/4 - ..: half an odd subnormal number is a tie, and the square breaks it upwards.

    With x = n * 2^least and n below 2^precision it is integer arithmetic: n/2 rounded up, -n/2 towards zero.
    """
    fmt = FORMATS[name]
    n = np.arange(1 << fmt.precision).astype(fmt.bits)
    x = n.view(fmt.dtype)
    assert np.all(_core.silu(x).view(fmt.bits) == n - n // 2)
    assert np.all((-_core.silu(-x)).view(fmt.bits) == n // 2)


# The worst of the sweeps over float64, and inputs around which errors of a reduction would show.
@pytest.mark.parametrize("name", OF_A_LOGIT)
def test_hard_float64_inputs_keep_the_bound(name):
    centres = fromhex("-0x1.99c7598a9985ep+3 0x1.59f45ce18f36ep-22 -0x1.336b27dabe30bp+8 -0x1.474973c8411f5p+0")
    neighbours = centres + np.arange(-20, 21)[:, None] * np.spacing(centres)
    check(name, np.concatenate([neighbours.ravel(), -neighbours.ravel()]))


# Where random inputs came nearest to 4 ULP or beyond, as (integer, exponent of two) of an 80-bit number.
HARD_LONGDOUBLES = {
    "sigmoid_derivative": [[(-0x9B0CB93AC1F93FC8, -61)]],
    "silu_derivative": [[(-0xA34066364053F647, -59)], [(-0xF832B409A0EBF244, -62)]],
    "silu": [[(-0xB173CB826188C587, -50)]],
    "sigmoid_vjp": [[(-0xBB79073D6FBF9E00, -7710), (0xF41473D8C1F99215, -62)]],
    "bce_with_logits_grad": [[(0x951F46BED1DE3B47, -64), (0xDEA3EB46AB8B05ED, -65)]],
}


@pytest.mark.parametrize("name", HARD_LONGDOUBLES)
def test_hard_longdouble_inputs_keep_the_bound(name):
    """A narrower longdouble rounds them and checks their neighbours."""
    for point in HARD_LONGDOUBLES[name]:
        check(name, *(np.ldexp(np.array([integer]).astype(np.longdouble), exponent) for integer, exponent in point))


@pytest.mark.parametrize("name", OF_A_LOGIT)
def test_float64_results_that_fade_into_zero_keep_the_bound(name, rng):
    x = rng.uniform(700, 752, 100_000)
    check(name, np.concatenate([x, -x]))


def test_float64_gradients_that_cancel_to_their_low_words():
    """The high words cancel: sign and size come from the low ones."""
    logits = fromhex("-0x1.474973c8411f5p+0 -0x1.d49888514b7a8p-1 0x1.1fc296cde2674p-45 -0x1.ac9415d6f9513p-4")
    labels = fromhex("0x1.be1410460529ep-3 0x1.24cb3f8b574f0p-2 0x1.0000000000048p-1 0x1.e53cfe77c7301p-2")
    check("bce_with_logits_grad", logits, labels)
    gradients, scales = (np.array(column, float) for column in oracle.measure("bce_with_logits_grad", logits, labels))
    assert np.all(np.abs(gradients) < 2.0**-53 * scales)
    assert np.all(np.sign(_core.bce_with_logits_grad(logits, labels)) == np.sign(gradients))


def test_loss_of_the_largest_float64_logits():
    """(1 - y) |x| needs the low word of 1 - y up to the largest number."""
    x = fromhex("0x1.e47dedd6b0d32p+994 0x1.d019f37461050p+901 0x1.fffffffffffffp+1023")
    y = fromhex("0x1.fffffff0e3f21p-2 0x1.fffe473e49c1fp-2 0x1.ffffffffffffap-2")
    check("bce_with_logits", x, y)
    check("bce_with_logits", -x, y)


@pytest.mark.parametrize("name", FORMATS)
def test_loss_of_a_subnormal_probability(name):
    """-log(1 - p) = p + p^2/2 + .., where even half of p has no number of its own."""
    fmt = FORMATS[name]
    p = np.ldexp(np.arange(1, 128).astype(np.longdouble), fmt.least).astype(fmt.dtype)
    assert np.all(same_bits(_core.bce(p, np.zeros_like(p)), p))


def test_factors_whose_product_leaves_the_range_of_sigma(rng):
    """sigma(b) far below the smallest float64, times a large factor, is an ordinary number again."""
    b = rng.uniform(-1450, -745, 20_000)
    a = np.ldexp(rng.uniform(1, 2, b.size), 1022)
    for name in ("sigmoid_gate", "sigmoid_vjp"):
        check(name, a, b)
        check(name, -a, b)
