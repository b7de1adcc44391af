"""What this installation runs on."""

from typing import Any

import numpy as np

from pysigmoid import _core
from pysigmoid._version import __version__


def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Show the version of the package and the instruction set its kernels use.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        "stdout" prints the settings, "dicts" returns them.

    Returns
    -------
    dict or None
        With ``mode="dicts"`` a dict with the keys "version" (of pysigmoid), "numpy" (its version), "cpu_features" (what
        this processor offers), "isa" (the instruction set in use), "isa_available" (those this processor can run).

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
    """
    if mode not in ("stdout", "dicts"):
        raise ValueError(f"mode is {mode!r}; choose 'stdout' or 'dicts'")
    config = {
        "version": __version__,
        "numpy": np.__version__,
        "cpu_features": _core.cpu_features,
        "isa": _core.isa,
        "isa_available": _core.isa_available,
    }
    if mode == "dicts":
        return config
    for key, value in config.items():
        print(f"{key}: {value if isinstance(value, str) else ' '.join(value)}")
    return None
