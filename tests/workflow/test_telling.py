"""Others hear how runs end: events, people, and steps of SageMaker pipelines that wait."""

from __future__ import annotations

import json
from typing import Any

import pytest
from deployed_world import DeployedWorld
from telling_world import (
    BAD,
    GOOD,
    SUITE,
    Asking,
    Listeners,
    answered,
    collect_answers,
    failing_gates,
    settle,
    without_events,
)

from modeleval.store.items import RunStatus


@pytest.fixture
def listeners(world: DeployedWorld) -> Listeners:
    return Listeners(world)


@pytest.fixture
def asking(world: DeployedWorld) -> Asking:
    return Asking(world)


# -- events and people -----------------------------------------------------------------------------


def test_a_failed_gate_is_told_and_fails_no_execution(
    world: DeployedWorld, listeners: Listeners
) -> None:
    finished = answered(world, BAD)

    assert finished.status == "SUCCEEDED", finished.cause
    run = world.run(finished)
    event, mail = listeners.heard(finished.run_id)
    assert (event["verdict"], event["why"]) == ("failed", run.verdict_why)
    assert (event["status"], event["suite"], event["error"]) == ("succeeded", "told", None)
    assert event["executionArn"] == run.execution_arn
    [condition] = event["failedConditions"]
    assert (condition["metric"], condition["condition"]) == ("Correctness", "minimum")
    assert mail["Subject"] == "modeleval: suite told failed its gate"
    assert f"modeleval show {finished.run_id}" in mail["Message"]
    assert finished.output["console"] in mail["Message"]
    for told in (json.dumps(event), mail["Message"], mail["Subject"]):
        assert "No, never" not in told
        assert "Question a" not in told
    assert event["summary"] == finished.output["summary"]


def test_a_run_that_is_refused_is_told_too(world: DeployedWorld, listeners: Listeners) -> None:
    finished = world.evaluate("no-such-suite")

    event, mail = listeners.heard(finished.run_id)
    assert finished.error == "SuiteNotFound"
    assert (event["status"], event["error"]) == ("failed", {"name": "SuiteNotFound"})
    assert mail["Subject"] == "modeleval: suite no-such-suite ended with SuiteNotFound"
    settle()
    assert len(listeners.events(finished.run_id)) == 1  # the reaper has nothing left to tell


def test_a_run_that_is_stopped_is_told_by_the_reaper(
    world: DeployedWorld, listeners: Listeners
) -> None:
    world.settings(hold=True)
    execution = world.start({"suite": "no-such-suite"})
    world.finish(execution)
    collect_answers(world, GOOD)
    execution = world.start({"suite": SUITE})
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])

    world.sfn.stop_execution(executionArn=execution)

    event, mail = listeners.heard(run_id)
    assert (event["status"], event["error"]) == ("stopped", {"name": "RunStopped"})
    assert mail["Subject"] == f"modeleval: suite {SUITE} was stopped"


def test_what_cannot_be_told_fails_no_run_and_is_told_later(
    world: DeployedWorld, listeners: Listeners
) -> None:
    with without_events(world):
        finished = answered(world, GOOD)

    assert finished.status == "SUCCEEDED", finished.cause
    assert (finished.output["verdict"], finished.output["runId"]) == ("passed", finished.run_id)
    world.until(lambda: listeners.mails(finished.run_id))
    assert listeners.events(finished.run_id) == []
    begun = world.sfn.describe_execution(executionArn=world.run(finished).execution_arn)
    asked = {
        "executionArn": world.run(finished).execution_arn,
        "startTime": begun["startDate"].isoformat(),
    }
    assert world.invoke("TellRun", asked) == {"told": ["event"]}
    listeners.heard(finished.run_id)


def test_a_failed_gate_fails_the_execution_if_the_settings_say_so(
    world: DeployedWorld, listeners: Listeners
) -> None:
    with failing_gates(world):
        failed, passed = answered(world, BAD), answered(world, GOOD)

    assert (failed.status, failed.error) == ("FAILED", "GateFailed")
    before = world.run(failed)
    assert failed.cause == before.verdict_why
    assert passed.status == "SUCCEEDED", passed.cause
    listeners.heard(failed.run_id)
    settle()
    assert world.run(failed) == before
    assert (before.status, before.published) == (RunStatus.SUCCEEDED, True)
    assert len(listeners.events(failed.run_id)) == 1


# -- steps of pipelines ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "verdict", "status"), [(GOOD, "passed", "Succeeded"), (BAD, "failed", "Failed")]
)
def test_a_pipelines_step_waits_for_the_verdict_and_its_condition_decides(
    world: DeployedWorld, asking: Asking, letters: str, verdict: str, status: str
) -> None:
    collect_answers(world, letters)

    arn = asking.start({"suite": SUITE})

    assert asking.finish(arn) == status, asking.steps(arn)
    outputs = asking.outputs(arn)
    run = world.store.run(outputs["runId"])
    assert (outputs["verdict"], outputs["status"]) == (verdict, "succeeded")
    assert outputs["summary"].endswith(f"/runs/{run.run_id}/summary.json")
    assert (run.suite, run.triggered_by, run.origin) == (SUITE, "pipeline", "deployed")
    execution = world.sfn.describe_execution(executionArn=run.execution_arn)
    assert json.loads(execution["input"]) == {"suite": SUITE, "triggeredBy": "pipeline"}
    assert ("Refuse" in asking.steps(arn)) is (verdict == "failed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"suite": "asked-by-pipeline"}, f"Did you mean {SUITE}?"),
        ({"suite": SUITE, "model": "no-such-group"}, "ModelNotUsable"),
    ],
)
def test_what_cannot_be_evaluated_fails_the_step_with_the_reason(
    world: DeployedWorld, asking: Asking, arguments: dict[str, str], says: str
) -> None:
    collect_answers(world, GOOD)

    arn = asking.start(arguments)

    assert asking.finish(arn) == "Failed"
    step: dict[str, Any] = asking.steps(arn)["Evaluate"]
    assert says in step["FailureReason"]


def test_a_stopped_pipeline_stops_its_run(world: DeployedWorld, asking: Asking) -> None:
    collect_answers(world, GOOD)
    world.settings(hold=True)
    arn = asking.start({"suite": SUITE})
    [run] = world.until(
        lambda: [
            one
            for one in world.store.latest_runs(SUITE, 1)
            if one.status is RunStatus.RUNNING
            and any(job.job_arn for job in world.store.jobs(one.run_id))
        ]
    )

    asking.stop(arn)

    assert asking.finish(arn) == "Stopped"
    world.until(lambda: world.store.run(run.run_id).status is RunStatus.STOPPED)
    [job] = world.service_jobs(run.run_id)
    world.until(lambda: world.service_jobs(run.run_id)[0]["status"] in ("Stopping", "Stopped"))
    assert job["jobName"].startswith(run.run_id)
