"""Builds the harnesses with the extension's own flags, natively or for another architecture: `sweep` and `loss_sweep`
from the kernels, `race` from the pool and the loops."""

import os
import shlex
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
KERNELS = ROOT / "csrc"
HERE = ROOT / "proof"
ALL_KERNELS = [*sorted(KERNELS.glob("kernels_*.c")), KERNELS / "dispatch.c"]
SWEEP = [*ALL_KERNELS, HERE / "sweep.c"]
LOSS_SWEEP = [*ALL_KERNELS, HERE / "loss_sweep.c"]
RACE = [KERNELS / "pool.c", KERNELS / "loops.c", HERE / "race.c"]
FLAGS = (KERNELS / "compiler_flags.txt").read_text().split()


def compiler_of_python() -> str:
    """The compiler that builds extensions here."""
    return os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"


def build(folder: Path, compiler: str | None = None, *flags: str) -> Path:
    """Compile and link `sweep` in `folder`; returns the program."""
    return _build(SWEEP, folder, compiler, *flags)


def build_loss_sweep(folder: Path, compiler: str | None = None, *flags: str) -> Path:
    """Compile and link `loss_sweep` in `folder`; returns the program."""
    return _build(LOSS_SWEEP, folder, compiler, *flags)


def build_race(folder: Path, compiler: str | None = None, *flags: str) -> Path:
    """Compile and link `race` in `folder`; its formula rounds in a mode that the compiler must not take for granted."""
    return _build(RACE, folder, compiler, "-frounding-math", *flags)


def _build(sources: list[Path], folder: Path, compiler: str | None, *flags: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / sources[-1].stem
    command = shlex.split(compiler or compiler_of_python())
    paths = [f"-I{KERNELS}", f"-I{HERE}", *map(str, sources)]
    subprocess.run([*command, *FLAGS, *flags, *paths, "-lm", "-lpthread", "-o", str(program)], check=True)
    return program
