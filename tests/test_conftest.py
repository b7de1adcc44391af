"""The rule of conftest.py that nothing is skipped, tried in a test run of its own."""

import inspect

import pytest

import conftest

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


def test_skip_mark_fails_the_run(inner):
    inner.makepyfile("import pytest\n@pytest.mark.skipif(True, reason='later')\ndef test_one():\n    pass\n")
    inner.runpytest_inprocess().assert_outcomes(errors=1)


def test_missing_package_fails_the_run(inner):
    inner.makepyfile("import pytest\npytest.importorskip('a_package_that_is_missing')\ndef test_one():\n    pass\n")
    result = inner.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    assert result.ret != 0


def test_platform_skip_is_allowed(inner):
    inner.makepyfile("import pytest\ndef test_one():\n    pytest.skip('platform: longdouble is float64 here')\n")
    result = inner.runpytest_inprocess()
    result.assert_outcomes(skipped=1)
    assert result.ret == 0
