"""The operators that tracers record, as `torch.ops.pysigmoid.<name>`: kernels for the CPU, and rules for backward.

A program saved with them loads where `pysigmoid.torch` has been imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

library = torch.library.Library("pysigmoid", "DEF")


def define(
    name: str,
    signature: str,
    kernel: Callable[..., Any],
    fake: Callable[..., Any],
    save: Callable[..., None],
    backward: Callable[..., Any],
) -> Callable[..., Any]:
    """An operator that computes by `kernel`; of tensors without numbers it tells shapes by `fake`."""
    library.define(name + signature, tags=(torch.Tag.pt2_compliant_tag,))
    library.impl(name, kernel, "CPU")
    torch.library.register_fake(f"pysigmoid::{name}", fake, lib=library)
    torch.library.register_autograd(f"pysigmoid::{name}", backward, setup_context=save, lib=library)
    return getattr(torch.ops.pysigmoid, name).default  # type: ignore[no-any-return]
