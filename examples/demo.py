"""The main job on real data: `make demo`.

Prints what becomes of the tails, fits a logistic regression with our loss and gradient, checks its coefficients against
scikit-learn's, times our functions beside the libraries installed here, draws the S-curve into demo.png, and turns a
million scores into probabilities, beside NumPy and SciPy. Exits with 1 if coefficients or parameters differ.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.bench import measure
from benchmarks.peers import Library, installed
from benchmarks.report import table
from benchmarks.tasks import all_tasks
from examples import breast_cancer, curve, logistic_regression, platt_scaling, tails
from pysigmoid._command.progress import Progress, progress

PENALTY = 1.0
LARGEST_DIFFERENCE = 1e-4
TIMED = ("sigmoid", "sigmoid_derivative", "log_sigmoid", "mean_loss", "mean_loss_and_grad")
SIZES = (8_192, 1_000_000)
SCORES = platt_scaling.COUNT
PICTURE = Path("demo.png")


def main() -> int:
    libraries = list(installed())
    heading("Far from zero")
    print(tails.table(libraries))
    heading("Logistic regression on the breast-cancer data: SciPy's L-BFGS-B, our loss and gradient")
    agrees = fit_and_compare()
    heading("Speed, one thread, contenders taking turns")
    show_speed(libraries)
    heading("Picture")
    curve.draw(PICTURE)
    print(f"the S-curve and its derivative: {PICTURE}")
    heading("Platt scaling: SciPy's L-BFGS-B, the usual loss and gradient and ours")
    agrees &= platt_scaling.compare(SCORES)
    return 0 if agrees else 1


def heading(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def fit_and_compare() -> bool:
    """Whether our coefficients are scikit-learn's."""
    data = breast_cancer.load()
    losses: list[float] = []
    with Progress(None, "iteration", "fitting") as fitting:

        def on_iteration(loss: float) -> None:
            losses.append(loss)
            fitting.update(note=f"loss {loss:.10f}")

        ours = logistic_regression.fit(data.features, data.targets, PENALTY, on_iteration)
    print_losses(losses)
    theirs = logistic_regression.fit_with_scikit_learn(data.features, data.targets, PENALTY)
    right = logistic_regression.accuracy(ours, data.held_out_features, data.held_out_targets)
    print(f"accuracy on the {len(data.held_out_targets)} held-out tumours: {right:.1%}")
    difference = np.abs(ours - theirs).max()
    agrees = difference < LARGEST_DIFFERENCE
    print(f"largest difference from scikit-learn's coefficients: {difference:.1e}", end=" ")
    print(f"({'below' if agrees else 'NOT BELOW'} {LARGEST_DIFFERENCE:g})")
    return agrees


def print_losses(losses: Sequence[float], per_line: int = 5) -> None:
    print("loss after each iteration, penalty included:")
    cells = [f"{iteration:4} {loss:14.8f}" for iteration, loss in enumerate(losses, start=1)]
    for start in range(0, len(cells), per_line):
        print("".join(cells[start : start + per_line]))


def show_speed(libraries: Sequence[Library]) -> None:
    tasks = [task for task in all_tasks() if task.name in TIMED]
    dtypes = [np.dtype(np.float32), np.dtype(np.float64)]
    groups = measure(tasks, dtypes, SIZES, libraries, rounds=5)
    total = len(tasks) * len(dtypes) * len(SIZES)
    results = [result for group in progress(groups, total, "task", "timing") for result in group]
    print(table(results))


if __name__ == "__main__":
    sys.exit(main())
