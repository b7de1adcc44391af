"""What a platform cannot show, and hence may skip: every reason for which a test is left out anywhere.

A skipped test proves nothing, so any other skip counts as a failure (conftest.py). A reason may be followed by a colon
and what the system said.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
from types import ModuleType

import pytest

REASONS = (
    "platform: a debug build of Python stops where NumPy loses an error",
    "platform: affinity is set by a Linux call",
    "platform: asks the Linux kernel",
    "platform: less than 6 GiB of memory are free",
    "platform: no wheel for this Python, or none that it imports",
    "platform: nm prints ELF symbols as expected here",
    "platform: no /proc/self/clear_refs here",
    "platform: no control group can be made here",
    "platform: no forks here",
    "platform: no Java here, on which Spark runs",
    "platform: no x86-64 processor",
    "platform: one processor compiles one source at a time",
    "platform: Python 3.13 without a GIL crashes where memory is refused",
    "platform: Python 3.13 without a GIL keeps objects for ever",
    "platform: signals of POSIX",
    "platform: the layout of fenv_t is not known here",
    "platform: the value of FE_UPWARD is not known for this machine",
    "platform: this compiler does not tell the sizes of frames",
    "platform: this compiler has no macro that tells parts of -ffast-math",
    "platform: this compiler or processor has no x87 arithmetic for float",
    "platform: threads are looked up in Linux's /proc",
    "platform: threads have other stacks elsewhere",
    "platform: ufuncs of NumPy 2.0 and 2.1 have no attributes",
)


# Libraries without a wheel for a Python that `make pythons` tries; every other has one. Dask takes PyYAML, which
# has none for 3.13t. awkward misspells a handler of errors, which a debug build alone looks up.
WITHOUT_WHEEL = {"3.13t": ("polars", "dask"), "3.14d": ("awkward",)}

IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
IS_DEBUG_BUILD = hasattr(sys, "gettotalrefcount")
NAME = f"{sys.version_info.major}.{sys.version_info.minor}{'t' * IS_FREE_THREADED}{'d' * IS_DEBUG_BUILD}"

# It counts no references of dtypes, types and strings, and leaves blocks behind for each module of its own, such as
# _struct, that is initialized again. Without memory it crashes outside of our code, and takes tuples for the names
# of attributes.
frees_objects = pytest.mark.skipif(NAME == "3.13t", reason="platform: Python 3.13 without a GIL keeps objects for ever")
stands_lost_errors = pytest.mark.skipif(
    IS_DEBUG_BUILD, reason="platform: a debug build of Python stops where NumPy loses an error"
)
takes_refusals = pytest.mark.skipif(
    NAME == "3.13t", reason="platform: Python 3.13 without a GIL crashes where memory is refused"
)


def has_wheel(library: str) -> bool:
    return library.partition(".")[0] not in WITHOUT_WHEEL.get(NAME, ())


def need(library: str) -> None:
    """Skip a test, or a file of tests, where the library has no wheel."""
    if not has_wheel(library):
        pytest.skip(f"platform: no wheel for this Python, or none that it imports: {library}", allow_module_level=True)


class Missing:
    """Stands for a library that has no wheel here, and for all that it gives: whichever test uses it is skipped."""

    def __init__(self, library: str):
        self._library = library

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self()

    def __call__(self, *arguments: object, **options: object) -> Missing:
        if "PYTEST_CURRENT_TEST" in os.environ:
            need(self._library)
        return self


def optional(library: str) -> ModuleType | Missing:
    """The library; where it has no wheel for this Python, what stands for it."""
    return importlib.import_module(library) if has_wheel(library) else Missing(library)


def is_listed(reason: str) -> bool:
    return any(reason == listed or reason.startswith(f"{listed}: ") for listed in REASONS)
