"""Platt scaling: a classifier's scores s become probabilities sigmoid(a s + b), fitted to held-out labels.

The million scores come from a seeded generator, since the data sets that scikit-learn brings have thousands of rows.
SciPy's L-BFGS-B minimises the mean logistic loss twice: with loss and gradient as NumPy and SciPy have them, an array
for every step of the formula, and with ours, one pass, and one array that every iteration fills anew.
"""

import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

import pysigmoid
from pysigmoid import nn

COUNT = 1_000_000
SLOPE, OFFSET = 1.7, -0.4

# The curvature of the mean loss is about 0.1 here, so this leaves a and b off by some 1e-9.
UNTIL_FLAT = {"gtol": 1e-10, "ftol": 0.0}
LARGEST_DIFFERENCE = 1e-7

Objective = Callable[[np.ndarray], tuple[float, list[float]]]


class Cost(NamedTuple):
    """What a fit takes, and what it finds: the slope a and the offset b."""

    seconds: float
    peak_bytes: int
    parameters: np.ndarray


def scores_and_labels(count: int = COUNT, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a classifier that is right most of the time, and labels with P(1) = sigmoid(SLOPE s + OFFSET)."""
    generator = np.random.default_rng(seed)
    scores = 3 * generator.standard_normal(count)
    labels = generator.random(count) < pysigmoid.sigmoid(SLOPE * scores + OFFSET)
    return scores, labels.astype(np.float64)


def usual_objective(scores: np.ndarray, labels: np.ndarray) -> Objective:
    def mean_loss_and_grad(parameters):
        slope, offset = parameters
        logits = slope * scores + offset
        loss = np.maximum(logits, 0) - logits * labels + np.log1p(np.exp(-np.abs(logits)))
        residuals = (expit(logits) - labels) / len(labels)
        return loss.mean(), [residuals @ scores, residuals.sum()]

    return mean_loss_and_grad


def fused_objective(scores: np.ndarray, labels: np.ndarray) -> Objective:
    criterion, buffer = nn.BCEWithLogitsLoss(), np.empty_like(scores)

    def mean_loss_and_grad(parameters):
        slope, offset = parameters
        logits = np.multiply(slope, scores, out=buffer)
        logits += offset
        loss, residuals = criterion.value_and_grad(logits, labels, grad_out=buffer)
        return loss, [residuals @ scores, residuals.sum()]

    return mean_loss_and_grad


def fit(make_objective: Callable[..., Objective], scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The slope and the offset at the minimum."""
    objective = make_objective(scores, labels)
    return minimize(objective, [1.0, 0.0], jac=True, method="L-BFGS-B", options=UNTIL_FLAT).x


def cost(make_objective: Callable[..., Objective], scores: np.ndarray, labels: np.ndarray) -> Cost:
    """The memory is counted in a second run, since counting takes time."""
    start = time.perf_counter()
    parameters = fit(make_objective, scores, labels)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    try:
        fit(make_objective, scores, labels)
        return Cost(seconds, tracemalloc.get_traced_memory()[1], parameters)
    finally:
        tracemalloc.stop()


def compare(count: int = COUNT) -> bool:
    """Print what both ways take; whether they find the same."""
    scores, labels = scores_and_labels(count)
    costs = {"NumPy and SciPy": cost(usual_objective, scores, labels)}
    for threads in sorted({1, pysigmoid.get_num_threads()}):
        with pysigmoid.num_threads(threads):
            costs[f"pysigmoid, threads: {threads}"] = cost(fused_objective, scores, labels)
    print(f"{count:,} scores, drawn with a = {SLOPE}, b = {OFFSET}; peak memory beyond scores and labels")
    for name, (seconds, peak_bytes, (slope, offset)) in costs.items():
        print(f"{name:22} {seconds:7.3f} s {peak_bytes / 2**20:7.1f} MiB   a = {slope:.9f}, b = {offset:.9f}")
    found = np.array([each.parameters for each in costs.values()])
    difference = np.ptp(found, axis=0).max()
    agrees = difference < LARGEST_DIFFERENCE
    print(f"largest difference: {difference:.1e} ({'below' if agrees else 'NOT BELOW'} {LARGEST_DIFFERENCE:g})")
    return bool(agrees)


if __name__ == "__main__":
    compare()
