"""Logistic regression over Dask arrays: the sums of each block of rows, added in a tree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pysigmoid._arguments import real_between
from pysigmoid._dask_graphs import as_dask, da, like
from pysigmoid._dtypes import Array, is_number
from pysigmoid._linear import PenalisedObjective, RowSums, probabilities_of, read_coefficients, require_columns
from pysigmoid._loss_blocks import Place, placed
from pysigmoid._objective_arguments import check_labels, check_weights, factor, require_rows
from pysigmoid._remedies import convert, no_numbers
from pysigmoid._row_blocks import RowBlocks


@dataclass(frozen=True)
class RowOptions:
    """What `RowSums` takes beside arrays."""

    fit_intercept: bool
    pos_weight: float | None
    label_smoothing: float

    def sums(self, X: Any, y: Array, weight: Array | None = None) -> RowSums:
        """Of a block; y and weight are columns."""
        return RowSums(X, y[:, 0], sample_weight=None if weight is None else weight[:, 0], **vars(self))


class BlockSums:
    """The sums of `RowSums` over blocks of rows, which is what `PenalisedObjective` asks for."""

    def __init__(self, X: Any, y: Any, sample_weight: Any, options: RowOptions) -> None:
        self.X = read_matrix(X)
        self.columns = self.X.shape[1]
        self.size = self.columns + bool(options.fit_intercept)
        self._options = options
        weights = [] if sample_weight is None else [column("sample_weight", sample_weight, self.X)]
        self._rows = [column("y", y, self.X), *weights]
        self.weight = float(self._add(weight_of_block, self._rows, 1)[0])

    def value_and_grad(self, w: Array) -> tuple[float, Array]:
        sums = self._add(partial(slopes_of_block, self._options, w), [self.X, *self._rows], 1 + self.size)
        return float(sums[0]), sums[1:]

    def curvatures(self, w: Array) -> Any:
        task = partial(curvatures_of_block, self._options, w)
        return self._map(task, [self.X, *self._rows], self.X.chunks[0], 1).persist()

    def product(self, curvatures: Any, v: Array) -> Array:
        task = partial(product_of_block, self._options, v)
        return self._add(task, [curvatures, self.X, *self._rows], self.size)

    def _map(self, task: Callable[..., Array], arrays: list[Any], rows: tuple[float, ...], width: int) -> Any:
        return da.map_blocks(task, *arrays, meta=np.empty((0, 0)), chunks=(rows, (width,)))

    def _add(self, task: Callable[..., Array], arrays: list[Any], width: int) -> Array:
        """The sum of what the task gives for each block, a row of this many numbers."""
        parts = self._map(task, arrays, (1,) * self.X.numblocks[0], width)
        return np.array(parts.sum(axis=0).compute())  # what arrives from another process may be read-only


class LogisticObjective(PenalisedObjective):
    """Penalised logistic regression over Dask arrays, larger than memory: `objectives.LogisticObjective` by blocks.

    Parameters
    ----------
    X : dask.array.Array
        Of shape (rows, columns); a block is as many rows as a chunk has, with all their columns.
    y, sample_weight
        Arrays, one number a row, which are rechunked to the rows of X.
    C, fit_intercept, pos_weight, label_smoothing
        As there.

    Attributes
    ----------
    size : int
        Number of coefficients: the columns of X, and the intercept.

    Raises
    ------
    ValueError, TypeError
        As there. Labels and weights are looked at by tasks at construction, whose errors name the block.

    Notes
    -----
    `value_and_grad` and `hessp` compute: one task a block, on the scheduler that Dask uses at the time, and a tree of
    sums. X is read at each evaluation; where the workers' memory has room, pass ``X.persist()``. `hessp` keeps a
    float64 for each row there. The minimiser is that of one array, to rounding: sums of products depend on the chunks
    in their last bits.

    Examples
    --------
    >>> import dask.array as da
    >>> from scipy.optimize import minimize
    >>> from pysigmoid.dask import LogisticObjective
    >>> X, y = da.from_array(np.array([[-2.0], [-1.0], [1.0], [2.0]]), chunks=(2, 1)), [0, 1, 0, 1]
    >>> objective = LogisticObjective(X, y, C=1.0)
    >>> result = minimize(objective.value_and_grad, np.zeros(objective.size), jac=True, method="L-BFGS-B")
    >>> result.success, result.x.round(3)
    (True, array([0.291, 0.   ]))
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        *,
        C: float = 1.0,
        fit_intercept: bool = True,
        sample_weight: Any = None,
        pos_weight: float | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
        options = RowOptions(
            bool(fit_intercept),
            factor("pos_weight", pos_weight),
            real_between("label_smoothing", label_smoothing, 0, 1),
        )
        super().__init__(BlockSums(X, y, sample_weight, options), C)

    def predict_proba(self, w: Any, X: Any) -> Any:
        """The probability of label 1 for each row of X, lazy.

        Parameters
        ----------
        w : array_like
            `size` real numbers.
        X : dask.array.Array
            Of shape (any number of rows, columns).

        Returns
        -------
        dask.array.Array
            float64, one a row, with the row chunks of X.

        Raises
        ------
        ValueError, TypeError
            As for `value_and_grad`, and for an X with another number of columns.
        """
        w, X = read_coefficients("w", w, self._sums), read_matrix(X)
        require_columns(X.shape[1], self._sums)
        task = partial(probabilities_of_block, w)
        return da.map_blocks(task, X, drop_axis=1, meta=np.empty(0))


def read_matrix(X: Any) -> Any:
    """A Dask array with all columns in one chunk."""
    array = as_dask(X)
    if array.ndim != 2:
        one_column = "; for one column pass X.reshape(-1, 1)" if array.ndim == 1 else ""
        raise ValueError(f"X has shape {array.shape}; pass one of shape (rows, columns){one_column}")
    if 0 in array.shape:
        raise ValueError(f"X has shape {array.shape}, which holds no number; pass rows to fit")
    if not is_number(array.dtype):
        raise no_numbers("X", array.dtype, convert("X.astype(np.float64)"))
    return array if array.numblocks[1] == 1 else array.rechunk({1: -1})


def column(name: str, value: Any, X: Any) -> Any:
    """One number a row, as a column with the row chunks of X."""
    value = value if hasattr(value, "dask") else np.asanyarray(value)
    shape, rows = as_dask(value).shape, X[:, 0]
    if len(shape) != 1 or not math.isnan(sum(shape + rows.shape)):
        require_rows(name, shape, len(rows), name)
    return like(name, value, rows)[:, None]


# What becomes of one block of rows; after boolean indexing it may have none


def weight_of_block(y: Array, weight: Array | None = None, *, block_id: Place) -> Array:
    """The sum of the weights, when labels and weights are what they must be."""

    def compute() -> Array:
        check_labels("y", y[:, 0])
        if weight is not None:
            check_weights("sample_weight", weight[:, 0])
        return np.full((1, 1), len(y) if weight is None else weight.sum(dtype=np.float64))

    return placed(compute, block_id)


def slopes_of_block(options: RowOptions, w: Array, X: Any, *rows: Array, block_id: Place) -> Array:
    """The sum of the losses and its gradient, in one row."""

    def compute() -> Array:
        loss, gradient = options.sums(X, *rows).value_and_grad(w)
        return np.append(loss, gradient)[None]

    return placed(compute, block_id) if X.shape[0] else np.zeros((1, 1 + len(w)))


def curvatures_of_block(options: RowOptions, w: Array, X: Any, *rows: Array, block_id: Place) -> Array:
    return placed(lambda: options.sums(X, *rows).curvatures(w)[:, None], block_id) if X.shape[0] else np.empty((0, 1))


def product_of_block(options: RowOptions, v: Array, curvatures: Array, X: Any, *rows: Array, block_id: Place) -> Array:
    """The product of this block's Hessian with v, in one row."""
    if not X.shape[0]:
        return np.zeros((1, len(v)))
    return placed(lambda: options.sums(X, *rows).product(curvatures[:, 0], v)[None], block_id)


def probabilities_of_block(w: Array, X: Any, block_id: Place) -> Array:
    return placed(lambda: probabilities_of(RowBlocks(X), w), block_id) if X.shape[0] else np.empty(0)
