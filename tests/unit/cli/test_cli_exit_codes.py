"""How a command ends: by its exit code, with JSON alone on standard output, without a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cli_world import CliWorld, Ended, score, version
from unit_documents import RUN
from unit_fakes import run

from modeleval.artifacts import summary_key
from modeleval.cli import app as module
from modeleval.cli import compare, listing, needs_scipy, watch
from modeleval.cli.beside import comparison_tables
from modeleval.cli.exit_codes import ExitCode, exit_code_of
from modeleval.cli.stack import Deployment
from modeleval.cli.start import Started, Step
from modeleval.errors import StackNotFound
from modeleval.store.items import RunStatus

CASES = [
    (RunStatus.SUCCEEDED, None, 0),
    (RunStatus.SUCCEEDED, "passed", 0),
    (RunStatus.SUCCEEDED, "failed", 3),
    (RunStatus.SUCCEEDED, "inconclusive", 4),
    (RunStatus.PARTIAL, None, 1),
    (RunStatus.PARTIAL, "failed", 3),
    (RunStatus.PARTIAL, "inconclusive", 4),
    (RunStatus.FAILED, None, 1),
    (RunStatus.STOPPED, None, 1),
    (RunStatus.STOPPED, "inconclusive", 1),
    (RunStatus.PENDING, "pending", 5),
    (RunStatus.PENDING, None, 5),
]


@pytest.mark.parametrize(("status", "verdict", "code"), CASES)
def test_a_runs_exit_code(status: RunStatus, verdict: str | None, code: int) -> None:
    assert exit_code_of(run(status=status, verdict=verdict)) == code


def low(count: int) -> list[dict[str, Any]]:
    item = {"line": 1, "recordKey": "k", "metric": "Correctness", "value": 0, "category": None}
    return [{**item, "explanation": "word " * 100} for _ in range(count)]


def summary(world: CliWorld, run_id: str) -> None:
    entry = {
        "name": "answers",
        "subject": "bot",
        "warnings": ["w"],
        "summaries": [],
        "comparisons": [],
        "jobs": [],
        "lowScores": {"total": 9, "items": low(9)},
    }
    document = {"gate": None, "evaluations": [entry]}
    world.s3.objects[summary_key(run_id)] = json.dumps(document).encode()


def start(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch, *arguments: str, **ending: Any
) -> Ended:
    """Call `run`; the run ends as it is said while it is followed."""

    def follow(*_: Any, **__: Any) -> Any:
        yield Step("run", "[score]")
        fields = {"verdict": ending["verdict"]} if ending.get("verdict") else {}
        one = world.run(1, score(), status=ending["status"], **fields)
        summary(world, one.run_id)

    monkeypatch.setattr(module, "start", lambda *_, **__: Started("me0000000000000001", "arn:run"))
    monkeypatch.setattr(watch, "follow", follow)
    return world.command("run", "support", *arguments)


@pytest.mark.parametrize(("status", "verdict", "code"), CASES[:6])
def test_run_waits_and_ends_by_the_verdict(
    world: CliWorld,
    monkeypatch: pytest.MonkeyPatch,
    status: RunStatus,
    verdict: str | None,
    code: int,
) -> None:
    ended = start(world, monkeypatch, status=status, verdict=verdict)
    assert ended.code == code
    assert "run: [score]" in ended.out


def test_run_prints_one_document_and_tells_how_it_goes_elsewhere(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = start(world, monkeypatch, "--json", status=RunStatus.SUCCEEDED, verdict="failed")
    assert ended.code == 3
    assert ended.document["run"]["verdict"] == "failed"
    assert ended.document["scores"][0]["mean"] == 0.75
    assert "run: [score]" in ended.err


def test_run_shows_a_pending_run_and_says_that_it_is(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow(*_: Any, to_the_end: bool) -> Any:
        assert not to_the_end
        yield Step("run", "jobs")
        one = world.run(1, score(), status=RunStatus.RUNNING)
        summary(world, one.run_id)
        world.store.publish_partly(one.run_id, published=True, verdict="pending")

    monkeypatch.setattr(module, "start", lambda *_, **__: Started("me0000000000000001", "arn:run"))
    monkeypatch.setattr(watch, "follow", follow)
    ended = world.command("run", "support")
    assert ended.code == 5
    assert "Pending: long jobs still run" in ended.out
    assert "Low scores of answers: 9" in ended.out
    listed = world.command("list", "--status", "pending", "--verdict", "pending").out
    assert "me0000000000000001" in listed


def test_run_without_waiting_has_started(world: CliWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = start(world, monkeypatch, "--json", "--no-wait", status=RunStatus.FAILED)
    assert ended.code == 0
    assert ended.document == {"runId": "me0000000000000001", "executionArn": "arn:run"}


def test_an_interrupt_leaves_the_run_and_says_so(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        yield Step("run", "plan")
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "start", lambda *_, **__: Started(RUN, "arn:run"))
    monkeypatch.setattr(watch, "follow", interrupted)
    ended = world.command("run", "support", "--json")
    assert (ended.code, ended.out) == (130, "")
    assert f"Run {RUN} goes on, and costs" in ended.err


def test_show_as_a_document_says_no_more_than_the_tables(world: CliWorld) -> None:
    one = world.run(1, score(), resolvedModel=version(3))
    summary(world, one.run_id)
    document = world.command("show", one.run_id, "--json").document
    assert document["run"]["resolvedModel"]["version"] == 3
    [entry] = document["evaluations"]
    assert entry["warnings"] == ["w"]
    assert entry["lowScores"]["total"] == 9
    assert len(entry["lowScores"]["items"]) == 5
    assert all(len(item["explanation"]) <= 160 for item in entry["lowScores"]["items"])


def test_show_of_a_run_without_scores_as_a_document(world: CliWorld) -> None:
    one = world.run(1, status=RunStatus.RUNNING)
    document = world.command("show", one.run_id, "--json").document
    assert document["run"]["status"] == "running"
    assert (document["scores"], document["evaluations"], document["gate"]) == ([], [], None)


def test_show_says_what_followed(world: CliWorld) -> None:
    one = world.run(
        1,
        published=False,
        promotion={"action": "ask", "why": "It is [red] close."},
        askedUntil="2026-11-25T07:00:00.000Z",
        keptBecause="a baseline",
    )
    out = world.command("show", one.run_id).out
    assert "Model package: ask: It is [red] close." in out
    assert "A person may decide until 2026-11-25T07:00:00.000Z" in out
    assert "Does not expire: a baseline" in out
    other = world.run(
        2, published=False, decision={"action": "approve", "by": "arn:me", "at": "now"}
    )
    assert "Decided by arn:me at now: approve" in world.command("show", other.run_id).out


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["show", "none"], ["delete", "none", "--yes"]])
@pytest.mark.parametrize("further", [[], ["--json"]])
def test_an_error_is_a_message_and_1(
    world: CliWorld, arguments: list[str], further: list[str]
) -> None:
    ended = world.command(*arguments, *further)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("RunNotFound: There is no run none.")


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["show"], ["list", "--no-such"], ["compare", "a"]]
)
def test_wrong_usage_is_2(world: CliWorld, arguments: list[str]) -> None:
    ended = world.command(*arguments)
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (
            ClientError({"Error": {"Code": "ExpiredToken", "Message": "x [red]"}}, "Query"),
            "ExpiredToken: Query: x [red]",
        ),
        (ValueError("the text of a prompt"), "ValueError: This is a defect of modeleval ("),
        (KeyError("the text of a prompt"), "KeyError: This is a defect of modeleval ("),
    ],
)
def test_no_traceback_and_no_content_reaches_a_user(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    def broken(_: str) -> Any:
        raise raised

    monkeypatch.setattr(listing, "Deployment", broken)
    ended = world.command("list", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(said)
    assert "Traceback" not in ended.err
    assert "prompt" not in ended.err


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell that says nothing of account and Region."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    # Kept from what a command sets, too.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for name in ("CONFIG_FILE", "SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(f"AWS_{name}", str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return monkeypatch


def test_without_a_region_it_is_said_what_to_set(
    world: CliWorld, nowhere: pytest.MonkeyPatch
) -> None:
    ended = world.command("find-model", "x")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("NoRegionError: You must specify a region. Set AWS_REGION, or a")


def test_aws_region_is_the_region_and_without_credentials_it_is_said_what_to_do(
    world: CliWorld, nowhere: pytest.MonkeyPatch
) -> None:
    nowhere.setenv("AWS_REGION", "eu-west-1")
    ended = world.command("find-model", "x")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("NoCredentialsError: Unable to locate credentials. Name a profile")
    assert boto3.client("sagemaker").meta.region_name == "eu-west-1"


def test_aws_region_wins_as_in_awss_own_tools(world: CliWorld, nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("AWS_DEFAULT_REGION", "us-east-1")
    nowhere.setenv("AWS_REGION", "eu-west-1")
    world.command("--help")
    assert boto3.client("sagemaker").meta.region_name == "eu-west-1"


def test_a_stack_is_not_looked_for_without_a_region(nowhere: pytest.MonkeyPatch) -> None:
    with pytest.raises(StackNotFound, match=r"specify a region\. Set AWS_REGION, or a Region"):
        Deployment("modeleval")


def test_whoever_wants_to_see_a_defect_sees_it(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> Any:
        raise ValueError("x")

    monkeypatch.setattr(listing, "Deployment", broken)
    monkeypatch.setenv("MODELEVAL_DEBUG", "1")
    with pytest.raises(ValueError, match="x"):
        world.command("list")


def test_every_command_that_asks_a_stack_documents_its_exit_codes(world: CliWorld) -> None:
    for command in ("run", "list", "history", "leaderboard", "compare", "show", "delete"):
        text = " ".join(world.command(command, "--help").out.split())
        assert "Exit codes: 0" in text
        assert ("3 the gate failed" in text) is (command == "run")


# -- compare ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what"),
    [(("compare", "a", "b"), "Comparing runs"), (("plan", "support"), "Planning a run")],
    ids=["compare", "plan"],
)
def test_without_scipy_it_is_said_what_to_install(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], what: str
) -> None:
    def missing(_: str) -> Any:
        raise ModuleNotFoundError("No module named 'scipy'", name="scipy.stats")

    monkeypatch.setattr(needs_scipy, "import_module", missing)
    ended = world.command(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert f"{what} needs scipy" in ended.err
    assert "pip install 'modeleval[cli,statistics]'" in ended.err


def test_a_run_is_not_compared_with_itself(world: CliWorld) -> None:
    ended = world.command("compare", "a", "a")
    assert ended.code == 2
    assert "the same run" in ended.err


@pytest.mark.parametrize("which", [0, 1])
def test_only_published_runs_are_compared(world: CliWorld, which: int) -> None:
    made = [world.run(1), world.run(2, status=RunStatus.FAILED, published=False)]
    summary(world, made[0].run_id)
    ids = [one.run_id for one in made]
    ended = world.command("compare", *(ids if which else ids[::-1]))
    assert (ended.code, ended.out) == (1, "")
    assert "Run me0000000000000002 has no published scores (it is failed)" in ended.err


def test_runs_whose_files_expired_are_not_compared(world: CliWorld) -> None:
    ids = [world.run(number).run_id for number in (1, 2)]
    ended = world.command("compare", *ids)
    assert ended.code == 1
    assert "were deleted" in ended.err


def test_categories_stand_below_their_metric() -> None:
    blank = ("low", "high", "difference", "wins", "ties", "losses", "runId")
    rows = [
        {"metric": metric, "category": category, "against": "x", "other": "y", "word": "improved"}
        | dict.fromkeys(blank)
        for metric, category in (("M", None), ("N", None), ("M", "a"), ("N", "b"))
    ]
    entry = {"name": "answers", "subject": "bot", "comparisons": rows}
    [table] = comparison_tables(entry)
    assert [cell.strip() for cell in table.columns[0].cells] == [
        "[bold]M[/bold]",
        "a",
        "[bold]N[/bold]",
        "b",
    ]


def test_why_two_runs_are_not_comparable_is_said() -> None:
    row = {"metric": "Tone", "category": None, "word": "not comparable", "reason": "[x] differs"}
    counted = {**row, "word": "improved", "matched": 12, "onlyHere": 3, "onlyThere": 0}
    entry = {"name": "answers", "comparisons": [row, counted, {**row, "category": "a"}]}
    assert [*compare.notes(entry)] == [
        "Tone is not comparable: \\[x] differs.",
        "Tone: 12 records are in both runs, 3 only in the first, 0 only in the second.",
    ]
    missing = {"name": "answers", "missing": "it failed in run me1", "comparisons": []}
    noted = {"name": "answers", "comparisons": [], "notes": ["The results say: [made up]"]}
    assert [*compare.notes(noted)] == [
        "[yellow]Warning[/yellow] (answers): The results say: \\[made up]"
    ]
    assert [*compare.notes(missing)] == ["answers is not comparable: it failed in run me1."]


def test_the_numbers_are_the_documented_ones() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "ERROR": 1,
        "USAGE": 2,
        "GATE_FAILED": 3,
        "INCONCLUSIVE": 4,
        "PENDING": 5,
        "INTERRUPTED": 130,
    }
