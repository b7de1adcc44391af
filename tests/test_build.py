"""The build: its flags, what it compiles and when, what it refuses to compile, and a source tree that was not built."""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import numpy as np
import pytest

from extension import REPOSITORY
from proof.build import FLAGS, compiler_of_python
from proof.sweeps import processors
from pysigmoid import _core

CSRC = REPOSITORY / "csrc"


def glob(pattern):
    return sorted(str(path.relative_to(CSRC.parent)) for path in CSRC.glob(pattern))


SOURCES = glob("*/*.c")
COMPUTES_NOTHING = {
    "csrc/threads/pool.c",
    "csrc/kernels/dividers.c",
    *(f"csrc/arrays/{stem}.c" for stem in ("axes", "overlap", "tasks")),
}
OF_ANOTHER_ARCHITECTURE = {*glob("kernels/neon.c" if platform.machine() == "x86_64" else "kernels/avx*.c")}

# Stands for the compiler: makes an empty file of whatever it gets, and writes down what it was asked. On request it
# waits for another at its side, and notes that one came.
COMPILER = """#!/bin/sh
touch "$NOTES/running-$$"
while [ "$WAITS" -gt 0 ] && [ ! -e "$NOTES/beside" ]; do
    [ "$(ls "$NOTES" | grep -c running)" -gt 1 ] && touch "$NOTES/beside"
    WAITS=$((WAITS - 1))
    sleep 0.01
done
for word; do
    [ "$previous" = -o ] && touch "$word"
    previous=$word
done
printf '%s\\n' "$@" > "$NOTES/words-$$"
rm "$NOTES/running-$$"
"""


class Tree:
    """A copy of what is built, which is built by a compiler that only takes notes."""

    def __init__(self, folder):
        self.folder, self.notes = folder / "tree", folder / "notes"
        self.folder.mkdir()
        self.notes.mkdir()
        shutil.copytree(CSRC, self.folder / "csrc")
        for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(REPOSITORY / name, self.folder)
        (self.folder / "pysigmoid").mkdir()
        for path in (REPOSITORY / "pysigmoid").glob("*.py"):
            shutil.copy(path, self.folder / "pysigmoid")
        self.compiler = folder / "compiler"
        self.compiler.write_text(COMPILER)
        self.compiler.chmod(0o755)

    def build(self, *options, waits=0, **variables):
        """The words of the compiler's command for each source."""
        for note in self.notes.iterdir():
            note.unlink()
        ours = {"CC": str(self.compiler), "NOTES": str(self.notes), "WAITS": str(waits)}
        environment = {name: value for name, value in os.environ.items() if name not in ("CFLAGS", "PYSIGMOID_DEBUG")}
        command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace", *options]
        subprocess.run(command, cwd=self.folder, env=environment | ours | variables, check=True, capture_output=True)
        commands = [path.read_text().splitlines() for path in self.notes.glob("words-*")]
        compiled = {word: words for words in commands for word in words if word.endswith(".c")}
        assert len(compiled) == sum("-c" in words for words in commands)
        return compiled

    def compiled_side_by_side(self):
        return (self.notes / "beside").exists()


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def last(words, *choices):
    return [word for word in words if word in choices][-1]


def test_every_source_is_compiled_once_and_the_list_of_flags_comes_last(tree):
    compiled = tree.build(CFLAGS="-g3 -O0 -DCFLAGS_ARE_HONOURED")
    assert sorted(compiled) == SOURCES
    for words in compiled.values():
        assert words[-len(FLAGS) :] == FLAGS
        assert "-DCFLAGS_ARE_HONOURED" in words


def test_list_of_flags_leaves_nothing_of_pythons_own_that_changes_the_program():
    """Python's flags come first: what they decide has to be decided again, for the proofs do not have them."""
    pythons = shlex.split(sysconfig.get_config_var("CFLAGS"))
    harmless = ("-W", "-g", "-O", "-fstack-", "-D_FORTIFY_SOURCE", "-DDYNAMIC_ANNOTATIONS_ENABLED", "-f", "-I", "-m")
    deciding = {"-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off", "-DNDEBUG"}
    assert deciding <= set(FLAGS)
    assert all(flag.startswith(harmless) or flag in FLAGS for flag in pythons)


@pytest.mark.parametrize(("value", "debugs"), [("1", True), ("0", False), (None, False)])
def test_variable_asks_for_a_debug_build(tree, value, debugs):
    for words in tree.build(**({} if value is None else {"PYSIGMOID_DEBUG": value})).values():
        assert last(words, "-g", "-g0") == ("-g" if debugs else "-g0")
        assert last(words, "-O0", "-Og", "-O2", "-O3") == ("-Og" if debugs else "-O3")
        assert last(words, "-DNDEBUG", "-UNDEBUG") == ("-UNDEBUG" if debugs else "-DNDEBUG")


FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
LIMITED, OWN = f"_core.abi3{EXTENSION_SUFFIXES[-1]}", f"_core{EXTENSION_SUFFIXES[0]}"


@pytest.mark.parametrize(("value", "limited"), [("1", False), (None, not FREE_THREADED)])
def test_one_file_serves_every_python_unless_another_is_asked_for(tree, value, limited):
    for words in tree.build(**({} if value is None else {"PYSIGMOID_FULL_API": value})).values():
        assert ("-DPy_LIMITED_API=0x030b0000" in words) == limited
    assert [path.name for path in (tree.folder / "pysigmoid").glob("_core.*")] == [LIMITED if limited else OWN]


def test_file_that_serves_every_python_has_the_name_that_the_oldest_looks_for(tree):
    """Python 3.15 has it built with its platform in the name, which no Python before 3.14 imports."""
    newer = 'import sysconfig\nsysconfig.get_config_vars()["SOABI_PLATFORM"] = "platform"\n'
    (tree.folder / "sitecustomize.py").write_text(newer)
    tree.build(PYTHONPATH=str(tree.folder))
    built = [path.name for path in (tree.folder / "pysigmoid").glob("_core.*")]
    assert built == [OWN if FREE_THREADED else LIMITED]


def test_build_takes_away_what_this_python_would_import_instead(tree):
    of_another = "_core.cpython-39-x86_64-linux-gnu.so"
    for name in {of_another, OWN, LIMITED}:
        (tree.folder / "pysigmoid" / name).touch()
    tree.build()
    left = {path.name for path in (tree.folder / "pysigmoid").glob("_core.*")}
    assert left == {of_another, LIMITED} | ({OWN} if FREE_THREADED else set())


def test_build_says_what_it_is_and_names_no_path(tree):
    words = tree.build(CFLAGS="-DSEEN -I/home/somebody/include")["csrc/python/module.c"]
    (told,) = (word for word in words if word.startswith("-DPYSIGMOID_FLAGS="))
    assert told == f'-DPYSIGMOID_FLAGS="{" ".join(["-DSEEN", *FLAGS])}"'
    assert _core.build["api"] == ("full" if Path(_core.__file__).name == OWN else "abi3")
    assert _core.build["compiler"].startswith(("GCC ", "Clang ", "Apple "))
    assert set(FLAGS) <= set(_core.build["flags"].split())


@pytest.mark.skipif(processors() == 1, reason="platform: one processor compiles one source at a time")
def test_sources_are_compiled_side_by_side(tree):
    tree.build(waits=500)
    assert tree.compiled_side_by_side()


def test_sources_are_compiled_in_turn_on_request(tree):
    tree.build("--parallel", "1", waits=2)
    assert not tree.compiled_side_by_side()


def test_nothing_is_compiled_again_until_a_file_changes(tree):
    assert tree.build()
    assert not tree.build()
    for touched in ("csrc/vec/pack.h", "csrc/functions.def", "csrc/threads/pool.c", "csrc/compiler_flags.txt"):
        os.utime(tree.folder / touched)
        assert tree.build(), touched
    assert not tree.build()


def test_a_source_that_does_not_compile_is_an_error_that_names_it(tree):
    for path in (tree.folder / "csrc").rglob("*.c"):
        path.unlink()
    (tree.folder / "csrc" / "threads" / "pool.c").write_text("int ;;; broken(\n")
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=tree.folder, capture_output=True, text=True)
    assert done.returncode != 0
    assert "csrc/threads/pool.c" in done.stderr


# ---- what is refused ----


def refusal(source, *flags, compiler=None):
    """What the compiler says to a source file that it does not take; "" where it does."""
    includes = [f"-I{CSRC}", f"-I{np.get_include()}", f"-I{sysconfig.get_path('include')}"]
    command = [
        *shlex.split(compiler or compiler_of_python()),
        *FLAGS,
        *includes,
        *flags,
        "-fsyntax-only",
        "-Wfatal-errors",
    ]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True)
    assert (done.returncode == 0) == ("error" not in done.stderr)
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("source", sorted(set(SOURCES) - COMPUTES_NOTHING - OF_ANOTHER_ARCHITECTURE))
def test_no_file_that_computes_compiles_under_fast_math(source):
    assert "without -ffast-math" in refusal(REPOSITORY / source, "-ffast-math")


def test_finite_mathematics_alone_is_refused():
    assert "without -ffast-math" in refusal(CSRC / "kernels" / "scalar.c", "-ffinite-math-only")


@pytest.mark.parametrize("flags", [["-funsafe-math-optimizations"], ["-freciprocal-math"], ["-fno-signed-zeros"]])
def test_parts_of_fast_math_that_have_no_macro_are_refused(flags):
    """gcc tells them by one macro for all; other compilers have none."""
    macros = subprocess.run(
        [*shlex.split(compiler_of_python()), "-dM", "-E", "-x", "c", os.devnull],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "__GCC_IEC_559" not in macros:
        pytest.skip("platform: this compiler has no macro that tells parts of -ffast-math")
    assert "without -ffast-math" in refusal(CSRC / "kernels" / "scalar.c", *flags)


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ("-D__FLT_EVAL_METHOD__=2", "not x87"),
        ("-D__FLT_MANT_DIG__=23", "binary32"),
        ("-D__DBL_MANT_DIG__=52", "binary64"),
        ("-D__LDBL_MAX_EXP__=128", "longdouble"),
    ],
)
def test_arithmetic_in_another_format_is_refused(definition, complaint):
    name = definition[2:].partition("=")[0]
    assert complaint in refusal(CSRC / "kernels" / "scalar.c", f"-U{name}", definition, "-w")


def test_x87_arithmetic_is_refused():
    if "387" in refusal(os.devnull, "-x", "c", "-mfpmath=387"):
        pytest.skip("platform: this compiler or processor has no x87 arithmetic for float")
    assert "not x87" in refusal(CSRC / "kernels" / "scalar.c", "-mfpmath=387")


def test_clang_that_hides_its_likeness_to_gcc_inlines_all_the_same(tmp_path):
    """clang-cl defines __clang__ without __GNUC__."""
    (tmp_path / "one.c").write_text('#include "inline.h"\nINLINE int one(void) { return 1; }\n')
    command = [*shlex.split(compiler_of_python()), f"-I{CSRC}", "-U__GNUC__", "-D__clang__=1", "-E", "one.c"]
    assert "always_inline" in subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout


# ---- arithmetic that C leaves undefined ----

# Every exponent and both signs, with a mantissa of zeros, of ones, and a nan: the words that take numbers apart.
WORDS_ON_BITS = """
#include <stdio.h>
#include "vec/scalar.h"

static uint32_t sum;

static void add_f32(vf32 x) { sum += (uint32_t)bits_of_f32(x); }
static void add_f64(vf64 x) { sum += (uint32_t)(bits_of_f64(x) >> 32); }

static void try_halves(f16 half, bf16 brain, vf32 x, vf64 y)
{
    add_f32(v_load_f16_as_f32(&half));
    add_f32(v_load_bf16_as_f32(&brain));
    v_store_f16_from_f32(&half, x);
    v_store_bf16_from_f32(&brain, x);
    sum += half.bits + brain.bits;
    v_store_f16_from_f64(&half, y);
    v_store_bf16_from_f64(&brain, y);
    sum += half.bits + brain.bits;
}

static void try_bits(vf32 x, vf64 y)
{
    add_f32(v_exponent_gap_f32(x, 1) + v_exponent_gap_f32(1, x));
    add_f64(v_exponent_gap_f64(y, 1) + v_exponent_gap_f64(1, y));
    add_f32(v_exp2_f32(x));
    add_f64(v_exp2_f64(y));
    add_f32(v_ldexp_biased_f32(1, x));
    add_f64(v_ldexp_biased_f64(1, y));
    sum += (uint32_t)v_all_moderate_f64(y);
}

int main(void)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        f16 half = {(uint16_t)bits};
        bf16 brain = {(uint16_t)bits};
        vf32 x = from_bits_f32((int32_t)(bits << 16)), filled_x = from_bits_f32((int32_t)(bits << 16 | 0xffff));
        vf64 y = from_bits_f64((int64_t)((uint64_t)bits << 48)), filled_y = from_bits_f64(~bits_of_f64(y));
        try_halves(half, brain, x, y);
        try_halves(half, brain, filled_x, filled_y);
        try_bits(x, y);
        try_bits(filled_x, filled_y);
    }
    printf("%08x\\n", sum);
    return 0;
}
"""


def bits_taken_apart(folder, text, *flags):
    """The exit code and output of the program; the sanitizer stops it by an illegal instruction."""
    (folder / "words.c").write_text(text)
    command = [*shlex.split(compiler_of_python()), *FLAGS, f"-I{CSRC}", *flags, "words.c", "-o", "words", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    done = subprocess.run(["./words"], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


SANITIZED = ("-fno-wrapv", "-fsanitize=undefined,float-cast-overflow", "-fsanitize-undefined-trap-on-error")


def test_no_bits_of_a_number_make_the_arithmetic_undefined(tmp_path):
    """Nothing rests on -fwrapv."""
    code, printed = bits_taken_apart(tmp_path, WORDS_ON_BITS, *SANITIZED)
    assert code == 0
    assert (code, printed) == bits_taken_apart(tmp_path, WORDS_ON_BITS)


def test_undefined_arithmetic_is_noticed(tmp_path):
    """The control: the distance of two numbers in signed arithmetic, as -1 and 2 have it."""
    text = WORDS_ON_BITS.replace("v_all_moderate_f64(y)", "((bits_of_f64(y) - bits_of_f64(2)) >> 52)")
    assert text != WORDS_ON_BITS
    assert bits_taken_apart(tmp_path, text, *SANITIZED)[0] < 0
    assert bits_taken_apart(tmp_path, text)[0] == 0


# ---- a source tree that was not built ----


def complaint_of_import(folder, statement):
    """The last line of the error. Without site: where pysigmoid is installed for editing, that would be found."""
    site_packages = Path(np.__file__).parent.parent
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    environment["PYTHONPATH"] = f"{folder}{os.pathsep}{site_packages}"
    command = [sys.executable, "-S", "-c", statement]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


@pytest.fixture
def unbuilt(tmp_path):
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(REPOSITORY / "pysigmoid", tmp_path / "pysigmoid", ignore=ignored)
    shutil.copy(REPOSITORY / "setup.py", tmp_path)
    return tmp_path


@pytest.mark.parametrize("statement", ["import pysigmoid", "from pysigmoid import nn", "import pysigmoid.functional"])
def test_source_tree_that_was_not_built_says_how_to_build_it(unbuilt, statement):
    complaint = complaint_of_import(unbuilt, statement)
    assert complaint.startswith(f"ImportError: pysigmoid in the source tree {unbuilt} is not compiled: ")
    for remedy in ("`python setup.py build_ext --inplace`", "`make test`", "`pip install .`", "leave that directory"):
        assert remedy in complaint


def test_extension_of_another_python_is_named(unbuilt):
    (unbuilt / "pysigmoid" / "_core.cpython-39-x86_64-linux-gnu.so").touch()
    complaint = complaint_of_import(unbuilt, "import pysigmoid")
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    assert f"for another Python (_core.cpython-39-x86_64-linux-gnu.so) than this {python}" in complaint
    assert "build_ext --inplace" in complaint


def test_installation_without_its_extension_says_to_install_it_anew(unbuilt):
    (unbuilt / "setup.py").unlink()
    assert "pip install --force-reinstall pysigmoid-ufuncs" in complaint_of_import(unbuilt, "import pysigmoid")


def test_other_errors_of_an_import_stay_what_they_are(unbuilt):
    (unbuilt / "pysigmoid" / "_core.py").write_text("import a_module_that_is_nowhere\n")
    complaint = complaint_of_import(unbuilt, "import pysigmoid")
    assert complaint.startswith("ModuleNotFoundError: No module named 'a_module_that_is_nowhere'")
