"""Runs the harness `sweep`, as many at a time as it may use processors."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from pysigmoid._command.progress import progress


def sweep(command: list[str]) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def processors() -> int:
    """How many this process may use: all, or those that `taskset` leaves it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(commands: list[list[str]], title: str) -> list[list[str]]:
    with ThreadPoolExecutor(processors()) as pool:
        return list(progress(pool.map(sweep, commands), len(commands), "piece", title))
