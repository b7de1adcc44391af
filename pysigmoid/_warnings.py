"""Warnings at import, which point at the line that imports us."""

import sys
import warnings


def warn_importer(message: str) -> None:
    """Warn of something in the environment."""
    warnings.warn(message, RuntimeWarning, stacklevel=_level_of_importer())


def _level_of_importer() -> int:
    """The stacklevel, for the caller of this function, of the first frame that is neither ours nor the import's.

    `warnings` does not count the frames of the import itself.
    """
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if not module.startswith("importlib._bootstrap"):
            level += 1
            if module.partition(".")[0] != __package__:
                break
    return level
