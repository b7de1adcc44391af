"""Logistic regression: SciPy's L-BFGS-B with our fused loss and gradient, and scikit-learn's own for comparison.

Both minimise loss(coefficients) + penalty / 2 * |weights|^2, the loss summed over the rows; the last coefficient is the
intercept, which goes unpenalised.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from sklearn.linear_model import LogisticRegression

import pysigmoid
from pysigmoid import nn

# Until rounding ends the descent: the coefficients are compared, and a flat minimum moves them far for a small loss.
TO_THE_END = {"gtol": 1e-9, "ftol": 1e-15, "maxcor": 30, "maxiter": 1000}


def logits(coefficients: np.ndarray, features: np.ndarray) -> np.ndarray:
    return features @ coefficients[:-1] + coefficients[-1]


def fit(
    features: np.ndarray, targets: np.ndarray, penalty: float, on_iteration: Callable[[float], object]
) -> np.ndarray:
    """The coefficients at the minimum; `on_iteration` is told the value after every step."""
    criterion = nn.BCEWithLogitsLoss(reduction="sum")

    def objective(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        weights = coefficients[:-1]
        loss, grad = criterion.value_and_grad(logits(coefficients, features), targets)
        return loss + penalty / 2 * (weights @ weights), np.append(features.T @ grad + penalty * weights, grad.sum())

    def callback(intermediate_result: OptimizeResult) -> None:
        on_iteration(intermediate_result.fun)

    start = np.zeros(features.shape[1] + 1)
    return minimize(objective, start, jac=True, method="L-BFGS-B", callback=callback, options=TO_THE_END).x


def fit_with_scikit_learn(features: np.ndarray, targets: np.ndarray, penalty: float) -> np.ndarray:
    """The coefficients at the same minimum, by Newton's method."""
    model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-10, max_iter=1000)
    model.fit(features, targets)
    return np.append(model.coef_, model.intercept_)


def accuracy(coefficients: np.ndarray, features: np.ndarray, targets: np.ndarray) -> float:
    """The share of rows whose probability lies on its target's side of 1/2."""
    return float(np.mean((pysigmoid.sigmoid(logits(coefficients, features)) > 0.5) == targets))
