"""Type checkers over results.py and mistakes.py, with the stubs of two NumPys; and stubtest: python -m tests.typing.

Every assert_type of the one must hold, and every marked line of the other be refused with a code that it names.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
FILES = ["results.py", "mistakes.py"]
PEERS = REPOSITORY / ".venv-peers"
DOWNLOADED = Path(sys.prefix) / "numpy-stubs"

# The oldest NumPy that we take and the newest there is, each with a Python whose syntax its stubs are written in.
NUMPYS = [("numpy==2.0.*", "3.11"), ("numpy", "3.14")]

MYPY = """[mypy]
strict = true
[mypy-numpy.*]
follow_imports = silent
"""


class Found(NamedTuple):
    """What a checker says of a line."""

    file: str
    line: int
    code: str
    message: str


def stubs_of(requirement: str, python: str) -> Path:
    """A folder with the types of this NumPy, which need not run here."""
    folder = DOWNLOADED / re.sub(r"\W+", "-", f"{requirement} {python}")
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory() as wheels:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--python-version", python, "--dest", wheels]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, requirement], check=True)
        (wheel,) = Path(wheels).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            typed = [name for name in archive.namelist() if name.endswith((".py", ".pyi", "py.typed"))]
            archive.extractall(folder, [name for name in typed if "/tests/" not in name])
    return folder


def mypy(project: Path, numpy: Path, python: str) -> Iterator[Found]:
    (project / "mypy.ini").write_text(MYPY)
    options = ["--config-file", "mypy.ini", "--python-version", python, "--cache-dir", str(numpy / ".mypy_cache")]
    command = [sys.executable, "-m", "mypy", *options, "--output", "json", *FILES]
    environment = {**os.environ, "MYPYPATH": f"{REPOSITORY}:{numpy}"}
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    if run.returncode not in (0, 1) or run.stderr:
        raise SystemExit(f"mypy failed:\n{run.stdout}{run.stderr}")
    for each in map(json.loads, run.stdout.splitlines()):
        if each["severity"] == "error" and each["file"] in FILES:  # NumPy's own stubs are not all strict
            yield Found(each["file"], each["line"], str(each["code"]), each["message"])


def pyright(project: Path, numpy: Path, python: str, name: str = "pyright") -> Iterator[Found]:
    settings = {"extraPaths": [str(REPOSITORY), str(numpy)], "pythonVersion": python, "include": FILES}
    mode = {} if name == "basedpyright" else {"typeCheckingMode": "strict"}  # its own default has all rules
    (project / "pyrightconfig.json").write_text(json.dumps({**settings, **mode}))
    for each in run_pyright(name, "--project", str(project))["generalDiagnostics"]:
        if each["severity"] == "error":
            line = each["range"]["start"]["line"] + 1
            yield Found(Path(each["file"]).name, line, each.get("rule", "syntax"), each["message"])


def basedpyright(project: Path, numpy: Path, python: str) -> Iterator[Found]:
    return pyright(project, numpy, python, "basedpyright")


def run_pyright(name: str, *options: str, environment: dict[str, str] | None = None) -> dict:
    command = [sys.executable, "-m", name, "--pythonpath", sys.executable, "--outputjson", *options]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"{name} failed:\n{run.stdout}{run.stderr}") from None


def marked() -> dict[int, set[str]]:
    """The codes that each line of mistakes.py names."""
    lines = (HERE / "mistakes.py").read_text().splitlines()
    found = {number: line.partition("# E: ")[2] for number, line in enumerate(lines, 1)}
    return {number: set(codes.split(", ")) for number, codes in found.items() if codes}


def disagreements(found: list[Found]) -> Iterator[str]:
    """What should not have been found, and what should."""
    mistakes = marked()
    for each in found:
        if each.file != "mistakes.py" or each.line not in mistakes:
            yield f"tests/typing/{each.file}:{each.line}: {each.message} [{each.code}]"
    for line, codes in mistakes.items():
        seen = {each.code for each in found if (each.file, each.line) == ("mistakes.py", line)}
        if not seen & codes:
            yield f"tests/typing/mistakes.py:{line}: found {sorted(seen) or 'nothing'}, not one of {sorted(codes)}"


def check_files(requirement: str, python: str) -> Iterator[str]:
    numpy = stubs_of(requirement, python)
    with tempfile.TemporaryDirectory() as project:
        for file in FILES:
            shutil.copy(HERE / file, project)
        for checker in (mypy, pyright, basedpyright):
            wrong = list(disagreements(list(checker(Path(project), numpy, python))))
            print(f"{checker.__name__}, {requirement}: {len(wrong)} disagreements", flush=True)
            yield from wrong


def check_completeness() -> Iterator[str]:
    """Whether pyright knows the type of every public name."""
    # Here it looks for packages where the first Python on the PATH does; this one has torch.
    found_at = {"PYTHONPATH": str(REPOSITORY), "PATH": f"{PEERS / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as elsewhere:
        options = ["--project", elsewhere, "--ignoreexternal", "--verifytypes", "pysigmoid"]
        report = run_pyright("pyright", *options, environment={**os.environ, **found_at})
    score = report["typeCompleteness"]["completenessScore"]
    print(f"pyright --verifytypes: {score:.1%}", flush=True)
    if score < 1:
        symbols = report["typeCompleteness"]["symbols"]
        yield from (each["name"] for each in symbols if each["isExported"] and not each["isTypeKnown"])


def check_stubs() -> Iterator[str]:
    """Whether the stubs say what there is at run time."""
    options = ["--mypy-config-file", "pyproject.toml", "--allowlist", str(HERE / "stubtest.txt"), "--concise"]
    command = [sys.executable, "-m", "mypy.stubtest", "pysigmoid", *options]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    print(f"stubtest: {'clean' if run.returncode == 0 else 'not clean'}", flush=True)
    if run.returncode:
        yield from (run.stdout + run.stderr).splitlines()


def main() -> None:
    wrong = [*check_stubs(), *check_completeness()]
    for requirement, python in NUMPYS:
        wrong += check_files(requirement, python)
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
