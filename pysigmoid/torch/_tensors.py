"""Between tensors and arrays: which tensors are read, in place, and the reason why others are not."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import numpy as np
import torch
from torch import from_numpy

from pysigmoid import threads
from pysigmoid._dtypes import Array

Result = TypeVar("Result")

FLOATS = frozenset((torch.float32, torch.float64, torch.float16, torch.bfloat16))
SHORTEST_SHARED = 1 << 14  # elements: fewer stay on one thread anyway


class Unreadable(Exception):
    """A tensor whose memory does not hold its numbers one by one: what it is instead is looked at only then."""


# Memory


@cache
def _bfloat16() -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    except ImportError:
        raise ImportError(
            "a tensor of torch.bfloat16 takes the package ml_dtypes, which is not installed: pip install ml_dtypes"
        ) from None
    return dtype


def read_floats(tensor: torch.Tensor) -> Array:
    """The memory of a tensor of floats as an array."""
    if tensor.dtype not in FLOATS:
        raise Unreadable
    return _memory_of(tensor)


def read(tensor: torch.Tensor) -> Array:
    """The memory of a tensor of real numbers as an array."""
    if not isinstance(tensor, torch.Tensor) or tensor.dtype.is_complex:
        raise Unreadable
    return _memory_of(tensor)


def _memory_of(tensor: torch.Tensor) -> Array:
    try:
        if tensor.requires_grad:
            tensor = tensor.detach()
        if tensor.dtype is torch.bfloat16:
            return tensor.view(torch.uint16).numpy().view(_bfloat16())  # type: ignore[no-any-return]
        return tensor.numpy()  # type: ignore[no-any-return]
    except (RuntimeError, TypeError) as error:  # NotImplementedError is one of them
        raise Unreadable from error


def read_factor(factor: torch.Tensor | float | None) -> Array | float | None:
    return read(factor) if isinstance(factor, torch.Tensor) else factor


def give(result: Any) -> torch.Tensor:
    """An array, or a scalar, as a tensor of the same memory."""
    array = result if type(result) is np.ndarray else np.asarray(result)
    if array.dtype.char in "fde":
        return from_numpy(array)
    return from_numpy(array.view(np.uint16)).view(torch.bfloat16)


# The dispatch keys of a tensor say in one number where and how it is stored, and who looks at it. These are those of
# strided numbers in memory, made outside and inside of inference mode.
with torch.inference_mode():
    _MADE_IN_INFERENCE = torch.empty(0)
PLAIN_KEYS = frozenset(torch._C._dispatch_keys(each).raw_repr() for each in (torch.empty(0), _MADE_IN_INFERENCE))


def is_plain(tensor: torch.Tensor) -> bool:
    """Whether the memory holds the numbers, and nobody looks at what becomes of them."""
    return torch._C._dispatch_keys(tensor).raw_repr() in PLAIN_KEYS


def on_torchs_threads(elements: int, compute: Callable[..., Result], *arguments: Any) -> Result:
    """The result of a call that takes no more threads than torch would: one in the workers of a DataLoader."""
    if elements < SHORTEST_SHARED:
        return compute(*arguments)
    with threads.num_threads(min(threads.get_num_threads(), torch.get_num_threads())):
        return compute(*arguments)


# Kinds


def _is_masked(tensor: Any) -> bool:
    return type(tensor).__name__ == "MaskedTensor"


# What a tensor may be instead of strided numbers in memory, and the call that helps.
KINDS: list[tuple[Callable[[Any], bool], str, str]] = [
    (_is_masked, "a MaskedTensor", "pass {name}.get_data(), and the mask as a weight"),
    (lambda t: t.is_nested, "nested, of rows that differ in length", "pass {name}.values() of a jagged one"),
    (lambda t: t.is_mkldnn, "in the layout of mkldnn", "pass {name}.to_dense()"),
    (lambda t: t.layout is not torch.strided, "sparse, and no function here is 0 at 0", "pass {name}.to_dense()"),
    (lambda t: t.is_quantized, "quantized", "pass {name}.dequantize()"),
    (
        lambda t: t.device.type not in ("cpu", "meta"),
        "on the device {tensor.device}, and pysigmoid computes on the CPU",
        "pass {name}.cpu(), or call {peer}",
    ),
    (lambda t: t.is_complex(), "complex ({tensor.dtype})", "pass {name}.real, or call {peer}"),
    (
        lambda t: t.dtype.is_floating_point and t.dtype not in FLOATS,
        "of {tensor.dtype}",
        "pass {name}.to(torch.bfloat16)",
    ),
]


def require_tensor(name: str, value: Any, peer: str) -> None:
    """Raise for what is no tensor of real numbers on the CPU; `peer` is torch's own function."""
    if not isinstance(value, torch.Tensor):
        kind = type(value).__name__
        other = "pysigmoid.functional, which takes arrays" if not isinstance(value, int | float) else "torch.tensor"
        remedy = f"call {other}, or pass torch.as_tensor({name})"
        raise TypeError(f"{name} is a {kind}, and pysigmoid.torch takes tensors; {remedy}")
    for is_kind, what, remedy in KINDS:
        if is_kind(value):
            help_ = remedy.format(name=name, peer=peer)
            raise TypeError(f"{name} is a tensor {what.format(tensor=value)}; {help_}")


def require_float(name: str, value: torch.Tensor) -> None:
    if not value.dtype.is_floating_point:
        raise TypeError(f"{name} is a tensor of {value.dtype}, where floats are wanted; pass {name}.float()")


def resolved(tensor: torch.Tensor) -> torch.Tensor:
    """The same numbers in memory: a negated view holds them with the other sign, a tensor of zeros not at all."""
    return tensor.clone() if tensor._is_zerotensor() else tensor.resolve_neg()
