"""Elementwise functions of `functional`: the ufunc of whatever holds numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pysigmoid import _core
from pysigmoid._arguments import clamp
from pysigmoid._containers import elementwise_operand, in_container, refuse_dask
from pysigmoid._dtypes import Array
from pysigmoid._hints import check_softplus_options
from pysigmoid._operands import library_of

SHORTEST_APPLIED = 16384  # fewer elements are done before a second thread is awake
BETA, THRESHOLD = 1.0, 20.0  # torch's defaults for softplus, which mean what is done here


def _apply(ufunc: np.ufunc, input: Any, out: Array | None) -> Any:
    """The ufunc of what a caller passed."""
    if not _core.are_plain(input):
        return _apply_to_container(ufunc, input, out)
    if input.size >= SHORTEST_APPLIED:
        return _apply_to_arrays(ufunc, input, out=out)
    return ufunc(input) if out is None else ufunc(input, out=out)


def _apply_to_container(ufunc: np.ufunc, input: Any, out: Any) -> Any:
    """The ufunc of what holds numbers in its own way; a tensor may be written into, as it is read in place."""
    held = elementwise_operand(input)
    if out is None:
        return in_container(input, ufunc(held))
    if out is input and library_of(type(input)) == "torch":
        ufunc(held, out=held)
        return input
    return ufunc(held, out=out)


def _apply_to_arrays(ufunc: np.ufunc, *arrays: Array, out: Array | None = None) -> Any:
    """The ufunc of arrays; what NumPy would hand over in pieces is taken whole, on all threads."""
    result = _core.apply(ufunc, out, *arrays)
    return ufunc(*arrays, out=out) if result is NotImplemented else result


def sigmoid(input: Any, *, out: Array | None = None) -> Any:
    """Sigmoid, 1 / (1 + exp(-x)).

    Parameters
    ----------
    input : array_like
        Logits x, in natural-log odds, of any shape.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape. A float dtype is kept; bool and integers of up to 16 bits give float32, wider ones float64.

    Raises
    ------
    TypeError
        If `input` is complex, text, dates or objects, or a tensor that requires grad, or if `out` is an integer array.

    Notes
    -----
    The bits of `pysigmoid.sigmoid`. torch.sigmoid gives 0 below -88.72 in float32; here the result passes through the
    subnormal numbers.

    Examples
    --------
    >>> F.sigmoid([-5.0, -1.0, 0.0, 1.0, 5.0]).round(4)
    array([0.0067, 0.2689, 0.5   , 0.7311, 0.9933])
    >>> F.sigmoid(np.float32(-100))
    np.float32(3.8e-44)
    """
    return _apply(_core.sigmoid, input, out)


def logsigmoid(input: Any, *, out: Array | None = None) -> Any:
    """Logarithm of the sigmoid, log(1 / (1 + exp(-x))) = -softplus(-x).

    Parameters
    ----------
    input : array_like
        Logits x, in natural-log odds, of any shape.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Natural-log probabilities of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`.

    Notes
    -----
    The bits of `pysigmoid.log_sigmoid`: finite wherever x is, and -0.0 where the probability rounds to 1.

    Examples
    --------
    >>> F.logsigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.00000000e+03, -6.93147181e-01, -0.00000000e+00])
    """
    return _apply(_core.log_sigmoid, input, out)


def softplus(input: Any, beta: float = BETA, threshold: float = THRESHOLD, *, out: Array | None = None) -> Any:
    """Softplus, log(1 + exp(x)).

    Parameters
    ----------
    input : array_like
        Real numbers x of any shape.
    beta, threshold : float
        torch's defaults and nothing else: for torch's ``softplus(x, beta)`` write ``softplus(beta * x) / beta``, which
        is exact everywhere and so needs no threshold.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, and if `beta` is not 1 or `threshold` not 20.

    Notes
    -----
    The bits of `pysigmoid.softplus`. torch returns x itself above its threshold of 20, which costs 1.4e-11 at 25.

    Examples
    --------
    >>> F.softplus(25.0) - 25.0
    np.float64(1.3887557770431158e-11)
    """
    if beta is not BETA or threshold is not THRESHOLD:
        check_softplus_options(beta, threshold)
    return _apply(_core.softplus, input, out)


def silu(input: Any, inplace: bool = False, *, out: Array | None = None) -> Any:
    """SiLU or swish, x / (1 + exp(-x)).

    Parameters
    ----------
    input : array_like
        Real numbers x of any shape.
    inplace : bool
        Write the result into `input`, which must then be a float array.
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Of the same shape, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, for `input` as for `out` if `inplace`, and if both are given.

    Notes
    -----
    The bits of `pysigmoid.silu`: -0.0 at -inf, where torch gives nan.

    Examples
    --------
    >>> F.silu(np.float32([-89, 0, 2]))
    array([-1.9823535e-37,  0.0000000e+00,  1.7615942e+00], dtype=float32)
    """
    if inplace:
        if out is not None:
            raise TypeError("inplace=True writes into input; pass either inplace or out")
        out = input
    return _apply(_core.silu, input, out)


def logit(input: Any, eps: float | None = None, *, out: Array | None = None) -> Any:
    """Logit, log(p / (1 - p)), the inverse of the sigmoid.

    Parameters
    ----------
    input : array_like
        Probabilities p of any shape.
    eps : float, optional
        In [0, 0.5): clamps p to [eps, 1 - eps], both in the precision of the result; nan stays nan. 0 clamps to [0, 1].
    out : ndarray, optional
        Buffer for the result; it may be `input`.

    Returns
    -------
    container of `input`, or ndarray
        Logits, in natural-log odds, of the same shape, dtype as for `sigmoid`. -inf at 0, inf at 1; without `eps` nan
        outside [0, 1].

    Raises
    ------
    TypeError
        As for `sigmoid`, and if `eps` is not a number.
    ValueError
        If `eps` is outside [0, 0.5), or so small that 1 - eps is 1 in the precision of the result, and ones would still
        give inf.

    Notes
    -----
    The bits of `pysigmoid.logit`, which keeps its accuracy around p = 1/2: torch.logit(0.5 - 2**-25) is off by a half.

    Examples
    --------
    >>> F.logit(np.array([0.0, 0.25, 0.5, 1.0, 1.5]))
    array([       -inf, -1.09861229,  0.        ,         inf,         nan])
    >>> F.logit(np.float32([0.0, 0.5, 1.5]), eps=1e-6)
    array([-13.81551 ,   0.      ,  13.802318], dtype=float32)
    """
    if eps is None:
        return _apply(_core.logit, input, out)
    result = _apply(_core.logit, clamp(elementwise_operand(input), eps), out)
    return in_container(input, result) if out is None else result


def glu(input: Any, dim: int = -1) -> Any:
    """Gated linear unit, a / (1 + exp(-b)), where a and b are the first and the second half of the input.

    Parameters
    ----------
    input : array_like
        Real numbers, of even length along `dim`.
    dim : int
        The dimension to halve.

    Returns
    -------
    ndarray, or Tensor for a tensor
        The shape of `input` with `dim` halved, dtype as for `sigmoid`.

    Raises
    ------
    TypeError
        As for `sigmoid`, and for a Dask collection.
    ValueError
        If `dim` does not exist or has an odd length.

    Notes
    -----
    `pysigmoid.sigmoid_gate` of the halves, rounded once; torch gives 0 for the example.

    Examples
    --------
    >>> F.glu(np.float32([1, -100]))
    array([3.8e-44], dtype=float32)
    """
    refuse_dask("input", input)
    values = np.asanyarray(elementwise_operand(input))
    axis = np.lib.array_utils.normalize_axis_index(dim, values.ndim, "dim")
    length = values.shape[axis]
    if length % 2:
        raise ValueError(f"halving dimension must be even, but dimension {dim} of input has length {length}")
    before, half = (slice(None),) * axis, length // 2
    halves = values[(*before, slice(half))], values[(*before, slice(half, None))]
    return in_container(input, np.asanyarray(_apply_to_arrays(_core.sigmoid_gate, *halves)))
