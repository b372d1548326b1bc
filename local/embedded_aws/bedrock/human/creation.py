"""What CreateEvaluationJob checks of a job with human workers.

Service model: HumanEvaluationConfig. User guide: "Create a model evaluation job that uses human
workers"; "Service role requirements for human-based model evaluation jobs".
"""

from __future__ import annotations

from typing import Any

from embedded_aws.bedrock.requested import is_human, subjects_of
from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.callers import Caller
from embedded_aws.errors import invalid

__all__ = ["check_caller", "check_request", "check_role", "is_human"]

METHODS = (
    "ThumbsUpDown",
    "IndividualLikertScale",
    "ComparisonLikertScale",
    "ComparisonChoice",
    "ComparisonRank",
)
MOST_SOURCES = 2
DESCRIBE = "sagemaker:DescribeFlowDefinition"


def _config(request: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = request["evaluationConfig"]["human"]
    return config


def flow_definition(request: dict[str, Any]) -> str:
    """The ARN of the job's human review workflow."""
    return str(_config(request).get("humanWorkflowConfig", {}).get("flowDefinitionArn", ""))


def check_caller(caller: Caller, request: dict[str, Any]) -> None:
    """The caller must be able to see the workflow, which Bedrock looks at for it."""
    if is_human(request):
        caller.require(DESCRIBE, flow_definition(request) or "*")


def check_role(role: ServiceRole, request: dict[str, Any]) -> None:
    """So must the role; what else it needs is tried when the job runs."""
    if not is_human(request):
        return
    arn = flow_definition(request)
    if not role.allows(DESCRIBE, arn):
        raise invalid(f"The role {role.arn} is not authorized to perform {DESCRIBE} on {arn}")


def check_request(request: dict[str, Any], resolver: Resolver) -> None:
    """What the service model cannot say of such a job."""
    if request.get("applicationType") == "RagEvaluation":
        raise invalid("A job with human workers evaluates models.")
    models = request["inferenceConfig"].get("models", [])
    if not 1 <= len(models) <= MOST_SOURCES:
        raise invalid(f"A job with human workers evaluates at most {MOST_SOURCES} models.")
    subjects = subjects_of(request)
    if len({subject.identifier for subject in subjects}) < len(subjects):
        raise invalid("The models of a job must differ.")
    for subject in subjects:
        if not subject.precomputed:
            resolver.resolve(subject.identifier)
    _check_dataset(request)
    _check_metrics(request, len(subjects))
    _check_workflow(request, resolver)


def _check_dataset(request: dict[str, Any]) -> None:
    configs = _config(request)["datasetMetricConfigs"]
    if len(configs) != 1:
        raise invalid("A job with human workers takes exactly one custom prompt dataset.")
    if "datasetLocation" not in configs[0]["dataset"]:
        raise invalid("A job with human workers needs a datasetLocation.")


def _check_metrics(request: dict[str, Any], sources: int) -> None:
    metrics = _config(request).get("customMetrics", [])
    if not metrics:
        raise invalid("A job with human workers needs customMetrics.")
    names = [metric["name"] for metric in metrics]
    if len(set(names)) < len(names):
        raise invalid("The names of metrics must be unique.")
    for metric in metrics:
        method = metric["ratingMethod"]
        if method not in METHODS:
            raise invalid(f"ratingMethod must be one of {', '.join(METHODS)}.")
        if method.startswith("Comparison") and sources < MOST_SOURCES:
            raise invalid(f"{method} needs two models.")
    (config,) = _config(request)["datasetMetricConfigs"]
    if sorted(config["metricNames"]) != sorted(names):
        raise invalid("metricNames must be the names of the customMetrics.")


def _check_workflow(request: dict[str, Any], resolver: Resolver) -> None:
    arn = flow_definition(request)
    if not arn:
        raise invalid("A job with human workers needs a humanWorkflowConfig.")
    scope = f"arn:aws:sagemaker:{resolver.region}:{resolver.account}:"
    found = resolver.registry.find("flow-definition", arn)
    if found is None or found.arn != arn or not arn.startswith(scope):
        raise invalid("The flow definition does not exist in this account and Region.")
    if found.status != "Active":
        raise invalid(f"The flow definition is {found.status}, and must be Active.")
