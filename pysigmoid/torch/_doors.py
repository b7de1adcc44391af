"""Who looks at a call: nobody, torch's function transforms, or a tracer that records operators.

Each is a door of its own to the same kernels and formulas. Eager calls hand arrays to NumPy, at a sixth of the time of
an operator; a transform (`torch.func`, dual tensors) differentiates by rules it is told; a tracer (`torch.compile`,
`torch.export`, `torch.jit.trace`, fake tensors) sees nothing but operators.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch._C import _are_functorch_transforms_active, _is_tracing, _len_torch_dispatch_stack
from torch._C._functorch import unwrap_if_dead as unwrap_if_dead  # what is left of a tensor whose transform is over
from torch.autograd import forward_ad
from torch.compiler import is_compiling

Function: TypeAlias = type[torch.autograd.Function]


def is_traced() -> bool:
    """Whether operators are recorded, now or by a mode that looks at each of them."""
    return is_compiling() or _is_tracing() or _len_torch_dispatch_stack() > 0  # type: ignore[no-any-return]


def is_transformed() -> bool:
    """Whether a function transform is under way, or tensors may have tangents."""
    return _are_functorch_transforms_active() or forward_ad._current_level >= 0  # type: ignore[no-any-return]


def is_eager() -> bool:
    """Whether nobody looks: neither of them, in one call."""
    return not (
        is_compiling()
        or _is_tracing()
        or _len_torch_dispatch_stack()
        or _are_functorch_transforms_active()
        or forward_ad._current_level >= 0
    )


def eager_call(function: Function) -> Any:
    """`function.apply` where `is_eager`, without what it does for transforms; its tensors have to be `unwrap_if_dead`.

    The engine asks the node for `apply`, which is to look for the function's `backward`: it may as well be that.
    """
    function._backward_cls.apply = function.backward
    return super(torch.autograd.Function, function).apply
