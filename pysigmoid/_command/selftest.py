"""Try every function and loss on this machine, on every instruction set it has.

Outputs are held against committed hashes and correctly rounded values, at every length, position and stride, on one
thread and on many, in a forked child; sums of losses against the documented order of their terms. A minute on two
processors, ten seconds with --quick.
"""

import argparse
import time
from typing import Any

from pysigmoid import _core
from pysigmoid._command.function_checks import STEPS
from pysigmoid._command.inputs import dtype_named
from pysigmoid._command.processes import PROCESSES, Found, Job, outcomes
from pysigmoid._command.progress import progress
from pysigmoid._command.report import started

NAME = "selftest"
EXAMPLES = """\
examples:
  python -m pysigmoid selftest
  python -m pysigmoid selftest --quick
  python -m pysigmoid selftest --quick --json -

exit status: 0 all held, 1 an output is wrong: it is named, with input, result and what it should be
"""

PARTS = {"full": 4, "quick": 2}  # processes for each instruction set
PROVED = {
    "hashes": "outputs of every {step}th block of inputs are those of the proofs, bit for bit",
    "correctly rounded values": "results are the listed ones, or as near to them as their bound",
    "positions and strides": "neither length, position, stride or buffer change a bit",
    "losses": "losses, sums and derivatives are those of the proofs, bit for bit",
    "documented sums": "float64 losses add up in the documented order",
    "threads": "2 threads and all give the bits of one",
    "fork": "a forked child computes the same, on threads of its own",
}
NO_BFLOAT16 = "bfloat16: ml_dtypes is not installed"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="a sixteenth of the inputs")


def report(options: argparse.Namespace) -> dict[str, Any]:
    begin = time.perf_counter()
    extent = "quick" if options.quick else "full"
    parts = PARTS[extent]
    jobs = [Job(isa, extent, part, parts) for part in range(parts) for isa in reversed(_core.isa_available)]
    checks: dict[tuple[str, str], dict[str, Any]] = {}
    order = [*PROVED, PROCESSES]
    for found in progress(outcomes(jobs), len(jobs), "part", NAME):
        for check in found:
            add(checks, check)
    return started(NAME) | {
        "extent": extent,
        "held": not any(check["wrong"] for check in checks.values()),
        "isas": list(_core.isa_available),
        "left_out": [] if dtype_named("bfloat16") else [NO_BFLOAT16],
        "checks": sorted(checks.values(), key=lambda check: order.index(check["check"])),
        "seconds": round(time.perf_counter() - begin, 2),
    }


def add(checks: dict[tuple[str, str], dict[str, Any]], found: dict[str, Any]) -> None:
    """The parts of a check on an instruction set are one."""
    check = checks.setdefault((found["isa"], found["check"]), found)
    if check is not found:
        check["inputs"] += found["inputs"]
        check["wrong"] += found["wrong"]
        check["failures"] += found["failures"]


# ---- text ----


def text(report: dict[str, Any]) -> str:
    checks = report["checks"]
    names = dict.fromkeys(check["check"] for check in checks)
    inputs = {(check["check"], check["isa"]): check["inputs"] for check in checks}
    head = f"pysigmoid {report['version']}, selftest ({report['extent']}): how many inputs were tried, and for what"
    header = f"{'':26}" + "".join(f"{isa:>14}" for isa in report["isas"])
    rows = [
        f"{name:26}{''.join(f'{inputs.get((name, isa), 0):>14,}' for isa in report['isas'])}   {proved(name, report)}"
        for name in names
    ]
    left_out = [f"not tried: {reason}" for reason in report["left_out"]]
    return "\n".join([head, header, *rows, *left_out, *failures(checks), verdict(report)])


def proved(name: str, report: dict[str, Any]) -> str:
    return PROVED.get(name, "each part of the checks ended").format(step=STEPS[report["extent"]])


def failures(checks: Found) -> list[str]:
    return [
        f"FAILED on {check['isa']}, {check['check']}: {failure['what']}\n"
        f"  input {', '.join(failure['input'])}\n  got   {failure['got']}\n  want  {failure['want']}"
        for check in checks
        for failure in check["failures"]
    ]


def verdict(report: dict[str, Any]) -> str:
    total = sum(check["inputs"] for check in report["checks"])
    wrong = sum(check["wrong"] for check in report["checks"])
    if wrong:
        return f"failed: {wrong:,} outputs are wrong; please report this, with the output of `python -m pysigmoid info`"
    return f"all held: {total:,} inputs, {report['seconds']} s"
