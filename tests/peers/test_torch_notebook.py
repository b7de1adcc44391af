"""docs/notebooks/torch.md runs from top to bottom, and prints what it promises; examples/torch.ipynb is that page."""

import ast
import re

import nbformat
import pytest

from examples.torch_notebook import NOTEBOOK, TEXT, execute, read

# Jupyter's own, about event loops and sockets.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
LARGEST = 60_000  # bytes of the executed notebook


@pytest.fixture(scope="module")
def executed():
    return execute(read())


def cell_with(notebook, text):
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source]
    return cell


def shown(notebook, text):
    """What the cell that contains this text has printed or returned."""
    outputs = cell_with(notebook, text).outputs
    return "".join(output.get("text") or output["data"]["text/plain"] for output in outputs)


def test_curve_of_the_sigmoid(executed):
    assert shown(executed, "m = Sigmoid()").count("[0.0067, 0.2689, 0.5000, 0.7311, 0.9933]") == 3


def test_gradient_at_10(executed):
    assert "output 0.999955, gradient 0.000045; the largest gradient, at 0, is 0.25" in shown(executed, "zero = torch")
    sigmoid, relu = ast.literal_eval(shown(executed, "first_gradient("))
    assert sigmoid < 1e-3 * relu


def test_spam_and_risk(executed):
    assert re.match(r"(NOT )?SPAM \(confidence: \d+\.\d\d%\)\n(no )?spam", shown(executed, "SpamDetector(nn.Module)"))
    risks = [line.split(": ")[1] for line in shown(executed, "advice").splitlines()]
    assert risks[1:] == ["High risk - recommend testing", "Medium risk - monitor", "Low risk"]


def test_tail_that_torch_loses(executed):
    torchs, ours = ast.literal_eval(shown(executed, "def at_20"))
    assert set(torchs.values()) == {0.0}
    assert [abs(value) for value in ours.values()] == [pytest.approx(2.0611537e-09, rel=1e-7)] * 3


def test_convert(executed):
    modules, same = ast.literal_eval(shown(executed, "pt.convert(model)\n["))
    assert modules.count("pysigmoid.torch") == 2
    assert same


def test_training_reaches_the_same_loss_and_goes_on_in_the_tail(executed):
    assert shown(executed, "def train").endswith("1e-6: True'")
    found = re.search(r"torch 20\.0, ours (\d+\.\d+)", shown(executed, "def climb"))
    assert float(found.group(1)) > 22
    assert any("image/png" in output.get("data", {}) for output in cell_with(executed, "plt.subplots").outputs)


def test_committed_notebook_is_the_page(executed):
    """Its cells, in their order; and it is small."""
    committed = nbformat.read(NOTEBOOK, as_version=4)
    for each, fresh in zip(committed.cells, executed.cells, strict=True):
        assert (each.cell_type, each.source) == (fresh.cell_type, fresh.source), TEXT
        assert bool(each.get("outputs")) == bool(fresh.get("outputs"))
    assert NOTEBOOK.stat().st_size < LARGEST
