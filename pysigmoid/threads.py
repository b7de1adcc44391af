"""How many threads a call may use, and how other libraries tell us.

A call on an array that keeps one thread busy for longer than 0.1 ms is shared among threads. The number is, until
`set_num_threads` or `num_threads` says otherwise,

1. PYSIGMOID_NUM_THREADS of the environment; else
2. the first number of OMP_NUM_THREADS, which joblib, Dask and many others set in the processes they start; else
3. the number of CPUs this process may run on, or its quota of CPU time in a Linux control group, rounded up, if that is
   less,

as found when pysigmoid is imported. Results have the same bits for any number.

threadpoolctl (3.2 or newer) knows us by the name "pysigmoid" when it was imported before pysigmoid; when it comes
later, call `register_with_threadpoolctl()`. It sets the number of the whole process.
"""

from __future__ import annotations

import math
import operator
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ContextDecorator
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np

from pysigmoid import _core
from pysigmoid._version import __version__
from pysigmoid._warnings import warn_importer

__all__ = ["get_num_threads", "num_threads", "register_with_threadpoolctl", "set_num_threads"]

LIMIT = _core.most_threads


def set_num_threads(n: SupportsIndex) -> None:
    """Set how many threads a call may use, in all of this process.

    Parameters
    ----------
    n : int
        From 1 to 1024, the calling thread included. It may exceed the number of CPUs.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is out of range. The setting stays as it was.

    See Also
    --------
    num_threads : for the calling thread alone, and for a while.

    Notes
    -----
    Threads that exist already stay asleep until they are wanted again. A forked child keeps the setting.

    Examples
    --------
    >>> import pysigmoid
    >>> before = pysigmoid.get_num_threads()
    >>> pysigmoid.set_num_threads(1)
    >>> pysigmoid.get_num_threads()
    1
    >>> pysigmoid.set_num_threads(before)
    """
    _set_process_threads(_checked(n), "set_num_threads")


def get_num_threads() -> int:
    """Tell how many threads a call from this thread may use.

    Returns
    -------
    int
        The number of the innermost `num_threads` of the calling thread, or else that of the process.

    Examples
    --------
    >>> import pysigmoid
    >>> 1 <= pysigmoid.get_num_threads() <= 1024
    True
    """
    return _core.own_threads() or _core.process_threads()


class num_threads(ContextDecorator):
    """Set how many threads calls may use inside a `with` block, for the calling thread alone.

    Parameters
    ----------
    n : int
        From 1 to 1024, the calling thread included.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is out of range.

    Notes
    -----
    Blocks nest; each gives back the setting it found, also when it raises. One object may be used again and again,
    inside its own block, and by several threads at once. It also decorates functions.

    The setting belongs to the operating system's thread. A coroutine that awaits inside the block shares it with
    whatever runs on the same thread meanwhile: keep the block between two awaits.

    Examples
    --------
    >>> import pysigmoid
    >>> alone = pysigmoid.num_threads(1)
    >>> with alone:
    ...     pysigmoid.get_num_threads()
    1
    >>> @alone
    ... def threads_inside():
    ...     return pysigmoid.get_num_threads()
    >>> threads_inside()
    1
    """

    def __init__(self, n: SupportsIndex) -> None:
        self._count = _checked(n)
        self._found = _Found()

    def __enter__(self) -> None:
        self._found.settings = (_core.own_threads(), self._found.settings)
        _core.set_own_threads(self._count)

    # Allocates nothing, so that it cannot fail: unpacking would take an iterator.
    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        _core.set_own_threads(self._found.settings[0])
        self._found.settings = self._found.settings[1]

    def __repr__(self) -> str:
        return f"pysigmoid.num_threads({self._count})"


class _Found(threading.local):
    """What the blocks of one object have found in this thread: the innermost setting, and those outside of it."""

    def __init__(self) -> None:
        self.settings: Any = None


def _checked(n: SupportsIndex) -> int:
    try:
        if isinstance(n, bool | np.bool):  # NumPy before 2.3 takes its own for an index, with a warning
            raise TypeError
        count = operator.index(n)
    except TypeError:
        raise TypeError(f"n is {n!r}, a {type(n).__name__}; the number of threads is an int") from None
    if not 1 <= count <= LIMIT:
        shown = count if abs(count) < 10**20 else "too large"
        raise ValueError(f"n is {shown}; pass a number of threads from 1 (the caller works alone) to {LIMIT}")
    return count


# ---- where the number comes from -----------------------------------------------------------------------------------

# Who set the number of the process, and to what: another number there now is threadpoolctl's.
_last_set = ("", 0)

# The number and who set it change together, and a library is told of us once. A signal handler may do so inside.
_changing = threading.RLock()


def _renew_lock() -> None:
    """A thread that the forked child does not have may have held the lock."""
    global _changing
    _changing = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def _set_process_threads(count: int, source: str) -> None:
    global _last_set
    with _changing:
        _core.set_process_threads(count)
        _last_set = (source, count)


def threads_source() -> str:
    """Who decided on the number that `get_num_threads` returns."""
    if _core.own_threads():
        return "num_threads"
    with _changing:
        source, count = _last_set
        return source if count == _core.process_threads() else "threadpoolctl"


def default_threads() -> tuple[int, str]:
    """The number of threads to start with, and what it comes from."""
    for variable in ("PYSIGMOID_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(variable, "").strip()
        first = text.partition(",")[0].strip() if variable == "OMP_NUM_THREADS" else text
        if text and (count := _count_in(first)):
            return count, variable
        if text and variable == "PYSIGMOID_NUM_THREADS":
            warn_importer(
                f"environment variable PYSIGMOID_NUM_THREADS is {_shortened(text)!r}, which is no number from 1 to "
                f"{LIMIT}; taking the default"
            )
    cpus, quota = _cpus_allowed(), _cgroup_quota()
    if quota < cpus:
        return max(1, math.ceil(quota)), "CPU quota"
    return min(cpus, LIMIT), "CPUs"


def _count_in(text: str) -> int | None:
    """The number of threads written here, if it is one: other programs' oddities in OMP_NUM_THREADS are not ours."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return int(text) if 1 <= int(text) <= LIMIT else None


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _cpus_allowed() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cgroup_quota(membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")) -> float:
    """The CPUs' worth of time that the control groups of this process leave it, infinite where there is no limit.

    A limit holds for all groups below it. In a container the path may be one outside of it: then only the root is
    found.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return math.inf
    quotas = [math.inf]
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            quotas += [_quota_v2(group / "cpu.max") for group in _with_parents(mount, path)]
        elif "cpu" in controllers.split(","):
            quotas += [_quota_v1(group) for group in _with_parents(mount / "cpu", path)]
    return min(quotas)


def _with_parents(root: Path, path: str) -> Iterator[Path]:
    group = Path(path.lstrip("/"))
    yield from (root / part for part in (group, *group.parents))


def _quota_v2(limit: Path) -> float:
    """From a line such as "150000 100000" or "max 100000", in microseconds."""
    try:
        quota, period = limit.read_text().split()
        return math.inf if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _quota_v1(group: Path) -> float:
    """A quota of -1 is none."""
    try:
        quota = int((group / "cpu.cfs_quota_us").read_text())
        return math.inf if quota < 0 else quota / int((group / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


# ---- threadpoolctl -------------------------------------------------------------------------------------------------


def register_with_threadpoolctl() -> None:
    """Let `threadpoolctl` see and set our number of threads, if it was imported after pysigmoid.

    Raises
    ------
    RuntimeError
        If threadpoolctl has not been imported, or is older than 3.2. (Importing it changes the environment of OpenMP,
        so we never do.)

    Examples
    --------
    >>> import threadpoolctl
    >>> import pysigmoid
    >>> pysigmoid.threads.register_with_threadpoolctl()
    >>> with threadpoolctl.threadpool_limits(1, user_api="pysigmoid"):
    ...     pysigmoid.get_num_threads()
    1
    """
    if not _registered():
        raise RuntimeError("there is no threadpoolctl >= 3.2 to register with; import it before this call")


def _registered() -> bool:
    """Whether threadpoolctl knows our controller now."""
    library: Any = sys.modules.get("threadpoolctl")
    if not hasattr(library, "register"):
        return False
    with _changing:
        known = {controller.internal_api for controller in getattr(library, "_ALL_CONTROLLERS", ())}
        if "pysigmoid" not in known:
            library.register(_controller(library.LibController))
    return True


def _controller(base: Any) -> type:
    class PysigmoidController(base):  # type: ignore[misc]
        """The number of threads of the process, by the two C functions that _core exports."""

        user_api = "pysigmoid"
        internal_api = "pysigmoid"
        filename_prefixes = ("_core",)  # a common name: the symbols decide
        check_symbols = ("pysigmoid_get_num_threads", "pysigmoid_set_num_threads")

        def get_num_threads(self) -> int:
            return int(self.dynlib.pysigmoid_get_num_threads())

        def set_num_threads(self, num_threads: int) -> None:
            self.dynlib.pysigmoid_set_num_threads(num_threads)

        def get_version(self) -> str:
            return __version__

    return PysigmoidController


_set_process_threads(*default_threads())
_registered()
