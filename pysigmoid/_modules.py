"""Modules of `nn`: what all share, and the elementwise functions."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from pysigmoid import functional
from pysigmoid._hints import check_softplus_options


class Module(ABC):
    """A function with options: ``module(input)`` is ``module.forward(input)``.

    A subclass defines `forward`, and may show its options by `extra_repr`.

    Examples
    --------
    >>> class Gate(nn.Module):
    ...     def __init__(self, slope):
    ...         self.slope = slope
    ...     def forward(self, input):
    ...         return F.sigmoid(self.slope * input)
    ...     def extra_repr(self):
    ...         return f"slope={self.slope}"
    >>> Gate(2.0)
    Gate(slope=2.0)
    >>> Gate(2.0)(np.array([0.0, 1.0])).round(4)
    array([0.5   , 0.8808])
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Let `forward` itself be what a call runs: its signature is that of the call, and it costs nothing.

        A class with a call of its own is left alone. Ours say `__call__ = forward` for type checkers.
        """
        super().__init_subclass__(**options)
        if cls.__call__ in [vars(base).get("forward") for base in cls.__mro__]:
            cls.__call__ = cls.forward  # type: ignore[method-assign]

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the function with the options of this module."""

    __call__ = forward

    def extra_repr(self) -> str:
        """The options as `repr` shows them."""
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"

    def _changed(self, constructor: type[Module]) -> str:
        """The attributes that differ from the defaults of this class."""
        options = inspect.signature(constructor).parameters.values()
        values = {each.name: (getattr(self, each.name), each.default) for each in options if hasattr(self, each.name)}
        changed = {name: value for name, (value, default) in values.items() if np.ndim(value) or value != default}
        return ", ".join(f"{name}={_shown(value)}" for name, value in changed.items())


SHOWN = 4  # elements of an array that repr shows


def _shown(value: Any) -> str:
    """A number or a short array as Python shows it, what is longer by its shape."""
    shape = tuple(np.shape(value))
    text = repr(value) if math.prod(shape) <= SHOWN else ""
    return text if text and "\n" not in text else f"array of shape {shape}"


class Elementwise(Module):
    """A function of every element of one argument."""

    @abstractmethod
    def forward(self, input: Any) -> Any:
        """Apply the function to every element.

        Parameters
        ----------
        input : array_like
            Real numbers of any shape.

        Returns
        -------
        container of `input`, or ndarray
            Of the same shape. A float dtype is kept; bool and integers of up to 16 bits give float32, wider ones
            float64.

        Raises
        ------
        TypeError
            If `input` is complex, text, dates or objects, or a tensor that requires grad.
        """

    __call__ = forward


class Sigmoid(Elementwise):
    """Sigmoid, 1 / (1 + exp(-x)): `functional.sigmoid` as a module.

    Examples
    --------
    >>> m = nn.Sigmoid()
    >>> m
    Sigmoid()
    >>> m([-2.0, -1.0, 0.0, 1.0, 2.0]).round(4)
    array([0.1192, 0.2689, 0.5   , 0.7311, 0.8808])
    """

    def forward(self, input: Any) -> Any:
        return functional.sigmoid(input)


class LogSigmoid(Elementwise):
    """Logarithm of the sigmoid, -log(1 + exp(-x)): `functional.logsigmoid` as a module.

    Examples
    --------
    >>> nn.LogSigmoid()(-1000.0)
    np.float64(-1000.0)
    """

    def forward(self, input: Any) -> Any:
        return functional.logsigmoid(input)


class Softplus(Elementwise):
    """Softplus, log(1 + exp(x)): `functional.softplus` as a module.

    Parameters
    ----------
    beta, threshold : float
        torch's defaults and nothing else: for another beta write ``softplus(beta * x) / beta``, which is exact
        everywhere and so needs no threshold.

    Raises
    ------
    TypeError
        If `beta` is not 1 or `threshold` not 20.

    Examples
    --------
    >>> nn.Softplus()(0.0)
    np.float64(0.6931471805599453)
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        check_softplus_options(beta, threshold)

    def forward(self, input: Any) -> Any:
        return functional.softplus(input)


class SiLU(Elementwise):
    """SiLU or swish, x / (1 + exp(-x)): `functional.silu` as a module.

    Parameters
    ----------
    inplace : bool
        Write the result into the input, which must then be a float array.

    Examples
    --------
    >>> x = np.array([-1.0, 0.0, 1.0])
    >>> nn.SiLU(inplace=True)(x) is x
    True
    >>> x
    array([-0.26894142,  0.        ,  0.73105858])
    """

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return functional.silu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class GLU(Module):
    """Gated linear unit, a / (1 + exp(-b)) of the halves a and b of its input: `functional.glu` as a module.

    Parameters
    ----------
    dim : int
        The dimension to halve.

    Examples
    --------
    >>> nn.GLU()([1.0, 2.0, 0.0, 0.0])
    array([0.5, 1. ])
    """

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Gate the first half by the second.

        Parameters
        ----------
        input : array_like
            Real numbers, of even length along `dim`.

        Returns
        -------
        ndarray, or Tensor for a tensor
            The shape of `input` with `dim` halved; a float dtype is kept.

        Raises
        ------
        TypeError
            If `input` is complex, text, dates or objects, a tensor that requires grad, or a Dask collection.
        ValueError
            If `dim` does not exist or has an odd length.
        """
        return functional.glu(input, self.dim)

    __call__ = forward

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
