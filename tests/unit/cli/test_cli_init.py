"""`modeleval init`: by options, in a talk, and what it leaves behind."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cli_world import CliWorld
from dataset_world import Folder, record
from typer.testing import CliRunner, Result

from modeleval.cli import init as module
from modeleval.cli import init_outcome, init_talk
from modeleval.cli.app import app
from modeleval.errors import StackNotFound
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text

JUDGE = "amazon.nova-pro-v1:0"
ANSWERS = (
    *("--task", "answers", "--region", "us-east-1", "--judge", JUDGE),
    "--accept-bedrock-terms",
)


class Uploads:
    """An S3 that keeps what is put, and the condition not to replace."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **condition: str) -> None:  # noqa: N803 - boto3's
        if condition.get("IfNoneMatch") == "*" and (Bucket, Key) in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[Bucket, Key] = Body.read()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = Folder(tmp_path)
    found.put("a.jsonl", record(0), record(1))
    return found


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    fake = Uploads()
    monkeypatch.setattr(init_outcome.boto3, "client", lambda *_, **__: fake)
    return fake


def talked(monkeypatch: pytest.MonkeyPatch, *lines: str, options: tuple[str, ...] = ()) -> Result:
    """The command on a terminal where a person types these lines, and then Ctrl-D."""
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    typed = "".join(f"{line}\n" for line in lines)
    return CliRunner().invoke(app, ["init", *options], input=typed)


def test_options_alone_make_a_suite_that_runs_take(world: CliWorld, folder: Folder) -> None:
    ended = world.command("init", *ANSWERS, "--dataset", "a.jsonl", "--yes", "--name", "support")
    assert ended.code == 0, ended.err
    data = (folder.path / "support.yaml").read_bytes()
    suite = parse_suite(parse_text(data, source="support.yaml"), source="support.yaml")
    assert (suite.name, suite.terms_accepted, str(suite.max_usd)) == ("support", True, "5")
    bucket = world.services.objects.bucket
    assert ended.out.splitlines()[-4:] == [
        "Written: support.yaml. Next:",
        f"  aws s3 cp a.jsonl s3://{bucket}/datasets/a.jsonl",
        "  modeleval plan support.yaml",
        "  modeleval run support.yaml",
    ]


def test_json_is_one_document_and_the_talk_is_on_standard_error(
    world: CliWorld, folder: Folder
) -> None:
    ended = world.command("init", *ANSWERS, "--dataset", "a.jsonl", "--yes", "--json", "x.yaml")
    assert ended.code == 0
    assert ended.document["path"] == "x.yaml"
    written = parse_text((folder.path / "x.yaml").read_bytes(), source="x.yaml")
    assert ended.document["suite"] == written
    assert ended.document["uploaded"] is None
    assert "Valid: 2 records for bedrock-judge." in ended.err


def test_without_a_terminal_everything_that_is_missing_is_named(
    world: CliWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("answers\n"))
    ended = world.command("init", "--task", "answers", "--dataset", "a.jsonl")
    assert ended.code == 2
    said = " ".join(ended.err.replace("│", " ").split())
    assert "these must be given: --judge, --accept-bedrock-terms" in said
    assert folder.names == ["a.jsonl"]


def test_without_a_terminal_writing_needs_a_yes(world: CliWorld, folder: Folder) -> None:
    ended = world.command("init", *ANSWERS, "--dataset", "a.jsonl")
    assert (ended.code, folder.names) == (2, ["a.jsonl"])
    assert "--yes" in ended.err


def test_a_wrong_option_is_wrong_usage_that_says_why(world: CliWorld, folder: Folder) -> None:
    ended = world.command("init", *ANSWERS, "--dataset", "b.jsonl", "--yes")
    assert (ended.code, folder.names) == (2, ["a.jsonl"])
    assert "There is no such file" in ended.err


@pytest.mark.parametrize("name", ["taken.yaml", "suite.txt", "nowhere/suite.yaml"])
def test_nothing_is_replaced_and_the_place_is_checked_first(
    name: str, world: CliWorld, folder: Folder
) -> None:
    folder.write("taken.yaml", b"mine")
    ended = world.command("init", *ANSWERS, "--dataset", "a.jsonl", "--yes", name)
    assert ended.code == 2
    assert (folder.path / "taken.yaml").read_bytes() == b"mine"
    assert folder.names == ["a.jsonl", "taken.yaml"]
    assert ended.out == ""


def test_force_replaces_it(world: CliWorld, folder: Folder) -> None:
    folder.write("taken.yaml", b"mine")
    ended = world.command(
        "init", *ANSWERS, "--dataset", "a.jsonl", "--yes", "--force", "taken.yaml"
    )
    assert ended.code == 0
    assert b"kind: bedrock-judge" in (folder.path / "taken.yaml").read_bytes()


def test_a_dataset_is_uploaded_and_never_over_another(
    world: CliWorld, folder: Folder, s3: Uploads
) -> None:
    place = (world.services.objects.bucket, "datasets/a.jsonl")
    asked = (*ANSWERS, "--dataset", "a.jsonl", "--yes", "--upload", "--stack", "evaluations")
    ended = world.command("init", *asked, "one.yaml")
    assert ended.code == 0
    assert s3.objects == {place: (folder.path / "a.jsonl").read_bytes()}
    assert "aws s3 cp" not in ended.out
    assert "modeleval run one.yaml --stack evaluations" in ended.out

    folder.put("a.jsonl", record(5))
    again = world.command("init", *asked, "two.yaml")
    assert again.code == 1
    assert again.err.startswith("UploadRefused: There is a dataset of that name already")
    assert s3.objects[place] != (folder.path / "a.jsonl").read_bytes()
    assert world.command("init", *asked, "three.yaml", "--force").code == 0
    assert s3.objects[place] == (folder.path / "a.jsonl").read_bytes()


def test_a_talk_asks_again_and_says_why(
    world: CliWorld,
    folder: Folder,
    s3: Uploads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder.path / "system.txt").write_text("Always greet them. Never [bold]shout[/bold].\n")
    result = talked(
        monkeypatch,
        *("answer", "1"),  # the task: a near miss, then its number
        "",  # the Region: the usual one
        *("My Suite", "support"),
        *("b.jsonl", "a.jsonl"),
        *("bot-v2", ""),  # whose: not theirs, then those of the data
        "none",
        "system.txt",
        *("yes", "no"),  # its two rules
        *("Corectness", "Correctness"),
        *("some-judge", "1"),
        *("cheap", "3"),
        *("yes", "I accept"),  # the terms: in so many words
        *("perhaps", "yes"),  # write it
        "yes",  # upload it
    )
    assert result.exit_code == 0, result.output
    for why in (
        "That is none of them; did you mean answers?",
        "write 1 to 40 small letters, digits and hyphens",
        "There is no such file (b.jsonl).",
        "is 'bot-v1' where the suite names 'bot-v2'",
        "Never [bold]shout[/bold].",
        "Did you mean Correctness?",
        "Write an amount such as 5, or none",
        'Write "I accept" if you do',
        "Answer yes or no",
        "https://aws.amazon.com/service-terms/",
    ):
        assert " ".join(why.split()) in " ".join(result.output.split()), why
    document: Any = parse_text((folder.path / "support.yaml").read_bytes(), source="support.yaml")
    (entry,) = document["evaluations"]
    assert (entry["judge"], entry["metrics"]) == (JUDGE, ["Correctness"])
    assert [one["name"] for one in entry["customMetrics"]] == ["always_greet_them"]
    assert document["budget"] == {"maxUsd": 3}
    assert list(s3.objects) == [("modeleval-bucket", "datasets/a.jsonl")]


CHAT = {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hi."}]}
TALK = ("1", "", "support", "chats.jsonl", "bedrock-responses=bot-v3", "", "none", "none", "")
END = ("1", "none", "I accept")


def test_a_converted_copy_lies_beside_the_suite_once_it_is_written(
    world: CliWorld,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder.put("chats.jsonl", CHAT)
    result = talked(monkeypatch, *TALK, *END, "yes", "no")
    assert result.exit_code == 0, result.output
    assert folder.names == [
        "a.jsonl",
        "chats-bedrock-responses.jsonl",
        "chats.jsonl",
        "support.yaml",
    ]
    (line,) = folder.lines("chats-bedrock-responses.jsonl")
    assert line["modelResponses"] == [{"response": "Hi.", "modelIdentifier": "bot-v3"}]
    assert "aws s3 cp chats-bedrock-responses.jsonl s3://" in result.output


@pytest.mark.parametrize(
    "lines",
    [(), TALK[:3], TALK, (*TALK, *END), (*TALK, *END, "no")],
    ids=["at once", "early", "converted", "before the yes", "no"],
)
def test_who_leaves_leaves_nothing_behind(
    lines: tuple[str, ...],
    world: CliWorld,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder.put("chats.jsonl", CHAT)
    result = talked(monkeypatch, *lines)
    assert (result.exit_code, folder.names) == (130, ["a.jsonl", "chats.jsonl"])
    assert "Nothing was written." in result.output


def test_a_workflow_state_is_offered(
    world: CliWorld,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = {"evaluation": {"dataset": "a.jsonl"}}
    folder.write("workflow_state.json", json.dumps(state).encode())
    result = talked(monkeypatch, "answers", "", "support", "", "", options=("--offline",))
    assert "What workflow_state.json knows is offered" in result.output
    assert "Which dataset? [a.jsonl]" in result.output
    assert "Valid: 2 records" in result.output


def test_without_a_stack_what_needs_it_is_skipped_and_said(
    world: CliWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: str) -> Any:
        raise StackNotFound("The stack modeleval was not found", action="Deploy it.")

    monkeypatch.setattr("modeleval.cli.init_around.Deployment", none)
    ended = world.command("init", *ANSWERS, "--dataset", "a.jsonl", "--yes", "a.yaml")
    assert ended.code == 0
    assert "No stack is reached" in ended.out
    assert "The stack modeleval was not found. Deploy it." in ended.out
    assert "aws s3 cp a.jsonl s3://BUCKET/datasets/a.jsonl" in ended.out
    refused = world.command("init", *ANSWERS, "--dataset", "a.jsonl", "--yes", "--upload", "b.yaml")
    assert (refused.code, "b.yaml" in folder.names) == (2, False)


def test_ctrl_c_ends_as_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> str:
        raise init_talk.typer.Abort

    monkeypatch.setattr(init_talk.typer, "prompt", interrupt)
    with pytest.raises(init_talk.typer.Exit) as ended:
        init_talk.prompt("Which?", None)
    assert ended.value.exit_code == 130
