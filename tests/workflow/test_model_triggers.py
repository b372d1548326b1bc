"""What starts runs by itself: the deployed suite support-assistant, and new versions of its group.

Events go through EventBridge, the deployed rule and the deployed function. What starts nothing is
told by the function's log, which is waited for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deployed_world import DeployedWorld
from model_world import (
    executions,
    forget_base_results,
    package_arn,
    register,
    sagemaker_settings,
    shared,
    unique,
)

from modeleval.store.items import Run, RunStatus
from modeleval.store.keys import trigger_count_key, trigger_key

SUITE = GROUP = "support-assistant"
QUESTIONS = Path(__file__).parents[2] / "demo" / "datasets" / "support-questions.jsonl"
DATASET = "datasets/support-questions.jsonl"
MATTERS = ("modelPackage", "suites", "ignored")
LAST_VERSION = 99_999_999


@pytest.fixture(autouse=True)
def _numbers_of_their_own(world: DeployedWorld) -> Iterator[None]:
    """Versions that no other test had: what was claimed for one stays claimed.

    Without the suite's dataset its runs end as soon as they are planned.
    """
    world.aws.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
    moment = int(time.time() * 10) % LAST_VERSION
    shared(world, package_arn(world, f"{GROUP}/{moment}"))
    table = world.store._table
    count = trigger_count_key(datetime.now(UTC).date().isoformat())
    table.delete_item(Key=count)
    yield
    table.delete_item(Key=count)
    world.s3.delete_object(Bucket=world.stack.bucket, Key=DATASET)


def runs_of(world: DeployedWorld, arn: str) -> list[Run]:
    return [run for run in world.store.latest_runs(SUITE, 50) if run.model == arn]


def answers(world: DeployedWorld, arn: str) -> list[dict[str, Any]]:
    """What the trigger's function has answered about a model package, from its log."""
    [function] = [name for name in world._functions if "FunctionsTriggerRun" in name]
    configuration = world.lambda_.get_function_configuration(FunctionName=function)
    pages = (
        world.aws.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=configuration["LoggingConfig"]["LogGroup"])
    )
    messages = [event["message"] for page in pages for event in page["events"]]
    found = [json.loads(text)["answer"] for text in messages if arn in text and '"answer"' in text]
    return [answer for answer in found if answer.get("modelPackage") == arn]


def wait_for_answers(world: DeployedWorld, arn: str, count: int) -> list[dict[str, Any]]:
    world.until(lambda: len(answers(world, arn)) >= count, patience=30)
    return answers(world, arn)


def outcomes(world: DeployedWorld, arn: str, count: int) -> list[str]:
    return [answer["suites"][SUITE] for answer in wait_for_answers(world, arn, count)]


def send(world: DeployedWorld, arn: str, *, times: int = 1, **detail: Any) -> None:
    request = {"arn": arn, "times": times, "detail": detail}
    world.aws.control("POST", "sagemaker/events", request)


# -- new versions ----------------------------------------------------------------------------------


def test_a_new_version_starts_one_run_however_often_it_is_told(world: DeployedWorld) -> None:
    """Ten events, an approval and a change of metadata: one run of the deployed suite."""
    forget_base_results(world)
    world.put_dataset(QUESTIONS.read_bytes(), DATASET)
    sagemaker_settings(world, duplicateEvents=3)

    arn = register(world, GROUP)  # three events at once, and seven that come later

    wait_for_answers(world, arn, 3)
    for number in range(4, 11):
        send(world, arn)
        wait_for_answers(world, arn, number)
    told = outcomes(world, arn, 10)
    assert told.count("started") == 1
    assert set(told) <= {"started", "already started", "in hand"}
    [run] = world.until(lambda: runs_of(world, arn))
    finished = world.finish(run.execution_arn)
    assert finished.status == "SUCCEEDED", finished.cause
    run = world.store.run(run.run_id)
    assert (run.status, run.triggered_by, run.origin) == (RunStatus.SUCCEEDED, "event", "deployed")
    scored = {(s.evaluation, s.candidate) for s in world.store.scores(run.run_id)}
    assert scored == {
        (evaluation, candidate)
        for evaluation in ("knowledge", "answers")
        for candidate in (None, "base-model")
    }
    assert len(executions(world, run.run_id)) == 2

    sagemaker_settings(world, duplicateEvents=1)
    client = world.aws.client("sagemaker")
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"seen": "yes"})

    assert outcomes(world, arn, 12)[10:] == ["already started", "already started"]
    assert [one.run_id for one in runs_of(world, arn)] == [run.run_id]


def test_an_old_version_that_is_approved_starts_nothing(world: DeployedWorld) -> None:
    """Whether it is older than the trigger, or than a day."""
    sagemaker_settings(world, loseEvents=True)
    arn = register(world, GROUP)
    old = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")

    send(world, arn, CreationTime=old, ModelApprovalStatus="Approved")

    assert outcomes(world, arn, 1) == ["it is older than the suite's trigger"]
    assert runs_of(world, arn) == []


def test_a_group_in_no_suite_is_ignored_and_told_in_the_log(world: DeployedWorld) -> None:
    arn = register(world, unique("unrelated"))

    [answer] = wait_for_answers(world, arn, 1)

    assert {name: answer[name] for name in answer if name in MATTERS} == {
        "modelPackage": arn,
        "ignored": "no deployed suite names its group",
    }
    assert runs_of(world, arn) == []


def test_a_version_that_could_not_be_made_is_not_heard(world: DeployedWorld) -> None:
    """The rule asks for Completed versions: the function is not even called."""
    sagemaker_settings(world, packageStatus="Failed")
    failed = register(world, GROUP)
    sagemaker_settings(world, packageStatus="Completed")
    heard = register(world, unique("unrelated"))  # events come one after the other

    wait_for_answers(world, heard, 1)

    assert answers(world, failed) == []
    assert runs_of(world, failed) == []


# -- the daily limit -------------------------------------------------------------------------------


def test_a_full_day_fails_the_event_and_gives_its_claim_back(world: DeployedWorld) -> None:
    sagemaker_settings(world, loseEvents=True)
    arn = register(world, GROUP)
    event = event_of(arn)
    table = world.store._table
    day = trigger_count_key(datetime.now(UTC).date().isoformat())
    table.put_item(Item={**day, "executions": {f"{SUITE}-{n}" for n in range(20)}})

    assert world.invoke("TriggerRun", event) == "TriggerLimitReached"

    claim = table.get_item(Key=trigger_key(SUITE, f"MODEL#{arn}"))["Item"]
    assert (claim["leaseUntil"], "executionArn" in claim) == (0, False)
    assert runs_of(world, arn) == []

    table.delete_item(Key=day)  # the next day, and another event of the same version
    assert world.invoke("TriggerRun", {**event, "id": "later"})["suites"] == {SUITE: "started"}
    [run] = world.until(lambda: runs_of(world, arn))
    assert world.finish(run.execution_arn).error == "DatasetNotFound"
    [counted] = table.get_item(Key=day)["Item"]["executions"]
    assert run.execution_arn.endswith(f":{counted}")


def event_of(arn: str) -> dict[str, Any]:
    """An event as SageMaker documents it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    group, version = arn.split("/")[1:]
    return {
        "version": "0",
        "id": "first",
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "account": arn.split(":")[4],
        "time": now,
        "region": arn.split(":")[3],
        "resources": [arn],
        "detail": {
            "ModelPackageGroupName": group,
            "ModelPackageVersion": int(version),
            "ModelPackageArn": arn,
            "CreationTime": now,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
        },
    }


# -- what else may call the function ---------------------------------------------------------------


def test_a_schedule_of_a_suite_without_one_starts_nothing(world: DeployedWorld) -> None:
    before = [run.run_id for run in world.store.latest_runs(SUITE, 50)]

    for name in (SUITE, "no-such-suite"):
        answer = world.invoke(
            "TriggerRun", {"suite": name, "scheduledTime": "2026-11-22T02:00:00Z"}
        )
        assert answer["ignored"] == "no deployed suite of that name has a schedule"

    assert [run.run_id for run in world.store.latest_runs(SUITE, 50)] == before


def test_an_event_that_cannot_be_read_is_an_error(world: DeployedWorld) -> None:
    broken = event_of(package_arn(world, f"{GROUP}/1"))
    del broken["detail"]["CreationTime"]

    assert world.invoke("TriggerRun", broken) == "EventUnreadable"
    assert world.invoke("TriggerRun", {"hello": "world"}) == "EventUnreadable"


def test_any_group_that_a_pattern_matches_is_followed(world: DeployedWorld) -> None:
    arn = register(world, unique("family"))

    told = wait_for_answers(world, arn, 1)[0]["suites"]

    assert told == {"any-of-a-family": "started"}


# -- schedules -------------------------------------------------------------------------------------


def nightly(world: DeployedWorld) -> str:
    """The name of the deployed schedule of the suite nightly."""
    scheduler = world.aws.client("scheduler")
    names = [one["Name"] for one in scheduler.list_schedules()["Schedules"]]
    [found] = [
        name
        for name in names
        if '"nightly"' in scheduler.get_schedule(Name=name)["Target"].get("Input", "")
    ]
    return found


def test_two_nights_are_two_runs_of_the_latest_version(world: DeployedWorld) -> None:
    """A night that is told twice is one; the second night finds a newer version."""
    name, group = nightly(world), "nightly-model"
    nights = ("2031-01-01T02:00:00Z", "2031-01-02T02:00:00Z")
    for number, night in enumerate(nights, start=1):
        arn = register(world, group)
        for _ in range(2):
            fired = {"name": name, "scheduledTime": night}
            world.aws.control("POST", "schedules/fire", fired)
        runs = world.until(lambda: _nightly_runs(world, number))  # noqa: B023 - called at once
        finished = world.finish(runs[0].execution_arn)
        assert finished.status == "SUCCEEDED", finished.cause
        run = world.run(finished)
        assert run.triggered_by == "schedule"
        assert (run.resolved_model or {})["identifier"] == arn
    assert len(world.store.latest_runs("nightly", 10)) == len(nights)


def _nightly_runs(world: DeployedWorld, enough: int) -> list[Run]:
    found = world.store.latest_runs("nightly", 10)
    return found if len(found) >= enough else []
