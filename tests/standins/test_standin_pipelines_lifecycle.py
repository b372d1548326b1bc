"""Pipelines' versions and tokens, and executions that wait, stop, fail or are too many."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_world import BASE, MLFLOW, SCOPE, Pipelines, definition, job_of
from standin_world import World


@pytest.fixture
def pipelines(world: World) -> Pipelines:
    """Pipelines whose steps are quick."""
    made = Pipelines(world)
    made.settings(stepSeconds=0.1, transitionSeconds=0.1)
    return made


def tasks(pipelines: Pipelines, arn: str) -> list[str]:
    pipelines.wait(arn)
    names = [job_of(step) for step in pipelines.steps(arn).values()]
    jobs = [pipelines.client.describe_training_job(TrainingJobName=name) for name in names]
    return [job["HyperParameters"]["task"] for job in jobs]


def test_each_version_runs_its_own_definition(pipelines: Pipelines) -> None:
    name = pipelines.create(definition(pipelines.benchmark(None, "ifeval", parameters=ZS)))
    versions = {1: "ifeval"}
    for task in ("gpqa", "mmlu_pro"):
        text = json.dumps(definition(pipelines.benchmark(None, task)))
        answer = pipelines.client.update_pipeline(PipelineName=name, PipelineDefinition=text)
        versions[answer["PipelineVersionId"]] = task
    assert len(versions) == 3
    for version, task in versions.items():
        arn = pipelines.start(name, PipelineVersionId=version)
        assert tasks(pipelines, arn) == [task]
        assert pipelines.wait(arn)["PipelineVersionId"] == version
        shown = pipelines.client.describe_pipeline(PipelineName=name, PipelineVersionId=version)
        assert f'"{task}"' in shown["PipelineDefinition"]
    assert tasks(pipelines, pipelines.start(name)) == ["mmlu_pro"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        pipelines.start(name, PipelineVersionId=9)


ZS = {"strategy": "zs"}


def test_tokens(pipelines: Pipelines) -> None:
    text = json.dumps(definition(pipelines.benchmark(None)))
    request = {
        "PipelineName": f"p-{uuid.uuid4()}",
        "PipelineDefinition": text,
        "RoleArn": pipelines.role,
        "ClientRequestToken": str(uuid.uuid4()),
    }
    first = pipelines.client.create_pipeline(**request)
    assert pipelines.client.create_pipeline(**request)["PipelineArn"] == first["PipelineArn"]
    with pytest.raises(ClientError, match="must be unique"):
        pipelines.client.create_pipeline(**{**request, "ClientRequestToken": str(uuid.uuid4())})
    token = {"ClientRequestToken": str(uuid.uuid4()), "PipelineExecutionDisplayName": "run-1"}
    arn = pipelines.start(request["PipelineName"], **token)
    assert pipelines.start(request["PipelineName"], **token) == arn
    assert pipelines.start(request["PipelineName"]) != arn
    with pytest.raises(ClientError, match="used with other parameters"):
        pipelines.start(request["PipelineName"], **{**token, "PipelineVersionId": 1})


def test_names_in_arns_are_lower_case(pipelines: Pipelines) -> None:
    name = pipelines.create(definition(pipelines.benchmark(None)))
    arn = pipelines.client.describe_pipeline(PipelineName=name)["PipelineArn"]
    assert arn.endswith(f":pipeline/{name.lower()}")
    assert name != name.lower()
    assert pipelines.start(arn).startswith(f"{arn}/execution/")


def test_held_steps_and_stopping(pipelines: Pipelines) -> None:
    pipelines.settings(hold=True)
    package = pipelines.package()
    value = pipelines.whole(package, pipelines.benchmark(package))
    held, stopped = (pipelines.start(pipelines.create(value)) for _ in range(2))
    with pytest.raises(AssertionError, match="Executing"):
        pipelines.wait(held, seconds=0.6)
    assert pipelines.steps(held)["EvaluateCustomModel"]["StepStatus"] == "Executing"
    name = job_of(pipelines.steps(held)["EvaluateCustomModel"])
    job = pipelines.client.describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "InProgress"
    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=stopped)
    found = pipelines.client.describe_pipeline_execution(PipelineExecutionArn=stopped)
    assert found["PipelineExecutionStatus"] == "Stopping"
    assert pipelines.wait(stopped)["PipelineExecutionStatus"] == "Stopped"
    steps = pipelines.steps(stopped)
    assert steps["EvaluateCustomModel"]["StepStatus"] == "Stopped"
    assert "AssociateLineage" not in steps
    with pytest.raises(ClientError, match="is Stopped"):
        pipelines.client.stop_pipeline_execution(PipelineExecutionArn=stopped)
    pipelines.settings(hold=False)
    assert pipelines.wait(held)["PipelineExecutionStatus"] == "Succeeded"
    name = job_of(steps["EvaluateCustomModel"])
    assert pipelines.outputs(f"evals/{name}/") == {}


def test_a_step_that_is_told_to_fail(pipelines: Pipelines) -> None:
    fault = {"kind": "fail-job", "jobName": "EvaluateCustomModel", "message": "out of memory"}
    pipelines.control("POST", "faults", fault)
    package = pipelines.package()
    value = pipelines.whole(package, pipelines.benchmark(package))
    arn = pipelines.start(pipelines.create(value))
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Failed"
    steps = pipelines.steps(arn)
    assert steps["EvaluateCustomModel"]["FailureReason"] == "out of memory"
    assert "AssociateLineage" not in steps
    job = pipelines.client.describe_training_job(
        TrainingJobName=job_of(steps["EvaluateCustomModel"])
    )
    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", "out of memory")


def test_completed_with_failures(pipelines: Pipelines) -> None:
    pipelines.settings(failedSteps="CompletedWithFailures")
    pipelines.control("POST", "faults", {"kind": "fail-job", "jobName": "EvaluateBaseModel"})
    package = pipelines.package()
    value = pipelines.whole(package, pipelines.benchmark(None), pipelines.benchmark(package))
    arn = pipelines.start(pipelines.create(value))
    found = pipelines.wait(arn)
    assert found["PipelineExecutionStatus"] == "CompletedWithFailures"
    assert found["FailureReason"]
    states = {name: step["StepStatus"] for name, step in pipelines.steps(arn).items()}
    assert states["EvaluateBaseModel"] == "Failed"
    assert states["AssociateLineage"] == "Succeeded"


def test_too_many_at_once(pipelines: Pipelines) -> None:
    pipelines.settings(hold=True, concurrentEvaluations=2)
    name = pipelines.create(definition(pipelines.benchmark(None)))
    for _ in range(2):
        pipelines.start(name)
    with pytest.raises(ClientError) as caught:
        pipelines.start(name)
    assert caught.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    pipelines.settings(concurrencyError="step")
    arn = pipelines.start(name)
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Failed"
    (step,) = pipelines.steps(arn).values()
    assert "ResourceLimitExceeded" in step["FailureReason"]
    assert step["Metadata"] == {}


def test_deleting(pipelines: Pipelines) -> None:
    pipelines.settings(hold=True)
    name = pipelines.create(definition(pipelines.benchmark(None)))
    arn = pipelines.start(name)
    with pytest.raises(ClientError, match="executions that are running"):
        pipelines.client.delete_pipeline(PipelineName=name)
    pipelines.settings(hold=False)
    pipelines.wait(arn)
    pipelines.client.delete_pipeline(PipelineName=name)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        pipelines.client.describe_pipeline(PipelineName=name)


def test_the_control_api(pipelines: Pipelines) -> None:
    arn = pipelines.start(pipelines.create(definition(pipelines.benchmark(None))))
    pipelines.wait(arn)
    (told,) = pipelines.control("GET", "sagemaker/executions")["executions"]
    assert (told["arn"], told["status"], told["version"]) == (arn, "Succeeded", 1)
    assert [step["status"] for step in told["steps"]] == ["Succeeded"]


RULES: list[tuple[dict[str, Any], str]] = [
    ({"AcceptEula": False}, "AcceptEula must be true"),
    (
        {"BaseModelArn": f"{SCOPE}:hub-content/h/Model/{BASE}/1.0.0"},
        "Only SageMakerPublicHub is supported for Serverless Training Job",
    ),
    (
        {
            "BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/"
            "no-such-model/1.0.0"
        },
        "ResourceNotFound",
    ),
    ({"JobType": "FineTuning"}, "JobType Evaluation only"),
    ({"EvaluatorArn": "arn:aws:lambda:us-east-1:000000000000:function:f"}, "Invalid HubContentArn"),
]


@pytest.mark.parametrize(("changes", "reason"), RULES)
def test_what_the_service_refuses(
    pipelines: Pipelines, changes: dict[str, Any], reason: str
) -> None:
    step = pipelines.benchmark(None, serverless=changes)
    assert reason in pipelines.failure(definition(step))


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"task": "nope"}, "the task 'nope' is not known"),
        ({"strategy": "fs"}, "has the strategy 'zs_cot'"),
        ({"subtask": "x"}, "has no subtask 'x'"),
    ],
)
def test_benchmarks_that_are_none(
    pipelines: Pipelines, parameters: dict[str, str], reason: str
) -> None:
    step = pipelines.benchmark(None, parameters=parameters)
    assert reason in pipelines.failure(definition(step))


def test_an_experiment_is_required_without_a_package(pipelines: Pipelines) -> None:
    tracked = {"MlflowResourceArn": MLFLOW["MlflowResourceArn"]}
    value = definition(pipelines.benchmark(None), MlflowConfig=tracked)
    reason = "MlflowExperimentName is required when ModelPackageGroupArn is not provided"
    assert reason in pipelines.failure(value)
    pipelines.run(definition(pipelines.benchmark(pipelines.package()), MlflowConfig=tracked))
    pipelines.settings(mlflowExperiment="optional")
    pipelines.run(value)


def test_an_experiment_may_be_required_without_mlflow_too(pipelines: Pipelines) -> None:
    untracked = definition(pipelines.benchmark(None))
    pipelines.run(untracked)
    pipelines.settings(mlflowExperiment="always")
    reason = "MlflowExperimentName is required when ModelPackageGroupArn is not provided"
    assert reason in pipelines.failure(untracked)
    pipelines.run(definition(pipelines.benchmark(pipelines.package())))
    pipelines.run(definition(pipelines.benchmark(None), MlflowConfig=MLFLOW))


def test_packages_that_cannot_be_evaluated(pipelines: Pipelines) -> None:
    package = pipelines.package(base="meta-textgeneration-llama-3-2-3b-instruct")
    step = pipelines.benchmark(package)
    assert "was not customized from the base model" in pipelines.failure(definition(step))
    step = pipelines.benchmark(f"{package}0")
    assert "does not exist" in pipelines.failure(definition(step))


def test_a_model_without_an_evaluation_recipe(pipelines: Pipelines) -> None:
    contents = pipelines.client.list_hub_contents(
        HubName="SageMakerPublicHub", HubContentType="Model"
    )["HubContentSummaries"]
    without = [
        one["HubContentArn"]
        for one in contents
        if '"Type": "Evaluation"'
        not in pipelines.client.describe_hub_content(
            HubName="SageMakerPublicHub",
            HubContentType="Model",
            HubContentName=one["HubContentName"],
        )["HubContentDocument"]
    ]
    step = pipelines.benchmark(None, serverless={"BaseModelArn": without[0]})
    assert "DownstreamServiceUnavailable" in pipelines.failure(definition(step))
