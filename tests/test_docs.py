"""The documentation: a page for every public name, tables and pictures as their sources say, pages that all are found.

`make docs` builds it, runs its programs and follows its links; here is what holds without Sphinx.
"""

import copy
import importlib
import inspect
import itertools
import re
from math import log2
from pathlib import Path

import numpy as np
import pytest

import pysigmoid
from docs.generate import (
    accuracy_tables,
    built_site,
    names,
    pictures,
    programs,
    readme,
    reference,
    speed_tables,
    subjects,
)
from docs.generate.site_tables import TABLES
from docs.generate.themes import THEMES
from platforms import need
from pysigmoid import _core

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("notebooks/*.md"))]
need("dask")
PUBLIC = names.public()


def source(page: Path) -> str:
    return page.read_text()


# ---- the reference ----


def public_in_modules():
    """Every name that a user can import, as the modules say it; torch may be missing here, and is read."""
    yield from (name for name in pysigmoid.__all__ if not inspect.ismodule(getattr(pysigmoid, name)) and name[0] != "_")
    for module in ("functional", "nn", "objectives", "dask", "capi", "threads"):
        for name in importlib.import_module(f"pysigmoid.{module}").__all__:
            yield name if module == "threads" and hasattr(pysigmoid, name) else f"{module}.{name}"
    yield from (f"torch.{name}" for name in names.of_module("torch"))


def test_every_public_name_has_a_page():
    assert set(public_in_modules()) == set(PUBLIC)


def test_a_new_name_would_be_missed(monkeypatch):
    monkeypatch.setattr(pysigmoid, "__all__", [*pysigmoid.__all__, "new"])
    monkeypatch.setattr(pysigmoid, "new", pysigmoid.sigmoid, raising=False)
    assert set(public_in_modules()) - set(PUBLIC) == {"new"}


@pytest.mark.parametrize("path", PUBLIC)
def test_page_has_formula_curve_accuracy_and_docstring(path):
    page = reference.page(path)
    assert f"pysigmoid.{path}\n" in page
    if names.subject(path) is None:
        return
    assert "$$" in page
    assert "## Accuracy" in page
    for theme in THEMES:
        assert f".{theme.name}.svg\n:class: only-{theme.name}\n:alt: Curves of " in page


def test_only_settings_and_tools_are_without_a_formula():
    without = {path for path in PUBLIC if names.subject(path) is None}
    assert {name.rsplit(".")[-1] for name in without} == {name.rsplit(".")[-1] for name in names.WITHOUT_SUBJECT}


def test_every_page_is_reached_from_the_reference():
    listed = {entry for text in reference.groups().values() for entry in re.findall(r"<([\w.]+)>$", text, re.MULTILINE)}
    assert listed == set(PUBLIC)
    toctree = re.search(r"```{toctree}.*?```", source(DOCS / "reference.md"), re.DOTALL).group()
    assert set(re.findall(r"^reference/(\w+)$", toctree, re.MULTILINE)) == set(reference.groups())


@pytest.mark.parametrize("name", subjects.SUBJECTS)
def test_derivative_that_is_drawn_is_that_of_the_function(name):
    """Central differences with step h are off by about h^2 f'''/6, and here f''' is at most some 40 f / p^3."""
    subject = subjects.SUBJECTS[name]
    x, step = np.linspace(*(0.05, 0.95) if "probability" in subject.variable else (-6.0, 6.0), 61), 1e-5
    for curve in subject.curves:
        difference = (curve.function(x + step) - curve.function(x - step)) / (2 * step)
        np.testing.assert_allclose(curve.derivative(x), difference, rtol=1e-5, atol=1e-8)


# ---- tables ----


def test_tables_that_pages_include_are_made():
    included = {name for page in PAGES for name in re.findall(r"{include} tables/(\w+)\.md", source(page))}
    included |= {name for text in reference.groups().values() for name in re.findall(r"tables/(\w+)\.md", text)}
    assert included == set(TABLES)


def test_cancellation_table_is_that_of_the_functions():
    rows = [row for row in _core.functions if row["accuracy"] and row["accuracy"]["float64"]["relative_from"]]
    lines = accuracy_tables.cancellation().splitlines()[2:]
    for line, row in zip(lines, rows, strict=True):
        name, _, *bounds = line.strip("| ").split(" | ")
        assert name == f"`{row['name']}`"
        for shown, dtype in zip(bounds, ("float16", "float32", "float64", "longdouble"), strict=True):
            accuracy = row["accuracy"][dtype]
            share, end = (log2(accuracy[key]) for key in ("absolute", "relative_from"))
            assert shown == f"2^{share:.0f} M below 2^{end:.0f} M"


def test_accuracy_tables_follow_their_sources(monkeypatch):
    changed = copy.deepcopy(accuracy_tables.WORST)
    changed["silu"]["float64"]["ulp"] = 0.54321
    before = accuracy_tables.worst()
    monkeypatch.setattr(accuracy_tables, "WORST", changed)
    assert "0.5432" not in before
    assert "0.5432" in accuracy_tables.worst()


@pytest.mark.parametrize("processor", speed_tables.PROCESSORS)
def test_speed_tables_have_every_number_of_the_record(processor):
    tables = [speed_tables.functions(processor), speed_tables.losses(processor)]
    for task in (*speed_tables.FUNCTIONS, *speed_tables.LOSSES):
        ours = [speed_tables.minima(processor)[task, dtype, "pysigmoid"] for dtype in speed_tables.DTYPES]
        cell = " / ".join(speed_tables.two_digits(value) for value in ours)
        assert any(f"| {cell} |" in table for table in tables), task


def test_what_others_do_quicker_is_said():
    """Every cell of the table side by side in which another is ahead by more than a run differs from the next."""
    said = speed_tables.lost()
    for task, title in speed_tables.SHORT.items():
        row = next((part for part in said.split("; ") if part.startswith(f"{title} (")), "")
        for processor, name in itertools.product(speed_tables.PROCESSORS, speed_tables.others()):
            here = f"on {speed_tables.FULL_NAMES[processor]}"
            for dtype in speed_tables.DTYPES:
                if speed_tables.short_cell(processor, task, name) != "-":
                    behind = speed_tables.ratio(processor, task, dtype, name) >= speed_tables.LOST
                    assert behind == (f"{name} {here}" in row or f"{name} {dtype} {here}" in row), (task, name, dtype)


# ---- pictures ----


@pytest.mark.parametrize("name", pictures.PICTURE_OF)
def test_picture_was_drawn_from_the_committed_data(name):
    """`python -m docs.generate pictures` draws anew what this finds old."""
    want = pictures.digest(pictures.PICTURE_OF[name][0]())
    for theme in THEMES:
        text = pictures.file_of(name, theme).read_text()
        assert want in text
        assert theme.ink in text


def test_other_data_have_another_digest():
    data = pictures.ulp_cliff_data()
    data["ulp"]["pysigmoid"][0] += 1e-3
    assert pictures.digest(data) != pictures.digest(pictures.ulp_cliff_data())


def test_cliff_shows_ours_within_half_a_ulp_and_the_formula_beyond_a_million():
    worst = {name: max(errors) for name, errors in pictures.ulp_cliff_data()["ulp"].items()}
    assert worst["pysigmoid"] <= 0.5
    assert worst["formula"] > 1e6


# ---- pages ----


def test_every_page_is_in_a_table_of_contents():
    trees = [tree for page in PAGES for tree in re.findall(r"```{toctree}\n(.*?)```", source(page), re.DOTALL)]
    listed = {line for tree in trees for line in tree.splitlines()}
    assert {page.stem for page in DOCS.glob("*.md")} <= listed | {"index"}
    assert "notebooks/*" in listed


def test_every_link_between_pages_leads_to_a_file():
    made = {f"reference/{path}.md" for path in [*PUBLIC, *reference.groups()]}
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:\s]+\.md)", source(page)):
            target = (page.parent / link).resolve()
            assert target.exists() or target.relative_to(DOCS).as_posix() in made, f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_cells_that_draw_say_in_words_what_they_show(page):
    cells = re.findall(r"^```{code-cell} python\n(.*?)^```$", source(page), re.MULTILINE | re.DOTALL)
    for cell in cells:
        assert ("plt.subplots" not in cell) or "alt: " in cell, cell


def test_blocks_of_python_are_found():
    assert len(programs.blocks(DOCS / "boosting.md")) == 4
    assert programs.blocks(DOCS / "start.md") == []
    assert programs.run_elsewhere() == {("deploy.md", "tests/peers/test_spark_recipes.py")}


def test_a_page_that_fails_is_named(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nassert x == 2, 'no'\n```\n")
    assert list(programs.failure(page)) == ["page.md: AssertionError: no"]


def test_site_with_a_loose_link_or_a_silent_picture_is_found_out(tmp_path):
    (tmp_path / "index.html").write_text('<a href="other.html#here">1</a><img src="a.png" alt="a"><h1 id="top">')
    (tmp_path / "other.html").write_text('<a href="index.html#top">1</a><a href="gone.html">2</a><img src="b.png">')
    assert list(built_site.faults(tmp_path)) == [
        "index.html: other.html#here leads nowhere",
        "other.html: gone.html leads nowhere",
        "other.html: b.png has no alternative text",
    ]


# ---- from the first line to what people come for ----


def test_clicks_are_counted_by_the_shortest_way(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "index.html").write_text('<a href="a.html#x">1</a><a href="https://elsewhere/b.html">2</a>')
    (tmp_path / "a.html").write_text('<a href="notebooks/classifier.html">1</a><a href="index.html">2</a>')
    (tmp_path / "notebooks/classifier.html").write_text('<a href="../boosting.html">1</a><a href="../a.html">2</a>')
    (tmp_path / "boosting.html").write_text('<a href="torch.html">')
    (tmp_path / "torch.html").write_text("")
    ways = {"index.html": 0, "a.html": 1, "notebooks/classifier.html": 2, "boosting.html": 3, "torch.html": 4}
    assert built_site.clicks(tmp_path) == ways
    assert [fault.partition(" (")[0] for fault in built_site.far_goals(tmp_path)] == [
        "a torch model",
        "why is my gradient zero?",
    ]


def clicks_between_sources(start):
    """As on a page that shows the repository: links to files and folders, and the cards of the start page."""
    found, front = {start: 0}, [start]
    for page in front:
        targets = re.findall(r"\]\(([^)#:\s]+)", source(page)) + re.findall(
            r"^:link: (\S+)$", source(page), re.MULTILINE
        )
        files = [each for name in targets for each in files_of((page.parent / name).resolve())]
        new = [each for each in dict.fromkeys(files) if each not in found]
        found |= dict.fromkeys(new, found[page] + 1)
        front += new
    return found


def files_of(target):
    if target.is_dir():
        return sorted(target.glob("*.md"))
    return [page for page in (target, target.with_name(f"{target.name}.md")) if page.suffix == ".md" and page.exists()]


@pytest.mark.parametrize("start", [ROOT / "README.md", DOCS / "index.md"], ids=lambda page: page.stem)
@pytest.mark.parametrize("goal", built_site.GOALS)
def test_goal_is_within_three_clicks(goal, start):
    """Of the repository's first page and of the site's; `make docs` counts those of the built site."""
    page = (DOCS / built_site.GOALS[goal]).with_suffix(".md")
    assert clicks_between_sources(start)[page] <= built_site.CLICKS


# ---- what stands beside README.md ----


def test_citation_names_the_version():
    assert f"\nversion: {pysigmoid.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_changelog_has_its_headings():
    text = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[0].startswith("[")
    headings = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert "Changed bits" in headings
    assert headings <= {"Changed bits", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_paths_and_targets_that_are_named_exist(name):
    text = (ROOT / name).read_text()
    makefile = (ROOT / "Makefile").read_text()
    for path in re.findall(r"`((?:csrc|tests|docs|proof|benchmarks|pysigmoid)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"`make (\w+)`", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_readme_says_what_its_sources_say():
    """`python -m docs.generate readme` writes anew what this finds old."""
    text = readme.README.read_text()
    assert readme.filled(text) == text
    assert {part[1] for part in readme.PART.findall(text)} == set(readme.PARTS)
