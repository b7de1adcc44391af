"""What show_config prints and returns."""

import numpy as np
import pytest

import pysigmoid
from pysigmoid import _core
from pysigmoid.threads import threads_source


def test_dicts_names_version_instruction_sets_and_threads():
    assert pysigmoid.show_config(mode="dicts") == {
        "version": pysigmoid.__version__,
        "numpy": np.__version__,
        "cpu_features": _core.cpu_features,
        "isa": _core.isa,
        "isa_available": _core.isa_available,
        "threads": pysigmoid.get_num_threads(),
        "threads_source": threads_source(),
        "build": _core.build,
        "workers": _core.pool_workers(),
    }


def test_stdout_prints_one_line_for_each_setting(capsys):
    assert pysigmoid.show_config() is None
    lines = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    config = pysigmoid.show_config("dicts")
    assert list(lines) == list(config)
    assert lines["version"] == f" {pysigmoid.__version__}"
    assert lines["isa_available"].split() == list(config["isa_available"])
    assert int(lines["threads"]) == config["threads"]


@pytest.mark.parametrize("mode", ["json", "", None])
def test_unknown_mode_is_an_error_that_names_the_modes(mode):
    with pytest.raises(ValueError, match=rf"mode is {mode!r}; choose 'stdout' or 'dicts'"):
        pysigmoid.show_config(mode)
