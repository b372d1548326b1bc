"""Evaluation pipelines: what runs, in which order, and what it leaves in S3."""

from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_world import (
    BASE,
    MLFLOW,
    QUESTIONS,
    Pipelines,
    channel,
    definition,
    job_of,
)
from standin_world import BUCKET, World, statement, unique

SECOND = 0.2


@pytest.fixture
def pipelines(world: World) -> Pipelines:
    """Pipelines whose steps are quick."""
    made = Pipelines(world)
    made.settings(stepSeconds=SECOND, transitionSeconds=SECOND)
    return made


def test_a_benchmark_of_a_model_and_its_base(pipelines: Pipelines) -> None:
    package = pipelines.package()
    value = pipelines.whole(package, pipelines.benchmark(None), pipelines.benchmark(package))
    arn = pipelines.start(pipelines.create({**value, "MlflowConfig": MLFLOW}))
    assert pipelines.wait(arn)["MLflowConfig"] == MLFLOW
    steps = pipelines.steps(arn)
    assert [(name, step["StepStatus"]) for name, step in steps.items()] == [
        ("CreateEvaluationAction", "Succeeded"),
        ("EvaluateBaseModel", "Succeeded"),
        ("EvaluateCustomModel", "Succeeded"),
        ("AssociateLineage", "Succeeded"),
    ]
    last = steps["AssociateLineage"]
    assert last["StartTime"] >= steps["EvaluateCustomModel"]["EndTime"]
    assert len(last["Metadata"]["Lineage"]["ArtifactArns"]) == 1
    name = job_of(steps["EvaluateCustomModel"])
    identifier = arn.rsplit("/", 1)[-1]
    assert re.fullmatch(rf"pipelines-{identifier}-EvaluateCustomModel-[A-Za-z0-9]{{10}}", name)
    base, custom = (
        pipelines.results(steps[step])["results"]["all"]["accuracy"]
        for step in ("EvaluateBaseModel", "EvaluateCustomModel")
    )
    assert 0 <= base <= 1
    assert 0 <= custom <= 1


def test_the_layout_of_a_benchmark(pipelines: Pipelines) -> None:
    step = pipelines.benchmark(None, output=f"s3://{BUCKET}/evals")
    steps = pipelines.run(definition(step))
    name = job_of(steps["EvaluateBaseModel"])
    keys = list(pipelines.outputs(f"evals/{name}/output/output/"))
    patterns = [
        r"None/details/model/[^/]+/details_custom\|gpqa_zs_cot\|0_#_[^/]+\.parquet",
        r"None/eval_results/results_[^/]+\.json",
        r"tensorboard_results/eval/events\.out\.tfevents\.[^/]+",
    ]
    assert len(keys) == len(patterns)
    for key, pattern in zip(sorted(keys), patterns, strict=True):
        assert re.fullmatch(pattern, key)
    found = pipelines.results(steps["EvaluateBaseModel"])
    assert "stand-in" in found["config_general"]["model_name"]
    assert set(found["results"]) == {"custom|gpqa_zs_cot|0", "all"}
    assert set(found["results"]["all"]) == {"accuracy", "accuracy_stderr"}


def test_subtasks(pipelines: Pipelines) -> None:
    parameters = {"subtask": "anatomy,astronomy"}
    steps = pipelines.run(definition(pipelines.benchmark(None, "mmlu", parameters=parameters)))
    found = pipelines.results(steps["EvaluateBaseModel"])["results"]
    keys = [f"custom|mmlu_zs_cot:{name}|0" for name in ("anatomy", "astronomy", "_average")]
    assert set(found) == {*keys, "all"}
    pipelines.settings(subtaskKeys="plain")
    steps = pipelines.run(definition(pipelines.benchmark(None, "mmlu")))
    found = pipelines.results(steps["EvaluateBaseModel"])["results"]
    assert len(found) == 57 + 2
    assert "custom|mmlu:anatomy|0" in found
    pipelines.settings(subtaskKeys="flat")
    steps = pipelines.run(definition(pipelines.benchmark(None, "mmlu", parameters=parameters)))
    found = pipelines.results(steps["EvaluateBaseModel"])["results"]
    keys = [f"custom|mmlu_zs_cot_{name}|0" for name in ("anatomy", "astronomy")]
    assert set(found) == {*keys, "all"}


def test_a_version_that_got_worse(pipelines: Pipelines) -> None:
    skills = {f"{pipelines.group}/1": {"gpqa": 0.9}, f"{pipelines.group}/2": 0.2, BASE: 0.5}
    pipelines.settings(skills=skills)
    scores = []
    for package in (pipelines.package(1), pipelines.package(2), None):
        (step,) = pipelines.run(definition(pipelines.benchmark(package))).values()
        scores.append(pipelines.results(step)["results"]["all"]["accuracy"])
    assert scores[0] > scores[2] > scores[1]
    (again,) = pipelines.run(definition(pipelines.benchmark(pipelines.package(1)))).values()
    assert pipelines.results(again)["results"]["all"]["accuracy"] == scores[0]


@pytest.mark.parametrize("skill", [1.1, -1, "good", True, {"gpqa": 2}])
def test_skills_are_shares(pipelines: Pipelines, skill: Any) -> None:
    with pytest.raises(Exception, match="from 0 to 1"):
        pipelines.settings(skills={BASE: skill})


@pytest.mark.parametrize(
    ("variant", "what"), [("usual", {}), ("empty", {}), ("missing", None), ("full", "metrics")]
)
def test_a_preset_scorer(pipelines: Pipelines, variant: str, what: Any) -> None:
    pipelines.settings(allKey=variant, skills={pipelines.group + "/1": 0.5})
    step = pipelines.scorer(pipelines.package(), pipelines.dataset())
    (done,) = pipelines.run(definition(step)).values()
    found = pipelines.results(done)["results"]
    metrics = found["custom|gen_qa_gen_qa|0"]
    assert found.get("all") == (metrics if what == "metrics" else what)
    names = {"rouge1", "rouge2", "rougeL", "em", "qem", "f1", "f1_score_quasi", "bleu"}
    assert names <= set(metrics)
    assert {f"{name}_stderr" for name in names} <= set(metrics)
    assert 1 < metrics["bleu"] <= 100
    assert 0 < metrics["em"] < 1
    prefix = f"evals/{job_of(done)}/output/output/None/"
    lines = pipelines.outputs(prefix)["eval_results/inference_output.jsonl"].splitlines()
    assert len(lines) == len(QUESTIONS)


@pytest.mark.parametrize(
    "line",
    [
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        {"system": "be kind", "query": "q", "response": "a", "metadata": {}},
        {"prompt": "q", "completion": "a"},
        {"prompt": [{"role": "user", "content": "q"}], "chosen": "a", "rejected": "b"},
        {
            "prompt": [{"role": "user", "content": "q"}],
            "reward_model": {"style": "rule", "ground_truth": "a"},
            "extra_info": {"index": 0},
        },
    ],
)
def test_formats(pipelines: Pipelines, line: dict[str, Any]) -> None:
    pipelines.settings(skills={BASE: 1})
    step = pipelines.scorer(None, pipelines.dataset([line]))
    (done,) = pipelines.run(definition(step)).values()
    assert pipelines.results(done)["results"]["custom|gen_qa_gen_qa|0"]["em"] == 1.0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"query": "q"}, "Line 1: no ground truth"),
        ({"question": "q"}, "Line 1: none of the known formats"),
        ({"query": 1, "response": "a"}, "Line 1: query must be a string"),
        ({"messages": [{"role": "user"}]}, "Line 1: each message of messages"),
    ],
)
def test_formats_that_are_none(pipelines: Pipelines, line: dict[str, Any], reason: str) -> None:
    step = pipelines.scorer(None, pipelines.dataset([line]))
    assert reason in pipelines.failure(definition(step))


def test_an_llm_judge(pipelines: Pipelines) -> None:
    package = pipelines.package()
    value = pipelines.whole(package, *pipelines.judged(package, pipelines.dataset()))
    steps = pipelines.run(value)
    inference = job_of(steps["EvaluateCustomInferenceModel"])
    assert re.fullmatch(r"CustomInference-[a-z0-9]{12}-[A-Za-z0-9]{10}", inference)
    written = pipelines.outputs(f"evals/{inference}/output/output/")
    assert list(written) == ["CustomInference/eval_results/inference_output.jsonl"]
    judging = job_of(steps["EvaluateCustomModelMetrics"])
    ((key, body),) = pipelines.outputs(f"evals/{judging}/output/output/").items()
    name, rest = key.split("/", 1)
    assert rest == "eval_results/bedrock_llm_judge_results.json"
    aggregate = json.loads(body)
    assert aggregate["job_name"] == name
    ((key, body),) = pipelines.outputs(f"evals/{name}/").items()
    assert re.fullmatch(r"[0-9a-f-]{36}/models/.+/[^/]+_output\.jsonl", key)
    records = [json.loads(line) for line in body.decode().split("\n") if line]
    asked = [ast.literal_eval(record["inputRecord"]["prompt"]) for record in records]
    wanted = [[{"role": "user", "content": line["query"]}] for line in QUESTIONS]
    assert asked != wanted
    assert sorted(asked, key=str) == sorted(wanted, key=str)
    for record in records:
        (said,) = ast.literal_eval(record["modelResponses"][0]["response"])
        assert said
        first, second = record["automatedEvaluationResult"]["scores"]
        assert first["metricName"] == "Builtin.Correctness"
        assert "Stand-in judge" in first["evaluatorDetails"][0]["explanation"]
        assert second["result"] in (None, 0.0, 1.0)
    scores = [r["automatedEvaluationResult"]["scores"][0]["result"] for r in records]
    told = aggregate["results"]["Builtin.Correctness"]
    assert told["score"] == pytest.approx(sum(scores) / len(scores))
    assert (told["total_evaluations"], told["passed"] + told["failed"]) == (12, 12)


def test_a_judges_output_with_a_defect(pipelines: Pipelines) -> None:
    fault = {"kind": "output", "defect": "drop-record", "jobName": "custom-llmaj-eval"}
    pipelines.control("POST", "faults", fault)
    package = pipelines.package()
    pipelines.run(pipelines.whole(package, *pipelines.judged(package, pipelines.dataset())))
    assert pipelines.control("GET", "faults")["faults"] == []


def test_custom_metrics_and_bare_names(pipelines: Pipelines) -> None:
    metric = {
        "name": "politeness",
        "instructions": "Is {{prediction}} polite?",
        "ratingScale": [
            {"definition": "no", "value": {"floatValue": 0}},
            {"definition": "yes", "value": {"floatValue": 1}},
        ],
    }
    body = json.dumps([{"customMetricDefinition": metric}])
    pipelines.world.s3.put_object(Bucket=BUCKET, Key="in/metrics.json", Body=body)
    pipelines.settings(judgeMetricNames="bare")
    package = pipelines.package()
    judged = pipelines.judged(
        package, pipelines.dataset(), custom_metrics=f"s3://{BUCKET}/in/metrics.json"
    )
    steps = pipelines.run(pipelines.whole(package, *judged))
    prefix = f"evals/{job_of(steps['EvaluateCustomModelMetrics'])}/output/output/"
    (body,) = pipelines.outputs(prefix).values()
    assert {"Correctness", "politeness"} <= set(json.loads(body)["results"])


def test_the_training_job_of_a_step(pipelines: Pipelines) -> None:
    (step,) = pipelines.run(definition(pipelines.benchmark(None))).values()
    job = pipelines.client.describe_training_job(TrainingJobName=job_of(step))
    assert job["TrainingJobStatus"] == "Completed"
    assert job["HyperParameters"]["task"] == "gpqa"
    with pytest.raises(ClientError, match="Requested resource not found"):
        pipelines.client.describe_training_job(TrainingJobName="other")


def test_a_hub_dataset_and_an_evaluator(pipelines: Pipelines) -> None:
    key = pipelines.dataset().removeprefix(f"s3://{BUCKET}/")
    dataset = pipelines.register("DataSet", {"DatasetS3Bucket": BUCKET, "DatasetS3Prefix": key})
    reward = pipelines.register(
        "JsonDoc", evaluator("arn:aws:lambda:us-east-1:000000000000:function:reward")
    )
    source = {"DatasetSource": {"DatasetArn": dataset}}
    step = pipelines.scorer(None, "s3://unused/x")
    step["Arguments"]["InputDataConfig"] = [{"ChannelName": "train", "DataSource": source}]
    pipelines.run(definition(step))
    step["Arguments"]["HyperParameters"].pop("preset_reward_function")
    step["Arguments"]["ServerlessJobConfig"]["EvaluatorArn"] = reward
    reason = pipelines.failure(definition(step))
    assert "is not authorized to perform lambda:InvokeFunction" in reason


REWARD = """
import json

def handler(samples, context):
    (sample,) = samples
    if sample["id"] == "3":
        raise ValueError
    said = sample["messages"][-1]["content"]
    metric = {"name": "length", "value": len(said), "type": "Metric"}
    score = float(said == sample["reference_answer"])
    reply = [{"id": sample["id"], "aggregate_reward_score": score, "metrics_list": [metric]}]
    return {"statusCode": 200, "body": json.dumps(reply)}
"""


def test_a_lambda_that_scores(pipelines: Pipelines) -> None:
    world = pipelines.world
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("reward.py", REWARD)
    function = world.aws.client("lambda").create_function(
        FunctionName=unique("reward"),
        Runtime="python3.12",
        Handler="reward.handler",
        Role=pipelines.role,
        Code={"ZipFile": buffer.getvalue()},
    )["FunctionArn"]
    allowed = statement("lambda:InvokeFunction", function)
    world.iam.put_role_policy(
        RoleName=pipelines.role.rsplit("/", 1)[-1],
        PolicyName="score",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    arn = pipelines.register("JsonDoc", evaluator(function))
    pipelines.settings(skills={BASE: 0.5})
    step = pipelines.scorer(None, pipelines.dataset(), parameters={"postprocessing": "True"})
    step["Arguments"]["ServerlessJobConfig"]["EvaluatorArn"] = arn
    (done,) = pipelines.run(definition(step)).values()
    found = pipelines.results(done)["results"]["custom|gen_qa_gen_qa|0"]
    assert found["byoc_failure_count"] == 1
    assert found["length"] > 1
    assert 0 < found["aggregate_reward_score"] < 1
    assert "reward_score" not in found


def evaluator(function: str) -> dict[str, str]:
    """An evaluator's document."""
    inner = json.dumps({"Reference": function, "EvaluatorType": "RewardFunction"})
    return {"SubType": "AWS/Evaluator", "JsonContent": inner}


def test_pages_and_orders(pipelines: Pipelines) -> None:
    name = pipelines.create(definition(pipelines.benchmark(None)))
    pipelines.settings(pageSize=2, stepSeconds=0.0)
    arns = [pipelines.start(name) for _ in range(5)]
    for arn in arns:
        pipelines.wait(arn)
    pages = list(
        pipelines.client.get_paginator("list_pipeline_executions").paginate(PipelineName=name)
    )
    listed = [
        one["PipelineExecutionArn"] for page in pages for one in page["PipelineExecutionSummaries"]
    ]
    assert len(pages) == 3
    assert sorted(listed) == sorted(arns)
    assert listed[0] == arns[-1]
    found = pipelines.client.list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
    assert [one["PipelineName"] for one in found] == [name]


def test_a_prefix_that_holds_nothing(pipelines: Pipelines) -> None:
    step = pipelines.scorer(None, f"s3://{BUCKET}/in/nothing-here")
    step["Arguments"]["InputDataConfig"] = channel(f"s3://{BUCKET}/in/nothing-here")
    assert "No S3 objects found under prefix" in pipelines.failure(definition(step))
