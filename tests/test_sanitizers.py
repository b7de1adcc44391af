"""The list of what does not run under the sanitizers, and the places where their controls are built in.

`make sanitize` runs the tests under them, and the controls.
"""

import pytest

from extension import REPOSITORY
from proof import sanitizers


@pytest.mark.parametrize("name", sanitizers.NOT_RUN)
def test_what_does_not_run_under_the_sanitizers_exists(name):
    file, _, test = name.partition("::")
    text = (REPOSITORY / file).read_text()
    assert not test or f"def {test}(" in text
    assert sanitizers.NOT_RUN[name]


def test_files_that_exercise_the_extension_most_run_under_the_sanitizers():
    for stem in ("apply", "axes", "faults_modes", "kernels", "loops", "losses", "numbers", "special_values"):
        assert (REPOSITORY / "tests" / f"test_{stem}.py").exists()
        assert f"tests/test_{stem}.py" not in sanitizers.NOT_RUN


@pytest.mark.parametrize("name", sanitizers.CONTROLS)
def test_control_finds_the_place_of_its_fault(name):
    control = sanitizers.CONTROLS[name]
    assert (REPOSITORY / "csrc" / sanitizers.CONTROL_FILE).read_text().count(control.right) == 1
    assert control.wrong != control.right


def test_sanitizers_undo_what_would_hide_an_overflow():
    flags = [*sanitizers.FLAGS, *sanitizers.ADDED]
    assert [flag for flag in flags if "wrapv" in flag][-1] == "-fno-wrapv"
