"""Execute docs/notebooks/torch.md, where torch is, into examples/torch.ipynb: `python -m examples.torch_notebook`.

The page is the text of the notebook, in MyST's form; the notebook holds what it printed and drew.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = ROOT / "docs" / "notebooks" / "torch.md"
NOTEBOOK = ROOT / "examples" / "torch.ipynb"


def read():
    """The notebook of the page, with nothing executed."""
    import jupytext

    notebook = jupytext.read(TEXT, fmt="md:myst")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # the same every time
    return notebook


def execute(notebook):
    """The notebook with its outputs, in a kernel that imports this checkout; an error in a cell is raised."""
    from nbclient import NotebookClient

    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": ROOT}}, record_timing=False).execute()
    return notebook


def main():
    import nbformat

    nbformat.write(execute(read()), NOTEBOOK)
    print(f"{NOTEBOOK.relative_to(ROOT)}: {NOTEBOOK.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
