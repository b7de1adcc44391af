"""Holds results against the accuracy that functions.def promises for their row.

The oracle's formulas in longdouble settle most samples: their own error is at most SLACK, as test_oracle.py shows. The
samples for which that is not good enough are settled in MPFR.
"""

import gmpy2
import numpy as np
import pytest

import oracle
from pysigmoid import _core
from ulp import FORMATS, error_in_ulp, errors_in_ulp, exact, format_of, hexadecimal, same_bits, widened

ROWS = {row["name"]: row for row in _core.functions}

# A dozen roundings and libm's last bits, relative to the value or to the terms that cancel.
SLACK = float(np.ldexp(1.0, 3 - np.finfo(np.longdouble).nmant))

SHOWN = 8

# Elements that are checked at a time: their longdouble arrays stay in the cache.
CHUNK = 1 << 15


def outputs(name, *inputs):
    """The results of a row as a tuple, also where there is one."""
    results = getattr(_core, name)(*inputs)
    return results if isinstance(results, tuple) else (results,)


def longdouble_is_wider_than(fmt):
    """By enough bits to judge results of this format, which a longdouble of 64 bits is not for float64."""
    return FORMATS["longdouble"].precision - fmt.precision > 8


def check(name, *inputs):
    """Compute a row at one-dimensional inputs and fail where an output breaks its bound."""
    for output, got in zip(ROWS[name]["outputs"], outputs(name, *inputs), strict=True):
        check_output(output, got, *inputs[: ROWS[output]["nin"]], accuracy=accuracy_of(name, output))


def accuracy_of(name, output):
    """The bounds of an output of `name`: those of the row it is called after, unless `name` has some for its second."""
    own = ROWS[name]["accuracy_of_second"]
    return own if own is not None and output == ROWS[name]["outputs"][1] else ROWS[output]["accuracy"]


def check_output(name, got, *inputs, accuracy=None):
    """Fail where an array of results breaks the bound of the row; all arrays are one-dimensional and of one dtype."""
    fmt = format_of(got)
    bound = (accuracy or ROWS[name]["accuracy"])[fmt.name]
    with np.errstate(all="ignore"):
        open_ = np.flatnonzero(~_settled_in_longdouble(name, got, inputs, fmt, bound))
        judge = _correctly_rounded if bound["correctly_rounded"] else _within_bound
        right, wants = judge(name, got[open_], [array[open_] for array in inputs], fmt, bound)
        wrong = [
            (got[at], want, *(array[at] for array in inputs))
            for at, want, fine in zip(open_, wants, right, strict=True)
            if not fine
        ]
        if wrong:
            pytest.fail(_report(name, fmt, bound, wrong, got.size), pytrace=False)


def _settled_in_longdouble(name, got, inputs, fmt, bound):
    """True where the longdouble value, wrong by SLACK, leaves no doubt that the result keeps its bound."""
    if not longdouble_is_wider_than(fmt):
        return np.zeros(got.shape, bool)
    chunks = (slice(begin, begin + CHUNK) for begin in range(0, got.size, CHUNK))
    settled = [_certain(name, got[chunk], [array[chunk] for array in inputs], fmt, bound) for chunk in chunks]
    return np.concatenate(settled)


def _certain(name, got, inputs, fmt, bound):
    points = [widened(array) for array in inputs]
    value = getattr(oracle, name)(*points)
    scale = getattr(oracle, f"{name}_scale", lambda *_: np.abs(value))(*points)
    spacing = fmt.spacing_exponent(value)
    slack = np.ldexp(SLACK * np.maximum(np.abs(value), scale), -spacing)
    relative = np.abs(value) >= bound["relative_from"] * scale
    allowed = np.where(relative, bound["ulp"], 0.5 + np.ldexp(bound["absolute"] * scale, -spacing))
    right_sign = (np.signbit(got) == np.signbit(value)) | ~relative
    finite = np.all([np.isfinite(point) for point in points], axis=0)
    outside = np.isnan(got) & np.isnan(value)
    return finite & (outside | right_sign & (errors_in_ulp(got, value, fmt) + slack < allowed))


def _correctly_rounded(name, got, inputs, fmt, bound):
    (array,) = inputs
    wants = oracle.correctly_rounded(name, array, fmt)
    return same_bits(got, wants), wants


def _within_bound(name, got, inputs, fmt, bound):
    values, scales = oracle.measure(name, *inputs)
    triples = zip(exact(got), values, scales, strict=True)
    return [_keeps_bound(*triple, fmt, bound) for triple in triples], values


def _keeps_bound(got, value, scale, fmt, bound):
    error = error_in_ulp(got, value, fmt)
    if abs(value) < bound["relative_from"] * scale:
        return error <= 0.5 + bound["absolute"] * scale / gmpy2.exp2(int(fmt.spacing_exponent(value)))
    return error <= bound["ulp"] and (gmpy2.is_nan(value) or gmpy2.is_signed(got) == gmpy2.is_signed(value))


def _report(name, fmt, bound, wrong, samples):
    """The inputs that break the bound, the worst first."""
    described = []
    for got, want, *point in wrong:
        value = want if isinstance(want, gmpy2.mpfr) else oracle.measure(name, *(x.reshape(1) for x in point))[0][0]
        error = error_in_ulp(exact(got.reshape(1))[0], value, fmt)
        lines = [
            f"  at    {' and '.join(hexadecimal(x) for x in point)}",
            f"  got   {hexadecimal(got)}",
            f"  want  {hexadecimal(want)}",
            f"  error {error:.9f} ULP",
        ]
        described.append((error, "\n".join(lines)))
    described.sort(key=lambda pair: -pair[0])
    promise = "correctly rounded" if bound["correctly_rounded"] else f"bound {bound}"
    head = f"{name} in {fmt.name}: {len(wrong)} of {samples} samples break the promise ({promise})"
    return "\n".join([head, *(text for _, text in described[:SHOWN])])
