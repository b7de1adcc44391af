"""Show what this installation is and runs on.

Versions, processor, kernels, threads and why that many: to be pasted into a bug report. It holds no name of a user and
no path.
"""

import argparse
import math
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

import pysigmoid
from pysigmoid import _core, threads
from pysigmoid._command.report import started

NAME = "info"
EXAMPLES = """\
examples:
  python -m pysigmoid info
  python -m pysigmoid info --json -
"""

VARIABLES = ("PYSIGMOID_ISA", "PYSIGMOID_NUM_THREADS", "OMP_NUM_THREADS")
LIBRARIES = (
    "scipy", "scikit-learn", "pandas", "xarray", "dask", "polars", "pyarrow", "awkward", "ml_dtypes", "torch", "jax",
    "numba", "numexpr", "cython", "xgboost", "lightgbm", "threadpoolctl", "joblib", "tqdm",
)  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def report(options: argparse.Namespace) -> dict[str, Any]:
    config: dict[str, Any] = pysigmoid.show_config(mode="dicts") or {}
    quota = threads._cgroup_quota()
    return started(NAME) | {
        "build": build(config),
        "numpy": np.__version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "gil": bool(getattr(sys, "_is_gil_enabled", lambda: True)()),
        "system": platform.platform(),
        "cpu": {"model": cpu_model(), "features": list(_core.cpu_features), "count": os.cpu_count()},
        "kernels": {"in_use": _core.isa, "available": list(_core.isa_available)},
        "threads": {
            "count": config["threads"],
            "because_of": config["threads_source"],
            "affinity": threads._cpus_allowed(),
            "quota": None if math.isinf(quota) else quota,
        },
        "variables": {name: shortened(os.environ.get(name)) for name in VARIABLES},
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def build(config: dict[str, Any]) -> str:
    """What the extension says of itself; else what its file is named for."""
    said = config.get("build")
    if isinstance(said, dict):
        return ", ".join(f"{key} {value}" for key, value in said.items())
    return str(said or Path(_core.__file__ or "").name)


def cpu_model() -> str:
    """As the Linux kernel names it; elsewhere the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def shortened(value: str | None) -> str | None:
    return value if value is None or len(value) <= 40 else value[:37] + "..."


def version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def text(report: dict[str, Any]) -> str:
    cpu, kernels, counted = report["cpu"], report["kernels"], report["threads"]
    quota = "none" if counted["quota"] is None else f"{counted['quota']:.3g} CPUs"
    rows = {
        "pysigmoid": report["version"],
        "build": report["build"],
        "NumPy": report["numpy"],
        "Python": f"{report['python']}, GIL {'on' if report['gil'] else 'off'}",
        "system": report["system"],
        "processor": f"{cpu['model']}, {cpu['count']} CPUs",
        "features": " ".join(cpu["features"]),
        "kernels": f"{kernels['in_use']}, of {', '.join(kernels['available'])}",
        "threads": f"{counted['count']}, because of {counted['because_of']}",
        "affinity": f"{counted['affinity']} CPUs",
        "quota": quota,
    }
    rows |= {name: "not set" if value is None else repr(value) for name, value in report["variables"].items()}
    rows |= {name: value or "not installed" for name, value in report["libraries"].items()}
    return "\n".join(f"{name + ':':23}{value}" for name, value in rows.items())
