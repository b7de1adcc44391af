"""What type checkers are told of functional.py: results by input, reduction and buffers; the first that fits."""

from typing import Any, Literal, overload

import numpy as np

# fmt: off
# isort: off
from pysigmoid._accumulator import LossAccumulator as LossAccumulator
from pysigmoid._arguments import Axis
from pysigmoid._reductions import ReductionName
from pysigmoid._types import A, Array, ArrayLike, B, C, DType, F, Factor, Floats, FloatType, Integer, Nested
from pysigmoid._types import Out, S, Small, Summed, T, Unshaped, Where, X
# isort: on

__all__ = [
    "LossAccumulator", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad_and_hess",
    "binary_cross_entropy_with_logits_value_and_grad", "binary_cross_entropy_with_logits_value_grad_and_hess", "glu",
    "logit", "logsigmoid", "sigmoid", "sigmoid_focal_loss", "sigmoid_focal_loss_grad_and_hess",
    "sigmoid_focal_loss_value_and_grad", "sigmoid_focal_loss_value_grad_and_hess", "silu", "softplus",
]

@overload
def sigmoid(input: ArrayLike, *, out: A) -> A: ...
@overload
def sigmoid(input: T, *, out: None = None) -> T: ...
@overload
def sigmoid(input: Array[S, Small], *, out: None = None) -> Array[S, np.float32]: ...  # type: ignore[overload-overlap]
@overload
def sigmoid(input: Array[S, Integer], *, out: None = None) -> Array[S, np.float64]: ...
@overload
def sigmoid(input: F, *, out: None = None) -> F: ...
@overload
def sigmoid(input: bool | Small, *, out: None = None) -> np.float32: ...  # type: ignore[overload-overlap]
@overload
def sigmoid(input: float | Integer, *, out: None = None) -> np.float64: ...
@overload
def sigmoid(input: Nested[float], *, out: None = None) -> Floats: ...
@overload
def sigmoid(input: C, *, out: None = None) -> C: ...
@overload
def sigmoid(input: ArrayLike, *, out: None = None) -> Any: ...
@overload
def logsigmoid(input: ArrayLike, *, out: A) -> A: ...
@overload
def logsigmoid(input: T, *, out: None = None) -> T: ...
@overload
def logsigmoid(input: Array[S, Small], *, out: None = None) -> Array[S, np.float32]: ...  # type: ignore[overload-overlap]
@overload
def logsigmoid(input: Array[S, Integer], *, out: None = None) -> Array[S, np.float64]: ...
@overload
def logsigmoid(input: F, *, out: None = None) -> F: ...
@overload
def logsigmoid(input: bool | Small, *, out: None = None) -> np.float32: ...  # type: ignore[overload-overlap]
@overload
def logsigmoid(input: float | Integer, *, out: None = None) -> np.float64: ...
@overload
def logsigmoid(input: Nested[float], *, out: None = None) -> Floats: ...
@overload
def logsigmoid(input: C, *, out: None = None) -> C: ...
@overload
def logsigmoid(input: ArrayLike, *, out: None = None) -> Any: ...
@overload
def softplus(input: ArrayLike, beta: float = 1.0, threshold: float = 20.0, *, out: A) -> A: ...
@overload
def softplus(input: T, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> T: ...
@overload
def softplus(  # type: ignore[overload-overlap]
    input: Array[S, Small], beta: float = 1.0, threshold: float = 20.0, *, out: None = None,
) -> Array[S, np.float32]: ...
@overload
def softplus(
    input: Array[S, Integer], beta: float = 1.0, threshold: float = 20.0, *, out: None = None,
) -> Array[S, np.float64]: ...
@overload
def softplus(input: F, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> F: ...
@overload
def softplus(input: bool | Small, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> np.float32: ...  # type: ignore[overload-overlap]
@overload
def softplus(input: float | Integer, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> np.float64: ...
@overload
def softplus(input: Nested[float], beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> Floats: ...
@overload
def softplus(input: C, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> C: ...
@overload
def softplus(input: ArrayLike, beta: float = 1.0, threshold: float = 20.0, *, out: None = None) -> Any: ...
@overload
def silu(input: ArrayLike, inplace: bool = False, *, out: A) -> A: ...
@overload
def silu(input: T, inplace: bool = False, *, out: None = None) -> T: ...
@overload
def silu(input: Array[S, Small], inplace: bool = False, *, out: None = None) -> Array[S, np.float32]: ...  # type: ignore[overload-overlap]
@overload
def silu(input: Array[S, Integer], inplace: bool = False, *, out: None = None) -> Array[S, np.float64]: ...
@overload
def silu(input: F, inplace: bool = False, *, out: None = None) -> F: ...
@overload
def silu(input: bool | Small, inplace: bool = False, *, out: None = None) -> np.float32: ...  # type: ignore[overload-overlap]
@overload
def silu(input: float | Integer, inplace: bool = False, *, out: None = None) -> np.float64: ...
@overload
def silu(input: Nested[float], inplace: bool = False, *, out: None = None) -> Floats: ...
@overload
def silu(input: C, inplace: bool = False, *, out: None = None) -> C: ...
@overload
def silu(input: ArrayLike, inplace: bool = False, *, out: None = None) -> Any: ...
@overload
def logit(input: ArrayLike, eps: float | None = None, *, out: A) -> A: ...
@overload
def logit(input: T, eps: float | None = None, *, out: None = None) -> T: ...
@overload
def logit(input: Array[S, Small], eps: float | None = None, *, out: None = None) -> Array[S, np.float32]: ...  # type: ignore[overload-overlap]
@overload
def logit(input: Array[S, Integer], eps: float | None = None, *, out: None = None) -> Array[S, np.float64]: ...
@overload
def logit(input: F, eps: float | None = None, *, out: None = None) -> F: ...
@overload
def logit(input: bool | Small, eps: float | None = None, *, out: None = None) -> np.float32: ...  # type: ignore[overload-overlap]
@overload
def logit(input: float | Integer, eps: float | None = None, *, out: None = None) -> np.float64: ...
@overload
def logit(input: Nested[float], eps: float | None = None, *, out: None = None) -> Floats: ...
@overload
def logit(input: C, eps: float | None = None, *, out: None = None) -> C: ...
@overload
def logit(input: ArrayLike, eps: float | None = None, *, out: None = None) -> Any: ...
@overload
def glu(input: X, dim: int = -1) -> X: ...
@overload
def glu(input: T, dim: int = -1) -> T: ...
@overload
def glu(input: ArrayLike, dim: int = -1) -> Floats: ...

@overload
def binary_cross_entropy_with_logits(
    input: X, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: None = None,
) -> X: ...
@overload
def binary_cross_entropy_with_logits(
    input: Array[Any, F] | F, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> F: ...
@overload
def binary_cross_entropy_with_logits(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: FloatType[F], out: None = None,
) -> F: ...
@overload
def binary_cross_entropy_with_logits(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> np.floating[Any]: ...
@overload
def binary_cross_entropy_with_logits(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None, *,
    reduction: Literal["none"], pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: bool = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> Array[S, F]: ...
@overload
def binary_cross_entropy_with_logits(
    input: Unshaped, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None, *,
    reduction: Literal["none"], pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: bool = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> Floats: ...
@overload
def binary_cross_entropy_with_logits(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: A,
) -> A: ...
@overload
def binary_cross_entropy_with_logits(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", pos_weight: Factor = None, *, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: None = None,
) -> Any: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: X, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None,
    grad_out: None = None,
) -> tuple[X, X]: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None,
) -> tuple[F, Array[S, F]]: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: Array[Any, F] | F, target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: A,
) -> tuple[F, A]: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: Unshaped, target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean", pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: None = None,
    keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None,
) -> tuple[np.floating[Any], Floats]: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, *, reduction: Literal["none"],
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None,
) -> tuple[Array[S, F], Array[S, F]]: ...
@overload
def binary_cross_entropy_with_logits_value_and_grad(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, keepdims: bool = False, validate: bool = True, dtype: DType = None, out: Out = None,
    grad_out: Out = None,
) -> tuple[Any, Any]: ...
@overload
def binary_cross_entropy_with_logits_grad_and_hess(
    input: X, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "sum",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, validate: bool = True, grad_out: None = None, hess_out: None = None,
) -> tuple[X, X]: ...
@overload
def binary_cross_entropy_with_logits_grad_and_hess(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "sum",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, validate: bool = True, grad_out: None = None, hess_out: None = None,
) -> tuple[Array[S, F], Array[S, F]]: ...
@overload
def binary_cross_entropy_with_logits_grad_and_hess(
    input: Unshaped, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "sum",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, validate: bool = True, grad_out: None = None, hess_out: None = None,
) -> tuple[Floats, Floats]: ...
@overload
def binary_cross_entropy_with_logits_grad_and_hess(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "sum",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, validate: bool = True, grad_out: A, hess_out: B,
) -> tuple[A, B]: ...
@overload
def binary_cross_entropy_with_logits_grad_and_hess(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "sum",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, validate: bool = True, grad_out: Out = None, hess_out: Out = None,
) -> tuple[Any, Any]: ...
@overload
def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None, hess_out: None = None,
) -> tuple[F, Array[S, F], Array[S, F]]: ...
@overload
def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: Array[Any, F] | F, target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: A, hess_out: B,
) -> tuple[F, A, B]: ...
@overload
def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: Unshaped, target: ArrayLike, weight: Factor = None, *, reduction: Summed = "mean", pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: None = None,
    keepdims: Literal[False] = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None, hess_out: None = None,
) -> tuple[np.floating[Any], Floats, Floats]: ...
@overload
def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, *, reduction: Literal["none"],
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: None = None, keepdims: bool = False, validate: bool = True, dtype: None = None, out: None = None,
    grad_out: None = None, hess_out: None = None,
) -> tuple[Array[S, F], Array[S, F], Array[S, F]]: ...
@overload
def binary_cross_entropy_with_logits_value_grad_and_hess(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, *, reduction: ReductionName = "mean",
    pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None,
    axis: Axis = None, keepdims: bool = False, validate: bool = True, dtype: DType = None, out: Out = None,
    grad_out: Out = None, hess_out: Out = None,
) -> tuple[Any, Any, Any]: ...
@overload
def binary_cross_entropy(
    input: X, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", *, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: None = None,
) -> X: ...
@overload
def binary_cross_entropy(
    input: Array[Any, F] | F, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", *, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> F: ...
@overload
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", *, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: FloatType[F], out: None = None,
) -> F: ...
@overload
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: Summed = "mean", *, where: Where = None, axis: None = None, keepdims: Literal[False] = False,
    validate: bool = True, dtype: None = None, out: None = None,
) -> np.floating[Any]: ...
@overload
def binary_cross_entropy(
    input: Array[S, F], target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None, *,
    reduction: Literal["none"], where: Where = None, axis: None = None, keepdims: bool = False, validate: bool = True,
    dtype: None = None, out: None = None,
) -> Array[S, F]: ...
@overload
def binary_cross_entropy(
    input: Unshaped, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None, *,
    reduction: Literal["none"], where: Where = None, axis: None = None, keepdims: bool = False, validate: bool = True,
    dtype: None = None, out: None = None,
) -> Floats: ...
@overload
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", *, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: A,
) -> A: ...
@overload
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: Factor = None, size_average: None = None, reduce: None = None,
    reduction: ReductionName = "mean", *, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: None = None,
) -> Any: ...
@overload
def sigmoid_focal_loss(
    inputs: X, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0,
    reduction: ReductionName = "none", *, weight: Factor = None, pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: Axis = None,
    keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None,
) -> X: ...
@overload
def sigmoid_focal_loss(
    inputs: Array[Any, F] | F, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None,
) -> F: ...
@overload
def sigmoid_focal_loss(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True,
    dtype: FloatType[F], out: None = None,
) -> F: ...
@overload
def sigmoid_focal_loss(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None,
) -> np.floating[Any]: ...
@overload
def sigmoid_focal_loss(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0,
    reduction: Literal["none"] = "none", *, weight: Factor = None, pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: None = None,
    keepdims: bool = False, validate: bool = True, dtype: None = None, out: None = None,
) -> Array[S, F]: ...
@overload
def sigmoid_focal_loss(
    inputs: Unshaped, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0,
    reduction: Literal["none"] = "none", *, weight: Factor = None, pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: None = None,
    keepdims: bool = False, validate: bool = True, dtype: None = None, out: None = None,
) -> Floats: ...
@overload
def sigmoid_focal_loss(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0,
    reduction: ReductionName = "none", *, weight: Factor = None, pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: Axis = None,
    keepdims: bool = False, validate: bool = True, dtype: DType = None, out: A,
) -> A: ...
@overload
def sigmoid_focal_loss(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0,
    reduction: ReductionName = "none", *, weight: Factor = None, pos_weight: Factor = None,
    label_smoothing: float = 0.0, ignore_value: float | None = None, where: Where = None, axis: Axis = None,
    keepdims: bool = False, validate: bool = True, dtype: DType = None, out: None = None,
) -> Any: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: X, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "none", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: None = None, grad_out: None = None,
) -> tuple[X, X]: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: None = None,
) -> tuple[F, Array[S, F]]: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: Array[Any, F] | F, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: A,
) -> tuple[F, A]: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: Unshaped, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: None = None,
) -> tuple[np.floating[Any], Floats]: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: Literal["none"] = "none", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: bool = False,
    validate: bool = True, dtype: None = None, out: None = None, grad_out: None = None,
) -> tuple[Array[S, F], Array[S, F]]: ...
@overload
def sigmoid_focal_loss_value_and_grad(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "none", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: Out = None, grad_out: Out = None,
) -> tuple[Any, Any]: ...
@overload
def sigmoid_focal_loss_grad_and_hess(
    inputs: X, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "sum", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, validate: bool = True,
    grad_out: None = None, hess_out: None = None,
) -> tuple[X, X]: ...
@overload
def sigmoid_focal_loss_grad_and_hess(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "sum", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, validate: bool = True,
    grad_out: None = None, hess_out: None = None,
) -> tuple[Array[S, F], Array[S, F]]: ...
@overload
def sigmoid_focal_loss_grad_and_hess(
    inputs: Unshaped, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "sum", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, validate: bool = True,
    grad_out: None = None, hess_out: None = None,
) -> tuple[Floats, Floats]: ...
@overload
def sigmoid_focal_loss_grad_and_hess(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "sum", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, validate: bool = True, grad_out: A,
    hess_out: B,
) -> tuple[A, B]: ...
@overload
def sigmoid_focal_loss_grad_and_hess(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "sum", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, validate: bool = True,
    grad_out: Out = None, hess_out: Out = None,
) -> tuple[Any, Any]: ...
@overload
def sigmoid_focal_loss_value_grad_and_hess(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: None = None, hess_out: None = None,
) -> tuple[F, Array[S, F], Array[S, F]]: ...
@overload
def sigmoid_focal_loss_value_grad_and_hess(
    inputs: Array[Any, F] | F, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: A, hess_out: B,
) -> tuple[F, A, B]: ...
@overload
def sigmoid_focal_loss_value_grad_and_hess(
    inputs: Unshaped, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *, reduction: Summed,
    weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0, ignore_value: float | None = None,
    where: Where = None, axis: None = None, keepdims: Literal[False] = False, validate: bool = True, dtype: None = None,
    out: None = None, grad_out: None = None, hess_out: None = None,
) -> tuple[np.floating[Any], Floats, Floats]: ...
@overload
def sigmoid_focal_loss_value_grad_and_hess(
    inputs: Array[S, F], targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: Literal["none"] = "none", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: None = None, keepdims: bool = False,
    validate: bool = True, dtype: None = None, out: None = None, grad_out: None = None, hess_out: None = None,
) -> tuple[Array[S, F], Array[S, F], Array[S, F]]: ...
@overload
def sigmoid_focal_loss_value_grad_and_hess(
    inputs: ArrayLike, targets: ArrayLike, alpha: float | None = 0.25, gamma: float = 2.0, *,
    reduction: ReductionName = "none", weight: Factor = None, pos_weight: Factor = None, label_smoothing: float = 0.0,
    ignore_value: float | None = None, where: Where = None, axis: Axis = None, keepdims: bool = False,
    validate: bool = True, dtype: DType = None, out: Out = None, grad_out: Out = None, hess_out: Out = None,
) -> tuple[Any, Any, Any]: ...
