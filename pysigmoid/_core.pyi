from typing import Any

import numpy as np

from pysigmoid._types import Labels, OneToOne, OneToTwo, PythonNumber, TwoToOne, TwoToTwo

sigmoid: OneToOne
sigmoid_fast: OneToOne
sigmoid_derivative: OneToOne
sigmoid_vjp: TwoToOne[PythonNumber]
log_sigmoid: OneToOne
log_sigmoid_derivative: OneToOne
softplus: OneToOne
logit: OneToOne
silu_derivative: OneToOne
silu: OneToOne
sigmoid_and_derivative: OneToTwo
log_sigmoid_and_derivative: OneToTwo
softplus_and_derivative: OneToTwo
silu_and_derivative: OneToTwo
sigmoid_gate: TwoToOne[PythonNumber]
bce_with_logits: TwoToOne[Labels]
bce_with_logits_grad: TwoToOne[Labels]
bce_with_logits_value_and_grad: TwoToTwo[Labels]
bce_with_logits_grad_and_hess: TwoToTwo[Labels]
bce: TwoToOne[Labels]

# One dict per row of csrc/functions.def: name, nin, nout, summary, labelled, intervals, outputs, accuracy,
# accuracy_of_second.
functions: tuple[dict[str, Any], ...]
isa: str
build: dict[str, str]  # "api" ("abi3" or "full"), "compiler", "flags"
isa_available: tuple[str, ...]
cpu_features: tuple[str, ...]

most_threads: int
total_words: int

# Functions of C, as capsules and as their types; see pysigmoid/capi.py.
__pyx_capi__: dict[str, Any]
c_signatures: dict[str, str]

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

# See its docstring; pysigmoid/_losses.py alone calls it.
# fmt: off
def loss(
    form: int, outputs: int, smoothing: float, alpha: float, gamma: float, logits: Any, labels: Any, weight: Any,
    pos_weight: Any, kept: Any, dropped: Any, ignored: Any, reduction: int, axes: tuple[int, ...] | None,
    keepdims: bool, validate: bool, dtype: Any, out: Any, grad_out: Any, hess_out: Any, /,
) -> tuple[Any, ...] | None: ...
# fmt: on
def loss_totals(*arguments: Any) -> tuple[Any, ...] | None: ...
def merge_totals(totals: np.ndarray[Any, Any], others: np.ndarray[Any, Any], /) -> None: ...
def values_of_totals(totals: np.ndarray[Any, Any], quantity: int, dtype: np.dtype[Any], /) -> np.ndarray[Any, Any]: ...
