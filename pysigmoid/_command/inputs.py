"""The inputs over which outputs are hashed, and the hash: what proof/inputs.h and proof/sweep.c do, in NumPy.

Inputs come in blocks of 2^16: every bit pattern of float32 and the half types for functions of one argument, a fixed
pseudo-random set for the rest.
"""

from importlib import import_module
from typing import Any

import numpy as np

from pysigmoid import _core

Array = np.ndarray[Any, Any]

ROWS = {row["name"]: row for row in _core.functions}
BLOCK = 1 << 16
GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
INDICES = np.arange(BLOCK, dtype=np.uint64)
BITS = {"float64": np.uint64, "float32": np.uint32, "float16": np.uint16, "bfloat16": np.uint16}
INFINITY = {"float64": 0x7FF << 52, "float32": 0x7F800000, "float16": 0x7C00, "bfloat16": 0x7F80}


def dtype_named(name: str) -> np.dtype[Any] | None:
    """None for bfloat16 where ml_dtypes is not installed."""
    if name != "bfloat16":
        return np.dtype(name)
    try:
        ml_dtypes: Any = import_module("ml_dtypes")
    except ImportError:
        return None
    bfloat16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return bfloat16


def mix(x: Array) -> Array:
    """A bijection of 64-bit numbers whose every output bit depends on every input bit, in place."""
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def takes_every_pattern(name: str, dtype: str) -> bool:
    return ROWS[name]["nin"] == 1 and dtype != "float64"


def blocks_of(name: str, dtype: str) -> int:
    if not takes_every_pattern(name, dtype):
        return 256
    return 1 << 16 if dtype == "float32" else 1


def drawn(indices: Array, argument: int, interval: tuple[float, float]) -> Array:
    """Half of the numbers spread evenly over the interval, half over binades from 2^-60 up to the interval's end."""
    low, high = interval
    bits = mix(indices * np.uint64(GOLDEN) + np.uint64(argument))
    unit = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
    magnitude = np.ldexp(high * (0.5 + unit / 2), -(bits >> np.uint64(1) & np.uint64(63)).astype(np.int32))
    if low < 0:
        magnitude = np.where(bits >> np.uint64(7) & np.uint64(1), -magnitude, magnitude)
    return np.where(bits & np.uint64(1), low + (high - low) * unit, magnitude)


def as_dtype(numbers: Array, dtype: str) -> Array:
    """The bit patterns of the numbers, cut to 16 bits for the half types; of float16 those between 2^-14 and 2^15."""
    if dtype == "float64":
        return numbers.view(np.uint64)
    bits = numbers.astype(np.float32).view(np.uint32)
    if dtype == "float32":
        return bits
    if dtype == "bfloat16":
        return (bits >> 16).astype(np.uint16)
    exponent = (bits >> 23 & 255).astype(np.int32) - 112
    magnitude = np.where(exponent > 30, 0x7BFF, exponent << 10 | (bits >> 13 & 0x3FF).astype(np.int32))
    return (bits >> 16 & 0x8000 | np.where(exponent <= 0, 0, magnitude)).astype(np.uint16)


def block_of_inputs(name: str, dtype: np.dtype[Any], block: int) -> list[Array]:
    """One array per argument."""
    indices = INDICES + np.uint64(block * BLOCK)
    if takes_every_pattern(name, dtype.name):
        return [indices.astype(BITS[dtype.name]).view(dtype)]
    intervals = ROWS[name]["intervals"]
    return [as_dtype(drawn(indices, k, interval), dtype.name).view(dtype) for k, interval in enumerate(intervals)]


def hash_of_outputs(outputs: tuple[Array, ...], dtype: str, block: int) -> int:
    """Of one block; those of several blocks add up. Every nan counts as one pattern."""
    total, stride = 0, len(outputs)
    for k, output in enumerate(outputs):
        bits = output.view(BITS[dtype])
        patterns = bits.astype(np.uint64)
        patterns[
            bits << bits.dtype.type(1) > bits.dtype.type(INFINITY[dtype] << 1 & MASK >> 64 - 8 * bits.itemsize)
        ] = MASK
        first = np.uint64((block * BLOCK * stride + k) * GOLDEN & MASK)
        total += int(mix(patterns + (INDICES * np.uint64(stride * GOLDEN & MASK) + first)).sum())
    return total & MASK


def outputs_of(name: str, inputs: list[Array]) -> tuple[Array, ...]:
    results = getattr(_core, name)(*inputs)
    return results if isinstance(results, tuple) else (results,)


def hash_of_function(name: str, dtype: np.dtype[Any], step: int) -> tuple[str, int]:
    """The hash of every `step`-th block, and how many inputs that is."""
    blocks = range(0, blocks_of(name, dtype.name), step)
    total = sum(
        hash_of_outputs(outputs_of(name, block_of_inputs(name, dtype, block)), dtype.name, block) for block in blocks
    )
    return f"{total & MASK:016x}", len(blocks) * BLOCK
