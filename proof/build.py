"""Builds the harness `sweep` from the kernels, with the extension's own flags, natively or for another architecture."""

import os
import shlex
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
KERNELS = ROOT / "csrc"
HERE = ROOT / "proof"
SOURCES = [*sorted(KERNELS.glob("kernels_*.c")), KERNELS / "dispatch.c", HERE / "sweep.c"]
FLAGS = (KERNELS / "compiler_flags.txt").read_text().split()


def compiler_of_python() -> str:
    """The compiler that builds extensions here."""
    return os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"


def build(folder: Path, compiler: str | None = None, *flags: str) -> Path:
    """Compile and link in `folder`; returns the program."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "sweep"
    command = shlex.split(compiler or compiler_of_python())
    paths = [f"-I{KERNELS}", f"-I{HERE}", *map(str, SOURCES)]
    subprocess.run([*command, *FLAGS, *flags, *paths, "-lm", "-o", str(program)], check=True)
    return program
