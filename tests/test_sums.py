"""Sums of losses: one tree of additions per number of terms, whatever the threads, the layout and the axes."""

import numpy as np
import pytest

import pysigmoid
from calls import assert_same_bits, assert_same_results
from pysigmoid import functional as F

logits_loss = F.binary_cross_entropy_with_logits
loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad

BLOCK = 1024
RUNNING_SUMS = 16
MOST_NODES = 1024

THREADS = (1, 2, 3, 8, 64)
SMALL = (1, 2, 15, 16, 17, 31, 63, 64, 65, 1007, 1008, 1009, 1023, 1024, 1025, 1039, 2047, 2048, 2049, 3071, 3073, 5000)

# Where threads get larger parts of a sum: a part is 1 block up to 1024 of them, then 2, 4, ...
NODE = BLOCK * MOST_NODES
LARGE = (16_383, 16_385, 65_537, 262_144, 300_001, NODE - 1, NODE, NODE + 1, NODE + BLOCK + 1, 1_000_003, 2 * NODE + 5)


def pairwise(terms):
    """Neighbours are added until one number is left; the last of an odd number of them waits for the next round."""
    while terms.size > 1:
        odd = terms[terms.size - terms.size % 2 :]
        terms = np.concatenate([terms[: terms.size - odd.size].reshape(-1, 2).sum(1), odd])
    return terms[0]


def sum_of_block(terms, running_sums=RUNNING_SUMS):
    """Every sixteenth term to one of 16 running sums; these are joined half to half."""
    sums = np.zeros(running_sums, terms.dtype)
    for begin in range(0, terms.size, running_sums):
        part = terms[begin : begin + running_sums]
        sums[: part.size] += part
    while sums.size > 1:
        sums = sums[: sums.size // 2] + sums[sums.size // 2 :]
    return sums[0]


def modelled_sum(terms, block=BLOCK, running_sums=RUNNING_SUMS):
    """The documented tree: blocks of 1024 terms, joined as the digits of a binary counter are carried.

    The counter joins equal parts first, and what is left over from the smallest part up: the order of `pairwise`.
    """
    whole = terms[: terms.size - terms.size % block].reshape(-1, block // running_sums, running_sums)
    sums = np.zeros((len(whole), running_sums), terms.dtype)
    for step in range(block // running_sums):
        sums += whole[:, step]
    while sums.shape[1] > 1:
        sums = sums[:, : sums.shape[1] // 2] + sums[:, sums.shape[1] // 2 :]
    rest = terms[whole.size :]
    return pairwise(np.concatenate([sums[:, 0], [sum_of_block(rest, running_sums)] if rest.size else []]))


@pytest.fixture(scope="module")
def data():
    """Logits whose losses differ by many binades, labels, weights: from integers, by operations of one rounding."""
    rng = np.random.default_rng(34)
    n = max(LARGE)
    logits = np.ldexp(rng.integers(-(2**20), 2**20, n).astype(float), rng.integers(-24, -12, n))
    return logits, rng.random(n), rng.random(n) * 3


HUGE, SMALL_TERM = 2.0**62, 64.0


def telling_logits(n):
    """With labels of 0 each loss is its logit, exactly, since e^-64 is nothing beside 64: terms that tell orders apart.

    Neighbours of 2^62 are 1024 apart. Whatever 64 is added to it alone is lost; what comes as a multiple of 1024 is
    kept; the rest costs 512 at most. The documented tree loses the 63 others of the first running sum, 4032, and keeps
    the other sums of whole blocks, all multiples of 1024; one addition on the way holds the block that is not whole.
    """
    logits = np.full(n, SMALL_TERM)
    logits[0] = HUGE
    return logits


# What each loses of the telling terms. None comes within 512 of 4032 and 512 about it.
OTHER_ORDERS = {
    "left to right: all but the first": lambda terms: np.cumsum(terms)[-1],
    "right to left: 512 at most": lambda terms: np.cumsum(terms[::-1])[-1],
    "the tree reversed: 512 in each of 5 additions at most": lambda terms: modelled_sum(terms[::-1]),
    "neighbours: 64 + 128 + 256 + 512, and 512 at most": pairwise,
    "8 running sums: 127 terms, and 512 at most": lambda terms: modelled_sum(terms, running_sums=8),
    "32 running sums: 31 terms, and 512 at most": lambda terms: modelled_sum(terms, running_sums=32),
    "blocks of 512: 31 terms, and 512 at most": lambda terms: modelled_sum(terms, block=512),
    "blocks of 2048: 127 terms, and 512 at most": lambda terms: modelled_sum(terms, block=2048),
}


def sums_on(threads, *arguments, **options):
    with pysigmoid.num_threads(threads):
        return [logits_loss(*arguments, reduction=reduction, **options) for reduction in ("sum", "mean")]


def test_model_adds_every_term_once():
    for n in (1, 16, 1023, 1024, 1025, 5 * BLOCK + 7):
        assert modelled_sum(np.arange(n, dtype=float)) == n * (n - 1) // 2


@pytest.mark.parametrize("order", OTHER_ORDERS)
def test_other_orders_give_other_bits(order):
    """The control, for every length at which threads share a sum."""
    for n in LARGE:
        terms = logits_loss(telling_logits(n), np.zeros(n), reduction="none")
        assert_same_bits(terms, telling_logits(n))
        lost = int(HUGE) + int(SMALL_TERM) * (n - 1) - int(modelled_sum(terms))
        assert abs(lost - 4032) <= 512
        assert modelled_sum(terms) != OTHER_ORDERS[order](terms)


def assert_sums_are_the_tree(logits, labels):
    total = modelled_sum(logits_loss(logits, labels, reduction="none"))
    for threads in THREADS:
        for got, want in zip(sums_on(threads, logits, labels), (total, total / logits.size), strict=True):
            assert_same_bits(got, want)


@pytest.mark.parametrize("n", [*SMALL, *LARGE])
def test_sums_are_the_documented_tree_on_any_number_of_threads(data, n):
    assert_sums_are_the_tree(data[0][:n], data[1][:n])
    assert_sums_are_the_tree(telling_logits(n), np.zeros(n))


@pytest.mark.parametrize("n", [17, 1025, 300_001, NODE + BLOCK + 1])
def test_divisors_are_the_same_tree_of_weights(data, n):
    logits, labels, weight = (array[:n] for array in data)
    where = labels < 0.7
    total = modelled_sum(np.where(where, logits_loss(logits, labels, weight, reduction="none"), 0))
    divisor = modelled_sum(np.where(where, weight, 0))
    for threads in (1, 3):
        with pysigmoid.num_threads(threads):
            got = logits_loss(logits, labels, weight, where=where, reduction="weighted_mean")
        assert_same_bits(got, total / divisor)


@pytest.mark.parametrize("n", [1025, 300_001])
def test_longdouble_sums_are_the_same_tree(data, n):
    logits, labels = (array[:n].astype(np.longdouble) for array in data[:2])
    total = modelled_sum(logits_loss(logits, labels, reduction="none"))
    for threads in (1, 8):
        for got, want in zip(sums_on(threads, logits, labels), (total, total / n), strict=True):
            assert_same_bits(got, want)


LAYOUTS = {
    "every second": lambda array: np.repeat(array, 2)[::2],
    "reversed": lambda array: array[::-1].copy()[::-1],
    "big endian": lambda array: array.astype(array.dtype.newbyteorder()),
    "column of three": lambda array: np.stack([array] * 3, axis=1)[:, 1],
    "misaligned": lambda array: np.frombuffer(b"x" + array.tobytes(), array.dtype, offset=1),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("n", [17, 1025, 16_385, NODE + 1])
def test_layout_changes_no_bit_on_any_number_of_threads(data, n, layout):
    plain = data[0][:n], data[1][:n]
    laid_out = [LAYOUTS[layout](array) for array in plain]
    want = sums_on(1, *plain)
    for threads in (1, 3, 64):
        assert_same_results(tuple(sums_on(threads, *laid_out)), tuple(want))


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1), (7, 3, -1), (7, -1, 3), (-1, 7, 3)], ids=str)
def test_shape_changes_no_bit(data, shape):
    n = 21 * 50_000
    logits, labels = data[0][:n], data[1][:n]
    pair = [array.reshape(shape) for array in (logits, labels)]
    fortran = [np.asfortranarray(array) for array in pair]
    want = tuple(sums_on(1, logits, labels))
    for threads in (1, 8):
        assert_same_results(tuple(sums_on(threads, *pair)), want)
        assert_same_results(tuple(sums_on(threads, *fortran)), want)
        assert_same_results(tuple(sums_on(threads, *pair, axis=tuple(range(len(shape))))), want)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((200_001, 3), 0),
        ((3, 200_001), 1),
        ((3, 200_001), -1),
        ((20, 30, 701), (0, 2)),
        ((20, 30, 701), (2, 1)),
        ((1025, 400), 0),
        ((400, 1025), 1),
        ((700, 700), 0),
        ((500, 1024), 1),
        ((9000, 5), 1),
        ((2, 2, 3, 9000), (1, 3)),
    ],
    ids=str,
)
def test_each_sum_over_axes_is_the_tree_of_its_own_terms(data, shape, axis):
    n = int(np.prod(shape))
    logits, labels = (np.resize(array, n).reshape(shape) for array in data[:2])
    terms = logits_loss(logits, labels, reduction="none")
    summed = tuple(i % len(shape) for i in np.atleast_1d(axis))
    kept = [i for i in range(len(shape)) if i not in summed]
    rows = terms.transpose(*kept, *sorted(summed)).reshape(*(shape[i] for i in kept), -1)
    want = np.apply_along_axis(modelled_sum, -1, rows)
    for threads in (1, 2, 8):
        with pysigmoid.num_threads(threads):
            assert_same_bits(logits_loss(logits, labels, reduction="sum", axis=axis), want)
            got, grad = loss_and_grad(logits, labels, axis=axis)
        assert_same_bits(got, want / rows.shape[-1])
    with pysigmoid.num_threads(1):
        assert_same_bits(grad, loss_and_grad(logits, labels, axis=axis)[1])


@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=lambda dtype: dtype.__name__)
def test_narrow_sums_are_the_tree_of_double_terms(data, dtype):
    n = 300_001
    logits, labels = np.clip(data[0][:n], -60_000, 60_000).astype(dtype), data[1][:n] < 0.5
    on_one = sums_on(1, logits, labels, dtype=np.float64)
    for threads in THREADS:
        assert_same_results(tuple(sums_on(threads, logits, labels, dtype=np.float64)), tuple(on_one))
        with np.errstate(over="ignore"):
            rounded = [total.astype(dtype) for total in on_one]
        assert_same_results(tuple(sums_on(threads, logits, labels)), tuple(rounded))
