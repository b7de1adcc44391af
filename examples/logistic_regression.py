"""Logistic regression: SciPy's L-BFGS-B with our fused loss and gradient, and scikit-learn's own for comparison.

Both minimise loss(coefficients) + penalty / 2 * |weights|^2, the loss summed over the rows; the last coefficient is the
intercept, which goes unpenalised.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from sklearn.linear_model import LogisticRegression

import pysigmoid
from pysigmoid import nn

# Until rounding ends the descent: the coefficients are compared, and a flat minimum moves them far for a small loss.
TO_THE_END = {"gtol": 1e-9, "ftol": 1e-15, "maxcor": 30, "maxiter": 1000}


def logits(coefficients: np.ndarray, features: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    values = np.matmul(features, coefficients[:-1], out=out)
    values += coefficients[-1]
    return values


def fit(
    features: np.ndarray,
    targets: np.ndarray,
    penalty: float,
    on_iteration: Callable[[float], object] = lambda loss: None,
    options: Mapping[str, object] = TO_THE_END,
) -> np.ndarray:
    """The coefficients at the minimum; `on_iteration` is told the value after every step.

    One array of a number per row holds the logits and then, written over them, the gradient.
    """
    criterion = nn.BCEWithLogitsLoss(reduction="sum")
    per_row = np.empty(len(features))

    def objective(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        weights = coefficients[:-1]
        loss, grad = criterion.value_and_grad(logits(coefficients, features, per_row), targets, grad_out=per_row)
        return loss + penalty / 2 * (weights @ weights), np.append(grad @ features + penalty * weights, grad.sum())

    def callback(intermediate_result: OptimizeResult) -> None:
        on_iteration(intermediate_result.fun)

    start = np.zeros(features.shape[1] + 1)
    return minimize(objective, start, jac=True, method="L-BFGS-B", callback=callback, options=options).x


def fit_with_scikit_learn(
    features: np.ndarray, targets: np.ndarray, penalty: float, solver: str = "newton-cholesky", tol: float = 1e-10
) -> np.ndarray:
    """The coefficients at the same minimum."""
    model = LogisticRegression(C=1 / penalty, solver=solver, tol=tol, max_iter=1000)
    model.fit(features, targets)
    return np.append(model.coef_, model.intercept_)


def accuracy(coefficients: np.ndarray, features: np.ndarray, targets: np.ndarray) -> float:
    """The share of rows whose probability lies on its target's side of 1/2."""
    return float(np.mean((pysigmoid.sigmoid(logits(coefficients, features)) > 0.5) == targets))
