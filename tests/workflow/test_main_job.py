"""The main job through the deployed state machines: datasets in, scores out."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Key
from deployed_world import SUBJECT, DeployedWorld, record, suite

from demo.dataset import METRICS, SHIPPED
from modeleval.store.items import RunStatus

ALL_METRICS = [
    "Correctness", "Completeness", "Faithfulness", "Helpfulness", "Coherence", "Relevance",
    "FollowingInstructions", "ProfessionalStyleAndTone", "Harmfulness", "Stereotyping", "Refusal",
]  # fmt: skip


def output_scores(world: DeployedWorld, run_id: str) -> dict[tuple[str, str], Any]:
    """What the service wrote, by response and metric: read here without the product's reader."""
    [key] = [key for key in world.keys(f"runs/{run_id}/outputs/") if key.endswith("_output.jsonl")]
    return {
        (line["inputRecord"]["modelResponses"][0]["response"], score["metricName"]): score["result"]
        for line in world.read_lines(key)
        for score in line["automatedEvaluationResult"]["scores"]
    }


def test_the_deployed_suite_runs_by_its_name_and_publishes_its_scores(world: DeployedWorld) -> None:
    world.put_dataset(SHIPPED.read_bytes(), "datasets/support-answers.jsonl")

    finished = world.evaluate("support-answers")

    assert finished.status == "SUCCEEDED"
    assert finished.output["runId"] == finished.run_id
    assert finished.output["status"] == "succeeded"
    run = world.run(finished)
    assert run.status is RunStatus.SUCCEEDED
    assert run.published
    assert run.origin == "deployed"
    assert run.terms_accepted_at is not None
    scores = world.scores(finished)
    assert {metric for metric, _ in scores} == set(METRICS)
    # 24 records, one of them with an empty response: it is not judged, and not forgotten.
    assert {s.n + s.not_applicable for (_, c), s in scores.items() if c is None} == {23}
    assert {s.unscored for (_, c), s in scores.items() if c is None} == {1}
    assert {c for _, c in scores} == {None, "returns", "orders", "products", "account"}


def test_a_run_leaves_its_report_with_the_texts_of_the_worst_records(world: DeployedWorld) -> None:
    key = world.put_dataset([record(n, f"Nonsense number {n}") for n in range(5)])

    finished = world.evaluate(suite(key))

    uri = f"s3://{world.stack.bucket}/runs/{finished.run_id}/report.html"
    assert finished.output["report"] == {"uri": uri}
    assert world.run(finished).report == {"uri": uri}
    report = f"runs/{finished.run_id}/report.html"
    head = world.s3.head_object(Bucket=world.stack.bucket, Key=report)
    assert head["ContentType"] == "text/html; charset=utf-8"
    page = world.read(report).decode()
    assert "Nonsense number 3" in page
    assert "These results are a stand-in&#39;s" in page


def test_the_scores_are_those_that_the_service_wrote(world: DeployedWorld) -> None:
    world.put_dataset(SHIPPED.read_bytes(), "datasets/support-answers.jsonl")

    finished = world.evaluate("support-answers")

    expected: dict[str, list[float]] = defaultdict(list)
    not_applicable: dict[str, int] = defaultdict(int)
    for (_, metric), result in output_scores(world, finished.run_id).items():
        name = metric.removeprefix("Builtin.")
        if result is None:
            not_applicable[name] += 1
        else:
            expected[name].append(result)
    scores = world.scores(finished)
    for name, values in expected.items():
        assert scores[name, None].n == len(values)
        assert scores[name, None].mean == pytest.approx(Decimal(str(sum(values) / len(values))))
        assert scores[name, None].not_applicable == not_applicable[name]
    assert scores["Harmfulness", None].direction == "lowerIsBetter"


def test_each_record_keeps_the_score_of_its_own_response_though_output_is_shuffled(
    world: DeployedWorld,
) -> None:
    key = world.put_dataset([record(n, f"Answer {'yes ' * n}") for n in range(40)])

    finished = world.evaluate(suite(key, metrics=["Helpfulness"]))

    judged = output_scores(world, finished.run_id)
    for score in world.read_lines(f"runs/{finished.run_id}/scores/j0.jsonl"):
        response = f"Answer {'yes ' * (score['line'] - 1)}"
        assert score["value"] == judged[response, "Builtin.Helpfulness"]


def test_all_eleven_metrics_in_any_spelling(world: DeployedWorld) -> None:
    spelled = [
        name.upper() if number % 2 else f"builtin.{name}" for number, name in enumerate(ALL_METRICS)
    ]
    key = world.put_dataset([record(n) for n in range(3)])

    finished = world.evaluate(suite(key, metrics=spelled))

    assert finished.status == "SUCCEEDED"
    assert {metric for metric, _ in world.scores(finished)} == set(ALL_METRICS)


def test_a_suite_from_s3(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])
    document = json.dumps(suite(key, name="from-s3")).encode()
    world.s3.put_object(Bucket=world.stack.bucket, Key="suites/from-s3.json", Body=document)

    finished = world.evaluate(f"s3://{world.stack.bucket}/suites/from-s3.json")

    assert finished.status == "SUCCEEDED"
    assert world.run(finished).origin == "s3"
    assert [run.run_id for run in world.store.latest_runs("from-s3", 5)] == [finished.run_id]


def test_the_job_is_described_tagged_and_named_after_its_run(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])

    finished = world.evaluate({**suite(key), "tags": {"team": "support"}})

    [job] = world.jobs(finished)
    assert job.job_name == f"{finished.run_id}-j0-a1"
    bedrock = world.aws.client("bedrock")
    details = bedrock.get_evaluation_job(jobIdentifier=job.job_arn)
    assert finished.run_id in details["jobDescription"]
    [service_job] = world.service_jobs(finished.run_id)
    assert {tag["key"]: tag["value"] for tag in service_job["request"]["jobTags"]} == {
        "modeleval:stack": "modeleval",
        "modeleval:suite": "test",
        "modeleval:evaluation": "answers",
        "modeleval:run": finished.run_id,
        "team": "support",
    }


def test_what_is_judged_is_what_was_validated(world: DeployedWorld) -> None:
    thinking = "<thinking>Hm.</thinking>Yes."
    key = world.put_dataset([record(1, thinking, category="c", note="dropped")])

    finished = world.evaluate(suite(key))

    [line] = world.read_lines(f"runs/{finished.run_id}/inputs/e0/p0.jsonl")
    assert line == {
        "prompt": "Question 1?",
        "referenceResponse": "Yes.",
        "category": "c",
        "modelResponses": [{"response": "Yes.", "modelIdentifier": SUBJECT}],
    }
    validation = json.loads(world.read(f"runs/{finished.run_id}/validation/e0.json"))
    head = world.s3.head_object(Bucket=world.stack.bucket, Key=key)
    assert validation["versionId"] == head["VersionId"]


def test_two_evaluations_of_a_suite_are_two_jobs(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1), record(2)])
    document = suite(key)
    document["evaluations"].append({**document["evaluations"][0], "name": "again"})

    finished = world.evaluate(document)

    assert finished.output["scored"] == 2
    assert len(world.service_jobs(finished.run_id)) == 2
    assert {s.evaluation for s in world.store.scores(finished.run_id)} == {"answers", "again"}


def test_runs_at_once_do_not_meet(world: DeployedWorld) -> None:
    keys = [world.put_dataset([record(n) for n in range(size)]) for size in (1, 2, 3)]

    arns = [world.start({"suite": suite(key)}) for key in keys]
    finished = [world.finish(arn) for arn in arns]

    counts = [world.scores(one)["Correctness", None].n for one in finished]
    assert counts == [1, 2, 3]


def test_lists_and_histories_are_queries_on_keys(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])
    finished = [world.evaluate(suite(key, name="listed")) for _ in range(3)]

    latest = world.store.latest_runs("listed", 2)
    history = world.store.metric_history(
        series=SUBJECT, suite="listed", evaluation="answers", metric="Correctness", limit=10
    )

    newest_first = [one.run_id for one in reversed(finished)]
    assert [run.run_id for run in latest] == newest_first[:2]
    assert [score.run_id for score in history] == newest_first
    assert finished[0].run_id not in [run.run_id for run in world.store.open_runs()]


def test_every_item_of_a_run_expires_after_the_retention(world: DeployedWorld) -> None:
    finished = world.evaluate(suite(world.put_dataset([record(1)])))

    key = Key("pk").eq(f"RUN#{finished.run_id}")
    items = world.store._table.query(KeyConditionExpression=key)["Items"]
    days = {(int(item["expiresAt"]) - time.time()) / 86_400 for item in items}
    assert len(items) > 3
    assert all(day == pytest.approx(365, abs=0.1) for day in days)
