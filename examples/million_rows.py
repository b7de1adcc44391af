"""Logistic regression on a million rows of ten features: SciPy's L-BFGS-B with our loss, beside scikit-learn's L-BFGS.

Both start at zero, minimise the same function and stop at the same slope of the mean loss. The rows come from a seeded
generator. Exits with 1 if the coefficients differ.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

import pysigmoid
from examples import logistic_regression
from pysigmoid._command.progress import Progress

ROWS, COLUMNS = 1_000_000, 10
PENALTY = 1.0
LARGEST_SLOPE = 1e-7
LARGEST_DIFFERENCE = 1e-5


def rows(count: int = ROWS, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Normal features on scales from 1 to 3, and labels from a logistic model with an intercept."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((count, COLUMNS)) * np.linspace(1, 3, COLUMNS)
    coefficients = generator.standard_normal(COLUMNS + 1) / 3
    probabilities = pysigmoid.sigmoid(logistic_regression.logits(coefficients, features))
    return features, (generator.random(count) < probabilities).astype(int)


def fit(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """SciPy stops by the slope of what it is given, our sum over the rows; scikit-learn gives it the mean."""
    options = {"gtol": LARGEST_SLOPE * len(features), "ftol": 0.0}
    with Progress(None, "iteration", "fitting") as progress:
        return logistic_regression.fit(features, targets, PENALTY, lambda loss: progress.update(), options)


def fit_with_scikit_learn(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return logistic_regression.fit_with_scikit_learn(features, targets, PENALTY, solver="lbfgs", tol=LARGEST_SLOPE)


def compare(count: int = ROWS, rounds: int = 3) -> tuple[float, float]:
    """Print the seconds of both and return their ratio, ours first, and the largest difference of a coefficient."""
    features, targets = rows(count)
    seconds: dict[str, list[float]] = {"pysigmoid": [], "scikit-learn": []}
    found = {}
    for _ in range(rounds):
        for name, fitting in (("pysigmoid", fit), ("scikit-learn", fit_with_scikit_learn)):
            found[name], taken = timed(fitting, features, targets)
            seconds[name].append(taken)
    print(f"{count:,} rows, {COLUMNS} features, {pysigmoid.get_num_threads()} threads, best of {rounds} turns")
    for name, coefficients in found.items():
        print(
            f"{name:12} {min(seconds[name]):7.3f} s   {np.array2string(coefficients, precision=6, max_line_width=120)}"
        )
    difference = np.abs(found["pysigmoid"] - found["scikit-learn"]).max()
    ratio = min(seconds["pysigmoid"]) / min(seconds["scikit-learn"])
    print(f"time: {ratio:.2f} of scikit-learn's; largest difference of a coefficient: {difference:.1e}")
    return ratio, difference


def timed(function: Callable[..., np.ndarray], *arguments: np.ndarray) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def main() -> int:
    _, difference = compare()
    return 0 if difference < LARGEST_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
