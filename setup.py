"""Builds the extension module; everything else is in pyproject.toml.

CC, CFLAGS and LDFLAGS are honoured as everywhere; PYSIGMOID_DEBUG=1 builds for a debugger, with assertions.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCES = sorted(str(path) for path in Path("csrc").rglob("*.c"))
HEADERS = sorted(str(path) for pattern in ("*.h", "*.def") for path in Path("csrc").rglob(pattern))

# The whole list, for the proofs as well: what Python's own flags say beside it is overridden (-g) or repeated here, so
# that the program that ships is the one that is proved. Contraction would fuse products and sums where the results must
# not depend on it. Without errno and traps to keep, the compiler may turn selects into vector code. Blocks of memory
# hold numbers of several types. Nothing names an instruction set: the code is the same on every machine.
FLAG_LIST = "csrc/compiler_flags.txt"
FLAGS = Path(FLAG_LIST).read_text().split()

if os.environ.get("PYSIGMOID_DEBUG", "0") not in ("", "0"):
    FLAGS += ["-UNDEBUG", "-Og", "-g"]


def processors():
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


class BuildOnAllCores(build_ext):
    """Compiles the sources of the extension at the same time; `--parallel 1` does not."""

    def build_extensions(self):
        compile_in_turn = self.compiler.compile
        jobs = self.parallel if type(self.parallel) is int else processors()

        def compile_together(sources, **options):
            with ThreadPoolExecutor(jobs) as pool:
                compiled = pool.map(lambda source: compile_in_turn([source], **options), sources)
                return [file for files in compiled for file in files]

        self.compiler.compile = compile_together
        super().build_extensions()


setup(
    ext_modules=[
        Extension(
            "pysigmoid._core",
            SOURCES,
            depends=[*HEADERS, FLAG_LIST],
            include_dirs=["csrc", np.get_include()],
            extra_compile_args=FLAGS,
            libraries=["m", "pthread"],
        )
    ],
    cmdclass={"build_ext": BuildOnAllCores},
)
