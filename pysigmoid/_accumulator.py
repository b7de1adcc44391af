"""The accumulator of `functional`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pysigmoid import _core
from pysigmoid._arguments import Axis
from pysigmoid._dtypes import Array, float_dtype, loss_dtype
from pysigmoid._losses import (
    FOCAL,
    LOGISTIC,
    NAMES,
    NO_OPTIONS,
    PROBABILITY,
    VALUE,
    Options,
    focal_options,
    smoothing,
)
from pysigmoid._reductions import ReductionName
from pysigmoid._totals import COUNT, evaluate_totals, read, values

LossName: TypeAlias = Literal["binary_cross_entropy_with_logits", "binary_cross_entropy", "sigmoid_focal_loss"]
SUMS = ("mean", "sum", "weighted_mean")
DEFAULTS = {"label_smoothing": 0.0, "alpha": 0.25, "gamma": 2.0}
FORMS = {  # and the options that each has
    "binary_cross_entropy_with_logits": (LOGISTIC, ("label_smoothing",)),
    "binary_cross_entropy": (PROBABILITY, ()),
    "sigmoid_focal_loss": (FOCAL, ("label_smoothing", "alpha", "gamma")),
}


class LossAccumulator:
    """Exact sum of a loss over many batches, which no order, number or size of the batches changes.

    Every element's loss is added without rounding, and the result is rounded once. Parts from several threads,
    processes or machines are merged likewise: the bits are those of a single call over all of the data.

    Parameters
    ----------
    loss : {"binary_cross_entropy_with_logits", "binary_cross_entropy", "sigmoid_focal_loss"}
        The function of this module whose losses are added.
    label_smoothing, alpha, gamma, ignore_value
        As in the functions; `alpha` and `gamma` are those of the focal loss, and the loss of probabilities has none of
        the first three.
    axis : int or tuple of int, optional
        Axes to sum over, all of them by default. The other axes stay, and batches must agree in their lengths.
    dtype : dtype, optional
        Float type whose digits the added losses have, that of the logits by default. Of float32 they are good to 2^-31,
        a hundredth of its last place; float64 gives narrow logits more, in two to three times the time.

    Raises
    ------
    ValueError
        For an unknown loss or an option out of range.
    TypeError
        For an option that the loss does not have.

    Notes
    -----
    Losses are those of the functions, before they are rounded. The ordinary sums of the functions are rounded at every
    addition: their last bit may differ in float64, in float32 it rarely does.
    An accumulator takes half a kilobyte, pickles and copies.

    Examples
    --------
    >>> logits, labels = np.float32([-20.0, 0.0, 3.0, 1.0]), np.array([0, 1, 1, 0])
    >>> total = F.LossAccumulator()
    >>> for begin in (0, 2):
    ...     total.add(logits[begin : begin + 2], labels[begin : begin + 2])
    >>> total.value(dtype=np.float32) == F.binary_cross_entropy_with_logits(logits, labels)
    np.True_
    """

    def __init__(
        self,
        loss: LossName = "binary_cross_entropy_with_logits",
        *,
        label_smoothing: float = 0.0,
        alpha: float | None = 0.25,
        gamma: float = 2.0,
        ignore_value: float | None = None,
        axis: Axis = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        if loss not in FORMS:
            raise ValueError(f"loss is {loss!r}; choose one of {', '.join(FORMS)}")
        self.loss: LossName = loss
        self.axis: Axis = axis
        self.ignore_value: float | None = ignore_value
        self.dtype: np.dtype[Any] | None = None if dtype is None else loss_dtype(dtype)
        self._form, allowed = FORMS[loss]
        given = {"label_smoothing": label_smoothing, "alpha": alpha, "gamma": gamma}
        for name, value in given.items():
            if name not in allowed and value != DEFAULTS[name]:
                raise TypeError(f"{name} is {value}, but {loss} has no {name}; leave it out")
        self._options = _read_options(self._form, label_smoothing, alpha, gamma)
        self._totals: Array | None = np.zeros(_core.total_words, np.uint32) if axis is None else None

    def add(
        self,
        input: Any,
        target: Any,
        weight: Any = None,
        *,
        pos_weight: Any = None,
        where: Any = None,
        validate: bool = True,
    ) -> None:
        """Add a batch.

        Parameters
        ----------
        input, target, weight, pos_weight, where, validate
            As the functions take them; `binary_cross_entropy` has no `pos_weight`. Without weights each element counts
            as 1 in "weighted_mean".

        Raises
        ------
        ValueError, TypeError
            As the functions do, for batches whose other axes differ, and for longdouble logits. Nothing has been added
            then.
        """
        if self._form == PROBABILITY and pos_weight is not None:
            raise TypeError("binary_cross_entropy has no pos_weight; pass weight=")
        samples = read(self._form, input, target, weight, where, pos_weight, self.ignore_value)
        digits = float_dtype(NAMES[self._form][0], samples[0].dtype) if self.dtype is None else self.dtype
        (totals,) = evaluate_totals(
            self._form, VALUE, self._options, samples, "weighted_mean", self.axis, validate, given=(input, target),
            digits=digits,
        )  # fmt: skip
        self._merge_totals(totals)

    def merge(self, other: LossAccumulator) -> None:
        """Add all that another accumulator of the same loss has; the other stays as it is.

        Raises
        ------
        TypeError
            If `other` is no accumulator.
        ValueError
            If the losses, their options or the axes differ.
        """
        if not isinstance(other, LossAccumulator):
            raise TypeError(f"other is a {type(other).__name__}; pass a LossAccumulator")
        if self._kind() != other._kind():
            raise ValueError(f"{other!r} cannot be merged into {self!r}; make both with the same arguments")
        if other._totals is not None:
            self._merge_totals(other._totals)

    def value(
        self,
        reduction: ReductionName = "mean",
        *,
        dtype: npt.DTypeLike = np.float64,
    ) -> Any:
        """The loss of all that was added, the exact number rounded once to the dtype.

        Parameters
        ----------
        reduction : {"mean", "sum", "weighted_mean"}
            As in the functions.
        dtype : dtype
            Float type of the result. No digits beyond float64 are given, nor beyond those of the added losses.

        Returns
        -------
        scalar or ndarray
            A NumPy scalar; with `axis` an array of the other axes. The mean of nothing is nan, the sum 0.

        Raises
        ------
        ValueError
            For another reduction, or with `axis` before anything was added.
        """
        if reduction not in SUMS:
            raise ValueError(f"reduction is {reduction!r}; choose 'mean', 'sum' or 'weighted_mean'")
        return values(self._some_totals(), reduction, dtype)[()]

    @property
    def count(self) -> Any:
        """How many elements count: an int, or with `axis` an array."""
        counts = _core.values_of_totals(self._some_totals(), COUNT, np.dtype(np.float64)).astype(np.int64)
        return counts if counts.ndim else int(counts[()])

    def __repr__(self) -> str:
        shown = [repr(self.loss)] if self.loss != "binary_cross_entropy_with_logits" else []
        shown += [f"axis={self.axis}"] if self.axis is not None else []
        shown += [f"ignore_value={self.ignore_value}"] if self.ignore_value is not None else []
        shown += [f"dtype={self.dtype}"] if self.dtype is not None else []
        given = zip(DEFAULTS.items(), self._options, strict=True)
        names = FORMS[self.loss][1]
        shown += [f"{name}={value}" for (name, default), value in given if name in names and value != default]
        return f"LossAccumulator({', '.join(shown)})"

    def __getstate__(self) -> dict[str, Any]:
        totals = None if self._totals is None else self._totals.copy()
        return {**self.__dict__, "_totals": totals}  # copies are apart

    def _kind(self) -> tuple[Any, ...]:
        ignored = None if self.ignore_value is None else repr(self.ignore_value)  # nan is nan here
        return self.loss, self.axis, ignored, str(self.dtype), self._options  # a dtype equals None

    def _some_totals(self) -> Array:
        if self._totals is None:
            raise ValueError(f"axis is {self.axis}, and nothing was added yet that tells the other axes; add a batch")
        return self._totals

    def _merge_totals(self, totals: Array) -> None:
        if self._totals is None:
            self._totals = np.zeros_like(totals)
        if self._totals.shape != totals.shape:
            shape, other = self._totals.shape[:-1], totals.shape[:-1]
            raise ValueError(f"the axes that are not summed have lengths {other}, but those added before {shape}")
        _core.merge_totals(self._totals, totals)


def _read_options(form: int, label_smoothing: float, alpha: float | None, gamma: float) -> Options:
    if form == FOCAL:
        return focal_options(alpha, gamma, label_smoothing)
    return smoothing(label_smoothing) if form == LOGISTIC else NO_OPTIONS
