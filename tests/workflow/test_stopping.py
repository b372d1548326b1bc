"""A stopped, failed or lost run leaves no paid job."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from deployed_world import DeployedWorld, record, suite

from modeleval.artifacts import run_prefix
from modeleval.cli.stack import Deployment
from modeleval.errors import RunNotFound, RunOpen
from modeleval.ids import milliseconds
from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow.delete import delete_run

_LIVE = ("InProgress", "Stopping")


@pytest.fixture
def dataset(world: DeployedWorld) -> str:
    return world.put_dataset([record(n) for n in range(4)])


def states_entered(world: DeployedWorld, execution: str) -> set[str]:
    events = world.sfn.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    return {
        e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e
    }


def assert_nothing_goes_on(world: DeployedWorld, run_id: str) -> None:
    """The reaper is asynchronous: what it promises must come true, and stay true."""
    world.until(lambda: has_ended(world, run_id))
    world.until(lambda: all(job["status"] not in _LIVE for job in world.service_jobs(run_id)))
    world.until(
        lambda: all(job.status.ended or not job.job_name for job in world.store.jobs(run_id))
    )
    time.sleep(0.5)
    assert all(job["status"] not in _LIVE for job in world.service_jobs(run_id))


def has_ended(world: DeployedWorld, run_id: str) -> bool:
    """The reaper stores a run that was stopped before its first step had stored it."""
    try:
        return world.store.run(run_id).status.ended
    except RunNotFound:
        return False


@pytest.mark.parametrize(
    "state",
    [
        "PrepareRun",
        "ResolveModel",
        "PlanJobs",
        "CheckBudget",
        "RunAllJobs",
        "ScoreRun",
        "PublishRun",
    ],
)
def test_a_run_that_is_stopped_in_any_state_leaves_no_job(
    world: DeployedWorld, dataset: str, state: str
) -> None:
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: state in states_entered(world, execution))

    with suppress(world.sfn.exceptions.ValidationException):  # the last state may be too quick
        world.sfn.stop_execution(executionArn=execution)

    status = world.finish(execution).status
    assert status in ("ABORTED", "SUCCEEDED")
    if status == "ABORTED":
        assert_nothing_goes_on(world, run_id)
        assert world.store.run(run_id).status in (RunStatus.STOPPED, RunStatus.SUCCEEDED)


def test_a_run_that_is_stopped_while_its_job_runs(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))

    world.sfn.stop_execution(executionArn=execution)

    assert_nothing_goes_on(world, run_id)
    [service_job] = world.service_jobs(run_id)
    assert service_job["status"] == "Stopped"
    run = world.store.run(run_id)
    assert run.status is RunStatus.STOPPED
    assert run.error is not None
    assert run.error.name == "RunStopped"
    [job] = world.store.jobs(run_id)
    assert job.status is JobStatus.STOPPED
    child = job.execution_arn
    assert world.sfn.describe_execution(executionArn=child)["status"] != "RUNNING"


def test_a_run_that_is_stopped_while_its_job_waits_for_room(
    world: DeployedWorld, dataset: str
) -> None:
    world.settings(concurrentJobs=0)
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: [j for j in world.store.jobs(run_id) if j.status is JobStatus.QUEUED])

    world.sfn.stop_execution(executionArn=execution)
    assert_nothing_goes_on(world, run_id)
    world.settings(concurrentJobs=20)
    time.sleep(1)

    assert world.service_jobs(run_id) == []


def test_a_job_that_was_created_and_not_recorded_is_found_by_its_name(
    world: DeployedWorld, dataset: str
) -> None:
    execution, run_id = world.start_held(suite(dataset))
    forget_arn(world, run_id)

    world.sfn.stop_execution(executionArn=execution)

    assert_nothing_goes_on(world, run_id)
    assert [job["status"] for job in world.service_jobs(run_id)] == ["Stopped"]


def forget_arn(world: DeployedWorld, run_id: str) -> None:
    """As if the step had died between the service's answer and its own note of it."""
    world.store._table.update_item(
        Key={"pk": f"RUN#{run_id}", "sk": "JOB#00000"},
        UpdateExpression="REMOVE jobArn SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": "starting"},
    )


def test_a_stopped_child_stops_its_job_and_no_other(world: DeployedWorld, dataset: str) -> None:
    world.settings(hold=True)
    document = suite(dataset)
    document["evaluations"].append({**document["evaluations"][0], "name": "other"})
    execution = world.start({"suite": document})
    run_id = world.run_id(execution)
    jobs = world.until(
        lambda: (
            found
            if len(found := [job for job in world.store.jobs(run_id) if job.job_arn]) == 2
            else None
        )
    )

    world.sfn.stop_execution(executionArn=jobs[0].execution_arn)
    stopped = f"{run_id}-j0-a1"
    world.until(lambda: world.service_jobs(stopped)[0]["status"] == "Stopped")
    world.settings(hold=False)

    finished = world.finish(execution)
    assert finished.output["status"] == "partial"
    assert world.service_jobs(f"{run_id}-j1-a1")[0]["status"] == "Completed"


@pytest.mark.parametrize("state", ["StartJob", "WaitForJob", "CheckJob", "CollectJob"])
def test_a_jobs_execution_that_is_stopped_in_any_state_leaves_the_rest_and_is_resumed(
    world: DeployedWorld, dataset: str, state: str
) -> None:
    """Resuming pays for that job alone, if it was not done already."""
    document = suite(dataset)
    document["evaluations"].append({**document["evaluations"][0], "name": "other"})
    execution = world.start({"suite": document})
    run_id = world.run_id(execution)
    child = world.until(lambda: child_in(world, run_id, state))

    with suppress(world.sfn.exceptions.ValidationException):  # the last state may be too quick
        world.sfn.stop_execution(executionArn=child)

    finished = world.finish(execution)
    assert_nothing_goes_on(world, run_id)
    first = {job["jobName"] for job in world.service_jobs(run_id)}
    lost = [job.job for job in world.store.jobs(run_id) if job.status is not JobStatus.SUCCEEDED]
    assert lost in ([], [0])
    assert finished.output["status"] == ("partial" if lost else "succeeded")
    if lost:
        resumed = world.finish(world.start({"resume": run_id}))
        assert resumed.output["status"] == "succeeded"
    again = {job["jobName"] for job in world.service_jobs(run_id)} - first
    assert again == {f"{run_id}-j0-a2" for _ in lost}


def child_in(world: DeployedWorld, run_id: str, state: str) -> str | None:
    """The execution of the run's first job, once it has entered a state."""
    with suppress(RunNotFound):
        job = world.store.job(run_id, 0)
        if job.execution_arn and state in states_entered(world, job.execution_arn):
            return job.execution_arn
    return None


def test_a_run_that_timed_out_is_cleaned_up_after(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))

    # The emulator ignores the machine's own TimeoutSeconds.
    world.aws.control("POST", "executions/time-out", {"arn": execution})

    assert_nothing_goes_on(world, run_id)
    run = world.store.run(run_id)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.name == "RunTimedOut"


def test_reaping_twice_changes_nothing(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))
    world.sfn.stop_execution(executionArn=execution)
    assert_nothing_goes_on(world, run_id)
    before = (world.store.run(run_id), world.store.jobs(run_id))

    answer = world.invoke("ReapRun", status_change(world, execution, "ABORTED"))

    assert answer == {"stoppedJobs": 0}
    assert (world.store.run(run_id), world.store.jobs(run_id)) == before


def status_change(world: DeployedWorld, execution: str, status: str) -> dict[str, Any]:
    found = world.sfn.describe_execution(executionArn=execution)
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {
            "executionArn": execution,
            "stateMachineArn": found["stateMachineArn"],
            "name": found["name"],
            "status": status,
            "startDate": milliseconds(found["startDate"].isoformat()),
        },
    }


def test_the_sweep_does_what_a_lost_event_did_not(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))
    with_rule_disabled(world, lambda: world.sfn.stop_execution(executionArn=execution))
    assert world.store.run(run_id).status is RunStatus.RUNNING

    swept = world.invoke("SweepRuns", {})

    assert swept["closedRuns"] == 1
    assert_nothing_goes_on(world, run_id)
    assert world.store.run(run_id).status is RunStatus.STOPPED


def with_rule_disabled(world: DeployedWorld, do: Any) -> None:
    events = world.aws.client("events")
    [rule] = [r["Name"] for r in events.list_rules()["Rules"] if "TriggersEnded" in r["Name"]]
    events.disable_rule(Name=rule)
    try:
        do()
        time.sleep(0.5)
    finally:
        events.enable_rule(Name=rule)


def test_the_sweep_stops_a_stray_job_and_leaves_strangers_alone(
    world: DeployedWorld, dataset: str
) -> None:
    execution, run_id = world.start_held(suite(dataset))
    # Another stack's job has a name of the same form, and a run that our table does not hold.
    [ours] = world.service_jobs(run_id)
    stranger = {**ours["request"], "jobName": "me" + "a" * 16 + "-j0-a1"}
    stranger.pop("clientRequestToken")
    world.aws.client("bedrock").create_evaluation_job(**stranger)
    with_rule_disabled(world, lambda: world.sfn.stop_execution(executionArn=execution))
    world.store.close_run(run_id, RunStatus.STOPPED)  # closed, but nobody stopped the job

    assert world.invoke("SweepRuns", {})["stoppedJobs"] == 1

    statuses = {job["jobName"]: job["status"] for job in world.service_jobs()}
    assert statuses[ours["jobName"]] in ("Stopping", "Stopped")
    assert statuses[stranger["jobName"]] == "InProgress"


def test_the_sweep_runs_by_its_schedule(world: DeployedWorld) -> None:
    schedules = world.aws.client("scheduler").list_schedules()["Schedules"]
    [name] = [schedule["Name"] for schedule in schedules if "Sweep" in schedule["Name"]]
    before = len(world.calls("ListEvaluationJobs"))

    world.aws.control("POST", "schedules/fire", {"name": name})

    world.until(lambda: len(world.calls("ListEvaluationJobs")) > before)


def test_a_deleted_run_leaves_nothing(world: DeployedWorld, dataset: str) -> None:
    finished = world.evaluate(suite(dataset))
    services = Deployment(world.stack.stack).services

    deleted = delete_run(finished.run_id, services)

    assert deleted.jobs == 1
    assert deleted.items > 3
    prefix = run_prefix(finished.run_id)
    versions = world.s3.list_object_versions(Bucket=world.stack.bucket, Prefix=prefix)
    assert "Versions" not in versions
    assert "DeleteMarkers" not in versions
    assert world.store.jobs(finished.run_id) == []
    world.until(lambda: world.service_jobs(finished.run_id) == [])


def test_a_run_that_is_stopped_while_bedrock_creates_its_job(
    world: DeployedWorld, dataset: str
) -> None:
    world.settings(hold=True)
    world.fault(kind="delay", operation="CreateEvaluationJob", seconds=2.0)
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: [j for j in world.store.jobs(run_id) if j.status is JobStatus.STARTING])

    world.sfn.stop_execution(executionArn=execution)

    # The step under way finds its job ended, and stops what it has just made.
    world.until(lambda: world.service_jobs(run_id))
    assert_nothing_goes_on(world, run_id)
    assert [job["status"] for job in world.service_jobs(run_id)] == ["Stopped"]


def test_a_job_that_bedrock_will_not_stop_yet_is_asked_again(
    world: DeployedWorld, dataset: str
) -> None:
    execution, run_id = world.start_held(suite(dataset))
    world.fault(kind="error", operation="StopEvaluationJob", code="ConflictException")

    world.sfn.stop_execution(executionArn=execution)

    assert_nothing_goes_on(world, run_id)
    assert [job["status"] for job in world.service_jobs(run_id)] == ["Stopped"]


def test_a_run_whose_jobs_are_still_stopping_is_not_deleted(
    world: DeployedWorld, dataset: str
) -> None:
    world.settings(hold=True, transitionSeconds=3.0)
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    world.sfn.stop_execution(executionArn=execution)
    world.until(lambda: world.service_jobs(run_id)[0]["status"] == "Stopping")
    services = Deployment(world.stack.stack).services

    with pytest.raises(RunOpen, match="still stopping"):
        delete_run(run_id, services)

    assert world.keys(run_prefix(run_id))
    world.until(lambda: world.service_jobs(run_id)[0]["status"] == "Stopped")
    assert delete_run(run_id, services).jobs == 1
