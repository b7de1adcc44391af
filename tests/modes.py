"""Floating-point modes and exception flags of the calling thread, as <fenv.h> has them."""

import ctypes
import ctypes.util
import platform
import sys

MACHINE = platform.machine()
ARE_KNOWN = sys.platform == "linux" and MACHINE in ("x86_64", "aarch64")

FLAGS = {"x86_64": (1, 4, 8, 16, 32), "aarch64": (1, 2, 4, 8, 16)}.get(MACHINE, (0,) * 5)
INVALID, DIVBYZERO, OVERFLOW, UNDERFLOW, INEXACT = FLAGS
EVERY_FLAG = sum(FLAGS)

TO_NEAREST = 0
DIRECTED = {"x86_64": (0x400, 0x800, 0xC00), "aarch64": (0x400000, 0x800000, 0xC00000)}.get(MACHINE, ())
ROUNDING = (TO_NEAREST, *DIRECTED)
UPWARD = {"x86_64": 0x800, "aarch64": 0x400000, "arm64": 0x400000}.get(MACHINE)

# In which word of fenv_t which bits flush subnormal results and arguments to zero
WORD, FLUSH = {"x86_64": (7, 0x8040), "aarch64": (0, 1 << 24)}.get(MACHINE, (0, 0))

libm = ctypes.CDLL(ctypes.util.find_library("m"))


def flushing():
    environment = (ctypes.c_uint32 * 16)()
    libm.fegetenv(environment)
    return environment[WORD] & FLUSH == FLUSH


def set_flushing(on):
    environment = (ctypes.c_uint32 * 16)()
    libm.fegetenv(environment)
    environment[WORD] = environment[WORD] | FLUSH if on else environment[WORD] & ~FLUSH
    libm.fesetenv(environment)


def in_mode(mode, call):
    """What a call returns that is made in this rounding mode."""
    libm.fesetround(mode)
    try:
        return call()
    finally:
        libm.fesetround(TO_NEAREST)


def flags_after(call, raised=0):
    """The exception flags that stand after a call before which these did."""
    libm.feclearexcept(EVERY_FLAG)
    libm.feraiseexcept(raised)
    call()
    return libm.fetestexcept(EVERY_FLAG)
