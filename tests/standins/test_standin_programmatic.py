"""Programmatic jobs: what goes together, what the role needs, what is measured, what is left."""

from __future__ import annotations

import json
from statistics import fmean
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import BUCKET, JUDGE, World, generated_by, judged_by, precomputed, statement

LITE = "amazon.nova-lite-v1:0"
NAMES = ("Accuracy", "Robustness", "Toxicity")
OWN = {"prompt": "Where does the Elbe end?", "referenceResponse": "In the North Sea"}


def prompts(count: int = 12, **changes: Any) -> list[dict[str, Any]]:
    return [{**OWN, "prompt": f"{OWN['prompt']} {n}", **changes} for n in range(count)]


def config(
    task: str, dataset: str, *metrics: str, uri: str | None = None, **more: Any
) -> dict[str, Any]:
    """One dataset with its metrics; with `uri` it is one's own."""
    found: dict[str, Any] = {"name": dataset}
    if uri is not None:
        found["datasetLocation"] = {"s3Uri": uri}
    names = [f"Builtin.{name}" for name in metrics]
    return {"taskType": task, "dataset": found, "metricNames": names, **more}


def job(world: World, *configs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A sound request of a role that reaches the model, and no judge."""
    invoke = statement("bedrock:InvokeModel", world.model_arn(LITE))
    reach = {name: one for name, one in world.reach().items() if name != "judge"}
    return world.request(
        **{
            "evaluationConfig": {"automated": {"datasetMetricConfigs": list(configs)}},
            "inferenceConfig": generated_by(LITE),
            "roleArn": world.make_role(statements=[*reach.values(), invoke]),
            **changes,
        }
    )


def finished(world: World, request: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The records of each file that a job left, by the file's folder."""
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    done = world.wait(arn)
    assert done["status"] == "Completed", done
    return {
        key.rpartition("/datasets/")[2].partition("/")[0]: [
            json.loads(line) for line in text.split("\n") if line
        ]
        for key, text in world.outputs(request["jobName"]).items()
        if key.endswith("_output.jsonl")
    }


def scored(records: list[dict[str, Any]], metric: str) -> list[Any]:
    return [
        score["result"]
        for record in records
        for score in record["automatedEvaluationResult"]["scores"]
        if score["metricName"] == metric
    ]


def refused(world: World, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as caught:
        world.bedrock.create_evaluation_job(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def test_a_built_in_dataset_needs_no_place_in_s3(world: World) -> None:
    request = job(world, config("QuestionAndAnswer", "Builtin.BoolQ", *NAMES))
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    shown = world.wait(arn)
    assert (shown["jobType"], shown["status"]) == ("Automated", "Completed")
    [summary] = world.bedrock.list_evaluation_jobs(nameContains=request["jobName"])["jobSummaries"]
    assert summary["evaluationTaskTypes"] == ["QuestionAndAnswer"]
    assert summary["evaluatorModelIdentifiers"] == []
    [key] = [key for key in world.outputs(request["jobName"]) if key.endswith(".jsonl")]
    folder = f"/models/{LITE}/taskTypes/QuestionAndAnswer/datasets/Builtin.BoolQ/"
    assert folder in f"/{key}"


def test_five_datasets_are_five_files(world: World) -> None:
    sets = [
        config("QuestionAndAnswer", f"Builtin.{name}", "Accuracy")
        for name in ("BoolQ", "NaturalQuestions", "TriviaQA")
    ]
    own = [
        config("QuestionAndAnswer", name, *NAMES, uri=world.dataset(prompts()))
        for name in ("one", "two")
    ]
    files = finished(world, job(world, *sets, *own))
    assert {name: len(records) for name, records in files.items()} == {
        "Builtin.BoolQ": 100,
        "Builtin.NaturalQuestions": 100,
        "Builtin.TriviaQA": 100,
        "one": 12,
        "two": 12,
    }
    for record in files["one"]:
        assert list(record) == ["automatedEvaluationResult", "inputRecord", "modelResponses"]
        assert record["inputRecord"].keys() == OWN.keys()
        scores = record["automatedEvaluationResult"]["scores"]
        assert [score["metricName"] for score in scores] == list(NAMES)
        assert all(set(score) == {"metricName", "result"} for score in scores)
        [said] = record["modelResponses"]
        assert said["response"].startswith(f"Stand-in response of {LITE}: ")
    order = [record["inputRecord"]["prompt"] for record in files["one"]]
    assert order != [one["prompt"] for one in prompts()]


def test_what_is_measured_of_each_task(world: World) -> None:
    generation = finished(
        world,
        job(
            world,
            config("Generation", "Builtin.T-Rex", "Accuracy", "Robustness"),
            config("Generation", "Builtin.RealToxicityPrompts", "Toxicity"),
        ),
    )
    facts = scored(generation["Builtin.T-Rex"], "Accuracy")
    assert set(facts) == {0.0, 1.0}
    assert max(scored(generation["Builtin.T-Rex"], "Robustness")) >= 1
    toxic = scored(generation["Builtin.RealToxicityPrompts"], "Toxicity")
    assert min(toxic) < 0.01
    assert 0.5 < max(toxic) <= 1
    kinds = {
        record["inputRecord"]["category"] for record in generation["Builtin.RealToxicityPrompts"]
    }
    assert kinds == {"plain", "challenging"}
    summaries = finished(world, job(world, config("Summarization", "Builtin.Gigaword", *NAMES)))
    alike = scored(summaries["Builtin.Gigaword"], "Accuracy")
    assert len({value for value in alike if 0 < value < 1}) > 5
    percent = scored(summaries["Builtin.Gigaword"], "Robustness")
    assert max(percent) > 1
    assert fmean(alike) < 1
    reviews = "Builtin.WomensEcommerceClothingReviews"
    classes = finished(
        world, job(world, config("Classification", reviews, "Accuracy", "Robustness"))
    )
    right = scored(classes[reviews], "Accuracy")
    assert set(right) == {0.0, 1.0}
    undefined = scored(classes[reviews], "Robustness").count(None)
    assert undefined == right.count(0.0)  # a change in percent of nothing


@pytest.mark.parametrize("shown", ["nan", "missing", "infinite"])
def test_a_change_of_nothing_in_percent(world: World, shown: str) -> None:
    world.aws.control("POST", "settings", {"undefinedRobustness": shown})
    reviews = "Builtin.WomensEcommerceClothingReviews"
    files = finished(world, job(world, config("Classification", reviews, "Accuracy", "Robustness")))
    for record in files[reviews]:
        accuracy, robust = record["automatedEvaluationResult"]["scores"]
        if accuracy["result"] == 0:
            text = json.dumps(robust.get("result", "missing"))
            assert text == {"nan": "NaN", "infinite": "Infinity", "missing": '"missing"'}[shown]


def test_the_unknowns_of_names_folders_and_draws(world: World) -> None:
    question = config("QuestionAndAnswer", "Builtin.BoolQ", "Accuracy")

    def drawn() -> dict[str, set[str]]:
        files = finished(world, job(world, question))
        return {
            name: {record["inputRecord"]["prompt"] for record in records}
            for name, records in files.items()
        }

    first, again = drawn(), drawn()
    assert first == again
    changes = {"programmaticNames": "builtin", "builtInFolder": "bare", "builtInDraw": "anew"}
    world.aws.control("POST", "settings", changes)
    other = drawn()
    assert list(other) == ["BoolQ"]
    assert first["Builtin.BoolQ"] & other["BoolQ"] != other["BoolQ"]
    records = finished(world, job(world, question))["BoolQ"]
    assert len(scored(records, "Builtin.Accuracy")) == 100


def test_the_role_needs_the_model_and_no_judge(world: World) -> None:
    request = job(world, config("QuestionAndAnswer", "Builtin.BoolQ", "Accuracy"))
    request["roleArn"] = world.role  # reaches the judge alone
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    done = world.wait(arn, "Failed")
    assert f"bedrock:InvokeModel on {world.model_arn(LITE)}" in " ".join(done["failureMessages"])


def test_the_role_must_reach_ones_own_datasets(world: World) -> None:
    for place, said in (
        ("in/none.jsonl", "cannot be used"),
        ("elsewhere/x.jsonl", "is not authorized to perform s3:GetObject"),
    ):
        own = config("Generation", "own", "Toxicity", uri=f"s3://{BUCKET}/{place}")
        assert said in refused(world, job(world, own))


@pytest.mark.parametrize(
    ("task", "dataset", "metrics", "message"),
    [
        ("General", "Builtin.BoolQ", ["Accuracy"], "The task type must be one of Generation"),
        ("Custom", "Builtin.BoolQ", ["Accuracy"], "The task type must be one of Generation"),
        (
            "Classification",
            "Builtin.WomensEcommerceClothingReviews",
            ["Toxicity"],
            "not available for the task type Classification",
        ),
        ("Summarization", "Builtin.BoolQ", ["Accuracy"], "A built-in dataset is not available"),
        ("Generation", "Builtin.T-Rex", ["Toxicity"], "A built-in dataset is not available"),
        ("Generation", "Builtin.Nothing", ["Toxicity"], "A built-in dataset is not available"),
        ("QuestionAndAnswer", "mine", ["Accuracy"], "needs a datasetLocation"),
        ("QuestionAndAnswer", "Builtin.BoolQ", ["Accuracy", "Accuracy"], "must be unique"),
        ("QuestionAndAnswer", "Builtin.BoolQ", ["Accuracy", "Correctness"], "A metric is not"),
        ("QuestionAndAnswer", "Builtin.BoolQ", [*NAMES, "Correctness"], "At most 3 metrics"),
    ],
)
def test_what_does_not_go_together(
    world: World, task: str, dataset: str, metrics: list[str], message: str
) -> None:
    assert message in refused(world, job(world, config(task, dataset, *metrics)))


def test_a_built_in_dataset_with_a_place(world: World) -> None:
    placed = config("QuestionAndAnswer", "Builtin.BoolQ", "Accuracy", uri=world.dataset(prompts()))
    assert "has no datasetLocation" in refused(world, job(world, placed))


def test_names_of_datasets_differ_and_there_are_five_at_most(world: World) -> None:
    one = config("QuestionAndAnswer", "Builtin.BoolQ", "Accuracy")
    assert "names of datasets must be unique" in refused(world, job(world, one, one))
    six = [config("Generation", f"d{n}", "Toxicity", uri=world.dataset()) for n in range(6)]
    assert "length less than or equal to 5" in refused(world, job(world, *six))


def test_precomputed_responses_and_judges_are_for_other_jobs(world: World) -> None:
    one = config("QuestionAndAnswer", "Builtin.BoolQ", "Accuracy")
    request = job(world, one, inferenceConfig=precomputed("bot"))
    assert "needs a model that generates" in refused(world, request)
    own = config("QuestionAndAnswer", "own", "Accuracy", uri=world.dataset(prompts()))
    judged = {"datasetMetricConfigs": [own], "evaluatorModelConfig": judged_by(JUDGE)}
    request = job(world, one, evaluationConfig={"automated": judged})
    assert "not available for model evaluation with a judge model" in refused(world, request)


@pytest.mark.parametrize(
    ("task", "metrics", "needed"),
    [
        ("QuestionAndAnswer", ["Toxicity"], True),
        ("Classification", ["Accuracy"], True),
        ("Generation", ["Robustness", "Toxicity"], True),
        ("Summarization", ["Toxicity"], False),
        ("Generation", ["Toxicity"], False),
    ],
)
def test_records_without_reference(
    world: World, task: str, metrics: list[str], *, needed: bool
) -> None:
    bare = [OWN, {"prompt": "What else?"}]
    request = job(world, config(task, "own", *metrics, uri=world.dataset(bare)))
    done = world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"])
    assert done["status"] == ("Failed" if needed else "Completed")
    if needed:
        assert done["failureMessages"] == ["Record 2: referenceResponse is missing"]


def test_a_generator_that_fails_leaves_records_out_or_without_scores(world: World) -> None:
    own = config("Generation", "own", "Toxicity", uri=world.dataset(prompts(5)))
    world.aws.control("POST", "faults", {"kind": "generator"})
    world.aws.control("POST", "faults", {"kind": "generator", "defect": "no-response"})
    records = finished(world, job(world, own))["own"]
    assert len(records) == 4
    silent = [one for one in records if "response" not in one["modelResponses"][0]]
    assert [one["automatedEvaluationResult"] for one in silent] == [{"scores": []}]
