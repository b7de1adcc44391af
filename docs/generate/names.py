"""The public names, module by module, and the subject of each: the function of csrc/functions.def that it is about."""

import ast
import importlib
from pathlib import Path

from pysigmoid import _core

PACKAGE = Path(__file__).parents[2] / "pysigmoid"
MODULES = ("functional", "nn", "objectives", "torch", "dask", "capi")
ROWS = {row["name"]: row for row in _core.functions}
UFUNCS = [*ROWS, "expit", "log_expit"]
SETTINGS = ("set_num_threads", "get_num_threads", "num_threads", "show_config", "threads.register_with_threadpoolctl")

FOCAL = "sigmoid_focal_loss"
LOGISTIC = "binary_cross_entropy_with_logits"
SUBJECTS = {
    "expit": "sigmoid",
    "Sigmoid": "sigmoid",
    "log_expit": "log_sigmoid",
    "logsigmoid": "log_sigmoid",
    "LogSigmoid": "log_sigmoid",
    "Softplus": "softplus",
    "SiLU": "silu",
    "glu": "sigmoid_gate",
    "GLU": "sigmoid_gate",
    "binary_cross_entropy": "bce",
    "BCELoss": "bce",
    LOGISTIC: "bce_with_logits",
    "BCEWithLogitsLoss": "bce_with_logits_value_and_grad",
    "LossAccumulator": "bce_with_logits",
    "LogLoss": "bce_with_logits_grad_and_hess",
    "LogisticObjective": "bce_with_logits_value_and_grad",
    "SigmoidFocalLoss": FOCAL,
    "FocalLoss": FOCAL,
}

# Of no one function: what they do has neither a formula nor a curve.
WITHOUT_SUBJECT = frozenset({*SETTINGS, "Module", "convert", "get_include", "signatures"})


def of_module(module: str) -> list[str]:
    """The public names of a module of the package, in its own order."""
    if module == "torch":  # which may not be installed
        tree = ast.parse((PACKAGE / "torch" / "__init__.py").read_text())
        lists = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"]
        return ast.literal_eval(lists[0])
    return list(importlib.import_module(f"pysigmoid.{module}").__all__)


def public() -> list[str]:
    """Every name that has a page: its path below `pysigmoid`."""
    return [*UFUNCS, *(f"{module}.{name}" for module in MODULES for name in of_module(module)), *SETTINGS]


def subject(path: str) -> str | None:
    """The row of functions.def, or the focal loss, that a name is about; None for settings and the like."""
    name = path.rsplit(".")[-1]
    if path in WITHOUT_SUBJECT or name in WITHOUT_SUBJECT:
        return None
    if name in SUBJECTS:
        return SUBJECTS[name]
    if name.startswith(FOCAL):
        return FOCAL
    return name.replace(LOGISTIC, "bce_with_logits")
