"""Controls of the nets: python -m tests.defects builds the extension with a defect put back, and the net must see it.

Each defect was in the code once, but for those of `selftest`, which stand for a kind. It is a text and what stood there
before, in a copy of the sources; what does not read the file that changes keeps its object from the ordinary build.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proof.build import FLAGS, ROOT, compiler_of_python

SELFTEST = ("-m", "pysigmoid", "selftest", "--quick")
FUZZER = ("-m", "tests.fuzz", "--seconds", "120", "--seed", "2")
# Asked for here: two threads that ask sysconfig for the first time may get nothing.
PYTHONS_FLAGS, COMPILER = shlex.split(sysconfig.get_config_var("CFLAGS")), shlex.split(compiler_of_python())
COPIED = ("csrc", "pysigmoid", "proof", "tests", "pyproject.toml")


def tests(*selection: str) -> tuple[str, ...]:
    return ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *selection)


@dataclass(frozen=True)
class Defect:
    name: str
    file: str
    right: str
    wrong: str
    net: tuple[str, ...]  # arguments of Python


DEFECTS = (
    Defect(
        "a result that could not be made is put into the tuple",
        "python/loss_results.c",
        "        if (item == NULL)\n            Py_CLEAR(outcome);\n        else\n"
        "            PyTuple_SetItem(outcome, next++, item);\n",
        "        PyTuple_SetItem(outcome, next++, item);\n",
        tests("tests/test_faults_memory.py", "-k", "failing_allocations"),
    ),
    Defect(
        "long double is converted in the caller's mode",
        "arrays/loss_types.c",
        "int uses_x87(const struct loss *loss)\n{\n",
        "int uses_x87(const struct loss *loss)\n{\n    if (loss->working != WORKING_extended)\n        return 0;\n",
        tests("tests/test_faults_modes.py", "-k", "rounding_modes or flag_behind"),
    ),
    Defect(
        "a buffer that overlaps itself is computed in place",
        "python/loss_operands.c",
        "    return overlaps_itself(written);\n",
        "    return 0;\n",
        FUZZER,
    ),
    Defect(
        "factors that no float32 holds are left to the clamp of the exponential",
        "arrays/loss_extremes.c",
        "    if (!decides_first && may_be_extreme(loss, suspects, block, n))\n",
        "    if (!decides_first && may_be_extreme(loss, suspects, block, n) && 0)\n",
        FUZZER,
    ),
    Defect(
        "the bytes of a bool are taken for numbers",
        "arrays/numbers.c",
        "x[i] != 0, to, boolean",
        "x[i], to, boolean",
        FUZZER,
    ),
    Defect(
        "a coefficient is wrong in its 42nd bit",
        "math/constants.h",
        "0x1.5555555555558p-3",
        "0x1.5555555555758p-3",
        SELFTEST,
    ),
    Defect(
        "the rest that fills no pack is stored but for its last element",
        "kernels/for_each_pack.h",
        "memcpy((rest)[k], packs[k], (count) * sizeof(dtype));",
        "memcpy((rest)[k], packs[k], (count - 1) * sizeof(dtype));",
        SELFTEST,
    ),
    Defect(
        "running sums are joined in another order",
        "arrays/arithmetic_sums.h",
        "sums[k] += sums[k + half];",
        "sums[k] += sums[2 * half - 1 - k];",
        SELFTEST,
    ),
)


def main() -> int:
    chosen = [defect for defect in DEFECTS if not sys.argv[1:] or any(word in defect.name for word in sys.argv[1:])]
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(is_seen, chosen))
    return 0 if all(seen) and seen else 1


def is_seen(defect: Defect) -> bool:
    """Whether the net fails over a build with the defect."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        put_back(defect, folder / "csrc" / defect.file)
        build(folder, defect.file)
        command = [sys.executable, *defect.net]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": ""})
    seen = done.returncode == 1
    print(f"{'seen' if seen else 'NOT SEEN'}: {defect.name}", *([] if seen else [done.stdout, done.stderr]), sep="\n")
    return seen


def put_back(defect: Defect, path: Path) -> None:
    text = path.read_text()
    if text.count(defect.right) != 1:
        raise ValueError(f"{defect.file} holds {text.count(defect.right)} times, not once: {defect.right!r}")
    path.write_text(text.replace(defect.right, defect.wrong))


def build(folder: Path, changed: str) -> None:
    """Compile what reads the changed file, and link it with the other objects of the ordinary build."""
    includes = [f"-I{folder / 'csrc'}", f"-I{np.get_include()}", f"-I{sysconfig.get_path('include')}"]
    flags = [*PYTHONS_FLAGS, *FLAGS, *includes, "-fPIC"]
    objects = []
    for source in sorted((folder / "csrc").rglob("*.c")):
        command = [*COMPILER, *flags, str(source)]
        read = subprocess.run([*command, "-MM"], capture_output=True, text=True, check=True).stdout
        if f"/{changed}" in read:
            objects.append(str(source.with_suffix(".o")))
            subprocess.run([*command, "-c", "-o", objects[-1]], check=True)
        else:
            objects.append(str(ordinary_object(source.relative_to(folder))))
    (module,) = (folder / "pysigmoid").glob("_core*.so")
    module.unlink()
    subprocess.run([*COMPILER, "-shared", *objects, "-lm", "-lpthread", "-o", str(module)], check=True)


def ordinary_object(source: Path) -> Path:
    """The newest one, if several Pythons were built for."""
    found = sorted((ROOT / "build").rglob(str(source.with_suffix(".o"))), key=lambda path: path.stat().st_mtime)
    if not found:
        raise FileNotFoundError(f"no object of {source} under build; build the extension first")
    return found[-1]


if __name__ == "__main__":
    sys.exit(main())
