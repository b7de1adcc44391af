"""The losses: against committed hashes, the documented order of their sums, and the exact sum of their terms."""

import math

import numpy as np

from pysigmoid import _core
from pysigmoid import functional as F
from pysigmoid._command.committed import committed
from pysigmoid._command.inputs import drawn
from pysigmoid._command.losses import DTYPES, LOGITS, SIZE, UNIT, calls, documented_sum, hash_of_results
from pysigmoid._command.outcome import Outcome

LENGTHS = (1, 15, 16, 17, 1023, 1024, 1025, 3073, 65_537, 300_001)
NODE = 1 << 20  # terms; from here on threads get larger parts of a sum


def check_losses() -> Outcome:
    outcome = Outcome("losses", _core.isa)
    for dtype in DTYPES:
        for name, call in calls(dtype).items():
            got, want = hash_of_results(call()), committed()["losses"][dtype][name]
            outcome.inputs += SIZE
            if got != want:
                outcome.fail(f"{name} in {dtype}", [f"{SIZE} elements"], f"hash {got}", f"hash {want}")
    return outcome


def check_sums(extent: str) -> Outcome:
    """float64 losses are the documented sum of their terms, and that is the exact sum to a few ULP."""
    outcome = Outcome("documented sums", _core.isa)
    for n in (*LENGTHS, *((NODE + 1025,) if extent == "full" else ())):
        indices = np.arange(n, dtype=np.uint64)
        x, y = drawn(indices, 0, LOGITS), drawn(indices, 1, UNIT)
        terms = F.binary_cross_entropy_with_logits(x, y, reduction="none")
        got, want = F.binary_cross_entropy_with_logits(x, y, reduction="sum"), documented_sum(terms)
        outcome.inputs += n
        if got != want or abs(got - math.fsum(terms)) > 1e-13 * want:
            outcome.fail(f"sum of {n} losses", [f"elements 0 to {n}"], got, want)
    return outcome
