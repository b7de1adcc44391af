"""Builds the extension module; everything else is in pyproject.toml.

CC, CFLAGS and LDFLAGS are honoured as everywhere; PYSIGMOID_DEBUG=1 builds for a debugger, with assertions, and
PYSIGMOID_FULL_API=1 for this version of Python alone, where one file serves all from 3.11 on.
"""

import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
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


def is_asked_for(variable):
    return os.environ.get(variable, "0") not in ("", "0")


if is_asked_for("PYSIGMOID_DEBUG"):
    FLAGS += ["-UNDEBUG", "-Og", "-g"]

# The limited API of the oldest Python that is served. Free-threaded Pythons have none before 3.15.
LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED") and not is_asked_for("PYSIGMOID_FULL_API")

# What show_config tells of them; a path would tell of the machine.
TOLD_FLAGS = " ".join(word for word in [*os.environ.get("CFLAGS", "").split(), *FLAGS] if "/" not in word)
MACROS = [("PYSIGMOID_FLAGS", f'"{TOLD_FLAGS}"'), *([("Py_LIMITED_API", "0x030b0000")] if LIMITED else [])]


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

    def get_ext_filename(self, fullname):
        """The name that every Python from 3.11 on looks for, also where a newer one puts its platform behind "abi3"."""
        name = super().get_ext_filename(fullname)
        stem, is_named, platform = name.partition(".abi3-")
        return f"{stem}.abi3{Path(platform).suffix}" if is_named else name

    def copy_extensions_to_source(self):
        """Without what was built before by another name, which this Python would import instead."""
        super().copy_extensions_to_source()
        for extension in self.extensions:
            built = Path(self.get_ext_filename(extension.name))
            stem, suffix = built.with_name(extension.name.rpartition(".")[2]), built.name.partition(".")[2]
            for earlier in EXTENSION_SUFFIXES[: EXTENSION_SUFFIXES.index(f".{suffix}")]:
                Path(f"{stem}{earlier}").unlink(missing_ok=True)


setup(
    ext_modules=[
        Extension(
            "pysigmoid._core",
            SOURCES,
            depends=[*HEADERS, FLAG_LIST],
            include_dirs=["csrc", np.get_include()],
            define_macros=MACROS,
            extra_compile_args=FLAGS,
            py_limited_api=LIMITED,
            libraries=["m", "pthread"],
        )
    ],
    cmdclass={"build_ext": BuildOnAllCores},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED else {},
)
