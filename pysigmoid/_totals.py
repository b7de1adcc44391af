"""Losses whose sums are exact: parts that may come in any number and order, and what becomes of them."""

from typing import Any

import numpy as np

from pysigmoid import _core
from pysigmoid._arguments import Axis, Samples, raise_outside, read_samples
from pysigmoid._dtypes import Array, DType, float_dtype, loss_dtype
from pysigmoid._losses import NAMES, PROBABILITY, Options, plain_samples
from pysigmoid._reductions import reduction_code, summed_axes

COUNT, WEIGHT = 4, 5  # what means divide by, beside the reductions, as _core.values_of_totals knows them


def evaluate_totals(
    form: int,
    outputs: int,
    options: Options,
    samples: tuple[Any, ...],
    reduction: str,
    axis: Axis,
    validate: bool,
    divisors: Array | None = None,
    dtype: DType | None = None,
    given: tuple[Any, Any] = (None, None),
    only_counts: bool = False,
    *,
    digits: DType,
) -> tuple[Any, ...]:
    """The outputs of a loss over samples as `read` gives them; its value is an array of totals, see `values`.

    Derivatives are divided by `divisors`. With a dtype the value is the reduction itself, in float64, rounded to that.
    `digits` is the type that sums of these totals are to be right in: that of narrow logits has quicker terms.
    """
    axes = None if axis is None else summed_axes(reduction, axis, samples[0].ndim)
    results = _core.loss_totals(
        form, outputs, *options, *samples, reduction_code(reduction), axes, validate, only_counts, digits, divisors,
        dtype,
    )  # fmt: skip
    if results is None:
        raise_outside(Samples(*samples), NAMES[form], form == PROBABILITY, given)
    return results


def read(
    form: int, input: Any, target: Any, weight: Any, where: Any, pos_weight: Any, ignore_value: float | None
) -> tuple[Any, ...]:
    """The fields of `Samples`."""
    samples = plain_samples(input, target, weight, where, pos_weight, ignore_value)
    if samples is None:
        samples = read_samples(NAMES[form], input, target, weight, where, pos_weight, ignore_value)
    dtype = float_dtype(NAMES[form][0], samples[0].dtype)
    if dtype.char == "g":
        raise TypeError(
            f"{NAMES[form][0]} has dtype {dtype}, whose losses may lie beyond the float64 that is added up; "
            f"pass {NAMES[form][0]}.astype(np.float64)"
        )
    return samples


def values(totals: Array, reduction: str, dtype: Any) -> Array:
    """The mean, sum or weighted mean of each row, rounded once, in the dtype."""
    return rounded(_core.values_of_totals(totals, reduction_code(reduction), loss_dtype(dtype)), dtype)


def rounded(values: Array, dtype: Any) -> Array:
    """The same numbers in the dtype that they were rounded to; the largest of float64 may be beyond it."""
    with np.errstate(over="ignore"):
        return values.astype(loss_dtype(dtype))
