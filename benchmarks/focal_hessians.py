"""Which second derivative the focal loss should give to boosting: every candidate in every setting, on two libraries.

The true one is negative at confident mistakes, and boosting divides by sums of it. `python -m
benchmarks.focal_hessians` trains all settings (XGBoost and LightGBM must be installed; minutes), writes
benchmarks/focal_hessians.json and prints for every candidate how far its final loss is from the best one's, and the
farthest margin.

Of the file here the runs of the older candidates from the base rate were stopped after 22 to 25 of their 36 settings.
"""

import json
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import lightgbm
import numpy as np
import xgboost

import pysigmoid
from pysigmoid import functional as F
from pysigmoid._command.progress import progress
from pysigmoid.objectives import FocalLoss, LogLoss

RESULT = Path(__file__).with_suffix(".json")
ROWS, COLUMNS, ROUNDS = 5_000, 10, 60
SHARES, GAMMAS, RATES = (0.02, 0.035, 0.2), (1.0, 2.0, 5.0), (0.1, 0.3)
STARTS = ("zero", "best constant", "base rate")

Derivatives = tuple[np.ndarray, np.ndarray]  # first and second


def true(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
    return F.sigmoid_focal_loss_grad_and_hess(x, y, gamma=gamma)


def floor(least: float) -> Callable[..., Derivatives]:
    def derivatives(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
        grad, hess = true(x, y, gamma)
        return grad, np.maximum(hess, least)

    return derivatives


def magnitude(least: float) -> Callable[..., Derivatives]:
    def derivatives(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
        grad, hess = true(x, y, gamma)
        return grad, np.maximum(np.abs(hess), least)

    return derivatives


def slope_floor(share: float) -> Callable[..., Derivatives]:
    """At least a share of |gradient|: the step of one row is at most 1 / share."""

    def derivatives(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
        grad, hess = true(x, y, gamma)
        return grad, np.maximum(hess, np.maximum(share * np.abs(grad), 1e-16))

    return derivatives


def gauss_newton(least: float) -> Callable[..., Derivatives]:
    """The focal loss is phi of the logistic loss L: without phi'' L'^2 there remains phi' L''."""

    def derivatives(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
        grad, _ = true(x, y, gamma)
        slope, curvature = F.binary_cross_entropy_with_logits_grad_and_hess(x, y)
        return grad, np.maximum(grad / slope * curvature, least)

    return derivatives


def bounded_gauss_newton(share: float) -> Callable[..., Derivatives]:
    """The same and at least a share of |gradient|: since |L'| is 1 - p_t and L'' is p_t (1 - p_t), it is |g| p_t."""

    def derivatives(x: np.ndarray, y: np.ndarray, gamma: float) -> Derivatives:
        grad, _ = true(x, y, gamma)
        right = pysigmoid.sigmoid(np.where(y > 0.5, x, -x))
        return grad, np.maximum(np.abs(grad) * np.maximum(right, share), 1e-16)

    return derivatives


CANDIDATES: dict[str, Callable[..., Derivatives]] = {
    "true": true,
    **{f"floor {least:g}": floor(least) for least in (1e-6, 1e-3, 1e-2, 3e-2)},
    **{f"max(|h|, {least:g})": magnitude(least) for least in (1e-16, 1e-2)},
    **{f"max(h, {share:g} |g|)": slope_floor(share) for share in (0.1, 0.25, 0.5, 1.0)},
    **{f"Gauss-Newton, {least:g}": gauss_newton(least) for least in (1e-16, 1e-2)},
    **{f"max(Gauss-Newton, {share:g} |g|)": bounded_gauss_newton(share) for share in (0.1, 0.25)},
}


def data(share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels of a model with a product and a step in it, a given share of them positive."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((ROWS, COLUMNS))
    score = (
        features @ generator.standard_normal(COLUMNS) + 2 * features[:, 0] * features[:, 1] + 3 * (features[:, 2] > 1)
    )
    noisy = score + generator.logistic(size=ROWS)
    return features, (noisy > np.quantile(noisy, 1 - share)).astype(np.float32)


def train_xgboost(X: np.ndarray, y: np.ndarray, derivatives: Callable[..., Derivatives], start: float, rate: float):
    matrix = xgboost.DMatrix(X, y, base_margin=np.full(len(y), start))
    options = {"learning_rate": rate, "nthread": 1, "base_score": 0.0, "max_depth": 6}
    model = xgboost.train(options, matrix, ROUNDS, obj=lambda x, d: derivatives(x, d.get_label()))
    return model.predict(matrix, output_margin=True).astype(np.float64)


def train_lightgbm(X: np.ndarray, y: np.ndarray, derivatives: Callable[..., Derivatives], start: float, rate: float):
    data = lightgbm.Dataset(X, y, init_score=np.full(len(y), start))
    options = {
        "learning_rate": rate, "num_threads": 1, "verbose": -1, "deterministic": True,
        "objective": lambda x, d: derivatives(x, d.get_label()),
    }  # fmt: skip
    return lightgbm.train(options, data, ROUNDS).predict(X, raw_score=True) + start


TRAINERS = {"XGBoost": train_xgboost, "LightGBM": train_lightgbm}


def start_of(name: str, y: np.ndarray, gamma: float) -> float:
    """The margin of that name: 0, the best constant of the focal loss, or the logit of the mean label."""
    starts = {
        "zero": 0.0,
        "best constant": FocalLoss(gamma=gamma).init_margin(y),
        "base rate": LogLoss().init_margin(y),
    }
    return starts[name]


def measure() -> Iterator[dict[str, object]]:
    for share, gamma in product(SHARES, GAMMAS):
        X, y = data(share)
        for library, start, rate in product(TRAINERS, STARTS, RATES):
            margin = start_of(start, y, gamma)
            for name, candidate in CANDIDATES.items():
                margins = TRAINERS[library](X, y, lambda x, t, c=candidate, g=gamma: c(x, t, g), margin, rate)
                loss = F.sigmoid_focal_loss(margins, y, gamma=gamma, reduction="mean")
                yield {
                    "share": share, "gamma": gamma, "library": library, "start": start, "rate": rate,
                    "candidate": name, "loss": float(f"{loss:.4g}"), "farthest": round(float(abs(margins).max()), 2),
                }  # fmt: skip


def table(rows: list[dict]) -> str:
    """For each start and candidate how far its final loss is from the best one's, and its farthest margin."""
    best: dict[tuple, float] = {}
    for row in rows:
        setting = setting_of(row)
        best[setting] = min(row["loss"], best.get(setting, np.inf))
    lines = [f"{'start':14} {'candidate':28} {'worst / best loss':>18} {'above 1.1':>12} {'farthest margin':>16}"]
    for start, name in product(STARTS, CANDIDATES):
        own = [row for row in rows if (row["start"], row["candidate"]) == (start, name)]
        if own:
            ratios = [row["loss"] / best[setting_of(row)] for row in own]
            above = f"{sum(ratio > 1.1 for ratio in ratios)} of {len(own)}"
            farthest = max(row["farthest"] for row in own)
            lines.append(f"{start:14} {name:28} {max(ratios):18.3g} {above:>12} {farthest:16.4g}")
    return "\n".join(lines)


def setting_of(row: dict) -> tuple:
    return tuple(row[key] for key in ("share", "gamma", "library", "start", "rate"))


def main() -> int:
    settings = len(SHARES) * len(GAMMAS) * len(TRAINERS) * len(STARTS) * len(RATES)
    rows = list(progress(measure(), settings * len(CANDIDATES), "fit"))
    RESULT.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
