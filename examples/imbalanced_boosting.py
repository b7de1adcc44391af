"""Boosting where 2 % of the labels are positive: logistic and focal loss, early stopping, and a calibration table.

LightGBM trains both from the best constant, and stops when the loss of held-out rows ends to fall. The focal loss pays
for its focus in calibration: its scores rank the rows as well, and Platt scaling, a slope and an offset fitted to
held-out rows, makes probabilities of them again. Needs `pip install lightgbm scipy`.
"""

from typing import NamedTuple

import lightgbm
import numpy as np
from scipy.optimize import minimize

import pysigmoid
from pysigmoid import functional as F
from pysigmoid.objectives import FocalLoss, LogisticObjective, LogLoss

ROWS, COLUMNS, SHARE = 30_000, 10, 0.02
EDGES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)  # of the bins of the calibration table
OPTIONS = {"learning_rate": 0.1, "num_leaves": 15, "metric": "None", "verbose": -1, "num_threads": 1}


class Part(NamedTuple):
    """Features (rows, columns) and labels (rows,)."""

    features: np.ndarray
    labels: np.ndarray


def parts(rows: int = ROWS, seed: int = 0) -> list[Part]:
    """To fit, to stop and to calibrate by, and to judge."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((rows, COLUMNS))
    score = (
        2 * features[:, 0] * features[:, 1] + 3 * (features[:, 2] > 1) + features @ generator.standard_normal(COLUMNS)
    )
    noisy = score + generator.logistic(size=rows)
    labels = noisy > np.quantile(noisy, 1 - SHARE)
    return [Part(features[begin::3], labels[begin::3]) for begin in range(3)]


def fit(objective: LogLoss | FocalLoss, train: Part, held: Part, rounds: int = 300) -> tuple[lightgbm.Booster, float]:
    """The model, and the margin that it starts from, which is no part of it."""
    margin = objective.init_margin(train.labels)
    data = lightgbm.Dataset(train.features, train.labels, init_score=np.full(len(train.labels), margin))
    judged = data.create_valid(held.features, held.labels, init_score=np.full(len(held.labels), margin))
    stop = lightgbm.early_stopping(20, verbose=False)
    options = OPTIONS | {"objective": objective}
    return lightgbm.train(
        options, data, rounds, valid_sets=[judged], feval=objective.lgb_metric, callbacks=[stop]
    ), margin


def platt(margins: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Slope and offset that make the margins logits."""
    objective = LogisticObjective(margins[:, None], labels, C=np.inf)
    return minimize(objective.value_and_grad, np.zeros(2), jac=True, method="L-BFGS-B").x


def calibration(probabilities: np.ndarray, labels: np.ndarray) -> list[tuple[int, float, float]]:
    """For each bin the number of rows, their mean probability, and the share of them that is positive."""
    bins = np.clip(np.digitize(probabilities, EDGES) - 1, 0, len(EDGES) - 2)
    masks = [bins == number for number in range(len(EDGES) - 1)]
    return [(int(mask.sum()), probabilities[mask].mean(), labels[mask].mean()) for mask in masks if mask.any()]


def average_precision(scores: np.ndarray, labels: np.ndarray) -> float:
    found = np.cumsum(labels[np.argsort(-scores, kind="stable")])
    precision = found / np.arange(1, len(found) + 1)
    return float(np.sum(precision * np.diff(found, prepend=0)) / found[-1])


def main() -> None:
    train, held, test = parts()
    for objective in (LogLoss(), FocalLoss()):
        model, margin = fit(objective, train, held)
        slope, offset = platt(model.predict(held.features) + margin, held.labels)
        margins = model.predict(test.features) + margin
        print(f"\n{objective}: {model.best_iteration} trees, starting from {margin:.2f}")
        print(f"average precision {average_precision(margins, test.labels):.3f}")
        for name, logits in (("as it is", margins), ("after Platt scaling", slope * margins + offset)):
            loss = F.binary_cross_entropy_with_logits(logits, test.labels)
            print(f"  {name}: log-loss {loss:.4f};  rows: probability -> share of positives")
            for count, probability, share in calibration(pysigmoid.sigmoid(logits), test.labels):
                print(f"    {count:6d}: {probability:.3f} -> {share:.3f}")


if __name__ == "__main__":
    main()
