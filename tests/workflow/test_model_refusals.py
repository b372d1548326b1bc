"""Evaluations by SageMaker that are refused before anything is started, and so paid for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from deployed_world import DeployedWorld
from model_world import (
    NOVA,
    WITHOUT_RECIPE,
    evaluate,
    judged,
    package,
    package_arn,
    question,
    questions,
    quick,
    register,
    sagemaker_calls,
    sagemaker_settings,
    scorer,
    shared,
)

from modeleval.artifacts import run_prefix

GROUP = "models"
Given = Callable[[DeployedWorld], dict[str, Any]]
"""What `evaluate` is asked for: model, evaluations, and fields of the suite."""


def not_completed(world: DeployedWorld) -> dict[str, Any]:
    return {"model": shared(world, package_arn(world, f"{GROUP}/1"), status="InProgress")}


def not_fine_tuned(world: DeployedWorld) -> dict[str, Any]:
    return {"model": register(world, GROUP, base=None)}


def no_inference(world: DeployedWorld) -> dict[str, Any]:
    arn = package_arn(world, f"{GROUP}/1")
    world.aws.control("POST", "sagemaker/packages", {"arn": arn})
    return {"model": arn}


def of_a_private_hub(world: DeployedWorld) -> dict[str, Any]:
    return {"model": register(world, GROUP, base="our-own-model")}


def text(model: str) -> Given:
    return lambda _: {"model": model}


def good(*evaluations: dict[str, Any], **fields: Any) -> Given:
    return lambda world: {
        "model": register(world, GROUP),
        "evaluations": evaluations or [quick()],
        **fields,
    }


def of_base(base: str, *evaluations: dict[str, Any]) -> Given:
    return lambda world: {
        "model": register(world, GROUP, base=base),
        "evaluations": evaluations or [judged(questions(world, 2))],
    }


def judging(count: int = 2, **fields: Any) -> Given:
    return lambda world: {
        "model": register(world, GROUP),
        "evaluations": [judged(questions(world, count))],
        **fields,
    }


def a_wrong_line(world: DeployedWorld) -> dict[str, Any]:
    lines = [question(0), question(1), {"query": 7, "response": "Seven."}]
    return {
        "model": register(world, GROUP),
        "evaluations": [scorer(world.put_dataset(lines))],
    }


def wrong_content(world: DeployedWorld) -> dict[str, Any]:
    """A package whose weights come from another hub."""
    request = package(world, GROUP)
    [container] = request["InferenceSpecification"]["Containers"]
    container["ModelDataSource"]["S3DataSource"]["HubAccessConfig"] = {
        "HubContentArn": "arn:aws:sagemaker:us-east-1:000000000000:hub-content/own/Model/m/1.0.0"
    }
    return {"model": register(world, GROUP, **request)}


def a_near_miss(world: DeployedWorld) -> dict[str, Any]:
    register(world, "models-of-ours")
    return {"model": "models-of-our"}


SAGEMAKER = "arn:aws:sagemaker:us-east-1:000000000000"
REFUSED: dict[str, tuple[Given, str, str]] = {
    "not Completed": (not_completed, "ModelNotUsable", "InProgress, not Completed"),
    "not fine-tuned": (not_fine_tuned, "ModelNotUsable", "names no base model"),
    "no inference": (no_inference, "ModelNotUsable", "says nothing about inference"),
    "a private base": (of_a_private_hub, "ModelNotUsable", "not in SageMakerPublicHub"),
    "another hub": (wrong_content, "ModelNotUsable", "in another hub than SageMakerPublicHub"),
    "a training job": (
        text(f"{SAGEMAKER}:training-job/tune-1"),
        "ModelNotUsable",
        "That is a TrainingJob ARN",
    ),
    "a dataset": (
        text(f"{SAGEMAKER}:hub-content/AiRegistry/DataSet/questions/1.0.0"),
        "ModelNotUsable",
        "hub DataSet ARN",
    ),
    "a checkpoint": (text("s3://bucket/checkpoints/1/"), "ModelNotUsable", "an S3 location"),
    "a near miss": (a_near_miss, "ModelNotUsable", "models-of-ours"),
    "a mistyped JumpStart model": (
        text("meta-textgeneration-llama-3-2-1b-instuct"),
        "ModelNotUsable",
        "Did you mean meta-textgeneration-llama-3-2-1b-instruct",
    ),
    "another account": (
        text("arn:aws:sagemaker:us-east-1:210987654321:model-package/theirs/1"),
        "ModelNotUsable",
        "AWS does not let this stack look at",
    ),
    "no such package": (
        text(f"{SAGEMAKER}:model-package/{GROUP}/99"),
        "ModelNotUsable",
        f"{GROUP}/99",
    ),
    "another Region": (
        text("arn:aws:sagemaker:eu-west-1:000000000000:model-package/models/1"),
        "ModelNotUsable",
        "The model lies in eu-west-1",
    ),
    "a Bedrock model": (
        text("amazon.nova-lite-v1:0"),
        "ModelNotUsable",
        "evaluated by SageMaker",
    ),
    "no EULA": (good(acceptEula=False), "TermsNotAccepted", "acceptEula"),
    "no terms": (
        judging(acceptBedrockEvaluationTerms=False),
        "TermsNotAccepted",
        "acceptBedrockEvaluationTerms",
    ),
    "a judged Nova": (of_base(NOVA), "ModelNotUsable", "is a Nova model"),
    "no recipe": (of_base(WITHOUT_RECIPE, quick()), "ModelNotUsable", WITHOUT_RECIPE),
    "a sample": (good(sample=3), "SuiteInvalid", "cannot be tried on a sample"),
    "no such subtask": (good(quick(subtasks=["anatomi"])), "SuiteInvalid", "anatomy"),
    "out of range": (
        good(quick(hyperparameters={"temperature": 7})),
        "SuiteInvalid",
        "temperature",
    ),
    "no MLflow": (good(quick(mlflowExperiment="e")), "SuiteInvalid", "mlflowExperiment"),
    "a wrong line": (a_wrong_line, "DatasetInvalid", "line 3"),
    "too many prompts": (judging(1001), "DatasetInvalid", "1,000"),
    "over budget": (judging(budget={"maxUsd": 0.001}), "BudgetExceeded", "budget.maxUsd"),
}


@pytest.mark.parametrize(("given", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_before_anything_is_started(
    world: DeployedWorld, given: Given, error: str, says: str
) -> None:
    sagemaker_settings(world, loseEvents=True)
    asked = {"evaluations": [quick()], **given(world)}
    evaluations = asked.pop("evaluations")

    finished = evaluate(world, asked.pop("model"), *evaluations, **asked)

    assert (finished.status, finished.error) == ("FAILED", error)
    assert says in finished.cause
    for operation in ("CreatePipeline", "UpdatePipeline", "StartPipelineExecution"):
        assert sagemaker_calls(world, operation) == []
    assert world.store.scores(finished.run_id) == []
    assert not world.keys(f"{run_prefix(finished.run_id)}outputs/")
