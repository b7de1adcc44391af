"""scikit-learn's breast-cancer data, standardised and split: 569 tumours, 30 measurements each; 1 is malignant."""

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


class Split(NamedTuple):
    """Features (rows, columns) and targets (rows,) to fit, and others to judge the fit by."""

    features: np.ndarray
    targets: np.ndarray
    held_out_features: np.ndarray
    held_out_targets: np.ndarray


def load(columns: int = 30) -> Split:
    """The first `columns` measurements, in units of their deviation from the mean over the rows to fit."""
    features, benign = load_breast_cancer(return_X_y=True)
    train, held_out, targets, held_out_targets = train_test_split(
        features[:, :columns], 1 - benign, test_size=0.25, random_state=0, stratify=benign
    )
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return Split((train - mean) / deviation, targets, (held_out - mean) / deviation, held_out_targets)
