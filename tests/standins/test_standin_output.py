"""What a job writes: layout, records, scores."""

from __future__ import annotations

import json
import re

import pytest
from standin_world import JUDGE, World, custom, generated_by, records

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_layout(world: World) -> None:
    request = world.request()
    world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"], "Completed")
    results, check = sorted(
        world.outputs(request["jobName"]), key=lambda key: key.count("/"), reverse=True
    )
    assert check == "amazon-bedrock-evaluations-permission-check"
    where = rf"{UUID}/models/bot/taskTypes/General/datasets/answers/{UUID}_output\.jsonl"
    assert re.fullmatch(where, results)


def test_two_datasets_are_two_files(world: World) -> None:
    config = world.evaluation(world.dataset())
    configs = config["automated"]["datasetMetricConfigs"]
    configs.append({**configs[0], "dataset": {**configs[0]["dataset"], "name": "again"}})
    request = world.request(evaluationConfig=config)
    world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"], "Completed")
    keys = "\n".join(world.outputs(request["jobName"]))
    assert "/datasets/answers/" in keys
    assert "/datasets/again/" in keys


def test_record(world: World) -> None:
    (given,) = records(1)
    (record,) = world.results(uri=world.dataset([given]))
    assert list(record) == ["automatedEvaluationResult", "inputRecord", "modelResponses"]
    assert record["inputRecord"] == given
    assert record["modelResponses"] == given["modelResponses"]
    (score,) = record["automatedEvaluationResult"]["scores"]
    assert list(score) == ["metricName", "result", "evaluatorDetails"]
    assert score["metricName"] == "Builtin.Correctness"
    assert score["result"] in (0, 0.5, 1)
    (detail,) = score["evaluatorDetails"]
    assert detail["modelIdentifier"] == JUDGE
    assert detail["explanation"].startswith("Stand-in judge: ")


def test_order_is_not_that_of_the_dataset(world: World) -> None:
    given = records(20)
    found = world.results(uri=world.dataset(given))
    prompts = [record["inputRecord"]["prompt"] for record in found]
    assert prompts != [record["prompt"] for record in given]
    assert sorted(prompts) == sorted(record["prompt"] for record in given)


def test_a_model_that_answers_itself(world: World) -> None:
    model = "amazon.nova-lite-v1:0"
    arn = f"arn:aws:bedrock:{world.aws.region}::foundation-model/{model}"
    role = world.make_role(
        statements=[
            *world.reach().values(),
            {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": arn},
        ]
    )
    (record,) = world.results(
        uri=world.dataset([{"prompt": "Why?"}]), inferenceConfig=generated_by(model), roleArn=role
    )
    (response,) = record["modelResponses"]
    assert (response["modelIdentifier"], response["stopReason"]) == (model, "end_turn")
    assert response["response"].startswith("Stand-in response of ")


def rated(*levels: tuple[str, float | str]) -> list[dict[str, object]]:
    kinds = {str: "stringValue", float: "floatValue"}
    return [{"definition": text, "value": {kinds[type(value)]: value}} for text, value in levels]


def custom_results(world: World, **definition: object) -> list[dict[str, object]]:
    metric = {"name": "check", "instructions": "Judge {{prediction}}", **definition}
    config = world.evaluation(
        world.dataset(records(12)), ("check",), customMetricConfig=custom(metric)
    )
    found = world.results(evaluationConfig=config)
    return [record["automatedEvaluationResult"]["scores"][0] for record in found]


def test_custom_metric_by_numbers(world: World) -> None:
    scores = custom_results(world, ratingScale=rated(("good", 5.0), ("bad", 1.0), ("fair", 3.0)))
    assert {score["metricName"] for score in scores} == {"check"}
    assert {score["result"] for score in scores} <= {1.0, 3.0, 5.0}
    assert len({score["result"] for score in scores}) > 1


def test_custom_metric_by_numbers_normalized(world: World) -> None:
    world.aws.control("POST", "settings", {"customResults": "normalized"})
    scores = custom_results(world, ratingScale=rated(("good", 5.0), ("bad", 1.0)))
    assert {score["result"] for score in scores} <= {0.2, 1.0}


def test_custom_metric_by_words(world: World) -> None:
    scores = custom_results(world, ratingScale=rated(("no", "Poor"), ("yes", "Fine")))
    assert {score["result"] for score in scores} <= {"Poor", "Fine"}


@pytest.mark.parametrize("name", ["N/A", "Not Applicable"])
def test_custom_metric_that_does_not_apply(world: World, name: str) -> None:
    given = [{**record, "prompt": f"{record['prompt']} {n}"} for n, record in
             enumerate(records(8) * 8)]  # fmt: skip
    metric = {
        "name": "check",
        "instructions": "Judge {{prediction}}",
        "ratingScale": rated(("no", 0.0), ("yes", 1.0), (name, -1.0)),
    }
    config = world.evaluation(world.dataset(given), ("check",), customMetricConfig=custom(metric))
    found = world.results(evaluationConfig=config)
    results = [record["automatedEvaluationResult"]["scores"][0]["result"] for record in found]
    assert None in results
    assert set(results) <= {None, 0.0, 1.0}


def test_custom_metric_without_a_scale_has_explanations_only(world: World) -> None:
    for score in custom_results(world):
        assert list(score) == ["metricName", "evaluatorDetails"]


def test_custom_definitions_are_stored_under_their_other_name(world: World) -> None:
    metric = {"name": "check", "instructions": "Judge {{prediction}}"}
    config = world.evaluation(world.dataset(), ("check",), customMetricConfig=custom(metric))
    request = world.request(evaluationConfig=config)
    world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"], "Completed")
    (text,) = [
        text for key, text in world.outputs(request["jobName"]).items() if "/custom_metrics/" in key
    ]
    definition = json.loads(text)["customMetricDefinition"]
    assert definition == {"metricName": "check", "instructions": "Judge {{prediction}}"}


def test_a_custom_metric_without_definition_fails_the_job(world: World) -> None:
    config = world.evaluation(world.dataset(), ("check",))
    assert "has no definition" in world.failure(evaluationConfig=config)


def test_a_definition_that_no_dataset_names_is_ignored(world: World) -> None:
    metric = {"name": "check", "instructions": "Judge {{prediction}}"}
    config = world.evaluation(world.dataset(), customMetricConfig=custom(metric))
    (record, *_) = world.results(evaluationConfig=config)
    assert len(record["automatedEvaluationResult"]["scores"]) == 1


def test_another_task_type_fails_the_job(world: World) -> None:
    config = world.evaluation(world.dataset())
    config["automated"]["datasetMetricConfigs"][0]["taskType"] = "QuestionAndAnswer"
    assert "task type" in world.failure(evaluationConfig=config)
