"""Containers of other libraries: what each gives for one output, two outputs and a loss, and what to write instead.

The rows of docs/containers.md are made from these cases by running them: `python -m tests.containers` writes the page.
"""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

import pysigmoid
from pysigmoid import functional as F

PAGE = Path(__file__).parents[1] / "docs" / "containers.md"
LOGITS, LABELS = np.array([-1.0, 0.0, 2.0]), np.array([0.0, 1.0, 1.0])
HEADER = """# Containers of other libraries

What a call returns for a container `x` of logits and one of labels, `y`: the type of the result, or the error. The rows
are written by running them. Where one of the three is an error, or less than one may wish, the last column says what to
write; `F` is `pysigmoid.functional`, `np` NumPy, and each library has its usual name.

| container | `sigmoid(x)` | `bce_with_logits_value_and_grad(x, y)` | `F.binary_cross_entropy_with_logits` | instead |
|---|---|---|---|---|
"""


def one(x=LOGITS, y=LABELS):
    return pysigmoid.sigmoid(x)


def two(x=LOGITS, y=LABELS):
    return pysigmoid.bce_with_logits_value_and_grad(x, y)


def loss(x=LOGITS, y=LABELS):
    return F.binary_cross_entropy_with_logits(x, y)


class Case(NamedTuple):
    """A container, an expression that makes one of `values` with its library as `lib`, and what to write instead."""

    container: str
    library: str
    make: str
    remedies: Mapping[str, Callable[[], Any]] = MappingProxyType(
        {}
    )  # expressions of x and y, and the call whose result each gives

    def of(self, values: Any) -> Any:
        return eval(self.make, {"lib": importlib.import_module(self.library), "values": values})


GUFUNC = 'dask.array.apply_gufunc(bce_with_logits_value_and_grad, "(),()->(),()", x, y, output_dtypes=[float, float])'
NUMBERS = {"sigmoid(x.astype(float))": one}
AS_ARRAYS = {"bce_with_logits_value_and_grad(x.to_numpy(), y.to_numpy())": two}
CASES = [
    Case("list", "numpy", "list(values)"),
    Case("`np.ndarray`", "numpy", "values.copy()"),
    Case("`np.ma.MaskedArray`", "numpy", "lib.ma.array(values)"),
    Case("pandas Series", "pandas", "lib.Series(values)"),
    Case("pandas Series, Float64", "pandas", 'lib.Series(values, dtype="Float64")'),
    Case("pandas Series, Arrow's double", "pandas", 'lib.Series(values, dtype="double[pyarrow]")', AS_ARRAYS),
    Case("pandas DataFrame", "pandas", 'lib.DataFrame({"a": values})'),
    Case("xarray DataArray", "xarray", "lib.DataArray(values)"),
    Case(
        "xarray Dataset", "xarray", 'lib.Dataset({"a": ("n", values)})',
        {"F.binary_cross_entropy_with_logits(x.to_dataarray(), y.to_dataarray())": loss},
    ),
    Case(
        "Dask array", "dask.array", "lib.from_array(values, chunks=2)",
        {GUFUNC: two, "F.binary_cross_entropy_with_logits(x.compute(), y.compute())": loss},
    ),
    Case("polars Series", "polars", 'lib.Series("a", values)', AS_ARRAYS),
    Case("pyarrow Array", "pyarrow", "lib.array(values)"),
    Case("awkward Array", "awkward", "lib.Array(values)"),
    Case(
        "awkward Array, ragged", "awkward", "lib.unflatten(lib.Array(values), [1, 2])",
        {"F.binary_cross_entropy_with_logits(awkward.flatten(x), awkward.flatten(y))": loss},
    ),
    Case("scipy.sparse", "scipy.sparse", "lib.csr_array(values[None])", {"sigmoid(x.toarray()[0])": one}),
    Case("array of objects", "numpy", "lib.array(list(values), dtype=object)", NUMBERS),
    Case("array of text", "numpy", "values.astype(str)", NUMBERS),
    Case("array of complex numbers", "numpy", "values.astype(complex)", {"sigmoid(x.real)": one}),
    Case("array of dates", "numpy", 'values.astype("timedelta64[s]")', NUMBERS),
]  # fmt: skip
PEERS = [  # of libraries that only the peers' environment has
    Case(
        "sparse COO", "sparse", "lib.COO.from_numpy(values)",
        {"F.binary_cross_entropy_with_logits(x.todense(), y.todense())": loss},
    ),
    Case("Pint Quantity", "pint", 'lib.Quantity(values, "")', {'sigmoid(x.m_as(""))': one}),
    Case("torch tensor on the CPU", "torch", "lib.from_numpy(values.copy())"),
    Case(
        "torch tensor that requires grad", "torch", "lib.from_numpy(values.copy()).requires_grad_()",
        {"sigmoid(x.detach())": one},
    ),
]  # fmt: skip


def outcomes(each: Case) -> list[str]:
    """The type of each of the three results, or of the error."""
    return [outcome(call, each) for call in (one, two, loss)]


def outcome(call: Callable[[Any, Any], Any], each: Case) -> str:
    try:
        result = call(each.of(LOGITS), each.of(LABELS))
    except Exception as error:
        return f"{type(error).__name__}"
    return f"({', '.join(map(kind, result))})" if isinstance(result, tuple) else kind(result)


def kind(value: Any) -> str:
    library = type(value).__module__.partition(".")[0]
    return f"{'np' if library == 'numpy' else library}.{type(value).__name__}"


def row(each: Case) -> str:
    return f"| {' | '.join([each.container, *outcomes(each), '; '.join(f'`{code}`' for code in each.remedies)])} |"


def given_by(remedy: str, each: Case) -> Any:
    library = each.library.partition(".")[0]
    names = {**vars(pysigmoid), "F": F, library: importlib.import_module(library)}
    return eval(remedy, names, {"x": each.of(LOGITS), "y": each.of(LABELS)})


def write() -> None:
    """Rows whose library is missing stay as they are."""
    kept = {line.split(" | ")[0]: line for line in PAGE.read_text().splitlines()} if PAGE.exists() else {}
    rows = []
    for each in [*CASES, *PEERS]:
        try:
            importlib.import_module(each.library)
            rows.append(row(each))
        except ModuleNotFoundError:
            rows += [kept[f"| {each.container}"]] if f"| {each.container}" in kept else []
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(HEADER + "\n".join(rows) + "\n")


if __name__ == "__main__":
    write()
