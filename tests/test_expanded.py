"""What `make expanded` shows: one function with all that it calls, without macros, one statement a line."""

import platform
import re

import pytest

from bounds import ROWS
from proof.build import CSRC
from proof.expanded import definitions, expanded, formatted, main
from pysigmoid import _core

FORMULAS = {"f16": "sigmoid_f16", "f32": "sigmoid_f32", "f64": "sigmoid_in_wide", "longdouble": "sigmoid_in_extended"}


AMENDED = "_few_divisions"  # of some kernels the text is another one, the rest is not read again


@pytest.mark.parametrize("isa", [isa for isa in _core.isa_available if not isa.endswith(AMENDED)])
@pytest.mark.parametrize("dtype", FORMULAS)
def test_kernel_comes_last_and_all_that_it_calls_before_it(isa, dtype):
    text = expanded("sigmoid", dtype, isa)
    defined = re.findall(r"^(?:INLINE|static|void)[^{]*?(\w+)\([^{;]*\) \{$", text, re.MULTILINE)
    assert defined[-1] == f"sigmoid_{dtype}_kernel"
    assert FORMULAS[dtype] in defined
    for place, name in enumerate(defined):
        assert len(re.findall(rf"\b{name}\b", "\n\n".join(text.split("\n\n")[:place]))) == 0, (
            f"{name} is called too early"
        )


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="platform: no x86-64 processor")
def test_kernel_by_few_divisions_is_shown_as_well():
    text = expanded("sigmoid", "f32", f"avx512{AMENDED}")
    assert text.index(" sigmoid_f32_by_few_divisions(") < text.index("void sigmoid_f32_kernel(")
    assert "v_inverse_f64(" in text


def test_way_of_one_element_is_as_the_page_of_the_sources_says():
    page = (CSRC / "README.md").read_text()
    below_the_loops = re.findall(r"^\|[^|]+\| \*?`(\w+)`\*? \| `(?:kernels|math|vec)/", page, re.MULTILINE)
    assert len(below_the_loops) >= 6
    text = expanded("sigmoid", "f32", "scalar")
    assert [name for name in below_the_loops if f"{name}(" not in text] == []


def test_no_macro_is_left():
    text = expanded("bce_with_logits_grad_and_hess", "f32", "scalar")
    used = set(re.findall(r"\b[A-Z]\w*(?=\()", text))
    assert not used
    assert not re.search(r"\b(VF|WORK|READING|MADD)\b", text)


def test_any_name_is_found_with_what_it_needs():
    text = expanded("exp_in_f64", "f32", "scalar")
    assert "struct ratio_in_f64 exp_in_f64(vf64 t) {" in text.split("\n\n")[-1]
    assert "v_madd_f64(" in text.split("\n\n")[0] or "vf64 v_set_f64(" in text


@pytest.mark.parametrize("name", ROWS)
def test_every_row_can_be_shown_with_one_statement_a_line(name):
    for line in expanded(name, "f32", "scalar").splitlines():
        outside = re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)|\{[^{}]*\}", "", line)
        assert outside.count(";") <= 1, line
        assert (len(line) - len(line.lstrip())) % 4 == 0


def test_blocks_are_told_from_values():
    text = (
        "int f(int n) { if (g(n)) { g(); } while (n) n--; if (n) do { n--; } while (n); "
        "return (struct p){n, 2}; } int later(void);"
    )
    assert formatted(definitions(text)["f"]).splitlines() == [
        "int f(int n) {",
        "    if (g(n)) {",
        "        g();",
        "    }",
        "    while (n) n--;",
        "    if (n) do {",
        "        n--;",
        "    } while (n);",
        "    return (struct p){n, 2};",
        "}",
    ]
    assert list(definitions(text)) == ["f"]


def test_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["expanded", "sigmoit", "f32", "scalar"])
    assert main() == 1
    assert "no function sigmoit or sigmoit_f32_kernel" in capsys.readouterr().err
