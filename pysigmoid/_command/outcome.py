"""What a check has found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pysigmoid._command.inputs import Array

SHOWN = 3


@dataclass
class Outcome:
    """One check on one instruction set: how many inputs it took, and what was wrong, `SHOWN` of each thing at most."""

    check: str
    isa: str
    inputs: int = 0
    wrong: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, what: str, at: Iterable[Any], got: Any, want: Any) -> None:
        self.wrong += 1
        if sum(failure["what"] == what for failure in self.failures) < SHOWN:
            found = {"what": what, "input": [as_hex(x) for x in at], "got": as_hex(got), "want": as_hex(want)}
            self.failures.append(found)

    def compare(self, what: str, inputs: list[Array], got: Array, want: Array) -> None:
        """All elements, bit by bit; nan is nan."""
        self.inputs += want.size
        if got.tobytes() == want.tobytes():
            return
        got, want = got.reshape(-1), want.reshape(-1)
        same = (got == want) & (np.signbit(got) == np.signbit(want)) | (np.isnan(got) & np.isnan(want))
        for i in np.flatnonzero(~same):
            self.fail(what, [x.reshape(-1)[i] for x in inputs if x.size == want.size], got[i], want[i])


def as_hex(number: Any) -> str:
    """Floats in hexadecimal; of a long double, which Python cannot print so, all digits."""
    if isinstance(number, str):
        return number
    return str(number) if isinstance(number, np.longdouble) else float(number).hex()
