"""python -m proof.sanitizers [TEST ...]: the tests under AddressSanitizer and UndefinedBehaviorSanitizer.

A copy of the repository is built with both and without -fwrapv. There its tests run, and the proofs' harnesses on a
share of their inputs. A read one element past the end or a signed overflow stops the process that does it; its report
is found beside the outcome of the tests. Last come the controls: both faults, built into the copy, are reported.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from proof.build import FLAGS, ROOT, WITH_KERNELS, compiler_of_python
from proof.hashes import DTYPES, NUMBERS
from proof.sweeps import processors
from pysigmoid import _core

SANITIZERS = "-fsanitize=address,undefined,float-cast-overflow"
ADDED = [SANITIZERS, "-fno-sanitize-recover=all", "-fno-wrapv", "-O1", "-g1"]
RUNTIMES = ("libasan.so", "libubsan.so")
LIMIT = 1800  # seconds
NOT_COPIED = (
    ".git",
    ".venv*",
    "build",
    "dist",
    "*.so",
    "*.egg-info",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "results",
)

# What cannot run here or would show nothing: a file or a test, and why.
NOT_RUN = {
    "tests/test_kernels.py::test_guard_page_kills_who_touches_it": "the sanitizer takes the signal it waits for",
    "tests/test_faults_threads.py::test_refused_threads_are_done_without": "sanitizers must come before its library",
    "tests/test_faults_memory.py::test_memory_that_the_system_refuses_while_threads_are_made": "as the one above",
    "tests/test_faults_memory.py::test_memory_that_the_system_refuses_in_calls": "as the one above",
    "tests/test_faults_forks.py::test_forks_while_other_threads_compute": "300 forks of so large a process: minutes",
    "tests/test_faults_memory.py::test_leak_of_one_object_or_reference_is_noticed": "blocks are counted in pymalloc",
    "tests/test_faults_memory.py::test_no_call_keeps_a_reference": "as the one above",
    "tests/test_faults_memory.py::test_no_odd_argument_of_a_public_function_keeps_a_reference": "as the one above",
    "tests/test_faults_signals.py::test_faulthandler_tells_where_a_worker_has_failed": "the sanitizer takes the signal",
    "tests/test_fuzz.py::test_case_that_kills_the_process_is_told_with_its_program": "the sanitizer takes the signal",
    "tests/test_pool.py::test_harness_notices_a_caller_that_does_not_wait": "a fault that is wanted",
    "tests/test_loss_call.py::test_everything_fits_on_a_small_stack": "frames are larger",
    "tests/test_loss_call.py::test_no_frame_is_large": "compiles sources of its own",
    "tests/test_temporaries.py::test_resident_memory_grows_by_less_than_a_megabyte_a_thread": "freed memory is kept",
    "tests/test_proof.py": "the harness runs below, on inputs that it has time for",
    "tests/test_loss_proof.py": "the harness runs below",
    "tests/test_benchmarks.py": "calls and times what the other tests call",
    "tests/test_examples.py": "calls what the other tests call, beside libraries that draw",
    "tests/test_tutorials.py": "as the examples",
    "tests/test_readme.py": "as the examples",
    "tests/test_build.py": "builds and reads sources, and has a sanitizer of its own",
    "tests/test_conftest.py": "about pytest alone",
    "tests/test_layers.py": "reads sources alone",
    "tests/test_expanded.py": "reads sources alone",
    "tests/test_oracle.py": "about the reference alone",
    "tests/test_accuracy.py": "the harness runs the kernels below; the rest of its time is the reference's",
    "tests/test_hard_inputs.py": "as test_accuracy",
    "tests/test_inputs.py": "reads sources alone",
    "tests/test_surface.py": "about names and signatures alone",
    "tests/test_remedies.py": "about what errors say; test_arguments makes them",
    "tests/test_doctests.py": "as the examples",
    "tests/test_boosting.py": "calls what the other tests call, in Python",
    "tests/test_linear.py": "as test_boosting",
    "tests/test_dask.py": "as test_boosting; test_accumulator adds up",
    "tests/test_containers_page.py": "as the examples",
    "tests/test_command.py": "processes of their own, which call what the other tests call",
    "tests/test_import.py": "imports alone",
    "tests/test_torch_import.py": "imports alone",
}

# Every so many blocks of a function's inputs, and blocks of a loss's.
EVERY, LOSS_BLOCKS = 4093, 4


class Control(NamedTuple):
    """A fault in a file of the scalar kernels: what is written instead of what, the code that meets it, the report."""

    right: str
    wrong: str
    code: str
    report: str


CONTROL_FILE, CONTROL_SOURCE = "vec/scalar.h", "kernels/scalar"
CONTROLS = {
    "a read one element past the end": Control(
        "INLINE vf64 v_load_f32_as_f64(const f32 *x) { return *x; }",
        "INLINE vf64 v_load_f32_as_f64(const f32 *x) { return x[1]; }",
        # Longer than what NumPy keeps for the next array instead of freeing it.
        "pysigmoid.sigmoid_gate(*np.ones((2, 3000), np.float32))",
        "heap-buffer-overflow",
    ),
    "a signed overflow": Control(
        "integer gap = (integer)(distance_of_bits_##t(p, q) + half) >> (mantissa_bits);",
        "integer gap = (bits_of_##t(p) - bits_of_##t(q) + (integer)half) >> (mantissa_bits);",
        "pysigmoid.logit(np.full(3000, -1, np.float32))",
        "signed integer overflow",
    ),
}


class Sanitized:
    """The copy, built; and processes that run there."""

    def __init__(self, folder: Path) -> None:
        self.copy, self.reports = folder / "copy", folder / "reports"
        self.reports.mkdir()
        shutil.copytree(ROOT, self.copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        (self.copy / "csrc" / "compiler_flags.txt").write_text("\n".join([*FLAGS, *ADDED]) + "\n")
        options = f"detect_leaks=0:allocator_may_return_null=1:log_path={self.reports / 'report'}"
        self.build = os.environ | {"LDFLAGS": SANITIZERS}
        self.run = self.build | {
            "LD_PRELOAD": " ".join(runtimes()),
            "PYTHONMALLOC": "malloc",
            "ASAN_OPTIONS": options,
            "UBSAN_OPTIONS": f"print_stacktrace=1:{options}",
        }
        self.python("setup.py", "--quiet", "build_ext", "--inplace", environment=self.build)

    def python(self, *words: str, environment: dict[str, str] | None = None) -> int:
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=self.copy, env=environment or self.run, timeout=LIMIT).returncode

    def found(self) -> list[str]:
        """The reports since the last call; a warning that memory is refused is none."""
        texts = []
        for path in sorted(self.reports.iterdir()):
            texts.append(path.read_text())
            path.unlink()
        return [text for text in texts if any(word in text for word in ("ERROR: ", "runtime error: "))]

    def break_kernels(self) -> None:
        """Build the scalar kernels anew with the faults of the controls, and link."""
        header = self.copy / "csrc" / CONTROL_FILE
        text = header.read_text()
        for control in CONTROLS.values():
            if text.count(control.right) != 1:
                raise ValueError(f"{CONTROL_FILE} no longer says {control.right!r}: adapt the control")
            text = text.replace(control.right, control.wrong)
        header.write_text(text)
        (extension,) = self.copy.glob("pysigmoid/_core*.so")
        (broken,) = self.objects(CONTROL_SOURCE)
        self.compile("-c", f"csrc/{CONTROL_SOURCE}.c", "-o", broken)
        self.compile("-shared", *self.objects("*/*"), "-o", str(extension))

    def harness(self, name: str) -> str:
        """One of the proofs' programs, linked with the kernels of the extension."""
        objects = [path for folder in WITH_KERNELS for path in self.objects(f"{folder}/*")]
        self.compile(f"proof/{name}.c", *objects, "-o", name)
        return str(self.copy / name)

    def objects(self, pattern: str) -> list[str]:
        return [str(path) for path in sorted(self.copy.glob(f"build/temp*/csrc/{pattern}.o"))]

    def compile(self, *words: str) -> None:
        compiler = [*shlex.split(compiler_of_python()), *FLAGS, *ADDED, "-fPIC", "-Icsrc", "-Iproof"]
        subprocess.run([*compiler, *words, "-lm", "-lpthread"], cwd=self.copy, check=True)


def runtimes() -> list[str]:
    """The sanitizers' libraries, which have to be loaded before all others; none where the compiler has none."""
    found = []
    for name in RUNTIMES:
        command = [*shlex.split(compiler_of_python()), f"-print-file-name={name}"]
        path = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        found += [path] if Path(path).is_absolute() else []
    return found if len(found) == len(RUNTIMES) else []


def check_tests(sanitized: Sanitized, tests: list[str]) -> list[str]:
    """What the tests and the sanitizers have to say; every processor takes a share of the tests."""
    deselected = [f"--deselect={test}" for test in NOT_RUN]
    shared = ["-n", str(processors()), "--dist", "worksteal"]
    options = ["-q", "-p", "no:cacheprovider", "-m", "not timed and not control", *shared, *deselected]
    code = sanitized.python("-m", "pytest", *options, *(tests or ["tests"]))
    return [*sanitized.found(), *([f"the tests under the sanitizers end with {code}"] if code else [])]


def check_harnesses(sanitized: Sanitized) -> list[str]:
    """The proofs' harnesses over some of their inputs, all functions and forms."""
    sweep, loss_sweep = sanitized.harness("sweep"), sanitized.harness("loss_sweep")
    commands = [[loss_sweep, "hash", isa, str(LOSS_BLOCKS)] for isa in _core.isa_available]
    for row in _core.functions:
        commands += [
            [sweep, "hash", isa, row["name"], dtype, str(EVERY)]
            for isa in (*_core.isa_available, NUMBERS)
            for dtype in DTYPES
        ]

    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, env=sanitized.build, capture_output=True, text=True)

    with ThreadPoolExecutor(processors()) as pool:
        done = pool.map(run, commands)
        wrong = [f"{' '.join(run.args[1:])}: {run.stderr}" for run in done if run.returncode != 0]
    print(f"{len(commands)} runs of the harnesses, {len(wrong)} with a report")
    return wrong


def check_controls(sanitized: Sanitized) -> list[str]:
    sanitized.break_kernels()
    missed = []
    for name, control in CONTROLS.items():
        command = [sys.executable, "-c", f"import numpy as np, pysigmoid\n{control.code}"]
        environment = sanitized.run | {"PYSIGMOID_ISA": "scalar"}
        done = subprocess.run(command, cwd=sanitized.copy, env=environment, capture_output=True, text=True)
        reports = "".join([done.stderr, *sanitized.found()])  # one of the two runtimes writes its own to stderr
        noticed = done.returncode != 0 and control.report in reports
        print(f"control, {name}: {control.report if noticed else 'not noticed'}")
        missed += [] if noticed else [f"the sanitizers do not notice {name}:\n{reports}"]
    return missed


def main() -> int:
    if not runtimes():
        print(f"no {' or '.join(RUNTIMES)} beside {compiler_of_python()}: the sanitizers do not run")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        sanitized = Sanitized(Path(folder))
        wrong = [
            *check_tests(sanitized, sys.argv[1:]),
            *check_harnesses(sanitized),
            *check_controls(sanitized),
        ]
    print("\n".join(wrong) or "no report of the sanitizers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
