"""Tables of names and options, from the package itself."""

import inspect

import pysigmoid
from docs.generate import names
from docs.generate.accuracy_tables import markdown
from pysigmoid import functional


def functions() -> str:
    """Every ufunc with its formula and a link to its page."""
    rows = [[f"[`{row['name']}`](../reference/{row['name']}.md)", f"`{row['summary']}`"] for row in names.ROWS.values()]
    return markdown(["ufunc", "formula"], rows)


def options_of_losses() -> str:
    """Which loss of `functional` takes which option, and its default."""
    losses = [name for name in functional.__all__ if "cross_entropy" in name or "focal" in name]
    signatures = {name: inspect.signature(getattr(functional, name)).parameters for name in losses}
    options = dict.fromkeys(option for parameters in signatures.values() for option in list(parameters)[2:])
    rows = [[f"`{option}`", *(_default(signatures[name], option) for name in losses)] for option in options]
    header = [name.replace("binary_cross_entropy", "bce").replace("sigmoid_focal_loss", "focal") for name in losses]
    return markdown(["option", *(f"`{name}`" for name in header)], [row for row in rows if row[0] != "`misnamed`"])


def _default(parameters, option: str) -> str:
    return f"`{parameters[option].default!r}`" if option in parameters else "-"


def settings() -> str:
    """The keys of `show_config` and what they hold, as its docstring says."""
    config = pysigmoid.show_config(mode="dicts")
    return markdown(["key", "type"], [[f"`{key}`", f"`{type(value).__name__}`"] for key, value in config.items()])
