"""What the command line says of runs of a deployed stack: lists, histories, comparisons, ends.

A suite of its own, and a model package group with two versions: the second one is worse.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import yaml
from command_line import Ended, outside
from deployed_world import DeployedWorld, suite
from gate_world import lines
from model_world import register

from modeleval.cli import app

ANSWERS = {1: {"a": "r" * 20, "b": "r" * 20}, 2: {"a": "r" * 20, "b": "w" * 18}}
OTHER_JUDGE = "us.amazon.nova-pro-v1:0"


class Told(NamedTuple):
    """A suite and a group, and how `modeleval run` ended for: version 1, version 2, a trial on
    five records, and version 2 before another judge."""

    suite: str
    group: str
    first: Ended
    second: Ended
    trial: Ended
    other_judge: Ended

    def run_id(self, which: str) -> str:
        return str(getattr(self, which).document["run"]["runId"])


@pytest.fixture(scope="module")
def told(deployed: DeployedWorld, tmp_path_factory: pytest.TempPathFactory) -> Told:
    name = f"history-{uuid.uuid4().hex[:8]}"
    group = f"{name}-bot"
    for number, answers in ANSWERS.items():
        register(deployed, group)
        subject = f"{group}-v{number}"
        deployed.put_dataset(lines(answers, subject=subject), f"datasets/{name}-v{number}.jsonl")
    document = suite(
        f"datasets/{name}-v{{model.version}}.jsonl",
        name=name,
        responses={"precomputed": f"{group}-v{{model.version}}"},
    )
    document["baseline"] = "previous"
    document["gate"] = {
        "rules": [
            {"evaluation": "answers", "metric": "Correctness", "minimum": 0.7, "maxRegression": 0.1}
        ]
    }
    folder = tmp_path_factory.mktemp("suites")

    def run(version: int, *further: str, **changes: Any) -> Ended:
        [evaluation] = document["evaluations"]
        file = folder / "suite.yaml"
        file.write_text(yaml.safe_dump({**document, "evaluations": [evaluation | changes]}))
        arn = f"arn:aws:sagemaker:us-east-1:{deployed.aws.account}:model-package/{group}/{version}"
        ended = outside(deployed, "run", str(file), "--model", arn, "--json", *further)
        assert ended.document["run"]["published"], ended
        return ended

    return Told(name, group, run(1), run(2), run(2, "--sample", "5"), run(2, judge=OTHER_JUDGE))


Command = Callable[..., Ended]


@pytest.fixture
def command(
    deployed: DeployedWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The same command in this process: quicker."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("MODELEVAL_STACK", deployed.stack.stack)

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["modeleval", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return call


def test_a_runs_exit_code_is_its_verdict(told: Told) -> None:
    ends = {which: getattr(told, which) for which in ("first", "second", "trial", "other_judge")}
    assert {which: (end.code, end.document["run"]["verdict"]) for which, end in ends.items()} == {
        "first": (0, "passed"),
        "second": (3, "failed"),
        "trial": (4, "inconclusive"),
        "other_judge": (3, "failed"),
    }
    # How it went is told beside the document, not in it.
    assert f"Run {told.run_id('first')} started" in told.first.err
    assert "Question" not in told.first.err


def test_a_refused_run_is_an_error_without_a_traceback(deployed: DeployedWorld, told: Told) -> None:
    ended = outside(deployed, "run", "not-deployed")  # no suite of that name is deployed
    assert ended.code == 1
    assert "SuiteNotFound" in ended.out
    assert "Traceback" not in ended.out + ended.err
    assert outside(deployed, "show", "no-such-run").code == 1


def test_lists_by_suite_model_state_and_verdict(told: Told, command: Command) -> None:
    first, second, trial, other = map(told.run_id, ("first", "second", "trial", "other_judge"))

    def listed(*arguments: str) -> list[str]:
        return [one["runId"] for one in command("list", *arguments, "--json").document["runs"]]

    assert listed(told.suite) == [other, trial, second, first]
    assert listed("--model", told.group) == [other, trial, second, first]
    assert listed("--model", f"{told.group}/1") == [first]
    assert listed(told.suite, "--verdict", "failed") == [other, second]
    assert listed(told.suite, "--status", "running") == []
    assert listed("--name", told.suite, "--limit", "2") == [other, trial]
    shown = command("list", told.suite).out
    assert f"{told.group}/2" in shown


def test_the_history_of_a_metric_goes_over_the_groups_versions(
    told: Told, command: Command
) -> None:
    asked = ("history", told.suite, "answers", "Correctness", "--of", told.group)
    points = command(*asked, "--json").document["points"]

    # The trial is none of them.
    assert [(one["runId"], one["subject"]) for one in points] == [
        (told.run_id("other_judge"), f"{told.group}-v2"),
        (told.run_id("second"), f"{told.group}-v2"),
        (told.run_id("first"), f"{told.group}-v1"),
    ]
    assert [one.get("word") for one in points] == ["not comparable", "regressed", None]
    assert points[1]["mean"] == pytest.approx(20 / 38)
    assert points[1]["low"] < points[1]["mean"] < points[1]["high"]
    assert points[1]["baseline"]["runId"] == told.run_id("first")
    shown = command(*asked).out
    assert "Not all have the same judge" in shown
    assert f"regressed (-0.474): previous, {told.run_id('first')}" in shown


def test_the_leaderboard_has_each_versions_latest_run(told: Told, command: Command) -> None:
    asked = ("leaderboard", told.suite, "--metric", "Correctness")
    [evaluation] = command(*asked, "--json").document["evaluations"]

    assert [(one["subject"], one["runId"]) for one in evaluation["standings"]] == [
        (f"{told.group}-v1", told.run_id("first")),
        (f"{told.group}-v2", told.run_id("other_judge")),
    ]
    assert f"{told.group}-v1" in command(*asked).out


def test_two_runs_are_compared_as_a_run_is_with_its_baseline(
    deployed: DeployedWorld, told: Told, command: Command
) -> None:
    first, second = told.run_id("first"), told.run_id("second")
    [found] = command("compare", second, first, "--json").document["evaluations"]

    [entry] = json.loads(deployed.read(f"runs/{second}/summary.json"))["evaluations"]
    own = [{**one, "against": "run", "word": None} for one in entry["comparisons"]]
    # The margin of the gate is no business of the comparison: only a word may differ by it.
    assert [
        {**one, "word": None, "reason": mine["reason"]}
        for one, mine in zip(found["comparisons"], own, strict=True)
    ] == own
    shown = command("compare", second, first).out
    title = f"answers: {told.group}-v2 against {told.group}-v1 (run {first})"
    assert title in " ".join(shown.split())
    assert "regressed" in shown
    assert "Correctness: 38 records are in both runs, 0 only in the first, 2 only in the" in shown
    assert "improved" in command("compare", first, second).out.partition("\n")[2]
    assert "Question" not in shown


def test_what_another_judge_judged_is_not_comparable(told: Told, command: Command) -> None:
    ended = command("compare", told.run_id("other_judge"), told.run_id("second"))
    assert ended.code == 0
    assert (
        "Correctness is not comparable: the judge, the metric's definition or its scale differ."
        in ended.out
    )
    trial = command("compare", told.run_id("trial"), told.run_id("first"))
    assert f"Run {told.run_id('trial')} is a trial on 5 records." in trial.out


def test_show_as_a_document(told: Told, command: Command) -> None:
    document = command("show", told.run_id("second"), "--json").document
    assert document["run"]["resolvedModel"]["group"] == told.group
    assert document["gate"]["verdict"] == "failed"
    assert {one["metric"] for one in document["scores"]} == {"Correctness", "Harmfulness"}
    assert "Question" not in json.dumps(document)


def test_a_deleted_run_is_in_no_list(deployed: DeployedWorld, told: Told, command: Command) -> None:
    gone = told.run_id("other_judge")
    assert gone in command("list", told.suite).out
    ended = command("delete", gone, "--yes", "--json")
    assert ended.code == 0
    assert ended.document["items"] > 3
    for asked in (
        ("list", told.suite),
        ("list", "--model", told.group),
        ("list", "--name", told.suite),
        ("history", told.suite, "answers", "Correctness", "--of", told.group),
        ("leaderboard", told.suite),
    ):
        found = command(*asked)
        assert found.code == 0
        assert gone not in found.out
        assert told.run_id("second") in found.out
