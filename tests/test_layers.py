"""Who may know what: the includes, imports and words of every layer; and that every row is complete.

A file that belongs to no layer fails as well: give it one here.
"""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest

import oracle
import pysigmoid
from bounds import ROWS
from extension import REPOSITORY
from pysigmoid import _core

CSRC, PACKAGE = REPOSITORY / "csrc", REPOSITORY / "pysigmoid"

STANDARD_C = [
    "assert.h", "errno.h", "float.h", "limits.h", "math.h", "stdatomic.h",
    "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
]  # fmt: skip
LISTS = ["functions.def", "isa.def"]
TABLE = ["kernels.h", "inline.h", "guards.h"]  # a kernel, the word for inlining, what all rests on: everybody's
DISPATCH = "kernels/di*.*"  # dispatch and dividers: not of the kernels' folder where it comes to what it knows
DESCRIBE = "python/describe.c"  # alone in its folder to know strides: it tells the arrays' folder where elements lie

# layer, a folder of csrc or the first that names a file: what it may include beside its own files
LAYERS = {
    ".": [*STANDARD_C],
    DESCRIBE: ["python/*", "arrays/*"],
    "python": [
        "Python.h", "numpy/*", *STANDARD_C, *LISTS, *TABLE, "arrays/*", "threads/pool.h", "kernels/dispatch.h",
        "single/numbers.h",
    ],
    "single": [
        *STANDARD_C, *LISTS, *TABLE, "arrays/mode.h", "kernels/dispatch.h", "kernels/target.h",
        "kernels/for_each_pack.h", "vec/scalar.h", "math/*",
    ],
    "arrays": [*STANDARD_C, "fenv.h", *TABLE, "threads/pool.h", "kernels/dispatch.h"],
    "threads": [*STANDARD_C, "pthread.h", "sched.h", "unistd.h", "signal.h", "time.h"],
    DISPATCH: [*STANDARD_C, *LISTS, "kernels.h", "guards.h", "cpuid.h", "sys/auxv.h", "asm/hwcap.h", "sys/sysctl.h"],
    "kernels": [*STANDARD_C, *LISTS, *TABLE, "immintrin.h", "arm_neon.h", "vec/*", "math/*"],
    "math": ["float.h", *TABLE],
    "vec": ["math.h", "stdint.h", "string.h", *TABLE],
}  # fmt: skip

INTRINSICS = r"\b_mm\d*_\w+|\b__m(128|256|512)\w*|\b(float|u?int)\d+x\d+(x\d)?_t\b|\bv(ld1|st1|dup|add|mul|fma)q\w*"
PYTHON_API = r"\bPy[A-Z_]\w*|\b(npy|NPY)_\w+"
MEMORY = r"\b(mem(cpy|set|move)|ptrdiff_t|size_t|intptr_t|LANES_\w+)\b"
THREADS = r"\bpthread_\w+|\bfork\b"
STRIDES = r"\b(PyArray_STRIDES?|strides)\b"
FORMULAS = r"\b(exp|log|log1p|expm1|tanh|atanh)[fl]?\s*\("

# layer: words its code may not use, comments and strings apart
FORBIDDEN = {
    ".": [INTRINSICS, PYTHON_API, FORMULAS, THREADS],
    DESCRIBE: [INTRINSICS, FORMULAS, THREADS],
    "python": [INTRINSICS, FORMULAS, STRIDES],
    "single": [INTRINSICS, PYTHON_API, FORMULAS, THREADS],
    "arrays": [INTRINSICS, PYTHON_API, FORMULAS, THREADS],
    "threads": [INTRINSICS, PYTHON_API, FORMULAS],
    DISPATCH: [INTRINSICS, PYTHON_API, FORMULAS],
    "kernels": [INTRINSICS, PYTHON_API, FORMULAS, THREADS],
    "math": [INTRINSICS, PYTHON_API, MEMORY, THREADS],
    "vec": [PYTHON_API, FORMULAS, THREADS],
}

SOURCES = sorted(str(path.relative_to(CSRC)) for path in CSRC.rglob("*") if path.suffix in (".c", ".h", ".def"))


def matches(name, patterns):
    return any(fnmatch(name, pattern) for pattern in patterns)


def layer_of(name):
    """The layer that names the file; else its folder's."""
    folder = str(Path(name).parent)
    named = [layer for layer in LAYERS if fnmatch(name, layer)]
    return named[0] if named else folder if folder in LAYERS else None


def without_comments_and_strings(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"', " ", text, flags=re.DOTALL)


def offences(name, text):
    """What a file of this name may not contain."""
    layer = layer_of(name)
    if layer is None:
        return [f"{name} belongs to no layer"]
    own = [other for other in SOURCES if layer_of(other) == layer]
    included = re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE)
    found = [f"#include {header}" for header in included if not matches(header, [*own, *LAYERS[layer]])]
    code = without_comments_and_strings(re.sub(r"^\s*#\s*include[^\n]*", "", text, flags=re.MULTILINE))
    for words in FORBIDDEN[layer]:
        found += [match.group() for match in re.finditer(words, code)]
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_file_keeps_to_its_layer(name):
    found = offences(name, (CSRC / name).read_text())
    assert not found, f"{name} ({layer_of(name)}) may not use {', '.join(found)}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("arrays/loops.c", '#include "math/f32.h"'),
        ("arrays/loops.c", "#include <Python.h>"),
        ("arrays/losses.c", "#include <numpy/ndarraytypes.h>"),
        ("threads/pool.c", '#include "arrays/loops.h"'),
        ("kernels/dispatch.c", '#include "vec/avx2.h"'),
        ("kernels/template.h", '  #  include "arrays/loops.h"'),
        ("math/wide.h", '#include "vec/scalar.h"'),
        ("math/wide.h", "#include <immintrin.h>"),
        ("math/wide.h", "vf64 y = _mm256_add_pd(a, b);"),
        ("math/wide.h", "memcpy(to, from, n);"),
        ("vec/neon.h", '#include "math/wide.h"'),
        ("vec/avx2.h", "return exp(x);"),
        ("python/ufuncs.c", '#include "math/functions.h"'),
        ("python/ufuncs.c", "double y = log1p(x);"),
        ("python/apply.c", "step = PyArray_STRIDE(array, axis);"),
        ("python/loss_operands.c", "steps = PyArray_STRIDES(array);"),
        ("python/first_outside.c", "steps = ((PyArrayObject_fields *)array)->strides;"),
        ("arrays/loops.c", "Py_BEGIN_ALLOW_THREADS"),
        ("kernels/avx2.c", "__m256d x;"),
        ("kernels.h", '#include "arrays/loops.h"'),
        ("newcomers/newcomer.c", ""),
    ],
)
def test_check_finds_what_is_forbidden(name, text):
    assert len(offences(name, text)) == 1


def test_check_does_not_read_comments_or_strings():
    assert (
        offences("arrays/loops.c", '/* PyObject, _mm_add_ps */ static const char *text = "Py_None"; // npy_intp') == []
    )


def test_every_instruction_set_has_its_two_files():
    """But for an amended one, which has the vocabulary of another."""
    text = (CSRC / "isa.def").read_text()
    others = dict(re.findall(r"^AMENDED_ISA\((\w+), (\w+)\)$", text, re.MULTILINE))
    for isa in set(re.findall(r"^(?:FOREIGN_)?ISA\((\w+)", text, re.MULTILINE)):
        assert f"vec/{others.get(isa, isa)}.h" in SOURCES
        assert f"kernels/{isa}.c" in SOURCES


def test_every_instruction_set_is_known_on_every_architecture():
    """Under its name, where it cannot run: the portable one alone is nowhere foreign."""
    text = (CSRC / "isa.def").read_text()
    at_home, foreign = (
        re.findall(rf"^{word}\((\w+)", text, re.MULTILINE) for word in ("(?:AMENDED_)?ISA", "FOREIGN_ISA")
    )
    assert sorted(at_home) == sorted([*foreign, "scalar"])


def test_features_that_kernels_are_compiled_for_are_those_that_are_looked_for():
    rows = re.findall(r"^ISA\((\w+), (HAS.*)\)$", (CSRC / "isa.def").read_text(), re.MULTILINE)
    assert len(rows) == 2
    for isa, test in rows:
        for path in (CSRC / "kernels").glob(f"{isa}*.c"):
            (target,) = re.findall(r'TARGET_BEGIN\("(.*)"\)', path.read_text())
            assert target.split(",") == re.findall(r"HAS\((\w+)\)", test), path.name


@pytest.mark.skipif(sys.platform != "linux", reason="platform: nm prints ELF symbols as expected here")
def test_visible_symbols_are_the_init_function_and_what_threadpoolctl_calls():
    """It finds a library's functions in the loaded file; whatever else is visible could clash with another library."""
    command = ["nm", "-D", "--defined-only", _core.__file__]
    symbols = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    visible = [line.split()[-1] for line in symbols.splitlines()]
    assert sorted(visible) == ["PyInit__core", "pysigmoid_get_num_threads", "pysigmoid_set_num_threads"]


# ---- the Python side ----

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text())
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imports(tree, everywhere=True):
    """Dotted names a module imports; those for type checkers apart, and on request those inside functions."""
    skipped = {
        id(node)
        for branch in ast.walk(tree)
        if (isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING")
        or (not everywhere and isinstance(branch, (ast.FunctionDef, ast.AsyncFunctionDef)))
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", MODULES)
def test_module_needs_numpy_alone_until_another_library_is_used(module):
    """A module or package that serves a library begins with its name, and is imported by its users only."""
    library = module.partition(".")[0].lstrip("_").partition("_")[0]
    allowed = {*sys.stdlib_module_names, "numpy", "pysigmoid", library}
    needed = {name.partition(".")[0] for name in imports(MODULES[module], everywhere=False)}
    assert needed <= allowed, f"pysigmoid/{module}.py imports {needed - allowed} when it is imported"


@pytest.mark.parametrize("module", MODULES)
def test_module_touches_no_pointers(module):
    names = {name.partition(".")[0] for name in imports(MODULES[module])}
    attributes = {node.attr for node in ast.walk(MODULES[module]) if isinstance(node, ast.Attribute)}
    assert not names & {"ctypes", "cffi"}
    assert not attributes & {"ctypes", "__array_interface__", "__array_struct__", "strides"}


def module_of(name):
    """The module of the package in which a dotted name lies, if it does."""
    parts = name.split(".")[1:]
    candidates = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return next((candidate for candidate in candidates if candidate in MODULES), None)


def test_modules_import_each_other_without_cycles():
    graph = {module: {module_of(name) for name in imports(tree)} for module, tree in MODULES.items()}
    while graph:
        leaves = {module for module, needed in graph.items() if not needed & set(graph)}
        assert leaves, f"these import each other in a circle: {sorted(graph)}"
        graph = {module: needed for module, needed in graph.items() if module not in leaves}


DOWNWARDS = [
    ("nn", "_modules"), ("nn", "_loss_modules"), ("_modules", "functional"), ("_loss_modules", "_losses"),
    ("nn", "_loss_classes"), ("_loss_classes", "_loss_modules"), ("_loss_classes", "_losses"),
    ("functional", "_elementwise"), ("functional", "_logistic"), ("functional", "_focal"),
    ("_elementwise", "_core"), ("_logistic", "_losses"), ("_focal", "_losses"), ("_losses", "_core"),
]  # fmt: skip


@pytest.mark.parametrize(("upper", "lower"), DOWNWARDS)
def test_layers_of_the_package_call_downwards(upper, lower):
    below = {name for name in imports(MODULES.get(lower, ast.Module([], [])))}
    assert f"pysigmoid.{upper}" not in below
    assert any(name.startswith(f"pysigmoid.{lower}") for name in imports(MODULES[upper]))


# ---- completeness: one row, and everything that follows from it ----


TYPES = (PACKAGE / "_types.pyi").read_text()
ARITIES = {(1, 1): "OneToOne", (1, 2): "OneToTwo", (2, 1): "TwoToOne", (2, 2): "TwoToTwo"}  # of pysigmoid/_types.pyi


def stub_of(ufunc, labelled):
    """Its line in pysigmoid/_core.pyi."""
    beside = "" if ufunc.nin == 1 else "[Labels]" if labelled else "[PythonNumber]"
    return f"{ufunc.__name__}: {ARITIES[ufunc.nin, ufunc.nout]}{beside}"


def missing_of(name):
    """What the row of this name still needs, and where; the compiler asks for formulas and help text."""
    tests, stub = REPOSITORY / "tests", (PACKAGE / "_core.pyi").read_text()
    outputs = ROWS[name]["outputs"] if name in ROWS else [name]  # those of other rows, if it has two
    second_opinions = (tests / "test_oracle.py").read_text()
    formulas = "".join(path.read_text() for path in (CSRC / "math").glob("*.h"))
    docs = "".join(path.read_text() for path in (CSRC / "python").glob("*_docs.h"))
    places = {
        f"{name}_f32, {name}_in_wide or F({name}) in csrc/math": re.search(rf"\b{name}(_f32|_in_wide|\))", formulas),
        f"{name}_doc in csrc/python/ufunc_docs.h": f"char {name}_doc[]" in docs,
        f"'{name}: ' and its arity in pysigmoid/_core.pyi": f"\n{name}: " in stub,
        f"'{name}' in pysigmoid.__all__": name in pysigmoid.__all__,
        f"{name} in tests/oracle.py": all(hasattr(oracle, output) for output in outputs),
        "SECOND_OPINION in tests/test_oracle.py": all(f'"{output}"' in second_opinions for output in outputs),
        "its limits in tests/test_special_values.py": f'"{name}"' in (tests / "test_special_values.py").read_text(),
        "NumPy's formula in benchmarks/peers.py": f'"{name}"' in (REPOSITORY / "benchmarks" / "peers.py").read_text(),
    }
    return [place for place, found in places.items() if not found]


@pytest.mark.parametrize("name", ROWS)
def test_row_is_complete(name):
    """The bare name leads from the row to formula, documentation, stub, oracle, limits and peers."""
    assert missing_of(name) == [], f"the row {name} of csrc/functions.def needs more"


def test_row_that_is_alone_is_told_all_that_it_needs():
    assert len(missing_of("hard_sigmoid")) == 8


def test_stub_has_every_ufunc_with_its_arity_and_what_may_stand_beside_an_array():
    lines = re.findall(r"^\w+: (?:One|Two)To\w+.*$", (PACKAGE / "_core.pyi").read_text(), re.MULTILINE)
    assert lines == [stub_of(getattr(_core, name), row["labelled"]) for name, row in ROWS.items()]
    public = [getattr(pysigmoid, name) for name in pysigmoid.__all__]
    assert {each.__name__ for each in public if isinstance(each, np.ufunc)} == {line.split(":")[0] for line in lines}


def test_classes_of_the_stubs_are_of_the_arity_they_are_named_after():
    classes = re.findall(r"^class (\w+)\(Ufunc\[Literal\[(\d)\], Literal\[(\d)\]\]", TYPES, re.MULTILINE)
    assert {(int(inputs), int(outputs)): name for name, inputs, outputs in classes} == ARITIES


# ---- the page that leads through the sources ----

PAGE = (CSRC / "README.md").read_text()


def test_page_names_files_that_exist():
    named = set(re.findall(r"`((?:\w+/)*\w+\.(?:c|h|def|py|pyi|txt))`", PAGE))
    assert len(named) > 40
    assert [
        name
        for name in named
        if not any((at / name).exists() for at in (CSRC, REPOSITORY, CSRC / "kernels", CSRC / "python"))
    ] == []


def test_page_has_every_folder():
    assert re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE) == [
        layer for layer in LAYERS if (CSRC / layer).is_dir() and layer != "."
    ]


def test_way_of_one_element_is_as_the_page_says():
    """At most ten definitions in seven files, of which at most three have names that grep does not find."""
    steps = re.findall(r"^\|[^|]+\| (\*?)`(\w+)`\*? \| `([\w/.]+)` \|$", PAGE, re.MULTILINE)
    assert 8 <= len(steps) <= 10
    assert len({file for _, _, file in steps}) <= 7
    assert sum(pasted == "*" for pasted, _, _ in steps) <= 3
    for pasted, name, file in steps:
        assert pasted or re.search(rf"\b{name}\(|\({name},", (CSRC / file).read_text()), name


# ---- no circles ----


def rooms_above(texts):
    """Rooms, files of one stem in a folder, that include each other in a circle or stand above such; {file: text}."""
    graph = {}
    for name, text in texts.items():
        included = re.findall(r'^\s*#\s*include\s*"(\w+/\w+)\.h"', text, re.MULTILINE)
        graph.setdefault(name.rpartition(".")[0], set()).update(included)
    while leaves := {room for room, below in graph.items() if not (below & set(graph)) - {room}}:
        graph = {room: below for room, below in graph.items() if room not in leaves}
    return sorted(graph)


def test_no_files_include_each_other_in_a_circle():
    assert rooms_above({name: (CSRC / name).read_text() for name in SOURCES}) == []


def test_a_circle_of_sources_is_found():
    texts = {"a/one.h": "", "a/one.c": '#include "a/two.h"', "a/two.h": "", "a/two.c": '#include "a/one.h"'}
    assert rooms_above(texts) == ["a/one", "a/two"]
    assert rooms_above(texts | {"a/two.c": ""}) == []
