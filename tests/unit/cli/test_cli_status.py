"""`modeleval status`: steps, jobs and failures, as tables and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cli_world import CliWorld, version
from unit_fakes import job

from modeleval.store.items import Failure, JobStatus, RunStatus

BEGIN = datetime(2026, 11, 22, 7, 1, tzinfo=UTC)
JOB_ARN = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abc"
LOST = Failure(name="JobFailed", message="The judge [red]is gone. Ask again.")


def event(number: int, kind: str, name: str, seconds: int) -> dict[str, Any]:
    moment = BEGIN.replace(second=seconds)
    details = "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
    previous = {"id": number, "previousEventId": number - 1, "timestamp": moment, "type": kind}
    return {**previous, details: {"name": name}}


EVENTS = [
    event(1, "TaskStateEntered", "PrepareRun", 0),
    event(2, "TaskStateExited", "PrepareRun", 2),
    event(3, "ParallelStateEntered", "RunAllJobs", 2),
]


class History:
    def __init__(self, *events: Mapping[str, Any]) -> None:
        self.events = events

    def history(self, arn: str) -> Iterator[Mapping[str, Any]]:
        assert arn
        return iter(self.events)


@pytest.fixture
def failed(world: CliWorld) -> str:
    """A run of three jobs, of which two failed of the same, that failed itself."""
    found = world.run(1, status=RunStatus.RUNNING, published=False, phase="jobs")
    world.store.create_jobs([job(n, run_id=found.run_id) for n in range(3)])
    for number in range(3):
        fields = {
            "jobName": f"{found.run_id}-j{number}-a1",
            "jobArn": JOB_ARN,
            "askedAt": "2026-11-22T07:01:00.000Z",
            "endedAt": "2026-11-22T07:04:05.000Z",
        }
        lost = {"error": LOST.to_item()} if number else {}
        status = JobStatus.FAILED if lost else JobStatus.SUCCEEDED
        world.store.update_job(found.run_id, number, status=status, **fields, **lost)
    world.store.close_run(
        found.run_id,
        RunStatus.FAILED,
        error=Failure(name="NothingScored", message="Nothing. Mend it.").to_item(),
        endedAt="2026-11-22T07:11:00.000Z",
    )
    world.services.executions = History(*EVENTS)  # type: ignore[misc, assignment]
    return found.run_id


def test_it_shows_steps_jobs_and_each_failure_once(world: CliWorld, failed: str) -> None:
    ended = world.command("status", failed)
    assert ended.code == 0, ended.err
    assert f"Run {failed}: suite support, failed, 10 min 00 s" in ended.out
    assert "PrepareRun" in ended.out
    assert "2 s" in ended.out
    assert "not finished" in ended.out  # the state that the run failed in
    assert "3 min 05 s" in ended.out
    assert f"  job 0: {JOB_ARN}\n" in ended.out
    assert "Jobs 1, 2: JobFailed: The judge [red]is gone. Ask again.\n" in ended.out
    assert ended.out.count("is gone") == 1
    assert "Run: NothingScored: Nothing. Mend it." in ended.out


def test_the_document_has_it_all(world: CliWorld, failed: str) -> None:
    document = world.command("status", failed, "--json").document
    assert document["run"]["status"] == "failed"
    assert document["run"]["error"] == {"name": "NothingScored", "message": "Nothing. Mend it."}
    assert [(step["name"], step["seconds"]) for step in document["steps"]] == [
        ("PrepareRun", 2.0),
        ("RunAllJobs", 598.0),
    ]
    assert document["steps"][1]["endedAt"] is None
    first, second, _ = document["jobs"]
    assert (first["status"], first["seconds"], first["error"]) == ("succeeded", 185.0, None)
    assert (second["attempt"], second["error"]["name"]) == (1, "JobFailed")
    assert second["jobArn"] == JOB_ARN


class Ended(History):
    def status(self, arn: str) -> str:
        assert arn
        return "ABORTED"


def test_what_was_left_after_the_scores_is_told_with_what_to_do(world: CliWorld) -> None:
    found = world.run(1, resolved_model=version(3))
    world.services.executions = Ended(*EVENTS)  # type: ignore[misc, assignment]
    ended = world.command("status", found.run_id)
    assert (
        "Not done: what follows for its model package version, and its report; the execution "
        "ended before that. The scores stand. `modeleval resume"
    ) in ended.out
    document = world.command("status", found.run_id, "--json").document
    assert document["left"] == ["promotion", "report"]


def test_a_run_that_goes_on_says_where(world: CliWorld) -> None:
    found = world.run(1, status=RunStatus.RUNNING, published=False, phase="jobs")
    world.services.executions = History(*EVENTS)  # type: ignore[misc, assignment]
    ended = world.command("status", found.run_id)
    assert "running, in phase jobs" in ended.out
    assert "going on" in ended.out


def test_an_execution_that_is_forgotten_leaves_the_jobs(world: CliWorld, failed: str) -> None:
    world.services.executions = History()  # type: ignore[misc, assignment]
    ended = world.command("status", failed)
    assert ended.code == 0
    assert "Step Functions forgets after 90 days" in ended.out
    assert "Jobs 1, 2: JobFailed" in ended.out


def test_of_many_jobs_those_are_shown_that_are_open_or_lost(world: CliWorld) -> None:
    found = world.run(1, status=RunStatus.RUNNING, published=False)
    world.store.create_jobs([job(n, run_id=found.run_id) for n in range(60)])
    for number in range(58):
        world.store.update_job(found.run_id, number, status=JobStatus.SUCCEEDED)
    world.store.update_job(found.run_id, 58, status=JobStatus.RUNNING)
    world.services.executions = History()  # type: ignore[misc, assignment]
    ended = world.command("status", found.run_id)
    assert "1 of 60 jobs are shown: 1 planned, 1 running, 58 succeeded" in ended.out
    document = world.command("status", found.run_id, "--json").document
    assert len(document["jobs"]) == 60


def test_a_run_that_is_not_there(world: CliWorld) -> None:
    ended = world.command("status", "menosuchrun0000000")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("RunNotFound")
