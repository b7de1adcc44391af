"""Builds the harnesses with the extension's own flags, natively or for another architecture: `sweep` and `loss_sweep`
from the kernels, `race` from the pool and the loops.

Natively the kernels are the objects that the extension was linked from, where these are of the sources as they are:
what is proved is what ships.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
CSRC = ROOT / "csrc"
HERE = ROOT / "proof"
WITH_KERNELS = ("kernels", "single")  # folders of csrc
ALL_KERNELS = sorted(path for folder in WITH_KERNELS for path in (CSRC / folder).glob("*.c"))
SWEEP = [*ALL_KERNELS, HERE / "sweep.c"]
LOSS_SWEEP = [*ALL_KERNELS, HERE / "loss_sweep.c"]
LOOPS = [CSRC / "arrays" / f"{stem}.c" for stem in ("blocks", "loops", "overlap", "tasks")]
RACE = [CSRC / "threads" / "pool.c", *LOOPS, HERE / "race.c"]
EXTENSION_OBJECTS = f"build/temp.{sysconfig.get_platform()}-{sys.implementation.cache_tag}/csrc"  # setuptools' choice
EMULATED = ("aarch64-linux-gnu-gcc", "qemu-aarch64", "neon")
FLAGS = (CSRC / "compiler_flags.txt").read_text().split()


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


def build_few_divisions(folder: Path, error: float | None = None) -> Path:
    """Compile and link `sweep` with the kernels by few divisions, written in AVX2.

    Given an error, in units of 2^-53, every inverse is off by that instead of what the division of a pack makes of it.
    """
    flags = ["-DAMEND=use_avx2_few_divisions", *([] if error is None else [f"-DPYSIGMOID_CONTROL_INVERSE={error}"])]
    own = [HERE / "few_divisions.c", HERE / "sweep.c"]
    return _build([*ALL_KERNELS, *own], folder, None, *flags, kernels_as_they_are=True)


def build_emulated(build: Callable[..., Path], folder: Path) -> tuple[list[str], str] | None:
    """The command that runs what `build` makes under emulation, and the instruction set it emulates."""
    compiler, emulator, isa = EMULATED
    if not (shutil.which(compiler) and shutil.which(emulator)):
        print(f"no {compiler} or {emulator} here: {isa} is not checked")
        return None
    return [emulator, str(build(folder / isa, compiler, "-static", "-s"))], isa


def _build(
    sources: list[Path], folder: Path, compiler: str | None, *flags: str, kernels_as_they_are: bool = False
) -> Path:
    """A folder is for one compiler and its flags: programs that are built there share what they have in common."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / sources[-1].stem
    command = [*shlex.split(compiler or compiler_of_python()), *FLAGS, *flags, f"-I{CSRC}", f"-I{HERE}"]
    shipped = shipped_objects() if kernels_as_they_are or not (compiler or flags) else {}
    objects = [shipped.get(source) or _compile(command, source, folder) for source in sources]
    subprocess.run([*command, *objects, "-lm", "-lpthread", "-o", str(program)], check=True)
    return program


def shipped_objects() -> dict[Path, str]:
    """The extension's objects by their sources; none where a source or a flag has changed since they were made."""
    folder = ROOT / EXTENSION_OBJECTS
    found = {source: (folder / source.relative_to(CSRC)).with_suffix(".o") for source in ALL_KERNELS}
    changed = max(path.stat().st_mtime for path in [ROOT / "setup.py", *CSRC.rglob("*.*")])
    if not all(path.exists() and path.stat().st_mtime > changed for path in found.values()):
        return {}
    return {source: str(path) for source, path in found.items()}


def _compile(command: list[str], source: Path, folder: Path) -> str:
    target = folder / f"{source.stem}.o"
    if not target.exists():
        subprocess.run([*command, "-c", str(source), "-o", str(target)], check=True)
    return str(target)
