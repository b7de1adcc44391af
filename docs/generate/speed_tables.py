"""Tables of speed from benchmarks/measured: nanoseconds an element, one thread, by processor."""

import json
from functools import cache
from pathlib import Path

from benchmarks.torch_layers import AIMS
from docs.generate.accuracy_tables import markdown

MEASURED = Path(__file__).parents[2] / "benchmarks" / "measured"
PROCESSORS = ("avx512", "avx2")
FULL_NAMES = {"avx512": "AVX-512", "avx2": "AVX2"}
DTYPES = ("float32", "float64")
SIZE = 1_000_000

FUNCTIONS = (
    "sigmoid",
    "sigmoid_fast",
    "sigmoid_derivative",
    "log_sigmoid",
    "silu",
    "bce_with_logits_value_and_grad",
)
# Tasks of benchmarks/tasks.py, under the names of the functions that they time.
LOSSES = {
    "mean_loss": "the loss, `F.binary_cross_entropy_with_logits`",
    "mean_loss_and_grad": "its `_value_and_grad`, `grad_out` given",
    "grad_and_hess": "its `_grad_and_hess`, both buffers given",
    "weighted_mean_loss": "the loss with an array as `weight`",
    "weighted_mean_loss_and_grad": "`_value_and_grad` with an array as `weight`",
    "mean_focal_loss": "`F.sigmoid_focal_loss`",
    "mean_focal_loss_and_grad": "its `_value_and_grad`, `grad_out` given",
    "mean_loss_of_probabilities": "`F.binary_cross_entropy`",
}
OF_FUNCTIONS = ("pysigmoid", "torch", "SciPy", "formula", "JAX")
OF_LOSSES = ("pysigmoid", "torch", "NumPy", "JAX", "sklearn")
TITLES = {"sklearn": "scikit-learn"}


@cache
def record(processor: str) -> dict:
    return json.loads((MEASURED / f"{processor}.json").read_text())


@cache
def minima(processor: str) -> dict[tuple[str, str, str], float]:
    """By task, dtype and contender, for a million elements."""
    results = [each for each in record(processor)["results"] if each["size"] == SIZE]
    return {(each["task"], each["dtype"], each["contender"]): each["minimum"] for each in results}


def two_digits(value: float) -> str:
    return f"{value:#.2g}" if value < 9.95 else f"{value:.0f}"


def cell(processor: str, task: str, contender: str) -> str:
    """float32 / float64, or a dash where the library has nothing to offer."""
    pair = [minima(processor).get((task, dtype, contender)) for dtype in DTYPES]
    return "-" if None in pair else " / ".join(two_digits(value) for value in pair)


def copy(processor: str) -> str:
    return cell(processor, "sigmoid", "copy")


def functions(processor: str) -> str:
    rows = [[f"`{task}`", *(cell(processor, task, each) for each in OF_FUNCTIONS)] for task in FUNCTIONS]
    return markdown([f"float32 / float64, {FULL_NAMES[processor]}", *OF_FUNCTIONS], rows)


def losses(processor: str) -> str:
    rows = [[title, *(cell(processor, task, each) for each in OF_LOSSES)] for task, title in LOSSES.items()]
    return markdown([f"float32 / float64, {FULL_NAMES[processor]}", *(TITLES.get(n, n) for n in OF_LOSSES)], rows)


# ---- the one table of README.md and of the picture: both processors side by side ----

SHORT = {
    "sigmoid": "`sigmoid`",
    "sigmoid_fast": "`sigmoid_fast`",
    "sigmoid_derivative": "`sigmoid_derivative`",
    "log_sigmoid": "`log_sigmoid`",
    "silu": "`silu`",
    "mean_loss": "loss, its mean",
    "mean_loss_and_grad": "loss and gradient",
    "grad_and_hess": "gradient and Hessian",
    "weighted_mean_loss_and_grad": "loss and gradient, weighted",
    "mean_focal_loss_and_grad": "focal loss and gradient",
    "mean_loss_of_probabilities": "loss of probabilities",
}


def others() -> tuple[str, ...]:
    return ("torch", "NumPy", "JAX")


def numpy_name(task: str) -> str:
    """The textbook's formula where there is no better way in NumPy; losses have theirs."""
    return "NumPy" if task in LOSSES else "formula"


def short_cell(processor: str, task: str, contender: str) -> str:
    return cell(processor, task, numpy_name(task) if contender == "NumPy" else contender)


def side_by_side() -> str:
    columns = [(processor, name) for processor in PROCESSORS for name in ("pysigmoid", *others())]
    rows = [[title, *(short_cell(*place[:1], task, place[1]) for place in columns)] for task, title in SHORT.items()]
    rows.append(["a copy", *(copy(processor) if name == "pysigmoid" else "" for processor, name in columns)])
    return markdown(["", *(f"{name}, {FULL_NAMES[processor]}" for processor, name in columns)], rows)


def ratio(processor: str, task: str, dtype: str, contender: str) -> float:
    """Our time over that of a contender."""
    found = minima(processor)
    peer = numpy_name(task) if contender == "NumPy" else contender
    return found[task, dtype, "pysigmoid"] / found[task, dtype, peer]


LOST = 1.05  # our time over theirs, from which on a table that is read again would still say so


def lost() -> str:
    """Every row, library and processor where another is quicker, in a sentence's order: what, whose, where."""
    rows = {title: [each for name in others() for each in lost_to(task, name)] for task, title in SHORT.items()}
    return "; ".join(f"{title} ({', '.join(found)})" for title, found in rows.items() if found)


def lost_to(task: str, name: str) -> list[str]:
    found = []
    for processor in PROCESSORS:
        compared = [dtype for dtype in DTYPES if short_cell(processor, task, name) != "-"]
        dtypes = [dtype for dtype in compared if ratio(processor, task, dtype, name) >= LOST]
        only = "" if len(dtypes) == len(DTYPES) else f" {dtypes[0]}" if dtypes else None
        found += [] if only is None else [f"{name}{only} on {FULL_NAMES[processor]}"]
    return found


def range_of_ratios(tasks: tuple[str, ...], contender: str, processor: str | None = None) -> str:
    """The least and the largest ratio over tasks and dtypes, on one processor or on both."""
    where = PROCESSORS if processor is None else (processor,)
    ratios = [ratio(each, task, dtype, contender) for each in where for task in tasks for dtype in DTYPES]
    return f"{min(ratios):.2g} to {max(ratios):.2g}"


def torch_layers() -> str:
    """Our time over torch's, with what is aimed at in brackets where it is missed."""
    found = json.loads((MEASURED / "torch_layers.json").read_text())
    header = ["forward and backward, ours over torch's", *(f"{size:,}" for size in found["sizes"])]
    rows = [
        [row, *(_beside_aim(value, aim) for value, aim in zip(found["ratios"][row], aims, strict=True))]
        for row, aims in AIMS.items()
    ]
    return markdown(header, rows)


def _beside_aim(ratio: float | None, aim: float | None) -> str:
    if ratio is None or aim is None:
        return ""
    return f"{ratio:.2f}" if ratio <= aim else f"{ratio:.2f} ({aim})"
