"""`modeleval notebook`: of a run or a suite, where it goes, and what does not go together."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
import yaml
from cli_world import CliWorld
from unit_documents import suite


def code(path: str) -> str:
    found = nbformat.read(path, as_version=4)
    return "\n".join(cell.source for cell in found.cells if cell.cell_type == "code")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_of_a_suite_it_starts_a_run(world: CliWorld) -> None:
    ended = world.command("notebook", "support-answers", "-m", "support-llama", "--stack", "eval")
    assert ended.code == 0, ended.err
    name = "notebooks/support-answers_model-evaluation.ipynb"
    assert f"Written: {name}" in ended.out
    text = code(name)
    assert "SUITE = 'support-answers'\nMODEL = 'support-llama'" in text
    assert "RUN_ID = None" in text
    assert "STACK = 'eval'" in text


def test_of_a_run_it_shows_that_run(world: CliWorld) -> None:
    run_id = world.run(1).run_id
    ended = world.command("notebook", run_id, "--out", "one.ipynb", "--json")
    assert ended.document["file"] == str(Path("one.ipynb").absolute())
    assert ended.document["appended"] is False
    assert f"RUN_ID = '{run_id}'" in code("one.ipynb")


def test_of_a_run_that_is_not_there_nothing_is_written(world: CliWorld) -> None:
    ended = world.command("notebook", f"me{9:016d}")
    assert ended.code == 1
    assert "RunNotFound" in ended.err
    assert not Path("notebooks").exists()


def test_it_is_added_to_a_notebook_and_replaces_none(world: CliWorld) -> None:
    first = world.command("notebook", "support", "--json").document
    path = "notebooks/support_model-evaluation.ipynb"
    again = world.command("notebook", "support")
    assert again.code == 1
    assert "NotebookRefused" in again.err
    added = world.command("notebook", "other", "--append", path, "--json").document
    assert (added["cells"], added["appended"]) == (2 * first["cells"], True)
    assert world.command("notebook", "other", "--append", path, "--force").code == 2


def test_a_local_suite_is_found_from_the_notebooks_folder(world: CliWorld) -> None:
    Path("mine.yaml").write_text(yaml.safe_dump(suite()))
    assert world.command("notebook", "mine.yaml").code == 0
    assert "SUITE = '../mine.yaml'" in code("notebooks/mine_model-evaluation.ipynb")


def test_a_wrong_suite_is_refused_before_anything_is_written(world: CliWorld) -> None:
    ended = world.command("notebook", "none.yaml")
    assert ended.code == 1
    assert "SuiteNotFound" in ended.err
    assert not Path("notebooks").exists()


def test_a_run_has_its_model(world: CliWorld) -> None:
    assert world.command("notebook", world.run(1).run_id, "-m", "other").code == 2
