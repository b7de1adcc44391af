from typing import TypedDict, type_check_only

import numpy as np

sigmoid: np.ufunc
sigmoid_fast: np.ufunc
sigmoid_derivative: np.ufunc
sigmoid_vjp: np.ufunc
log_sigmoid: np.ufunc
softplus: np.ufunc
logit: np.ufunc
silu_derivative: np.ufunc
silu: np.ufunc
sigmoid_gate: np.ufunc
bce_with_logits: np.ufunc
bce_with_logits_grad: np.ufunc
bce_with_logits_value_and_grad: np.ufunc
bce_with_logits_grad_and_hess: np.ufunc
bce: np.ufunc

@type_check_only
class _Accuracy(TypedDict):
    ulp: float
    relative_from: float
    absolute: float
    correctly_rounded: bool

@type_check_only
class _Function(TypedDict):
    name: str
    nin: int
    nout: int
    summary: str
    intervals: tuple[tuple[float, float], ...]
    outputs: tuple[str, ...]
    accuracy: dict[str, _Accuracy] | None

functions: tuple[_Function, ...]
isa: str
isa_available: tuple[str, ...]
cpu_features: tuple[str, ...]
