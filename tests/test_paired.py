"""Losses in pairs of floats: what a pair does not hold is worked in double, lane by lane, and shows nowhere else."""

import math
import time

import numpy as np
import pytest

import bounds
from extension import load
from pysigmoid import _core
from pysigmoid import functional as F
from ulp import same_bits

NAMES = [
    "bce_with_logits",
    "bce_with_logits_grad",
    "bce_with_logits_value_and_grad",
    "bce_with_logits_grad_and_hess",
]
MOST = np.float32(42)  # MOST_PAIRED of csrc/math/paired.h
BLOCK = 256

# A logit or a label that a pair does not hold, beside one that it does.
EDGES = [MOST, np.float32(78)]  # the second is MOST_PAIRED_OF_MIDDLING of csrc/kernels/paired_kernels.h
LOGITS = [78.0, *np.nextafter(EDGES, np.float32(100)), 60.0, 87.5, 103.9, 104.1, 200.5, 3e38, np.inf, np.nan]
LABELS = [1.5, -0.25, 2e38, np.inf, np.nan]
OUTSIDE = [(sign * x, y) for x in LOGITS for sign in (1, -1) for y in (0.0, 1.0, 0.375)]
OUTSIDE += [(x, y) for y in LABELS for x in (0.5, -41.0)]


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The extension once for each instruction set."""
    folder = tmp_path_factory.mktemp("paired")
    with pytest.MonkeyPatch.context() as patch:
        return [load(_core.__file__, folder / isa, isa, patch) for isa in _core.isa_available]


def ordinary(n, rng):
    logits = rng.uniform(-41, 41, n).astype(np.float32)
    labels = np.where(rng.random(n) < 0.5, rng.random(n) < 0.5, rng.random(n)).astype(np.float32)
    return logits, labels


@pytest.mark.parametrize("name", NAMES)
def test_numbers_out_of_range_have_their_own_bits_and_change_no_neighbour(modules, name, rng):
    logits, labels = ordinary(3 * BLOCK + 5, rng)
    wants = [bounds.outputs(name, np.float32([x]), np.float32([y])) for x, y in OUTSIDE]
    plain = bounds.outputs(name, logits, labels)
    places = rng.choice(logits.size, (3, len(OUTSIDE)), replace=False)
    for module in modules:
        for at in places:
            x, y = logits.copy(), labels.copy()
            x[at], y[at] = np.float32(OUTSIDE).T
            results = getattr(module, name)(x, y)
            for k, got in enumerate(results if isinstance(results, tuple) else (results,)):
                want = plain[k].copy()
                want[at] = [alone[k][0] for alone in wants]
                assert np.all(same_bits(got, want)), (module.isa, k)


@pytest.mark.parametrize("name", NAMES)
def test_bounds_hold_on_both_sides_of_the_range(name):
    near = MOST * (1 + np.arange(-2000, 2000) * np.float32(2.0**-23))
    tails = np.linspace(30, 110, 4001, dtype=np.float32)
    x = np.concatenate([near, tails])
    for y in (0.0, 1.0, 0.375, 1e-19):
        bounds.check(name, np.concatenate([x, -x]), np.full(2 * x.size, y, np.float32))


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_signs_of_limits(label):
    x = np.float32([np.inf, -np.inf, 110, -110])
    y = np.full(4, label, np.float32)
    loss, grad = _core.bce_with_logits_value_and_grad(x, y)
    right = (x > 0) == (label == 1)
    assert np.all(loss[right] == 0)
    assert np.all(grad[right] == 0)
    assert np.all(np.signbit(grad) == (label == 1))
    assert np.all(np.abs(grad[~right]) == 1)


@pytest.mark.parametrize("taken", ["logits", "labels"])
def test_gradient_in_place_of_an_operand(rng, taken):
    logits, labels = ordinary(5 * BLOCK + 3, rng)
    logits[::7] = 60.0
    want = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels, reduction="sum")
    buffer = {"logits": logits, "labels": labels}[taken]
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(
        logits, labels, reduction="sum", validate=False, grad_out=buffer
    )
    assert grad is buffer
    assert np.all(same_bits(grad, want[1]))
    assert same_bits(np.asarray(loss), np.asarray(want[0]))


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("n", [3, 8, 24, 256, 1000])
def test_outputs_in_place_of_operands_beside_large_logits(rng, name, n):
    """Results of float32 are computed where they belong, and what lies behind them stays."""
    logits, labels = ordinary(n, rng)
    logits[::3] *= 9
    want = bounds.outputs(name, logits, labels)
    memory = np.concatenate([logits, labels, np.full(32, 90, np.float32)])
    out = (memory[:n], memory[n : 2 * n])[: len(want)]
    getattr(_core, name)(memory[:n], memory[n : 2 * n], out=out)
    assert all(np.all(same_bits(got, one)) for got, one in zip(out, want, strict=True))
    assert np.all(memory[2 * n :] == 90)


# An element that changes how the other elements of its block are worked: a soft label, or a certain probability.
OTHER_KINDS = [(0.5, 0.375), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.375)]


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("beside", OTHER_KINDS)
def test_kind_of_a_block_changes_no_bit_of_its_elements(modules, rng, beside, soft):
    n = 2 * BLOCK
    inside, logits = rng.uniform(1e-6, 1 - 1e-6, n).astype(np.float32), rng.uniform(-41, 41, n).astype(np.float32)
    labels = (rng.random(n) if soft else rng.random(n) < 0.5).astype(np.float32)
    kinds = labels.copy()
    kinds[::BLOCK] = beside[1]
    for module in modules:
        changed = inside.copy()
        changed[::BLOCK] = beside[0]
        want, got = module.bce(inside, labels), module.bce(changed, kinds)
        assert np.all(same_bits(got, want) | (np.arange(n) % BLOCK == 0)), module.isa
        for k in range(2):
            values = []
            for y in labels, kinds:
                gradient = np.empty(n, np.float32)
                F.binary_cross_entropy_with_logits_value_and_grad(
                    logits, y, reduction=("mean", "sum")[k], grad_out=gradient
                )
                values.append(gradient)
            assert np.all(same_bits(*values) | (np.arange(n) % BLOCK == 0))


def test_a_sum_by_kinds_is_that_of_the_elements(rng):
    p, y = rng.uniform(1e-6, 1 - 1e-6, (2, 4 * BLOCK)).astype(np.float32)
    for labels in y, (y < 0.5).astype(np.float32):
        weighed = F.binary_cross_entropy(p, labels, weight=np.full_like(p, 2), reduction="sum")
        assert weighed == 2 * F.binary_cross_entropy(p, labels, reduction="sum")
        certain = np.append(p, [0, 1]).astype(np.float32), np.append(labels, [0, 1]).astype(np.float32)
        assert F.binary_cross_entropy(*certain, reduction="sum") == F.binary_cross_entropy(p, labels, reduction="sum")


@pytest.mark.timed
@pytest.mark.parametrize("name", NAMES)
def test_large_logits_cost_little(rng, name):
    """They took 6 to 16 times as long as others once."""
    logits, labels = rng.normal(size=16384).astype(np.float32), np.ones(16384, np.float32)
    times = {3: [], 30: [], 100: []}
    for deviation in [*times] * 50:
        x = logits * np.float32(deviation)
        start = time.thread_time()
        getattr(_core, name)(x, labels)
        times[deviation].append(time.thread_time() - start)
    usual, *large = (min(row) for row in times.values())
    assert max(large) <= 5 * usual


@pytest.mark.parametrize("n", [2, 3, 7, 64, 1000, 1025, 99_991])
def test_gradients_of_a_mean_keep_the_bound(rng, n):
    logits, labels = ordinary(n, rng)
    logits[::5] *= 2.5
    labels = np.round(labels)
    grad = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels)[1]
    wide = logits.astype(np.longdouble)
    e = np.exp(-np.abs(wide))
    want = np.where(wide < 0, e, 1) / (1 + e)
    want = np.where(labels == 1, -np.where(wide < 0, 1, e) / (1 + e), want) / n
    spacing = np.spacing(np.abs(want).astype(np.float32)).astype(np.longdouble)
    assert np.all(np.abs(grad - want) <= 0.51 * spacing)


def test_sums_of_more_digits_have_terms_of_more_digits(rng):
    logits, labels = ordinary(10_000, rng)
    terms = F.binary_cross_entropy_with_logits(logits.astype(np.float64), labels.astype(np.float64), reduction="none")
    total = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum", dtype=np.float64)
    assert abs(total / math.fsum(terms) - 1) < 1e-15
    single = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")
    assert abs(float(single) / math.fsum(terms) - 1) < 2.0**-24


@pytest.mark.parametrize("n", [1025, 5000])
def test_sums_do_not_depend_on_masks_layout_or_instructions(modules, rng, n):
    """Terms are added up where they are computed, or wait for a mask, the last pack or a number out of range."""
    logits, labels = ordinary(n, rng)
    logits[rng.choice(n, 9, replace=False)] = np.float32([60, -60, 87, 88.5, -103, 104, 200, 3e38, -43])
    spread = np.repeat(logits, 3)[::3]
    kept, moved = np.ones(n, bool), np.zeros(2 * n, np.float32)
    moved[::2] = logits
    want = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")
    for same in (
        F.binary_cross_entropy_with_logits(logits, labels, reduction="sum", where=kept),
        F.binary_cross_entropy_with_logits(logits, labels, reduction="sum", ignore_value=7),
        F.binary_cross_entropy_with_logits(spread, labels, reduction="sum"),
        F.binary_cross_entropy_with_logits(moved[::2], labels.astype(">f4"), reduction="sum"),
        F.binary_cross_entropy_with_logits_value_and_grad(logits, labels, reduction="sum")[0],
        *(
            module.loss(0, 0, 0.0, -1.0, 0.0, logits, labels, None, None, None, None, None, 2, None, False, True,
                        logits.dtype, None, None, None)[0]
            for module in modules
        ),
    ):  # fmt: skip
        assert same_bits(np.asarray(same), np.asarray(want))


def test_a_sum_that_leaves_elements_out_is_that_of_zeros_in_their_place(rng):
    logits, labels = ordinary(3000, rng)
    logits[::50] = 77.0
    kept = rng.random(3000) < 0.7
    terms = np.where(kept, F.binary_cross_entropy_with_logits(logits, labels, reduction="none"), 0)
    total = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum", where=kept)
    assert abs(float(total) / math.fsum(terms) - 1) < 2.0**-24


def weighted_reference(x, y, w, p, s):
    """Value, gradient and second derivative in long double, and the larger term of the gradient."""
    x, y, w, p = (np.asarray(numbers).astype(np.longdouble) for numbers in (x, y, w, p))
    a, b = (
        w * ((1 - y) * (1 - np.longdouble(s)) + np.longdouble(s) / 2),
        w * p * (y * (1 - np.longdouble(s)) + np.longdouble(s) / 2),
    )
    e = np.exp(-np.abs(x))
    upper, lower = np.where(x < 0, e, 1) / (1 + e), np.where(x < 0, 1, e) / (1 + e)
    value = np.where(x < 0, b, a) * np.abs(x) + (a + b) * np.log1p(e)
    return value, a * upper - b * lower, (a + b) * upper * lower, np.maximum(np.abs(a * upper), np.abs(b * lower))


def errors(got, want):
    spacing = np.spacing(np.abs(want).astype(np.float32)).astype(np.longdouble)
    return np.abs(got - want) / spacing


@pytest.mark.parametrize("most", [41, 115])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 2.0**-70])
@pytest.mark.parametrize("pos_weighted", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_and_smoothing_keep_the_bounds(rng, weighted, pos_weighted, smoothing, most):
    """Of sizes that pairs hold, and beyond; where they hold larger logits, and where not."""
    n = 4000
    x, y = ordinary(n, rng)
    x *= np.float32(most / 41)
    x[::4] /= 20
    w, p = (np.ldexp(rng.uniform(1, 2, n), rng.integers(-60, 50, n)).astype(np.float32) for _ in range(2))
    w, p = (np.where(rng.random(n) < 0.7, rng.uniform(0.5, 2, n).astype(np.float32), factor) for factor in (w, p))
    w *= rng.choice(np.float32([-1, 1, 1, 1]), n)
    given = {"weight": w if weighted else None, "pos_weight": p if pos_weighted else None, "label_smoothing": smoothing}
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, y, reduction="none", **given)
    hess = F.binary_cross_entropy_with_logits_grad_and_hess(x, y, **given)[1]
    value, slope, bend, scale = weighted_reference(x, y, w if weighted else 1, p if pos_weighted else 1, smoothing)
    assert np.all(errors(loss, value) <= (0.75 if weighted and pos_weighted else 0.65))
    assert np.all(errors(hess, bend) <= 0.51)
    relative = np.abs(slope) >= scale / 2
    assert np.all(errors(grad, slope)[relative] <= 0.51)
    spacing = np.spacing(np.abs(slope).astype(np.float32))
    assert np.all((np.abs(grad - slope) <= 0.5 * spacing + 2.0**-30 * scale)[~relative])


@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_weights_of_one_and_labels_in_float64_change_no_bit(rng, reduction, dtype):
    n = 3 * BLOCK + 1000
    x, y = ordinary(n, rng)
    x, y = x.astype(dtype), y.astype(dtype)
    x[:3], y[:3] = [-0.0, 60, -77], [0.5, 0.25, 1]
    ones = np.ones(n, dtype)

    def results(labels, **given):
        return (
            *F.binary_cross_entropy_with_logits_value_and_grad(x, labels, reduction=reduction, **given),
            *F.binary_cross_entropy_with_logits_grad_and_hess(x, labels, reduction=reduction, **given),
        )

    want = results(y)
    for got in (
        results(y, weight=ones),
        results(y, weight=np.ones(n)),
        results(y, pos_weight=1.0),
        results(y, pos_weight=ones, weight=ones),
        results(y.astype(np.float64)),
        results(y.astype(np.longdouble)),
    ):
        assert all(np.all(same_bits(np.asarray(one), np.asarray(other))) for one, other in zip(got, want, strict=True))


def test_a_weight_that_is_no_float32_changes_no_neighbour(rng):
    x, y = ordinary(3000, rng)
    w = rng.uniform(0.5, 2, 3000).astype(np.float32)
    alone = F.binary_cross_entropy_with_logits_value_and_grad(x, y, w, reduction="none")
    wide = w.astype(np.float64)
    wide[::7] *= 1 + 2.0**-40
    mixed = F.binary_cross_entropy_with_logits_value_and_grad(x, y, wide, reduction="none")
    for got, want in zip(mixed, alone, strict=True):
        kept = np.arange(3000) % 7 != 0
        assert np.all(same_bits(got[kept], want[kept]))
        assert np.all(errors(got, want) <= 1.1)


@pytest.mark.parametrize("size", [1e-300, 1e-45, 1e300])
def test_float64_weights_of_any_size(rng, size):
    x, y = ordinary(2000, rng)
    w = rng.uniform(0.5, 2, 2000) * size
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, y, w, reduction="weighted_mean")
    same, slope = F.binary_cross_entropy_with_logits_value_and_grad(x, y, w / size, reduction="weighted_mean")
    assert abs(loss / same - 1) < 2.0**-22
    assert np.all(errors(grad, slope) <= 1.1)


def test_a_weight_of_zero_leaves_zeros(rng):
    x, y = np.float32([-3, 3, -60, 60, np.inf, -np.inf, np.nan, 0.0]), np.float32([0, 1, 1, 0, 0, 1, 1, 0.5])
    for zero in (0.0, -0.0):
        w = np.full(8, zero, np.float32)
        loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, y, w, reduction="none")
        hess = F.binary_cross_entropy_with_logits_grad_and_hess(x, y, w)[1]
        for got in (loss, grad, hess):
            assert np.all(same_bits(got, np.zeros(8, np.float32)))
