"""A page for each public name: formula, curves, accuracy, and the docstring with its example."""

from pathlib import Path

from docs.generate import accuracy_tables, curves, names
from docs.generate.site_tables import write_if_new
from docs.generate.subjects import SUBJECTS, rows

FOCAL_ACCURACY = (
    "As the logistic loss that it is made of; the power adds at most 2 gamma max(1, |x|) 2^-53 of the value, and "
    "limits gamma to 1000."
)
SUMS = (
    "Bounds of one element. A sum adds the elements in float64, in an order that their number alone decides, and is "
    "rounded once."
)
CLASSES_WITH_MEMBERS = frozenset({"LossAccumulator", "LogLoss", "FocalLoss", "LogisticObjective", "Module"})


def page(path: str) -> str:
    """The page of a public name in MyST."""
    subject = names.subject(path)
    parts = [f"# {path.rsplit('.')[-1]}", *(formula_and_accuracy(path, subject) if subject else [])]
    return "\n\n".join([*parts, "## Arguments, limits, example" if subject else "", description(path)]) + "\n"


def formula_and_accuracy(path: str, subject: str) -> list[str]:
    shown = SUBJECTS[subject]
    alternative = curves.alternative_text(subject, shown)
    images = [
        f"```{{image}} curves/{subject}.{theme}.svg\n:class: only-{theme}\n:alt: {alternative}\n```"
        for theme in ("light", "dark")
    ]
    return [
        *(f"$$\n{line}\n$$" for line in shown.formula.splitlines()),
        *images,
        "## Accuracy",
        *accuracy(path, subject),
    ]


def accuracy(path: str, subject: str) -> list[str]:
    tables = [accuracy_tables.of_row(row) for row in rows(subject)]
    notes = [] if "." not in path else [SUMS]
    if not tables:
        notes.insert(0, FOCAL_ACCURACY)
    if any(r"\*" in table for table in tables):
        notes.append("\\* Near a zero of the function an absolute bound takes over: see [](../accuracy.md).")
    return [*tables, *notes, "What the numbers mean: [](../accuracy.md)."]


def description(path: str) -> str:
    """autodoc's directive. The module is named, so that the entry is found under the name that users write."""
    name = path.rsplit(".")[-1]
    if name == "signatures":
        return "```{eval-rst}\n.. autodata:: pysigmoid.capi.signatures\n   :no-value:\n```"
    is_class = name[0].isupper() or name == "num_threads"
    if not is_class:
        return f"```{{eval-rst}}\n.. autofunction:: pysigmoid.{path}\n```"
    members = "\n   :members:\n   :inherited-members: Module" if has_members(path) else ""
    return f"```{{eval-rst}}\n.. autoclass:: pysigmoid.{path}{members}\n```"


def has_members(path: str) -> bool:
    """torch's modules have a hundred methods of torch's own, and elementwise ones say everything in `__call__`."""
    name = path.rsplit(".")[-1]
    return not path.startswith("torch.") and (name in CLASSES_WITH_MEMBERS or name.endswith("Loss"))


# ---- the pages that lead there ----

INTRODUCTIONS = {
    "functional": "Functions under torch's names, with reductions, weights and checks: "
    "`from pysigmoid import functional as F`.",
    "nn": "`functional` with the options kept, as modules under torch's names.",
    "objectives": "Objectives for XGBoost, LightGBM, CatBoost and SciPy: see [](../boosting.md).",
    "torch": "Autograd functions and modules for torch: see [](../torch.md).",
    "dask": "The losses and ufuncs of two results over Dask arrays: see [](../deploy.md).",
    "capi": "The functions for numba, SciPy's LowLevelCallable, Cython and C.",
}


def group(title: str, introduction: str, paths: list[str]) -> str:
    entries = "\n".join(f"{path.rsplit('.')[-1]} <{path}>" for path in paths)
    return f"# {title}\n\n{introduction}\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"


def groups() -> dict[str, str]:
    """The pages of the modules, by file."""
    pages = {
        "ufuncs": group(
            "Ufuncs",
            "`pysigmoid.<name>`: element by element, by NumPy's rules, never an error for a value.\n\n"
            "```{include} ../tables/functions.md\n```",
            names.UFUNCS,
        ),
        "settings": group(
            "Settings",
            "Threads, and what an installation runs on: see [](../threads.md).\n\n"
            'What `show_config(mode="dicts")` returns:\n\n```{include} ../tables/settings.md\n```',
            list(names.SETTINGS),
        ),
    }
    for module in names.MODULES:
        paths = [f"{module}.{name}" for name in names.of_module(module)]
        introduction = INTRODUCTIONS[module]
        if module == "functional":
            introduction += "\n\nWhich loss takes which option, and its default:\n\n"
            introduction += "```{include} ../tables/options_of_losses.md\n```"
        pages[f"module_{module}"] = group(f"pysigmoid.{module}", introduction, paths)
    return pages


def write(folder: Path) -> None:
    """All pages and the pictures they show."""
    drawn = folder / "curves"
    drawn.mkdir(parents=True, exist_ok=True)
    for name, subject in SUBJECTS.items():
        curves.draw(subject, drawn, name)
    for file, text in groups().items():
        write_if_new(folder / f"{file}.md", text)
    for path in names.public():
        write_if_new(folder / f"{path}.md", page(path))
