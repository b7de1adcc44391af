"""The objectives inside XGBoost, LightGBM and CatBoost: the trees of the built-in ones, from the same start."""

import pickle
import re
import time
import warnings
from itertools import product
from pathlib import Path

import catboost
import joblib
import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV

import pysigmoid
from benchmarks import focal_hessians
from examples import imbalanced_boosting
from pysigmoid import functional as F
from pysigmoid.objectives import FocalLoss, LogLoss

ROUNDS = 60
XGBOOST_MARGIN = 5e-6  # float32 margins, and gradients rounded in another place
LIGHTGBM_MARGIN = CATBOOST_MARGIN = 1e-12

every_data = pytest.mark.parametrize("name", ["breast cancer", "synthetic"])
weighted_or_not = pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    features = generator.standard_normal((50_000, 10))
    score = features @ generator.standard_normal(10) + features[:, 0] * features[:, 1]
    labels = (score + generator.logistic(size=50_000) > 2).astype(int)
    held = {"breast cancer": load_breast_cancer(return_X_y=True), "synthetic": (features, labels)}
    return {name: (X, y, generator.random(len(y)) + 0.5) for name, (X, y) in held.items()}


def logit(p):
    return float(pysigmoid.logit(p))


# ---- XGBoost ----


def train_xgboost(X, y, w, options, **more):
    matrix = xgboost.DMatrix(X, y, weight=w)
    model = xgboost.train({"nthread": 1, "base_score": 0.3} | options, matrix, ROUNDS, **more)
    return model.predict(matrix, output_margin=True), model.predict(matrix)


@every_data
@weighted_or_not
def test_xgboost_gives_the_trees_of_its_own_objective(data, name, weighted):
    X, y, w = data[name]
    w = w if weighted else None
    want, want_probabilities = train_xgboost(X, y, w, {"objective": "binary:logistic"})
    got, probabilities = train_xgboost(X, y, w, {"objective": "binary:logistic"}, obj=LogLoss())
    np.testing.assert_allclose(got, want, rtol=0, atol=XGBOOST_MARGIN)
    np.testing.assert_allclose(probabilities, want_probabilities, rtol=0, atol=1e-6)
    alone, margins = train_xgboost(X, y, w, {"base_score": logit(0.3)}, obj=LogLoss())
    np.testing.assert_allclose(alone, want, rtol=0, atol=XGBOOST_MARGIN)
    np.testing.assert_array_equal(margins, alone)  # without the name it does not know that these are logits


@weighted_or_not
@pytest.mark.parametrize("estimator", [xgboost.XGBClassifier, xgboost.XGBRegressor])
def test_xgboosts_estimators_give_the_trees_of_their_own_objective(data, estimator, weighted):
    X, y, w = data["breast cancer"]
    w = w if weighted else None
    options = {"n_estimators": ROUNDS, "n_jobs": 1, "base_score": 0.5}
    want = xgboost.XGBClassifier(objective="binary:logistic", **options).fit(X, y, sample_weight=w)
    margin = {} if estimator is xgboost.XGBClassifier else {"base_score": 0.0}
    got = estimator(objective=LogLoss(), **options | margin).fit(X, y, sample_weight=w)
    margins = got.predict(X, output_margin=True)
    np.testing.assert_allclose(margins, want.predict(X, output_margin=True), rtol=0, atol=XGBOOST_MARGIN)


def test_xgboost_fits_three_labels_at_once(data):
    X, y, w = data["breast cancer"]
    labels = np.column_stack([y, X[:, 0] > 14, X[:, 1] > 19]).astype(np.float32)
    for weight in (None, w):
        want, _ = train_xgboost(X, labels, weight, {"objective": "binary:logistic"})
        got, _ = train_xgboost(X, labels, weight, {"objective": "binary:logistic"}, obj=LogLoss())
        assert got.shape == labels.shape
        np.testing.assert_allclose(got, want, rtol=0, atol=XGBOOST_MARGIN)


def test_pos_weight_is_xgboosts_scale_pos_weight(data):
    X, y, w = data["breast cancer"]
    want, _ = train_xgboost(X, y, w, {"objective": "binary:logistic", "scale_pos_weight": 3})
    got, _ = train_xgboost(X, y, w, {"objective": "binary:logistic"}, obj=LogLoss(pos_weight=3))
    np.testing.assert_allclose(got, want, rtol=0, atol=XGBOOST_MARGIN)
    ignored, _ = train_xgboost(X, y, w, {"objective": "binary:logistic", "scale_pos_weight": 3}, obj=LogLoss())
    assert np.abs(ignored - want).max() > 0.1


def test_xgboost_stops_early_at_the_same_round(data):
    X, y, w = data["breast cancer"]
    train, held = (xgboost.DMatrix(X[part::2], y[part::2], weight=w[part::2]) for part in (0, 1))
    options = {"objective": "binary:logistic", "base_score": 0.5, "nthread": 1, "learning_rate": 0.5}
    more = {"evals": [(held, "held")], "early_stopping_rounds": 5, "verbose_eval": False}
    want_history, history = {}, {}
    want = xgboost.train(options | {"eval_metric": "logloss"}, train, 500, evals_result=want_history, **more)
    objective = LogLoss()
    options["disable_default_eval_metric"] = True
    got = xgboost.train(
        options, train, 500, obj=objective, custom_metric=objective.xgb_metric, evals_result=history, **more
    )
    assert got.best_iteration == want.best_iteration < 499
    np.testing.assert_allclose(history["held"]["log_loss"], want_history["held"]["logloss"], rtol=0, atol=1e-5)


def test_xgboosts_estimator_stops_early_at_the_same_round(data):
    X, y, _ = data["breast cancer"]
    options = {"n_estimators": 500, "early_stopping_rounds": 5, "n_jobs": 1, "learning_rate": 0.5, "base_score": 0.5}
    held = {"eval_set": [(X[1::2], y[1::2])], "verbose": False}
    want = xgboost.XGBClassifier(eval_metric="logloss", **options).fit(X[::2], y[::2], **held)
    objective = LogLoss()
    got = xgboost.XGBClassifier(objective=objective, eval_metric=objective.xgb_metric, **options)
    got.fit(X[::2], y[::2], **held)
    assert got.best_iteration == want.best_iteration < 499


# ---- LightGBM ----


def train_lightgbm(X, y, w, options, start=None, **more):
    options = {"num_threads": 1, "verbose": -1, "deterministic": True} | options
    score = None if start is None else np.full(len(y), start)
    return lightgbm.train(options, lightgbm.Dataset(X, y, weight=w, init_score=score), ROUNDS, **more)


@every_data
@weighted_or_not
def test_lightgbm_gives_the_trees_of_its_own_objective(data, name, weighted):
    X, y, w = data[name]
    w = w if weighted else None
    start = LogLoss().init_margin(y, w)
    want = train_lightgbm(X, y, w, {"objective": "binary", "boost_from_average": False}, start)
    got = train_lightgbm(X, y, w, {"objective": LogLoss()}, start)
    margins = got.predict(X, raw_score=True)
    np.testing.assert_allclose(margins, want.predict(X, raw_score=True), rtol=0, atol=LIGHTGBM_MARGIN)
    np.testing.assert_array_equal(margins, got.predict(X))


@pytest.mark.parametrize("estimator", [lightgbm.LGBMClassifier, lightgbm.LGBMRegressor])
def test_lightgbms_estimators_give_the_trees_of_their_own_objective(data, estimator):
    X, y, w = data["breast cancer"]
    options = {"n_estimators": ROUNDS, "n_jobs": 1, "verbose": -1, "deterministic": True}
    score = LogLoss().init_score(y, w)
    own = lightgbm.LGBMClassifier(boost_from_average=False, **options).fit(X, y, sample_weight=w, init_score=score)
    got = estimator(objective=LogLoss(), **options).fit(X, y, sample_weight=w, init_score=score)
    want = own.predict(X, raw_score=True)
    np.testing.assert_allclose(got.predict(X, raw_score=True), want, rtol=0, atol=LIGHTGBM_MARGIN)


def test_pos_weight_is_lightgbms_scale_pos_weight(data):
    X, y, w = data["breast cancer"]
    options = {"objective": "binary", "boost_from_average": False, "scale_pos_weight": 3}
    want = train_lightgbm(X, y, w, options).predict(X, raw_score=True)
    got = train_lightgbm(X, y, w, {"objective": LogLoss(pos_weight=3)}).predict(X, raw_score=True)
    np.testing.assert_allclose(got, want, rtol=0, atol=LIGHTGBM_MARGIN)


def test_lightgbm_stops_early_at_the_same_round(data):
    X, y, w = data["breast cancer"]
    stop = {"callbacks": [lightgbm.early_stopping(5, verbose=False)]}
    objective, best = LogLoss(), []
    for options, metric in (
        ({"objective": "binary", "boost_from_average": False, "metric": "binary_logloss"}, None),
        ({"objective": objective, "metric": "None"}, objective.lgb_metric),
    ):
        options |= {"num_threads": 1, "verbose": -1, "learning_rate": 0.3}
        train = lightgbm.Dataset(X[::2], y[::2], weight=w[::2])
        held = train.create_valid(X[1::2], y[1::2], weight=w[1::2])
        best.append(lightgbm.train(options, train, 500, valid_sets=[held], feval=metric, **stop).best_iteration)
    assert best[0] == best[1] < 500
    estimator = lightgbm.LGBMClassifier(objective=objective, n_estimators=500, learning_rate=0.3, n_jobs=1, verbose=-1)
    estimator.set_params(metric="None")
    estimator.fit(
        X[::2], y[::2], sample_weight=w[::2], eval_X=X[1::2], eval_y=y[1::2], eval_sample_weight=[w[1::2]],
        eval_metric=objective.lgb_metric, **stop,
    )  # fmt: skip
    assert estimator.best_iteration_ == best[0]


def test_lightgbms_classes_are_refused_with_the_way_that_works(data):
    X, y, _ = data["breast cancer"]
    with pytest.raises(ValueError, match=r"3 margins for each label.*leave out num_class"):
        train_lightgbm(X, y, None, {"objective": LogLoss(), "num_class": 3})


# ---- CatBoost ----


def train_catboost(X, y, w, objective, rounds=ROUNDS, **options):
    model = catboost.CatBoostClassifier(
        iterations=rounds, loss_function=objective, verbose=False, allow_writing_files=False, thread_count=1,
        learning_rate=0.1, leaf_estimation_iterations=1, leaf_estimation_method="Newton", boost_from_average=False,
        **options,
    )  # fmt: skip
    return model.fit(X, y, sample_weight=w)


@every_data
@weighted_or_not
def test_catboost_gives_the_trees_of_its_own_objective(data, name, weighted):
    X, y, w = data[name]
    w = w if weighted else None
    want = train_catboost(X, y, w, "Logloss").predict(X, prediction_type="RawFormulaVal")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = train_catboost(X, y, w, LogLoss(), eval_metric="Logloss")
    got = model.predict(X, prediction_type="RawFormulaVal")
    np.testing.assert_allclose(got, want, rtol=0, atol=CATBOOST_MARGIN)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], pysigmoid.sigmoid(got), rtol=0, atol=1e-12)


def test_catboosts_scale_pos_weight_is_a_weight_of_rows(data):
    X, y, w = data["breast cancer"]
    w = w.astype(np.float32)  # as CatBoost keeps them; the double is exact as well
    want = train_catboost(X, y, w, "Logloss", scale_pos_weight=2).predict(X, prediction_type="RawFormulaVal")
    got = train_catboost(X, y, np.where(y == 1, 2, 1) * w, LogLoss(), eval_metric="Logloss")
    np.testing.assert_allclose(got.predict(X, prediction_type="RawFormulaVal"), want, rtol=0, atol=CATBOOST_MARGIN)


def test_catboost_stops_early_at_the_same_round(data):
    X, y, _ = data["breast cancer"]
    rounds = []
    for objective in ("Logloss", LogLoss()):
        model = catboost.CatBoostClassifier(
            iterations=500, loss_function=objective, eval_metric="Logloss", verbose=False, allow_writing_files=False,
            thread_count=1, learning_rate=0.3, leaf_estimation_iterations=1, boost_from_average=False,
        )  # fmt: skip
        model.fit(X[::2], y[::2], eval_set=(X[1::2], y[1::2]), early_stopping_rounds=5)
        rounds.append(model.tree_count_)
    assert rounds[0] == rounds[1] < 500


def test_catboosts_classes_are_refused_with_the_way_that_works(data):
    X, y, _ = data["breast cancer"]
    with pytest.raises(catboost.CatBoostError, match="MultiLogloss"):
        train_catboost(X, np.arange(len(y)) % 3, None, LogLoss(), eval_metric="MultiClass")


def test_catboost_takes_at_most_two_thirds_of_the_time_with_a_list_of_pairs(data):
    class Pairs:
        """What CatBoost's documentation shows, without its loop over numbers."""

        no_jit = True

        def calc_ders_range(self, approxes, targets, weights):
            grad, hess = F.binary_cross_entropy_with_logits_grad_and_hess(np.asarray(approxes), np.asarray(targets))
            return list(zip(-grad, -hess, strict=True))

    X, y, _ = data["synthetic"]
    taken = {LogLoss: [], Pairs: []}
    for _, objective in product(range(3), taken):
        start = time.process_time()
        train_catboost(X, y, None, objective(), 20, eval_metric="Logloss")
        taken[objective].append(time.process_time() - start)
    assert min(taken[LogLoss]) < 0.65 * min(taken[Pairs])


# ---- the page ----


def test_lines_of_the_page_give_probabilities_that_are_right():
    page = (Path(__file__).parents[2] / "docs" / "boosting.md").read_text()
    names, programs = {}, re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(programs) == 4
    for program in programs:
        exec(program, names)
        if "probabilities" not in names:
            continue
        probabilities, labels = names.pop("probabilities"), names["y"][names["held"]]
        assert probabilities.shape == labels.shape
        assert np.mean((probabilities > 0.5) == labels) > 0.9
        assert F.binary_cross_entropy(probabilities, labels) < 0.2


# ---- the example ----


def test_example_of_rare_positives_ranks_them_and_scaling_makes_focal_scores_probabilities(capsys):
    train, held, test = imbalanced_boosting.parts(9000)
    model, margin = imbalanced_boosting.fit(FocalLoss(), train, held)
    assert imbalanced_boosting.average_precision(model.predict(test.features) + margin, test.labels) > 0.2
    slope, offset = imbalanced_boosting.platt(model.predict(held.features) + margin, held.labels)
    margins = model.predict(test.features) + margin
    scaled = F.binary_cross_entropy_with_logits(slope * margins + offset, test.labels)
    assert scaled < F.binary_cross_entropy_with_logits(margins, test.labels)
    table = imbalanced_boosting.calibration(pysigmoid.sigmoid(margins), test.labels)
    assert sum(count for count, _, _ in table) == len(test.labels)
    imbalanced_boosting.main()
    printed = capsys.readouterr().out
    assert printed.count("average precision 0.") == 2
    assert printed.count("after Platt scaling: log-loss 0.0") == 2


# ---- tools around the estimators ----


def test_estimators_with_an_objective_are_cloned_pickled_and_searched(data, tmp_path):
    X, y, _ = data["breast cancer"]
    model = xgboost.XGBClassifier(objective=FocalLoss(gamma=1.0), n_estimators=5, n_jobs=1)
    assert clone(model).objective == model.objective
    search = GridSearchCV(model, {"objective": [LogLoss(), LogLoss(pos_weight=2.0)], "max_depth": [1, 2]}, cv=2)
    search.fit(X, y)
    assert search.best_params_["objective"] in (LogLoss(), LogLoss(pos_weight=2.0))
    fitted = search.best_estimator_
    joblib.dump(fitted, tmp_path / "model")
    for twin in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "model")):
        np.testing.assert_array_equal(twin.predict_proba(X), fitted.predict_proba(X))
    fitted.save_model(tmp_path / "model.json")
    loaded = xgboost.XGBClassifier()
    loaded.load_model(tmp_path / "model.json")
    np.testing.assert_allclose(loaded.predict_proba(X), fitted.predict_proba(X), rtol=0, atol=1e-6)


def test_objectives_run_in_workers(data):
    X, y, _ = data["breast cancer"]

    def fit(gamma):
        model = lightgbm.LGBMClassifier(objective=FocalLoss(gamma=gamma), n_estimators=3, n_jobs=1, verbose=-1)
        return model.fit(X, y).predict(X, raw_score=True)

    for gamma, got in zip(
        (1.0, 2.0), joblib.Parallel(2)(joblib.delayed(fit)(gamma) for gamma in (1.0, 2.0)), strict=True
    ):
        np.testing.assert_array_equal(got, fit(gamma))


# ---- workers of Dask ----


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    with (
        warnings.catch_warnings(action="ignore"),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.mark.filterwarnings("ignore")  # both libraries warn of what Dask is about to change
def test_dask_classes_of_xgboost_and_lightgbm_take_the_object(data, cluster):
    import dask.array
    from xgboost import dask as dask_xgboost

    X, y, w = data["breast cancer"]
    rows = [dask.array.from_array(array, chunks=(300, *array.shape[1:])) for array in (X, y, w)]
    margins = []
    for more in ({}, {"obj": LogLoss()}):
        matrix = dask_xgboost.DaskDMatrix(cluster, rows[0], rows[1], weight=rows[2])
        options = {"objective": "binary:logistic", "base_score": 0.3, "tree_method": "hist"}
        booster = dask_xgboost.train(cluster, options, matrix, 20, **more)["booster"]
        margins.append(booster.predict(xgboost.DMatrix(X), output_margin=True))
    np.testing.assert_allclose(margins[1], margins[0], rtol=0, atol=XGBOOST_MARGIN)
    # LightGBM finds the bins of a feature on the rows of one worker, so it matters where rows lie: here in one place.
    rows = [array.rechunk(-1) for array in rows]
    margins = []
    for options in ({"boost_from_average": False}, {"objective": LogLoss()}):
        model = lightgbm.DaskLGBMClassifier(n_estimators=20, verbose=-1, client=cluster, **options)
        model.fit(rows[0], rows[1], sample_weight=rows[2])
        margins.append(model.to_local().predict(X, raw_score=True))
    np.testing.assert_allclose(margins[1], margins[0], rtol=0, atol=LIGHTGBM_MARGIN)


# ---- the focal loss from the base rate ----


@pytest.mark.parametrize("library", focal_hessians.TRAINERS)
@pytest.mark.parametrize("gamma", focal_hessians.GAMMAS)
@pytest.mark.parametrize("share", focal_hessians.SHARES)
def test_focal_loss_trains_from_the_base_rate_and_no_margin_runs_away(share, gamma, library):
    X, y = focal_hessians.data(share)
    start = focal_hessians.start_of("base rate", y, gamma)

    def train(objective, rate):
        margins = focal_hessians.TRAINERS[library](X, y, lambda x, labels: objective(labels, x), start, rate)
        return F.sigmoid_focal_loss(margins, y, gamma=gamma, reduction="mean"), np.abs(margins).max()

    loss, farthest = train(FocalLoss(gamma=gamma), 0.1)
    assert loss < 1.1 * train(FocalLoss(gamma=gamma, hessian="true", min_hess=0.01), 0.1)[0]
    assert farthest < 40
    assert train(FocalLoss(gamma=gamma), 0.3)[1] < 40
