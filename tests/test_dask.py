"""The losses over Dask arrays: those of NumPy arrays, whatever the chunks, the scheduler and the order of the tasks."""

import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import pysigmoid
from calls import assert_same_bits, assert_same_results
from platforms import need
from pysigmoid import _core
from pysigmoid import functional as F
from pysigmoid._loss_blocks import merged

need("dask")
import dask  # noqa: E402
import dask.array as da  # noqa: E402
import dask.dataframe as dd  # noqa: E402

from pysigmoid import dask as lazy  # noqa: E402

SUMS = ("mean", "sum", "weighted_mean")
SHAPE = (60, 40)
RNG = np.random.default_rng(15)
X, Y, W, M = RNG.normal(size=SHAPE) * 4, RNG.random(SHAPE) < 0.4, RNG.random(SHAPE), RNG.random(SHAPE) < 0.8

PAIRS = {
    "binary_cross_entropy_with_logits": ("value_and_grad", "grad_and_hess", "value_grad_and_hess"),
    "sigmoid_focal_loss": ("value_and_grad", "grad_and_hess", "value_grad_and_hess"),
    "binary_cross_entropy": (),
}
OPTIONS = (
    {},
    {"where": M},
    {"weight": W},
    {"weight": W[0], "ignore_value": 1},
    {"weight": W[:, :1], "where": M[0]},
    {"pos_weight": 2.0, "label_smoothing": 0.1},
)


@pytest.fixture(autouse=True)
def scheduler():
    with dask.config.set(scheduler="sync"):
        yield


def chunked(array, chunks=(17, 11)):
    return da.from_array(array, chunks=chunks)


def near(got, want):
    np.testing.assert_allclose(got, want, rtol=4e-15, strict=True)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
@pytest.mark.parametrize(
    ("reduction", "axis"), [*zip(SUMS, (None, 0, -1), strict=True), ("mean", (0, 1)), ("mean", ())]
)
def test_losses_are_those_of_functional(reduction, axis, options):
    for keepdims in (False, True):
        call = {"reduction": reduction, "axis": axis, **options}
        want = F.binary_cross_entropy_with_logits_value_and_grad(X, Y, keepdims=keepdims, **call)
        got = lazy.binary_cross_entropy_with_logits_value_and_grad(chunked(X), Y, keepdims=keepdims, **call)
        assert got[0].shape == np.shape(want[0])
        assert got[1].shape == SHAPE
        loss, grad = dask.compute(*got)
        near(np.asarray(loss), np.asarray(want[0]))
        near(grad, want[1])
        alone = lazy.binary_cross_entropy_with_logits(chunked(X), chunked(Y), keepdims=keepdims, **call)
        assert_same_bits(alone.compute(), loss)
    want = F.binary_cross_entropy_with_logits_grad_and_hess(X, Y, **call)
    for one, other in zip(
        dask.compute(*lazy.binary_cross_entropy_with_logits_grad_and_hess(chunked(X), Y, **call)), want, strict=True
    ):
        near(one, other)
    three = dask.compute(*lazy.binary_cross_entropy_with_logits_value_grad_and_hess(chunked(X), Y, **call))
    for one, other in zip(three, (loss.squeeze(), *want), strict=True):
        near(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("reduction", ["none", *SUMS])
@pytest.mark.parametrize("name", PAIRS)
def test_every_loss_is_there(name, reduction):
    numbers = pysigmoid.sigmoid(X) if name == "binary_cross_entropy" else X
    got = getattr(lazy, name)(chunked(numbers), Y, reduction=reduction)
    want = getattr(F, name)(numbers, Y, reduction=reduction)
    assert isinstance(got, da.Array)
    near(np.asarray(got.compute()), np.asarray(want))
    for outputs in PAIRS[name]:
        got = getattr(lazy, f"{name}_{outputs}")(chunked(numbers), Y, reduction=reduction)
        want = getattr(F, f"{name}_{outputs}")(numbers, Y, reduction=reduction)
        for one, other in zip(dask.compute(*got), want, strict=True):
            near(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int32], ids=lambda dtype: dtype.__name__)
def test_dtypes_are_those_of_functional(dtype):
    numbers = X.astype(dtype)
    for asked in (None, np.float64, np.float32):
        for reduction in ("none", "mean"):
            got = lazy.binary_cross_entropy_with_logits(chunked(numbers), Y, reduction=reduction, dtype=asked)
            want = F.binary_cross_entropy_with_logits(numbers, Y, reduction=reduction, dtype=asked)
            assert got.dtype == want.dtype == got.compute().dtype
    loss, grad = lazy.binary_cross_entropy_with_logits_value_and_grad(chunked(numbers), Y)
    want = F.binary_cross_entropy_with_logits_value_and_grad(numbers, Y)
    assert (loss.dtype, grad.dtype) == (want[0].dtype, want[1].dtype)
    assert_same_bits(grad.compute(), want[1])


def random_chunks(length, rng):
    cuts = sorted({rng.randrange(1, length) for _ in range(rng.randrange(1, 12))}) if length > 1 else []
    return tuple(end - begin for begin, end in zip([0, *cuts], [*cuts, length], strict=True))


def test_a_million_elements_on_threads_have_the_same_bits_in_any_chunks():
    """The threaded scheduler, with and without threads of our own, and shapes of one and two axes."""
    rng, n = random.Random(0), 1_000_000
    logits = np.random.default_rng(1).normal(size=n) * 5
    labels, weight = logits > 1, np.random.default_rng(2).random(n)
    total = F.LossAccumulator()
    total.add(logits, labels, weight)
    with dask.config.set(scheduler="threads", num_workers=4):
        for shape in ((n,), (n,), (1000, 1000), (4, n // 4)):
            chunks = tuple(random_chunks(length, rng) for length in shape)
            arrays = [da.from_array(array.reshape(shape), chunks=chunks) for array in (logits, labels, weight)]
            values = [lazy.binary_cross_entropy_with_logits(*arrays, reduction=reduction) for reduction in SUMS]
            for value, reduction in zip(dask.compute(*values), SUMS, strict=True):
                assert_same_bits(value, total.value(reduction))


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("axis", [0, 1])
def test_sums_along_an_axis_do_not_depend_on_chunks(axis, dtype):
    """Few elements of a sum in a block, many, or all: the three ways."""
    logits, labels = np.random.default_rng(3).normal(size=(1200, 900)) * 6, np.random.default_rng(4).random((1200, 900))
    logits = logits.astype(dtype)
    total = F.LossAccumulator(axis=axis)
    total.add(logits, labels)
    values = [
        lazy.binary_cross_entropy_with_logits(chunked(logits, chunks), labels, axis=axis).compute()
        for chunks in ((100, 100), (700, 600), (1200, 900), (1200, 50), (50, 900))
    ]
    for value in values:
        assert_same_bits(value, total.value(dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=lambda dtype: dtype.__name__)
def test_narrow_losses_do_not_depend_on_neighbours(dtype):
    """Some logits and factors are worked in double, and none of the others with them; derivatives are functional's."""
    generator, rng, n = np.random.default_rng(5), random.Random(5), 5000
    logits = (generator.normal(size=n) * 20).astype(dtype)
    labels = np.where(generator.random(n) < 0.1, generator.random(n), logits > 1)
    weight = np.where(generator.random(n) < 0.1, generator.random(n), 1) * generator.choice([1, 1, 1e-30, 0], n)
    for options in ({}, {"weight": weight}, {"weight": weight, "pos_weight": 3.3, "label_smoothing": 0.1}):
        want = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels, reduction="sum", **options)
        sums = []
        for chunks in (n, 333, *((random_chunks(n, rng),) for _ in range(3))):
            pair = lazy.binary_cross_entropy_with_logits_value_and_grad(
                chunked(logits, chunks), labels, reduction="sum", **options
            )
            loss, grad = dask.compute(*pair)
            sums.append(loss)
            assert_same_bits(grad, want[1])
        assert len({total.tobytes() for total in sums}) == 1
        np.testing.assert_array_max_ulp(sums[0], want[0], 1, dtype)


def test_graph_has_few_tasks():
    """Two a block at most for a loss, and a tree above them; nothing is computed twice for value and gradient."""
    logits = da.zeros(6400, chunks=100)
    blocks, sources = 64, len(logits.__dask_graph__())
    (loss,) = dask.optimize(lazy.binary_cross_entropy_with_logits(logits, da.zeros(6400, chunks=100)))
    assert len(loss.__dask_graph__()) <= 3 * blocks + blocks // 2
    pair = lazy.binary_cross_entropy_with_logits_value_and_grad(logits, np.zeros(6400))
    names = [str(key) for key in dask.base.collections_to_expr(pair).__dask_graph__()]
    assert sources == blocks
    assert len(names) <= 6 * blocks


def test_masks_of_arrays_and_ignored_labels():
    masked = np.ma.masked_array(X, ~M)
    for array, options in ((masked, {}), (X, {"ignore_value": 1}), (masked, {"ignore_value": 0})):
        for reduction in SUMS:
            got = lazy.binary_cross_entropy_with_logits_value_and_grad(
                chunked(array), Y, reduction=reduction, **options
            )
            want = F.binary_cross_entropy_with_logits_value_and_grad(array, Y, reduction=reduction, **options)
            loss, grad = dask.compute(*got)
            near(np.asarray(loss), np.asarray(want[0]))
            near(grad, want[1])


def test_a_mask_that_the_meta_does_not_show_is_an_error():
    hidden = chunked(X).map_blocks(lambda block: np.ma.masked_array(block, block > 0), meta=np.empty((0, 0)))
    _, grad = lazy.binary_cross_entropy_with_logits_value_and_grad(hidden, Y)
    with pytest.raises(ValueError, match="masked"):
        grad.compute()


def test_unknown_chunks_work_where_the_blocks_agree():
    logits, labels = chunked(X.ravel(), 100), chunked(Y.ravel(), 100)
    kept = chunked(M.ravel(), 100)
    loss, grad = dask.compute(*lazy.binary_cross_entropy_with_logits_value_and_grad(logits[kept], labels[kept]))
    want = F.binary_cross_entropy_with_logits_value_and_grad(X[M], Y[M])
    near(loss, want[0])
    near(grad, want[1])
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        lazy.binary_cross_entropy_with_logits(logits[kept], labels[kept], axis=0)
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        lazy.binary_cross_entropy_with_logits(logits[kept], chunked(Y.ravel(), 90)[kept])
    with pytest.raises(ValueError, match=r"shape.*block \(\d+,\)"):
        lazy.binary_cross_entropy_with_logits(logits[kept], labels[~kept]).compute()


def test_series_and_arrays_of_numpy_are_taken():
    frame = dd.from_pandas(pd.DataFrame({"x": X.ravel(), "y": Y.ravel()}), npartitions=7)
    want = F.binary_cross_entropy_with_logits(X.ravel(), Y.ravel())
    near(lazy.binary_cross_entropy_with_logits(frame.x, frame.y).compute(), want)
    near(lazy.binary_cross_entropy_with_logits(X.ravel(), Y.ravel()).compute(), want)
    near(lazy.binary_cross_entropy_with_logits(X.ravel().tolist(), chunked(Y.ravel(), 100)).compute(), want)


def test_errors_name_the_place_in_the_block_and_the_block():
    labels = Y.astype(float)
    labels[40, 30] = 2
    call = lazy.binary_cross_entropy_with_logits(chunked(X), labels)
    with pytest.raises(ValueError, match=r"target\[6, 8\] is 2.*block \(2, 2\)"):
        call.compute()
    assert np.isfinite(lazy.binary_cross_entropy_with_logits(chunked(X), labels, validate=False).compute())


def test_errors_of_the_call_come_at_once():
    x = chunked(X)
    for arguments, options, error, text in (
        ((x, Y[:50]), {}, ValueError, r"\(60, 40\).*\(50, 40\)"),
        ((x, Y.ravel()), {}, ValueError, "shape"),
        ((x, Y, W[:, 0]), {}, ValueError, "broadcast"),
        ((x, Y, "3"), {}, TypeError, "weight"),
        ((x, Y), {"reduction": "total"}, ValueError, "reduction"),
        ((x, Y), {"reduction": "none", "axis": 0}, ValueError, "axis"),
        ((x, Y), {"axis": 2}, ValueError, "axis"),
        ((x, Y), {"label_smoothing": 2}, ValueError, "label_smoothing"),
        ((x, Y), {"dtype": int}, TypeError, "dtype"),
        ((x.astype(complex), Y), {}, TypeError, "dtype"),
    ):
        with pytest.raises(error, match=text):
            lazy.binary_cross_entropy_with_logits(*arguments, **options)


def test_ufuncs_with_two_outputs_are_lazy():
    for ufunc in (getattr(pysigmoid, row["name"]) for row in _core.functions if row["nout"] == 2):
        arguments = [X.astype(np.float32), Y[0]][: ufunc.nin]
        got = getattr(lazy, ufunc.__name__)(chunked(arguments[0]), *arguments[1:])
        assert all(isinstance(output, da.Array) for output in got)
        assert_same_results(dask.compute(*got), ufunc(*arguments))


def test_parts_may_be_anywhere_in_memory():
    """As they arrive from other processes: read-only, and not aligned."""
    total = F.LossAccumulator()
    total.add(X, Y)
    arrived = np.frombuffer(b"x" + total._totals.tobytes(), np.uint32, offset=1)
    twice = merged([[arrived], [arrived]])
    total.merge(total)
    assert_same_bits(twice, total._totals)


def test_functional_names_the_lazy_losses():
    with pytest.raises(TypeError, match=r"pysigmoid\.dask"):
        F.binary_cross_entropy_with_logits(chunked(X), Y)


def test_package_does_not_import_dask():
    code = "import sys, pysigmoid, pysigmoid.nn; sys.exit('dask' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_missing_library_is_named():
    code = "import sys; sys.modules['dask'] = None; import pysigmoid.dask"
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "ImportError: pysigmoid.dask takes Dask: pip install 'dask[array]'" in run.stderr
