"""Objectives for boosting, handed what the libraries hand over; the libraries themselves are in tests/peers."""

import copy
import pickle
import subprocess
import sys

import mpmath
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone

import pysigmoid
from pysigmoid import functional as F
from pysigmoid.objectives import FocalLoss, LogLoss

OBJECTIVES = [LogLoss(), LogLoss(pos_weight=3.0, label_smoothing=0.1), FocalLoss(), FocalLoss(gamma=0.5, alpha=None)]
HESSIANS = {
    "true": lambda grad, hess, x, y: hess,
    "absolute": lambda grad, hess, x, y: np.abs(hess),
    "gauss-newton": lambda grad, hess, x, y: np.abs(grad) * np.maximum(pysigmoid.sigmoid(np.where(y, x, -x)), 0.25),
}
OBJECTIVES += [FocalLoss(hessian=name) for name in HESSIANS if FocalLoss().hessian != name]
every_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
either_class = pytest.mark.parametrize("loss", [LogLoss, FocalLoss])


class Dataset:
    """What XGBoost's DMatrix and LightGBM's Dataset have in common."""

    def __init__(self, label, weight=None):
        self.label, self.weight = np.asarray(label, np.float32), weight

    def get_label(self):
        return self.label

    def get_weight(self):
        return self.weight


def draw(rng, shape=200, dtype=np.float32):
    labels = rng.integers(0, 2, shape).astype(np.float32)
    rows = shape if isinstance(shape, int) else shape[0]
    return (rng.standard_normal(shape) * 4).astype(dtype), labels, rng.random(rows).astype(np.float32)


def unweighted(objective, margins, labels):
    if isinstance(objective, LogLoss):
        grad, hess = F.binary_cross_entropy_with_logits_grad_and_hess(
            margins, labels, pos_weight=objective.pos_weight, label_smoothing=objective.label_smoothing
        )
    else:
        grad, hess = F.sigmoid_focal_loss_grad_and_hess(margins, labels, objective.alpha, objective.gamma)
        hess = HESSIANS[objective.hessian](grad, hess, margins, labels)
    return grad, np.maximum(hess, objective.min_hess)


@every_objective
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["XGBoost's", "LightGBM's"])
@pytest.mark.parametrize("weighted", [False, True])
def test_data_set_and_arrays_give_the_derivatives_of_functional(rng, objective, dtype, weighted):
    margins, labels, weight = draw(rng, dtype=dtype)
    weight = weight if weighted else None
    want_grad, want_hess = unweighted(objective, margins, labels)
    factor = 1 if weight is None else weight
    for grad, hess in (
        objective(margins, Dataset(labels, weight)),
        objective(labels, margins, sample_weight=weight),
        objective(labels, margins, weight),
    ):
        assert grad.dtype == hess.dtype == dtype
        np.testing.assert_array_equal(grad, (want_grad * factor).astype(dtype))
        np.testing.assert_allclose(
            hess, (want_hess * factor).astype(dtype), rtol=1e-5 if dtype is np.float32 else 1e-14
        )


@every_objective
def test_margins_and_labels_stay_as_they_were(rng, objective):
    margins, labels, weight = draw(rng)
    copies = margins.copy(), labels.copy(), weight.copy()
    objective(margins, Dataset(labels, weight))
    for before, after in zip(copies, (margins, labels, weight), strict=True):
        np.testing.assert_array_equal(before, after)


def test_no_weights_are_an_empty_array_from_xgboost_and_none_from_lightgbm(rng):
    margins, labels, _ = draw(rng)
    for empty in (np.empty(0, np.float32), None):
        np.testing.assert_array_equal(LogLoss()(margins, Dataset(labels, empty)), LogLoss()(labels, margins))


def test_several_labels_take_the_weight_of_their_row(rng):
    margins, labels, weight = draw(rng, (50, 3))
    grad, hess = LogLoss()(margins, Dataset(labels, weight))
    for column in range(3):
        want = LogLoss()(margins[:, column], Dataset(labels[:, column], weight))
        np.testing.assert_array_equal((grad[:, column], hess[:, column]), want)


def test_floor_of_the_hessian_comes_before_the_weight():
    _, hess = LogLoss(min_hess=0.125)(np.zeros(2), np.array([-50.0, 0.0]), np.array([2.0, 2.0]))
    assert hess.tolist() == [0.25, 0.5]
    grad, hess = LogLoss()(np.ones(1), np.array([80.0]))
    assert hess[0] == 1e-16
    assert grad[0] == pysigmoid.bce_with_logits_grad(80.0, 1.0)


@every_objective
def test_catboost_gets_what_it_maximises(rng, objective):
    margins, labels, weight = draw(rng, dtype=np.float64)
    for given in (weight, None):
        derivatives = objective.calc_ders_range(margins, labels, given)
        assert derivatives.shape == (len(margins), 2)
        np.testing.assert_array_equal(-derivatives.T, objective(labels, margins, given))
    listed = objective.calc_ders_range(list(margins), list(labels), None)
    np.testing.assert_array_equal(listed, derivatives)


def test_catboosts_several_targets_are_refused_with_the_way_that_works():
    with pytest.raises(ValueError, match=r"one target at a time in CatBoost; .*MultiLogloss"):
        LogLoss().calc_ders_multi([0.0, 0.0], [1.0, 0.0], 1.0)


def test_lightgbms_scores_of_classes_are_refused_with_the_way_that_works(rng):
    with pytest.raises(ValueError, match=r"3 margins for each label; .*leave out num_class"):
        LogLoss()(np.zeros((4, 3)), Dataset([0, 1, 0, 1]))


@every_objective
def test_metrics_are_the_weighted_mean_loss(rng, objective):
    margins, labels, weight = draw(rng)
    each = objective._loss(margins.astype(np.float64), labels, None, "none")
    for given, want in ((None, each.mean()), (weight, np.average(each, weights=weight))):
        name, loss = objective.xgb_metric(margins, Dataset(labels, given))
        assert isinstance(name, str)
        assert loss == pytest.approx(want, rel=1e-6)
        assert objective.xgb_metric(labels, margins, given) == loss
        assert objective.lgb_metric(margins, Dataset(labels, given)) == (name, loss, False)
        assert objective.lgb_metric(labels, margins, given) == (name, loss, False)


# ---- where to start ----


@every_objective
@pytest.mark.parametrize("soft", [False, True])
def test_best_constant_has_neighbours_with_a_greater_loss(rng, objective, soft):
    _, labels, weight = draw(rng)
    labels = rng.random(200) if soft else labels
    best = objective.init_margin(labels, weight)

    def loss(margin):
        return objective.lgb_metric(labels, np.full(200, margin), weight)[1]

    assert isinstance(best, float)
    grad, _ = objective(labels, np.full(200, best), weight)
    assert abs(grad.sum()) < 1e-12 * np.abs(grad).sum()
    assert loss(best) < min(loss(best - 0.01), loss(best + 0.01))


def test_best_constant_of_the_logistic_loss_is_the_logit_of_the_mean():
    assert LogLoss().init_margin([1, 0, 0, 0]) == pytest.approx(-np.log(3), rel=1e-15)
    assert LogLoss().init_margin([True, False], [3, 1]) == pytest.approx(np.log(3), rel=1e-15)
    assert LogLoss(pos_weight=3).init_margin([1, 0, 0, 0]) == 0
    assert LogLoss(label_smoothing=0.5).init_margin([1, 1]) == pytest.approx(np.log(3), rel=1e-15)
    assert FocalLoss(alpha=None, gamma=0).init_margin([1, 0, 0, 0]) == pytest.approx(-np.log(3), rel=1e-15)


def test_init_score_is_the_margin_for_each_row_and_each_label():
    assert LogLoss().init_score(pd.Series([1, 0, 0, 0])).tolist() == [-np.log(3)] * 4
    scores = LogLoss().init_score(np.array([[1, 0], [0, 0], [0, 0], [0, 1]]))
    assert scores.tolist() == [[-np.log(3), -np.log(3)]] * 4


@either_class
@pytest.mark.parametrize(("label", "end"), [(0, "-inf"), (1, "inf")])
def test_labels_that_are_all_equal_have_no_best_constant(loss, label, end):
    with pytest.raises(ValueError, match=f"all labels that count are {label}, so that the best constant is {end}"):
        loss().init_margin([label, label, 1 - label], [1.0, 2.0, 0.0])


def test_probabilities_are_those_of_sigmoid():
    margins = np.float32([[-100, 0], [1, 20]])
    np.testing.assert_array_equal(LogLoss().predict_proba(margins), pysigmoid.sigmoid(margins))
    assert LogLoss().predict_proba(pd.Series([0.0], ["a"])).loc["a"] == 0.5


# ---- focal derivatives ----


def focal_by_hand(x, y, gamma, alpha=0.25):
    """The focal loss's Hessian in 60 digits, by mpmath's derivative of its formula for a label of 0 or 1."""
    sign = 1 if y else -1
    share = alpha if y else 1 - mpmath.mpf(alpha)

    def loss(t):
        return share * (1 / (1 + mpmath.exp(sign * t))) ** gamma * mpmath.log1p(mpmath.exp(-sign * t))

    return mpmath.diff(loss, mpmath.mpf(float(x)), 2)


@pytest.mark.parametrize(("dtype", "bound"), [(np.float32, 1e-7), (np.float64, 2e-14)], ids=["float32", "float64"])
def test_focal_hessian_over_pm_80(dtype, bound):
    x = np.linspace(-80, 80, 41).astype(dtype)
    with mpmath.workdps(60):
        for y in (0, 1):
            for gamma in (0.5, 1, 2, 5):
                objective = FocalLoss(gamma=gamma, hessian="true")
                _, hess = objective._derivatives(x, np.full(len(x), y))
                want = [focal_by_hand(at, y, gamma) for at in x]
                errors = [abs((mpmath.mpf(float(h)) - w) / w) for h, w in zip(hess, want, strict=True)]
                kept = [e for e, w in zip(errors, want, strict=True) if abs(w) > float(np.finfo(dtype).tiny)]
                assert max(kept) < bound


@pytest.mark.parametrize("hessian", HESSIANS)
def test_hessians_of_confident_mistakes_are_positive(hessian):
    grad, hess = FocalLoss(hessian=hessian)(np.array([1, 1, 0]), np.array([-30.0, -4.0, 4.0]))
    assert np.all(hess > 0)
    assert grad.tolist() == F.sigmoid_focal_loss_value_and_grad([-30.0, -4.0, 4.0], [1, 1, 0])[1].tolist()


def test_gauss_newton_lets_no_row_step_further_than_4(rng):
    margins, labels = np.linspace(-80, 80, 2001), rng.integers(0, 2, 2001)
    for gamma in (0.5, 2.0, 5.0):
        grad, hess = FocalLoss(gamma=gamma, min_hess=0.0)(labels, margins)
        assert np.nanmax(np.abs(grad / hess)) <= 4 * (1 + 1e-12)


@pytest.mark.parametrize("hessian", ["true", "absolute"])
def test_without_focus_the_hessian_is_that_of_the_logistic_loss(rng, hessian):
    margins, labels, _ = draw(rng, dtype=np.float64)
    _, hess = FocalLoss(alpha=None, gamma=0.0, hessian=hessian, min_hess=0.0)(labels, margins)
    np.testing.assert_allclose(hess, pysigmoid.sigmoid_derivative(margins), rtol=1e-12)


def test_soft_labels_at_their_own_logit_have_a_hessian_of_every_kind():
    for hessian in HESSIANS:
        grad, hess = FocalLoss(hessian=hessian)(np.array([0.5]), np.array([0.0]))
        assert np.all(np.isfinite([grad, hess]))


# ---- the objects ----


@every_objective
def test_objects_are_equal_to_their_copies(objective):
    for twin in (copy.deepcopy(objective), pickle.loads(pickle.dumps(objective)), eval(repr(objective))):
        assert twin == objective
        assert repr(twin) == repr(objective)
    assert objective != LogLoss(pos_weight=17.0)
    assert objective != repr(objective)


def test_options_are_attributes_that_may_be_set():
    objective = LogLoss()
    objective.pos_weight = 3.0
    assert objective == LogLoss(pos_weight=3.0)
    assert repr(objective) == "LogLoss(pos_weight=3.0)"
    assert objective([1], [0.0])[0].tolist() == [-1.5]


def test_estimators_that_hold_one_can_be_cloned():
    class Estimator(BaseEstimator):
        def __init__(self, objective=None):
            self.objective = objective

    copied = clone(Estimator(FocalLoss(gamma=3.0)))
    assert copied.objective == FocalLoss(gamma=3.0)


def test_no_library_of_boosting_is_imported():
    libraries = {"xgboost", "lightgbm", "catboost", "scipy"}
    program = f"import sys, pysigmoid.objectives; print(sorted(set(sys.modules) & {libraries}))"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_pysigmoid_does_not_import_them():
    program = "import sys, pysigmoid; sys.exit('pysigmoid.objectives' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


# ---- bad input ----


@either_class
@pytest.mark.parametrize("min_hess", [-1e-16, np.nan, np.inf])
def test_bad_floors(loss, min_hess):
    with pytest.raises(ValueError, match=f"min_hess is {min_hess}; choose a finite number from 0"):
        loss(min_hess=min_hess)


@pytest.mark.parametrize(
    ("loss", "options"),
    [
        (LogLoss, {"label_smoothing": 1.5}),
        (LogLoss, {"label_smoothing": np.nan}),
        (LogLoss, {"pos_weight": -1.0}),
        (LogLoss, {"pos_weight": np.inf}),
        (FocalLoss, {"alpha": 1.5}),
        (FocalLoss, {"alpha": np.nan}),
        (FocalLoss, {"gamma": -0.5}),
        (FocalLoss, {"gamma": 1001.0}),
        (FocalLoss, {"pos_weight": np.nan}),
        (FocalLoss, {"hessian": "exact"}),
    ],
)
def test_options_out_of_range_are_errors_at_construction(loss, options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f"{name} is {value!r}"):
        loss(**options)


@either_class
def test_wrong_labels_are_named_with_their_index(loss):
    for call in (loss(), loss().xgb_metric, loss().lgb_metric):
        with pytest.raises(
            ValueError, match=r"label must lie between 0 and 1, but label\[2\] is -1.0. .*\(label \+ 1\) / 2"
        ):
            call(np.zeros(3, np.float32), Dataset([0, 1, -1]))
        with pytest.raises(ValueError, match=r"y_true\[1\] is nan. Drop"):
            call(np.array([0, np.nan]), np.zeros(2))
    with pytest.raises(ValueError, match=r"y\[1\] is 2"):
        loss().init_margin([0, 2])
    with pytest.raises(ValueError, match=r"label\[0, 1\] is 3.0"):
        loss()(np.zeros((1, 2)), Dataset([[0, 3]]))


@either_class
def test_wrong_weights_and_shapes(loss):
    with pytest.raises(ValueError, match=r"sample_weight\[1\] is -2.0"):
        loss()(np.zeros(2), np.zeros(2), np.array([1.0, -2.0]))
    with pytest.raises(ValueError, match=r"sample_weight has shape \(3,\), but there are 2 rows"):
        loss()(np.zeros(2), np.zeros(2), np.ones(3))
    with pytest.raises(ValueError, match=r"y_pred has shape \(3,\) but y_true has shape \(2,\)"):
        loss()(np.zeros(2), np.zeros(3))
    with pytest.raises(TypeError, match="y_pred has dtype complex128"):
        loss()(np.zeros(2), np.zeros(2, complex))
