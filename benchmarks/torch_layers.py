"""Forward and backward of `pysigmoid.torch` over torch's own: `python -m benchmarks.torch_layers`, where torch is.

Processor time of one thread, minimum of rounds in which the contenders take turns. malloc keeps its memory, for all:
otherwise the pages that it returns to the system between two calls decide. `--output FILE --processor NAME` keeps the
ratios, from which the table of docs/torch.md is made.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "67108864",
}
SIZES = (64, 8192, 1 << 20)

# Ratios to reach on processors with AVX2, by size.
AIMS = {
    "BCEWithLogits, mean": (0.95, 0.70, 0.30),
    "focal, mean": (0.37, 0.40, 0.30),
    "LogSigmoid": (1.5, 1.2, 0.70),
    "Softplus": (1.55, 1.2, 0.55),
    "SiLU": (1.55, 1.4, 0.95),
    "Sigmoid": (1.55, 1.4, 1.10),
    "BCEWithLogits, mean, bfloat16": (1.15, 0.9, 0.45),
    "BCEWithLogits, mean, float64": (1.05, 0.7, 0.45),
    "Sigmoid, no gradient": (2.5, None, None),
    "BCEWithLogits, mean, no gradient": (0.7, None, None),
}


def torchvisions_focal_loss(x, t, alpha=0.25, gamma=2.0):
    """The formula of torchvision.ops, in torch."""
    import torch

    p = torch.sigmoid(x)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none")
    loss = loss * (1 - (p * t + (1 - p) * (1 - t))) ** gamma
    return ((alpha * t + (1 - alpha) * (1 - t)) * loss).mean()


def contenders():
    """Ours and torch's of each row, as functions of logits and labels."""
    import torch

    import pysigmoid.torch as pt

    theirs, loss = torch.nn.functional, "binary_cross_entropy_with_logits"
    return {
        "BCEWithLogits, mean": (getattr(pt, loss), getattr(theirs, loss)),
        "focal, mean": (lambda x, t: pt.sigmoid_focal_loss(x, t, reduction="mean"), torchvisions_focal_loss),
        "LogSigmoid": (lambda x, t: pt.logsigmoid(x), lambda x, t: theirs.logsigmoid(x)),
        "Softplus": (lambda x, t: pt.softplus(x), lambda x, t: theirs.softplus(x)),
        "SiLU": (lambda x, t: pt.silu(x), lambda x, t: theirs.silu(x)),
        "Sigmoid": (lambda x, t: pt.sigmoid(x), lambda x, t: torch.sigmoid(x)),
    }


def steps(row, size):
    """Two functions without arguments that do the work of a row once, ours and torch's."""
    import torch

    name, dtype = row.removesuffix(", no gradient"), torch.float32
    for suffix in ("bfloat16", "float64"):
        if name.endswith(f", {suffix}"):
            name, dtype = name.removesuffix(f", {suffix}"), getattr(torch, suffix)
    torch.manual_seed(0)
    wants_grad = "no gradient" not in row
    x = (torch.randn(size) * 3).to(dtype).requires_grad_(wants_grad)
    t = torch.rand(size).round().to(dtype)
    ones = torch.ones(size, dtype=dtype)

    def step(function):
        def once():
            result = function(x, t)
            if wants_grad:
                result.backward(None if result.ndim == 0 else ones)
                x.grad = None

        return once

    return [step(function) for function in contenders()[name]]


def ratio(row, size, rounds):
    """Our least time over torch's."""
    ours, theirs = steps(row, size)
    calls = max(1, 3_000 // (size + 100))  # short: on a busy machine few moments are quiet
    least = [float("inf")] * 2
    for _ in range(rounds):
        for position, step in enumerate((ours, theirs)):
            begin = time.thread_time()
            for _ in range(calls):
                step()
            least[position] = min(least[position], (time.thread_time() - begin) / calls)
    return least[0] / least[1]


def ratios(row, aims):
    """Of all sizes; None where nothing is aimed at."""
    sized = zip(SIZES, aims, strict=True)
    return [None if aim is None else ratio(row, size, 60 if size > 10_000 else 1_000) for size, aim in sized]


def line(row, found):
    cells = [
        "" if aim is None else f"{value:.2f} {'' if value <= aim else f'(aim {aim})':10}"
        for value, aim in zip(found, AIMS[row], strict=True)
    ]
    return f"{row:36}" + "".join(f"{cell:>16}" for cell in cells)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torch_layers", description=__doc__)
    parser.add_argument("--output", type=Path, help="file for the ratios, as JSON")
    parser.add_argument("--processor", default="unknown", help="its name, for the file")
    return parser.parse_args()


def main():
    import torch

    import pysigmoid

    options = arguments()
    torch.set_num_threads(1)
    pysigmoid.set_num_threads(1)
    print(f"{'ours / torch, forward and backward':36}" + "".join(f"{size:>16,}" for size in SIZES))
    found = {}
    for row, aims in AIMS.items():
        found[row] = ratios(row, aims)
        print(line(row, found[row]), flush=True)
    if options.output is not None:
        rounded = {row: [each and round(each, 3) for each in values] for row, values in found.items()}
        record = {"processor": options.processor, "torch": torch.__version__, "sizes": SIZES, "ratios": rounded}
        options.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    if KEEP_MEMORY.items() <= os.environ.items():
        main()
    else:
        command = [sys.executable, "-m", "benchmarks.torch_layers", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | KEEP_MEMORY)
