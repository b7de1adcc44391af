"""The functions: against committed hashes and correctly rounded values, and at every position, length and stride."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from pysigmoid import _core
from pysigmoid._command.committed import committed
from pysigmoid._command.inputs import (
    ROWS,
    Array,
    as_dtype,
    block_of_inputs,
    drawn,
    dtype_named,
    hash_of_function,
    outputs_of,
)
from pysigmoid._command.outcome import Outcome
from pysigmoid._command.reference import worst_input

HASHED = ("float32", "float64", "float16", "bfloat16")
DTYPES = (*HASHED, "longdouble")
STEPS = {"full": 64, "quick": 1024}  # of the blocks of inputs


def each_dtype(names: tuple[str, ...]) -> Iterator[tuple[str, np.dtype[Any]]]:
    """Those that there are: bfloat16 with ml_dtypes alone."""
    for name in names:
        if dtype := dtype_named(name):
            yield name, dtype


def check_hashes(functions: list[str], extent: str) -> Outcome:
    outcome = Outcome("hashes", _core.isa)
    step = STEPS[extent]
    for name in functions:
        for label, dtype in each_dtype(HASHED):
            got, inputs = hash_of_function(name, dtype, step)
            outcome.inputs += inputs
            want = committed()["hashes"][name][label][str(step)]
            if got != want:
                outcome.fail(f"{name} in {label}", *described(name, dtype, step, got, want))
    return outcome


def described(name: str, dtype: np.dtype[Any], step: int, got: str, want: str) -> tuple[list[Any], Any, Any]:
    """An input with a wrong result, if long double can tell one; else the hashes."""
    worst = worst_input(name, block_of_inputs(name, dtype, 0 if step > 64 else 64))
    return worst or ([f"every {step}th block"], f"hash {got}", f"hash {want}")


def allowed_spacings(bound: dict[str, Any]) -> int:
    """How far from the correctly rounded result one may be that keeps its bound."""
    return 0 if bound["correctly_rounded"] else int(bound["ulp"] + 0.5)


def check_values(functions: list[str]) -> Outcome:
    outcome = Outcome("correctly rounded values", _core.isa)
    for name in functions:
        for label, dtype in each_dtype(DTYPES if len(ROWS[name]["outputs"]) == 1 else ()):
            rows = committed()["values"][name][label]
            *inputs, want = zip(*rows, strict=True)
            compare_near(outcome, name, label, [from_hex(x, dtype) for x in inputs], wanted(want, dtype))
    return outcome


def from_hex(texts: Iterable[str], dtype: np.dtype[Any]) -> Array:
    return np.array([float.fromhex(text) for text in texts]).astype(dtype)


def wanted(texts: Iterable[str], dtype: np.dtype[Any]) -> Array:
    """A long double has more digits than `float` could read, and not the same number everywhere."""
    return np.array([np.longdouble(text) for text in texts]) if dtype == np.longdouble else from_hex(texts, dtype)


def compare_near(outcome: Outcome, name: str, label: str, inputs: list[Array], want: Array) -> None:
    (got,) = outputs_of(name, inputs)
    allowed = allowed_spacings(ROWS[name]["accuracy"][label])
    if allowed == 0:
        outcome.compare(f"{name} in {label}", inputs, got, want)
        return
    outcome.inputs += want.size
    low = high = want
    infinity = want.dtype.type(np.inf)
    for _ in range(allowed):
        low, high = np.nextafter(low, -infinity), np.nextafter(high, infinity)
    for i in np.flatnonzero(~((low <= got) & (got <= high))):
        outcome.fail(f"{name} in {label}", [x[i] for x in inputs], got[i], want[i])


# ---- where the numbers lie ----

LENGTH = 300  # more than a pack of any instruction set, and no multiple of one
LENGTHS = range(133)  # two of the longest packs, and what is left over


def check_positions(functions: list[str]) -> Outcome:
    """Results depend on the element alone: not on length, position, stride, alignment or the buffer."""
    outcome = Outcome("positions and strides", _core.isa)
    for name in functions:
        for label, dtype in each_dtype(DTYPES):
            inputs = [column(dtype, k, interval) for k, interval in enumerate(ROWS[name]["intervals"])]
            wants = outputs_of(name, inputs)
            for places in (*lengths(inputs), *layouts(inputs)):
                compare_at(outcome, f"{name} in {label}", name, inputs, wants, places)
            compare_in_place(outcome, f"{name} in {label}, in place", name, inputs, wants)
    return outcome


def column(dtype: np.dtype[Any], argument: int, interval: tuple[float, float]) -> Array:
    numbers = drawn(np.arange(LENGTH, dtype=np.uint64) + np.uint64(1 << 41), argument, interval)
    if dtype == np.longdouble:
        return numbers.astype(dtype)
    return as_dtype(numbers, dtype.name).view(dtype)


def lengths(inputs: list[Array]) -> Iterator[slice]:
    return (slice(n % 7, n % 7 + n) for n in LENGTHS)


def layouts(inputs: list[Array]) -> Iterator[slice]:
    return (slice(None, None, step) for step in (2, 3, 7, -1, -2))


def compare_at(
    outcome: Outcome, what: str, name: str, inputs: list[Array], wants: tuple[Array, ...], places: slice
) -> None:
    there = [x[places] for x in inputs]
    for got, want in zip(outputs_of(name, there), wants, strict=True):
        outcome.compare(
            f"{what}, elements {places.start or 0}:{places.stop or ''}:{places.step or 1}", there, got, want[places]
        )


def compare_in_place(outcome: Outcome, what: str, name: str, inputs: list[Array], wants: tuple[Array, ...]) -> None:
    copies = [x.copy() for x in inputs[: len(wants)]]
    buffers = [*copies, *map(np.empty_like, wants[len(copies) :])]
    getattr(_core, name)(*copies, *inputs[len(copies) :], out=tuple(buffers))
    for got, want in zip(buffers, wants, strict=True):
        outcome.compare(what, inputs, got, want)
