"""What torch's own tests ask of its functions, asked of ours; where torch is wrong, the right values.

The numbered tests follow torch 2.13, with the tolerance that torch compares float32 by; comparisons of bits say so. The
values in the tables are exact to the digits shown.
"""

import warnings

import ml_dtypes
import numpy as np
import pytest
import scipy.special

import pysigmoid
from bounds import check
from calls import FLOATS, UFUNC_OF, assert_same_bits, over_floats
from pysigmoid import functional as F
from pysigmoid import nn

logits_loss = F.binary_cross_entropy_with_logits
probs_loss = F.binary_cross_entropy
REDUCTIONS = ("none", "mean", "sum")


def assert_close(got, want):
    np.testing.assert_allclose(np.asarray(got, np.float64), np.asarray(want, np.float64), rtol=1.3e-6, atol=1e-5)


def by_hand(x, t, weight=1.0, pos_weight=1.0, reduction="none"):
    """The chain of NumPy operations that users write, in float64."""
    x, t = np.asarray(x, np.float64), np.asarray(t, np.float64)
    terms = weight * (pos_weight * t * np.logaddexp(0, -x) + (1 - t) * np.logaddexp(0, x))
    return {"none": lambda terms: terms, "mean": np.mean, "sum": np.sum}[reduction](terms)


@pytest.fixture
def uniform(rng):
    return lambda *shape: rng.random(shape).astype(np.float32)


@pytest.fixture
def normal(rng):
    return lambda *shape: rng.normal(size=shape).astype(np.float32)


# 1 to 5: losses from probabilities, and shapes


@pytest.mark.parametrize("value", [0, 1])
def test_01_loss_of_certain_and_right_probabilities_is_not_negative(value):
    p = np.full((25, 25), value, np.float32)
    assert np.all(probs_loss(p, p, reduction="none") >= 0)


@pytest.mark.parametrize("shapes", [((5,), (5, 1)), ((5, 1), (5,))])
def test_02_logits_and_targets_of_different_shape_are_an_error(shapes):
    with pytest.raises(ValueError, match="has shape"):
        logits_loss(*map(np.zeros, shapes))


def test_03_loss_on_logits_is_the_loss_on_their_sigmoid(normal, uniform):
    x, t, weight = normal(64, 4), uniform(64, 4), uniform(4)
    for w in (None, weight):
        assert_close(logits_loss(x, t, w), probs_loss(F.sigmoid(x), t, w))
    x, t = np.full((4, 1), -100, np.float32), np.zeros((4, 1), np.float32)
    for reduction in ("mean", "none"):
        got = logits_loss(x, t, uniform(1), reduction=reduction)
        assert_close(got, probs_loss(F.sigmoid(x), t, uniform(1), reduction=reduction))


@pytest.mark.parametrize("shift", [-1, 1])
def test_04_probabilities_out_of_range_are_an_error(uniform, shift):
    p, t = uniform(25, 25), uniform(25, 25)
    assert probs_loss(p, t) > 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        probs_loss(p + np.float32(shift), t)


def test_05_probabilities_and_targets_of_different_shape_are_an_error(uniform):
    with pytest.raises(ValueError, match=r"\(25,\).*\(25, 1\)"):
        probs_loss(uniform(25), uniform(25, 1))


# 6 to 13: the loss on logits and its gradient


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_06_loss_equals_the_chain_and_gradient_its_formula(normal, uniform, reduction):
    x, t, weight = normal(1024, 256), uniform(1024, 256), uniform(256)
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, t, weight, reduction=reduction)
    assert_close(loss, by_hand(x, t, weight, reduction=reduction))
    divisor = x.size if reduction == "mean" else 1
    want = weight.astype(np.float64) * (scipy.special.expit(x.astype(np.float64)) - t) / divisor
    np.testing.assert_allclose(grad, want, rtol=1.3e-6, atol=1e-9 / divisor)


def test_07_gradient_equals_central_differences(rng):
    x, t, h = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 1e-6
    _, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, t, validate=False)
    steps = h * np.eye(15).reshape(15, 3, 5)
    ahead, behind = ([logits_loss(x + sign * step, t, validate=False) for step in steps] for sign in (1, -1))
    np.testing.assert_allclose(grad.ravel(), np.subtract(ahead, behind) / (2 * h), rtol=1e-3, atol=1e-5)


def gradient_at_zero(**options):
    zero = np.zeros((), np.float32)
    return F.binary_cross_entropy_with_logits_value_and_grad(zero, zero, reduction="sum", **options)[1]


def test_08_gradient_at_zero_is_exactly_one_half():
    assert gradient_at_zero() == 0.5


@pytest.mark.parametrize("shape", [(4,), (16, 1)])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_09_weight_has_the_bits_of_its_expansion(normal, uniform, shape, reduction):
    x, t, weight = normal(16, 4), uniform(16, 4), uniform(*shape)
    full = np.broadcast_to(weight, (16, 4)).copy()
    for loss, input in ((logits_loss, x), (probs_loss, F.sigmoid(x))):
        got = loss(input, t, weight, reduction=reduction)
        assert_same_bits(got, loss(input, t, full, reduction=reduction))


@over_floats
def test_10_pos_weight_of_ones_has_the_bits_of_none(normal, uniform, dtype):
    x, t, ones = normal(64, 4).astype(dtype), uniform(64, 4).astype(dtype), np.ones((64, 4), dtype)
    for reduction in REDUCTIONS:
        got = logits_loss(x, t, pos_weight=ones, reduction=reduction)
        assert_same_bits(got, logits_loss(x, t, reduction=reduction))


def test_11_pos_weight_of_any_shape_has_the_same_bits(normal, uniform):
    x, t, weight = normal(64, 4), uniform(64, 4), uniform(4)
    want = logits_loss(x, t, pos_weight=weight)
    for shape in ((1, 4), (64, 4)):
        assert_same_bits(logits_loss(x, t, pos_weight=np.broadcast_to(weight, shape)), want)


def test_12_gradient_at_zero_with_pos_weight_is_exactly_one_half():
    assert gradient_at_zero(pos_weight=np.ones(1, np.float32)[0]) == 0.5
    assert gradient_at_zero(pos_weight=np.float32(2)) == 0.5


@pytest.mark.parametrize("pos_weight", [None, np.float32([1, 1])])
def test_13_loss_of_a_large_negative_logit_is_the_logit(pos_weight):
    got = logits_loss(np.float32([0, -120]), np.float32([0, 1]), pos_weight=pos_weight, reduction="none")
    assert_same_bits(got, np.float32([0.6931472, 120]))


# 14 to 17


def test_14_log_sigmoid_into_a_strided_out_has_the_same_bits(normal):
    x, memory = normal(2, 3, 5), np.full((2, 3, 10), 7, np.float32)
    F.logsigmoid(x, out=memory[..., ::2])
    assert_same_bits(memory[..., ::2], F.logsigmoid(x))
    assert np.all(memory[..., 1::2] == 7)
    wrong = np.full((2, 3, 4), 7, np.float32)
    with pytest.raises(ValueError, match="broadcast"):
        F.logsigmoid(x, out=wrong)
    assert np.all(wrong == 7)


@pytest.mark.parametrize("shape", [(15, 10), ()])
@pytest.mark.parametrize("weighted", [False, True])
def test_15_loss_on_probabilities_equals_the_textbook_formula(rng, shape, weighted):
    p, t = rng.uniform(0.028, 0.972, shape), rng.integers(0, 2, shape)
    weight = rng.random(shape[-1:]) if weighted else 1.0
    want = -np.mean(weight * (t * np.log(p) + (1 - t) * np.log(1 - p)))
    got = nn.BCELoss(weight if weighted else None)(p, t)
    assert abs(got - want) <= 3e-4 * abs(want)


def test_16_log_sigmoid_module_bfloat16_probabilities_and_scalar_weights(normal, uniform):
    x = normal(2, 3, 4)
    assert_close(nn.LogSigmoid()(x), np.log(nn.Sigmoid()(x)))
    p, t = uniform(10).astype(ml_dtypes.bfloat16), np.arange(10) % 2
    got, wide = probs_loss(p, t), probs_loss(p.astype(np.float64), t)
    assert got.dtype == ml_dtypes.bfloat16
    assert_same_bits(got, wide.astype(ml_dtypes.bfloat16))
    for loss, input in ((logits_loss, 0.3), (probs_loss, 0.3)):
        assert loss(input, 1.0, 2.0) == pytest.approx(2 * loss(input, 1.0), rel=1e-15)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_17_a_vector_gives_what_a_batch_of_one_gives(normal, reduction):
    x, t = normal(9), normal(9)
    single = logits_loss(x, t, reduction=reduction, validate=False)
    batch = logits_loss(x[None], t[None], reduction=reduction, validate=False)
    assert_same_bits(np.asarray(single), np.squeeze(batch, 0) if reduction == "none" else np.asarray(batch))


# 18 to 24: elementwise functions


@pytest.mark.parametrize("dtype", [bool, *"bBhHiIlL", *FLOATS[:3], ml_dtypes.bfloat16], ids=str)
def test_18_sigmoid_equals_expit(rng, dtype):
    with np.errstate(all="ignore"):
        x = (rng.normal(size=500) * 20).astype(dtype)
    got, want = F.sigmoid(x), scipy.special.expit(x.astype(np.float64))
    spacing = np.spacing(np.abs(want).astype(got.dtype)).astype(np.float64)
    np.testing.assert_array_less(np.abs(got.astype(np.float64) - want), 4 * spacing)


def test_19_log_sigmoid_and_logit_equal_their_references(rng):
    x = rng.normal(size=500) * 20
    want = np.where(x < 0, x - np.log1p(np.exp(np.minimum(x, 0))), -np.log1p(np.exp(-np.maximum(x, 0))))
    np.testing.assert_allclose(F.logsigmoid(x), want, rtol=1e-14)
    p = rng.uniform(0.001, 0.999, 500)
    np.testing.assert_allclose(F.logit(p), scipy.special.logit(p), rtol=1e-13)
    np.testing.assert_allclose(F.logit(p, 0.2), scipy.special.logit(np.clip(p, 0.2, 0.8)), rtol=1e-13)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (5, 5), (5, 5, 5)])
@pytest.mark.parametrize("weight_shape", [None, (1,), (1, 5), (5,), (5, 5)])
@pytest.mark.parametrize("pos_weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_20_every_shape_with_weights_that_broadcast_to_it(
    normal, uniform, shape, weight_shape, pos_weighted, reduction
):
    x, t = normal(*shape), uniform(*shape)
    weight = None if weight_shape is None else uniform(*weight_shape)
    pos_weight = uniform(5) if pos_weighted else None
    factors = [np.shape(factor) for factor in (weight, pos_weight) if factor is not None]
    call = {"weight": weight, "pos_weight": pos_weight, "reduction": reduction}
    if np.broadcast_shapes(shape, *factors) != shape:
        with pytest.raises(ValueError, match="does not broadcast"):
            logits_loss(x, t, **call)
        return
    want = by_hand(x, t, *(1.0 if factor is None else factor for factor in (weight, pos_weight)), reduction)
    assert_close(logits_loss(x, t, **call), want)


SPECIALS = [0, 1e-3, 0.25, 1, np.pi / 2, np.pi, np.pi - 1e-5, 501, 1001.2, 13437.7, 4988429.2, 1e20, np.inf, np.nan]
ONE_ARGUMENT = [row["name"] for row in pysigmoid._core.functions if row["nin"] == 1]
TWO_ARGUMENTS = [row["name"] for row in pysigmoid._core.functions if row["nin"] == 2]


def specials(dtype):
    positive = narrowed(np.array(SPECIALS), dtype)
    return np.concatenate([positive, -positive])


def narrowed(x, dtype):
    """What is too large for the dtype becomes infinite there."""
    with np.errstate(over="ignore"):
        return x.astype(dtype)


@over_floats
@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_21_special_values_keep_the_bound_of_the_function(name, dtype):
    check(name, specials(dtype))


@over_floats
def test_21_loss_of_special_logits_keeps_its_bound(dtype):
    logits, labels = (grid.ravel() for grid in np.meshgrid(specials(dtype), np.array([0, 0.25, 1], dtype)))
    check("bce_with_logits", logits, labels)
    check("bce_with_logits_value_and_grad", logits, labels)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_21_integers_give_the_bits_of_their_floats(name, dtype):
    wanted = [1, -1, 55, -55, 127, -127, -128, 1113, -1113, 10701, -10701]
    integers = np.array([i for i in wanted if np.iinfo(dtype).min <= i <= np.iinfo(dtype).max], dtype)
    function, floats = getattr(pysigmoid, name), integers.astype(np.float32 if dtype in (np.int8, np.int16) else float)
    got, want = (
        np.stack(function(numbers)) if function.nout == 2 else function(numbers) for numbers in (integers, floats)
    )
    assert_same_bits(got, want)


ARRAYS = {
    "empty": lambda x: x[:0],
    "empty 3-d": lambda x: x[:0].reshape(0, 3, 3),
    "empty middle": lambda x: x[:0].reshape(1, 0, 5),
    "empty 4-d": lambda x: x[:0].reshape(6, 0, 0, 0),
    "812": lambda x: x[:812],
    "1029 x 917 at an odd offset": lambda x: np.resize(x, 1029 * 917 + 1)[1:].reshape(1029, 917),
    "every second of 1026": lambda x: x[:1026:2],
    "transposed 789 x 357": lambda x: np.resize(x, (789, 357)).T,
    "stride 0": lambda x: np.broadcast_to(x[:7], (5, 7)),
    "overlapping windows": lambda x: np.lib.stride_tricks.sliding_window_view(x[:100], 9),
}


@pytest.fixture
def with_specials(rng):
    x = (rng.normal(size=1500) * 20).astype(np.float32)
    x[1::50] = np.resize(specials(np.float32), 30)
    return x


@pytest.mark.parametrize("name", [*ONE_ARGUMENT, *TWO_ARGUMENTS])
@pytest.mark.parametrize("array", ARRAYS)
def test_22_shape_and_strides_change_no_bit(with_specials, name, array):
    x, function = ARRAYS[array](with_specials), getattr(pysigmoid, name)
    inputs = [x] * function.nin
    got = function(*inputs)
    assert np.shape(got[0] if function.nout == 2 else got) == x.shape
    flat = function(*(np.ascontiguousarray(input).ravel() for input in inputs))
    for one, other in zip(*((result,) if function.nout == 1 else result for result in (got, flat)), strict=True):
        assert_same_bits(np.ravel(one), other)


@pytest.mark.parametrize("name", UFUNC_OF)
@over_floats
def test_23_strided_and_in_place_have_the_bits_of_contiguous(with_specials, name, dtype):
    function, x = getattr(F, name), narrowed(with_specials, dtype)
    want = function(x)
    assert_same_bits(function(np.repeat(x, 3)[::3]), want)
    assert_same_bits(function(x[::-1])[::-1], want)
    assert function(x, out=x) is x
    assert_same_bits(x, want)


@pytest.mark.parametrize("name", UFUNC_OF)
def test_23_in_place_on_integers_is_an_error_that_leaves_them_alone(name):
    x = np.array([0, 1])
    with pytest.raises(TypeError, match="Cannot cast"):
        getattr(F, name)(x, out=x)
    assert x.tolist() == [0, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_24_logit_outside_its_range_is_nan(dtype):
    d = np.array([1e-5, 1e-3, 0.1, 1, 10, 100], dtype)
    assert np.all(np.isnan(F.logit(np.concatenate([-d, 1 + d]))))


@pytest.mark.parametrize(("dtype", "result"), [(bool, np.float32), (np.int16, np.float32), (np.int32, np.float64)])
def test_24_logit_of_integers_has_the_dtype_of_the_ufuncs(dtype, result):
    assert_same_bits(F.logit(np.array([0, 1], dtype)), np.array([-np.inf, np.inf], result))


def test_24_logit_gives_torchs_values_with_and_without_eps():
    p = np.float32([0, 1, -0.1, 1.1, np.nan, 0.5])
    np.testing.assert_array_equal(F.logit(p), [-np.inf, np.inf, np.nan, np.nan, np.nan, 0])
    want = [-13.81551, 13.80232, -13.81551, 13.80232, np.nan, 0]
    np.testing.assert_allclose(F.logit(p, 1e-6), want, rtol=1e-6)


# The right values where torch's are wrong


def shown(digits):
    """The relative size of half a unit in the last of the digits a table shows."""
    return 0.5 * 10.0 ** (1 - digits)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_passes_through_the_subnormal_numbers(dtype):
    last = {np.float32: -103.97, np.float64: -745.13}[dtype]
    assert F.sigmoid(dtype(last)) == np.finfo(dtype).smallest_subnormal
    assert F.sigmoid(dtype(last - 0.01)) == 0
    assert F.sigmoid(np.float32(-100)) == np.float32(3.783506e-44)


def test_derivative_is_right_where_autograd_gives_zero():
    assert_same_bits(pysigmoid.sigmoid_derivative(np.float32(20)), np.float32(2.0611537e-9))
    assert_same_bits(pysigmoid.sigmoid_derivative(40.0), np.float64(4.248354255291589e-18))


def test_second_derivatives_from_the_public_functions():
    """sigma'' = -sigma'(x) tanh(x/2), and (log sigma)'' = -sigma'(x)."""
    slope, half = pysigmoid.sigmoid_derivative(np.float32(1e-5)), np.float32(0.5e-5)
    assert -slope * np.tanh(half) == pytest.approx(-1.25e-6, rel=3e-7)
    assert -pysigmoid.sigmoid_derivative(40.0) == pytest.approx(-4.248354e-18, rel=shown(7))


TAILS = [
    # logit, label, loss, gradient
    (-20, 0, 2.0611537e-9, 2.0611536e-9),
    (-10, 0, 4.5398901e-5, 4.5397868e-5),
    (20, 1, 2.0611537e-9, -2.0611537e-9),
    (10, 1, 4.5398901e-5, -4.5397868e-5),
]


@pytest.mark.parametrize(("x", "y", "loss", "grad"), TAILS)
def test_loss_and_gradient_are_right_in_the_tails(x, y, loss, grad):
    got = F.binary_cross_entropy_with_logits_value_and_grad(np.float32(x), y)
    np.testing.assert_allclose(got, (loss, grad), rtol=1.2e-7)


def test_loss_at_infinite_logits_is_its_limit():
    got = logits_loss([np.inf, -np.inf, -np.inf], [1, 0, 1], reduction="none")
    np.testing.assert_array_equal(got, [0, 0, np.inf])


def test_loss_on_logits_is_exact_where_the_one_on_probabilities_is_cut():
    assert logits_loss(np.float32(20), 0) == 20
    assert probs_loss(F.sigmoid(np.float32(20)), 0) == 100


def test_silu_and_glu_are_right_in_the_tail():
    np.testing.assert_allclose(F.silu(np.float32(-89)), -1.982354e-37, rtol=shown(7))
    assert_same_bits(F.silu(np.float32(-np.inf)), np.float32(-0.0))
    assert_same_bits(F.glu(np.float32([1, -100])), np.float32([3.783506e-44]))


def test_logit_is_right_around_one_half():
    assert F.logit(np.float32(0.5 - 2.0**-25)) == pytest.approx(-1.192093e-7, rel=shown(7))


def test_softplus_has_no_threshold():
    rounding = np.spacing(25.0) / 2
    assert abs(F.softplus(25.0) - 25 - 1.3888e-11) <= rounding


def test_loss_in_bfloat16_is_rounded_once():
    got = logits_loss(np.array([-5], ml_dtypes.bfloat16), [0], reduction="none")
    assert_same_bits(got, np.array([0.006714], ml_dtypes.bfloat16))


@over_floats
@pytest.mark.parametrize("name", UFUNC_OF)
def test_one_value_has_the_same_bits_at_every_place(rng, name, dtype):
    function = getattr(F, name)
    for value in rng.random(30).astype(dtype):
        alone = function(value)
        assert_same_bits(function(np.full(33, value)), np.full(33, alone))
        assert_same_bits(function(np.full(66, value)[::2]), np.full(33, alone))
        assert_same_bits(function(np.full((33, 2), value)[:, 1]), np.full(33, alone))


def test_smoothing_and_pos_weight_give_the_tables_values():
    assert logits_loss(2.0, 1.0, label_smoothing=0.1) == pytest.approx(0.226928011, rel=shown(9))
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(-1.0, 1.0, pos_weight=3.0)
    assert (loss, grad) == (pytest.approx(3.939785063, rel=shown(10)), pytest.approx(-2.193175736, rel=shown(10)))


def test_labels_of_any_type_are_accepted():
    for dtype in (bool, np.int64, np.uint8):
        assert logits_loss(np.float32([1, -1]), np.array([1, 0], dtype)) == np.float32(0.3132617)


# Other libraries


def test_optax_integer_labels_and_both_tails():
    got = logits_loss(np.float32([-100, 100]), np.array([0, 1]), reduction="none")
    np.testing.assert_allclose(got, [3.783506e-44] * 2, rtol=0.02)
    assert np.all(got > 0)


def test_jax_flushes_subnormal_results_and_we_do_not():
    assert F.sigmoid(np.float32(-88)) == pytest.approx(6.054602e-39, rel=shown(7))
    assert pysigmoid.sigmoid_derivative(np.float32(17)) == pytest.approx(4.139937e-8, rel=shown(7))


def test_tensorflow_reference_values():
    logits, labels = [1, -1, 0, 1, -1, 0, 0], [0, 0, 0, 1, 1, 1, 0.5]
    want = [1.3132617, 0.3132617, 0.6931472, 0.3132617, 1.3132617, 0.6931472, 0.6931472]
    np.testing.assert_allclose(logits_loss(np.float32(logits), labels, reduction="none"), want, rtol=shown(8) * 2)


def test_keras_mean_over_an_axis_and_with_sample_weights(normal, uniform):
    x, t, weight = normal(6, 3), uniform(6, 3), uniform(6)
    terms = by_hand(x, t)
    assert_close(logits_loss(x, t, axis=-1), terms.mean(-1))
    want = (terms * weight[:, None]).sum() / (weight.sum() * 3)
    assert_close(logits_loss(x, t, weight[:, None], reduction="weighted_mean"), want)


def test_torchvision_focal_values():
    got = F.sigmoid_focal_loss(np.float32([2, 20]), np.float32([1, 1]))
    np.testing.assert_allclose(got, [4.5089071e-4, 2.189128e-27], rtol=shown(7))
    x, y = np.float32([-3, 0.5]), np.float32([0, 1])
    assert_same_bits(F.sigmoid_focal_loss(x, y, alpha=-1), F.sigmoid_focal_loss(x, y, alpha=None))


# Errors


def test_errors_name_argument_value_and_remedy():
    with pytest.raises(ValueError, match=r"target is 2\.0") as error:
        logits_loss(0.5, 2.0)
    assert "between 0 and 1" in str(error.value)
    with pytest.raises(ValueError, match=r"\(target \+ 1\) / 2"):
        logits_loss(0.5, -1.0)
    with pytest.raises(ValueError, match=r"weight has shape \(5, 4\).*\(4,\)"):
        logits_loss(np.zeros(4), np.zeros(4), np.ones((5, 4)))


def test_pos_weight_may_be_a_python_float():
    assert logits_loss(0.0, 1.0, pos_weight=2.0) == pytest.approx(2 * np.log(2), rel=1e-15)


def test_torchs_positional_arguments_mean_the_same_here(normal, uniform):
    x, t, w = normal(5), uniform(5), uniform(5)
    for loss, input in ((logits_loss, x), (probs_loss, F.sigmoid(x))):
        assert_same_bits(loss(input, t, w, None, None, "sum"), loss(input, t, w, reduction="sum"))
        assert_same_bits(loss(input, t, size_average=None, reduce=None), loss(input, t))
    assert_same_bits(logits_loss(x, t, None, None, None, "none", w), logits_loss(x, t, reduction="none", pos_weight=w))
    assert_same_bits(nn.BCELoss(w, None, None, "sum")(F.sigmoid(x), t), probs_loss(F.sigmoid(x), t, w, reduction="sum"))
    got = nn.BCEWithLogitsLoss(w, None, None, "sum", w)(x, t)
    assert_same_bits(got, logits_loss(x, t, w, reduction="sum", pos_weight=w))
    got = F.sigmoid_focal_loss(x, t, 0.5, 1, "sum")
    assert_same_bits(got, F.sigmoid_focal_loss(x, t, alpha=0.5, gamma=1.0, reduction="sum"))


@pytest.mark.parametrize("loss", [logits_loss, probs_loss], ids=["logits", "probs"])
def test_torchs_options_from_before_reduction_are_told_which_reduction_they_mean(loss):
    for options, meant in (
        ({"size_average": True}, "mean"),
        ({"size_average": False}, "sum"),
        ({"reduce": True}, "mean"),
        ({"reduce": False}, "none"),
        ({"reduce": False, "size_average": False}, "none"),
    ):
        for name, value in options.items():
            with pytest.raises(TypeError, match=rf"{name} is {value}.*pass reduction='{meant}'$"):
                loss([0.5], [1], **options)
    with pytest.raises(TypeError, match=r"size_average is 'sum'.*pass reduction='sum'$"):
        loss([0.5], [1], None, "sum")
    with pytest.raises(TypeError, match=r"size_average is array.*pass reduction='mean'$"):
        loss([0.5], [1], None, np.ones(2))


def test_nothing_warns_on_the_way():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for dtype in FLOATS:
            x = np.array([np.inf, -np.inf, np.nan, 6e4, -6e4, 1e-7], dtype)
            for name in UFUNC_OF:
                getattr(F, name)(x)
            F.logit(x, 0.1)
            F.glu(x)
            logits_loss(x, np.ones(6, dtype), 3.0)
            probs_loss(x, x, validate=False)
