"""From verdict to model package: approved, rejected, asked about, and otherwise left alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from deployed_world import DeployedWorld, Finished, suite
from gate_world import lines
from model_world import package_arn, register, shared
from test_model_triggers import wait_for_answers

from modeleval.artifacts import kept_key, run_prefix, summary_key
from modeleval.cli.decide import decide
from modeleval.cli.stack import Deployment
from modeleval.errors import DecisionRefused
from modeleval.store.items import Run
from modeleval.store.keys import EXPIRES, run_key, run_partition, trigger_count_key

GROUP, BY_HAND, ELSEWHERE = "promoted", "by-hand", "elsewhere"
PENDING = "PendingManualApproval"
GOOD, BAD, BETWEEN = "r" * 38 + "w" * 2, "r" * 10 + "w" * 30, "r" * 26 + "w" * 14
LAST_VERSION = 99_999_999


class Registry:
    """Versions of groups whose numbers no other test had."""

    def __init__(self, world: DeployedWorld) -> None:
        self.world = world
        self._client = world.aws.client("sagemaker")
        self._next = int(time.time() * 10) % LAST_VERSION
        for group in (GROUP, BY_HAND, ELSEWHERE):
            self._client.create_model_package_group(ModelPackageGroupName=group)
            shared(world, package_arn(world, f"{group}/{self._next}"))
        self._numbers = dict.fromkeys((GROUP, BY_HAND, ELSEWHERE), self._next)

    def version(self, group: str, letters: str, **fields: Any) -> str:
        """Register the next version; its responses lie where the suites look for them."""
        self._numbers[group] += 1
        number = self._numbers[group]
        answers = lines({"a": letters}, subject=f"{group}-v{number}")
        self.world.put_dataset(answers, f"datasets/{group}-{number}.jsonl")
        return register(self.world, group, ModelApprovalStatus=PENDING, **fields)

    def described(self, arn: str) -> dict[str, Any]:
        return dict(self._client.describe_model_package(ModelPackageName=arn))

    def status(self, arn: str) -> str:
        return str(self.described(arn)["ModelApprovalStatus"])

    def metadata(self, arn: str) -> dict[str, str]:
        return dict(self.described(arn).get("CustomerMetadataProperties", {}))


@pytest.fixture
def registry(world: DeployedWorld) -> Iterator[Registry]:
    table = world.store._table
    count = trigger_count_key(datetime.now(UTC).date().isoformat())
    table.delete_item(Key=count)
    yield Registry(world)
    table.delete_item(Key=count)


def triggered(world: DeployedWorld, arn: str) -> Run:
    """The run that a new version started by itself, when its execution has ended."""
    [run] = world.until(lambda: runs_of(world, arn))
    finished = world.finish(run.execution_arn)
    assert finished.status == "SUCCEEDED", finished.cause
    found = world.store.run(run.run_id)
    assert finished.output["promotion"] == found.promotion
    return found


def runs_of(world: DeployedWorld, arn: str) -> list[Run]:
    return [run for run in world.store.latest_runs(GROUP, 50) if run.model == arn]


def promotion(world: DeployedWorld, run: Run | Finished) -> tuple[str, bool, str]:
    found = world.store.run(run.run_id).promotion
    assert found is not None
    return found["action"], found["done"], found["why"]


def test_what_an_execution_did_not_come_to_after_the_scores_is_done_by_a_resume(
    world: DeployedWorld, registry: Registry
) -> None:
    first = triggered(world, registry.version(GROUP, GOOD))
    arn = registry.version(GROUP, GOOD)
    with_it = triggered(world, arn)
    scores, jobs = world.store.scores(with_it.run_id), world.service_jobs(with_it.run_id)
    before = undo_what_followed(world, registry, with_it, arn)

    resumed = world.finish(world.start({"resume": with_it.run_id}))

    assert resumed.status == "SUCCEEDED", resumed.cause
    found = world.store.run(with_it.run_id)
    assert found.promotion == resumed.output["promotion"] == with_it.promotion
    assert (found.report, registry.status(arn)) == (with_it.report, "Approved")
    assert (found.status, found.attempt, found.verdict) == (before.status, 1, "passed")
    assert world.store.scores(with_it.run_id) == scores
    assert world.service_jobs(with_it.run_id) == jobs
    again = world.finish(world.start({"resume": first.run_id}))
    assert (again.status, again.error) == ("FAILED", "ResumeRefused")


def undo_what_followed(world: DeployedWorld, registry: Registry, run: Run, arn: str) -> Run:
    """Make run and version as if the execution had ended when the scores were published."""
    world.store._table.update_item(
        Key=run_key(run.run_id), UpdateExpression="REMOVE promotion, report, keptBecause"
    )
    world.aws.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus=PENDING
    )
    assert registry.status(arn) == PENDING
    return world.store.run(run.run_id)


def test_what_passes_is_approved_what_is_worse_rejected_and_what_is_close_asked_about(
    world: DeployedWorld, registry: Registry
) -> None:
    first = registry.version(GROUP, GOOD, CustomerMetadataProperties={"team": "support"})
    one = triggered(world, first)

    assert promotion(world, one)[:2] == ("approve", True)
    assert registry.status(first) == "Approved"
    words = registry.described(first)["ApprovalDescription"]
    assert words.startswith("Approved by modeleval: All 2 conditions passed, 1 of them because")
    assert one.execution_arn in words
    assert one.run_id in words
    name = "modeleval_promoted_"
    written = registry.metadata(first)
    assert written.pop(f"{name}answers_Correctness").startswith("mean=0.95 low=0.8")
    assert written == {
        "team": "support",
        f"{name}run": one.run_id,
        f"{name}verdict": "passed",
        f"{name}summary": f"s3://{world.stack.bucket}/{kept_key(summary_key(one.run_id))}",
    }
    kept(world, one.run_id)

    second = registry.version(GROUP, BAD)
    two = triggered(world, second)
    assert promotion(world, two)[:2] == ("reject", True)
    assert registry.status(second) == "Rejected"
    assert registry.metadata(second)[f"{name}verdict"] == "failed"
    assert two.kept_because is None

    expire(world, one.run_id)
    third = registry.version(GROUP, BETWEEN)
    three = triggered(world, third)
    assert three.baseline is not None
    assert three.baseline["runId"] == one.run_id
    [entry] = world.summary(three)["evaluations"]  # type: ignore[arg-type]
    assert entry["comparisons"][0]["matched"] == 40  # with what was kept
    assert (three.verdict, promotion(world, three)[0]) == ("inconclusive", "ask")
    assert registry.status(third) == PENDING
    by_a_person(world, registry, three, third)

    for arn, events in ((first, 2), (second, 2), (third, 3)):  # registered, written back to
        wait_for_answers(world, arn, events)
        assert len(runs_of(world, arn)) == 1
    before = registry.described(first)
    assert world.invoke("PromoteRun", {"runId": one.run_id}) == {"promotion": one.promotion}
    assert registry.described(first)["LastModifiedTime"] == before["LastModifiedTime"]


def by_a_person(world: DeployedWorld, registry: Registry, run: Run, arn: str) -> None:
    """Too late, in time, and once more."""
    deployment = Deployment(world.stack.stack)
    table = world.store._table
    assert run.asked_until is not None

    def ask_until(moment: str) -> None:
        table.update_item(
            Key=run_key(run.run_id),
            UpdateExpression="SET askedUntil = :moment",
            ExpressionAttributeValues={":moment": moment},
        )

    ask_until("2020-01-01T00:00:00.000Z")
    with pytest.raises(DecisionRefused, match="The time to decide was over at 2020"):
        decide(deployment, run.run_id, "approve", "It reads well.")
    assert registry.status(arn) == PENDING
    ask_until(run.asked_until)

    decide(deployment, run.run_id, "approve", "Read by the team:\nit is better.")

    assert registry.status(arn) == "Approved"
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    words = registry.described(arn)["ApprovalDescription"]
    assert words.startswith(f"Approved by {caller}: Read by the team: it is better. Run ")
    decision = world.store.run(run.run_id).decision
    assert decision is not None
    assert (decision["action"], decision["by"], decision["done"]) == ("approve", caller, True)
    assert abs(time.time() - datetime.fromisoformat(decision["at"]).timestamp()) < 60
    kept(world, run.run_id)
    with pytest.raises(DecisionRefused, match=f"{caller} has decided at"):
        decide(deployment, run.run_id, "reject", "No.")
    assert registry.status(arn) == "Approved"


def kept(world: DeployedWorld, run_id: str) -> None:
    """Nothing of the run expires, and what is needed of it lies where nothing does."""
    pages = (
        world.aws.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=world.stack.table,
            KeyConditionExpression="pk = :run",
            ExpressionAttributeValues={":run": {"S": run_partition(run_id)}},
        )
    )
    items = [item for page in pages for item in page["Items"]]
    assert len(items) >= 5
    assert {item["sk"]["S"] for item in items if EXPIRES in item} <= {"TOLD"}  # told of, once
    names = {key.removeprefix(f"kept/{run_id}/") for key in world.keys(f"kept/{run_id}/")}
    assert names == {
        "summary.json",
        "suite.json",
        "scores/j0.jsonl",
        "scores/j0-aggregates.json",
    }
    assert world.read(kept_key(summary_key(run_id))) == world.read(summary_key(run_id))


def expire(world: DeployedWorld, run_id: str) -> None:
    """What the bucket's lifecycle does after the retention."""
    for key in world.keys(run_prefix(run_id)):
        world.s3.delete_object(Bucket=world.stack.bucket, Key=key)


def test_nothing_else_promotes(world: DeployedWorld, registry: Registry) -> None:
    """An inline suite, one from S3, a group that is not named, a rule on another subject."""
    arn = registry.version(BY_HAND, GOOD)
    foreign = registry.version(ELSEWHERE, GOOD)
    world.put_dataset(lines({"a": GOOD}, subject="other-bot"), "datasets/promoted-others.jsonl")
    document = suite(
        "datasets/{model.group}-{model.version}.jsonl",
        name="by-hand",
        responses={"precomputed": "{model.group}-v{model.version}"},
        metrics=["Correctness"],
    )
    document["gate"] = {
        "rules": [{"evaluation": "answers", "metric": "Correctness", "minimum": 0.6}],
        "onPass": "approve",
    }
    key = world.put_dataset(json.dumps(document).encode(), "suites/by-hand.json")
    refused = {"operation": "UpdateModelPackage", "code": "AccessDeniedException"}
    world.fault(kind="error", times=1, jobName=arn, **refused)

    denied = world.finish(world.start({"suite": "promoted-by-others", "model": arn}))
    assert denied.status == "SUCCEEDED"
    assert denied.output["promotion"]["warning"].startswith("AWS does not let modeleval")
    assert registry.metadata(arn) == {}

    started = [
        world.start({"suite": document, "model": arn}),
        world.start({"suite": f"s3://{world.stack.bucket}/{key}", "model": arn}),
        world.start({"suite": "promoted-by-others", "model": arn}),
        world.start({"suite": "promoted", "model": foreign}),
    ]
    finished = [world.finish(one) for one in started]

    assert [one.output["verdict"] for one in finished] == ["passed"] * 4
    not_deployed = "Only a suite that is deployed with the stack promotes; this one was not."
    assert [promotion(world, one) for one in finished] == [
        ("leave", True, not_deployed),
        ("leave", True, not_deployed),
        ("leave", True, "No rule of the gate is about the run's model."),
        ("leave", True, "The settings' approvalGroups do not name the group elsewhere."),
    ]
    assert (registry.status(arn), registry.status(foreign)) == (PENDING, PENDING)
    assert registry.metadata(foreign) == {}
    written = registry.metadata(arn)
    assert "modeleval_promoted-by-others_answers_Correctness" in written
    assert not [name for name in written if name.startswith("modeleval_by-hand")]
    with pytest.raises(DecisionRefused, match="this one was not"):
        decide(Deployment(world.stack.stack), finished[0].run_id, "approve", "Because.")


def test_a_version_that_somebody_approves_keeps_its_runs(
    world: DeployedWorld, registry: Registry
) -> None:
    arn = registry.version(ELSEWHERE, GOOD)
    finished = world.finish(world.start({"suite": "promoted", "model": arn}))
    assert (finished.status, world.run(finished).kept_because) == ("SUCCEEDED", None)

    client = world.aws.client("sagemaker")
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")

    world.until(lambda: world.run(finished).kept_because)
    kept(world, finished.run_id)
