"""python -m proof.smoke: the settings, and a hash of the outputs of every function, loss and dtype over 5,000 inputs.

Run on another processor, or on an emulated one, it says whether that one computes the same: see processors.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

import ml_dtypes
import numpy as np

import pysigmoid
from pysigmoid import _core
from pysigmoid import functional as F

# long double is left out: it promises 4 ULP, and emulators compute x87's exponential and logarithm in their own way.
DTYPES = (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)
N = 5000
SHARED = 1 << 17  # elements that keep one thread busy long enough
PROBABILITY = (0.0, 1.0)

FORMS = (
    {},
    {"weight": True, "pos_weight": True, "label_smoothing": 0.25, "reduction": "weighted_mean"},
    {"ignore_value": 0.0, "reduction": "sum"},
    {"axis": -1},
)


def draw(interval: tuple[float, float], n: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of many binades, by exact operations alone."""
    numbers = np.ldexp(rng.integers(0, 1 << 24, n).astype(np.float64), rng.integers(-60, -14, n))
    return np.minimum(numbers, 1) if interval == PROBABILITY else numbers * rng.choice([-1.0, 1.0], n)


def results_of_functions(dtype: type, rng: np.random.Generator) -> Iterator[tuple[str, Iterable[np.ndarray]]]:
    for row in _core.functions:
        inputs = [draw(interval, N, rng).astype(dtype) for interval in row["intervals"]]
        outputs = getattr(pysigmoid, row["name"])(*inputs)
        yield row["name"], outputs if isinstance(outputs, tuple) else (outputs,)


def results_of_losses(dtype: type, rng: np.random.Generator) -> Iterator[tuple[str, Iterable[np.ndarray]]]:
    logits, labels, weight = (draw(interval, N, rng) for interval in ((-1.0, 1.0), PROBABILITY, PROBABILITY))
    x, y = logits.astype(dtype).reshape(50, -1), labels.reshape(50, -1)
    for form in FORMS:
        options = {name: weight.reshape(x.shape) if value is True else value for name, value in form.items()}
        yield f"loss {sorted(form)}", F.binary_cross_entropy_with_logits_value_and_grad(x, y, **options)
        yield f"Hessian {sorted(form)}", F.binary_cross_entropy_with_logits_grad_and_hess(x, y, **options)
    for gamma in (0, 1.5, 2):
        yield f"focal loss {gamma}", F.sigmoid_focal_loss_value_and_grad(x, y, 0.25, gamma)
    yield "loss of probabilities", (F.binary_cross_entropy(np.minimum(abs(x), dtype(1)), y),)


def results_of_threads(dtype: type, rng: np.random.Generator) -> Iterator[tuple[str, Iterable[np.ndarray]]]:
    x = draw((-1.0, 1.0), SHARED, rng).astype(dtype)
    with pysigmoid.num_threads(4):
        yield "sigmoid on 4 threads", (pysigmoid.sigmoid(x),)
        yield "loss on 4 threads", (F.binary_cross_entropy_with_logits(x, x > 0, reduction="sum"),)


def hash_of(arrays: Iterable[np.ndarray]) -> str:
    return hashlib.sha256(b"".join(np.asarray(array).tobytes() for array in arrays)).hexdigest()[:16]


def main() -> None:
    found = {}
    with np.errstate(all="ignore"):
        for dtype in DTYPES:
            rng = np.random.default_rng(20250611)
            for results in (results_of_functions, results_of_losses, results_of_threads):
                found |= {f"{name}, {np.dtype(dtype)}": hash_of(arrays) for name, arrays in results(dtype, rng)}
    pysigmoid.show_config()
    print(json.dumps({"isa": _core.isa, "hashes": found}))


if __name__ == "__main__":
    main()
