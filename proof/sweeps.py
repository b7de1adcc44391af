"""Runs the harness `sweep`, as many at a time as there are processors."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm


def sweep(command: list[str]) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def in_parallel(commands: list[list[str]], title: str) -> list[list[str]]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(tqdm(pool.map(sweep, commands), total=len(commands), desc=title, disable=None))
