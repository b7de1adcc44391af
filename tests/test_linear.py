"""LogisticObjective: its sums whatever X is, the minimiser of scikit-learn, errors that say what to do."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import check_grad, minimize
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import pysigmoid
from pysigmoid import _row_blocks
from pysigmoid import functional as F
from pysigmoid.objectives import LogisticObjective

TO_THE_END = {"gtol": 1e-10, "ftol": 1e-15, "maxcor": 30, "maxiter": 5000}


def draw(rng, rows=5000, columns=7):
    return rng.standard_normal((rows, columns)), rng.integers(0, 2, rows), rng.standard_normal(columns + 1)


def reference(X, y, w, C=1.0, s=None, p=None, smoothing=0.0):
    """The formula on whole arrays: value, gradient, Hessian."""
    design = np.column_stack([X, np.ones(len(X))])
    s = np.ones(len(X)) if s is None else s
    y = y * (1 - smoothing) + smoothing / 2
    p = 1.0 if p is None else p
    z = design @ w
    penalty = np.append(np.full(X.shape[1], 1 / C), 0)
    sigma = pysigmoid.sigmoid(z)
    loss = s * (p * y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))
    slope, curvature = s * ((1 - y) * sigma - p * y * (1 - sigma)), s * (p * y + 1 - y) * sigma * (1 - sigma)
    value = loss.sum() + w @ (penalty * w) / 2
    hessian = design.T @ (curvature[:, None] * design) + np.diag(penalty)
    return value / s.sum(), (slope @ design + penalty * w) / s.sum(), hessian / s.sum()


@pytest.mark.parametrize("C", [0.01, 1.0, np.inf])
@pytest.mark.parametrize("options", [{}, {"s": True}, {"p": 3.0}, {"smoothing": 0.1}, {"s": True, "p": 0.5}], ids=str)
def test_value_gradient_and_hessian_product_are_those_of_the_formula(rng, options, C):
    X, y, w = draw(rng)
    given = options | ({"s": rng.random(len(y))} if "s" in options else {})
    objective = LogisticObjective(
        X, y, C=C, sample_weight=given.get("s"), pos_weight=given.get("p"), label_smoothing=given.get("smoothing", 0.0)
    )
    value, gradient, hessian = reference(X, y, w, C, **given)
    got, got_gradient = objective.value_and_grad(w)
    assert got == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(got_gradient, gradient, rtol=1e-11, atol=1e-14)
    for _ in range(2):  # the second time with the curvatures that were kept, the third at another w
        for v in (w, rng.standard_normal(len(w))):
            np.testing.assert_allclose(objective.hessp(w, v), hessian @ v, rtol=1e-11, atol=1e-13)
        w = w / 2
        hessian = reference(X, y, w, C, **given)[2]


def test_gradient_is_the_slope_without_an_intercept_too(rng):
    X, y, _ = draw(rng, 300, 4)
    objective = LogisticObjective(X, y, fit_intercept=False)
    assert objective.size == 4
    wrong = check_grad(lambda w: objective.value_and_grad(w)[0], lambda w: objective.value_and_grad(w)[1], np.ones(4))
    assert wrong < 1e-6


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "every other column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: X[::-1].copy()[::-1],
    "columns of more": lambda X: np.column_stack([X, X])[:, : X.shape[1]],
    "broadcast and back": lambda X: np.lib.stride_tricks.sliding_window_view(X, X.shape)[0, 0],
    "big-endian": lambda X: X.astype(">f8"),
    "longdouble": lambda X: X.astype(np.longdouble),
    "frame": pd.DataFrame,
    "unaligned": lambda X: np.frombuffer(b"x" + X.tobytes(), np.uint8)[1:].view(X.dtype).reshape(X.shape),
    "CSR": sp.csr_array,
    "CSR matrix": sp.csr_matrix,
    "COO": sp.coo_array,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_of_X_does_not_matter(rng, layout):
    X, y, w = draw(rng, 20_000)
    want = LogisticObjective(X, y).value_and_grad(w)
    got = LogisticObjective(LAYOUTS[layout](X), y).value_and_grad(w)
    assert got[0] == pytest.approx(want[0], rel=1e-13)
    np.testing.assert_allclose(got[1], want[1], rtol=1e-11, atol=1e-14)


DENSE, SPARSE = (np.asarray, np.asfortranarray), (sp.csr_array, sp.coo_array)
DTYPES = [np.float32, np.int64, np.int8, np.uint16, bool]


@pytest.mark.parametrize(
    ("container", "dtype"),
    [(container, dtype) for container in (*DENSE, *SPARSE) for dtype in DTYPES] + [(np.asarray, np.float16)],
    ids=lambda value: value.__name__,
)
def test_arithmetic_is_float64_whatever_the_dtype(rng, container, dtype):
    X, y, w = draw(rng, 20_000, 3)
    X = np.clip(X * 3, 0, None).astype(dtype)
    want = LogisticObjective(X.astype(np.float64), y).value_and_grad(w)
    got = LogisticObjective(container(X), y).value_and_grad(w)
    assert got[0] == pytest.approx(want[0], rel=1e-13)
    np.testing.assert_allclose(got[1], want[1], rtol=1e-11, atol=1e-14)
    assert got[1].dtype == np.float64


@pytest.mark.parametrize("rows", [1, 8191, 8192, 8193, 40_000])
def test_every_row_counts_once_at_the_ends_of_blocks(rng, rows):
    X, y, w = draw(rng, rows, 3)
    objective = LogisticObjective(X, y)
    assert objective.value_and_grad(w)[0] == pytest.approx(reference(X, y, w)[0], rel=1e-13)
    np.testing.assert_array_equal(objective.predict_proba(w, X), pysigmoid.sigmoid(X @ w[:-1] + w[-1]))


@pytest.mark.parametrize("kind", [np.float64, np.float32, "csr"], ids=str)
def test_L_BFGS_B_reaches_the_coefficients_of_scikit_learn(kind):
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    X = X.astype(np.float32) if kind is np.float32 else X
    weights = np.linspace(0.5, 2, len(y))
    objective = LogisticObjective(sp.csr_array(X) if kind == "csr" else X, y, C=0.7, sample_weight=weights)
    found = minimize(
        objective.value_and_grad, np.zeros(objective.size), jac=True, method="L-BFGS-B", options=TO_THE_END
    )
    model = LogisticRegression(C=0.7, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(X.astype(np.float64), y, sample_weight=weights)
    assert found.success
    assert "CONVERGENCE" in found.message
    assert np.abs(found.x - np.append(model.coef_, model.intercept_)).max() < 1e-6


@pytest.mark.parametrize("method", ["newton-cg", "trust-ncg", "trust-constr"])
def test_methods_that_take_hessian_products_find_the_same_minimum(rng, method):
    X, y, _ = draw(rng, 500, 3)
    objective = LogisticObjective(X, y)
    start = np.zeros(objective.size)
    found = minimize(objective.value_and_grad, start, jac=True, hessp=objective.hessp, method=method)
    assert np.abs(objective.value_and_grad(found.x)[1]).max() < 1e-5


def test_C_may_be_set_later(rng):
    X, y, w = draw(rng, 100, 2)
    objective = LogisticObjective(X, y)
    objective.C = 0.1
    assert objective.value_and_grad(w)[0] == LogisticObjective(X, y, C=0.1).value_and_grad(w)[0]


def test_objective_can_be_pickled(rng):
    X, y, w = draw(rng, 100, 2)
    objective = LogisticObjective(X, y, pos_weight=2.0)
    assert pickle.loads(pickle.dumps(objective)).value_and_grad(w)[0] == objective.value_and_grad(w)[0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("shape", [(100_000, 10), (2_000, 1_000)], ids=str)
def test_memory_beside_X_is_a_number_a_row_and_four_megabytes(shape, order, dtype):
    X = np.ones(shape, dtype, order)
    tracemalloc.start()
    objective = LogisticObjective(X, np.arange(shape[0]) % 2)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    objective.value_and_grad(np.zeros(objective.size))
    objective.hessp(np.zeros(objective.size), np.zeros(objective.size))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < shape[0] * 8 + (4 << 20)


@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_nan_and_infinity_in_X_give_nan_and_no_warning(number, kind):
    X = np.array([[1.0, 2.0], [number, 1.0]])
    value, gradient = LogisticObjective(kind(X), [0, 1]).value_and_grad(np.array([0.0, 1.0, 0.0]))
    assert np.isnan(value)
    assert np.isnan(gradient[0])


def test_labels_may_be_soft_and_weights_integers(rng):
    X, _, w = draw(rng, 50, 2)
    y, s = rng.random(50), rng.integers(0, 3, 50)
    assert LogisticObjective(X, y, sample_weight=s).value_and_grad(w)[0] == pytest.approx(reference(X, y, w, s=s)[0])


X, Y = np.ones((4, 2)), [0, 1, 0, 1]

BAD = [
    ({"X": np.ones(4)}, ValueError, r"X has shape \(4,\); pass .*X.reshape\(-1, 1\)"),
    ({"X": np.ones((4, 0))}, ValueError, r"X has shape \(4, 0\), which holds no number"),
    ({"X": np.ones((0, 2)), "y": []}, ValueError, r"X has shape \(0, 2\)"),
    ({"X": [["a", "b"]] * 4}, TypeError, "X has dtype <U1"),
    ({"X": np.ones((4, 2), complex)}, TypeError, "X has dtype complex128"),
    ({"X": sp.csr_array(np.ones((4, 2), complex))}, TypeError, r"complex128; convert it, .*X.astype"),
    ({"X": np.ma.masked_equal(np.eye(4), 1)}, TypeError, "X holds missing values"),
    ({"X": pd.DataFrame({"a": pd.array([1, 2, None, 4], "Int64")})}, TypeError, "X holds missing values"),
    ({"y": [0, 1, 0]}, ValueError, r"y has shape \(3,\), but X has 4 rows$"),
    (
        {"y": [[0], [1], [0], [1]]},
        ValueError,
        r"y has shape \(4, 1\), but X has 4 rows: pass np.asarray\(y\).reshape\(4\)",
    ),
    ({"y": [0, 1, 2, 1]}, ValueError, r"y must lie between 0 and 1, but y\[2\] is 2\.$"),
    ({"y": [0, 1, -1, 1]}, ValueError, r"y\[2\] is -1. For labels -1 and \+1 pass \(y \+ 1\) / 2"),
    ({"y": [0, 1, np.nan, 1]}, ValueError, r"y\[2\] is nan. Drop"),
    ({"sample_weight": [1, 1, -0.5, 1]}, ValueError, r"sample_weight\[2\] is -0.5; choose finite numbers from 0"),
    ({"sample_weight": [1, np.nan, 1, 1]}, ValueError, r"sample_weight\[1\] is nan"),
    ({"sample_weight": [1, 1, 1, np.inf]}, ValueError, r"sample_weight\[3\] is inf"),
    ({"sample_weight": np.zeros(4)}, ValueError, "sample_weight is 0 everywhere"),
    ({"sample_weight": 2.0}, ValueError, r"sample_weight has shape \(\), but X has 4 rows"),
    ({"C": 0}, ValueError, "C is 0.0; choose a number above 0"),
    ({"C": np.nan}, ValueError, "C is nan"),
    ({"C": "1"}, TypeError, "C is '1'; pass a real number"),
    ({"pos_weight": -1}, ValueError, "pos_weight is -1.0"),
    ({"pos_weight": np.ones(4)}, TypeError, "pos_weight is an array; .*sample_weight"),
    ({"label_smoothing": 1.5}, ValueError, "label_smoothing is 1.5; choose a number from 0 to 1"),
]


@pytest.mark.parametrize(
    ("wrong", "error", "message"), BAD, ids=[f"{i}-{next(iter(row[0]))}" for i, row in enumerate(BAD)]
)
def test_bad_input_is_named_with_its_remedy(wrong, error, message):
    with pytest.raises(error, match=message):
        LogisticObjective(**({"X": X, "y": Y} | wrong))


@pytest.mark.parametrize("method", ["value_and_grad", "hessp", "predict_proba"])
def test_wrong_coefficients_are_told_with_both_lengths(method):
    objective = LogisticObjective(X, Y)
    rest = {"value_and_grad": (), "hessp": (np.zeros(3),), "predict_proba": (X,)}[method]
    call = getattr(objective, method)
    with pytest.raises(
        ValueError, match=r"w has shape \(2,\), but .* takes 3 coefficients: 2 .* and the intercept, last"
    ):
        call(np.zeros(2), *rest)
    with pytest.raises(TypeError, match="w has dtype complex128; pass 3 real numbers"):
        call(np.zeros(3, complex), *rest)
    with pytest.raises(ValueError, match="X has 5 columns, but the objective has 2"):
        objective.predict_proba(np.zeros(3), np.ones((2, 5)))


def test_csc_is_copied_and_says_so():
    with pytest.warns(UserWarning, match=r"CSC .* pass X.tocsr\(\)") as caught:
        objective = LogisticObjective(sp.csc_array(X), Y)
    assert caught[0].filename == __file__
    assert objective.value_and_grad(np.zeros(3))[0] == F.binary_cross_entropy_with_logits(np.zeros(4), Y)


def test_blocks_cover_all_rows_in_order():
    blocks = _row_blocks.RowBlocks(np.ones((20_000, 2)))
    assert np.concatenate([np.arange(20_000)[rows] for rows, _, _ in blocks]).tolist() == list(range(20_000))
    assert max(len(block) for _, block, _ in blocks) == _row_blocks.MOST_ROWS
