"""Notebooks as files: valid ones, never overwritten, and whole or not at all."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest

from modeleval.errors import NotebookRefused
from modeleval.notebook import files
from modeleval.notebook.cells import Cell, Subject, cells

SUBJECT = Subject(project="support", stack="eval", suite="it's.yaml", model=None)
OLD = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
SOME = [Cell(True, "# Some"), Cell(False, "1 + 1")]


def test_every_code_cell_is_python_and_holds_the_subject_as_literals() -> None:
    made = list(cells(SUBJECT))
    code = [cell.source for cell in made if not cell.markdown]
    for source in code:
        ast.parse(source)
    text = "\n".join(code)
    assert "STACK = 'eval'\n" in text
    assert 'SUITE = "it\'s.yaml"\n' in text
    assert "MODEL = None\n" in text
    assert made[0].source.startswith("# Model evaluation: support\n\nThis notebook")


def test_dollar_signs_are_no_formulas_in_plots() -> None:
    assert 'replace("$", r"\\$")' in "".join(cell.source for cell in cells(SUBJECT))


def test_a_new_one_is_valid_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notebooks" / "one.ipynb"
    assert files.write_new(path, SOME) == 2
    nbformat.validate(nbformat.read(path, as_version=4))
    before = path.read_bytes()
    with pytest.raises(NotebookRefused, match="already"):
        files.write_new(path, [])
    assert path.read_bytes() == before
    assert files.write_new(path, SOME[:1], force=True) == 1
    assert [one.name for one in path.parent.iterdir()] == ["one.ipynb"]


def test_what_is_added_comes_after_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.ipynb"
    files.write_new(path, [Cell(True, "mine")])
    assert files.append(path, SOME) == 3
    assert files.append(path, SOME) == 5
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    assert [cell.source for cell in found.cells] == ["mine", *["# Some", "1 + 1"] * 2]
    assert [cell.cell_type for cell in found.cells[1:3]] == ["markdown", "code"]


def test_an_older_notebook_keeps_its_cells_and_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = {"cell_type": "markdown", "metadata": {}, "source": "old"}
    path.write_text(json.dumps(OLD | {"cells": [cell]}))
    assert files.append(path, SOME) == 3
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    assert found.cells[0].source == "old"


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"nbformat": 4}', "\udcff"], ids=repr)
def test_what_is_no_notebook_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.ipynb"
    data = text.encode(errors="surrogateescape")
    path.write_bytes(data)
    with pytest.raises(NotebookRefused, match="no Jupyter notebook"):
        files.append(path, SOME)
    assert path.read_bytes() == data


def test_without_nbformat_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(files, "import_module", missing)
    with pytest.raises(NotebookRefused, match=r"pip install 'modeleval\[cli,notebook\]'"):
        files.write_new(tmp_path / "one.ipynb", SOME)
