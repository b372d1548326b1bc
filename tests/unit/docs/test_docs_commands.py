"""Every command of the documentation: run where it needs no AWS, else known to the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from docs_commands import MARKER, ROOT, Shown, shown, targets
from typer.testing import CliRunner

from modeleval.cli.app import app

SHOWN = shown()
RUN = [one for one in SHOWN if not one.needs_aws]
NEEDING_AWS = 66
"""How many are only checked. Whoever adds one counts it here, and may think of one that runs."""


def one_record(number: int) -> dict[str, Any]:
    response = {"response": f"Answer {number}.", "modelIdentifier": "support-bot-v1"}
    return {
        "prompt": f"Question {number}?",
        "referenceResponse": f"Answer {number}.",
        "category": "billing",
        "modelResponses": [response],
    }


def one_turn(number: int) -> dict[str, Any]:
    passages = {"retrievalResults": [{"content": {"text": "A passage."}}]}
    output = {"knowledgeBaseIdentifier": "our-rag", "retrievedResults": passages}
    text = {"content": [{"text": f"Question {number}?"}]}
    return {"conversationTurns": [{"prompt": text, "referenceResponses": [text], "output": output}]}


def one_chat(number: int) -> dict[str, Any]:
    asked = {"role": "user", "content": f"Question {number}?"}
    return {"messages": [asked, {"role": "assistant", "content": "An answer."}]}


FILES = {
    "answers.jsonl": one_record,
    "my-responses.jsonl": one_record,
    "turns.jsonl": one_turn,
    "chats.jsonl": one_chat,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the documentation speaks of."""
    for name, make in FILES.items():
        lines = (json.dumps(make(number)) for number in range(8))
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    (tmp_path / "scenarios.yaml").write_text("- {id: a, category: billing, turns: [Hello]}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("one", RUN, ids=str)
def test_what_needs_no_aws_does_what_it_says(folder: Path, one: Shown) -> None:
    if one.words[0] == "convert":
        (folder / one.words[2]).unlink(missing_ok=True)
    ended = CliRunner().invoke(app, one.words)
    assert ended.exit_code == 0, ended.output


@pytest.mark.parametrize("one", SHOWN, ids=str)
def test_the_command_line_knows_the_command_and_its_options(one: Shown) -> None:
    """Parsed as it would be, and not carried out: an unknown one is a UsageError."""
    command: Any = typer.main.get_command(app)
    words = list(one.words)
    if words[:1] == ["--version"]:
        words = []
    while hasattr(command, "commands") and words:
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    if "--help" not in words:
        command.make_context("modeleval", [_value(word) for word in words])


def _value(word: str) -> str:
    """A variable of the shell, or a place-holder, is some text."""
    return "some-text" if word.startswith("$") else word


def test_blocks_that_need_aws_say_so_and_no_others_do() -> None:
    unmarked = [str(one) for one in SHOWN if one.needs_aws and not one.marked]
    assert unmarked == [], f"write {MARKER} before their blocks"
    marked = {(one.page) for one in SHOWN if one.marked}
    assert marked <= {one.page for one in SHOWN if one.needs_aws}


def test_how_many_are_only_checked_is_counted() -> None:
    assert sum(one.needs_aws for one in SHOWN) == NEEDING_AWS


def test_every_target_of_make_that_is_shown_is_there() -> None:
    known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {(page, target) for page, target in targets() if target not in known} == set()
