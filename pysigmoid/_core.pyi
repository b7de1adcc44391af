from typing import Any

import numpy as np

sigmoid: np.ufunc
sigmoid_fast: np.ufunc
sigmoid_derivative: np.ufunc
sigmoid_vjp: np.ufunc
log_sigmoid: np.ufunc
log_sigmoid_derivative: np.ufunc
softplus: np.ufunc
logit: np.ufunc
silu_derivative: np.ufunc
silu: np.ufunc
sigmoid_and_derivative: np.ufunc
log_sigmoid_and_derivative: np.ufunc
softplus_and_derivative: np.ufunc
silu_and_derivative: np.ufunc
sigmoid_gate: np.ufunc
bce_with_logits: np.ufunc
bce_with_logits_grad: np.ufunc
bce_with_logits_value_and_grad: np.ufunc
bce_with_logits_grad_and_hess: np.ufunc
bce: np.ufunc

# One dict per row of csrc/functions.def: name, nin, nout, summary, labelled, intervals, outputs, accuracy.
functions: tuple[dict[str, Any], ...]
isa: str
isa_available: tuple[str, ...]
cpu_features: tuple[str, ...]

most_threads: int

def process_threads() -> int: ...
def set_process_threads(count: int, /) -> None: ...
def own_threads() -> int: ...
def set_own_threads(count: int, /) -> None: ...
def pool_workers() -> int: ...
def apply(ufunc: np.ufunc, out: np.ndarray[Any, Any] | None, /, *inputs: np.ndarray[Any, Any]) -> Any: ...
def are_plain(input: object, target: object = None, /, *factors: object) -> bool: ...
def first_outside(
    numbers: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    kept: np.ndarray[Any, Any] | None,
    dropped: tuple[np.ndarray[Any, Any], ...] | None,
    ignored: np.ndarray[Any, Any] | None,
    /,
) -> int: ...

# See its docstring for the arguments, which pysigmoid/_losses.py alone fills in.
def loss(*arguments: Any) -> tuple[Any, ...] | None: ...
