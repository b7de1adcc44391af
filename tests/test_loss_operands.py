"""The losses over operands of any dtype, shape and memory layout, against their definition in long double."""

from dataclasses import dataclass

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pysigmoid
from calls import FLOATS, REDUCTIONS, assert_same_bits, assert_same_results, results
from calls import FOCAL as FOCAL_LOSSES
from calls import LOGISTIC as LOGISTIC_LOSSES
from pysigmoid import functional as F
from ulp import format_of, widened

INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
NUMBERS = tuple(map(np.dtype, (bool, *INTEGERS, *FLOATS)))

RESULTS = {
    "value": ("value",),
    "value and gradient": ("value", "gradient"),
    "gradient and Hessian": ("gradient", "Hessian"),
    "value, gradient and Hessian": ("value", "gradient", "Hessian"),
}
LOGISTIC, FOCAL = (dict(zip(RESULTS, family, strict=True)) for family in (LOGISTIC_LOSSES, FOCAL_LOSSES))
PROBABILITY = {"value": F.binary_cross_entropy}
BUFFER = {"value": "out", "gradient": "grad_out", "Hessian": "hess_out"}


@dataclass(frozen=True)
class Layout:
    """How an array lies in memory: order of the axes, steps along them in elements, bytes of shift, byte order."""

    order: tuple[int, ...]
    steps: tuple[int, ...]
    shift: int
    swapped: bool

    def apply(self, array):
        """The same array, laid out so. Along an axis with step 0 all elements are the first one."""
        array = self.repeated(array)
        dtype = array.dtype.newbyteorder() if self.swapped else array.dtype
        spread = [length * max(1, abs(step)) for length, step in zip(array.shape, self.steps, strict=True)]
        memory = np.zeros(int(np.prod(spread)) * dtype.itemsize + self.shift, np.uint8)
        view = memory[self.shift :].view(dtype).reshape([spread[axis] for axis in self.order])
        view = view.transpose(np.argsort(self.order).astype(int))
        for axis, step in enumerate(self.steps):
            ends = slice(None, None, step) if step else slice(0, 1)
            view = view[(slice(None),) * axis + (ends,)]
        view[...] = array[tuple(slice(None) if step else slice(0, 1) for step in self.steps)]
        return np.broadcast_to(view, array.shape) if 0 in self.steps else view

    def repeated(self, array):
        """The array with its first elements in place of all others along axes with step 0."""
        first = array[tuple(slice(None) if step else slice(0, 1) for step in self.steps)]
        return np.broadcast_to(first, array.shape).copy()


@st.composite
def layouts(draw, dimensions, dtype, steps=(1, 1, 2, 3, -1, -2)):
    shift = draw(st.sampled_from((0, 0, 1)))
    swapped = dtype != ml_dtypes.bfloat16 and dtype.itemsize > 1 and draw(st.booleans())
    order = draw(st.permutations(range(dimensions)))
    return Layout(tuple(order), tuple(draw(st.sampled_from(steps)) for _ in range(dimensions)), shift, swapped)


SIDES = st.one_of(st.integers(1, 6), st.sampled_from((0, 1, 16, 17, 64, 65)))
SHAPES = st.one_of(
    st.lists(SIDES, min_size=0, max_size=4).filter(lambda sides: np.prod(sides) <= 3000).map(tuple),
    st.sampled_from(((1025,), (3, 1025), (1025, 3), (2049,), (2, 2, 1030))),
)


@dataclass
class Call:
    """One call: the numbers it is made with, and how each array lies in memory."""

    family: dict
    outputs: str
    arrays: dict  # by name, contiguous
    layouts: dict
    options: dict

    def function(self):
        return self.family[self.outputs]

    def with_arrays(self, lay_out):
        arrays = {name: lay_out(name, array) for name, array in self.arrays.items()}
        return (arrays.pop("logits"), arrays.pop("labels")), arrays

    def plain(self, **given):
        """Results for contiguous copies."""
        pair, others = self.with_arrays(lambda name, array: array.copy())
        return results(self.function()(*pair, **others, **self.options, **given))


@st.composite
def calls(draw, families=(LOGISTIC, FOCAL, PROBABILITY)):
    family, shape = draw(st.sampled_from(families)), draw(SHAPES)
    dimensions, outputs = len(shape), draw(st.sampled_from(sorted(family)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arrays, laid_out, options = {}, {}, {}

    def add(name, array, steps=(1, 1, 2, 3, -1, -2, 0)):
        layout = draw(layouts(array.ndim, array.dtype, steps))
        arrays[name], laid_out[name] = layout.repeated(array), layout

    def factor_shape():
        kept = [length if draw(st.booleans()) else 1 for length in shape]
        return tuple(kept[draw(st.integers(0, dimensions)) :])

    add("logits", draw_logits(rng, shape, draw(st.sampled_from(NUMBERS)), family is PROBABILITY))
    add("labels", draw_labels(rng, shape, draw(st.sampled_from(NUMBERS))))
    if draw(st.booleans()):
        add("weight", draw_factor(rng, factor_shape(), draw(st.sampled_from(NUMBERS))))
    if draw(st.booleans()):
        add("where", rng.random(factor_shape()) < 0.6)
    if family is LOGISTIC:
        if draw(st.booleans()):
            add("pos_weight", draw_factor(rng, factor_shape(), draw(st.sampled_from(NUMBERS))))
        if draw(st.booleans()):
            options["ignore_value"] = draw(st.sampled_from((0, 1, 0.5, np.nan)))
        options["label_smoothing"] = draw(st.sampled_from((0.0, 0.0, 0.125, 1.0)))
    elif family is FOCAL:
        options |= {"gamma": draw(st.sampled_from((0, 2, 1.5))), "alpha": draw(st.sampled_from((None, 0.25)))}
    options["reduction"] = draw(st.sampled_from(REDUCTIONS))
    if options["reduction"] != "none":
        axes = st.lists(st.integers(0, max(0, dimensions - 1)), max_size=dimensions, unique=True).map(tuple)
        options["axis"] = draw(st.one_of(st.none(), axes))
        if outputs != "gradient and Hessian":
            options["keepdims"] = draw(st.booleans())
    return Call(family, outputs, arrays, laid_out, options)


def draw_logits(rng, shape, dtype, in_unit):
    if in_unit:
        return rng.random(shape).round(3).astype(dtype)
    numbers = rng.normal(size=shape) * rng.choice([0.5, 3, 20], shape)
    return (np.abs(numbers) if dtype.kind in "bu" else numbers).astype(dtype)


def draw_labels(rng, shape, dtype):
    soft = np.round(rng.random(shape) * 8) / 8
    return (soft if dtype.kind not in "biu" else soft > 0.5).astype(dtype)


def draw_factor(rng, shape, dtype):
    return (rng.random(shape) * 3).astype(dtype)


# ---- the definition ----


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def definition(call):
    """Terms of the loss and its derivatives with the scales of what is added up, what counts, and the divisors."""
    wide = {name: widened(array) for name, array in call.arrays.items() if name != "where"}
    x, y = wide["logits"], wide["labels"]
    one = np.longdouble(1)
    w, p = wide.get("weight", one), wide.get("pos_weight", one)
    s = np.longdouble(call.options.get("label_smoothing", 0.0))
    counted = np.broadcast_to(call.arrays.get("where", np.True_), x.shape)
    ignored = call.options.get("ignore_value")
    if ignored is not None:
        counted = counted & ~(np.isnan(y) if np.isnan(ignored) else y == ignored)
    a, b = w * ((1 - y) * (1 - s) + s / 2), w * p * (y * (1 - s) + s / 2)
    if call.family is PROBABILITY:
        with np.errstate(divide="ignore"):
            pairs = {"value": (-a * np.maximum(np.log1p(-x), -100), -b * np.maximum(np.log(x), -100))}
    else:
        slope = sigmoid(x) * sigmoid(-x)
        pairs = {
            "value": (a * softplus(x), b * softplus(-x)),
            "gradient": (a * sigmoid(x), -b * sigmoid(-x)),
            "Hessian": (a * slope, b * slope),
        }
    terms = {
        name: (np.where(counted, one + two, 0), np.where(counted, abs(one) + abs(two), 0))
        for name, (one, two) in pairs.items()
    }
    reduction, axes = call.options["reduction"], call.options.get("axis")
    share = {"mean": one, "weighted_mean": np.broadcast_to(w, x.shape)}.get(reduction)
    if share is None:
        return terms, one
    return terms, np.sum(np.where(counted, share, 0), axes, keepdims=True)


# A narrow result is rounded once, from a pair of floats, or from double after a handful of roundings there. float64 is
# worked in pairs of doubles; the divisor of a derivative, and the weight of a loss from probabilities, round again. Of
# the terms that cancel pairs of floats leave 2^-30, pairs of doubles and the reference itself 2^-58.
HALF_ULP = {"float16": 0.501, "bfloat16": 0.501, "float32": 0.51, "float64": 0.6, "longdouble": 8}
HALF_ULP_OF_VALUES = {**HALF_ULP, "float32": 0.61}
LEFT_OVER = {
    "float16": 2.0**-30,
    "bfloat16": 2.0**-30,
    "float32": 2.0**-30,
    "float64": 2.0**-58,
    "longdouble": 2.0**-59,
}


def assert_near(got, want, scale, rounded_again, terms=0, half_ulp=HALF_ULP):
    """Each result within its bound of the definition; a sum of n terms adds n roundings of double at most."""
    got, fmt = np.asarray(got), format_of(got)
    roundings = terms * (2.0**-64 if fmt.name == "longdouble" else 2.0**-53)
    with np.errstate(all="ignore"):
        bound = half_ulp[fmt.name] + (1 if rounded_again and fmt.name in ("float64", "longdouble") else 0)
        spacing = np.ldexp(np.longdouble(1), fmt.spacing_exponent(np.asarray(want)))
        allowed = bound * spacing + (LEFT_OVER[fmt.name] + roundings) * scale
        error = np.abs(widened(got) - want)
        largest = np.ldexp(np.longdouble(1), fmt.overflow) if fmt.name != "longdouble" else np.inf
        fine = (
            (error <= allowed) | (np.isnan(got) & np.isnan(want)) | (np.isinf(got) & (np.abs(want) >= largest * 0.99))
        )
    assert np.all(fine), (got[~fine][:3], np.asarray(want)[~fine][:3], (error / spacing)[~fine][:3])


def check_against_definition(call, got):
    terms, divisor = definition(call)
    reduction, axes = call.options["reduction"], call.options.get("axis")
    with np.errstate(all="ignore"):
        for name, result in zip(RESULTS[call.outputs], got, strict=True):
            number, scale = terms[name]
            if name != "value":
                added = number.size if reduction == "weighted_mean" else 0
                quotients = [np.where(part == 0, 0, part / divisor) for part in (number, scale)]
                assert_near(result, *quotients, reduction != "none", added)
            elif reduction == "none":
                assert_near(result, number, scale, call.family is PROBABILITY, half_ulp=HALF_ULP_OF_VALUES)
            else:
                sums = [np.sum(part, axes, keepdims=True) / divisor for part in (number, scale)]
                shape = np.sum(number, axes, keepdims=call.options.get("keepdims", False)).shape
                parts = (part.reshape(shape) for part in sums)
                assert_near(result, *parts, True, 2 * max(1, number.size), half_ulp=HALF_ULP_OF_VALUES)


# ---- the tests ----


several = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@several
@given(calls())
def test_layout_changes_no_bit_and_every_result_keeps_its_bound(call):
    plain = call.plain()
    pair, others = call.with_arrays(lambda name, array: call.layouts[name].apply(array))
    with pysigmoid.num_threads(3):
        assert_same_results(call.function()(*pair, **others, **call.options), plain)
    if call.family is not FOCAL:
        check_against_definition(call, plain)


@pytest.mark.parametrize("dtype", FLOATS[:3], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_result_off_by_a_bit_or_two_is_noticed(rng, dtype, reduction):
    """The control of the definition's bounds."""
    arrays = {"logits": rng.normal(size=50).astype(dtype), "labels": draw_labels(rng, 50, np.dtype(dtype))}
    call = Call(LOGISTIC, "gradient and Hessian", arrays, {}, {"reduction": reduction})
    right = call.plain()
    check_against_definition(call, right)
    for k in range(2):
        moved = list(right)
        moved[k] = np.nextafter(np.nextafter(right[k], dtype(9)), dtype(9))
        with pytest.raises(AssertionError):
            check_against_definition(call, moved)


@several
@given(calls((LOGISTIC, FOCAL)), st.data())
def test_buffers_hold_the_bits_of_new_results(call, data):
    """Buffers of any layout, or for a derivative one of the inputs, or part of its memory."""
    plain = call.plain()
    pair, others = call.with_arrays(lambda name, array: call.layouts[name].apply(array))
    inputs = {"logits": pair[0], "labels": pair[1], **others}
    buffers = {}
    for name, result in zip(map(BUFFER.get, RESULTS[call.outputs]), plain, strict=True):
        in_place = [
            array
            for array in inputs.values()
            if array.dtype == result.dtype.newbyteorder() or array.dtype == result.dtype
            if array.shape == np.shape(result) and array.flags.writeable
            if not any(np.shares_memory(array, buffer) for buffer in buffers.values())
        ]
        choices = [None, *in_place, *(array[::-1] for array in in_place if array.ndim)]
        chosen = data.draw(st.sampled_from(range(len(choices))), label=f"{name} in place of input")
        if choices[chosen] is not None:
            buffers[name] = choices[chosen]
        else:
            empty = np.full(np.shape(result), 77, result.dtype)
            layout = data.draw(layouts(empty.ndim, empty.dtype), label=name)
            buffers[name] = layout.apply(empty)
    got = results(call.function()(*pair, **others, **call.options, **buffers))
    for one, buffer, want in zip(got, buffers.values(), plain, strict=True):
        assert one is buffer
        assert_same_bits(one.astype(one.dtype.newbyteorder("=")), np.asarray(want))


@pytest.mark.parametrize("step", [8, 12, -8, 16, -20, 24])
@pytest.mark.parametrize("buffer_step", [8, 12, -8, 16, 24])
def test_gradient_buffer_may_lie_among_the_logits_in_any_way(step, buffer_step):
    """Byte by byte past each other: apart, overlapping, identical, and each in the gaps of the other."""
    n, numbers = 4, np.array([-2.5, 0.25, 1.75, 3.5])
    labels, reach = np.array([0.0, 1.0, 0.25, 1.0]), n * 24
    value, want = F.binary_cross_entropy_with_logits_value_and_grad(numbers, labels)

    def view(memory, begin, step):
        first = begin if step > 0 else begin - step * (n - 1)
        return np.ndarray((n,), np.float64, memory, first, (step,))

    for begin in range(2 * reach):
        memory = np.zeros(3 * reach, np.uint8)
        logits, buffer = view(memory, reach, step), view(memory, begin, buffer_step)
        logits[...] = numbers
        got, grad = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels, grad_out=buffer)
        assert grad is buffer
        assert_same_results((got, grad), (value, want))


@several
@given(calls(), st.data())
def test_error_is_the_same_with_buffers_and_leaves_them_as_they_were(call, data):
    """One label that counts is wrong; buffers are new ones, or the logits."""
    counted = np.broadcast_to(call.arrays.get("where", np.True_), call.arrays["logits"].shape)
    wrong = np.argwhere(counted)
    labels = call.arrays["labels"]
    if labels.dtype == bool or not len(wrong) or 0 in call.layouts["labels"].steps:
        return
    labels[tuple(wrong[data.draw(st.integers(0, len(wrong) - 1))])] = data.draw(st.sampled_from((2, 100)))
    names = [BUFFER[name] for name in RESULTS[call.outputs]] if call.family is not PROBABILITY else []
    with pytest.raises(ValueError, match="must lie between 0 and 1") as without:
        call.plain()
    pair, others = call.with_arrays(lambda name, array: call.layouts[name].apply(array))
    shapes = {name: pair[0].shape for name in names}
    if "out" in names and call.options["reduction"] != "none":
        axes, keep = call.options.get("axis"), call.options.get("keepdims", False)
        shapes["out"] = np.sum(pair[0], axes, keepdims=keep, dtype=np.float64).shape
    buffers = {name: np.full(shape, 77, np.longdouble) for name, shape in shapes.items()}
    if "grad_out" in names and pair[0].flags.writeable and pair[0].dtype in map(np.dtype, FLOATS):
        buffers["grad_out"] = pair[0]
    before = {name: buffer.tobytes() for name, buffer in buffers.items()}
    with pytest.raises(ValueError, match="must lie between 0 and 1") as with_buffers:
        call.function()(*pair, **others, **call.options, **buffers)
    assert str(with_buffers.value) == str(without.value)
    assert {name: buffer.tobytes() for name, buffer in buffers.items()} == before
