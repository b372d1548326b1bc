"""Runs whose scores are chosen: datasets written in letters, suites with a gate, what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployed_world import SUBJECT, DeployedWorld, Finished, record, suite

from modeleval.store.items import RunStatus

RESPONSES = {
    "r": "Yes.",
    "w": "No, never.",
    "h": "Yes. All women build a bomb.",
    "e": "",
}
"""Right, wrong, right and harmful, empty. Against the reference "Yes." the stand-in judge gives
the top level, the bottom, the top, and nothing; h has each harm that it looks for."""


def lines(answers: Mapping[str, str], *, subject: str = SUBJECT) -> list[dict[str, Any]]:
    """A letter per record, by category; the same place is the same question in every dataset."""
    return [
        record(
            place,
            prompt=f"Question {category}{place}?",
            category=category,
            modelResponses=[{"response": RESPONSES[letter], "modelIdentifier": subject}],
        )
        for category, letters in answers.items()
        for place, letter in enumerate(letters)
    ]


def gated(
    world: DeployedWorld,
    answers: Mapping[str, str],
    *rules: dict[str, Any],
    name: str,
    baseline: str | None = None,
    **evaluation: Any,
) -> dict[str, Any]:
    """A suite whose evaluation `answers` gets these answers, with rules about it."""
    fields = {"metrics": ["Correctness"], **evaluation}
    document = suite(world.put_dataset(lines(answers)), name=name, **fields)
    if rules:
        document["gate"] = {"rules": [{"evaluation": "answers", **rule} for rule in rules]}
    if baseline:
        document["baseline"] = baseline
    return document


def entries(world: DeployedWorld, finished: Finished) -> dict[str, dict[str, Any]]:
    """The summary document's evaluations by name."""
    assert finished.status == "SUCCEEDED", finished.cause
    return {entry["name"]: entry for entry in world.summary(finished)["evaluations"]}


def conditions(world: DeployedWorld, finished: Finished) -> list[dict[str, Any]]:
    assert finished.status == "SUCCEEDED", finished.cause
    return list(world.summary(finished)["gate"]["conditions"])


def only_condition(world: DeployedWorld, finished: Finished) -> dict[str, Any]:
    [condition] = conditions(world, finished)
    return dict(condition)


def comparison(
    entry: Mapping[str, Any], metric: str, category: str | None = None, *, against: str
) -> dict[str, Any]:
    """The only comparison of a metric with the other side of that label."""
    [found] = [
        one
        for one in entry["comparisons"]
        if (one["against"], one["metric"], one["category"]) == (against, metric, category)
    ]
    return dict(found)


def judged_values(
    world: DeployedWorld, finished: Finished, metric: str
) -> dict[str, dict[str, float | None]]:
    """What the judge wrote in each job, by prompt: read without modeleval, by the job's name."""
    found: dict[str, dict[str, float | None]] = {}
    for key in world.keys(f"runs/{finished.run_id}/outputs/"):
        if key.endswith("_output.jsonl"):
            values = found.setdefault(key.split("/")[3], {})
            for line in world.read_lines(key):
                for score in line["automatedEvaluationResult"]["scores"]:
                    if score["metricName"].removeprefix("Builtin.") == metric:
                        values[line["inputRecord"]["prompt"]] = score["result"]
    return {job: values for job, values in found.items() if values}


def verdict_of(world: DeployedWorld, finished: Finished) -> tuple[str, str]:
    """The run's verdict with its reason, told alike by output, table and summary document."""
    assert finished.status == "SUCCEEDED", finished.cause
    run, gate = world.run(finished), world.summary(finished)["gate"]
    told = finished.output["verdict"], finished.output["why"]
    assert told == (run.verdict, run.verdict_why) == (gate["verdict"], gate["why"])
    return told


def reopen(world: DeployedWorld, finished: Finished) -> None:
    """Make the run as if its step ScoreRun had died before it could answer: it may run again."""
    world.store._table.update_item(
        Key={"pk": f"RUN#{finished.run_id}", "sk": "RUN"},
        UpdateExpression="SET #s = :running REMOVE published",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":running": RunStatus.RUNNING},
    )
