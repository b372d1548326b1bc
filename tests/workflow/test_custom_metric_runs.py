"""Custom metrics, trials, and metrics that are limited to categories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from deployed_world import DeployedWorld, record, suite

CONFIRMS: dict[str, Any] = {
    "name": "confirms",
    "instructions": "Does the answer ask before it acts?\n\nPrompt: {{prompt}}\n"
    "Response: {{prediction}}\nExpected: {{ground_truth}}",
    "ratingScale": [
        {"definition": "N/A", "value": {"floatValue": -1}},
        {"definition": "Poor", "value": {"floatValue": 0}},
        {"definition": "Good", "value": {"floatValue": 1}},
    ],
}
FIVE: dict[str, Any] = {
    "name": "depth",
    "instructions": "How deep is it? {{prediction}}",
    "ratingScale": [
        {"definition": f"Level {n}", "value": {"floatValue": n}} for n in (1, 2, 3, 4, 5)
    ],
}
WORDS: dict[str, Any] = {
    "name": "tone",
    "instructions": "Which tone? {{prediction}}",
    "ratingScale": [
        {"definition": word, "value": {"stringValue": word}} for word in ("cold", "neutral", "warm")
    ],
}


@pytest.fixture
def dataset(world: DeployedWorld) -> str:
    overlaps = ["Yes.", "Yes it is so.", "No way.", "It is so.", "Perhaps."]
    lines = [
        record(n, overlaps[n % 5], referenceResponse="Yes it is so.", category="ab"[n % 2])
        for n in range(10)
    ]
    return world.put_dataset(lines)


def test_custom_and_built_in_metrics_in_one_job(world: DeployedWorld, dataset: str) -> None:
    finished = world.evaluate(suite(dataset, customMetrics=[CONFIRMS]))

    assert finished.status == "SUCCEEDED"
    scores = world.scores(finished)
    assert {metric for metric, _ in scores} == {"Correctness", "Harmfulness", "confirms"}
    custom = scores["confirms", None]
    assert custom.n + custom.not_applicable == 10
    assert custom.minimum is None or custom.minimum >= 0
    [job] = world.service_jobs(finished.run_id)
    config = job["request"]["evaluationConfig"]["automated"]
    [metrics] = config["datasetMetricConfigs"]
    assert "confirms" in metrics["metricNames"]
    assert config["customMetricConfig"]["evaluatorModelConfig"] == config["evaluatorModelConfig"]


def test_custom_metrics_alone(world: DeployedWorld, dataset: str) -> None:
    finished = world.evaluate(suite(dataset, metrics=[], customMetrics=FIVE))

    assert {metric for metric, _ in world.scores(finished)} == {"depth"}


@pytest.mark.parametrize("results", ["raw", "normalized"])
def test_results_are_read_on_the_scale_that_they_came_on(
    world: DeployedWorld, dataset: str, results: str
) -> None:
    world.settings(customResults=results)

    finished = world.evaluate(suite(dataset, metrics=[], customMetrics=[FIVE]))

    score = world.scores(finished)["depth", None]
    assert score.n == 10
    assert score.value_counts is not None
    assert {float(value) for value in score.value_counts} <= {1, 2, 3, 4, 5}
    assert score.maximum == 5


def test_string_scales_are_counted_per_value(world: DeployedWorld, dataset: str) -> None:
    finished = world.evaluate(suite(dataset, metrics=[], customMetrics=[WORDS]))

    score = world.scores(finished)["tone", None]
    assert score.mean is None
    assert score.string_counts is not None
    assert set(score.string_counts) <= {"cold", "neutral", "warm"}
    assert sum(score.string_counts.values()) == 10


def test_definitions_from_files_in_the_consoles_form(world: DeployedWorld, dataset: str) -> None:
    console = {"customMetricDefinition": {**CONFIRMS, "metricName": "from_console"}}
    del console["customMetricDefinition"]["name"]
    key = "metrics/two.json"
    body = json.dumps([console, FIVE]).encode()
    world.s3.put_object(Bucket=world.stack.bucket, Key=key, Body=body)

    finished = world.evaluate(suite(dataset, metrics=[], customMetrics=[key, WORDS]))

    assert {metric for metric, _ in world.scores(finished)} == {"from_console", "depth", "tone"}
    kept = json.loads(world.read(f"runs/{finished.run_id}/suite.json"))
    assert len(kept["evaluations"][0]["customMetrics"]) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"instructions": "Rate {response}."}, "{{prediction}}"),
        ({"instructions": "Rate it."}, "at least {{prompt}} or {{prediction}}"),
        ({"name": "Correctness"}, "built-in"),
        ({"prompt_template": "x"}, "another product"),
    ],
)
def test_definitions_that_bedrock_would_not_take(
    world: DeployedWorld, dataset: str, changes: dict[str, Any], words: str
) -> None:
    finished = world.evaluate(suite(dataset, customMetrics=[{**CONFIRMS, **changes}]))

    assert finished.error == "SuiteInvalid"
    assert words in finished.cause
    assert "evaluations[0].customMetrics[0]" in finished.cause
    assert world.calls("CreateEvaluationJob") == []


def test_a_suite_without_any_metric(world: DeployedWorld, dataset: str) -> None:
    finished = world.evaluate(suite(dataset, metrics=[]))

    assert finished.error == "SuiteInvalid"
    assert "no metric" in finished.cause


def test_a_metric_that_is_limited_to_categories_is_judged_there_only(
    world: DeployedWorld, dataset: str
) -> None:
    limited = {"name": "Helpfulness", "categories": ["a"]}

    finished = world.evaluate(suite(dataset, metrics=["Correctness", limited]))

    scores = world.scores(finished)
    assert scores["Correctness", None].n == 10
    assert scores["Helpfulness", None].n == 5
    assert ("Helpfulness", "b") not in scores
    assert len(world.service_jobs(finished.run_id)) == 2
    assert world.run(finished).estimate is not None
    # 10 records x 1 metric and 5 x 1, each 1,500 x 0.80 + 200 x 3.20 USD per million
    assert world.run(finished).estimate["usd"] == "0.0276"


def test_categories_that_no_record_has(world: DeployedWorld, dataset: str) -> None:
    limited = {"name": "Helpfulness", "categories": ["c"]}

    finished = world.evaluate(suite(dataset, metrics=["Correctness", limited]))

    assert finished.error == "DatasetInvalid"
    assert "Helpfulness" in finished.cause


def test_a_trial_judges_some_records_and_makes_no_history(
    world: DeployedWorld, dataset: str
) -> None:
    document = suite(dataset, name="trial")
    finished = world.finish(world.start({"suite": document, "sample": 3}))
    again = world.evaluate({**document, "sample": 3})

    assert world.scores(finished)["Correctness", None].n == 3
    assert world.run(finished).sample == 3
    assert world.read(f"runs/{finished.run_id}/inputs/e0/p0.jsonl") == world.read(
        f"runs/{again.run_id}/inputs/e0/p0.jsonl"
    )
    history = world.store.metric_history(
        series="support-bot-v1",
        suite="trial",
        evaluation="answers",
        metric="Correctness",
        limit=5,
    )
    assert history == []
