"""The tasks, and every way to do them."""

import numpy as np

import pysigmoid
from benchmarks.end_to_end import fits, passes
from benchmarks.end_to_end.kinds import Task
from pysigmoid import functional as F

TASKS = {
    "logistic_regression": Task(
        "logistic regression, 1,000,000 x 10",
        fits.rows_of_ten,
        {
            "pysigmoid": fits.logistic_of_pysigmoid(1.0),
            "SciPy": fits.logistic_of_scipy(1.0),
            "scikit-learn": fits.logistic_of_scikit_learn,
            "torch": fits.logistic_of_torch(1.0),
        },
        tolerance=1e-4,
    ),
    "item_response": Task(
        "item-response model, 20,000 x 100, a tenth missing",
        fits.responses,
        {"pysigmoid": fits.responses_of_pysigmoid, "SciPy": fits.responses_of_scipy, "torch": fits.responses_of_torch},
        tolerance=1e-4,
    ),
    "platt_scaling": Task(
        "Platt scaling of 1,000,000 scores",
        fits.scores_and_labels,
        {
            "pysigmoid": fits.platt(fits.logistic_of_pysigmoid(np.inf)),
            "SciPy": fits.platt(fits.logistic_of_scipy(np.inf)),
            "scikit-learn": fits.platt_of_scikit_learn,
            "torch": fits.platt(fits.logistic_of_torch(np.inf)),
        },
        tolerance=1e-4,
    ),
    "multi_label": Task(
        "multi-label loss and gradient, 2,000,000 x 20, float32",
        passes.labels_of_twenty,
        {
            "pysigmoid": lambda *data: lambda: F.binary_cross_entropy_with_logits_value_and_grad(*data),
            "NumPy": passes.labels_of_numpy,
            "SciPy": passes.labels_of_scipy,
            "torch": passes.labels_of_torch,
        },
        tolerance=1e-5,
    ),
    "lstm": Task(
        "LSTM forward, 128 steps of 64 x 64, 128 units, float32",
        passes.sequences,
        {
            "pysigmoid": passes.lstm(pysigmoid.sigmoid_gate),
            "NumPy": passes.lstm(lambda a, b: a / (1 + np.exp(-b))),
            "SciPy": passes.lstm_of_scipy,
            "torch": passes.lstm_of_torch,
        },
        tolerance=1e-4,
    ),
    "masks": Task(
        "masks of 160 x 160 x 32 in place, float16",
        passes.mask_logits,
        {
            "pysigmoid": passes.in_place(lambda masks: pysigmoid.sigmoid(masks, out=masks)),
            "NumPy": passes.in_place(passes.masks_of_numpy),
            "SciPy": passes.in_place(passes.masks_of_scipy),
            "torch": passes.in_place(passes.masks_of_torch),
        },
        tolerance=3e-3,
    ),
}
