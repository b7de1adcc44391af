"""What to do where the compiled part is missing; read only then."""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


def how_to_build() -> str:
    """What is wrong with this package, whose `_core` this Python does not find, and how to mend it."""
    package = Path(__file__).parent
    others = sorted(path.name for path in package.glob("_core.*") if path.suffix in (".so", ".pyd"))
    python = f"Python {sys.version_info.major}.{sys.version_info.minor} ({EXTENSION_SUFFIXES[0]})"
    state = f"is compiled for another Python ({', '.join(others)}) than this {python}" if others else "is not compiled"
    if not (package.parent / "setup.py").exists():
        return f"pysigmoid in {package} {state}: install it anew, by `pip install --force-reinstall pysigmoid-ufuncs`"
    return (
        f"pysigmoid in the source tree {package.parent} {state}: run `python setup.py build_ext --inplace` there, or "
        "`make test`, or install it by `pip install .`. If it is installed already, leave that directory: from there "
        "Python imports the source tree"
    )
