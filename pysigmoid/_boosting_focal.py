"""The focal loss as an objective for gradient boosting."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from pysigmoid import functional
from pysigmoid._boosting import BoostingObjective, Derivatives, check_min_hess, require_both
from pysigmoid._dtypes import Array
from pysigmoid._losses import focal_options
from pysigmoid._objective_arguments import factor

HessianName: TypeAlias = Literal["gauss-newton", "true", "absolute"]
LEAST_SHARE = 0.25  # "gauss-newton": of |grad| in hess, so that the step of one row is at most 4 long
FARTHEST_MARGIN = 700  # sigmoid(-700) is 1e-304: no sum of weights needs a start beyond


class FocalLoss(BoostingObjective):
    """Focal loss for XGBoost, LightGBM and CatBoost: w alpha_t (1 - p_t)^gamma L, as `functional.sigmoid_focal_loss`.

    It is handed over as `LogLoss` is.

    Parameters
    ----------
    alpha : float or None
        Share of the positive part, in [0, 1]; None or a negative number leaves it out.
    gamma : float
        Focus, from 0, which gives the logistic loss, to 1000.
    pos_weight : float, optional
        Factor of the positive part of L.
    hessian : {"gauss-newton", "true", "absolute"}
        What stands in for the second derivative: for "gauss-newton" |grad| max(p_t, 1/4), with p_t = sigmoid(x) at
        label 1 and sigmoid(-x) at 0; "absolute" is that of the true one.
    min_hess : float
        The least second derivative of a row, before its weight.

    Raises
    ------
    ValueError
        If an option is out of range.

    Notes
    -----
    The true second derivative is negative at confident mistakes, which at a start from the base rate are all positive
    rows: trees then find no split, and a small floor or the absolute value let leaves run away. The default takes the
    focal loss as a function phi of the logistic loss L and leaves out phi'' L'^2. What remains, phi' L'', is never
    negative and equals |grad| p_t; 1/4 bounds the step of a row to 4, which p_t alone does not. Chosen by measurement:
    benchmarks/focal_hessians.py trains it beside floors, the absolute value and others on XGBoost and LightGBM. In 108
    settings no margin went beyond 16 and the final loss was at most 2.7 times the best one's, within 1.1 of it in 80; a
    share of 0.1 for 1/4 does so in 85, with steps up to 10, and a floor of 0.01 trains as safely, at up to 950 times
    that loss. No candidate is best on both libraries: with gamma 5 and a start from 0 the true one is it on XGBoost,
    2.4 times better, and ends at 780 times the best loss on LightGBM.
    For soft labels the true one counts where it is the greater.

    Examples
    --------
    >>> from pysigmoid.objectives import FocalLoss
    >>> objective = FocalLoss(gamma=1.0)
    >>> objective
    FocalLoss(gamma=1.0)
    >>> round(objective.init_margin([0] * 28 + [1]), 3)  # the logit of the mean, -3.332, starts too far out
    -2.453
    """

    name = "focal_loss"

    def __init__(
        self,
        *,
        alpha: float | None = 0.25,
        gamma: float = 2.0,
        pos_weight: float | None = None,
        hessian: HessianName = "gauss-newton",
        min_hess: float = 1e-16,
    ) -> None:
        focal_options(alpha, gamma)
        factor("pos_weight", pos_weight)
        check_min_hess(min_hess)
        if hessian not in get_args(HessianName):
            raise ValueError(f"hessian is {hessian!r}; choose one of {', '.join(get_args(HessianName))}")
        self.alpha = alpha
        self.gamma = gamma
        self.pos_weight = pos_weight
        self.hessian: HessianName = hessian
        self.min_hess = min_hess

    def _derivatives(self, margins: Array, labels: Array) -> Derivatives:
        grad, hess = functional.sigmoid_focal_loss_grad_and_hess(
            margins, labels, self.alpha, self.gamma, pos_weight=self.pos_weight, validate=False
        )
        if self.hessian == "gauss-newton":
            hess = self._gauss_newton(margins, labels, grad, hess)
        elif self.hessian == "absolute":
            np.abs(hess, out=hess)
        return grad, hess

    def _gauss_newton(self, margins: Array, labels: Array, grad: Array, hess: Array) -> Array:
        """|grad| L'' / |L'|, where L is the logistic loss, and at least a share of |grad|.

        The loss of a soft label is no function of L, and its gradient vanishes within: there the true one counts too.
        """
        slope, curvature = functional.binary_cross_entropy_with_logits_grad_and_hess(
            margins, labels, pos_weight=self.pos_weight, validate=False
        )
        steepness = np.divide(curvature, np.abs(slope), out=np.ones_like(grad), where=slope != 0)
        product: Array = np.abs(grad) * np.maximum(steepness, LEAST_SHARE)
        return np.maximum(product, hess, out=product, where=(labels > 0) & (labels < 1))

    def _loss(self, margins: Array, labels: Array, weight: Array | None, reduction: Any) -> Any:
        return functional.sigmoid_focal_loss(
            margins, labels, self.alpha, self.gamma, reduction, weight=weight, pos_weight=self.pos_weight,
            validate=False, dtype=np.float64,
        )  # fmt: skip

    def _best_constant(self, labels: Array, weights: Array) -> float:
        """Where the sum of the gradients changes its sign, by bisection."""

        def slope(margin: float) -> float:
            _, grad = functional.sigmoid_focal_loss_value_and_grad(
                np.full(len(labels), margin), labels, self.alpha, self.gamma, weight=weights, pos_weight=self.pos_weight
            )
            return float(grad.sum())

        low, high = -1.0, 1.0
        while slope(low) >= 0 or slope(high) <= 0:
            low, high = 2 * low, 2 * high
            require_both(low > -FARTHEST_MARGIN or slope(low) < 0, high < FARTHEST_MARGIN or slope(high) > 0)
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if slope(middle) < 0 else (low, middle)
        return high
