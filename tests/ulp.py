"""Formats, spacing, rounding and errors in ULP: the yardstick of the accuracy tests.

Exact numbers are MPFR's. One ULP is the spacing of the format at the exact value: 2**least for subnormal values.
"""

from dataclasses import dataclass
from functools import cached_property

import gmpy2
import ml_dtypes
import numpy as np

bfloat16 = np.dtype(ml_dtypes.bfloat16)


def precision(bits):
    """MPFR's arithmetic with this many bits and no overflow to speak of, for a with statement."""
    return gmpy2.context(precision=bits, emin=gmpy2.get_emin_min(), emax=gmpy2.get_emax_max())


@dataclass(frozen=True)
class Format:
    """A binary floating-point format.

    precision : bits of the significand, the leading one included
    least : the smallest subnormal number is 2**least
    overflow : 2**overflow is the first power of two that is too large
    """

    name: str
    dtype: np.dtype
    precision: int
    least: int
    overflow: int

    @classmethod
    def of(cls, name, dtype):
        info = ml_dtypes.finfo(dtype)
        return cls(name, np.dtype(dtype), info.nmant + 1, int(info.minexp) - info.nmant, int(info.maxexp))

    @cached_property
    def rounding(self):
        """MPFR's arithmetic in this format, subnormal numbers and overflow included."""
        return gmpy2.context(precision=self.precision, emin=self.least + 1, emax=self.overflow, subnormalize=True)

    def nearest(self, value):
        """The number of this format nearest to an exact value, ties to even."""
        return self.rounding.plus(value)

    def spacing_exponent(self, value):
        """The spacing of the format at a number, or at every number of a longdouble array, is 2**spacing_exponent."""
        exponent = np.frexp(value)[1] if isinstance(value, np.ndarray) else gmpy2.get_exp(value)
        return np.where(value == 0, self.least, np.maximum(exponent - self.precision, self.least))

    @cached_property
    def bits(self):
        """The unsigned integer that shows a number's bit pattern."""
        return np.dtype(f"u{self.dtype.itemsize}")

    def every_value(self):
        """All bit patterns of a 16-bit format."""
        return np.arange(1 << 16, dtype=np.uint16).view(self.dtype)


FORMATS = {
    name: Format.of(name, dtype)
    for name, dtype in {
        "float16": np.float16,
        "bfloat16": bfloat16,
        "float32": np.float32,
        "float64": np.float64,
        "longdouble": np.longdouble,
    }.items()
}


def format_of(array):
    return next(fmt for fmt in FORMATS.values() if fmt.dtype == array.dtype)


def widened(array):
    """The same numbers as longdouble, exactly."""
    return (array.astype(np.float64) if array.dtype == bfloat16 else array).astype(np.longdouble)


def exact(array):
    """The numbers of a one-dimensional array as MPFR numbers, exactly."""
    if array.dtype != np.longdouble:
        return [gmpy2.mpfr(value, 1) for value in array.astype(np.float64).tolist()]
    return [_exact_longdouble(value) for value in array]


def _exact_longdouble(value):
    if not np.isfinite(value) or value == 0:
        return gmpy2.mpfr(float(value))
    integer, exponent = _integer_and_exponent(value)
    with precision(FORMATS["longdouble"].precision):
        return integer * gmpy2.exp2(exponent)


def _integer_and_exponent(value):
    """The integer, of all the format's bits, and the power of two whose product a longdouble is."""
    mantissa, exponent = np.frexp(value)
    digits = FORMATS["longdouble"].precision
    return int(np.ldexp(mantissa, digits)), int(exponent) - digits


def error_in_ulp(got, value, fmt):
    """|got - value| in ULP; infinity counts as the power of two at which overflow begins."""
    if gmpy2.is_nan(got) or gmpy2.is_nan(value):
        return 0.0 if gmpy2.is_nan(got) and gmpy2.is_nan(value) else float("inf")
    top = gmpy2.exp2(fmt.overflow)
    got, value = (max(-top, min(top, number)) for number in (got, value))
    with precision(64):
        return float(abs(got - value) / gmpy2.exp2(int(fmt.spacing_exponent(value))))


def errors_in_ulp(got, values, fmt):
    """The same for arrays, as good as the longdouble values are."""
    top = np.ldexp(np.longdouble(1), min(fmt.overflow, np.finfo(np.longdouble).maxexp - 1))
    values = np.clip(values, -top, top)
    return np.ldexp(np.abs(np.clip(widened(got), -top, top) - values), -fmt.spacing_exponent(values))


def same_bits(left, right):
    """Elementwise: equal, the sign of zero included; nan equals nan."""
    return ((left == right) & (np.signbit(left) == np.signbit(right))) | (np.isnan(left) & np.isnan(right))


def hexadecimal(value):
    """A number in hex and decimal, as failures print it."""
    if isinstance(value, gmpy2.mpfr):
        return f"{value:.25g}"
    if value.dtype != np.longdouble:
        return f"{float(value).hex()} = {float(value)!r}"
    if not np.isfinite(value):
        return str(value)
    integer, exponent = _integer_and_exponent(value)
    return f"{integer:#x}p{exponent} = {value!s}"
