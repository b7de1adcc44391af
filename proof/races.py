"""The pool and the loops, hammered from several threads under ThreadSanitizer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from proof.build import build_race, compiler_of_python

SECONDS = 20
SANITIZER = ("-fsanitize=thread", "-g", "-O1")


def check(folder: Path) -> list[str]:
    """What the sanitizers of the compilers here have to say."""
    compilers = dict.fromkeys([compiler_of_python(), *(name for name in ("clang",) if shutil.which(name))])
    return [
        f"race, built by {compiler}: {report}"
        for number, compiler in enumerate(compilers)
        for report in run(build_race(folder / f"race{number}", compiler, *SANITIZER), SECONDS)
    ]


def run(program: Path, seconds: int) -> list[str]:
    """The report of a run that did not end well. The sanitizer's memory may not fit a randomized address space."""
    fixed_addresses = ["setarch", "-R"] if shutil.which("setarch") else []
    command = [*fixed_addresses, str(program), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 10 * seconds)
    print(f"race, {seconds} s: {done.stdout.strip()} (rounds, workers)")
    return [] if done.returncode == 0 and not done.stderr else [done.stderr or f"exit code {done.returncode}"]
