"""CreateEvaluationJob: everything that is checked before a job exists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.bedrock import catalog, metric_definitions, output, service_role
from embedded_aws.bedrock.human import creation as human
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.programmatic import rules as programmatic
from embedded_aws.bedrock.requested import judge_of, subject_of
from embedded_aws.bedrock.settings import Settings
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.callers import Caller
from embedded_aws.environment import Home
from embedded_aws.errors import ServiceError, invalid
from embedded_aws.judging.scales import BUILT_IN, PREFIX


def check_caller(caller: Caller, request: dict[str, Any], job_arn: str) -> None:
    """May this caller create this job, and hand this role to Bedrock?"""
    role_arn = request["roleArn"]
    human.check_caller(caller, request)
    if role_arn.split(":")[4] != caller.account:
        # The words of amazon-bedrock-samples#624.
        raise ServiceError("AccessDeniedException", "Cross-account pass role is not allowed.")
    tags = request.get("jobTags", [])
    if tags:
        context: dict[str, Any] = {f"aws:RequestTag/{tag['key']}": tag["value"] for tag in tags}
        context["aws:TagKeys"] = [tag["key"] for tag in tags]
        caller.require("bedrock:TagResource", job_arn, context)
    caller.require("iam:PassRole", role_arn, {"iam:PassedToService": service_role.PRINCIPAL})


def check_request(request: dict[str, Any], resolver: Resolver) -> None:
    """What the service model cannot say: the rules of a job with a judge, people or neither."""
    if human.is_human(request):
        human.check_request(request, resolver)
        return
    automated = request["evaluationConfig"].get("automated")
    models = request["inferenceConfig"].get("models")
    if automated is None or models is None or request.get("applicationType") == "RagEvaluation":
        raise invalid("This stand-in runs automated model evaluation jobs only.")
    if len(models) != 1:
        raise invalid("An automated model evaluation job evaluates exactly one model.")
    if programmatic.is_programmatic(automated):
        programmatic.check(request, resolver)
        return
    check_judges(request, resolver)
    subject = subject_of(request)
    if not subject.precomputed:
        resolver.resolve(subject.identifier)
    _check_metrics(automated)


def check_judges(request: dict[str, Any], resolver: Resolver) -> None:
    """Are the judges of built-in and of custom metrics such?"""
    judge = judge_of(request, custom=False)
    if judge is None:
        raise invalid("evaluatorModelConfig is required for a job with a judge model.")
    _check_judge(judge, resolver, {"builtin"})
    custom_judge = judge_of(request, custom=True)
    if custom_judge is not None:
        _check_judge(custom_judge, resolver, {"builtin", "custom"})


def _check_judge(identifier: str, resolver: Resolver, metrics: set[str]) -> None:
    """Is it a model that may judge such metrics? Custom ones allow two more."""
    (model,) = resolver.resolve(identifier).models
    if not set(catalog.entries()[model]["judges"]) & metrics:
        raise invalid("The provided evaluator model identifier is not supported for this job type.")


def _check_metrics(automated: dict[str, Any]) -> None:
    definitions = automated.get("customMetricConfig", {}).get("customMetrics", [])
    metric_definitions.check([entry["customMetricDefinition"] for entry in definitions])
    what = f"model evaluation with a judge model; available are {_listed(BUILT_IN)}."
    check_datasets(automated, BUILT_IN, f"A built-in metric is not available for {what}")


def check_datasets(automated: dict[str, Any], known: Collection[str], refusal: str) -> None:
    """Have the datasets names and places of their own, and only `known` built-in metrics?"""
    datasets = [config["dataset"] for config in automated["datasetMetricConfigs"]]
    if len({dataset["name"] for dataset in datasets}) != len(datasets):
        raise invalid("The names of datasets must be unique.")
    for dataset in datasets:
        if "datasetLocation" not in dataset:
            raise invalid("A job with a judge model needs a datasetLocation.")
    for config in automated["datasetMetricConfigs"]:
        metrics = config["metricNames"]
        if len(set(metrics)) != len(metrics):
            raise invalid("Metric names must be unique within a dataset.")
        for name in metrics:
            if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
                raise invalid(refusal)


def _listed(metrics: Collection[str]) -> str:
    return ", ".join(PREFIX + name for name in metrics)


def check_place(existing: list[Job], request: dict[str, Any], settings: Settings) -> None:
    """Is the name free, and is there room for one more job of its type?"""
    name = request["jobName"]
    if any(job.name == name for job in existing):
        if settings.nameConflict == "validation":
            raise invalid("The job name is already in use. Provide a unique job name.")
        raise ServiceError(
            "ConflictException", "An evaluation job with the same name already exists."
        )
    if len(existing) >= settings.totalJobs:
        raise ServiceError(
            "ServiceQuotaExceededException",
            "The maximum number of evaluation jobs for this account has been reached.",
        )
    people = human.is_human(request)
    running = sum(
        job.status in ("InProgress", "Stopping") and job.human is people for job in existing
    )
    if running >= (settings.concurrentHumanJobs if people else settings.concurrentJobs):
        kind = "human-based" if people else "automatic"
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"The maximum number of concurrent {kind} model evaluation jobs has been reached.",
        )


def check_role(request: dict[str, Any], role: service_role.ServiceRole, home: Home) -> None:
    """Try, as the role, what the job will need of S3; writes the permission check object.

    A real run leaves that object beside the results, so the service tries the role early. Which
    error a failed try raises is not documented; here it is a ValidationException that names action
    and resource (an AccessDeniedException would read as the caller's own).
    """
    s3 = role.s3(home)
    destination = output.Destination.of(request)
    human.check_role(role, request)
    for bucket, key in output.sources(request):
        _attempt(role, "s3:ListBucket", bucket, "", s3.list_objects_v2, Prefix=key, MaxKeys=1)
        _attempt(role, "s3:GetObject", bucket, key, s3.head_object, Key=key)
    bucket, check = destination.bucket, destination.permission_check
    _attempt(role, "s3:GetBucketLocation", bucket, "", s3.get_bucket_location)
    _attempt(
        role,
        "s3:ListBucket",
        bucket,
        "",
        s3.list_objects_v2,
        Prefix=f"{destination.prefix}/",
        MaxKeys=1,
    )
    _attempt(role, "s3:ListBucketMultipartUploads", bucket, "", s3.list_multipart_uploads)
    _attempt(role, "s3:PutObject", bucket, check, s3.put_object, Key=check, Body=b"")
    resource = f"arn:aws:s3:::{bucket}/{check}"
    if not role.allows("s3:AbortMultipartUpload", resource):
        raise invalid(_refused(role, "s3:AbortMultipartUpload", resource))


def _attempt(
    role: service_role.ServiceRole,
    action: str,
    bucket: str,
    key: str,
    call: Any,
    **arguments: Any,
) -> None:
    try:
        call(Bucket=bucket, **arguments)
    except ClientError as error:
        resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:  # noqa: PLR2004
            raise invalid(_refused(role, action, resource)) from None
        code = error.response["Error"]["Code"]
        raise invalid(f"{resource} cannot be used: {code}") from None


def _refused(role: service_role.ServiceRole, action: str, resource: str) -> str:
    return f"The role {role.arn} is not authorized to perform {action} on {resource}"
