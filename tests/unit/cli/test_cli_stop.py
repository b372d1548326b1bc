"""`modeleval stop`: asks, stops, and says what it was."""

from __future__ import annotations

from typing import Any

import pytest
from cli_world import CliWorld
from unit_fakes import FakePipelines, job

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.cli import stop as module
from modeleval.store.items import JobStatus, Run, RunStatus
from modeleval.workflow import stop as workflow

JOB_ARN = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abc"


class Bedrock:
    def list(self, *, nameContains: str) -> list[JobSummary]:  # noqa: N803 - boto3's
        return [JobSummary(JOB_ARN, f"{nameContains}-j0-a1", "Stopped")]


@pytest.fixture
def going_on(world: CliWorld) -> Run:
    found = world.run(1, status=RunStatus.RUNNING, published=False)
    world.store.create_jobs([job(0, run_id=found.run_id)])
    name = f"{found.run_id}-j0-a1"
    world.store.update_job(found.run_id, 0, status=JobStatus.RUNNING, jobName=name, jobArn=JOB_ARN)
    world.services.evaluation_jobs = Bedrock()  # type: ignore[misc, assignment]
    world.services.pipelines = FakePipelines()  # type: ignore[misc, assignment]
    return found


@pytest.fixture
def reaper(world: CliWorld, going_on: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes while the command waits."""

    def come(_: float) -> None:
        world.store.close_run(going_on.run_id, RunStatus.STOPPED)
        world.store.update_job(going_on.run_id, 0, status=JobStatus.STOPPED)

    monkeypatch.setattr(workflow.time, "sleep", come)


def executions(world: CliWorld) -> list[str]:
    stopped: Any = world.services.executions
    return list(stopped.stopped)


def test_it_says_what_was_stopped(world: CliWorld, going_on: Run, reaper: None) -> None:
    ended = world.command("stop", going_on.run_id, "--yes")
    assert ended.code == 0, ended.err
    assert executions(world) == [going_on.execution_arn]
    assert f"Run {going_on.run_id} has ended as stopped; stopped: 1 of its jobs." in ended.out
    assert f"stopped job 0 (e0): {JOB_ARN}" in ended.out


def test_the_document_says_the_same(world: CliWorld, going_on: Run, reaper: None) -> None:
    ended = world.command("stop", going_on.run_id, "--yes", "--json")
    assert ended.document == {
        "runId": going_on.run_id,
        "status": "stopped",
        "complete": True,
        "stoppedJobs": [
            {
                "job": 0,
                "evaluation": "e0",
                "jobName": f"{going_on.run_id}-j0-a1",
                "jobArn": JOB_ARN,
            }
        ],
        "goingOn": [],
    }
    assert "stopped: 1 of its jobs" in ended.err


def test_it_asks_and_a_no_stops_nothing(
    world: CliWorld, going_on: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def confirm(question: str, *, abort: bool, err: bool) -> None:
        asked.append(question)
        raise module.typer.Abort

    monkeypatch.setattr(module.typer, "confirm", confirm)
    ended = world.command("stop", going_on.run_id)
    assert ended.code == 1
    assert asked == [f"Stop run {going_on.run_id} of suite support and its jobs?"]
    assert executions(world) == []


def test_what_has_not_ended_in_time_is_an_error_that_names_it(
    world: CliWorld, going_on: Run, reaper: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{going_on.run_id}-j0-a1"
    still = [JobSummary(JOB_ARN, name, "Stopping")]
    monkeypatch.setattr(workflow, "evaluation_jobs_of", lambda *_: still)
    patient = workflow.stop_run
    monkeypatch.setattr(module, "stop_run", lambda *a, **more: patient(*a, **more, patience=0.01))
    ended = world.command("stop", going_on.run_id, "--yes", "--json")
    assert ended.code == 1
    assert ended.document["complete"] is False
    assert ended.document["goingOn"] == [name]
    assert "The hourly sweep stops what is left" in ended.err


def test_a_run_that_has_ended_is_refused_and_nothing_is_asked(world: CliWorld) -> None:
    found = world.run(2)
    ended = world.command("stop", found.run_id)
    assert (ended.code, ended.out) == (1, "")
    assert f"StopRefused: Run {found.run_id} has ended as succeeded" in ended.err
    assert executions(world) == []
