"""Who looks at a call: nobody, torch's function transforms, or a tracer that records operators.

Each is a door of its own to the same kernels and formulas. Eager calls hand arrays to NumPy, at a sixth of the time of
an operator; a transform (`torch.func`, dual tensors) differentiates by rules it is told; a tracer (`torch.compile`,
`torch.export`, `torch.jit.trace`, fake tensors) sees nothing but operators.
"""

from __future__ import annotations

import torch
from torch.autograd import forward_ad


def is_traced() -> bool:
    """Whether operators are recorded, now or by a mode that looks at each of them."""
    return (  # type: ignore[no-any-return]
        torch.compiler.is_compiling() or torch._C._is_tracing() or torch._C._len_torch_dispatch_stack() > 0
    )


def is_transformed() -> bool:
    """Whether a function transform is under way, or tensors may have tangents."""
    return torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0  # type: ignore[no-any-return]
