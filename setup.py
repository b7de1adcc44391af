"""Builds the extension module; everything else is in pyproject.toml."""

from pathlib import Path

import numpy as np
from setuptools import Extension, setup

SOURCES = sorted(str(path) for path in Path("csrc").glob("*.c"))
HEADERS = sorted(str(path) for pattern in ("*.h", "*.def") for path in Path("csrc").glob(pattern))

# Contraction would fuse products and sums where the results must not depend on it. Without errno and traps to keep, the
# compiler may turn selects into vector code. Nothing names an instruction set: the code is the same on every machine.
FLAGS = Path("csrc/compiler_flags.txt").read_text().split()

setup(
    ext_modules=[
        Extension(
            "pysigmoid._core",
            SOURCES,
            depends=HEADERS,
            include_dirs=[np.get_include()],
            extra_compile_args=FLAGS,
            libraries=["m", "pthread"],
        )
    ]
)
