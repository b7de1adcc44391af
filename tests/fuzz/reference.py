"""What a call should give: stable formulas in long double, and how far a result may be from them.

The reference itself is good to some units of 2^-63, which LEFT_OVER and SLACK allow for. It is asked where all numbers
are finite; the limits have tests of their own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import oracle
from bounds import ROWS, accuracy_of
from fuzz.cases import Array, Case
from fuzz.draw import FOCAL, LOGISTIC, PROBABILITIES, PROBABILITY
from ulp import FORMATS, Format, errors_in_ulp, format_of, widened

UFUNC_OF = {
    "sigmoid": "sigmoid",
    "logsigmoid": "log_sigmoid",
    "softplus": "softplus",
    "silu": "silu",
    "logit": "logit",
    "glu": "sigmoid_gate",
}

# Of libm's long double, in ULP of a result of this type: its own last bits, and some more where float64 is as wide.
SLACK = {"float16": 1e-6, "bfloat16": 1e-6, "float32": 1e-6, "float64": 0.02, "longdouble": 16}

Bound = tuple[Array, Array]  # an exact value, and what a result may differ from it


def violations(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    """Where the results of a call of plain arrays break a bound."""
    with np.errstate(all="ignore"):
        return _violations(case, arrays, results)


def _violations(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    root, name, *method = case.function.split(".")
    if name in ROWS and not method:
        return of_ufunc(case, arrays, name)
    if method and method[0] in METHODS:
        return METHODS[method[0]](case, arrays, results)
    if root == "F" and name in UFUNC_OF:
        return of_elementwise(case, arrays, results, UFUNC_OF[name])
    return of_loss(case, arrays, results) if root == "F" else []


def plain_data(array: Array) -> Array:
    return np.asarray(np.ma.getdata(array))


# ---- elementwise ----


def of_ufunc(case: Case, arrays: dict[str, Array], name: str) -> list[str]:
    """Of the ufunc without buffers, which other calls are compared with."""
    inputs = [plain_data(arrays[operand.name]) for operand in case.arguments]
    dtype = {key: case.options[key] for key in ("dtype", "casting") if key in case.options}
    with np.errstate(all="ignore"):
        returned = case.called()(*inputs, **dtype)
    returned = returned if isinstance(returned, tuple) else (returned,)
    wrong = []
    for row, got in zip(ROWS[name]["outputs"], returned, strict=True):
        wrong += of_row(row, np.asarray(got), inputs[: ROWS[row]["nin"]], accuracy_of(name, row))
    return wrong


def of_elementwise(case: Case, arrays: dict[str, Array], results: tuple[Array, ...], name: str) -> list[str]:
    (got,), (input,) = results, (plain_data(arrays["x"]),)
    if "eps" in case.options or got.dtype != result_dtype(input.dtype):
        return []
    inputs = np.split(input, 2, axis=case.options["dim"]) if name == "sigmoid_gate" else [input]
    return of_row(name, got, inputs)


def of_row(name: str, got: Array, inputs: list[Array], accuracy: Any = None) -> list[str]:
    """Where results break the bound of their row, or a given one; infinities and nan are not looked at."""
    fmt, got = format_of(got), np.atleast_1d(got)
    bound = (accuracy or ROWS[name]["accuracy"])[fmt.name]
    with np.errstate(all="ignore"):
        points = [np.atleast_1d(widened(array.astype(fmt.dtype))) for array in np.broadcast_arrays(*inputs)]
        value = getattr(oracle, name)(*points)
        scale = np.abs(getattr(oracle, f"{name}_scale")(*points) if hasattr(oracle, f"{name}_scale") else value)
        spacing = fmt.spacing_exponent(value)
        absolute = 0.5 + np.ldexp(bound["absolute"] * scale, -spacing)
        allowed = np.where(np.abs(value) >= bound["relative_from"] * scale, max(0.5, bound["ulp"]), absolute)
        error = errors_in_ulp(got, value, fmt)
        slack = SLACK[fmt.name] + np.ldexp(scale, -spacing - 59)
        finite = np.all([np.isfinite(point) for point in points], axis=0) & np.isfinite(value)
        if len(points) == 2 and ROWS[name]["intervals"][1] == PROBABILITIES:
            finite &= (points[1] >= 0) & (points[1] <= 1)  # labels
        wrong = finite & ~(error <= allowed + slack)
    return described(name, got, value, wrong, points)


def described(name: str, got: Array, want: Array, wrong: Array, points: list[Array]) -> list[str]:
    """The first wrong element in words."""
    if not np.any(wrong):
        return []
    at = np.unravel_index(np.argmax(wrong), np.shape(wrong))
    inputs = ", ".join(repr(np.broadcast_to(point, np.shape(wrong))[at]) for point in points)
    count = f"{np.count_nonzero(wrong)} of {np.size(wrong)}"
    return [f"{name}: {count} break the bound, first at {at}: ({inputs}) gives {got[at]!r}, exact {want[at]!r}"]


# ---- methods of ufuncs: what they say in terms of the ufunc itself ----


def of_accumulate(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    if "out" in case.options:
        return []
    axis = case.options["axis"]
    running = np.moveaxis(results[0], axis, 0)
    added = np.moveaxis(arrays["x"].astype(running.dtype), axis, 0)
    ufunc = case.called().__self__
    with np.errstate(all="ignore"):
        return [] if equal(ufunc(running[:-1], added[1:]), running[1:]) else ["accumulate: not what the steps give"]


def of_reduce(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    axis = case.options["axis"]
    if arrays["x"].shape[axis] == 0:
        return []
    with np.errstate(all="ignore"):
        last = np.take(case.called().__self__.accumulate(arrays["x"], axis), -1, axis)
    return [] if equal(results[0].reshape(last.shape), last) else ["reduce: not the last of accumulate"]


def of_outer(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    x, y = arrays["x"], arrays["y"]
    with np.errstate(all="ignore"):
        want = case.called().__self__(x.reshape(x.shape + (1,) * y.ndim), y)
    return [] if equal(results[0], want) else ["outer: not what the ufunc gives"]


METHODS: dict[str, Callable[[Case, dict[str, Array], tuple[Array, ...]], list[str]]] = {
    "accumulate": of_accumulate,
    "reduce": of_reduce,
    "outer": of_outer,
}


def equal(got: Array, want: Array) -> bool:
    """Bit by bit, but for nan."""
    with np.errstate(all="ignore"):
        same = ((got == want) & (np.signbit(got) == np.signbit(want))) | (np.isnan(got) & np.isnan(want))
    return got.dtype == want.dtype and got.shape == want.shape and bool(np.all(same))


# ---- losses ----

# A narrow result is rounded once, from a pair of floats, or from double after a handful of roundings there. float64 is
# worked in pairs of doubles; the divisor of a derivative, and the weight of a loss from probabilities, round again. Of
# terms that cancel pairs of floats leave 2^-30, pairs of doubles and the reference 2^-58. Focal losses are worked in
# plain double, or long double, throughout. float32 is what losses with factors promise.
HALF_ULP = {"float16": 0.501, "bfloat16": 0.501, "float32": 0.75, "float64": 0.62, "longdouble": 8}
LEFT_OVER = {"float64": 2.0**-58, "longdouble": 2.0**-59}
LEFT_OVER_NARROW = 2.0**-30
FOCAL_ROUNDINGS = 40
UNIT = {"longdouble": 2.0**-63}
UNIT_NARROW = 2.0**-53

RESULTS = {
    "": ("value",),
    "_value_and_grad": ("value", "gradient"),
    "_grad_and_hess": ("gradient", "Hessian"),
    "_value_grad_and_hess": ("value", "gradient", "Hessian"),
}


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1) / (1 + e))


def log_sigmoid(x: Array) -> Array:
    return -softplus(-x)


class Problem:
    """The numbers of a loss in long double, each rounded to the working precision first; None for what is not there."""

    def __init__(self, case: Case, arrays: dict[str, Array]) -> None:
        self.options = case.options
        logits = plain_data(arrays["x"])
        self.shape = logits.shape
        self.working = FORMATS["longdouble" if logits.dtype == np.longdouble else "float64"]
        self.result = result_dtype(logits.dtype)
        self.x = widened(logits.astype(self.result))
        self.y = self.number(arrays["y"])
        self.w = self.number(arrays["weight"]) if "weight" in arrays else np.longdouble(1)
        self.p = self.number(arrays["pos_weight"]) if "pos_weight" in arrays else np.longdouble(1)
        self.s = self.number(np.float64(case.options.get("label_smoothing", 0.0)))
        self.counted = self.find_counted(arrays)

    def number(self, array: Any) -> Array:
        return widened(np.asarray(np.ma.getdata(array)).astype(self.working.dtype))

    def find_counted(self, arrays: dict[str, Array]) -> Array:
        counted = np.broadcast_to(np.asarray(arrays["mask"]) if "mask" in arrays else np.True_, self.shape)
        counted = counted.view(np.uint8) != 0
        for name in ("x", "y", "weight", "pos_weight"):
            if name in arrays and isinstance(arrays[name], np.ma.MaskedArray):
                counted = counted & (np.ma.getmaskarray(arrays[name]).view(np.uint8) == 0)
        ignored = self.options.get("ignore_value")
        return counted if ignored is None else counted & ~self.is_label(plain_data(arrays["y"]), ignored)

    def is_label(self, labels: Array, number: float) -> Array:
        if number != number:
            return np.isnan(labels)
        if labels.dtype == bool:
            labels = (labels.view(np.uint8) != 0).astype(np.uint8)
        return labels == (labels.dtype.type(float(number)) if labels.dtype.kind not in "biu" else number)

    def is_finite(self) -> bool:
        """Whether all that counts is finite, labels are labels, and no product leaves the working precision."""
        parts = [np.broadcast_to(part, self.shape)[self.counted] for part in (self.x, self.y, self.w, self.p)]
        fine = all(np.all(np.isfinite(part)) for part in parts) and np.all((parts[1] >= 0) & (parts[1] <= 1))
        with np.errstate(all="ignore"):
            product = np.abs(parts[2] * parts[3])
        top = np.ldexp(np.longdouble(1), self.working.overflow - 70)
        return bool(fine and np.all((product == 0) | ((product < top) & (product > 1 / top))))


def result_dtype(dtype: np.dtype) -> np.dtype:
    if dtype.kind in "biu":
        return np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
    return dtype


Terms = dict[str, tuple[Array, Array]]  # each the sum, and the scale of what was added


def shares(problem: Problem) -> tuple[Array, Array]:
    """Of the negative and the positive part: 1 - y and y, smoothed."""
    y, s = problem.y, problem.s
    return (1 - y) * (1 - s) + s / 2, y * (1 - s) + s / 2


def logistic_terms(problem: Problem) -> Terms:
    x, (negative, positive) = problem.x, shares(problem)
    a, b = problem.w * negative, problem.w * problem.p * positive
    slope = sigmoid(x) * sigmoid(-x)
    return {
        "value": two(a * softplus(x), b * softplus(-x)),
        "gradient": two(a * sigmoid(x), -b * sigmoid(-x)),
        "Hessian": two(a * slope, b * slope),
    }


def probability_terms(problem: Problem) -> Terms:
    y, w = problem.y, problem.w
    p = np.where(w == 0, np.longdouble(0.5), problem.x)  # what has no weight is 0, also where it is no probability
    return {"value": two(-w * (1 - y) * np.maximum(np.log1p(-p), -100), -w * y * np.maximum(np.log(p), -100))}


def focal_terms(problem: Problem) -> Terms:
    """As functional's docstrings say; each scale with the roundings that a power multiplies."""
    x, (negative, positive), gamma = problem.x, shares(problem), np.longdouble(problem.options["gamma"])
    alpha, pushed = problem.options["alpha"], problem.p * positive
    k, right, wrong = negative - positive, sigmoid(-x), sigmoid(x)
    miss, slope = negative * wrong + positive * right, wrong * right
    # On the right side of a hard label miss may vanish, and these do not.
    hard = np.where(x < 0, positive == 0, negative == 0)
    r = np.where(hard, sigmoid(np.abs(x)), slope / miss)
    log_miss = np.where(hard, log_sigmoid(-np.abs(x)), np.log(miss))
    balance = 1 if alpha is None else alpha * positive + (1 - np.longdouble(alpha)) * negative
    outer = problem.w * balance * np.exp(gamma * log_miss)
    loss, loss_scale = two(pushed * softplus(-x), negative * softplus(x))
    grad, grad_scale = two(negative * wrong, -pushed * right)
    hess, hess_scale = two(negative * slope, pushed * slope)
    bend = right - wrong + (gamma - 1) * k * r
    bend_scale = right + wrong + abs(gamma - 1) * np.abs(k) * r
    lift = gamma * k * r
    terms = {
        "value": (loss, loss_scale),
        "gradient": (grad + lift * loss, grad_scale + np.abs(lift) * loss_scale),
        "Hessian": (
            hess + 2 * lift * grad + lift * loss * bend,
            hess_scale + 2 * np.abs(lift) * grad_scale + np.abs(lift) * loss_scale * bend_scale,
        ),
    }
    power = 1 + gamma * (1 + np.abs(log_miss))
    return {name: (outer * part, np.abs(outer) * scale * power) for name, (part, scale) in terms.items()}


TERMS = {LOGISTIC: logistic_terms, FOCAL: focal_terms, PROBABILITY: probability_terms}


def two(one: Array, other: Array) -> tuple[Array, Array]:
    return one + other, np.abs(one) + np.abs(other)


def of_loss(case: Case, arrays: dict[str, Array], results: tuple[Array, ...]) -> list[str]:
    family = next(name for name in TERMS if case.function.startswith(f"F.{name}"))  # PROBABILITY begins LOGISTIC
    problem = Problem(case, arrays)
    if not problem.is_finite():
        return []
    with np.errstate(all="ignore"):
        terms = TERMS[family](problem)
        divisor, uncertain = find_divisor(problem)
        if not np.all(uncertain < 2.0**-20):
            return []
        wrong = []
        for name, got in zip(RESULTS[case.function.removeprefix(f"F.{family}")], results, strict=True):
            part, scale = (np.where(problem.counted, number, 0) for number in terms[name])
            reduced = name == "value" and problem.options["reduction"] != "none"
            if reduced:
                part, scale, roundings = sums(problem, part), sums(problem, scale), 2 * max(1, part.size)
            else:
                roundings = 2
            alone = name == "value" and not reduced
            pair = ((part, divisor), (scale, np.abs(divisor)))
            quotient = [number if alone else divided(number, by, reduced) for number, by in pair]
            rounding = uncertain + roundings * UNIT.get(problem.working.name, UNIT_NARROW) * (not alone)
            before_dividing = np.ldexp(np.longdouble(1), problem.working.least) / np.abs(divisor)
            lost = np.asarray(0 if alone else before_dividing)
            summed = scale if reduced else np.longdouble(0)
            wrong += of_results(name, got, *quotient, summed, rounding, lost, family, problem)
    return wrong


def divided(number: Array, divisor: Array, reduced: bool) -> Array:
    """The mean of nothing is nan; the derivative of what does not count is 0, whatever the divisor."""
    return np.asarray(number / divisor if reduced else np.where(number == 0, 0, number / divisor))


def axes_of(problem: Problem) -> tuple[int, ...]:
    if problem.options["reduction"] == "none":
        return ()
    return tuple(problem.options.get("axis", range(len(problem.shape))))


def sums(problem: Problem, number: Array) -> Array:
    return np.asarray(np.sum(number, axes_of(problem), keepdims=True))


def find_divisor(problem: Problem) -> tuple[Array, Array]:
    """What sums are divided by, broadcast to the elements, and its relative uncertainty."""
    share = {"mean": np.longdouble(1), "weighted_mean": problem.w}.get(problem.options["reduction"])
    if share is None:
        return np.asarray(np.longdouble(1)), np.asarray(np.longdouble(0))
    weights = np.where(problem.counted, np.broadcast_to(share, problem.shape), 0)
    divisor, size = sums(problem, weights), sums(problem, np.abs(weights))
    unit = UNIT.get(problem.working.name, UNIT_NARROW) * (problem.options["reduction"] == "weighted_mean")
    return divisor, np.asarray(np.where(size == 0, 0, 2 * max(1, weights.size) * unit * size / np.abs(divisor)))


def of_results(
    name: str,
    got: Array,
    want: Array,
    scale: Array,
    summed: Array,
    rounding: Array,
    lost: Array,
    family: str,
    problem: Problem,
) -> list[str]:
    """Each result within half an ULP of every type it is rounded to, and what the working precision leaves over.

    A result that is too large for one of them may be infinite, and so may the quotient of a sum that is too large.
    """
    got = np.atleast_1d(got)
    parts = (summed, rounding, lost)
    summed, rounding, lost = (np.broadcast_to(part, want.shape).reshape(got.shape) for part in parts)
    want, scale = want.reshape(got.shape), scale.reshape(got.shape)
    chain = roundings(name, got, problem)
    again = 0 if name == "value" and family == LOGISTIC and problem.options["reduction"] == "none" else 1
    halves = [HALF_ULP[fmt.name] + again * (fmt.name in ("float64", "longdouble")) for fmt in chain]
    spacings = [np.ldexp(np.longdouble(1), fmt.spacing_exponent(want)) for fmt in chain]
    allowed = (left_over(family, problem) + rounding) * scale + sum(map(np.multiply, halves, spacings)) + 4 * lost
    too_large = (scale >= largest(*chain, problem.working)) | (summed >= largest(problem.working))
    wrong = ~(np.abs(widened(got) - want) <= allowed) & ~too_large & ~(np.isnan(got) & np.isnan(want))
    points = [np.broadcast_to(part, problem.shape) for part in (problem.x, problem.y, problem.w, problem.p)]
    return described(f"{name} of {family}", got, want, wrong, points if got.shape == problem.shape else [])


def largest(*formats: Format) -> np.longdouble:
    """Half of the range of each of them."""
    return np.ldexp(np.longdouble(1), min(fmt.overflow for fmt in formats) - 1)


def roundings(name: str, got: Array, problem: Problem) -> list[Format]:
    """The types that a result is rounded to, one after the other."""
    reduced = name == "value" and problem.options["reduction"] != "none"
    dtypes = [problem.working.dtype if reduced else problem.result]
    if name == "value" and "dtype" in problem.options:
        dtypes.append(np.dtype(problem.options["dtype"]))
    dtypes.append(got.dtype.newbyteorder("="))
    return [format_of(np.empty(0, dtype)) for dtype in dict.fromkeys(dtypes)]


def left_over(family: str, problem: Problem) -> float:
    if family == FOCAL:
        return FOCAL_ROUNDINGS * UNIT.get(problem.working.name, UNIT_NARROW)
    return LEFT_OVER.get(problem.result.name if problem.result != np.longdouble else "longdouble", LEFT_OVER_NARROW)
