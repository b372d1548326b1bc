"""Model packages for workflow tests: registered versions, prompts, SageMaker suites, executions."""

from __future__ import annotations

import json
import uuid
from typing import Any

from deployed_world import JUDGE, DeployedWorld, Finished

from modeleval.store.items import RunStatus, Score

MODEL_STEP, BASE_STEP = "EvaluateCustomModel", "EvaluateBaseModel"
BASE = "meta-textgeneration-llama-3-2-1b-instruct"
WITHOUT_RECIPE = "huggingface-llm-mistral-7b-instruct"
NOVA = "nova-textgeneration-lite-v2"
_VERSIONS = {BASE: "1.33.0", WITHOUT_RECIPE: "2.22.0", NOVA: "1.0.0"}
CONFIRMS: dict[str, Any] = {
    "name": "confirms",
    "instructions": "Does it name the day?\nAsked: {{prompt}}\nAnswered: {{prediction}}\n"
    "Expected: {{ground_truth}}",
    "ratingScale": [
        {"definition": "N/A", "value": {"floatValue": -1}},
        {"definition": "Poor", "value": {"floatValue": 0}},
        {"definition": "Good", "value": {"floatValue": 1}},
    ],
}
"""A custom metric that the stand-in judge finds not applicable to the worst answers."""


# -- the registry ----------------------------------------------------------------------------------


def package(world: DeployedWorld, group: str, *, base: str | None = BASE) -> dict[str, Any]:
    """What CreateModelPackage is asked for: a version as SageMaker's fine-tuning registers it."""
    container: dict[str, Any] = {
        "Image": f"{world.aws.account}.dkr.ecr.us-east-1.amazonaws.com/model:1",
        "ModelDataSource": {
            "S3DataSource": {
                "S3Uri": f"s3://{world.stack.bucket}/weights/{group}/",
                "S3DataType": "S3Prefix",
                "CompressionType": "None",
            }
        },
    }
    if base is not None:
        container["BaseModel"] = {
            "HubContentName": base,
            "HubContentVersion": _VERSIONS.get(base, "1.0.0"),
        }
    return {
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    }


def register(world: DeployedWorld, group: str, *, base: str | None = BASE, **fields: Any) -> str:
    """Register the next version in a group, made if it is not there; the version's ARN.

    A field of None is left out of the request.
    """
    client = world.aws.client("sagemaker")
    try:
        client.describe_model_package_group(ModelPackageGroupName=group)
    except client.exceptions.ClientError:
        client.create_model_package_group(ModelPackageGroupName=group)
    request = {"ModelPackageGroupName": group, **package(world, group, base=base), **fields}
    request = {name: value for name, value in request.items() if value is not None}
    return str(client.create_model_package(**request)["ModelPackageArn"])


def shared(world: DeployedWorld, arn: str, **fields: Any) -> str:
    """Keep a package of any account, number and status, shared with this account; no event."""
    request = {"arn": arn, **package(world, arn.split("/")[1]), **fields}
    return str(world.aws.control("POST", "sagemaker/packages", request)["arn"])


def package_arn(world: DeployedWorld, name: str, *, account: str | None = None) -> str:
    account = account or world.aws.account
    return f"arn:aws:sagemaker:{world.aws.region}:{account}:model-package/{name}"


# -- datasets and suites ---------------------------------------------------------------------------


def question(number: int, **fields: Any) -> dict[str, Any]:
    """A prompt with its reference, in SageMaker's own format."""
    return {
        "query": f"Customer's question {number}: where is my order?",
        "response": f"Order {number} is on its way and arrives on Monday at the latest.",
        **fields,
    }


def questions(world: DeployedWorld, count: int = 12, **fields: Any) -> str:
    return world.put_dataset([question(number, **fields) for number in range(count)])


def model_suite(*evaluations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A suite for the run's model."""
    return {
        "name": "models",
        "acceptBedrockEvaluationTerms": True,
        "acceptEula": True,
        "evaluations": list(evaluations),
        **fields,
    }


def benchmark(**fields: Any) -> dict[str, Any]:
    return {"name": "knowledge", "kind": "sagemaker-benchmark", "benchmark": "mmlu", **fields}


def quick(**fields: Any) -> dict[str, Any]:
    """The benchmark that takes least: one subtask, no base model."""
    return benchmark(**{"subtasks": ["anatomy"], "compareBaseModel": False, **fields})


def scorer(dataset: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": "marks",
        "kind": "sagemaker-scorer",
        "dataset": dataset,
        "scorer": "prime_math",
        **fields,
    }


def judged(dataset: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": "answers",
        "kind": "sagemaker-judge",
        "dataset": dataset,
        "judge": JUDGE,
        "metrics": ["Correctness", "Helpfulness"],
        **fields,
    }


# -- runs ------------------------------------------------------------------------------------------


def start(world: DeployedWorld, model: str, *evaluations: dict[str, Any], **fields: Any) -> str:
    """Start a run for a model; its execution. `which` goes into the input, else into the suite."""
    chosen = {"which": fields.pop("which")} if "which" in fields else {}
    return world.start({"suite": model_suite(*evaluations, **fields), "model": model, **chosen})


def evaluate(
    world: DeployedWorld, model: str, *evaluations: dict[str, Any], **fields: Any
) -> Finished:
    return world.finish(start(world, model, *evaluations, **fields))


def start_held(world: DeployedWorld, model: str, *evaluations: dict[str, Any]) -> tuple[str, str]:
    """Start a run whose steps run until they are released; its execution and its id."""
    sagemaker_settings(world, hold=True)
    execution = start(world, model, *evaluations)
    run_id = world.run_id(execution)
    world.until(
        lambda: len([job for job in world.store.jobs(run_id) if job.job_arn]) == len(evaluations)
    )
    return execution, run_id


def forget_base_results(world: DeployedWorld) -> None:
    """No run of an earlier test has a base model's result that could be used again."""
    table = world.store._table
    known = {"pk", "sk"}
    pages = world.aws.client("dynamodb").get_paginator("scan").paginate(TableName=world.stack.table)
    for page in pages:
        for item in page["Items"]:
            key = {name: value["S"] for name, value in item.items() if name in known}
            if key["pk"].startswith("RESULT#"):
                table.delete_item(Key=key)


def scores_of(
    world: DeployedWorld, finished: Finished, evaluation: str
) -> dict[tuple[str | None, str, str | None], Score]:
    """The published scores of one evaluation, by candidate, metric and category."""
    return {
        (score.candidate, score.metric, score.category): score
        for score in world.store.scores(finished.run_id)
        if score.evaluation == evaluation
    }


def entry_of(world: DeployedWorld, finished: Finished, evaluation: str) -> dict[str, Any]:
    [entry] = [e for e in world.summary(finished)["evaluations"] if e["name"] == evaluation]
    return dict(entry)


def succeeded(world: DeployedWorld, finished: Finished) -> None:
    assert finished.status == "SUCCEEDED", (finished.cause, world.jobs(finished))
    assert world.run(finished).status is RunStatus.SUCCEEDED


# -- what SageMaker's stand-in holds ---------------------------------------------------------------


def sagemaker_settings(world: DeployedWorld, **settings: Any) -> None:
    world.aws.control("POST", "sagemaker/settings", settings)


def sagemaker_calls(world: DeployedWorld, operation: str) -> list[dict[str, Any]]:
    """The calls of one of SageMaker's operations since the test began."""
    calls = world.aws.control("GET", "sagemaker/calls")["calls"]
    return [call for call in calls if call["operation"] == operation]


def executions(world: DeployedWorld, run_id: str = "") -> list[dict[str, Any]]:
    """The pipeline executions of a run, or all, in the order of their jobs' numbers."""
    found = world.aws.control("GET", "sagemaker/executions")["executions"]
    chosen = [one for one in found if one["displayName"].startswith(run_id)]
    return sorted(chosen, key=lambda one: str(one["displayName"]))


def step_statuses(execution: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["status"] for step in execution["steps"]}


def definition(world: DeployedWorld, execution: dict[str, Any]) -> dict[str, Any]:
    """The definition that an execution ran: its own version of the pipeline."""
    found = world.aws.client("sagemaker").describe_pipeline(
        PipelineName=execution["pipeline"], PipelineVersionId=execution["version"]
    )
    return dict(json.loads(found["PipelineDefinition"]))


def hyperparameters(world: DeployedWorld, execution: dict[str, Any], step: str) -> dict[str, Any]:
    steps = {one["Name"]: one for one in definition(world, execution)["Steps"]}
    return dict(steps[step]["Arguments"]["HyperParameters"])


def task_results(world: DeployedWorld, execution: dict[str, Any], step: str) -> dict[str, Any]:
    """What a benchmark's or scorer's step wrote, by task, read without modeleval."""
    [job] = [one["job"] for one in execution["steps"] if one["name"] == step]
    run_id = execution["displayName"].split("-")[0]
    [key] = [
        key
        for key in world.keys(f"runs/{run_id}/outputs/")
        if f"/{job}/" in key and "/eval_results/results_" in key
    ]
    assert "/output/output/None/" in key  # what SageMaker calls the folder of an unnamed evaluation
    return dict(json.loads(world.read(key))["results"])


def judge_outputs(world: DeployedWorld, run_id: str) -> dict[str | None, list[dict[str, Any]]]:
    """What the judge wrote per record, of the model (None) and of its base model."""
    found: dict[str | None, list[dict[str, Any]]] = {}
    for key in world.keys(f"runs/{run_id}/outputs/"):
        if key.endswith("_output.jsonl") and not key.endswith("/inference_output.jsonl"):
            candidate = "base-model" if "/base-llmaj-eval-" in key else None
            assert candidate not in found
            found[candidate] = world.read_lines(key)
    return found


def unique(name: str) -> str:
    """A name that no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:12]}"
