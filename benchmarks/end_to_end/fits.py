"""Fits: logistic regression, Platt scaling, an item-response model."""

from collections.abc import Callable

import numpy as np

import pysigmoid
from benchmarks.end_to_end.kinds import Arrays, Contender, scaled, usual_loss
from pysigmoid import functional as F
from pysigmoid.objectives import LogisticObjective

FLAT = 1e-6  # the largest slope of a mean loss at which the fits stop
STEPS = 20  # iterations of the item-response model


# ---- logistic regression -------------------------------------------------------------------------------------------


def rows_of_ten(scale: float) -> Arrays:
    """Normal features on scales from 1 to 3, and labels from a logistic model with an intercept."""
    generator = np.random.default_rng(0)
    features = generator.standard_normal((scaled(1_000_000, scale), 10)) * np.linspace(1, 3, 10)
    probabilities = pysigmoid.sigmoid(features @ generator.standard_normal(10) / 3 + 0.3)
    return features, (generator.random(len(features)) < probabilities).astype(np.float64)


def minimum(value_and_grad: Callable, size: int) -> np.ndarray:
    from scipy.optimize import minimize

    options = {"gtol": FLAT, "ftol": 0.0}
    return minimize(value_and_grad, np.zeros(size), jac=True, method="L-BFGS-B", options=options).x


def logistic_of_pysigmoid(C: float) -> Contender:
    def fit(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        objective = LogisticObjective(features, labels, C=C)
        return minimum(objective.value_and_grad, objective.size)

    return lambda *data: lambda: fit(*data)


def logistic_of_scipy(C: float) -> Contender:
    def fit(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        from scipy.special import expit

        rows = len(labels)

        def value_and_grad(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
            weights, intercept = coefficients[:-1], coefficients[-1]
            logits = features @ weights + intercept
            residuals = (expit(logits) - labels) / rows
            loss = usual_loss(logits, labels).mean() + weights @ weights / (2 * C * rows)
            return loss, np.append(features.T @ residuals + weights / (C * rows), residuals.sum())

        return minimum(value_and_grad, features.shape[1] + 1)

    return lambda *data: lambda: fit(*data)


def logistic_of_scikit_learn(features: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    from sklearn.linear_model import LogisticRegression

    def fit() -> np.ndarray:
        model = LogisticRegression(C=1.0, tol=FLAT).fit(features, labels)
        return np.append(model.coef_, model.intercept_)

    return fit


def logistic_of_torch(C: float) -> Contender:
    def fit(data: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        import torch

        features, labels = map(torch.from_numpy, data)
        weights = torch.zeros(features.shape[1], dtype=torch.float64, requires_grad=True)
        intercept = torch.zeros((), dtype=torch.float64, requires_grad=True)
        criterion = torch.nn.BCEWithLogitsLoss()
        options = {"max_iter": 500, "tolerance_grad": FLAT, "tolerance_change": 0, "line_search_fn": "strong_wolfe"}
        optimizer = torch.optim.LBFGS([weights, intercept], **options)

        def closure():
            optimizer.zero_grad()
            loss = criterion(features @ weights + intercept, labels) + weights @ weights / (2 * C * len(labels))
            loss.backward()
            return loss

        optimizer.step(closure)
        return np.append(weights.detach().numpy(), intercept.item())

    return lambda *data: lambda: fit(data)


# ---- Platt scaling -------------------------------------------------------------------------------------------------


def scores_and_labels(scale: float) -> Arrays:
    generator = np.random.default_rng(1)
    scores = 3 * generator.standard_normal((scaled(1_000_000, scale), 1))
    labels = generator.random(len(scores)) < pysigmoid.sigmoid(1.7 * scores[:, 0] - 0.4)
    return scores, labels.astype(np.float64)


def platts_targets(labels: np.ndarray) -> np.ndarray:
    """Labels a little inside of 0 and 1, by how many there are of each."""
    positive = np.count_nonzero(labels)
    return np.where(labels > 0, (positive + 1) / (positive + 2), 1 / (len(labels) - positive + 2))


def platt(contender: Contender) -> Contender:
    """A logistic regression on Platt's targets."""
    return lambda scores, labels: lambda: contender(scores, platts_targets(labels))()


def platt_of_scikit_learn(scores: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    """A classifier whose decision is the score itself, as `CalibratedClassifierCV` takes it."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Scored(ClassifierMixin, BaseEstimator):
        classes_ = np.array([0.0, 1.0])

        def fit(self, *_: object) -> "Scored":
            return self

        def decision_function(self, rows: np.ndarray) -> np.ndarray:
            return rows[:, 0]

        def predict(self, rows: np.ndarray) -> np.ndarray:
            return (rows[:, 0] > 0).astype(float)

        def __sklearn_is_fitted__(self) -> bool:
            return True

    def fit() -> np.ndarray:
        calibrated = CalibratedClassifierCV(FrozenEstimator(Scored()), method="sigmoid").fit(scores, labels)
        (curve,) = calibrated.calibrated_classifiers_[0].calibrators
        return np.array([-curve.a_, -curve.b_])

    return fit


# ---- the item-response model ---------------------------------------------------------------------------------------


def responses(scale: float) -> Arrays:
    """Answers of persons to 100 items, and which of them are there: nine tenths."""
    generator = np.random.default_rng(2)
    ability = generator.standard_normal(scaled(20_000, scale))
    slope, offset = generator.uniform(0.5, 2, 100), generator.standard_normal(100)
    present = generator.random((len(ability), 100)) > 0.1
    solved = generator.random(present.shape) < pysigmoid.sigmoid(np.outer(ability, slope) + offset)
    return np.where(present, solved, 0.0), present


def item_response(loss_and_grad: Callable, solved: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Slopes and offsets of the items after some steps of L-BFGS, with normal priors; logits ability slope + offset."""
    from scipy.optimize import minimize

    persons, items = solved.shape

    def value_and_grad(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        ability, slope, offset = np.split(parameters, [persons, persons + items])
        loss, grad = loss_and_grad(ability, slope, offset, solved, present)
        loss += (ability @ ability + (slope - 1) @ (slope - 1) + offset @ offset) / 2
        return loss, np.concatenate(
            [grad @ slope + ability, ability @ grad + slope - 1, grad.sum(axis=0) + offset],
        )

    start = np.concatenate([np.zeros(persons), np.ones(items), np.zeros(items)])
    options = {"maxiter": STEPS, "gtol": 0.0, "ftol": 0.0}
    return minimize(value_and_grad, start, jac=True, method="L-BFGS-B", options=options).x[persons:]


def responses_of_pysigmoid(solved: np.ndarray, present: np.ndarray) -> Callable[[], object]:
    def fit() -> np.ndarray:
        buffer = np.empty_like(solved)

        def loss_and_grad(ability, slope, offset, solved, present):
            logits = np.multiply.outer(ability, slope, out=buffer)
            logits += offset
            return F.binary_cross_entropy_with_logits_value_and_grad(
                logits, solved, where=present, reduction="sum", grad_out=logits
            )

        return item_response(loss_and_grad, solved, present)

    return fit


def responses_of_scipy(solved: np.ndarray, present: np.ndarray) -> Callable[[], object]:
    from scipy.special import expit

    def loss_and_grad(ability, slope, offset, solved, present):
        logits = np.outer(ability, slope) + offset
        return (usual_loss(logits, solved) * present).sum(), (expit(logits) - solved) * present

    return lambda: item_response(loss_and_grad, solved, present)


def responses_of_torch(solved: np.ndarray, present: np.ndarray) -> Callable[[], object]:
    """Autograd for the loss and its gradient in the logits; what is linear is NumPy's, as for the others."""
    import torch

    labels, weights = torch.from_numpy(solved), torch.from_numpy(present.astype(np.float64))
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits

    def loss_and_grad(ability, slope, offset, solved, present):
        logits = torch.from_numpy(np.outer(ability, slope) + offset).requires_grad_()
        loss = loss_of(logits, labels, weights, reduction="sum")
        loss.backward()
        return loss.item(), logits.grad.numpy()

    return lambda: item_response(loss_and_grad, solved, present)
