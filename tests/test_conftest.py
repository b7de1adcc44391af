"""The rule of conftest.py that nothing is skipped, tried in a test run of its own."""

import inspect
import re
from pathlib import Path

import pytest

import conftest
import platforms

pytest_plugins = ["pytester"]


@pytest.fixture
def inner(pytester):
    pytester.makeconftest(inspect.getsource(conftest))
    return pytester


def test_skip_fails_the_run(inner):
    inner.makepyfile("import pytest\ndef test_one():\n    pytest.skip('no time')\n")
    result = inner.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no time*", "*A skip counts as a failure*"])


def test_reason_that_is_not_on_the_list_fails_the_run(inner):
    inner.makepyfile("import pytest\ndef test_one():\n    pytest.skip('platform: my laptop')\n")
    inner.runpytest_inprocess().assert_outcomes(failed=1)


def test_skip_mark_fails_the_run(inner):
    inner.makepyfile("import pytest\n@pytest.mark.skipif(True, reason='later')\ndef test_one():\n    pass\n")
    inner.runpytest_inprocess().assert_outcomes(errors=1)


def test_missing_package_fails_the_run(inner):
    inner.makepyfile("import pytest\npytest.importorskip('a_package_that_is_missing')\ndef test_one():\n    pass\n")
    result = inner.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    assert result.ret != 0


@pytest.mark.parametrize("said", ["", ": no such file"])
@pytest.mark.parametrize("reason", platforms.REASONS)
def test_reason_on_the_list_is_allowed(inner, reason, said):
    inner.makepyfile(f"import pytest\ndef test_one():\n    pytest.skip({reason + said!r})\n")
    result = inner.runpytest_inprocess()
    result.assert_outcomes(skipped=1)
    assert result.ret == 0


def test_every_reason_on_the_list_is_somebodys():
    tests = Path(conftest.__file__).parent
    text = "".join(path.read_text() for path in tests.rglob("*.py"))
    assert [reason for reason in platforms.REASONS if text.count(reason) < 2] == []  # once on the list itself
    assert set(platforms.REASONS) >= set(re.findall(r'reason="(platform: [^"]+)"', text))
