"""Runs the programs of pages that are not notebooks: their blocks of Python, one after the other, in one namespace.

A block below `<!-- run by FILE -->` takes what the pages' environment has not got, and is run by that test.
"""

import contextlib
import io
import re
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(?:python|pycon)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"^<!-- run by (\S+) -->\n```python\n.*?^```$", flags=re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(ELSEWHERE.sub("", page.read_text()))


def run_elsewhere() -> set[tuple[str, str]]:
    """Pages, and the tests that run a block of them."""
    return {(page.name, test) for page in DOCS.glob("*.md") for test in ELSEWHERE.findall(page.read_text())}


def faults() -> Iterator[str]:
    for page in sorted(DOCS.glob("*.md")):
        if blocks(page):
            yield from failure(page)


def failure(page: Path) -> Iterator[str]:
    """Nothing, or the page's name and the last line of the traceback."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile("\n".join(blocks(page)), page.name, "exec"), {"__name__": page.stem})
        except Exception:
            yield f"{page.name}: {traceback.format_exc().splitlines()[-1]}"
