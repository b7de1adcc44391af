"""The numbers a loss reads and writes: every type in both byte orders, at its extremes, rounded once."""

import ml_dtypes
import numpy as np
import pytest

from calls import FLOATS, assert_same_bits
from pysigmoid import functional as F
from ulp import FORMATS, exact, precision

loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad
grad_and_hess = F.binary_cross_entropy_with_logits_grad_and_hess

INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
FREE = {"reduction": "none", "validate": False}

every_number = pytest.mark.parametrize("dtype", [bool, *INTEGERS, *FLOATS], ids=lambda dtype: np.dtype(dtype).name)
every_logit = pytest.mark.parametrize("logits_dtype", FLOATS, ids=lambda dtype: dtype.__name__)


def byte_orders(array):
    """The array in the orders its dtype knows."""
    both = array.dtype.itemsize > 1 and array.dtype != ml_dtypes.bfloat16
    return [array, array.astype(array.dtype.newbyteorder())] if both else [array]


def extremes(dtype):
    """Numbers at the ends of the type and around what double holds, some 200 of them."""
    if dtype is bool:
        return np.tile([False, True], 100)
    if issubclass(dtype, np.integer):
        ends = np.iinfo(dtype)
        ends_and_middle = [ends.min, ends.min + 1, ends.max - 1, ends.max, 0, 1, ends.max // 3, ends.max // 2 + 1]
        return np.tile(np.array(ends_and_middle, dtype), 25)
    ends = ml_dtypes.finfo(dtype)
    return np.tile(np.array([0, -0.0, 1, -1, ends.max, ends.tiny, ends.smallest_subnormal, 0.3], dtype), 25)


@every_logit
@every_number
def test_labels_and_factors_are_read_as_the_doubles_nearest_to_them(rng, dtype, logits_dtype):
    """In longdouble, as the longdoubles nearest to them. Labels without a weight may be read as float32."""
    x = (rng.normal(size=200) * 5).astype(logits_dtype)
    numbers = extremes(dtype)
    work = np.longdouble if logits_dtype is np.longdouble else np.float64
    with np.errstate(over="ignore"):
        read = numbers.astype(work)
    ones = np.ones(200)
    for laid_out in byte_orders(numbers):
        for names in (("target", "weight"), ("target", "pos_weight"), ("weight",), ("pos_weight",)):
            given, want = ({name: array for name in names} for array in (laid_out, read))
            target, other = given.pop("target", ones), want.pop("target", ones)
            for got, expected in zip(
                (*loss_and_grad(x, target, **given, **FREE), *grad_and_hess(x, target, **given, validate=False)),
                (*loss_and_grad(x, other, **want, **FREE), *grad_and_hess(x, other, **want, validate=False)),
                strict=True,
            ):
                assert_same_bits(got, expected)


@every_number
def test_hard_labels_of_every_type_mean_the_same(rng, dtype):
    y = rng.integers(0, 2, 2000)
    for logits_dtype in FLOATS:
        x = (rng.normal(size=2000) * 5).astype(logits_dtype)
        want = loss_and_grad(x, y.astype(logits_dtype))
        for labels in byte_orders(y.astype(dtype)):
            for got, expected in zip(loss_and_grad(x, labels), want, strict=True):
                assert_same_bits(got, expected)


@every_number
def test_logits_of_every_type_mean_their_numbers(rng, dtype):
    x = np.arange(100).astype(dtype)
    result = np.dtype(dtype if dtype in FLOATS else np.float32 if np.dtype(dtype).itemsize <= 2 else np.float64)
    y = rng.random(100)
    want = loss_and_grad(x.astype(result), y, reduction="none")
    for logits in byte_orders(x):
        for got, expected in zip(loss_and_grad(logits, y, reduction="none"), want, strict=True):
            assert_same_bits(got, expected)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16], ids=lambda dtype: dtype.__name__)
def test_every_half_value_is_read_as_it_is(dtype):
    values = np.arange(1 << 16, dtype=np.uint16).view(dtype)
    with np.errstate(invalid="ignore"):  # signaling nan among them
        wide = values.astype(np.float64)
    for x in (np.full(1 << 16, 0.75, np.float32), np.full(1 << 16, 0.75)):
        for labels, weight in ((0.25, None), (1.0, None), (None, 0.25)):
            y, w = (wide if labels is None else np.full(1 << 16, labels)), weight
            got = loss_and_grad(x, values if labels is None else y, w or values, **FREE)
            want = loss_and_grad(x, y, w or wide, **FREE)
            for one, other in zip(got, want, strict=True):
                assert_same_bits(one, other)


@pytest.mark.parametrize(
    "fmt", [FORMATS[name] for name in ("float16", "bfloat16", "float32")], ids=lambda fmt: fmt.name
)
def test_results_are_rounded_once_where_two_steps_would_go_wrong(rng, fmt):
    """At logit 0 and label 0 the gradient is half the weight: any double. Here, next to the middle of two numbers."""
    numbers = np.abs(rng.normal(size=4096).astype(fmt.dtype)).astype(np.float64)
    spacing = np.ldexp(1.0, [int(fmt.spacing_exponent(value)) for value in exact(numbers)])
    middles = numbers + spacing / 2
    doubles = np.concatenate([middles, np.nextafter(middles, 0), np.nextafter(middles, 9), middles * (1 + 2.0**-26)])
    zeros = np.zeros(doubles.size, np.float32)
    grad = np.empty(doubles.size, fmt.dtype)
    loss_and_grad(zeros, zeros, 2 * doubles, reduction="none", grad_out=grad)
    with precision(64):
        want = np.array([float(fmt.nearest(value)) for value in exact(doubles)])
    assert_same_bits(grad.astype(np.float64), want)


@every_logit
def test_numbers_are_checked_in_their_own_precision(logits_dtype):
    """One past 1 by less than a double, and so also by less than a float32, shows."""
    x, y = np.zeros(300, logits_dtype), np.zeros(300, np.longdouble)
    y[217] = np.nextafter(np.longdouble(1), np.longdouble(2))
    F.binary_cross_entropy_with_logits(x, np.minimum(y, 1))
    with pytest.raises(ValueError, match=r"target\[217\]"):
        F.binary_cross_entropy_with_logits(x, y)
    y[217] = -np.ldexp(np.longdouble(1), -16000)
    with pytest.raises(ValueError, match=r"target\[217\]"):
        F.binary_cross_entropy_with_logits(x, y)


@every_number
def test_the_one_wrong_label_is_found_wherever_it_lies(dtype):
    """Behind the last whole pack, at the border of blocks, in any byte order."""
    if dtype is bool:
        return
    wrong = np.array(2, dtype)
    for n in (1, 63, 64, 65, 1024, 1025, 4099):
        for at in {0, n // 2, n - 1}:
            labels = np.zeros(n, dtype)
            labels[at] = wrong
            for laid_out in byte_orders(labels):
                for logits in (np.zeros(n, np.float32), np.zeros(n)):
                    with pytest.raises(ValueError, match=rf"target\[{at}\] is 2"):
                        F.binary_cross_entropy_with_logits(logits, laid_out)
