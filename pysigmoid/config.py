"""What this installation runs on."""

from typing import Any, Literal, overload

import numpy as np

from pysigmoid import _core
from pysigmoid._version import __version__
from pysigmoid.threads import get_num_threads, threads_source


@overload
def show_config(mode: Literal["stdout"] = "stdout") -> None: ...
@overload
def show_config(mode: Literal["dicts"]) -> dict[str, Any]: ...
def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Show the version of the package, the instruction set its kernels use, and its threads.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        "stdout" prints the settings, "dicts" returns them.

    Returns
    -------
    dict or None
        With ``mode="dicts"`` a dict with the keys "version" (of pysigmoid), "numpy" (its version), "build" (a dict of
        "api": "abi3", which serves every Python from 3.11 on, or "full"; "compiler"; "flags"), "cpu_features" (what
        this processor offers), "isa" (the instruction set in use; "avx512_few_divisions" is AVX-512 for processors that
        take long over a division), "isa_available" (those this processor can run, best first), "threads" (how many a
        call from this thread may use), "threads_source" (who decided on that: "num_threads", "set_num_threads",
        "threadpoolctl", an environment variable, "CPU quota" or "CPUs"), "workers" (the threads that exist beside the
        callers: none before the first call that is worth them, and fewer than "threads" - 1 where the system refused
        them).

    Raises
    ------
    ValueError
        For any other `mode`.

    Examples
    --------
    >>> import pysigmoid
    >>> config = pysigmoid.show_config(mode="dicts")
    >>> config["isa"] in config["isa_available"]
    True
    >>> config["threads"] == pysigmoid.get_num_threads()
    True
    """
    if mode not in ("stdout", "dicts"):
        raise ValueError(f"mode is {mode!r}; choose 'stdout' or 'dicts'")
    config = {
        "version": __version__,
        "numpy": np.__version__,
        "build": dict(_core.build),
        "cpu_features": _core.cpu_features,
        "isa": _core.isa,
        "isa_available": _core.isa_available,
        "threads": get_num_threads(),
        "threads_source": threads_source(),
        "workers": _core.pool_workers(),
    }
    if mode == "dicts":
        return config
    for key, value in config.items():
        print(f"{key}: {' '.join(value) if isinstance(value, tuple) else value}")
    return None
