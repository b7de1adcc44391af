"""The losses, at inputs that are the same everywhere, and the documented order in which their terms are added."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pysigmoid import functional as F
from pysigmoid._command.inputs import BITS, BLOCK, INDICES, MASK, Array, as_dtype, drawn, hash_of_outputs

DTYPES = ("float64", "float32", "float16")
SIZE = 97 * 1031  # beyond one block of the sum, many rows, threads for the longer precisions

LOGITS, UNIT, WEIGHTS = (-750.0, 750.0), (0.0, 1.0), (0.0, 16.0)


def operands(dtype: str) -> list[Array]:
    """Logits, labels, weights and probabilities."""
    indices = np.arange(SIZE, dtype=np.uint64)
    columns = [drawn(indices, k + 2, interval) for k, interval in enumerate((LOGITS, UNIT, WEIGHTS, UNIT))]
    return [as_dtype(column, dtype).view(dtype) for column in columns]


def calls(dtype: str) -> dict[str, Callable[[], Any]]:
    """Every kind of loss and derivative, and every kind of sum."""
    x, y, w, p = operands(dtype)
    value_and_grad = F.binary_cross_entropy_with_logits_value_and_grad
    grad_and_hess = F.binary_cross_entropy_with_logits_grad_and_hess
    rows, labels = x.reshape(-1, 97), y.reshape(-1, 97)
    return {
        "loss": lambda: F.binary_cross_entropy_with_logits(x, y),
        "loss, hard labels": lambda: F.binary_cross_entropy_with_logits(x, y > 0.5, reduction="sum"),
        "loss and gradient": lambda: value_and_grad(x, y),
        "gradient and Hessian": lambda: grad_and_hess(x, y),
        "weighted loss": lambda: value_and_grad(
            x, y, w, reduction="weighted_mean", pos_weight=3, label_smoothing=0.125
        ),
        "loss of rows": lambda: F.binary_cross_entropy_with_logits(rows, labels, axis=1),
        "loss of columns": lambda: F.binary_cross_entropy_with_logits(rows, labels, axis=0),
        "loss, masked": lambda: value_and_grad(x, y, where=p > 0.25),
        "focal loss": lambda: F.sigmoid_focal_loss_value_and_grad(x, y, reduction="sum"),
        "focal loss, other power": lambda: F.sigmoid_focal_loss_grad_and_hess(x, y, None, 1.5),
        "loss of probabilities": lambda: F.binary_cross_entropy(p, y, w),
    }


def as_tuple(results: Any) -> tuple[Array, ...]:
    return tuple(np.atleast_1d(np.asarray(each)) for each in (results if isinstance(results, tuple) else (results,)))


def hash_of_results(results: Any) -> str:
    """As of the functions, of blocks that are filled up with zeros."""
    total = 0
    for result in as_tuple(results):
        bits = result.reshape(-1).view(BITS[result.dtype.name])
        for block, begin in enumerate(range(0, bits.size, BLOCK)):
            part = np.zeros(INDICES.size, bits.dtype)
            part[: bits[begin : begin + BLOCK].size] = bits[begin : begin + BLOCK]
            total = total * 31 + hash_of_outputs((part,), result.dtype.name, block) & MASK
    return f"{total:016x}"


# ---- sums ----

RUNNING_SUMS, SUM_BLOCK = 16, 1024


def sum_of_rows(terms: Array) -> Array:
    """Of each row: every sixteenth term goes to one of 16 running sums, which are joined half to half."""
    sums = np.zeros((len(terms), RUNNING_SUMS))
    for begin in range(0, terms.shape[1], RUNNING_SUMS):
        part = terms[:, begin : begin + RUNNING_SUMS]
        sums[:, : part.shape[1]] += part
    while sums.shape[1] > 1:
        half = sums.shape[1] // 2
        sums = sums[:, :half] + sums[:, half:]
    return sums[:, 0]


def documented_sum(terms: Array) -> float:
    """Blocks of 1024 terms, whose sums are added in pairs until one is left; an odd one waits for the next round."""
    whole = terms.size - terms.size % SUM_BLOCK
    sums = [*sum_of_rows(terms[:whole].reshape(-1, SUM_BLOCK)), *sum_of_rows(terms[None, whole:])[: terms.size - whole]]
    while len(sums) > 1:
        odd = sums[len(sums) - len(sums) % 2 :]
        sums = [a + b for a, b in zip(sums[::2], sums[1::2], strict=False)] + odd
    return float(sums[0])
