"""Objectives for gradient boosting: one object for XGBoost, LightGBM and CatBoost, none of which is imported."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeAlias

import numpy as np

from pysigmoid import functional
from pysigmoid._arguments import real, real_between
from pysigmoid._dtypes import Array
from pysigmoid._objective_arguments import check_labels, check_weights, factor, read_numbers

Derivatives: TypeAlias = tuple[Array, Array]  # first and second, by each margin


class BoostingObjective(ABC):
    """What the objectives share: how each library calls them."""

    name: ClassVar[str]
    no_jit: ClassVar[bool] = True  # else CatBoost hands the methods to numba, and warns that it cannot compile them
    min_hess: float

    # The libraries look at this signature: XGBoost for the name of the third parameter, LightGBM for their number.
    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Derivatives:
        """First and second derivative of each row's loss, weighted.

        Parameters
        ----------
        y_true, y_pred : array_like
            Labels in [0, 1] and margins, which are logits, of one shape: (rows,), or (rows, labels) from XGBoost. Or
            margins and the library's data set, as XGBoost's and LightGBM's `train` call their objectives.
        sample_weight : array_like, optional
            Factor of each row; that of the data set if there is one.

        Returns
        -------
        grad, hess : ndarray
            Of the shape and float dtype of the margins.

        Raises
        ------
        ValueError
            If a label is outside [0, 1] or nan, a weight negative or not finite, or shapes do not fit.
        """
        margins, labels, weight = _read(y_true, y_pred, sample_weight)
        grad, hess = self._derivatives(margins, labels)
        np.maximum(hess, self.min_hess, out=hess)
        if weight is not None:
            np.multiply(grad, weight, out=grad, casting="same_kind")
            np.multiply(hess, weight, out=hess, casting="same_kind")
        return grad, hess

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> Array:
        """The derivatives as CatBoost asks for them, which maximises: (-grad, -hess), of shape (rows, 2)."""
        grad, hess = self(np.asarray(targets), np.asarray(approxes), weights)
        return -np.stack([grad, hess], axis=1)

    def calc_ders_multi(self, approxes: Any, targets: Any, weight: Any) -> Any:
        """Refuse CatBoost's objectives of several targets."""
        raise ValueError(
            f"{type(self).__name__} fits one target at a time in CatBoost; for several pass "
            "loss_function='MultiLogloss', or fit one model for each"
        )

    def xgb_metric(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The weighted mean loss, for early stopping: XGBoost's `custom_metric`, and `eval_metric` of its estimators.

        Parameters
        ----------
        y_true, y_pred, sample_weight
            As for a call of the objective.

        Returns
        -------
        float, or (str, float)
            The latter, with a name, where `y_pred` is a data set.
        """
        loss = self._mean_loss(y_true, y_pred, sample_weight)
        return (self.name, loss) if hasattr(y_pred, "get_label") else loss

    def lgb_metric(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> tuple[str, float, bool]:
        """The weighted mean loss, for early stopping: `feval` of `train`, `eval_metric` of `fit` of LightGBM.

        Parameters
        ----------
        y_true, y_pred, sample_weight
            As for a call of the objective.

        Returns
        -------
        name : str
        loss : float
        is_higher_better : bool
            False.
        """
        return self.name, self._mean_loss(y_true, y_pred, sample_weight), False

    def init_margin(self, y: Any, sample_weight: Any = None) -> Any:
        """The best constant: the margin at which the weighted loss of all rows together is least.

        Parameters
        ----------
        y : array_like
            Labels in [0, 1], of shape (rows,), or (rows, labels).
        sample_weight : array_like, optional
            Factor of each row.

        Returns
        -------
        float, or ndarray of shape (labels,)
            In natural-log odds.

        Raises
        ------
        ValueError
            If a label is outside [0, 1] or nan, or if all are 0 or all are 1: the best constant is infinite then.
        """
        labels, weight = _read_labels(read_numbers("y", y), sample_weight, "y")
        columns = labels.reshape(len(labels), -1).T
        margins = np.array([self._best_constant(*_grouped(column, weight)) for column in columns])
        return float(margins[0]) if labels.ndim == 1 else margins

    def init_score(self, y: Any, sample_weight: Any = None) -> Array:
        """`init_margin` for each row: what LightGBM calls `init_score`, XGBoost `base_margin`, CatBoost `baseline`.

        Parameters
        ----------
        y, sample_weight
            As for `init_margin`.

        Returns
        -------
        ndarray
            float64, of the shape of `y`.
        """
        return np.full(np.shape(y), self.init_margin(y, sample_weight))

    def predict_proba(self, margins: Any) -> Any:
        """The probability of label 1, sigmoid(margins): to the last bit, and for any shape.

        Parameters
        ----------
        margins : array_like
            Raw predictions, with all that was the start of training in them.

        Returns
        -------
        container of `margins`, or ndarray
            Of the same shape.
        """
        return functional.sigmoid(margins)

    def _mean_loss(self, y_true: Any, y_pred: Any, sample_weight: Any) -> float:
        margins, labels, weight = _read(y_true, y_pred, sample_weight)
        return float(self._loss(margins, labels, weight, "mean" if weight is None else "weighted_mean"))

    @abstractmethod
    def _best_constant(self, labels: Array, weights: Array) -> float:
        """For distinct labels, each with the weight of all its rows."""

    @abstractmethod
    def _derivatives(self, margins: Array, labels: Array) -> Derivatives:
        """Both derivatives, in new arrays."""

    @abstractmethod
    def _loss(self, margins: Array, labels: Array, weight: Array | None, reduction: Any) -> Any:
        """The loss in float64."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._options().items())})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # the options may be set

    def _options(self) -> dict[str, Any]:
        """The options that differ from their defaults."""
        defaults = inspect.signature(type(self)).parameters
        return {name: value for name, value in vars(self).items() if value != defaults[name].default}


class LogLoss(BoostingObjective):
    """Logistic loss for XGBoost, LightGBM and CatBoost: w (p y log(1 + exp(-x)) + (1 - y) log(1 + exp(x))).

    It gives the trees of the libraries' own logistic objectives, to rounding, from the same start. Hand it over as it
    is: as `obj` of ``xgboost.train``, in the parameter "objective" of ``lightgbm.train``, as `objective` of XGBoost's
    and LightGBM's estimators, those for Dask too, and as CatBoost's `loss_function`.

    Parameters
    ----------
    pos_weight : float, optional
        Factor p of the positive part, as the libraries' `scale_pos_weight`, which they ignore beside an objective.
    label_smoothing : float
        In [0, 1]: s moves each label to y (1 - s) + s/2, before `pos_weight` applies.
    min_hess : float
        The least second derivative of a row, before its weight; 1e-16 is XGBoost's.

    Raises
    ------
    ValueError
        If an option is out of range.

    Notes
    -----
    Margins are logits. Where a library starts from, and what its `predict` returns, differs between them and beside an
    objective of one's own: docs/boosting.md has the lines that are right for each.

    Examples
    --------
    >>> from pysigmoid.objectives import LogLoss
    >>> objective = LogLoss(pos_weight=3.0)
    >>> objective
    LogLoss(pos_weight=3.0)
    >>> grad, hess = objective(np.array([0, 1]), np.zeros(2, np.float32))
    >>> grad
    array([ 0.5, -1.5], dtype=float32)
    >>> objective.init_margin([0, 0, 0, 1])
    0.0
    """

    name = "log_loss"

    def __init__(
        self, *, pos_weight: float | None = None, label_smoothing: float = 0.0, min_hess: float = 1e-16
    ) -> None:
        factor("pos_weight", pos_weight)
        real_between("label_smoothing", label_smoothing, 0, 1)
        check_min_hess(min_hess)
        self.pos_weight = pos_weight
        self.label_smoothing = label_smoothing
        self.min_hess = min_hess

    def _derivatives(self, margins: Array, labels: Array) -> Derivatives:
        grad, hess = functional.binary_cross_entropy_with_logits_grad_and_hess(
            margins, labels, pos_weight=self.pos_weight, label_smoothing=self.label_smoothing, validate=False
        )
        return grad, hess

    def _loss(self, margins: Array, labels: Array, weight: Array | None, reduction: Any) -> Any:
        return functional.binary_cross_entropy_with_logits(
            margins, labels, weight, reduction=reduction, pos_weight=self.pos_weight,
            label_smoothing=self.label_smoothing, validate=False, dtype=np.float64,
        )  # fmt: skip

    def _best_constant(self, labels: Array, weights: Array) -> float:
        """logit(sum w p y / sum w (p y + 1 - y))"""
        smoothed = labels * (1 - self.label_smoothing) + self.label_smoothing / 2
        positive = weights @ smoothed * (1.0 if self.pos_weight is None else self.pos_weight)
        negative = weights @ (1 - smoothed)
        require_both(positive, negative)
        return float(np.log(positive / negative))


def _grouped(labels: Array, weight: Array | None) -> tuple[Array, Array]:
    """The distinct labels, and the weight of all rows of each."""
    values, places = np.unique(labels.astype(np.float64), return_inverse=True)
    return values, np.bincount(places, None if weight is None else weight.ravel(), len(values))


def require_both(positive: Any, negative: Any) -> None:
    if not positive or not negative:
        share, end = ("0", "-inf") if not positive else ("1", "inf")
        raise ValueError(f"all labels that count are {share}, so that the best constant is {end}; start from 0 instead")


def check_min_hess(min_hess: Any) -> None:
    if not 0 <= real("min_hess", min_hess) < np.inf:
        raise ValueError(f"min_hess is {min_hess}; choose a finite number from 0")


def _read(y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array | None]:
    """Margins, labels and weights, from arrays or from margins and the library's data set."""
    name = "y_true"
    if hasattr(y_pred, "get_label"):
        y_true, y_pred, sample_weight, name = y_pred.get_label(), y_true, y_pred.get_weight(), "label"
    margins = read_numbers("y_pred", y_pred)
    labels, weight = _read_labels(read_numbers(name, y_true), sample_weight, name)
    if margins.shape == labels.shape:
        return margins, labels, weight
    if margins.ndim == 2 and labels.ndim == 1 and len(margins) == len(labels):
        raise ValueError(
            f"there are {margins.shape[1]} margins for each label; this objective takes one: "
            "leave out num_class and fit one model for each label"
        )
    raise ValueError(f"y_pred has shape {margins.shape} but {name} has shape {labels.shape}")


def _read_labels(labels: Array, sample_weight: Any, name: str) -> tuple[Array, Array | None]:
    check_labels(name, labels)
    if sample_weight is None or not np.size(sample_weight):  # XGBoost has an empty array for none
        return labels, None
    weight = read_numbers("sample_weight", sample_weight)
    if weight.shape != labels.shape[:1]:
        raise ValueError(f"sample_weight has shape {weight.shape}, but there are {len(labels)} rows")
    check_weights("sample_weight", weight)
    return labels, weight.reshape(-1, *(1,) * (labels.ndim - 1))
