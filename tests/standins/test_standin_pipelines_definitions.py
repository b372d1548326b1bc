"""Definitions that are refused when a pipeline is made or changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_world import EXECUTION, Pipelines, definition, join
from standin_world import World, put

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def pipelines(world: World) -> Pipelines:
    """Pipelines."""
    return Pipelines(world)


def changed(path: str, item: Any) -> Change:
    """A change of one member of the definition."""
    return lambda value: put(value, path, item)


ARGUMENTS = "Steps.0.Arguments"
NAME = f"{ARGUMENTS}.HyperParameters.name"
MLFLOW_ARN = "arn:aws:sagemaker:us-east-1:000000000000:mlflow-app/app-1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed("Version", "2021-01-01"), "Version must be '2020-12-01'"),
        (changed("Metadata", []), "Metadata must be an object"),
        (changed("PipelineExperimentConfig", None), "Unknown properties in the definition"),
        (changed("Parameters", {}), "Parameters must be a list"),
        (changed("Parameters", [{"Name": "p", "Type": "Text"}]), "Type must be one of"),
        (changed("Steps", []), "at least one step"),
        (changed("MlflowConfig", {"MlflowResourceArn": "None"}), "regular expression pattern"),
        (changed("MlflowConfig", {}), "regular expression pattern"),
        (
            changed("MlflowConfig", {"MlflowResourceArn": MLFLOW_ARN, "MlflowRunName": "r"}),
            "Unknown properties in MlflowConfig",
        ),
        (
            changed("MlflowConfig", {"MlflowResourceArn": MLFLOW_ARN, "MlflowExperimentName": ""}),
            "1 to 256 characters",
        ),
        (changed("Steps.0.Name", "a b"), "Name of letters, digits"),
        (changed("Steps.0.Retry", 1), "Unknown properties in step"),
        (changed("Steps.0.Type", "Processing"), "runs steps of type"),
        (changed("Steps.0.Arguments", []), "Arguments must be an object"),
        (changed("Steps.0.DependsOn", ["other"]), "depends on unknown steps: ['other']"),
        (changed("Steps.0.DependsOn", ["EvaluateBaseModel"]), "in a cycle"),
        (
            changed(NAME, {"Get": "Steps.EvaluateBaseModel.TrainingJobName"}),
            "depend on each other in a cycle",
        ),
        (changed(NAME, {"Get": "Steps.Other.TrainingJobName"}), "unknown step: Other"),
        (changed(NAME, {"Get": "Execution.Nothing"}), "unknown property: Execution.Nothing"),
        (changed(NAME, {"Get": "Parameters.p"}), "unknown parameter: p"),
        (changed(NAME, {"Get": 1}), "'Get' takes a string"),
        (changed(NAME, {"Get": "Execution.PipelineName", "x": 1}), "only member"),
        (changed(NAME, {"Std:Split": {}}), "the function 'Std:Split' is not known"),
        (changed(NAME, {"Std:Join": {"On": "-"}}), "exactly On and Values"),
        (changed(NAME, join("-", EXECUTION, [])), "strings and numbers only"),
        (changed(NAME, 1), "Member must be of type string"),
        (changed(NAME, "x" * 2501), "length less than or equal to 2500"),
        (
            changed(f"{ARGUMENTS}.HyperParameters", {f"k{n}": "" for n in range(101)}),
            "equal to 100",
        ),
        (changed(f"{ARGUMENTS}.MlflowConfig", {}), "MlflowConfig is the pipeline's"),
        (changed(f"{ARGUMENTS}.Unknown", 1), "Member must be known"),
        (changed(f"{ARGUMENTS}.RoleArn", "role"), "regular expression"),
        (changed(f"{ARGUMENTS}.ServerlessJobConfig.EvaluationType", "Bench"), "enum value set"),
        (changed(f"{ARGUMENTS}.ServerlessJobConfig.AcceptEula", "true"), "type boolean"),
        (changed(f"{ARGUMENTS}.OutputDataConfig.CompressionType", "None"), "enum value set"),
        (changed(f"{ARGUMENTS}.OutputDataConfig", {}), "must not be null"),
        (
            lambda value: {**value, "Steps": value["Steps"] * 2},
            "Step names must be unique within a pipeline",
        ),
        (lambda _: "{", "not valid JSON"),
        (lambda _: "[]", "not a JSON object"),
        (lambda value: json.dumps(value)[:-1] + ', "Steps": []}', "the same key twice"),
    ],
)
def test_unsound_definitions(pipelines: Pipelines, change: Change, reason: str) -> None:
    value = definition(pipelines.benchmark(None))
    with pytest.raises(ClientError) as caught:
        pipelines.create(change(value))
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("Unable to parse pipeline definition. ")
    assert reason in error["Message"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed(f"{ARGUMENTS}.Trials", []), "a Lineage step has no ['Trials']"),
        (changed(f"{ARGUMENTS}.Actions.0.Name", "x"), "['Name'] unknown"),
        (changed(f"{ARGUMENTS}.Contexts.0", {}), "Contexts: ["),
        (changed(f"{ARGUMENTS}.Actions", [{}] * 6), "a list of at most 5"),
        (changed(f"{ARGUMENTS}.Associations.0.Source", {"Name": "x"}), "an Arn, or a Name and"),
    ],
)
def test_unsound_lineage(pipelines: Pipelines, change: Change, reason: str) -> None:
    value = definition(pipelines.action("arn:aws:sagemaker:us-east-1:0:model-package/x/1"))
    with pytest.raises(ClientError) as caught:
        pipelines.create(change(value))
    assert reason in caught.value.response["Error"]["Message"]


def test_an_update_is_read_as_strictly(pipelines: Pipelines) -> None:
    value = definition(pipelines.benchmark(None))
    name = pipelines.create(value)
    with pytest.raises(ClientError, match="Unable to parse pipeline definition"):
        pipelines.client.update_pipeline(PipelineName=name, PipelineDefinition="{}")
    answer = pipelines.client.update_pipeline(PipelineName=name, PipelineDescription="new")
    assert answer["PipelineVersionId"] == 2


def test_parameters(pipelines: Pipelines) -> None:
    pipelines.settings(stepSeconds=0.0)
    step = pipelines.benchmark(None, parameters={"task": {"Get": "Parameters.task"}})
    parameters = [{"Name": "task", "Type": "String", "DefaultValue": "mmlu_pro"}]
    name = pipelines.create(definition(step, Parameters=parameters))
    arn = pipelines.start(name, PipelineParameters=[{"Name": "task", "Value": "gpqa"}])
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    with pytest.raises(ClientError, match="Unknown parameters"):
        pipelines.start(name, PipelineParameters=[{"Name": "other", "Value": "gpqa"}])
