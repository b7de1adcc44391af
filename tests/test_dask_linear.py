"""LogisticObjective over Dask arrays: the sums and the minimiser of one array, whatever the blocks of rows."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import minimize

import pysigmoid
from platforms import need
from pysigmoid import objectives

need("dask")
import dask  # noqa: E402
import dask.array as da  # noqa: E402
import dask.dataframe as dd  # noqa: E402

from pysigmoid import dask as lazy  # noqa: E402

TO_THE_END = {"gtol": 1e-10, "ftol": 1e-15, "maxcor": 30}
ROWS, COLUMNS = 1000, 4
RNG = np.random.default_rng(15)
X, S = RNG.standard_normal((ROWS, COLUMNS)), RNG.random(ROWS)
Y = (X.sum(axis=1) + RNG.logistic(size=ROWS) > 1).astype(np.float64)
W, V = RNG.standard_normal(COLUMNS + 1), RNG.standard_normal(COLUMNS + 1)


@pytest.fixture(autouse=True)
def scheduler():
    with dask.config.set(scheduler="sync"):
        yield


def chunked(array, rows=170):
    return da.from_array(array, chunks=(rows, *array.shape[1:]))


def assert_same_sums(got, want, size=COLUMNS + 1):
    """Values, gradients and Hessian products at two points, to the rounding of sums."""
    assert got.size == want.size == size
    for w in (W[:size], W[:size] / 2):
        (value, gradient), (want_value, want_gradient) = got.value_and_grad(w), want.value_and_grad(w)
        assert isinstance(value, float)
        assert value == pytest.approx(want_value, rel=1e-13)
        np.testing.assert_allclose(gradient, want_gradient, rtol=1e-11, atol=1e-14)
        for v in (V[:size], W[:size]):  # the second with the curvatures that were kept
            np.testing.assert_allclose(got.hessp(w, v), want.hessp(w, v), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    "options",
    [{}, {"C": 0.1, "fit_intercept": False}, {"sample_weight": S}, {"pos_weight": 3.0, "label_smoothing": 0.1}],
    ids=lambda options: "-".join(options) or "plain",
)
@pytest.mark.parametrize("chunks", [(ROWS, COLUMNS), (170, COLUMNS), ((1, 998, 1), COLUMNS), (300, 2)], ids=str)
def test_sums_are_those_of_one_array(chunks, options):
    got = lazy.LogisticObjective(da.from_array(X, chunks=chunks), Y, **options)
    assert_same_sums(got, objectives.LogisticObjective(X, Y, **options), COLUMNS + options.get("fit_intercept", True))


@pytest.mark.parametrize("dtype", [np.float32, np.int8, bool], ids=lambda dtype: dtype.__name__)
def test_arithmetic_is_float64_whatever_the_dtype(dtype):
    numbers, labels = (3 * X).astype(dtype), Y.astype(bool)
    got = lazy.LogisticObjective(chunked(numbers), chunked(labels))
    assert_same_sums(got, objectives.LogisticObjective(numbers, labels))


def test_labels_and_weights_may_have_other_chunks():
    got = lazy.LogisticObjective(chunked(X), chunked(Y, 99), sample_weight=chunked(S, 400))
    assert_same_sums(got, objectives.LogisticObjective(X, Y, sample_weight=S))


def test_frames_and_sparse_blocks_are_taken():
    frame = dd.from_pandas(pd.DataFrame(X).assign(y=Y), npartitions=5)
    want = objectives.LogisticObjective(X, Y)
    assert_same_sums(lazy.LogisticObjective(frame[list(range(COLUMNS))], frame.y), want)
    sparse = chunked(X).map_blocks(sp.csr_array, meta=sp.csr_array((0, 0)))
    assert_same_sums(lazy.LogisticObjective(sparse, Y), want)


def test_blocks_may_have_unknown_numbers_of_rows_and_none():
    kept = Y == 1
    kept[170:340] = False
    lazily = [chunked(array)[chunked(kept)] for array in (X, Y * 0.5, S)]
    got = lazy.LogisticObjective(lazily[0], lazily[1], sample_weight=lazily[2])
    want = objectives.LogisticObjective(X[kept], Y[kept] * 0.5, sample_weight=S[kept])
    assert_same_sums(got, want)
    np.testing.assert_array_equal(got.predict_proba(W, lazily[0]).compute(), want.predict_proba(W, X[kept]))
    with pytest.raises(ValueError, match=r"y has shape \(\d+,\), but X has \d+ rows.*block \(\d+, 0\)"):
        lazy.LogisticObjective(lazily[0], chunked(Y)[chunked(~kept)]).value_and_grad(W)


def test_a_million_rows_on_threads_have_the_optimum_of_one_array():
    n = 1_000_000
    rng = np.random.default_rng(0)
    features, truth = rng.standard_normal((n, 10)), np.linspace(-1, 1, 10)
    labels = features @ truth + rng.logistic(size=n) > 0.5
    found = []
    with dask.config.set(scheduler="threads", num_workers=2):
        for objective in (
            objectives.LogisticObjective(features, labels),
            lazy.LogisticObjective(da.from_array(features, chunks=(130_000, 10), name=False), labels),
        ):
            start = np.zeros(objective.size)
            found.append(minimize(objective.value_and_grad, start, jac=True, method="L-BFGS-B", options=TO_THE_END))
    assert all(each.success for each in found)
    assert np.abs(found[0].x - found[1].x).max() < 1e-6
    assert found[1].fun == pytest.approx(found[0].fun, rel=1e-12)


def test_an_evaluation_is_a_task_a_block_and_a_tree():
    """Beside the tasks that make the blocks of X and of the labels."""
    sizes = []

    def get(graph, keys, **options):
        sizes.append(len(graph.__dask_graph__()))
        return dask.get(graph, keys, **options)

    objective = lazy.LogisticObjective(da.zeros((6400, 3), chunks=(100, 3)), da.zeros(6400, chunks=100))
    with dask.config.set(scheduler=get):
        objective.value_and_grad(np.zeros(4))
    assert sizes[0] <= 3 * 64


def test_predictions_are_lazy_and_have_the_rows_of_X():
    objective = lazy.LogisticObjective(chunked(X), Y)
    got = objective.predict_proba(W, chunked(X, 300))
    assert isinstance(got, da.Array)
    assert (got.chunks, got.dtype) == (((300, 300, 300, 100),), np.float64)
    np.testing.assert_allclose(got.compute(), pysigmoid.sigmoid(X @ W[:-1] + W[-1]), rtol=1e-14)


def test_methods_with_hessian_products_find_the_same_minimum():
    objective = lazy.LogisticObjective(chunked(X), Y)
    start = np.zeros(objective.size)
    found = minimize(objective.value_and_grad, start, jac=True, hessp=objective.hessp, method="trust-ncg")
    assert np.abs(objectives.LogisticObjective(X, Y).value_and_grad(found.x)[1]).max() < 1e-5


def test_objective_can_be_pickled_and_C_set():
    objective = lazy.LogisticObjective(chunked(X), Y, pos_weight=2.0)
    twin = pickle.loads(pickle.dumps(objective))
    objective.C = twin.C = 0.25
    assert twin.value_and_grad(W)[0] == objective.value_and_grad(W)[0]
    assert_same_sums(twin, objectives.LogisticObjective(X, Y, pos_weight=2.0, C=0.25))


@pytest.mark.filterwarnings("error")
def test_nan_in_X_gives_nan_and_no_warning():
    numbers = X.copy()
    numbers[5, 1] = np.nan
    value, gradient = lazy.LogisticObjective(chunked(numbers), Y).value_and_grad(W)
    assert np.isnan(value)
    assert np.isnan(gradient).all()


def at(index, value, array=Y):
    changed = array.copy()
    changed[index] = value
    return changed


BAD = [
    ({"X": Y}, ValueError, "X has shape (1000,); pass one of shape (rows, columns); for one column"),
    ({"X": np.ones((0, 3)), "y": []}, ValueError, "X has shape (0, 3), which holds no number"),
    ({"X": X.astype(complex)}, TypeError, "X has dtype complex128"),
    ({"X": X.astype(str)}, TypeError, "X has dtype <U32, which is no bool, integer or float type; convert it"),
    ({"y": Y[:9]}, ValueError, "y has shape (9,), but X has 1000 rows"),
    ({"y": Y[:, None]}, ValueError, "y has shape (1000, 1), but X has 1000 rows: pass y.reshape(1000)"),
    ({"y": at(345, 2)}, ValueError, "y must lie between 0 and 1, but y[5] is 2.0. (This is of block (2, 0)"),
    ({"y": at(345, np.nan)}, ValueError, "y[5] is nan. Drop the rows without a label."),
    ({"sample_weight": at(345, -1, S)}, ValueError, "sample_weight[5] is -1.0; choose finite numbers from 0"),
    ({"sample_weight": S[:9]}, ValueError, "sample_weight has shape (9,), but X has 1000 rows"),
    ({"sample_weight": 0 * S}, ValueError, "sample_weight is 0 everywhere"),
    ({"C": 0}, ValueError, "C is 0.0; choose a number above 0"),
    ({"pos_weight": -1}, ValueError, "pos_weight is -1.0"),
    ({"label_smoothing": 2}, ValueError, "label_smoothing is 2.0; choose a number from 0 to 1"),
]


@pytest.mark.parametrize(
    ("wrong", "error", "message"), BAD, ids=[f"{i}-{next(iter(row[0]))}" for i, row in enumerate(BAD)]
)
def test_bad_input_is_named_with_its_remedy(wrong, error, message):
    given = {"X": X, "y": Y} | wrong
    with pytest.raises(error, match=re.escape(message)):
        lazy.LogisticObjective(chunked(given.pop("X")), **given)


def test_wrong_coefficients_and_columns_are_named():
    objective = lazy.LogisticObjective(chunked(X), Y)
    with pytest.raises(ValueError, match=r"w has shape \(2,\), but the objective takes 5 coefficients: 4 of"):
        objective.value_and_grad(np.zeros(2))
    with pytest.raises(TypeError, match="v has dtype complex128; pass 5 real numbers"):
        objective.hessp(W, V.astype(complex))
    with pytest.raises(ValueError, match="X has 7 columns, but the objective has 4"):
        objective.predict_proba(W, np.zeros((3, 7)))


def test_objective_of_arrays_names_the_one_over_dask():
    with pytest.raises(TypeError, match=r"pysigmoid\.dask"):
        objectives.LogisticObjective(chunked(X), Y)
