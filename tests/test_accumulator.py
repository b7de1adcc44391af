"""Exact sums of losses: no split, order, number of threads or way of merging changes a bit of them."""

import copy
import math
import pickle
import random
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pysigmoid
from calls import assert_same_bits
from pysigmoid import _core
from pysigmoid import functional as F

SUMS = ("mean", "sum", "weighted_mean")
SCALES = (1e-300, 1e-3, 1, 10, 60, 700, 1e200)
LENGTHS = (0, 1, 2, 63, 64, 65, 1000, 1023, 1024, 1025, 4096, 20_001)


def total_of(terms):
    """An accumulator whose losses are these numbers, exactly: they are weights of a loss of 1."""
    total = F.LossAccumulator("binary_cross_entropy")
    total.add(np.full(np.shape(terms), math.exp(-1)), np.ones(np.shape(terms)), terms)
    return total


def sum_of_weights(terms):
    """The weights take the same way as the losses, and nothing rounds them before."""
    total = total_of(terms)._totals
    return _core.values_of_totals(total, 5, np.dtype(np.float64))[()]


def samples(n, scale, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    logits = (rng.normal(size=n) * min(scale, 1e200)).astype(dtype)
    return logits, rng.random(n), rng.normal(size=n)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("n", LENGTHS)
def test_sums_are_those_of_fsum(n, scale):
    logits, labels, weight = samples(n, scale)
    for factor in (None, weight):
        total = F.LossAccumulator()
        total.add(logits, labels, factor)
        terms = F.binary_cross_entropy_with_logits(logits, labels, factor, reduction="none")
        assert total.value("sum") == math.fsum(terms)
        assert total.count == n


def as_double(exact):
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_numbers_add_up_to_their_exact_sum(numbers):
    """From the smallest to the largest, with cancellation; beyond double the sum is infinite, as rounding has it."""
    assert sum_of_weights(np.array(numbers)) == as_double(sum(map(Fraction, numbers)))


@pytest.mark.parametrize("repeats", [1, 30, 100])
def test_blocks_of_any_numbers_add_up_as_well(repeats):
    rng = np.random.default_rng(repeats)
    bits = rng.integers(0, 2**64, 64, dtype=np.uint64).view(np.float64)
    numbers = np.repeat(bits[np.isfinite(bits)], repeats)
    rng.shuffle(numbers)
    assert sum_of_weights(numbers) == as_double(sum(map(Fraction, numbers.tolist())))
    assert sum_of_weights(np.concatenate([numbers, -numbers[::-1]])) == 0


def test_largest_numbers_may_cancel_beyond_double():
    huge = np.full(2048, np.finfo(float).max)
    assert sum_of_weights(np.concatenate([huge, [1.0], -huge])) == 1


def test_infinities_and_nan_are_kept():
    for terms, want in (
        ([np.inf, 1], np.inf),
        ([-np.inf, 1], -np.inf),
        ([np.inf, -np.inf], np.nan),
        ([np.nan, np.inf], np.nan),
    ):
        for around in ([], [0.5] * 5000):
            assert str(sum_of_weights(np.array(around + terms + around))) == str(want)


FLOATS = (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)
PRECISIONS = {np.float16: (11, -24), ml_dtypes.bfloat16: (8, -133), np.float32: (24, -149), np.float64: (53, -1074)}


def nearest(exact, dtype):
    """A fraction rounded to the nearest number of a type, ties to even."""
    bits, least = PRECISIONS[dtype]
    exponent = exact.numerator.bit_length() - exact.denominator.bit_length()
    unit = Fraction(2) ** max(least, exponent - bits)
    while exact / unit >= 2**bits:
        unit *= 2
    return float(round(exact / unit) * unit)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: dtype.__name__)
def test_each_value_is_rounded_once(dtype):
    """Means and weighted means as fractions of integers, rounded at once to each type: no double rounding."""
    for seed in range(60):
        logits, labels, weight = samples(seed + 1, 3, seed)
        weight = np.abs(weight)
        total = F.LossAccumulator()
        total.add(logits, labels, weight)
        terms = F.binary_cross_entropy_with_logits(logits, labels, weight, reduction="none")
        losses, weights = (sum(map(Fraction, array.tolist())) for array in (terms, weight))
        for reduction, divisor in (("sum", 1), ("mean", seed + 1), ("weighted_mean", weights)):
            assert float(total.value(reduction, dtype=dtype)) == nearest(losses / divisor, dtype)


def test_ties_go_to_even_and_what_is_beside_them_does_not():
    def narrow(*terms):
        totals = total_of(np.array(terms))._totals
        return _core.values_of_totals(totals, 5, np.dtype(np.float32))[()]

    assert narrow(1, 2.0**-24) == 1
    assert narrow(1, 2.0**-23, 2.0**-24) == 1 + 2.0**-22
    assert narrow(1, 2.0**-24, 2.0**-1074) == 1 + 2.0**-23
    assert narrow(1, 2.0**-24, -(2.0**-1074)) == 1
    assert narrow(2.0**-150) == 0
    assert narrow(2.0**-150, 2.0**-1000) == 2.0**-149
    assert narrow(2.0**127, 2.0**127) == 2.0**128  # infinite as a float32


def split(n, rng):
    cuts = sorted(rng.randrange(n + 1) for _ in range(rng.randrange(12)))
    return list(zip([0, *cuts], [*cuts, n], strict=True))


def merged_in_a_tree(parts, rng):
    while len(parts) > 1:
        other = parts.pop(rng.randrange(len(parts)))
        rng.choice(parts).merge(other)
    return parts[0]


LOSS_OPTIONS = (
    ("binary_cross_entropy_with_logits", {}),
    ("binary_cross_entropy_with_logits", {"label_smoothing": 0.1}),
    ("sigmoid_focal_loss", {"gamma": 1.5}),
    ("binary_cross_entropy", {}),
)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize(("loss", "options"), LOSS_OPTIONS, ids=str)
def test_any_split_order_and_merge_has_the_bits_of_one_call(loss, options, dtype):
    rng = random.Random(1)
    logits, labels, weight = samples(30_000, 20, dtype=dtype)
    if loss == "binary_cross_entropy":
        logits = pysigmoid.sigmoid(logits)
    where = labels < 0.8
    alone = F.LossAccumulator(loss, **options)
    alone.add(logits, labels, weight, where=where)
    for threads in (1, 2, 5):
        pieces = split(len(logits), rng)
        rng.shuffle(pieces)
        parts = [F.LossAccumulator(loss, **options) for _ in pieces]
        with pysigmoid.num_threads(threads):
            for part, (begin, end) in zip(parts, pieces, strict=True):
                part.add(logits[begin:end], labels[begin:end], weight[begin:end], where=where[begin:end])
        whole = merged_in_a_tree([pickle.loads(pickle.dumps(part)) for part in parts], rng)
        assert whole.count == alone.count == where.sum()
        for reduction in SUMS:
            assert_same_bits(whole.value(reduction), alone.value(reduction))


@pytest.mark.parametrize(("loss", "options"), LOSS_OPTIONS, ids=str)
def test_losses_have_the_digits_that_are_asked_for(loss, options):
    """By default those that the functions round to the dtype of the logits."""
    logits, labels, weight = map(np.float32, samples(3000, 3))
    if loss == "binary_cross_entropy":
        logits = pysigmoid.sigmoid(logits)
    wide = F.LossAccumulator(loss, **options)
    wide.add(np.float64(logits), labels, weight)
    narrow = F.LossAccumulator(loss, **options)
    asked = F.LossAccumulator(loss, dtype=np.float64, **options)
    for total in (narrow, asked):
        total.add(logits, labels, weight)
    assert_same_bits(asked.value(), wide.value())
    lost = abs(narrow.value() - wide.value()) / abs(wide.value())
    assert lost < 2**-30
    assert (lost > 0) == (loss != "sigmoid_focal_loss")  # which is worked in double
    with pytest.raises(ValueError, match=r"dtype=float64.* cannot be merged"):
        narrow.merge(asked)


def test_threads_and_layout_change_no_bit():
    logits, labels, weight = samples(400_000, 5, dtype=np.float32)
    with pysigmoid.num_threads(1):
        want = _totals(logits, labels, weight)
    for threads in (2, 3, 16):
        with pysigmoid.num_threads(threads):
            assert_same_bits(_totals(logits, labels, weight), want)
            assert_same_bits(_totals(logits[::-1], labels[::-1], weight[::-1]), want)
            square = [array.reshape(500, 800).T for array in (logits, labels, weight)]
            assert_same_bits(_totals(*square), want)


def _totals(*arrays):
    total = F.LossAccumulator()
    total.add(*arrays)
    return total._totals


@pytest.mark.parametrize("shape", [(7, 3, 50), (1030, 3), (3, 2000), (1, 5), (2100, 2), (4, 0), (0, 4)], ids=str)
@pytest.mark.parametrize("axis", [0, -1, (0, -1), ()])
def test_axes_that_stay_have_sums_of_their_own(shape, axis):
    n = int(np.prod(shape))
    arrays = [array.reshape(shape) for array in samples(n, 9)]
    total = F.LossAccumulator(axis=axis)
    total.add(*arrays)
    total.add(*arrays, where=arrays[1] < 0.5)
    summed = [a % len(shape) for a in np.atleast_1d(axis).astype(int)]
    kept = [a for a in range(len(shape)) if a not in summed]
    length = int(np.prod([shape[a] for a in summed]))
    rows = [array.transpose(*kept, *summed).reshape(*(shape[a] for a in kept), length) for array in arrays]
    got = [total.value(reduction) for reduction in SUMS]
    assert all(values.shape == tuple(shape[a] for a in kept) for values in got)
    places = list(np.ndindex(got[0].shape))
    for index in places[:: max(1, len(places) // 20)]:
        alone = F.LossAccumulator()
        row = [array[index] for array in rows]
        alone.add(*row)
        alone.add(*row, where=row[1] < 0.5)
        assert np.asarray(total.count)[index] == alone.count
        for values, reduction in zip(got, SUMS, strict=True):
            assert_same_bits(values[index], alone.value(reduction))


def test_without_weights_elements_weigh_one():
    logits, labels, _ = samples(3000, 2)
    total, weighted = F.LossAccumulator(), F.LossAccumulator()
    total.add(logits, labels)
    weighted.add(logits, labels, np.ones(3000))
    assert total.value("weighted_mean") == total.value("mean")
    assert weighted.value("weighted_mean") == weighted.value("mean")
    assert abs(total.value() - weighted.value()) <= np.spacing(total.value())


def test_values_are_near_the_ordinary_ones():
    logits, labels, weight = samples(100_000, 4)
    weight = np.abs(weight)
    total = F.LossAccumulator()
    total.add(logits, labels, weight)
    for reduction in SUMS:
        ordinary = F.binary_cross_entropy_with_logits(logits, labels, weight, reduction=reduction)
        assert abs(total.value(reduction) - ordinary) <= 4 * np.spacing(ordinary)
        narrow = total.value(reduction, dtype=np.float32)
        assert narrow.dtype == np.float32
        assert narrow == np.float32(ordinary)


def test_nothing_added():
    total = F.LossAccumulator()
    assert total.count == 0
    assert total.value("sum") == 0
    assert np.isnan(total.value())
    with pytest.raises(ValueError, match="nothing was added"):
        F.LossAccumulator(axis=0).value()


BAD_BATCHES = (
    ((np.zeros(3), np.array([0, 2, 1])), {}, ValueError, r"target\[1\] is 2"),
    ((np.zeros(3), np.zeros(4)), {}, ValueError, "shape"),
    ((np.zeros(3), np.zeros(3), np.zeros(2)), {}, ValueError, "weight"),
    ((np.zeros(3, np.longdouble), np.zeros(3)), {}, TypeError, "astype"),
    ((np.zeros(3), np.zeros(3)), {"where": [1, 0, 1]}, TypeError, "where"),
)


@pytest.mark.parametrize(("arguments", "options", "error", "text"), BAD_BATCHES, ids=[case[3] for case in BAD_BATCHES])
def test_errors_leave_the_accumulator_as_it_was(arguments, options, error, text):
    total = F.LossAccumulator()
    total.add([0.5, 3.0], [1, 0])
    before = total._totals.copy()
    with pytest.raises(error, match=text):
        total.add(*arguments, **options)
    assert_same_bits(total._totals, before)


def test_unlike_accumulators_do_not_merge():
    total = F.LossAccumulator()
    for other in (F.LossAccumulator(axis=0), F.LossAccumulator(label_smoothing=0.1), F.LossAccumulator(ignore_value=2)):
        with pytest.raises(ValueError, match="same arguments"):
            total.merge(other)
    with pytest.raises(TypeError, match="LossAccumulator"):
        total.merge(3)
    columns, others = F.LossAccumulator(axis=0), F.LossAccumulator(axis=0)
    columns.add(np.zeros((2, 3)), np.zeros((2, 3)))
    others.add(np.zeros((2, 4)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="lengths"):
        columns.merge(others)


def test_options_are_checked():
    for options, error in (
        ({"loss": "hinge"}, ValueError),
        ({"gamma": 3.0}, TypeError),
        ({"label_smoothing": 2.0}, ValueError),
        ({"loss": "sigmoid_focal_loss", "gamma": -1.0}, ValueError),
        ({"loss": "binary_cross_entropy", "label_smoothing": 0.1}, TypeError),
    ):
        with pytest.raises(error):
            F.LossAccumulator(**options)
    with pytest.raises(TypeError, match="pos_weight"):
        F.LossAccumulator("binary_cross_entropy").add([0.5], [1], pos_weight=2.0)
    with pytest.raises(ValueError, match="reduction"):
        F.LossAccumulator().value("none")


def test_ignored_labels_and_masks_leave_the_count():
    total = F.LossAccumulator(ignore_value=-1)
    total.add([1.0, 2.0, 3.0], [1, -1, 0])
    total.add(np.ma.masked_array([1.0, 2.0], [True, False]), [1, 1])
    assert total.count == 3
    want = F.binary_cross_entropy_with_logits([1.0, 3.0, 2.0], [1, 0, 1])
    assert abs(total.value() - want) <= np.spacing(want)


def test_copies_are_apart_and_shown_by_their_arguments():
    total = F.LossAccumulator("sigmoid_focal_loss", gamma=1.0, ignore_value=-1)
    assert repr(total) == "LossAccumulator('sigmoid_focal_loss', ignore_value=-1, gamma=1.0)"
    other = copy.copy(total)
    total.add([0.5], [1])
    assert (total.count, other.count) == (1, 0)
    other.merge(total)
    assert_same_bits(other.value(), total.value())
