"""From torch's modules to ours, in a model that exists."""

from __future__ import annotations

import warnings
from typing import TypeVar

import torch

from pysigmoid.torch import _modules as modules

Model = TypeVar("Model", bound=torch.nn.Module)

OURS: dict[type[torch.nn.Module], type[torch.nn.Module]] = {
    torch.nn.Sigmoid: modules.Sigmoid,
    torch.nn.LogSigmoid: modules.LogSigmoid,
    torch.nn.Softplus: modules.Softplus,
    torch.nn.SiLU: modules.SiLU,
    torch.nn.BCEWithLogitsLoss: modules.BCEWithLogitsLoss,
}


def convert(model: Model) -> Model:
    """Let a model compute with our functions: its modules become ours, where they are.

    Parameters
    ----------
    model : torch.nn.Module
        The model. Each of its modules, and itself, whose class is exactly `Sigmoid`, `LogSigmoid`, `Softplus`, `SiLU`
        or `BCEWithLogitsLoss` of `torch.nn` gets our class of that name.

    Returns
    -------
    Module
        `model` itself.

    Raises
    ------
    TypeError
        If `model` is no module, or contains a ScriptModule, whose code is fixed. Nothing has been changed then.

    Warns
    -----
    UserWarning
        Once, with the names of modules that stay torch's, since ours lack their options: `Softplus` with a `beta` or a
        `threshold` of its own.

    Notes
    -----
    Parameters, buffers, hooks, names, modes and modules that are shared stay as they are, as do weights saved before.
    What is not reached: functions that a `forward` calls (`torch.sigmoid`, `torch.nn.functional.silu`, methods such as
    `x.sigmoid()`); `LSTM`, `GRU`, `GLU` and `MultiheadAttention`, whose sigmoids are inside of torch; subclasses of
    torch's modules; `BCELoss`, which takes probabilities and so has lost what we keep.

    Examples
    --------
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    >>> type(pysigmoid.torch.convert(model)[1])
    <class 'pysigmoid.torch.Sigmoid'>
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model is a {type(model).__name__}; pass a torch.nn.Module")
    named = list(model.named_modules())
    for name, module in named:
        if isinstance(module, torch.jit.ScriptModule):
            raise TypeError(f"{name or 'model'} is a ScriptModule, whose code is fixed; convert before that")
    staying = [name or "model" for name, module in named if type(module) in OURS and not _become_ours(module)]
    if staying:
        warnings.warn(
            f"{', '.join(staying)}: Softplus with another beta or threshold than 1 and 20 stays torch's; "
            "write softplus(beta * x) / beta",
            stacklevel=2,
        )
    return model


def _become_ours(module: torch.nn.Module) -> bool:
    """Give a module our class, if that has its options."""
    if isinstance(module, torch.nn.Softplus) and (module.beta != 1 or module.threshold != 20):
        return False
    module.__class__ = OURS[type(module)]
    return True
