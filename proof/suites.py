"""python -m proof.suites: the test suite, where processors differ and results must not.

On every instruction set but the best one, which the suite takes by itself. NumPy's own choice of instructions is
switched off beside the last of them, the portable one, as it is on the processors that have no other: NumPy's
exponential and logarithm then have other last bits.
"""

from __future__ import annotations

import os
import subprocess
import sys

from numpy._core import _multiarray_umath

from proof.build import ROOT
from pysigmoid import _core

NUMPYS_SWITCH = "NPY_DISABLE_CPU_FEATURES"
PYTEST = [sys.executable, "-m", "pytest", "--numprocesses=auto", "--maxprocesses=4", "-m", "not timed and not control"]


def variants() -> list[dict[str, str]]:
    """What the environment says in each of the runs."""
    chosen = [name for name in _multiarray_umath.__cpu_dispatch__ if _multiarray_umath.__cpu_features__[name]]
    switched_off = os.environ.get(NUMPYS_SWITCH, "").split()  # here as well, where these tests run in such a suite
    *ours, portable = [{"PYSIGMOID_ISA": isa} for isa in _core.isa_available]
    return [*ours[1:], portable | {NUMPYS_SWITCH: " ".join([*switched_off, *chosen])}]


def passes(variables: dict[str, str]) -> bool:
    print("==", *(f"{name}={value!r}" for name, value in variables.items()), flush=True)
    return subprocess.run(PYTEST, cwd=ROOT, env=os.environ | variables).returncode == 0


if __name__ == "__main__":
    sys.exit(not all([passes(variables) for variables in variants()]))
