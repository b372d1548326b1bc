"""`modeleval resume`: refused before anything is started, else followed to its end."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from cli_world import CliWorld
from unit_documents import suite
from unit_fakes import FakeExecutions, job

from modeleval.artifacts import suite_key
from modeleval.cli import resume as module
from modeleval.cli.resume import wait_until_opened
from modeleval.cli.start import Started, _states
from modeleval.errors import ExecutionFailed
from modeleval.store.items import Failure, JobStatus, Run, RunStatus

ARN = "arn:aws:states:us-east-1:111122223333:execution:Run:resume"


class StepFunctions:
    """Which executions were started."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []

    def start_execution(self, **asked: Any) -> dict[str, str]:
        self.started.append(asked)
        return {"executionArn": ARN}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> StepFunctions:
    found = StepFunctions()
    monkeypatch.setattr(module.boto3, "client", lambda *_, **__: found)
    return found


def partial(world: CliWorld, **fields: Any) -> Run:
    """A run of three jobs of which one failed."""
    found = world.run(1, status=RunStatus.PARTIAL, phase="publish", **fields)
    world.store.create_jobs([job(n, run_id=found.run_id, evaluation=0) for n in range(3)])
    for number in range(3):
        lost = {"error": Failure(name="JobFailed", message="x").to_item()} if number == 1 else {}
        status = JobStatus.FAILED if lost else JobStatus.SUCCEEDED
        world.store.update_job(found.run_id, number, status=status, **lost)
    world.s3.objects[suite_key(found.run_id)] = json.dumps(suite()).encode()
    world.services.evaluation_jobs = Room()  # type: ignore[misc]
    return found


class Room:
    def check_room(self, jobs: int) -> None:
        assert jobs == 1


def test_an_execution_is_started_that_names_the_run(world: CliWorld, machine: Any) -> None:
    found = partial(world)
    ended = world.command("resume", found.run_id, "--no-wait", "--max-usd", "9.50")
    assert ended.code == 0
    assert f"Run {found.run_id} is resumed, 1 of its 3 jobs" in ended.out
    [asked] = machine.started
    assert json.loads(asked["input"]) == {"resume": found.run_id, "maxUsd": "9.50"}


def test_without_waiting_the_document_names_run_and_execution(
    world: CliWorld, machine: Any
) -> None:
    found = partial(world)
    ended = world.command("resume", found.run_id, "--no-wait", "--json")
    assert ended.document == {"runId": found.run_id, "executionArn": ARN}
    assert machine.started


def test_what_is_refused_starts_nothing(world: CliWorld, machine: Any) -> None:
    found = world.run(2, phase="publish", report={"uri": "s3://bucket/report.html"})
    ended = world.command("resume", found.run_id)
    assert ended.code == 1
    assert f"ResumeRefused: Nothing of run {found.run_id} is missing" in ended.err
    assert machine.started == []


def unreported(world: CliWorld) -> Run:
    found = world.run(2, phase="publish")
    world.s3.objects[suite_key(found.run_id)] = json.dumps(suite()).encode()
    return found


def test_what_is_left_after_the_scores_is_done_and_said_to_cost_nothing(
    world: CliWorld, machine: Any
) -> None:
    found = unreported(world)
    ended = world.command("resume", found.run_id, "--no-wait")
    assert ended.code == 0
    assert f"Run {found.run_id} is resumed, its report; nothing is paid for: {ARN}" in ended.out
    [asked] = machine.started
    assert json.loads(asked["input"]) == {"resume": found.run_id}


def test_an_execution_that_is_about_to_do_what_is_left_is_waited_for(
    world: CliWorld, machine: Any
) -> None:
    found = unreported(world)
    going_on = FakeExecutions(**{found.execution_arn: "RUNNING"})
    world.services.executions = going_on  # type: ignore[misc, assignment]
    ended = world.command("resume", found.run_id)
    assert ended.code == 1
    assert "RunOpen: The scores of run" in ended.err
    assert machine.started == []


@pytest.mark.parametrize("given", ["much", "-1", "0", "NaN"])
def test_a_budget_that_is_none_is_refused(world: CliWorld, machine: Any, given: str) -> None:
    found = partial(world)
    ended = world.command("resume", found.run_id, f"--max-usd={given}")
    assert ended.code == 1
    assert "A budget is a number of USD above 0 (--max-usd)" in ended.err
    assert machine.started == []


class Executions:
    def end(self, arn: str) -> tuple[str, str]:
        assert arn == ARN
        return "FAILED", "RunOpen: it is resumed by another execution"


def test_an_execution_that_is_refused_the_run_is_an_error(world: CliWorld) -> None:
    found = partial(world)
    world.services.executions = Executions()  # type: ignore[misc, assignment]
    deployment: Any = type("Deployment", (), {"services": world.services})
    with pytest.raises(ExecutionFailed, match="resumed by another execution"):
        wait_until_opened(deployment, Started(found.run_id, ARN))


def test_a_run_says_how_often_it_was_begun(world: CliWorld) -> None:
    attempts = [
        {"attempt": 1, "status": "partial", "missingJobs": 3, "usd": "0.5", "executionArn": "a"}
    ]
    found = world.run(3, attempt=2, attempts=attempts, published=False)
    shown = world.command("show", found.run_id)
    assert "Resumed: attempt 2 (before, 1: partial, 3 jobs missing)" in shown.out
    document = world.command("show", found.run_id, "--json").document
    assert document["run"]["attempts"][0]["missingJobs"] == Decimal(3)


def test_many_jobs_are_told_by_their_states() -> None:
    jobs = [job(n, status=JobStatus.RUNNING if n < 20 else JobStatus.PLANNED) for n in range(1000)]
    assert _states(jobs) == {"1,000 jobs": "980 planned, 20 running"}
