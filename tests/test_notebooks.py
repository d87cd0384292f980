"""The notebooks run, with few draws, and hold no outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALL = {
    'name = "baseline"': 'name = "small"',  # no other card may pass for a shipped one
    "draws = 2500": "draws = 150",
    "tune = 1000": "tune = 250",
    "chains = 4": "chains = 2",
}


@pytest.fixture(scope="module")
def small_card(tmp_path_factory):
    """The baseline with a tenth of the draws: enough to run, not to believe."""
    text = (ROOT / "models" / "baseline" / "card.toml").read_text(encoding="utf-8")
    for full, few in SMALL.items():
        assert text.count(full) == 1
        text = text.replace(full, few)
    path = tmp_path_factory.mktemp("cards") / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def with_card(notebook, card):
    """Replace the line that names the card."""
    changed = 0
    for cell in notebook.cells:
        if cell.cell_type == "code" and 'CARD = "baseline"' in cell.source:
            cell.source = cell.source.replace('CARD = "baseline"', f"CARD = {str(card)!r}")
            changed += 1
    assert changed == 1
    return notebook


def test_there_are_notebooks_in_order():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{i:02d}" for i in range(len(NOTEBOOKS))]
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, small_card, tmp_path):
    notebook = with_card(nbformat.read(path, as_version=4), small_card)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    errors = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    assert not errors
