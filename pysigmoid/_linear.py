"""Logistic regression as an objective for optimisers: the sums over the rows of a matrix, and what is made of them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

import pysigmoid
from pysigmoid._arguments import real_between
from pysigmoid._dtypes import Array, is_number
from pysigmoid._logistic import (
    binary_cross_entropy_with_logits_grad_and_hess,
    binary_cross_entropy_with_logits_value_and_grad,
)
from pysigmoid._objective_arguments import check_labels, check_weights, factor, positive, read_rows
from pysigmoid._row_blocks import RowBlocks, times


class RowSums:
    """Sums over rows of the logistic loss of X w + intercept, and of its derivatives by w and the intercept, last.

    Rows of several matrices add up: `value_and_grad`, `product` and `weight` are plain sums, without a penalty.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        *,
        fit_intercept: bool = True,
        sample_weight: Any = None,
        pos_weight: float | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
        self.blocks = RowBlocks(X)
        self.rows, self.columns = self.blocks.shape
        self.size = self.columns + bool(fit_intercept)
        self.targets = read_rows("y", y, self.rows)
        check_labels("y", self.targets)
        self.weights = None if sample_weight is None else read_rows("sample_weight", sample_weight, self.rows)
        if self.weights is not None:
            check_weights("sample_weight", self.weights)
        self.weight = float(self.rows if self.weights is None else self.weights.sum(dtype=np.float64))
        self.pos_weight = factor("pos_weight", pos_weight)
        self.label_smoothing = real_between("label_smoothing", label_smoothing, 0, 1)

    @np.errstate(all="ignore")
    def value_and_grad(self, w: Array) -> tuple[float, Array]:
        """The sum of the losses and its gradient, of the length of w."""
        total, gradient, buffer = 0.0, np.zeros(self.size), np.empty(self.blocks.most_rows)
        for rows, block, transposed in self.blocks:
            z = logits_of(block, w, buffer)
            loss, residuals = binary_cross_entropy_with_logits_value_and_grad(
                z, *self._labels(rows), pos_weight=self.pos_weight, label_smoothing=self.label_smoothing,
                reduction="sum", validate=False, grad_out=z,
            )  # fmt: skip
            total += float(loss)
            self._add(gradient, transposed, residuals)
        return total, gradient

    @np.errstate(all="ignore")
    def product(self, curvatures: Array, v: Array) -> Array:
        """The product of the Hessian that has these curvatures with v."""
        product, buffer = np.zeros(self.size), np.empty(self.blocks.most_rows)
        for rows, block, transposed in self.blocks:
            z = logits_of(block, v, buffer)
            z *= curvatures[rows]
            self._add(product, transposed, z)
        return product

    @np.errstate(all="ignore")
    def curvatures(self, w: Array) -> Array:
        """The second derivative of each row's loss by its logit."""
        curvatures, buffer = np.empty(self.rows), np.empty(self.blocks.most_rows)
        for rows, block, _ in self.blocks:
            z = logits_of(block, w, buffer)
            binary_cross_entropy_with_logits_grad_and_hess(
                z, *self._labels(rows), pos_weight=self.pos_weight, label_smoothing=self.label_smoothing,
                validate=False, grad_out=z, hess_out=curvatures[rows],
            )  # fmt: skip
        return curvatures

    def _labels(self, rows: slice) -> tuple[Array, Array | None]:
        return self.targets[rows], None if self.weights is None else self.weights[rows]

    def _add(self, sums: Array, transposed: Any, residuals: Array) -> None:
        sums[: self.columns] += transposed @ residuals
        if self.size > self.columns:
            sums[-1] += residuals.sum()


def logits_of(block: Any, w: Array, buffer: Array) -> Array:
    """X w + intercept of the rows of a block, where w has one."""
    columns = block.shape[1]
    z = times(block, w[:columns], buffer)
    if len(w) > columns:
        z += w[-1]
    return z


@np.errstate(all="ignore")
def probabilities_of(blocks: RowBlocks, w: Array) -> Array:
    """sigmoid(X w + intercept), one a row."""
    probabilities = np.empty(blocks.shape[0])
    for rows, block, _ in blocks:
        pysigmoid.sigmoid(logits_of(block, w, probabilities[rows]), out=probabilities[rows])
    return probabilities


class Sums(Protocol):
    """What `RowSums` gives of all rows, wherever they are."""

    size: int
    columns: int
    weight: float

    def value_and_grad(self, w: Array) -> tuple[float, Array]: ...

    def curvatures(self, w: Array) -> Any: ...

    def product(self, curvatures: Any, v: Array) -> Array: ...


class PenalisedObjective:
    """Sums over rows with the penalty, divided: what optimisers call."""

    _sums: Sums

    def __init__(self, sums: Sums, C: float) -> None:
        self.C = positive("C", C)
        self._sums = sums
        self._curvatures: tuple[Array, Any] | None = None  # the last w of `hessp`, and what belongs to it
        if sums.weight == 0:
            raise ValueError("sample_weight is 0 everywhere, which leaves nothing to fit; choose some above 0")

    @property
    def size(self) -> int:
        """Number of coefficients: the columns of X, and the intercept."""
        return self._sums.size

    def value_and_grad(self, w: Any) -> tuple[float, Array]:
        """The objective at w and its gradient, for ``minimize(..., jac=True)``.

        Parameters
        ----------
        w : array_like
            Coefficients of the columns, and the intercept last: `size` real numbers.

        Returns
        -------
        value : float
            In nats a row.
        grad : ndarray
            float64, of shape (size,).

        Raises
        ------
        ValueError
            If `w` has another length.
        TypeError
            If it holds no real numbers.
        """
        w = read_coefficients("w", w, self._sums)
        loss, gradient = self._sums.value_and_grad(w)
        return penalised(loss, gradient, w[: self._sums.columns], self.C, self._sums.weight)

    def hessp(self, w: Any, v: Any) -> Array:
        """The product of the Hessian at w with a vector, for ``minimize(..., hessp=)``.

        Parameters
        ----------
        w, v : array_like
            `size` real numbers each. The curvatures of the rows are kept for the next call with the same w.

        Returns
        -------
        ndarray
            float64, of shape (size,).

        Raises
        ------
        ValueError, TypeError
            As for `value_and_grad`.
        """
        w, v = read_coefficients("w", w, self._sums), read_coefficients("v", v, self._sums)
        if self._curvatures is None or not np.array_equal(self._curvatures[0], w):
            self._curvatures = w.copy(), self._sums.curvatures(w)  # an optimiser asks for many products at one w
        product = self._sums.product(self._curvatures[1], v)
        return penalised(0.0, product, v[: self._sums.columns], self.C, self._sums.weight)[1]


class LogisticObjective(PenalisedObjective):
    """Penalised logistic regression for `scipy.optimize`: (C sum_i s_i loss_i + |w|^2 / 2) / (C sum_i s_i).

    The minimiser is that of scikit-learn's `LogisticRegression` with the same C; the divisor gives the gradient, and so
    an optimiser's `gtol`, one meaning for every number of rows. The intercept, the last coefficient, goes unpenalised.

    Parameters
    ----------
    X : array_like or scipy.sparse matrix
        Numbers of shape (rows, columns), of any real dtype and strides. The arithmetic is float64 for all of them.
        Anything but a contiguous float64 array is converted block by block; sparse formats other than CSR once.
    y : array_like
        Labels in [0, 1], hard or soft, one a row.
    C : float
        Inverse strength of the penalty, above 0; inf leaves the penalty out. An attribute, which may be set later.
    fit_intercept : bool
        Whether there is an intercept.
    sample_weight : array_like, optional
        Finite factor s from 0 of each row.
    pos_weight : float, optional
        Factor of the positive part of each loss; it does not count in the divisor.
    label_smoothing : float
        In [0, 1]: s moves each label to y (1 - s) + s/2, before `pos_weight` applies.

    Attributes
    ----------
    size : int
        Number of coefficients: the columns of X, and the intercept.

    Raises
    ------
    ValueError
        If shapes do not fit, X is empty, a label is outside [0, 1] or nan, a weight is negative or not finite, or an
        option is out of range.
    TypeError
        For an X, y or sample_weight that holds no real numbers, or missing ones.

    Notes
    -----
    X, y and sample_weight are kept and not copied, where they are arrays; do not change them meanwhile. An evaluation
    reads X once, in blocks of rows that stay in the cache for both products, and needs a few megabytes beside it;
    `hessp` keeps a float64 for each row. nan and infinities in X are not looked for: value and gradient are nan then.
    X with a column of ones and ``fit_intercept=False`` penalises that column as any other.

    Examples
    --------
    >>> from pysigmoid.objectives import LogisticObjective
    >>> from scipy.optimize import minimize
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), [0, 1, 0, 1]
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
        sums = RowSums(
            X,
            y,
            fit_intercept=fit_intercept,
            sample_weight=sample_weight,
            pos_weight=pos_weight,
            label_smoothing=label_smoothing,
        )
        super().__init__(sums, C)

    def predict_proba(self, w: Any, X: Any) -> Array:
        """The probability of label 1 for each row of X.

        Parameters
        ----------
        w : array_like
            `size` real numbers.
        X : array_like or scipy.sparse matrix
            Of shape (any number of rows, columns).

        Returns
        -------
        ndarray
            float64, one a row.

        Raises
        ------
        ValueError, TypeError
            As for `value_and_grad`, and for an X with another number of columns.
        """
        w, blocks = read_coefficients("w", w, self._sums), RowBlocks(X)
        require_columns(blocks.shape[1], self._sums)
        return probabilities_of(blocks, w)


def penalised(loss: float, gradient: Array, w: Array, C: float, weight: float) -> tuple[float, Array]:
    """(C loss + |w|^2 / 2) / (C weight) and its gradient, which takes the place of `gradient`; w without intercept."""
    gradient[: len(w)] += w / C
    gradient /= weight
    return (loss + float(w @ w) / (2 * C)) / weight, gradient


def require_columns(columns: int, sums: Sums) -> None:
    if columns != sums.columns:
        raise ValueError(f"X has {columns} columns, but the objective has {sums.columns}")


def read_coefficients(name: str, values: Any, sums: Sums) -> Array:
    array = np.asarray(values)
    if not is_number(array.dtype):
        raise TypeError(f"{name} has dtype {array.dtype}; pass {sums.size} real numbers")
    if array.shape != (sums.size,):
        intercept = " and the intercept, last" if sums.size > sums.columns else ", without an intercept"
        raise ValueError(
            f"{name} has shape {array.shape}, but the objective takes {sums.size} coefficients: "
            f"{sums.columns} of the columns of X{intercept}"
        )
    return array.astype(np.float64, copy=False)
