"""torch is imported where `pysigmoid.torch` is, and nowhere else; without it that import says what to install."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def run(code, **environment):
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=os.environ | environment)
    return done.stdout + done.stderr


def test_import_of_pysigmoid_imports_no_torch(tmp_path):
    """A torch that tells of its import stands in the way."""
    (tmp_path / "torch.py").write_text("print('torch was imported')")
    names = "pysigmoid, pysigmoid.functional, pysigmoid.nn, pysigmoid.threads, pysigmoid.config"
    assert run(f"import {names}; pysigmoid.sigmoid([0.5])", PYTHONPATH=str(tmp_path)) == ""
    assert "torch was imported" in run("import pysigmoid.torch", PYTHONPATH=str(tmp_path))


def test_without_torch_the_import_says_what_to_install():
    code = "import sys; sys.modules['torch'] = None; import pysigmoid.torch"
    last = run(code).strip().splitlines()[-1]
    assert last.startswith("ImportError: pysigmoid.torch takes torch, which is not installed")
    assert "pip install torch ml_dtypes" in last


def test_another_module_that_torch_lacks_is_named_as_it_is(tmp_path):
    (tmp_path / "torch.py").write_text("import a_part_that_is_missing")
    last = run("import pysigmoid.torch", PYTHONPATH=str(tmp_path)).strip().splitlines()[-1]
    assert last == "ModuleNotFoundError: No module named 'a_part_that_is_missing'"
