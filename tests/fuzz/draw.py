"""Draws cases: which function, which numbers, which options. A case depends on its seed alone."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np

from bounds import ROWS
from fuzz.cases import Array, Case, Memories, Operand, View
from fuzz.layouts import Layouts

FLOATS = tuple(map(np.dtype, (np.float16, ml_dtypes.bfloat16, np.float32, np.float64, np.longdouble)))
INTEGERS = tuple(map(np.dtype, "bBhHiIqQ"))
BOOL = np.dtype(bool)
PROBABILITIES = (0.0, 1.0)

THREADS = (1, 2, 3, 8)
SIDES = (1, 1, 2, 3, 4, 5, 6, 7, 0, 16, 17, 64, 65)
ROWS_AND_BLOCKS = ((1025,), (3, 1025), (1025, 3), (2049,), (2, 2, 1030))
SHARED = ((40_000,), (3, 20_000), (300, 200), (70_001,))  # by threads

ELEMENTWISE = ("sigmoid", "logsigmoid", "softplus", "silu", "logit", "glu")
REDUCIBLE = [name for name, row in ROWS.items() if (row["nin"], row["nout"]) == (2, 1)]

LOGISTIC, FOCAL, PROBABILITY = "binary_cross_entropy_with_logits", "sigmoid_focal_loss", "binary_cross_entropy"
BUFFERS = {
    "": ("out",),
    "_value_and_grad": ("out", "grad_out"),
    "_grad_and_hess": ("grad_out", "hess_out"),
    "_value_grad_and_hess": ("out", "grad_out", "hess_out"),
}


def draw(seed: Sequence[int]) -> Case:
    """The case of this seed."""
    drawing = Drawing(seed)
    kinds: list[Callable[[], tuple[str, tuple[Any, ...], dict[str, Any]]]] = [
        drawing.ufunc,
        drawing.method,
        drawing.elementwise,
        drawing.loss,
    ]
    (kind,) = drawing.random.choices(kinds, (30, 12, 18, 40))
    function, arguments, options = kind()
    threads = drawing.random.choice(THREADS)
    return Case(function, arguments, options, drawing.layouts.views, drawing.layouts.memories, threads)


def clear_padding(view: View, memories: Memories) -> None:
    """The six bytes beside the ten that an x87 number has: copies take along whatever lies there."""
    if np.dtype(view.dtype).itemsize == 16 and np.finfo(np.longdouble).nmant == 63:
        beside = slice(10, None) if np.dtype(view.dtype).isnative else slice(0, 6)
        view.bytes_of(memories)[..., beside] = 0


class Drawing:
    def __init__(self, seed: Sequence[int]) -> None:
        self.random = random.Random(":".join(map(str, seed)))
        self.numbers = np.random.default_rng(seed)
        self.layouts = Layouts(self.random)
        self.chance = self.layouts.chance

    # Shapes and dtypes

    def shape(self) -> tuple[int, ...]:
        kind = self.random.random()
        if kind < 0.01:
            return self.random.choice(SHARED)
        if kind < 0.08:
            return self.random.choice(ROWS_AND_BLOCKS)
        sides, product = [], 1
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            sides.append(self.random.choice([side for side in SIDES if product * side <= 400]))
            product *= max(1, sides[-1])
        return tuple(sides)

    def broadcast_from(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape that broadcasts to this one."""
        if self.chance(0.5):
            return shape
        kept = [length if self.chance(0.6) else 1 for length in shape]
        return tuple(kept[self.random.randint(0, len(shape)) :])

    def dtype(self, like: np.dtype | None = None) -> np.dtype:
        if like is not None and self.chance(0.6):
            return like
        return self.random.choice((*FLOATS, *FLOATS, *INTEGERS, BOOL))

    # Arrays

    def array(self, name: str, values: Array, *, repeats: bool = True) -> Operand:
        """The values somewhere in a new memory."""
        view = self.layouts.new(values.shape, values.dtype, repeats=repeats)
        with np.errstate(all="ignore"):
            view.of(self.layouts.memories)[...] = values
        clear_padding(view, self.layouts.memories)
        self.layouts.views[name] = view
        return Operand(name)

    def buffer(self, name: str, shape: tuple[int, ...], dtype: np.dtype, *, alone: bool = False) -> Operand:
        """For results: in a new memory, or among an operand, or that operand itself."""
        view = None
        if self.layouts.views and not alone and self.chance(0.5):
            view = self.layouts.among(self.random.choice(list(self.layouts.views.values())), shape, dtype)
        if view is None:
            view = self.layouts.new(shape, dtype, repeats=self.chance(0.1))
            self.layouts.memories[view.memory][:] = 0x3A
        self.layouts.views[name] = replace(view, mask=None)
        return Operand(name)

    def mask(self, name: str, shape: tuple[int, ...]) -> Operand:
        """True are all bytes but 0."""
        values = (self.numbers.random(shape) < self.random.choice((0.0, 0.3, 0.7, 0.95, 1.0))).astype(np.uint8)
        return self.array(name, self.odd(values))

    def odd(self, values: Array) -> Array:
        if self.chance(0.3):
            values = values * self.numbers.choice(np.array([1, 2, 128, 255], np.uint8), values.shape)
        return np.asarray(values, np.uint8).view(bool)

    def result_dtype(self, *dtypes: np.dtype) -> np.dtype:
        """Mostly the one that the first operand gives, sometimes any float."""
        first = dtypes[0]
        if self.chance(0.2):
            return self.random.choice(FLOATS)
        return first if first in FLOATS else np.dtype(np.float32 if first.itemsize <= 2 else np.float64)

    # Numbers

    def values(self, interval: tuple[float, float], shape: tuple[int, ...], dtype: np.dtype) -> Array:
        if dtype == BOOL:
            return self.odd((self.numbers.random(shape) < 0.5).astype(np.uint8))
        if dtype.kind in "iu":
            return self.integers(interval, shape, dtype)
        return self.reals(interval, shape, dtype)

    def integers(self, interval: tuple[float, float], shape: tuple[int, ...], dtype: np.dtype) -> Array:
        low, high = (0, 2) if interval == PROBABILITIES else self.random.choice(((-4, 5), (-120, 120)))
        values = self.numbers.integers(max(low, np.iinfo(dtype).min), high, shape).astype(dtype)
        if interval != PROBABILITIES and self.chance(0.1):
            values = np.where(self.numbers.random(shape) < 0.1, np.iinfo(dtype).max, values)
        return np.asarray(values, dtype)

    def reals(self, interval: tuple[float, float], shape: tuple[int, ...], dtype: np.dtype) -> Array:
        if interval == PROBABILITIES:
            values = self.probabilities(shape)
        else:
            values = self.numbers.normal(size=shape) * self.numbers.choice([0.01, 1, 5, 40, 300], shape)
        if self.chance(0.15):
            self.scatter(values, (np.inf, -np.inf, np.nan, 1e300, -1e300, 5e-324, 0.0, -0.0))
        with np.errstate(all="ignore"):
            return np.asarray(values, dtype)

    def probabilities(self, shape: tuple[int, ...]) -> Array:
        values = self.numbers.random(shape)
        kind = self.random.random()
        if kind < 0.4:
            return np.asarray(np.round(values))
        return np.asarray(np.round(values * 8) / 8 if kind < 0.7 else values)

    def scatter(self, values: Array, specials: Sequence[float]) -> None:
        """A special number here and there."""
        if values.ndim:
            chosen = self.numbers.random(values.shape) < 0.1
            values[chosen] = self.numbers.choice(np.array(specials), int(chosen.sum()))

    def factors(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        """Weights: ordinary ones, or of any size, with zeros among them, and perhaps negative."""
        if dtype not in FLOATS:
            return self.values((0.0, 5.0), shape, dtype)
        values = self.numbers.random(shape) * 3
        if self.chance(0.3):
            values = values * 10.0 ** self.numbers.uniform(-300, 300, shape)
        if self.chance(0.2):
            values = values * self.numbers.choice([-1.0, 1.0], shape)
        if self.chance(0.2):
            values = np.asarray(values)
            self.scatter(values, (0.0, 0.0, 1.0))
        with np.errstate(all="ignore"):
            return np.asarray(values, dtype)

    # Ufuncs

    def ufunc(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        name = self.random.choice(list(ROWS))
        shape, dtype = self.shape(), self.dtype()
        operands, dtypes = [], []
        for k, interval in enumerate(ROWS[name]["intervals"]):
            dtypes.append(self.dtype(dtype))
            own = self.broadcast_from(shape) if k else shape
            operands.append(self.array("xy"[k], self.values(interval, own, dtypes[-1])))
        options: dict[str, Any] = {}
        if self.chance(0.5):
            names = ("first", "second")[: ROWS[name]["nout"]]
            masks = self.chance(0.4)  # where buffers are cast and overlap, NumPy rounds what a mask leaves out
            out = (self.buffer(each, shape, self.result_dtype(*dtypes), alone=masks) for each in names)
            options["out"] = tuple(out)
            if masks:
                options["where"] = self.mask("mask", self.broadcast_from(shape))
        if self.chance(0.1):
            options["dtype"] = self.random.choice(("float16", "float32", "float64", "longdouble", "int64"))
        if self.chance(0.05):
            options["casting"] = self.random.choice(("unsafe", "safe", "equiv"))
        return f"pysigmoid.{name}", tuple(operands), options

    def method(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        name, method = (
            self.random.choice(REDUCIBLE),
            self.random.choice(("reduce", "accumulate", "reduceat", "outer", "at")),
        )
        shape, dtype = self.shape() or (3,), self.dtype()
        first = self.array("x", self.values(PROBABILITIES, shape, dtype), repeats=method != "at")
        function = f"pysigmoid.{name}.{method}"
        if method == "outer":
            return function, (first, self.array("y", self.values(PROBABILITIES, (3, 2), dtype))), {}
        if method == "at":
            indices = tuple(self.random.randrange(-shape[0], shape[0]) for _ in range(7 if shape[0] else 0))
            values = self.values(PROBABILITIES, (len(indices), *shape[1:]), dtype)
            return function, (first, indices, self.array("y", values)), {}
        options: dict[str, Any] = {"axis": self.random.randrange(-len(shape), len(shape))}
        if method == "reduceat":
            length = max(1, shape[options["axis"]])
            return function, (first, tuple(self.random.randrange(length) for _ in range(4))), options
        if method == "reduce":
            options["keepdims"] = self.chance(0.5)
        elif self.chance(0.5):
            options["out"] = self.buffer("out", shape, self.result_dtype(dtype))
        return function, (first,), options

    # functional

    def elementwise(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        name, shape, dtype = self.random.choice(ELEMENTWISE), self.shape(), self.dtype()
        options: dict[str, Any] = {}
        input = self.array("x", self.values(PROBABILITIES if name == "logit" else (-1.0, 1.0), shape, dtype))
        if name == "glu":
            return "F.glu", (input,), {"dim": self.random.randrange(-len(shape), len(shape)) if shape else 0}
        if name == "logit" and self.chance(0.3):
            options["eps"] = self.random.choice((0.0, 1e-3, 0.25, 0.75))
        if self.chance(0.6):
            options["out"] = self.buffer("out", shape, self.result_dtype(dtype))
        return f"F.{name}", (input,), options

    def loss(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        family = self.random.choice((LOGISTIC, LOGISTIC, FOCAL, PROBABILITY))
        end = "" if family == PROBABILITY else self.random.choice(list(BUFFERS))
        shape, dtype = self.shape(), self.dtype()
        interval = PROBABILITIES if family == PROBABILITY else (-1.0, 1.0)
        pair = (
            self.array("x", self.values(interval, shape, dtype)),
            self.array("y", self.labels(shape, self.dtype(dtype))),
        )
        options = self.weights_and_masks(family, shape, dtype)
        options |= self.sums(shape, end)
        if family != PROBABILITY:
            options |= self.loss_buffers(shape, end, options, self.result_dtype(dtype))
        if self.chance(0.15):
            options["validate"] = False
        self.masked()
        return f"F.{family}{end}", pair, options

    def labels(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        values = np.array(self.values(PROBABILITIES, shape, dtype))
        if values.size and self.chance(0.1) and dtype != BOOL:
            with np.errstate(all="ignore"):
                wrong = np.asarray(self.random.choice((2.0, 100.0, np.nan) if dtype in FLOATS else (2, 100))).astype(
                    dtype
                )
            values.flat[self.random.randrange(values.size)] = wrong
        return values

    def weights_and_masks(self, family: str, shape: tuple[int, ...], dtype: np.dtype) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.chance(0.4):
            options["weight"] = self.array("weight", self.factors(self.broadcast_from(shape), self.dtype(dtype)))
        if self.chance(0.3):
            options["where"] = self.mask("mask", self.broadcast_from(shape))
        if family == FOCAL:
            options["alpha"] = self.random.choice((None, 0.25, 0.0, 1.0, 0.3))
            options["gamma"] = self.random.choice((0, 2, 1.5, 0.25, 7))
        if family != PROBABILITY:
            if self.chance(0.3):
                values = self.factors(self.broadcast_from(shape), self.dtype(dtype))
                options["pos_weight"] = self.array("pos_weight", values)
            if self.chance(0.25):
                options["ignore_value"] = self.random.choice((0, 1, 0.5, -1, 100, np.nan, 2**53 + 1, 2**63, 1e300))
            if self.chance(0.25):
                options["label_smoothing"] = self.random.choice((0.125, 0.1, 1.0))
        return options

    def sums(self, shape: tuple[int, ...], end: str) -> dict[str, Any]:
        options: dict[str, Any] = {"reduction": self.random.choice(("none", "mean", "sum", "weighted_mean"))}
        if options["reduction"] != "none" and self.chance(0.5):
            axes = range(len(shape))
            options["axis"] = tuple(self.random.sample(axes, self.random.randint(0, len(shape))))
        if end != "_grad_and_hess":
            options["keepdims"] = options["reduction"] != "none" and self.chance(0.3)
            if end and self.chance(0.2):
                options["dtype"] = self.random.choice(("float16", "float32", "float64", "longdouble"))
        return options

    def loss_buffers(
        self, shape: tuple[int, ...], end: str, options: dict[str, Any], dtype: np.dtype
    ) -> dict[str, Operand]:
        summed = range(len(shape)) if "axis" not in options else options["axis"]
        if options["reduction"] == "none":
            summed = ()
        kept = options.get("keepdims", False)
        lengths = [1 if axis in summed else length for axis, length in enumerate(shape) if kept or axis not in summed]
        shapes = {"out": tuple(lengths), "grad_out": shape, "hess_out": shape}
        return {name: self.buffer(name, shapes[name], dtype) for name in BUFFERS[end] if self.chance(0.4)}

    def masked(self) -> None:
        """Some operands are masked arrays."""
        views = self.layouts.views
        for name in [name for name in ("x", "y", "weight") if name in views and self.chance(0.05)]:
            self.mask(f"{name}_mask", views[name].shape)
            views[name] = replace(views[name], mask=f"{name}_mask")
