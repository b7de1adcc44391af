"""The modules of `pysigmoid.torch`: torch's own, with another `forward`."""

from __future__ import annotations

from typing import Any, Never

import torch
from torch import Tensor

from pysigmoid._hints import check_averaging, check_softplus_options, explicit, refuse_keywords
from pysigmoid._losses import focal_options
from pysigmoid._reductions import ReductionName, reduction_code
from pysigmoid.torch import _functions as functions


class Sigmoid(torch.nn.Sigmoid):
    """Sigmoid, 1 / (1 + exp(-x)): `pysigmoid.torch.sigmoid` as a module.

    Examples
    --------
    >>> m = pysigmoid.torch.Sigmoid()
    >>> m, isinstance(m, torch.nn.Sigmoid)
    (Sigmoid(), True)
    >>> m(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([0.1192, 0.5000, 0.8808])
    """

    def forward(self, input: Tensor) -> Tensor:
        """The function of every element."""
        return functions.sigmoid(input)


class LogSigmoid(torch.nn.LogSigmoid):
    """Logarithm of the sigmoid, -log(1 + exp(-x)): `pysigmoid.torch.logsigmoid` as a module.

    Examples
    --------
    >>> pysigmoid.torch.LogSigmoid()(torch.tensor(-1000.0))
    tensor(-1000.)
    """

    def forward(self, input: Tensor) -> Tensor:
        """The function of every element."""
        return functions.logsigmoid(input)


class Softplus(torch.nn.Softplus):
    """Softplus, log(1 + exp(x)): `pysigmoid.torch.softplus` as a module.

    Parameters
    ----------
    beta, threshold : float
        torch's defaults and nothing else: for another beta write ``softplus(beta * x) / beta``, which is exact
        everywhere and so needs no threshold.

    Raises
    ------
    TypeError
        If `beta` is not 1 or `threshold` not 20.

    Examples
    --------
    >>> pysigmoid.torch.Softplus()(torch.tensor(0.0))
    tensor(0.6931)
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        check_softplus_options(beta, threshold)
        super().__init__(beta, threshold)

    def forward(self, input: Tensor) -> Tensor:
        """The function of every element."""
        return functions.softplus(input, self.beta, self.threshold)


class SiLU(torch.nn.SiLU):
    """SiLU or swish, x / (1 + exp(-x)): `pysigmoid.torch.silu` as a module.

    Parameters
    ----------
    inplace : bool
        Write the result into the input.

    Examples
    --------
    >>> pysigmoid.torch.SiLU()(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2689,  0.0000,  0.7311])
    """

    def forward(self, input: Tensor) -> Tensor:
        """The function of every element."""
        return functions.silu(input, self.inplace)


class BCEWithLogitsLoss(torch.nn.BCEWithLogitsLoss):
    """Logistic loss from logits: `pysigmoid.torch.binary_cross_entropy_with_logits` as a module.

    Parameters
    ----------
    weight, pos_weight : Tensor or float, optional
        Factors of each element and of its positive part. A tensor is a buffer, which `to` moves and `state_dict` keeps;
        a float stays a float.
    size_average, reduce : None
        torch's options from before `reduction`: None, or a TypeError that says which reduction they mean.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        "mean" divides the sum by the number of elements, "weighted_mean" by the sum of `weight`, "none" keeps every
        element's loss.
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
    >>> criterion = pysigmoid.torch.BCEWithLogitsLoss()
    >>> criterion(torch.tensor([2.0, -1.0]), torch.tensor([1, 0]))
    tensor(0.2201)
    """

    # Of the class, so that a module of torch's that becomes one of ours has them.
    label_smoothing: float = 0.0
    ignore_value: float | None = None

    @explicit
    def __init__(
        self,
        weight: Tensor | float | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: ReductionName = "mean",
        pos_weight: Tensor | float | None = None,
        *,
        label_smoothing: float = 0.0,
        ignore_value: float | None = None,
        **misnamed: Never,
    ) -> None:
        if misnamed:
            refuse_keywords(BCEWithLogitsLoss, misnamed)
        check_averaging(size_average, reduce)
        reduction_code(reduction)
        super().__init__(_buffer(weight), reduction=reduction, pos_weight=_buffer(pos_weight))
        for name, factor in (("weight", weight), ("pos_weight", pos_weight)):
            if isinstance(factor, int | float):
                delattr(self, name)
                setattr(self, name, factor)
        self.label_smoothing = label_smoothing
        self.ignore_value = ignore_value

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss, reduced as `reduction` says."""
        return functions.binary_cross_entropy_with_logits(
            input,
            target,
            self.weight,
            reduction=self.reduction,
            pos_weight=self.pos_weight,
            label_smoothing=self.label_smoothing,
            ignore_value=self.ignore_value,
        )


def _buffer(factor: Any) -> Any:
    return None if isinstance(factor, int | float) else factor


class SigmoidFocalLoss(torch.nn.Module):
    """Focal loss from logits: `pysigmoid.torch.sigmoid_focal_loss` as a module.

    Parameters
    ----------
    alpha : float or None
        Share of the positive part, in [0, 1]; None or a negative number leaves it out.
    gamma : float
        Focus, from 0, which gives the logistic loss, to 1000.
    reduction : {"none", "mean", "sum"}
        As for `BCEWithLogitsLoss`.

    Raises
    ------
    ValueError, TypeError
        If an option is out of range.

    Examples
    --------
    >>> criterion = pysigmoid.torch.SigmoidFocalLoss(reduction="sum")
    >>> criterion
    SigmoidFocalLoss(alpha=0.25, gamma=2.0, reduction='sum')
    >>> criterion(torch.tensor([2.0, -1.0]), torch.tensor([1, 0]))
    tensor(0.0174)
    """

    def __init__(self, alpha: float | None = 0.25, gamma: float = 2.0, reduction: ReductionName = "none") -> None:
        focal_options(alpha, gamma)
        reduction_code(reduction)
        super().__init__()
        self.alpha: float | None = alpha
        self.gamma: float = gamma
        self.reduction: ReductionName = reduction

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """The loss, reduced as `reduction` says."""
        return functions.sigmoid_focal_loss(inputs, targets, self.alpha, self.gamma, self.reduction)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}, gamma={self.gamma}, reduction={self.reduction!r}"
