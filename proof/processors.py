"""python -m proof.processors: import, settings and the bits of every function and loss on processors that are not here.

smoke.py runs in an emulator of user programs, as on processors of other generations: nothing may be an instruction they
do not have, and every bit must be the one computed here.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from proof.build import ROOT
from proof.sweeps import processors

EMULATOR = "qemu-x86_64"

# The instruction sets that the choice may fall on, best first. NumPy's own wheels need x86-64-v2, as Nehalem has it.
# An emulator without AVX-512, as qemu 7.2, takes the rest of that processor.
GENERATIONS = {
    "Nehalem": ("scalar",),  # no AVX
    "IvyBridge": ("scalar",),  # AVX and F16C, neither FMA nor AVX2
    "Haswell": ("avx2",),
    "Skylake-Server": ("avx512_few_divisions", "avx2"),
}


def smoke(*emulator: str) -> dict[str, Any]:
    """What smoke.py has printed last. Our variables would choose for the processor."""
    environment = {name: value for name, value in os.environ.items() if name != "PYSIGMOID_ISA"}
    command = [*emulator, sys.executable, "-m", "proof.smoke"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def differences(generation: str, here: dict[str, Any]) -> list[str]:
    """What another generation of processors makes of it."""
    try:
        there = smoke(EMULATOR, "-cpu", generation)
    except (RuntimeError, subprocess.TimeoutExpired) as failure:
        return [f"{generation}: {failure}"]
    best, isa = GENERATIONS[generation][0], there["isa"]
    missing = "" if isa == best else f"; the emulator has no {best}"
    print(f"{generation}: {isa}, {len(there['hashes'])} hashes{missing}", flush=True)
    wrong = [
        f"{generation}: {name} differs" for name, bits in here["hashes"].items() if there["hashes"].get(name) != bits
    ]
    return wrong + ([] if isa in GENERATIONS[generation] else [f"{generation}: {isa} was chosen"])


def check() -> list[str]:
    if platform.machine() != "x86_64" or not shutil.which(EMULATOR):
        print(f"no {EMULATOR} here, or no x86-64: other generations of processors are not checked")
        return []
    here = smoke()
    with ThreadPoolExecutor(processors()) as pool:
        return [line for lines in pool.map(lambda one: differences(one, here), GENERATIONS) for line in lines]


if __name__ == "__main__":
    wrong = check()
    print("\n".join(wrong) or "every processor gives the same bits")
    sys.exit(bool(wrong))
