"""Measures the error of the float32 sigmoid against x, in ULP, for the libraries that are installed."""

from collections.abc import Callable
from importlib import metadata

import numpy as np

import pysigmoid

POINTS = np.arange(-110, 20.25, 0.25)
NEIGHBOURS = 16  # floats around each point, of which the worst counts
DIGITS = 40


def installed() -> dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    """By name: the version, and the sigmoid of the library."""
    found = {"formula": (f"numpy {np.__version__}", formula), "pysigmoid": (pysigmoid.__version__, pysigmoid.sigmoid)}
    for distribution, load in (("scipy", scipy), ("torch", torch), ("jax", jax)):
        try:
            found[distribution] = (metadata.version(distribution), load())
        except (ImportError, metadata.PackageNotFoundError):
            continue
    return found


def formula(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def scipy() -> Callable:
    from scipy.special import expit

    return expit


def torch() -> Callable:
    import torch

    return lambda x: torch.sigmoid(torch.from_numpy(x)).numpy()


def jax() -> Callable:
    import jax

    return lambda x: np.asarray(jax.nn.sigmoid(x))


def exact(x: np.float32):
    import mpmath

    with mpmath.workdps(DIGITS):
        return 1 / (1 + mpmath.exp(-mpmath.mpf(float(x))))


def around(point: float) -> np.ndarray:
    x = np.full(NEIGHBOURS, point, np.float32)
    for at in range(1, NEIGHBOURS):
        x[at] = np.nextafter(x[at - 1], np.float32(np.inf))
    return x


def measure() -> dict:
    """The committed record: for each library, the worst error around each point."""
    libraries = installed()
    inputs = np.stack([around(point) for point in POINTS])
    results = {name: function(inputs.ravel()).reshape(inputs.shape) for name, (_, function) in libraries.items()}
    worst: dict[str, list[float]] = {name: [] for name in libraries}
    for row, x in enumerate(inputs):
        values = [exact(each) for each in x]
        spacing = [float(np.spacing(np.float32(value))) for value in values]
        for name, got in results.items():
            errors = [float(abs(float(g) - v) / s) for g, v, s in zip(got[row], values, spacing, strict=True)]
            worst[name].append(float(f"{max(errors):.6g}"))
    versions = {name: version for name, (version, _) in libraries.items()}
    return {"function": "sigmoid", "dtype": "float32", "versions": versions, "x": POINTS.tolist(), "ulp": worst}
