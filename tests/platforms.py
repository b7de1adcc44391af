"""What a platform cannot show, and hence may skip: every reason for which a test is left out anywhere.

A skipped test proves nothing, so any other skip counts as a failure (conftest.py). A reason may be followed by a colon
and what the system said.
"""

REASONS = (
    "platform: affinity is set by a Linux call",
    "platform: asks the Linux kernel",
    "platform: less than 6 GiB of memory are free",
    "platform: nm prints ELF symbols as expected here",
    "platform: no /proc/self/clear_refs here",
    "platform: no control group can be made here",
    "platform: no forks here",
    "platform: no Java here, on which Spark runs",
    "platform: no x86-64 processor",
    "platform: one processor compiles one source at a time",
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


def is_listed(reason: str) -> bool:
    return any(reason == listed or reason.startswith(f"{listed}: ") for listed in REASONS)
