"""A part of the checks, on the instruction set of this process: what selftest starts, one process for each part.

python -m pysigmoid._command.worker EXTENT PART PARTS prints the outcomes as JSON.
"""

import json
import sys
from dataclasses import asdict

import numpy as np

from pysigmoid import num_threads
from pysigmoid._command.function_checks import check_hashes, check_positions, check_values
from pysigmoid._command.inputs import ROWS
from pysigmoid._command.loss_checks import check_losses, check_sums
from pysigmoid._command.outcome import Outcome
from pysigmoid._command.system_checks import check_fork, check_threads


def outcomes(extent: str, part: int, parts: int) -> list[Outcome | None]:
    """Each part has functions of its own; the first also what belongs to none of them."""
    functions = list(ROWS)[part::parts]
    with np.errstate(all="ignore"), num_threads(1):
        found: list[Outcome | None] = [
            check_hashes(functions, extent),
            check_values(functions),
            check_positions(functions),
        ]
        if part == 0:
            found += [check_losses(), check_sums(extent), check_threads(), check_fork()]
    return found


def main() -> None:
    extent, part, parts = sys.argv[1:]
    print(json.dumps([asdict(each) for each in outcomes(extent, int(part), int(parts)) if each]))


if __name__ == "__main__":
    main()
