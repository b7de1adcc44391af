"""What type checkers are told of nn.py: a module is called with the types of its forward.

A loss carries its reduction as a parameter, which is no attribute: `BCELoss` alone may be of any reduction.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Literal, overload

import numpy as np
from typing_extensions import TypeVar

# fmt: off
# isort: off
from pysigmoid import functional as functional
from pysigmoid._arguments import Axis
from pysigmoid._reductions import ReductionName
from pysigmoid._types import A, Array, ArrayLike, B, C, DType, F, Factor, Floats, FloatType, Integer, Nested
from pysigmoid._types import Out, S, Small, Summed, T, Unshaped, Where, X
# isort: on

__all__ = [
    "GLU", "BCELoss", "BCEWithLogitsLoss", "LogSigmoid", "Module", "SiLU", "Sigmoid", "SigmoidFocalLoss", "Softplus",
]

_R_co = TypeVar("_R_co", bound=ReductionName, default=ReductionName, covariant=True)

class Module(ABC):
    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any: ...
    __call__ = forward
    def extra_repr(self) -> str: ...

class Elementwise(Module):
    @overload
    def forward(self, input: T) -> T: ...
    @overload
    def forward(self, input: Array[S, Small]) -> Array[S, np.float32]: ...  # type: ignore[overload-overlap]
    @overload
    def forward(self, input: Array[S, Integer]) -> Array[S, np.float64]: ...
    @overload
    def forward(self, input: F) -> F: ...
    @overload
    def forward(self, input: bool | Small) -> np.float32: ...  # type: ignore[overload-overlap]
    @overload
    def forward(self, input: float | Integer) -> np.float64: ...
    @overload
    def forward(self, input: Nested[float]) -> Floats: ...
    @overload
    def forward(self, input: C) -> C: ...
    @overload
    def forward(self, input: ArrayLike) -> Any: ...
    __call__ = forward

class Sigmoid(Elementwise): ...
class LogSigmoid(Elementwise): ...

class Softplus(Elementwise):
    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None: ...

class SiLU(Elementwise):
    inplace: bool
    def __init__(self, inplace: bool = False) -> None: ...

class GLU(Module):
    dim: int
    def __init__(self, dim: int = -1) -> None: ...
    @overload
    def forward(self, input: X) -> X: ...
    @overload
    def forward(self, input: T) -> T: ...
    @overload
    def forward(self, input: ArrayLike) -> Floats: ...
    __call__ = forward

class Loss(Module, Generic[_R_co]):
    form: ClassVar[int]
    weight: Any
    reduction: ReductionName
    def __init__(self, weight: Factor, reduction: ReductionName) -> None: ...
    @overload
    def forward(
        self, input: X, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None,
    ) -> X: ...
    @overload
    def forward(
        self: Loss[Summed], input: Array[Any, F] | F, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None,
    ) -> F: ...
    @overload
    def forward(
        self: Loss[Summed], input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: FloatType[F],
        out: None = None,
    ) -> F: ...
    @overload
    def forward(
        self: Loss[Summed], input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None,
    ) -> np.floating[Any]: ...
    @overload
    def forward(
        self: Loss[Literal["none"]], input: Array[S, F], target: ArrayLike, *, weight: Factor = None,
        where: Where = None, axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None,
        out: None = None,
    ) -> Array[S, F]: ...
    @overload
    def forward(
        self: Loss[Literal["none"]], input: Unshaped, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None, out: None = None,
    ) -> Floats: ...
    @overload
    def forward(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: A,
    ) -> A: ...
    @overload
    def forward(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None,
    ) -> Any: ...
    __call__ = forward

class BCELoss(Loss[_R_co]):
    @overload
    def __init__(
        self: BCELoss[Summed], weight: Factor = None, size_average: None = None, reduce: None = None,
        reduction: Summed = "mean",
    ) -> None: ...
    @overload
    def __init__(
        self: BCELoss[Literal["none"]], weight: Factor = None, size_average: None = None, reduce: None = None, *,
        reduction: Literal["none"],
    ) -> None: ...
    @overload
    def __init__(
        self: BCELoss[ReductionName], weight: Factor = None, size_average: None = None, reduce: None = None,
        reduction: ReductionName = "mean",
    ) -> None: ...

class LogitsLoss(Loss[_R_co]):
    pos_weight: Any
    label_smoothing: float
    ignore_value: float | None
    def __init__(
        self, weight: Factor, reduction: ReductionName, pos_weight: Factor, label_smoothing: float,
        ignore_value: float | None,
    ) -> None: ...
    @overload
    def value_and_grad(
        self, input: X, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None, grad_out: None = None,
    ) -> tuple[X, X]: ...
    @overload
    def value_and_grad(
        self: LogitsLoss[Summed], input: Array[S, F], target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None,
    ) -> tuple[F, Array[S, F]]: ...
    @overload
    def value_and_grad(
        self: LogitsLoss[Summed], input: Array[Any, F] | F, target: ArrayLike, *, weight: Factor = None,
        where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True,
        dtype: None = None, out: None = None, grad_out: A,
    ) -> tuple[F, A]: ...
    @overload
    def value_and_grad(
        self: LogitsLoss[Summed], input: Unshaped, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None,
    ) -> tuple[np.floating[Any], Floats]: ...
    @overload
    def value_and_grad(
        self: LogitsLoss[Literal["none"]], input: Array[S, F], target: ArrayLike, *, weight: Factor = None,
        where: Where = None, axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None,
    ) -> tuple[Array[S, F], Array[S, F]]: ...
    @overload
    def value_and_grad(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: Out = None, grad_out: Out = None,
    ) -> tuple[Any, Any]: ...
    @overload
    def grad_and_hess(
        self, input: X, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        validate: bool = True, grad_out: None = None, hess_out: None = None,
    ) -> tuple[X, X]: ...
    @overload
    def grad_and_hess(
        self, input: Array[S, F], target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        validate: bool = True, grad_out: None = None, hess_out: None = None,
    ) -> tuple[Array[S, F], Array[S, F]]: ...
    @overload
    def grad_and_hess(
        self, input: Unshaped, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        validate: bool = True, grad_out: None = None, hess_out: None = None,
    ) -> tuple[Floats, Floats]: ...
    @overload
    def grad_and_hess(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        validate: bool = True, grad_out: A, hess_out: B,
    ) -> tuple[A, B]: ...
    @overload
    def grad_and_hess(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        validate: bool = True, grad_out: Out = None, hess_out: Out = None,
    ) -> tuple[Any, Any]: ...
    @overload
    def value_grad_and_hess(
        self: LogitsLoss[Summed], input: Array[S, F], target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None, hess_out: None = None,
    ) -> tuple[F, Array[S, F], Array[S, F]]: ...
    @overload
    def value_grad_and_hess(
        self: LogitsLoss[Summed], input: Array[Any, F] | F, target: ArrayLike, *, weight: Factor = None,
        where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True,
        dtype: None = None, out: None = None, grad_out: A, hess_out: B,
    ) -> tuple[F, A, B]: ...
    @overload
    def value_grad_and_hess(
        self: LogitsLoss[Summed], input: Unshaped, target: ArrayLike, *, weight: Factor = None, where: Where = None,
        axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None, hess_out: None = None,
    ) -> tuple[np.floating[Any], Floats, Floats]: ...
    @overload
    def value_grad_and_hess(
        self: LogitsLoss[Literal["none"]], input: Array[S, F], target: ArrayLike, *, weight: Factor = None,
        where: Where = None, axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None,
        out: None = None, grad_out: None = None, hess_out: None = None,
    ) -> tuple[Array[S, F], Array[S, F], Array[S, F]]: ...
    @overload
    def value_grad_and_hess(
        self, input: ArrayLike, target: ArrayLike, *, weight: Factor = None, where: Where = None, axis: Axis = None,
        keepdims: bool = False, validate: bool = True, dtype: DType = None, out: Out = None, grad_out: Out = None,
        hess_out: Out = None,
    ) -> tuple[Any, Any, Any]: ...

class BCEWithLogitsLoss(LogitsLoss[_R_co]):
    @overload
    def __init__(
        self: BCEWithLogitsLoss[Summed], weight: Factor = None, size_average: None = None, reduce: None = None,
        reduction: Summed = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
        ignore_value: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: BCEWithLogitsLoss[Literal["none"]], weight: Factor = None, size_average: None = None, reduce: None = None,
        *, reduction: Literal["none"], pos_weight: Factor = None, label_smoothing: float = 0.0,
        ignore_value: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: BCEWithLogitsLoss[ReductionName], weight: Factor = None, size_average: None = None, reduce: None = None,
        reduction: ReductionName = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
        ignore_value: float | None = None,
    ) -> None: ...

class SigmoidFocalLoss(LogitsLoss[_R_co]):
    alpha: float | None
    gamma: float
    @overload
    def __init__(
        self: SigmoidFocalLoss[Summed], alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
        weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
        ignore_value: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: SigmoidFocalLoss[Literal["none"]], alpha: float | None = 0.25, gamma: float = 2.0, *,
        reduction: Literal["none"] = "none", weight: Factor = None, pos_weight: Factor = None,
        label_smoothing: float = 0.0, ignore_value: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: SigmoidFocalLoss[ReductionName], alpha: float | None = 0.25, gamma: float = 2.0, *,
        reduction: ReductionName = "none", weight: Factor = None, pos_weight: Factor = None,
        label_smoothing: float = 0.0, ignore_value: float | None = None,
    ) -> None: ...
