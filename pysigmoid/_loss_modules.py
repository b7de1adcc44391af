"""What the modules of `nn` that are losses share: the call, and the derivatives of losses of logits."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, ClassVar

import numpy.typing as npt

from pysigmoid._arguments import Axis
from pysigmoid._dtypes import Array
from pysigmoid._losses import (
    GRAD_AND_HESS,
    NO_OPTIONS,
    VALUE,
    VALUE_AND_GRAD,
    VALUE_GRAD_AND_HESS,
    Options,
    evaluate,
)
from pysigmoid._modules import Module
from pysigmoid._reductions import ReductionName, reduction_code


class Loss(Module):
    """What the losses share: a weight, a reduction, and what a call of them takes."""

    form: ClassVar[int]

    __class_getitem__: Any = classmethod(GenericAlias)  # a type checker's parameter, the reduction: see nn.pyi

    def __init__(self, weight: Any, reduction: ReductionName) -> None:
        reduction_code(reduction)  # an unknown one is an error here already
        self.weight = weight
        self.reduction: ReductionName = reduction

    def forward(
        self,
        input: Any,
        target: Any,
        *,
        weight: Any = None,
        where: Any = None,
        axis: Axis = None,
        keepdims: bool = False,
        validate: bool = True,
        dtype: npt.DTypeLike | None = None,
        out: Array | None = None,
    ) -> Any:
        """The loss, reduced as `reduction` says.

        Parameters
        ----------
        input : array_like
            Logits, in natural-log odds, of any shape; for `BCELoss` probabilities in [0, 1].
        target : array_like
            Labels in [0, 1], hard or soft: bool, integer or float, of the shape of `input`.
        weight : array_like, optional
            Factor of each element, for this call in place of the module's `weight`.
        where : array_like of bool, optional
            False for elements to leave out, broadcast to the shape of `input`; they leave the divisor as well.
        axis : int or tuple of int, optional
            Axes to sum over, all of them by default; each result has its own divisor.
        keepdims : bool
            Keep the summed axes with length 1.
        validate : bool
            Check that labels, and probabilities, lie in [0, 1].
        dtype : dtype, optional
            Float type of the loss; by default that of `input`, or the one the ufuncs give for integers.
        out : ndarray, optional
            Buffer for the loss, of its shape.

        Returns
        -------
        scalar or ndarray
            The loss in nats, a NumPy scalar when everything is summed; or `out`. For a tensor every result of a loss is
            a tensor.

        Raises
        ------
        ValueError
            If shapes do not fit, a label or a probability is outside [0, 1] or nan, an option of the module or the call
            is out of range, or `out` has another shape or is read-only. Nothing has been written then.
        TypeError
            For an argument that is no real array, a Dask collection, a tensor that requires grad, pandas data with NA
            where `where` does not leave it out, or an `out` the loss does not cast to.

        Examples
        --------
        >>> criterion = nn.BCEWithLogitsLoss()
        >>> criterion(np.array([2.0, -1.0]), [1, 0])
        np.float64(0.22009484928059764)
        >>> criterion(np.array([2.0, -1.0]), [1, 0], weight=[1, 3], where=[False, True])
        np.float64(0.9397850625546685)
        """
        return self._evaluate(VALUE, input, target, weight, where, axis, keepdims, validate, dtype, out)[0]

    __call__ = forward

    def _evaluate(
        self, outputs: int, input: Any, target: Any, weight: Any, where: Any, axis: Axis, keepdims: bool, *rest: Any
    ) -> tuple[Any, ...]:
        """What `evaluate` gives for the arguments of a call and the options of this module."""
        return evaluate(
            self.form, outputs, self._form_options(),
            input, target, self.weight if weight is None else weight, where, *self._label_options(),
            self.reduction, axis, keepdims, *rest,
        )  # fmt: skip

    def _form_options(self) -> Options:
        """The options of this form of loss, as `evaluate` takes them."""
        return NO_OPTIONS

    def _label_options(self) -> tuple[Any, Any]:
        """What becomes of some labels: the factor of the positive part, and the label to leave out."""
        return None, None


class LogitsLoss(Loss):
    """What the losses of logits share: labels that are smoothed, weighted, ignored, and derivatives."""

    # Of modules that were pickled by a version that had fewer options.
    weight: Any = None
    pos_weight: Any = None
    label_smoothing: float = 0.0
    ignore_value: float | None = None

    def __init__(
        self, weight: Any, reduction: ReductionName, pos_weight: Any, label_smoothing: float, ignore_value: float | None
    ) -> None:
        super().__init__(weight, reduction)
        self.pos_weight = pos_weight
        self.label_smoothing = label_smoothing
        self.ignore_value = ignore_value

    def value_and_grad(
        self,
        input: Any,
        target: Any,
        *,
        weight: Any = None,
        where: Any = None,
        axis: Axis = None,
        keepdims: bool = False,
        validate: bool = True,
        dtype: npt.DTypeLike | None = None,
        out: Array | None = None,
        grad_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """The loss and its gradient in the logits, in one pass.

        Parameters
        ----------
        input, target, weight, where, axis, keepdims, validate
            As for a call of the module.
        dtype, out
            As for a call of the module: those of the loss.
        grad_out : ndarray, optional
            Buffer for the gradient, of the shape of `input`; it may be `input` itself.

        Returns
        -------
        loss : scalar or ndarray
            As a call of the module returns it.
        grad : ndarray or scalar
            Derivative of that loss by each logit, in the shape and float dtype of `input`; or `grad_out`. "sum" and
            "none" give the derivative of each element's own loss, the means divide it. 0 for left-out elements.

        Raises
        ------
        ValueError, TypeError
            As for a call of the module, for `grad_out` as for `out`, and if the buffers share memory.

        Examples
        --------
        >>> loss, grad = nn.BCEWithLogitsLoss().value_and_grad(np.array([2.0, -1.0]), [1, 0])
        >>> grad
        array([-0.05960146,  0.13447071])
        """
        arguments = (input, target, weight, where, axis, keepdims, validate, dtype, out, grad_out)
        loss, grad = self._evaluate(VALUE_AND_GRAD, *arguments)
        return loss, grad

    def grad_and_hess(
        self,
        input: Any,
        target: Any,
        *,
        weight: Any = None,
        where: Any = None,
        axis: Axis = None,
        validate: bool = True,
        grad_out: Array | None = None,
        hess_out: Array | None = None,
    ) -> tuple[Any, Any]:
        """The gradient in the logits and the second derivative by each of them, in one pass.

        Both are divided as `reduction` says, so that the gradient is that of `value_and_grad`. Boosting wants them
        undivided: "sum" or "none".

        Parameters
        ----------
        input, target, weight, where, axis, validate
            As for a call of the module.
        grad_out, hess_out : ndarray, optional
            Buffers of the shape of `input`; one of them may be `input` itself.

        Returns
        -------
        grad, hess : ndarray or scalar
            First and second derivative of the loss by each logit, in the shape and float dtype of `input`, or the
            buffers. 0 for left-out elements.

        Raises
        ------
        ValueError, TypeError
            As for a call of the module, for each buffer as for `out`, and if the buffers share memory.

        Examples
        --------
        >>> grad, hess = nn.BCEWithLogitsLoss().grad_and_hess(np.array([2.0, -1.0]), [1, 0])
        >>> grad
        array([-0.05960146,  0.13447071])
        >>> hess
        array([0.05249679, 0.09830597])
        """
        arguments = (input, target, weight, where, axis, False, validate, None, None, grad_out, hess_out)
        grad, hess = self._evaluate(GRAD_AND_HESS, *arguments)
        return grad, hess

    def value_grad_and_hess(
        self,
        input: Any,
        target: Any,
        *,
        weight: Any = None,
        where: Any = None,
        axis: Axis = None,
        keepdims: bool = False,
        validate: bool = True,
        dtype: npt.DTypeLike | None = None,
        out: Array | None = None,
        grad_out: Array | None = None,
        hess_out: Array | None = None,
    ) -> tuple[Any, Any, Any]:
        """The loss, its gradient in the logits and the second derivative by each of them, in one pass.

        Parameters
        ----------
        input, target, weight, where, axis, keepdims, validate
            As for a call of the module.
        dtype, out
            As for a call of the module: those of the loss.
        grad_out, hess_out : ndarray, optional
            Buffers of the shape of `input`; one of them may be `input` itself.

        Returns
        -------
        loss : scalar or ndarray
            As a call of the module returns it.
        grad, hess : ndarray or scalar
            As `grad_and_hess` returns them: first and second derivative of that loss by each logit.

        Raises
        ------
        ValueError, TypeError
            As for a call of the module, for each buffer as for `out`, and if the buffers share memory.

        Examples
        --------
        >>> loss, grad, hess = nn.BCEWithLogitsLoss().value_grad_and_hess(np.array([2.0, -1.0]), [1, 0])
        >>> loss
        np.float64(0.22009484928059764)
        >>> hess
        array([0.05249679, 0.09830597])
        """
        arguments = (input, target, weight, where, axis, keepdims, validate, dtype, out, grad_out, hess_out)
        loss, grad, hess = self._evaluate(VALUE_GRAD_AND_HESS, *arguments)
        return loss, grad, hess

    def _label_options(self) -> tuple[Any, Any]:
        return self.pos_weight, self.ignore_value
