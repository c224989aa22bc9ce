"""The page of the docs on notebooks is run as one, by a kernel of Jupyter, and what it shows is looked at."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(block) for block in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(cells) >= 6
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = str(tmp_path_factory.mktemp("notebook"))
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}})
    return client.execute()


def shown(cell: nbformat.NotebookNode) -> dict[str, str]:
    """What the last line of a cell shows, by form."""
    found = [output.data for output in cell.outputs if output.output_type == "execute_result"]
    return found[-1] if found else {}


def test_every_cell_runs_in_a_kernel(run: nbformat.NotebookNode) -> None:
    for cell in run.cells:
        assert not [output for output in cell.outputs if output.output_type in ("error", "stream")], cell.source


def test_what_is_named_last_is_shown_as_html(run: nbformat.NotebookNode) -> None:
    by_line = {cell.source.strip().splitlines()[-1].split("#")[0].strip(): cell for cell in run.cells}
    for line in ("base", "closed"):
        found = shown(by_line[line])
        assert "<table" in found["text/html"], line
        assert "<script" not in found["text/html"], line
    for line in ("answer.map()", "flows.plot()"):
        assert "<svg" in shown(by_line[line])["text/html"], line


def test_a_run_notebook_is_a_valid_file(run: nbformat.NotebookNode) -> None:
    nbformat.validate(nbformat.reads(nbformat.writes(run), as_version=4))
