"""One call of every driver in every working precision: what the nets for faults are drawn over.

Scripts in processes of their own (processes.py) read this file too: `DRIVERS` there names it.
"""

import ml_dtypes
import numpy as np

import pysigmoid
from pysigmoid import functional as F

DTYPES = {
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
    "float32": np.float32,
    "float64": np.float64,
    "longdouble": np.longdouble,
}

SIZE = 6000  # blocks enough for two threads of the slower precisions, and beyond NumPy's 500, above which the GIL goes
LOSS = F.binary_cross_entropy_with_logits
VALUE_AND_GRAD = F.binary_cross_entropy_with_logits_value_and_grad
GRAD_AND_HESS = F.binary_cross_entropy_with_logits_grad_and_hess


def operands(dtype):
    """Logits, some of which give subnormal results, labels, and factors in long double that no double holds."""
    k = np.arange(SIZE)
    x = ((k * 7919 % 2001 - 1000) / 64).astype(dtype)
    x[::50] = {2: -9.5, 4: -100, 8: -740, 16: -11390}[x.itemsize] if dtype is not ml_dtypes.bfloat16 else -91
    return x, (k * 31 % 9 / 8).astype(dtype), (k % 97 + 1) / np.longdouble(97)


def ufunc_calls(dtype):
    x, y, _ = operands(dtype)
    out = np.empty(SIZE, dtype)
    swapped = x if dtype is ml_dtypes.bfloat16 else x.astype(x.dtype.newbyteorder())
    return {
        "ufunc": lambda: pysigmoid.sigmoid(x),
        "ufunc of few": lambda: pysigmoid.log_sigmoid(x[:9]),
        "ufunc, strided": lambda: pysigmoid.softplus(x[::-3]),
        "ufunc, byteswapped": lambda: pysigmoid.silu(swapped),
        "ufunc, one operand for all": lambda: pysigmoid.sigmoid_gate(x, y[3]),
        "ufunc, two outputs": lambda: pysigmoid.bce_with_logits_value_and_grad(x, y),
        "ufunc, in place": lambda: pysigmoid.logit(np.copyto(out, y) or out, out=out),
        "ufunc, cast": lambda: pysigmoid.sigmoid(x, dtype=np.longdouble),
        "accumulate": lambda: pysigmoid.sigmoid_gate.accumulate(y[:40]),
        "at": lambda: pysigmoid.sigmoid.at(np.copyto(out, x) or out, [1, 2, 1]) or out,
        "apply": lambda: F.sigmoid(x.reshape(60, 100)[:, ::2]),
        "apply, transposed, two operands": lambda: F.glu(x.reshape(60, 100).T),
        "functional": lambda: F.logit(y, eps=0.125),
    }


def loss_calls(dtype):
    x, y, w = operands(dtype)
    rows, labels, weights = (array.reshape(-1, 60) for array in (x, y, w))
    long = np.asfortranarray(x.reshape(3, 2000))
    grad, hess = np.empty(SIZE, dtype), np.empty((SIZE // 60, 60), np.longdouble)
    mask = np.arange(SIZE) % 7 > 0
    wide, some_masked = y.astype(np.longdouble), np.ma.masked_equal(labels, 0)
    wrong = y.copy()
    wrong[-5] = np.nan
    return {
        "loss, one row": lambda: LOSS(x, y),
        "loss of few": lambda: VALUE_AND_GRAD(x[:4], y[:4]),
        "loss of one": lambda: VALUE_AND_GRAD(x[5], y[5]),
        "loss, elements": lambda: LOSS(x, y, reduction="none"),
        "loss, elements, weighted": lambda: LOSS(x, y, w, reduction="none"),
        "loss, short rows": lambda: LOSS(rows, labels, axis=1),
        "loss, columns": lambda: LOSS(rows, labels, axis=0, reduction="sum", dtype=np.float64),
        "loss, long rows": lambda: VALUE_AND_GRAD(long, y.reshape(3, 2000), w.reshape(3, 2000), axis=1, keepdims=True),
        "loss, weighted mean of rows": lambda: LOSS(rows, labels, weights, axis=1, reduction="weighted_mean"),
        "loss, weighted mean": lambda: GRAD_AND_HESS(x, y, w, reduction="weighted_mean"),
        "loss, pos_weight and smoothing": lambda: LOSS(x, y, pos_weight=w, label_smoothing=0.125),
        "loss, labels in long double": lambda: GRAD_AND_HESS(x, wide, reduction="none"),
        "loss, mask": lambda: LOSS(x, y, where=mask, axis=()),
        "loss, ignored": lambda: VALUE_AND_GRAD(x, y, ignore_value=0.25),
        "loss, ignored and masked": lambda: LOSS(rows, some_masked, ignore_value=1, axis=1),
        "loss, buffer": lambda: VALUE_AND_GRAD(x, y, w, grad_out=grad),
        "loss, buffers in long double": lambda: GRAD_AND_HESS(rows, labels, grad_out=hess, reduction="mean"),
        "loss, in place": lambda: VALUE_AND_GRAD(np.copyto(grad, x) or grad, y, grad_out=grad),
        "focal loss": lambda: F.sigmoid_focal_loss_grad_and_hess(x, y, None, 1.5, weight=w),
        "focal loss, short rows": lambda: F.sigmoid_focal_loss(rows, labels, axis=1, reduction="mean"),
        "loss from probabilities": lambda: F.binary_cross_entropy(y, y, w),
        "error of a label": lambda: message_of(LOSS, x, wrong),
        "error of a label, buffer": lambda: message_of(VALUE_AND_GRAD, x, wrong, w, grad_out=grad),
        "error of a probability": lambda: message_of(F.binary_cross_entropy, np.abs(x), y, axis=()),
    }


def integer_calls():
    x = np.arange(-3000, 3000, dtype=np.int16)
    long, counts, bits = x.astype(np.int64), x.astype(np.uint64) % 5, x % 3 == 0
    return {
        "int16, ufunc": lambda: pysigmoid.sigmoid(x),
        "int64, ufunc": lambda: pysigmoid.silu(long),
        "int16, loss": lambda: VALUE_AND_GRAD(x, bits),
        "int64, loss": lambda: GRAD_AND_HESS(long, bits.view(np.uint8), counts),
        "bool, loss": lambda: LOSS(bits, bits, bits, axis=()),
    }


def message_of(function, *arguments, **options):
    """What the error that must come says."""
    try:
        function(*arguments, **options)
    except ValueError as error:
        return np.frombuffer(str(error).encode(), np.uint8)
    raise AssertionError("no error")


def all_calls():
    calls = integer_calls()
    for name, dtype in DTYPES.items():
        for call, function in (ufunc_calls(dtype) | loss_calls(dtype)).items():
            calls[f"{name}, {call}"] = function
    return calls


CALLS = all_calls()


def bits(returned):
    """The bytes of all results; of an x87 number the ten that hold it."""
    arrays = [np.ascontiguousarray(each) for each in (returned if isinstance(returned, tuple) else (returned,))]
    kept = [10 if array.dtype == np.longdouble and array.itemsize == 16 else array.itemsize for array in arrays]
    parts = [
        array.view(np.uint8).reshape(-1, array.itemsize)[:, :size] for array, size in zip(arrays, kept, strict=True)
    ]
    return b"".join(part.tobytes() for part in parts)


def expected():
    """What every call gives on one thread; called before anything has gone wrong."""
    with pysigmoid.num_threads(1):
        return {name: bits(call()) for name, call in CALLS.items()}


def different(want):
    """The names of the calls that now give other bits."""
    return [name for name, call in CALLS.items() if bits(call()) != want[name]]
