"""What the service asks of a serverless evaluation job beyond the shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from embedded_aws.sagemaker.pipelines import models
from embedded_aws.sagemaker.pipelines.skills import Subject
from embedded_aws.sagemaker.pipelines.work import StepFailed

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

PUBLIC_HUB = "SageMakerPublicHub"
_BASE = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:(\d{12}|aws):hub-content/([^/]+)/Model/([^/]+)(/[^/]+)?"
)
_EVALUATOR = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[^:]+:\d+:hub-content/[^/]+/JsonDoc/[^/]+/[\d.]+"
)
_MOST_SECONDS = 7 * 24 * 3600
_LLMAJ = "LLMAJEvaluation"


def check(service: SageMaker, request: dict[str, Any], mlflow: dict[str, str]) -> Subject:
    """Raise StepFailed unless CreateTrainingJob takes the request; the model that it evaluates."""
    config = request["ServerlessJobConfig"]
    if config["JobType"] != "Evaluation":
        raise _refused("this stand-in runs serverless jobs of JobType Evaluation only")
    if "EvaluationType" not in config:
        raise _refused("EvaluationType is required when JobType is Evaluation")
    _check_base(config["BaseModelArn"])
    if config.get("AcceptEula") is not True:
        raise _refused("AcceptEula must be true to use the base model")
    _check_times(request)
    _check_mlflow(service, request, mlflow)
    if request["OutputDataConfig"].get("CompressionType") != "NONE":
        raise _refused("CompressionType must be NONE for a Serverless Training Job")
    evaluator = config.get("EvaluatorArn")
    if evaluator is not None and not _EVALUATOR.fullmatch(evaluator):
        raise _refused(f"Invalid HubContentArn format: {evaluator}")
    _check_kind(request, config["EvaluationType"], evaluator)
    base = models.base_model(service, config["BaseModelArn"])
    if config["EvaluationType"] != _LLMAJ and not models.has_recipe(base):
        raise StepFailed(
            "DownstreamServiceUnavailable: An error occurred (InternalServerError) when resolving "
            "the evaluation job"
        )
    return _subject(service, request)


def _refused(reason: str) -> StepFailed:
    return StepFailed(
        f"ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: {reason}"
    )


def _check_base(arn: str) -> None:
    found = _BASE.fullmatch(arn)
    if not found or found.group(1) != "aws" or found.group(2) != PUBLIC_HUB:
        raise _refused("Only SageMakerPublicHub is supported for Serverless Training Job")


def _check_times(request: dict[str, Any]) -> None:
    seconds = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 1)
    if seconds > _MOST_SECONDS:
        raise _refused(f"MaxRuntimeInSeconds must be at most {_MOST_SECONDS}")
    for name in ("ResourceConfig", "AlgorithmSpecification"):
        if name in request:
            raise _refused(f"{name} is not supported for Serverless Training Job")


def _check_mlflow(service: SageMaker, request: dict[str, Any], mlflow: dict[str, str]) -> None:
    variant = service.settings.mlflowExperiment
    if variant == "optional" or (variant == "required" and not mlflow):
        return
    if "MlflowExperimentName" not in mlflow and "ModelPackageConfig" not in request:
        raise _refused("MlflowExperimentName is required when ModelPackageGroupArn is not provided")


def _check_kind(request: dict[str, Any], kind: str, evaluator: str | None) -> None:
    parameters = request.get("HyperParameters", {})
    wants_data = kind == "CustomScorerEvaluation" or parameters.get("task") == "inference_only"
    if wants_data != ("InputDataConfig" in request):
        raise _refused(f"InputDataConfig is {'required' if wants_data else 'not supported'} here")
    if evaluator is not None and kind != "CustomScorerEvaluation":
        raise _refused("EvaluatorArn is only supported for CustomScorerEvaluation")


def _subject(service: SageMaker, request: dict[str, Any]) -> Subject:
    """The package that the job names, made from this base model; without one the base model."""
    name = request["ServerlessJobConfig"]["BaseModelArn"].split("/Model/")[1].split("/")[0]
    config = request.get("ModelPackageConfig")
    if config is None:
        return Subject(name)
    arn = config.get("SourceModelPackageArn")
    if arn is None:
        raise _refused("SourceModelPackageArn is required for a job of JobType Evaluation")
    models.check_group(service, config["ModelPackageGroupArn"])
    package = models.package(service, arn)
    if package.made_from != name:
        raise _refused(f"the model package {arn} was not customized from the base model {name}")
    return Subject(name, package.name, package.version)
