"""Writing notebooks: a new file, or more cells of one that is there. nbformat is an extra."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from modeleval.errors import NotebookRefused
from modeleval.notebook.cells import Cell
from modeleval.whole_file import whole_file

_VERSION = 4
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def write_new(path: Path, cells: Iterable[Cell], *, force: bool = False) -> int:
    """Write a notebook of these cells; how many it has.

    Raises NotebookRefused where a file is, unless it may be replaced.
    """
    nbformat = _nbformat()
    if path.is_dir():
        raise NotebookRefused("This is a folder", where=str(path), action="Name a file.")
    if path.exists() and not force:
        raise NotebookRefused(
            "This file is there already",
            where=str(path),
            action="Add to it with --append, replace it with --force, or name another with --out.",
        )
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": _KERNEL})
    return _write(nbformat, path, notebook, cells)


def append(path: Path, cells: Iterable[Cell]) -> int:
    """Add the cells to the end of a notebook; how many it has then. Raises NotebookRefused."""
    nbformat = _nbformat()
    try:
        notebook = nbformat.read(path, as_version=_VERSION)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise NotebookRefused(
            "There is no such file",
            where=str(path),
            action="Without --append a notebook is written anew.",
        ) from None
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError):
        raise NotebookRefused(
            "This is no Jupyter notebook",
            where=str(path),
            action="Name an .ipynb file that Jupyter opens.",
        ) from None
    return _write(nbformat, path, notebook, cells)


def _write(nbformat: Any, path: Path, notebook: Any, cells: Iterable[Cell]) -> int:
    """Whole or not at all."""
    for cell in cells:
        made = nbformat.v4.new_markdown_cell if cell.markdown else nbformat.v4.new_code_cell
        notebook.cells.append(made(cell.source))
    _give_ids(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(notebook)
    with whole_file(path) as part:
        nbformat.write(notebook, part)
    return len(notebook.cells)


def _give_ids(notebook: Any) -> None:
    """Cells have ids since format 4.5, and ours have them: an older notebook's get some."""
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    for cell in notebook.cells:
        cell.setdefault("id", uuid.uuid4().hex[:8])


def _nbformat() -> Any:
    try:
        return import_module("nbformat")
    except ModuleNotFoundError as error:
        if error.name != "nbformat":
            raise
        raise NotebookRefused(
            "Notebooks need nbformat, which is not installed",
            action="Install the extra: pip install 'modeleval[cli,notebook]', or in this folder "
            "`make setup`.",
        ) from None
