"""Builds the harness `sweep` from the kernels, with the extension's own flags, natively or for another architecture."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
KERNELS = ROOT / "csrc"
HERE = ROOT / "proof"
SOURCES = [*sorted(KERNELS.glob("kernels_*.c")), KERNELS / "dispatch.c", HERE / "sweep.c"]
FLAGS = (KERNELS / "compiler_flags.txt").read_text().split()


def build(folder: Path, compiler: str = "cc", *flags: str) -> Path:
    """Compile and link in `folder`; returns the program."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "sweep"
    paths = [f"-I{KERNELS}", f"-I{HERE}", *map(str, SOURCES)]
    subprocess.run([compiler, *FLAGS, *flags, *paths, "-lm", "-o", str(program)], check=True)
    return program
