"""The losses of `nn`: what each takes when it is made."""

from __future__ import annotations

from typing import Any, Never

from pysigmoid._hints import check_averaging, explicit, refuse_keywords
from pysigmoid._loss_modules import LogitsLoss, Loss
from pysigmoid._losses import FOCAL, LOGISTIC, PROBABILITY, Options, focal_options, smoothing
from pysigmoid._reductions import ReductionName


class BCELoss(Loss):
    """Cross entropy of probabilities: `functional.binary_cross_entropy` as a module.

    Parameters
    ----------
    weight : array_like, optional
        Factor of each element, broadcast to the shape of the input; it may be negative.
    size_average, reduce : None
        torch's options from before `reduction`: None, or a TypeError that says which reduction they mean.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss.

    Raises
    ------
    ValueError
        If `reduction` is unknown.
    TypeError
        For `size_average` and `reduce`.

    Examples
    --------
    >>> m = nn.Sigmoid()
    >>> nn.BCELoss()(m([2.0, -2.0]), [1, 0])
    np.float64(0.12692801104297252)
    """

    form = PROBABILITY

    @explicit
    def __init__(
        self,
        weight: Any = None,
        size_average: None = None,
        reduce: None = None,
        reduction: ReductionName = "mean",
        **misnamed: Never,
    ) -> None:
        if misnamed:
            refuse_keywords(BCELoss, misnamed)
        check_averaging(size_average, reduce)
        super().__init__(weight, reduction)

    def extra_repr(self) -> str:
        return self._changed(BCELoss)


class BCEWithLogitsLoss(LogitsLoss):
    """Logistic loss from logits: `functional.binary_cross_entropy_with_logits` as a module, with the sigmoid inside.

    Parameters
    ----------
    weight : array_like, optional
        Factor of each element, broadcast to the shape of the input; it may be negative.
    size_average, reduce : None
        torch's options from before `reduction`: None, or a TypeError that says which reduction they mean.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss. Derivatives are divided in the same way.
    pos_weight : array_like, optional
        Factor of the positive part, broadcast to the shape of the input; it does not count in "weighted_mean".
    label_smoothing : float
        In [0, 1]: s moves each label y to y (1 - s) + s/2, before `pos_weight` applies.
    ignore_value : float, optional
        Label that marks elements to leave out, which leave the divisor as well; nan is found too.

    Raises
    ------
    ValueError
        If `reduction` is unknown. The other options are checked by a call.
    TypeError
        For `size_average` and `reduce`.

    Examples
    --------
    >>> criterion = nn.BCEWithLogitsLoss()
    >>> criterion(np.float32([2.0, -1.0]), [1, 0])
    np.float32(0.22009484)
    >>> loss, grad = criterion.value_and_grad(np.float32([2.0, -1.0]), [1, 0])
    >>> grad
    array([-0.05960146,  0.13447072], dtype=float32)
    """

    form = LOGISTIC

    @explicit
    def __init__(
        self,
        weight: Any = None,
        size_average: None = None,
        reduce: None = None,
        reduction: ReductionName = "mean",
        pos_weight: Any = None,
        *,
        label_smoothing: float = 0.0,
        ignore_value: float | None = None,
        **misnamed: Never,
    ) -> None:
        if misnamed:
            refuse_keywords(BCEWithLogitsLoss, misnamed)
        check_averaging(size_average, reduce)
        super().__init__(weight, reduction, pos_weight, label_smoothing, ignore_value)

    def _form_options(self) -> Options:
        return smoothing(self.label_smoothing)

    def extra_repr(self) -> str:
        return self._changed(BCEWithLogitsLoss)


class SigmoidFocalLoss(LogitsLoss):
    """Focal loss from logits: `functional.sigmoid_focal_loss` as a module.

    Parameters
    ----------
    alpha : float or None
        Share of the positive part, in [0, 1]; None or a negative number leaves it out.
    gamma : float
        Focus, from 0, which gives the logistic loss, to 1000, up to which (1 - p_t)^gamma is good to 2^-42.
    reduction : {"none", "mean", "sum", "weighted_mean"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss. Derivatives are divided in the same way.
    weight : array_like, optional
        Factor of each element, broadcast to the shape of the input; it may be negative.
    pos_weight : array_like, optional
        Factor of the positive part, broadcast to the shape of the input; it does not count in "weighted_mean".
    label_smoothing : float
        In [0, 1]: s moves each label y to y (1 - s) + s/2, before `pos_weight` applies.
    ignore_value : float, optional
        Label that marks elements to leave out, which leave the divisor as well; nan is found too.

    Raises
    ------
    ValueError
        If `reduction` is unknown. The other options are checked by a call.

    Examples
    --------
    >>> criterion = nn.SigmoidFocalLoss(gamma=1.0, reduction="sum")
    >>> criterion
    SigmoidFocalLoss(gamma=1.0, reduction='sum')
    >>> criterion(np.float32([2.0, -1.0]), [1, 0])
    np.float32(0.06696933)
    """

    form = FOCAL

    @explicit
    def __init__(
        self,
        alpha: float | None = 0.25,
        gamma: float = 2.0,
        *,
        reduction: ReductionName = "none",
        weight: Any = None,
        pos_weight: Any = None,
        label_smoothing: float = 0.0,
        ignore_value: float | None = None,
        **misnamed: Never,
    ) -> None:
        if misnamed:
            refuse_keywords(SigmoidFocalLoss, misnamed)
        super().__init__(weight, reduction, pos_weight, label_smoothing, ignore_value)
        self.alpha = alpha
        self.gamma = gamma

    def _form_options(self) -> Options:
        return focal_options(self.alpha, self.gamma, self.label_smoothing)

    def extra_repr(self) -> str:
        return self._changed(SigmoidFocalLoss)
