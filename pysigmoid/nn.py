"""Modules under torch's names: `functional` with the options kept.

A module is called like a function; its options are attributes, which may be set later.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from pysigmoid import functional as F
from pysigmoid._arguments import Array, Axis, refuse_softplus_options
from pysigmoid._reductions import ReductionName, check_reduction

__all__ = [
    "GLU",
    "BCELoss",
    "BCEWithLogitsLoss",
    "LogSigmoid",
    "SiLU",
    "Sigmoid",
    "SigmoidFocalLoss",
    "Softplus",
]


class Module(ABC):
    """A function with options: `module(input)` is `module.forward(input)`."""

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the function with the options of this module."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def extra_repr(self) -> str:
        """The options as `repr` shows them."""
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"

    def _changed(self, **defaults: Any) -> str:
        """The attributes that differ from their defaults; arrays by their shape alone."""
        shown = []
        for name, default in defaults.items():
            value = getattr(self, name)
            if np.ndim(value) > 0:
                shown.append(f"{name}=array of shape {np.shape(value)}")
            elif value != default:
                shown.append(f"{name}={value!r}")
        return ", ".join(shown)


class Sigmoid(Module):
    """`functional.sigmoid` as a module.

    Examples
    --------
    >>> m = nn.Sigmoid()
    >>> m
    Sigmoid()
    >>> m([-2.0, -1.0, 0.0, 1.0, 2.0]).round(4)
    array([0.1192, 0.2689, 0.5   , 0.7311, 0.8808])
    """

    def forward(self, input: Any) -> Any:
        return F.sigmoid(input)


class LogSigmoid(Module):
    """`functional.logsigmoid` as a module.

    Examples
    --------
    >>> nn.LogSigmoid()(-1000.0)
    np.float64(-1000.0)
    """

    def forward(self, input: Any) -> Any:
        return F.logsigmoid(input)


class Softplus(Module):
    """`functional.softplus` as a module.

    Parameters
    ----------
    beta, threshold
        Not taken, see `functional.softplus`.

    Raises
    ------
    TypeError
        If `beta` or `threshold` is given.

    Examples
    --------
    >>> nn.Softplus()(0.0)
    np.float64(0.6931471805599453)
    """

    def __init__(self, beta: None = None, threshold: None = None) -> None:
        refuse_softplus_options(beta, threshold)

    def forward(self, input: Any) -> Any:
        return F.softplus(input)


class SiLU(Module):
    """`functional.silu` as a module.

    Parameters
    ----------
    inplace : bool
        Write the result into the input, which must then be a float array.

    Examples
    --------
    >>> x = np.array([-1.0, 0.0, 1.0])
    >>> nn.SiLU(inplace=True)(x) is x
    True
    >>> x
    array([-0.26894142,  0.        ,  0.73105858])
    """

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return F.silu(input, out=input if self.inplace else None)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class GLU(Module):
    """`functional.glu` as a module.

    Parameters
    ----------
    dim : int
        The dimension to halve.

    Examples
    --------
    >>> nn.GLU()([1.0, 2.0, 0.0, 0.0])
    array([0.5, 1. ])
    """

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, input: Any) -> Array:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class BCELoss(Module):
    """`functional.binary_cross_entropy` as a module: cross entropy of probabilities.

    Parameters
    ----------
    weight : array_like, optional
        Factor of each element, broadcast to the shape of the input.
    reduction : {"mean", "sum", "weighted_mean", "none"}
        As for `functional.binary_cross_entropy_with_logits`.

    Raises
    ------
    ValueError
        If `reduction` is unknown.

    Examples
    --------
    >>> m = nn.Sigmoid()
    >>> nn.BCELoss()(m([2.0, -2.0]), [1, 0])
    np.float64(0.12692801104297252)
    """

    def __init__(self, weight: Any = None, *, reduction: ReductionName = "mean") -> None:
        check_reduction(reduction)
        self.weight = weight
        self.reduction = reduction

    def forward(self, input: Any, target: Any, *, where: Any = None, axis: Axis = None) -> Any:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction, where=where, axis=axis)

    def extra_repr(self) -> str:
        return self._changed(weight=None, reduction="mean")


class BCEWithLogitsLoss(Module):
    """`functional.binary_cross_entropy_with_logits` as a module: the sigmoid is inside the loss.

    Parameters
    ----------
    weight, reduction, pos_weight, label_smoothing, ignore_value
        As for `functional.binary_cross_entropy_with_logits`.

    Raises
    ------
    ValueError
        If `reduction` is unknown.

    Examples
    --------
    >>> criterion = nn.BCEWithLogitsLoss()
    >>> criterion(np.float32([2.0, -1.0]), [1, 0])
    np.float32(0.22009484)
    >>> loss, grad = criterion.value_and_grad(np.float32([2.0, -1.0]), [1, 0])
    >>> grad
    array([-0.05960146,  0.13447072], dtype=float32)
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        reduction: ReductionName = "mean",
        pos_weight: Any = None,
        label_smoothing: float = 0.0,
        ignore_value: float | None = None,
    ) -> None:
        check_reduction(reduction)
        self.weight = weight
        self.reduction = reduction
        self.pos_weight = pos_weight
        self.label_smoothing = label_smoothing
        self.ignore_value = ignore_value

    def forward(
        self, input: Any, target: Any, *, where: Any = None, axis: Axis = None, dtype: npt.DTypeLike | None = None
    ) -> Any:
        return F.binary_cross_entropy_with_logits(
            input, target, reduction=self.reduction, where=where, axis=axis, dtype=dtype, **self._factors()
        )

    def value_and_grad(
        self,
        input: Any,
        target: Any,
        *,
        where: Any = None,
        axis: Axis = None,
        dtype: npt.DTypeLike | None = None,
        grad_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """The loss and its gradient, as `functional.binary_cross_entropy_with_logits_value_and_grad` gives them."""
        return F.binary_cross_entropy_with_logits_value_and_grad(
            input,
            target,
            reduction=self.reduction,
            where=where,
            axis=axis,
            dtype=dtype,
            grad_out=grad_out,
            **self._factors(),
        )

    def grad_and_hess(
        self,
        input: Any,
        target: Any,
        *,
        where: Any = None,
        grad_out: Array | None = None,
        hess_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """First and second derivative of each element's loss, undivided whatever the reduction."""
        return F.binary_cross_entropy_with_logits_grad_and_hess(
            input, target, where=where, grad_out=grad_out, hess_out=hess_out, **self._factors()
        )

    def _factors(self) -> dict[str, Any]:
        return {
            "weight": self.weight,
            "pos_weight": self.pos_weight,
            "label_smoothing": self.label_smoothing,
            "ignore_value": self.ignore_value,
        }

    def extra_repr(self) -> str:
        return self._changed(weight=None, reduction="mean", pos_weight=None, label_smoothing=0.0, ignore_value=None)


class SigmoidFocalLoss(Module):
    """`functional.sigmoid_focal_loss` as a module.

    Parameters
    ----------
    alpha, gamma, reduction
        As for `functional.sigmoid_focal_loss`.

    Raises
    ------
    ValueError
        If `reduction` is unknown.

    Examples
    --------
    >>> criterion = nn.SigmoidFocalLoss(gamma=1.0, reduction="sum")
    >>> criterion
    SigmoidFocalLoss(gamma=1.0, reduction='sum')
    >>> criterion(np.float32([2.0, -1.0]), [1, 0])
    np.float32(0.06696933)
    """

    def __init__(self, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: ReductionName = "none") -> None:
        check_reduction(reduction)
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(
        self, input: Any, target: Any, *, where: Any = None, axis: Axis = None, dtype: npt.DTypeLike | None = None
    ) -> Any:
        return F.sigmoid_focal_loss(
            input, target, self.alpha, self.gamma, reduction=self.reduction, where=where, axis=axis, dtype=dtype
        )

    def value_and_grad(
        self,
        input: Any,
        target: Any,
        *,
        where: Any = None,
        axis: Axis = None,
        dtype: npt.DTypeLike | None = None,
        grad_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """The loss and its gradient, as `functional.sigmoid_focal_loss_value_and_grad` gives them."""
        return F.sigmoid_focal_loss_value_and_grad(
            input,
            target,
            self.alpha,
            self.gamma,
            reduction=self.reduction,
            where=where,
            axis=axis,
            dtype=dtype,
            grad_out=grad_out,
        )

    def grad_and_hess(
        self,
        input: Any,
        target: Any,
        *,
        where: Any = None,
        grad_out: Array | None = None,
        hess_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """First and second derivative of each element's loss, undivided whatever the reduction."""
        return F.sigmoid_focal_loss_grad_and_hess(
            input, target, self.alpha, self.gamma, where=where, grad_out=grad_out, hess_out=hess_out
        )

    def extra_repr(self) -> str:
        return self._changed(alpha=0.25, gamma=2.0, reduction="none")
