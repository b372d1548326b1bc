"""`modeleval list`: which runs, in which order, and as what."""

from __future__ import annotations

from typing import Any

import pytest
from cli_world import ARN, CliWorld, version

from modeleval.cli import listing
from modeleval.cli.asked import asked_model
from modeleval.store.items import Failure, RunStatus


def numbers(world: CliWorld, *arguments: str) -> list[int]:
    found = world.command("list", *arguments, "--json")
    assert found.code == 0, found.err
    return [int(one["runId"][2:]) for one in found.document["runs"]]


@pytest.fixture
def runs(world: CliWorld) -> CliWorld:
    world.run(1, resolvedModel=version(1), verdict="passed")
    world.run(2, resolvedModel=version(2), verdict="failed")
    world.run(3, suite="other", resolvedModel=version(2))
    failure = Failure(name="BudgetExceeded", message="x")
    world.run(4, status=RunStatus.FAILED, published=False, error=failure.to_item())
    world.run(5, status=RunStatus.RUNNING, sample=5)
    world.run(6, suite="other", resolvedModel=version(1, "Billing-Bot"))
    return world


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], [6, 5, 4, 3, 2, 1]),
        (["--limit", "2"], [6, 5]),
        (["support"], [5, 4, 2, 1]),
        (["--model", "support-llama"], [3, 2, 1]),
        (["--model", f"{ARN}/2"], [3, 2]),
        (["--model", "support-llama/1"], [1]),
        (["--model", ARN.replace("package", "package-group", 1)], [3, 2, 1]),
        (["support", "-m", "support-llama"], [2, 1]),
        (["support", "-m", f"{ARN}/2"], [2]),
        (["other", "-m", "support-llama/2"], [3]),
        (["--status", "failed"], [4]),
        (["--status", "running", "support"], [5]),
        (["--verdict", "passed"], [1]),
        (["support", "--verdict", "inconclusive"], []),
        (["--name", "billing"], [6]),
        (["--name", "OTHER"], [6, 3]),
        (["--name", "0000004"], [4]),
        (["-m", "nobody"], []),
    ],
)
def test_runs_are_chosen_by_what_is_asked(
    runs: CliWorld, arguments: list[str], wanted: list[int]
) -> None:
    assert numbers(runs, *arguments) == wanted


@pytest.mark.parametrize("arguments", [["--status", "done"], ["--verdict", "ok"], ["--limit", "0"]])
def test_a_state_that_does_not_exist_is_wrong_usage(runs: CliWorld, arguments: list[str]) -> None:
    ended = runs.command("list", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert arguments[0] in ended.err


def test_the_table_says_model_verdict_trial_and_error(runs: CliWorld) -> None:
    ended = runs.command("list")
    assert ended.code == 0
    rows = {
        cells[0]: cells[1:]
        for line in ended.out.splitlines()
        if len(cells := [cell.strip() for cell in line.strip("│").split("│")]) > 5
    }
    first = rows["me0000000000000001"]
    assert first[:5] == [
        "support",
        "2026-11-22 07:01",
        "succeeded",
        "passed",
        "support-llama/1",
    ]
    assert rows["me0000000000000004"][-1] == "BudgetExceeded"
    assert rows["me0000000000000005"][5] == "5"


def test_a_column_that_nobody_needs_is_left_out(world: CliWorld) -> None:
    world.run(1)
    head = world.command("list", "support").out.splitlines()[1]
    assert [one.strip() for one in head.strip("┃").split("┃")] == ["Run", "Started (UTC)", "Status"]


def test_a_narrow_terminal_has_what_a_run_came_to_in_one_column(
    runs: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    out = runs.command("list", "support").out
    rows = {line.split("│")[1].strip(): line for line in out.splitlines() if line.count("│") > 3}
    assert "failed, BudgetExceeded" in rows["me0000000000000004"]
    assert "running, trial" in rows["me0000000000000005"]
    assert "succeeded, gate passed" in rows["me0000000000000001"]
    assert max(map(len, out.splitlines())) <= 90


def test_a_document_has_numbers_and_what_failed(runs: CliWorld) -> None:
    document = runs.command("list", "--json").document
    by_id = {one["runId"]: one for one in document["runs"]}
    assert document["complete"] is True
    assert by_id["me0000000000000005"]["sample"] == 5
    assert by_id["me0000000000000002"]["resolvedModel"]["version"] == 2
    assert by_id["me0000000000000004"]["error"] == {"name": "BudgetExceeded", "message": "x"}
    assert by_id["me0000000000000001"]["error"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no[red]ne"], "There is no run of a suite called no[red]ne."),
        (["-m", "nobody"], "There is no run of nobody."),
        (["support", "--status", "stopped"], "There is no such run of a suite called support."),
    ],
)
def test_nothing_found_is_said(runs: CliWorld, arguments: list[str], said: str) -> None:
    ended = runs.command("list", *arguments)
    assert (ended.code, ended.out.strip()) == (0, said)


def test_a_filter_reads_so_many_runs_and_says_that_it_stopped(
    runs: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_READ", 3)
    document = runs.command("list", "--verdict", "passed", "--json").document
    assert document == {"runs": [], "complete": False}
    assert "Only the latest 3 runs were looked at." in runs.command("list", "--limit", "9").out
    assert "looked at" not in runs.command("list", "--limit", "3").out


def test_what_a_dataset_or_person_named_is_shown_as_it_is_written(world: CliWorld) -> None:
    world.run(1, suite="a\x1b[31m[red]b", model="m[/bold]")
    out = world.command("list").out
    assert "a\\x1b[31m[red]b" in out
    assert "m[/bold]" in out


@pytest.mark.parametrize(
    ("text", "series"),
    [("arn:aws:bedrock:us-east-1::foundation-model/x", None), ("a/b/3", None), ("bot/0", None)],
)
def test_what_is_no_version_is_a_name(text: str, series: Any) -> None:
    assert asked_model(text) == (text, None, None)
