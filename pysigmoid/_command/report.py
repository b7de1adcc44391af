"""What every report begins with."""

from typing import Any

from pysigmoid._version import __version__

SCHEMA = 1  # the version of schema.json: a reader of one version reads all reports of it


def started(command: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "command": command, "version": __version__}
