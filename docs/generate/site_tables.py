"""The generated tables as files, which pages include."""

from collections.abc import Callable
from pathlib import Path

from docs.generate import accuracy_tables, end_to_end_tables, option_tables, speed_tables

TABLES: dict[str, Callable[[], str]] = {
    "bounds": accuracy_tables.bounds,
    "cancellation": accuracy_tables.cancellation,
    "worst": accuracy_tables.worst,
    "end_to_end": end_to_end_tables.table,
    "worst_inputs": accuracy_tables.worst_inputs,
    "functions": option_tables.functions,
    "options_of_losses": option_tables.options_of_losses,
    "settings": option_tables.settings,
    "torch_layers": speed_tables.torch_layers,
}
TABLES |= {
    f"speed_functions_{each}": lambda each=each: speed_tables.functions(each) for each in speed_tables.PROCESSORS
}
TABLES |= {f"speed_losses_{each}": lambda each=each: speed_tables.losses(each) for each in speed_tables.PROCESSORS}


def write_if_new(path: Path, text: str) -> None:
    """Leave a file alone that says so already: Sphinx reads again what is newer."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def write(folder: Path) -> None:
    for name, make in TABLES.items():
        write_if_new(folder / f"{name}.md", make() + "\n")
