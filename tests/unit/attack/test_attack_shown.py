"""What people look at: a terminal, a notebook, files. Nothing that a run is called is obeyed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from cli.cli_world import CliWorld, score, version
from hostile import MARK, TERMINAL, TEXTS
from unit_documents import evaluation, suite

from modeleval.notebook.cells import Subject, cells
from modeleval.store.items import Failure, RunStatus

POWERS = [
    *("colours", "title", "link", "c1", "line", "return", "separator", "backwards", "nul"),
    *("markup", "workflow", "path", "shell"),
]
"""What a terminal, a log or a file system could obey; reports are tried with the others."""
SHOWN = {name: TEXTS[name][:200] for name in POWERS}
"""As a run's name is cut."""


@pytest.fixture
def world(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> CliWorld:
    monkeypatch.chdir(tmp_path)
    return CliWorld(monkeypatch, capsys)


def hostile_run(world: CliWorld, text: str) -> str:
    """A run of which every text is hostile that an input, a dataset or a judge can have written."""
    found = world.run(
        1,
        score(category=text, subject=text, evaluation="answers"),
        suite=text,
        status=RunStatus.PARTIAL,
        model=text,
        resolved_model=version(1),
        error=Failure(name="SuiteInvalid", message=text).to_item(),
        verdict="failed",
        verdict_why=text,
    )
    return found.run_id


def assert_inert(printed: str) -> None:
    found = [ascii(sign) for sign in TERMINAL if sign in printed.replace("\r\n", "\n")]
    assert found == []
    assert not [line for line in printed.split("\n") if line.startswith(("::", MARK))]


@pytest.mark.parametrize("attack", SHOWN)
@pytest.mark.parametrize(
    "command", [("list",), ("show", "RUN"), ("status", "RUN"), ("leaderboard", "--suite", "TEXT")]
)
def test_no_command_lets_a_text_reach_the_terminal(
    world: CliWorld, attack: str, command: tuple[str, ...]
) -> None:
    run_id = hostile_run(world, SHOWN[attack])
    said = {"RUN": run_id, "TEXT": SHOWN[attack]}
    ended = world.command(*[said.get(part, part) for part in command])
    assert_inert(ended.out + ended.err)


@pytest.mark.parametrize("attack", SHOWN)
@pytest.mark.parametrize("command", ["show", "status", "notebook", "report", "download", "stop"])
def test_no_command_obeys_what_it_is_given(world: CliWorld, attack: str, command: str) -> None:
    """As a script would that takes the run from somewhere else."""
    text = SHOWN[attack].replace("\x00", "")
    ended = world.command(command, text)
    assert_inert(ended.out + ended.err)
    assert [one.name for one in Path().rglob("*") if MARK in one.name and one.suffix == ""] == []


@pytest.mark.parametrize("attack", SHOWN)
def test_a_notebook_stays_in_its_folder_and_runs_its_own_code_only(
    world: CliWorld, attack: str
) -> None:
    run_id = hostile_run(world, SHOWN[attack])
    own = code(cells(Subject("support", "modeleval", "support", run_id=run_id)))
    ended = world.command("notebook", run_id)
    assert ended.code == 0, ended.err
    [path] = [one for one in Path().rglob("*") if one.is_file()]
    assert path.parent == Path("notebooks")
    found = nbformat.read(path, as_version=4)
    parts = [cell.source for cell in found.cells if cell.cell_type == "code"]
    assert len(parts) == len(own)
    for part, expected in zip(parts, own, strict=True):
        assert shape(part) == shape(expected)
    heading = found.cells[0].source.split("\n")[0]
    assert "<" not in heading
    assert heading.isprintable()


def code(made: Any) -> list[str]:
    return [cell.source for cell in made if not cell.markdown]


def shape(source: str) -> str:
    """A cell's code without the values of its texts."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "…"
    return ast.dump(tree)


@pytest.mark.parametrize(
    "suite", ["x\n# %%\nimport os", "x# %%\nimport os", "x' + __import__('os').name + '", "$stack"]
)
def test_no_suite_begins_a_cell(suite: str) -> None:
    made = list(cells(Subject(suite, suite, suite, suite, suite)))
    own = list(cells(Subject("a", "a", "a", "a", "a")))
    assert [cell.markdown for cell in made] == [cell.markdown for cell in own]
    assert [shape(one) for one in code(made)] == [shape(one) for one in code(own)]


@pytest.mark.parametrize(
    "command", [("validate", "IN"), ("peek", "IN"), ("convert", "IN", "OUT", "--to", "rag-turns")]
)
def test_no_dataset_reaches_the_terminal_as_more_than_text(
    world: CliWorld, command: tuple[str, ...]
) -> None:
    lines = []
    for text in TEXTS.values():
        whole = {
            "prompt": "Where?",
            "category": text,
            "referenceResponse": text,
            "modelResponses": [{"response": text, "modelIdentifier": text}],
            text: text,
        }
        lines += [json.dumps(whole), json.dumps({text: text})]
    Path("in.jsonl").write_text("\n".join(lines))
    places = {"IN": "in.jsonl", "OUT": "out.jsonl"}
    ended = world.command(*[places.get(part, part) for part in command])
    assert ended.code != 2, ended.err
    assert MARK not in ended.out + ended.err  # nor at all: content is shown on request only
    assert_inert(ended.out + ended.err)


@pytest.mark.parametrize("attack", POWERS)
def test_no_suite_reaches_the_terminal_as_more_than_text(world: CliWorld, attack: str) -> None:
    document = suite(evaluations=[evaluation(judge=TEXTS[attack], **{TEXTS[attack]: 1})])
    Path("suite.json").write_text(json.dumps(document))
    for command in ("plan", "run"):
        ended = world.command(command, "suite.json")
        assert ended.code != 0
        assert_inert(ended.out + ended.err)
