"""Random inputs that reach what is hard: every binade, the tails, the reductions' boundaries, the cancellations."""

import math

import numpy as np

from bounds import ROWS

PROBABILITY = (0.0, 1.0)

# The contract of the wide formats holds for labels of 0 and from here up.
LEAST_LABEL = {"float64": 2.0**-900, "longdouble": np.ldexp(np.longdouble(1), -16000)}

ZERO_OF_SILU_DERIVATIVE = -1.2784645427610738


def draw(name, fmt, n, rng):
    """Arrays of about n inputs for a row of functions.def, one per argument."""
    intervals = ROWS[name]["intervals"]
    inputs = [(_probabilities if interval == PROBABILITY else _reals)(interval, fmt, n, rng) for interval in intervals]
    if intervals[-1] == PROBABILITY and len(intervals) == 2:
        inputs[1] = _labels(inputs[1], inputs[0], intervals[0], fmt, rng)
    return inputs


def _reals(interval, fmt, n, rng):
    """Numbers of the interval, of every binade, and where results become subnormal or a reduction changes its step."""
    vanishing = -math.log(2) * (fmt.least - 1)  # e^-vanishing is half the smallest number
    subnormal = -math.log(2) * (fmt.least + fmt.precision - 1)  # e^-subnormal is the smallest normal one
    low, high = (math.copysign(min(abs(end), vanishing), end) for end in interval)
    step = math.log(2) / 32  # half of the finest reduction's, so that every second multiple is a boundary
    boundaries = step * rng.integers(int(low / step), int(high / step), n // 6)
    pieces = [
        _uniform(low, high, fmt, n // 6, rng),
        _uniform(-5, 5, fmt, n // 6, rng),
        every_binade(fmt.least, fmt.overflow, fmt, n // 6, rng),
        every_binade(-fmt.precision - 6, 6, fmt, n // 6, rng),
        _uniform(-vanishing - 1, 1 - subnormal, fmt, n // 6, rng),
        _near(boundaries, 2, fmt, rng),
        _near(np.full(n // 50, ZERO_OF_SILU_DERIVATIVE), 64, fmt, rng),
    ]
    return rng.permutation(np.concatenate(pieces))


def _probabilities(interval, fmt, n, rng):
    """Numbers of the interval [0, 1]: spread, of every binade, near 1, 1/2 and 1/4, and the ends themselves."""
    least = -fmt.precision - 1
    pieces = [
        _uniform(*interval, fmt, n // 5, rng),
        np.abs(every_binade(fmt.least, 0, fmt, n // 5, rng)),
        fmt.dtype.type(1) - np.abs(every_binade(least, -2, fmt, n // 5, rng)),
        fmt.dtype.type(0.5) + every_binade(least, -2, fmt, n // 5, rng),
        _near(rng.choice([0.25, 0.5, 0.75], n // 5), 4, fmt, rng),
        np.array([0, 1], fmt.dtype),
    ]
    return rng.permutation(np.concatenate(pieces))


def _labels(y, x, interval, fmt, rng):
    """Hard ones among the labels and, beside logits, ones near sigma(x), where the gradient cancels."""
    y = np.resize(y, x.size)
    hard, near = rng.random((2, x.size)) < [[0.25], [0.15]]
    y[hard] = rng.integers(0, 2, hard.sum())
    if interval != PROBABILITY:
        sigma = 1 / (1 + np.exp(-np.clip(x[near].astype(np.longdouble), -700, 700)))
        y[near] = np.minimum(_near(sigma, 64, fmt, rng), fmt.dtype.type(1))
    y[y < LEAST_LABEL.get(fmt.name, 0)] = 0
    return y


def every_binade(low, high, fmt, n, rng):
    """Numbers of both signs whose exponents are spread evenly over [low, high), subnormal ones included."""
    magnitude = np.ldexp(_uniform(1, 1.9, fmt, n, rng).astype(np.longdouble), rng.integers(low, high, n))
    return (magnitude * rng.choice([-1, 1], n)).astype(fmt.dtype)


def _uniform(low, high, fmt, n, rng):
    low_bits = 1 - rng.random(n) * np.ldexp(np.longdouble(1), -52)  # NumPy draws 53 bits, longdouble holds more
    return (rng.uniform(low, high, n) * low_bits).astype(fmt.dtype)


def _near(values, most, fmt, rng):
    """The values moved by about `most` units in the last place to either side."""
    steps = rng.integers(-most, most + 1, values.size) * np.ldexp(np.longdouble(1), 1 - fmt.precision)
    return (values * (1 + steps)).astype(fmt.dtype)
