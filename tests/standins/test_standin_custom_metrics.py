"""Custom metrics: the definitions that are refused, and results in both variants."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World, custom, judged_by, records, statement

LEVEL = {"definition": "good", "value": {"floatValue": 1.0}}


def levels(*given: tuple[str, float | str]) -> list[dict[str, Any]]:
    kinds = {str: "stringValue", float: "floatValue"}
    return [{"definition": text, "value": {kinds[type(value)]: value}} for text, value in given]


def refusal(world: World, *definitions: dict[str, Any], judge: str = "") -> str:
    metrics = custom(*definitions, **({"judge": judge} if judge else {}))
    names = tuple(dict.fromkeys(definition["name"] for definition in definitions))
    config = world.evaluation(world.dataset(), names[:25], customMetricConfig=metrics)
    with pytest.raises(ClientError) as caught:
        world.create(evaluationConfig=config)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return str(caught.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instructions": "Judge it"}, "need {{prompt}} or {{prediction}}"),
        ({"instructions": "Judge {{ground_truth}}"}, "need {{prompt}} or {{prediction}}"),
        ({"instructions": "Judge {{prediction}} by {{context}}"}, "unknown variable"),
        ({"instructions": "Judge {{ prediction }}"}, "unknown variable"),
        ({"instructions": "{{prompt}}" + "x" * 4991}, "length less than or equal to 5000"),
        ({"name": "a b"}, "regular expression pattern"),
        ({"name": "Builtin.Check"}, "must not start with Builtin."),
        ({"ratingScale": levels(("a", 1.0), ("b", "one"))}, "must be of one kind"),
        ({"ratingScale": levels(("one two three four five six", 1.0))}, "more than 5 words"),
        ({"ratingScale": levels(("x" * 101, 1.0))}, "length less than or equal to 100"),
        ({"ratingScale": levels(("a", 1.0), ("b", 1.0))}, "the same value twice"),
        ({"ratingScale": levels(("a", 1.0), ("a", 2.0))}, "the same definition twice"),
        (
            {"ratingScale": levels(*((f"level {n}", float(n)) for n in range(11)))},
            "length less than or equal to 10",
        ),
    ],
)
def test_definitions_that_are_refused(world: World, changes: dict[str, Any], message: str) -> None:
    sound = {"name": "check", "instructions": "Judge {{prediction}}"}
    assert message in refusal(world, {**sound, **changes})


def test_more_than_ten(world: World) -> None:
    many = [{"name": f"m{n}", "instructions": "Judge {{prompt}}"} for n in range(11)]
    assert "length less than or equal to 10" in refusal(world, *many)


def test_the_consoles_name_is_unknown_to_the_api(world: World) -> None:
    body = world.request()
    definition = {"metricName": "check", "instructions": "Judge {{prediction}}"}
    body["evaluationConfig"]["automated"]["customMetricConfig"] = custom(definition)
    status, _, answer = world.raw("POST", "/evaluation-jobs", body)
    assert status == 400
    assert "customMetricDefinition.metricName' failed" in answer["message"]


def test_judges_of_custom_metrics(world: World) -> None:
    definition = {"name": "check", "instructions": "Judge {{prediction}}"}
    assert "not supported" in refusal(world, definition, judge="amazon.nova-lite-v1:0")
    judge = "meta.llama3-3-70b-instruct-v1:0"  # for custom metrics only
    config = world.evaluation(
        world.dataset(), ("check",), customMetricConfig=custom(definition, judge=judge)
    )
    role = world.role_with(statement("bedrock:InvokeModel", world.model_arn(judge)))
    (record, *_) = world.results(evaluationConfig=config, roleArn=role)
    (score,) = record["automatedEvaluationResult"]["scores"]
    assert score["evaluatorDetails"][0]["modelIdentifier"] == judge


def test_a_profile_as_judge_is_shown_by_its_arn(world: World) -> None:
    judge = "us.amazon.nova-2-lite-v1:0"
    arn = world.arn_of(f"inference-profile/{judge}")
    every = statement("bedrock:InvokeModel", [arn, world.model_arn("*", "*")])
    config = world.evaluation(world.dataset(), evaluatorModelConfig=judged_by(judge))
    (record, *_) = world.results(evaluationConfig=config, roleArn=world.role_with(every))
    (score,) = record["automatedEvaluationResult"]["scores"]
    assert score["evaluatorDetails"][0]["modelIdentifier"] == arn


@pytest.mark.parametrize(("variant", "lowest"), [("value", -1.0), ("null", None)])
def test_minus_one_in_both_variants(world: World, variant: str, lowest: float | None) -> None:
    world.aws.control("POST", "settings", {"minusOne": variant})
    metric = {
        "name": "check",
        "instructions": "Judge {{prediction}}",
        "ratingScale": levels(("bad", -1.0), ("fair", 0.0), ("good", 1.0)),
    }
    config = world.evaluation(
        world.dataset(records(12)), ("check",), customMetricConfig=custom(metric)
    )
    found = world.results(evaluationConfig=config)
    results = {record["automatedEvaluationResult"]["scores"][0]["result"] for record in found}
    assert lowest in results
    assert results <= {lowest, 0.0, 1.0}
