"""What a release is made of: its time, its sizes, its files, that the sdist has what its tests need, that two folders
give one wheel, and that others' checks are content with it.

python .ci/package.py [PYTHON]: PYTHON has NumPy, setuptools, twine, abi3audit and what the tests import.
"""

import hashlib
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILT = shutil.ignore_patterns(".git", ".venv*", "build", "*.so", "*.egg-info", ".*_cache")
INSTALL_SECONDS = 45  # of idle processors, build included; those that others share count up to twice as many
WHEEL_BYTES = 1_000_000
EXTENSION_BYTES = 1_600_000
EPOCH = "1750000000"  # of all files in the wheels, 2025-06-15

# Together they read and import what the sdist brings: sources, oracle, proofs, documentation.
SAMPLE = ["tests/test_layers.py", "tests/test_doctests.py", "tests/test_numbers.py", "tests/test_sanitizers.py"]


def run(*words: object, folder: Path = ROOT, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("CC", "CFLAGS", "PYTHONPATH")}
    command = [str(word) for word in words]
    return subprocess.run(
        command, cwd=folder, env=environment | variables, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def tree(folder: Path) -> Path:
    """A clone: nothing that was built before."""
    target = folder / "clone"
    shutil.copytree(ROOT, target, ignore=BUILT)
    return target


def seconds_to_install(python: str, source: Path, folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", folder, source)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check_install(python: str, source: Path, folder: Path) -> None:
    seconds = seconds_to_install(python, source, folder)
    print(f"pip install . takes {seconds:.1f} s of processors, {INSTALL_SECONDS} allowed where they are idle")
    assert seconds <= 2 * INSTALL_SECONDS


def check_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    (extension,) = (size for name, size in sizes.items() if re.match(r"pysigmoid/_core\..*\.so", name))
    print(f"wheel {wheel.stat().st_size:,} bytes, {WHEEL_BYTES:,} allowed")
    print(f"_core {extension:,} bytes, {EXTENSION_BYTES:,} allowed")
    assert wheel.stat().st_size <= WHEEL_BYTES
    assert extension <= EXTENSION_BYTES
    foreign = [name for name in sizes if not re.match(r"pysigmoid(_ufuncs-[\d.]+\.dist-info)?/", name)]
    assert not foreign, f"the wheel brings {foreign}"
    files = set(run("git", "ls-files", "pysigmoid").splitlines())
    assert files <= sizes.keys(), f"the wheel lacks {sorted(files - sizes.keys())}"


def wheel_of(python: str, source: Path, folder: Path) -> Path:
    command = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, source)
    run(python, "-m", *command, SOURCE_DATE_EPOCH=EPOCH)
    (wheel,) = folder.iterdir()
    return wheel


def check_tools(python: str, wheel: Path, sdist: Path) -> None:
    print(run(python, "-m", "twine", "check", "--strict", wheel, sdist).strip())
    if "-abi3-" in wheel.name:
        print(run(python, "-m", "abi3audit", "--strict", "--summary", wheel).strip() or "abi3audit: clean")


def check_same(wheel: Path, again: Path) -> None:
    """Byte for byte: whoever builds it can tell that a wheel is of these sources."""
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (wheel, again)]
    print(f"{wheel.name}, from two folders: {', '.join(sums)}")
    assert sums[0] == sums[1]


def unpack(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    return unpacked


def check_sdist(unpacked: Path, python: str) -> None:
    """All that is committed, and tests that run in it after the README's own way to build."""
    committed = set(run("git", "ls-files").splitlines())
    missing = sorted(name for name in committed if not (unpacked / name).exists())
    assert not missing, f"the sdist lacks {missing}"
    run(python, "setup.py", "--quiet", "build_ext", "--inplace", folder=unpacked)
    print(run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SAMPLE, folder=unpacked).splitlines()[-1])


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = tree(folder)
        check_install(python, source, folder / "installed")
        wheel = wheel_of(python, source, folder / "wheels")
        check_wheel(wheel)
        run(python, "setup.py", "--quiet", "sdist", "-d", folder / "sdists", folder=source)
        (sdist,) = (folder / "sdists").iterdir()
        check_tools(python, wheel, sdist)
        unpacked = unpack(sdist, folder / "unpacked")
        check_sdist(unpacked, python)
        check_same(wheel, wheel_of(python, tree(folder / "elsewhere"), folder / "again"))


if __name__ == "__main__":
    main()
