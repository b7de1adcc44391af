"""Loads the extension module a second time: another build of it, or the same one for another instruction set."""

import importlib.util
import shutil
from pathlib import Path

from pysigmoid import _core

REPOSITORY = Path(__file__).parent.parent


def load(path, folder, isa, monkeypatch):
    """The module at this path, run on this instruction set, with ufuncs of its own beside those of pysigmoid.

    The loader gives every file once, so each instruction set gets a copy of the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy = shutil.copy(path, folder / Path(path).name)
    monkeypatch.setenv("PYSIGMOID_ISA", isa)
    spec = importlib.util.spec_from_file_location(f"{folder.name}._core", copy)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.sigmoid is not _core.sigmoid
    return module
