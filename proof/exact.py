"""Every float32 against long double, and against MPFR where that cannot decide; two outputs against one.

proved.json has the hash of all float32 outputs of each function that went through this without a fault. Outputs with
that hash are the same ones: they need no second proof.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import oracle
from hard_inputs import HARD_INPUTS
from proof import hashes
from proof.sweeps import in_parallel
from ulp import FORMATS

PROVED = Path(__file__).with_name("proved.json")

EXACT = (
    "sigmoid",
    "sigmoid_fast",
    "sigmoid_derivative",
    "softplus",
    "log_sigmoid",
    "log_sigmoid_derivative",
    "logit",
    "silu_derivative",
    "silu",
)

# Functions with two outputs: every float32, beside the functions that the outputs belong to.
PAIRS = (
    "sigmoid_and_derivative",
    "log_sigmoid_and_derivative",
    "softplus_and_derivative",
    "silu_and_derivative",
)

# Where something can happen, as bit patterns of |x|: from 2^-31, below which every function is linear to the last bit
# of a double, to 200, above which the exponential adds nothing. Probabilities start at the smallest of them.
REAL = (0x30000000, 0x43480000)
PROBABILITY = (0x00000001, 0x3F800000)
SIGN = 0x80000000
PIECES = 16
BLOCK = 1 << 16

Ranges = list[tuple[int, int]]


def committed(name: str) -> str:
    """The hash of every float32 output."""
    return hashes.committed()[name]["float32"]["1"]


def proved() -> dict[str, str]:
    return dict(json.loads(PROVED.read_text())) if PROVED.exists() else {}


def is_proved(name: str) -> bool:
    return proved().get(name) == committed(name)


def record_proved(name: str) -> None:
    """After a sweep without a fault, of outputs that have the committed hash."""
    table = proved() | {name: committed(name)}
    PROVED.write_text(json.dumps({name: table[name] for name in EXACT + PAIRS if name in table}, indent=1) + "\n")


def ranges(name: str) -> Ranges:
    if name in PAIRS:
        length = (1 << 32) // PIECES
        return [(begin, begin + length) for begin in range(0, 1 << 32, length)]
    low, high = PROBABILITY if name == "logit" else REAL
    length = -(-(high - low) // PIECES)
    pieces = [(begin, min(begin + length, high)) for begin in range(low, high, length)]
    return pieces if name == "logit" else pieces + [(SIGN + begin, SIGN + end) for begin, end in pieces]


def inputs_swept(name: str) -> int:
    return sum(end - begin for begin, end in ranges(name))


def ranges_of_hard_inputs(name: str) -> Ranges:
    """The blocks of inputs in which a listed float32 lies."""
    inputs = [float.fromhex(x) for function, dtype, x, _ in HARD_INPUTS if (function, dtype) == (name, "float32")]
    blocks = {int(bits) // BLOCK for bits in np.array(inputs, np.float32).view(np.uint32)}
    return [(block * BLOCK, (block + 1) * BLOCK) for block in sorted(blocks)]


def check(runner: list[str], isa: str, name: str, where: Ranges) -> tuple[list[str], np.ndarray]:
    """What is wrong, and the inputs at which the error is worst, one of each range."""
    commands = [[*runner, "exact", isa, name, hex(begin), hex(end)] for begin, end in where]
    lines = [line.split() for output in in_parallel(commands, f"{isa} {name}") for line in output]
    done = [line for line in lines if line[0] == "done"]
    near = [line[1:] for line in lines if line[0] == "near"]
    worst = max(done, key=lambda line: float(line[3]))
    print(f"{isa} {name}: worst error {worst[3]} ULP at {worst[4]}; {len(near)} inputs left to MPFR", flush=True)
    wrong = [
        f"{isa}: {name}({x}) gives {got}, which is wrong"
        for word, x, got in (line[:3] for line in lines)
        if word == "wrong"
    ]
    return wrong + undecided(isa, name, near), np.array([float.fromhex(line[4]) for line in done], np.float32)


def undecided(isa: str, name: str, near: list[list[str]]) -> list[str]:
    """The inputs next to a rounding boundary, decided in as many digits as it takes."""
    x, got = (np.array([float.fromhex(pair[k]) for pair in near], np.float32) for k in (0, 1))
    want = oracle.correctly_rounded(name, x, FORMATS["float32"]) if len(near) else got
    return [
        f"{isa}: {name}({float(a).hex()}) gives {float(b).hex()}, not {float(c).hex()}"
        for a, b, c in zip(x, got, want, strict=True)
        if b != c
    ]
