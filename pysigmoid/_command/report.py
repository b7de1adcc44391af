"""What every report begins with, and progress for those who wait."""

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any, TypeVar

from pysigmoid._version import __version__

SCHEMA = 1  # the version of schema.json: a reader of one version reads all reports of it

T = TypeVar("T")


def started(command: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "command": command, "version": __version__}


def progress(items: Iterable[T], total: int, unit: str) -> Iterable[T]:
    """A bar on a terminal, where tqdm is installed and colours are not refused."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return items
    try:
        tqdm: Any = import_module("tqdm")
    except ImportError:
        return items
    bar: Iterable[T] = tqdm.tqdm(items, total=total, unit=unit, leave=False)
    return bar
