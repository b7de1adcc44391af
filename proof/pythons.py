"""python -m proof.pythons [--only NAME]... [--go-on] [TEST ...]: the tests on every Python that is promised.

One is looked for on the PATH and among pyenv's. Else it is made, and kept in .pythons: of Debian unstable's packages,
in a root of its own (by mmdebstrap, as root), or of Debian's source package. All but the free-threaded ones load one
file, which the first of them builds. Where a Python cannot be had the command says so and fails; --go-on tries the
others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from proof.build import ROOT
from tests.platforms import WITHOUT_WHEEL

KEPT = ROOT / ".pythons"
DEBIAN = KEPT / "debian"
TESTS = ["-m", "not timed and not control"]
PARALLEL = ["-p", "no:xdist", "--parallel-threads=4"]
SHARED = [f"tests/test_{stem}.py" for stem in ("ufuncs", "loops", "losses", "nn", "reductions", "config")]
KEEPS_GIL_OFF = "import sys, pysigmoid, pysigmoid.capi, pysigmoid.objectives; assert not sys._is_gil_enabled()"

PACKAGES = [
    *(f"python{v}{part}" for v in ("3.14", "3.15") for part in ("", "-dev", "-venv", "-dbg")),
    "gcc",
    "libc6-dev",
]
EXPIRED = 'Acquire::Check-Valid-Until "false"'  # of a snapshot; signatures are checked all the same
INSIDE = 'for each in proc sys dev; do mount --rbind "/$each" "$0/$each"; done; exec chroot "$0" "$@"'
SOURCE_LIST = "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {} {} main\n"


class Unavailable(Exception):
    """Why a Python cannot be had."""


class Python(NamedTuple):
    """An interpreter, and the root that its path is in."""

    path: str
    root: Path = Path("/")

    def run(self, *words: object, folder: Path, **variables: str) -> int:
        command = [self.path, *map(str, words)]
        if self.root != Path("/"):
            place = ["env", "-C", f"/{folder.relative_to(self.root)}"]
            command = ["unshare", "--mount", "sh", "-ec", INSIDE, str(self.root), *place, *command]
        ignored = ("CC", "CFLAGS", "PYTHONPATH", "VIRTUAL_ENV")
        environment = {name: value for name, value in os.environ.items() if name not in ignored}
        return subprocess.run(command, cwd=folder, env=environment | variables).returncode


class Wanted(NamedTuple):
    """An interpreter that is promised, its NumPy, and how it is made where it is not found."""

    name: str
    numpy: str
    make: Callable[[str], Python]

    @property
    def is_free_threaded(self) -> bool:
        return self.name.endswith("t")


# ---- interpreters ----


def mirror() -> str:
    """Where Debian's packages are: as DEBIAN_MIRROR says, or where apt has the machine's own from."""
    targets = ["apt-get", "indextargets", "--format", "$(SITE)", "Origin: Debian"]
    known = subprocess.run(targets, capture_output=True, text=True).stdout.split() if shutil.which("apt-get") else []
    site = os.environ.get("DEBIAN_MIRROR") or next((each for each in known if "security" not in each), None)
    if site is not None:
        return site
    raise Unavailable("neither DEBIAN_MIRROR nor apt says where Debian's packages are")


def refuse(name: str) -> Python:
    raise Unavailable(f"no python{name} on the PATH")


def from_debian(name: str) -> Python:
    """Of a root with both versions, since the libraries of the packages are newer than those here."""
    if not (DEBIAN / "complete").exists():
        if shutil.which("mmdebstrap") is None or os.geteuid() != 0:
            raise Unavailable("a root of Debian unstable takes mmdebstrap, and root's rights")
        shutil.rmtree(DEBIAN, ignore_errors=True)
        options = [
            "--variant=apt",
            f"--aptopt={EXPIRED}",
            f"--include={','.join(PACKAGES)}",
            "--keyring=/usr/share/keyrings",
        ]
        if subprocess.run(["mmdebstrap", "--quiet", *options, "sid", DEBIAN, mirror()]).returncode != 0:
            raise Unavailable("mmdebstrap failed")
        (DEBIAN / "complete").touch()
    for shared in ("/etc/resolv.conf", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt"):
        if Path(shared).exists():
            (DEBIAN / shared[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(shared, DEBIAN / shared[1:])
    return Python(f"/usr/bin/python{name}", DEBIAN)


def from_source(name: str) -> Python:
    """Without the GIL, of Debian stable's source package."""
    prefix = KEPT / name
    python = prefix / "bin" / f"python{name}"
    if not python.exists():
        source = unpacked_source(f"python{name.rstrip('t')}", KEPT / "source")
        steps = (["./configure", "--disable-gil", f"--prefix={prefix}"], ["make", "-j2"], ["make", "install"])
        with (KEPT / f"{name}.log").open("w") as log:
            if not all(subprocess.run(step, cwd=source, stdout=log, stderr=log).returncode == 0 for step in steps):
                raise Unavailable(f"its build failed: see {log.name}")
    return Python(str(python))


def unpacked_source(package: str, folder: Path) -> Path:
    """By an apt that knows where sources are, beside the machine's own."""
    lists = folder / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(SOURCE_LIST.format(mirror(), "trixie"))
    settings = [f"sourcelist={folder / 'sources.list'}", "sourceparts=-"]
    apt = ["apt-get", "-qq", f"-oDir::State::lists={lists}", *(f"-oDir::Etc::{setting}" for setting in settings)]
    for step in (["update"], ["source", "--download-only", package]):
        if subprocess.run([*apt, *step], cwd=folder).returncode != 0:
            raise Unavailable(f"apt-get {step[0]} failed for the source package {package}")
    (archive,) = folder.glob(f"{package}_*.orig.tar.xz")
    subprocess.run(["tar", "xf", archive], cwd=folder, check=True)
    return next(path for path in folder.glob("Python-*") if path.is_dir())


WANTED = [
    Wanted("3.11", "numpy==2.0.*", refuse),
    Wanted("3.14", "numpy", from_debian),
    Wanted("3.14d", "numpy", from_debian),
    Wanted("3.15", "numpy", from_debian),
    Wanted("3.13t", "numpy", from_source),
]


def find(wanted: Wanted) -> Python:
    folders = [*Path.home().glob(".pyenv/versions/*/bin"), *map(Path, os.get_exec_path())]
    paths = [folder / f"python{wanted.name}" for folder in folders]
    found = [path for path in paths if path.exists() and "shims" not in path.parts]
    return Python(str(found[0])) if found else wanted.make(wanted.name)


# ---- their tests ----


def requirements(name: str) -> list[str]:
    """What the tests import, but for the libraries that have no wheel for this Python."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["test"]
    return [each for each in listed if each.partition("[")[0] not in WITHOUT_WHEEL.get(name, ())]


def environment(wanted: Wanted, python: Python, home: Path) -> Python:
    """A virtual environment with NumPy and what the tests import."""
    inside = Python(f"/{(home / 'venv' / 'bin' / 'python').relative_to(python.root)}", python.root)
    if not (home / "complete").exists():
        more = ["pytest-run-parallel"] if wanted.is_free_threaded else []
        packages = [wanted.numpy, "setuptools>=77", *requirements(wanted.name), *more]
        if python.run("-m", "venv", "venv", folder=home) != 0:
            raise Unavailable("it makes no virtual environment")
        if inside.run("-m", "pip", "install", "--quiet", "--only-binary=:all:", *packages, folder=home) != 0:
            raise Unavailable("what the tests need cannot be installed")
        (home / "complete").touch()
    return inside


def tree(home: Path) -> Path:
    """A copy of what git knows of: times stay, so that only what changed is compiled again.

    Of an earlier copy only what was built stays: a source that is gone by now would be compiled with the others.
    """
    target = home / "tree"
    for folder in ("csrc", "proof", "tests", "pysigmoid"):
        shutil.rmtree(target / folder, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def build(wanted: Wanted, python: Python, folder: Path, shared: Path | None) -> Path:
    """The extension in its place: the file that serves all, or one of its own."""
    package = folder / "pysigmoid"
    for old in package.glob("_core.*.so"):
        old.unlink()
    if shared is not None and not wanted.is_free_threaded:
        return Path(shutil.copy(shared, package))
    if python.run("setup.py", "--quiet", "build_ext", "--inplace", folder=folder) != 0:
        raise Unavailable("the extension is not built")
    return next(package.glob("_core.*.so"))


def passes(wanted: Wanted, python: Python, folder: Path, tests: list[str]) -> bool:
    workers = ["--numprocesses=auto", "--maxprocesses=4"]
    runs = [("-m", "pytest", "-q", *workers, *TESTS, *tests)]
    if wanted.is_free_threaded:
        runs += [("-W", "error", "-c", KEEPS_GIL_OFF), ("-m", "pytest", "-q", *PARALLEL, *TESTS, *SHARED)]
    return all([python.run(*words, folder=folder) == 0 for words in runs])


def try_on(wanted: Wanted, tests: list[str], shared: Path | None) -> tuple[str, Path | None]:
    """What came of it, and the file that serves other Pythons too."""
    print(f"== Python {wanted.name}, {wanted.numpy}", flush=True)
    try:
        python = find(wanted)
        home = python.root / "pysigmoid" / wanted.name if python.root == DEBIAN else KEPT / "homes" / wanted.name
        home.mkdir(parents=True, exist_ok=True)
        inside, folder = environment(wanted, python, home), tree(home)
        built = build(wanted, inside, folder, shared)
    except Unavailable as why:
        return f"cannot be had: {why}", shared
    outcome = "passed" if passes(wanted, inside, folder, tests) else "failed"
    return outcome, built if ".abi3." in built.name else shared


def main() -> None:
    parser = argparse.ArgumentParser("python -m proof.pythons", description=__doc__)
    names = [wanted.name for wanted in WANTED]
    parser.add_argument("--only", action="append", choices=names, help="this Python; may be repeated; all by default")
    parser.add_argument("--go-on", action="store_true", help="do not fail where a Python cannot be had")
    parser.add_argument("tests", nargs="*", help="files of tests; all by default")
    options = parser.parse_args()
    outcomes, shared = {}, None
    for wanted in WANTED:
        if wanted.name in (options.only or names):
            outcomes[wanted.name], shared = try_on(wanted, options.tests, shared)
    print(*(f"Python {name}: {outcome}" for name, outcome in outcomes.items()), sep="\n")
    sys.exit(any(not (each == "passed" or (options.go_on and "cannot" in each)) for each in outcomes.values()))


if __name__ == "__main__":
    main()
