"""The losses need little memory beside their results: no operand is copied whole, whatever its type and layout."""

import tracemalloc
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import processes
import pysigmoid
from pysigmoid import functional as F
from test_memory import measured_in_a_new_process

logits_loss = F.binary_cross_entropy_with_logits
loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad
grad_and_hess = F.binary_cross_entropy_with_logits_grad_and_hess
all_three = F.binary_cross_entropy_with_logits_value_grad_and_hess

N = 1 << 21
LEAST_COPY = N  # bytes: of one operand in the narrowest type
THREADS = 2
LIMIT = THREADS << 20

COLUMNS = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
X = np.ascontiguousarray(COLUMNS[:, 0])
LABELS = X > 0
WIDE_LABELS = LABELS.astype(np.int64)
BIG_ENDIAN = X.astype(">f4")
ROWS = (X.reshape(-1, 512), WIDE_LABELS.reshape(-1, 512))
WHERE = X < 1
ONE_WRONG = WIDE_LABELS.copy()
ONE_WRONG[N // 2] = 7
GRAD, HESS = np.ones((2, N), np.float32)
WIDE_GRAD = np.ones(N)
BFLOAT16 = X.astype(ml_dtypes.bfloat16)


def fails(*arguments, **options):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        logits_loss(*arguments, **options)


ALL_MASKED = [np.ma.MaskedArray(values, WHERE) for values in (X, LABELS, X, X, WHERE)]

# The call, and the bytes of the results it makes.
CALLS = {
    "value": (lambda: logits_loss(X, LABELS), 0),
    "int64 labels": (lambda: loss_and_grad(X, WIDE_LABELS, grad_out=GRAD), 0),
    "new gradient": (lambda: loss_and_grad(X, WIDE_LABELS), X.nbytes),
    "new gradient and Hessian": (lambda: grad_and_hess(X, WIDE_LABELS), 2 * X.nbytes),
    "value, new gradient and Hessian": (lambda: all_three(X, WIDE_LABELS), 2 * X.nbytes),
    "wider gradient": (lambda: loss_and_grad(X, LABELS, grad_out=WIDE_GRAD), 0),
    "big endian": (lambda: loss_and_grad(BIG_ENDIAN, BIG_ENDIAN > 0, grad_out=GRAD), LABELS.nbytes),
    "bfloat16": (lambda: logits_loss(BFLOAT16, WIDE_LABELS, 2.0), 0),
    "strided": (lambda: loss_and_grad(COLUMNS[:, 1], LABELS[::-1], grad_out=GRAD[::-1]), 0),
    "reversed Fortran order": (lambda: logits_loss(ROWS[0].T[::-1], ROWS[1].T[::-1], reduction="sum"), 0),
    "columns of one matrix": (lambda: grad_and_hess(COLUMNS[:, 0], LABELS, grad_out=COLUMNS[:, 1], hess_out=HESS), 0),
    "in place": (lambda: loss_and_grad(GRAD, LABELS, grad_out=GRAD), 0),
    "weights": (lambda: logits_loss(*ROWS, np.ones(512), pos_weight=3, reduction="weighted_mean"), 512 * 8),
    "weight of each row": (lambda: logits_loss(*ROWS, np.ones((N // 512, 1)), label_smoothing=0.1), N // 512 * 8),
    "mask": (lambda: logits_loss(X, WIDE_LABELS, where=WHERE), 0),
    "masked array": (lambda: logits_loss(np.ma.MaskedArray(X, WHERE), WIDE_LABELS), 0),
    "masked array without a mask": (lambda: logits_loss(np.ma.MaskedArray(X), WIDE_LABELS), 0),
    "masked arrays alone": (lambda: logits_loss(*ALL_MASKED[:3], pos_weight=ALL_MASKED[3], where=ALL_MASKED[4]), 0),
    "ignore_value": (lambda: loss_and_grad(X, WIDE_LABELS, ignore_value=1, grad_out=GRAD), 0),
    "sum over rows": (lambda: logits_loss(*ROWS, axis=1), N // 512 * 4),
    "sum over columns": (lambda: loss_and_grad(*ROWS, axis=0, grad_out=GRAD.reshape(-1, 512)), 512 * 4),
    "two sums, masked": (lambda: logits_loss(*ROWS, np.ones(512), axis=0, where=WHERE.reshape(-1, 512)), 512 * 12),
    "no sum": (lambda: logits_loss(X, WIDE_LABELS, reduction="none", out=GRAD), 0),
    "no sum, wider": (lambda: logits_loss(X, WIDE_LABELS, reduction="none", dtype=np.float64), 8 * N),
    "no sum, wider buffer": (lambda: logits_loss(X, WIDE_LABELS, reduction="none", out=WIDE_GRAD), 0),
    "focal": (lambda: F.sigmoid_focal_loss_value_and_grad(X, WIDE_LABELS, reduction="mean", grad_out=GRAD), 0),
    "probabilities": (lambda: F.binary_cross_entropy(LABELS, WIDE_LABELS), 0),
    "error": (lambda: fails(X, ONE_WRONG), 0),
    "error, buffer given": (lambda: fails(X, ONE_WRONG, out=np.empty(())), 0),
}


@pytest.mark.parametrize("case", CALLS)
def test_arrays_made_are_the_results_alone(case):
    """NumPy tells tracemalloc of every array."""
    call, made = CALLS[case]
    with pysigmoid.num_threads(THREADS):
        call()
        tracemalloc.start()
        try:
            call()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak <= made + LEAST_COPY // 4


RESIDENT = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
import pysigmoid, test_temporaries

def kilobytes(of):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(of))

def growth(call):
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    before = kilobytes("VmHWM")
    call()
    return kilobytes("VmHWM") - before

pysigmoid.set_num_threads({THREADS})
print(max(growth(call) for call, made in test_temporaries.CALLS.values() if made < {LEAST_COPY}))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="platform: no /proc/self/clear_refs here")
def test_resident_memory_grows_by_less_than_a_megabyte_a_thread():
    """In a process of its own, stacks of the threads included."""
    assert measured_in_a_new_process(RESIDENT) * 1024 < LIMIT


def test_results_too_large_for_memory_are_an_error():
    """An operand without strides may have more elements than there is memory."""
    logits = np.broadcast_to(np.float32(0), (1 << 30, 1 << 20))
    with pytest.raises(MemoryError):
        loss_and_grad(logits, logits, reduction="none")
    out = np.full(1, 7, np.float32)
    every_row = np.lib.stride_tricks.as_strided(out, (1 << 48,), (0,))
    logits = np.broadcast_to(np.float32(0), (1 << 48, 1025))
    with pytest.raises(MemoryError):
        logits_loss(logits, logits, axis=1, validate=False, out=every_row)
    assert out == 7


def test_calls_fit_on_a_stack_of_128_kilobytes():
    """That of a thread where the C library is musl."""
    processes.run(
        """
        def call():
            for char in "efd":
                logits, labels = np.linspace(-3, 3, 5000).astype(char), np.arange(5000) % 2
                factors = np.full(5000, 2, np.float32), np.ones(5000, ">f8")
                for loss in (F.binary_cross_entropy_with_logits, F.binary_cross_entropy_with_logits_value_and_grad):
                    loss(logits, labels, factors[0], pos_weight=factors[1], dtype=np.float16)
                F.sigmoid_focal_loss_grad_and_hess(logits, labels, where=labels > 0)

        threading.stack_size(128 * 1024)
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        """,
        prelude="import threading\nimport numpy as np\nfrom pysigmoid import functional as F\n",
    )
