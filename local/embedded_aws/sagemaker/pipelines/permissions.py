"""What the roles of a pipeline must be allowed, step by step.

The pipeline's role starts the jobs and writes lineage; the job's role does the work of a job. The
actions are those that the SageMaker Python SDK asks of an execution role for evaluation, and the
developer guide's of pipelines (iam:PassRole for each job's role).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.services import kms

from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.sagemaker.pipelines.records import TrainingJob
from embedded_aws.sagemaker.pipelines.role import PRINCIPAL, RoleRefused, require

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_VPC = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
    "DescribeNetworkInterfaces",
    "DescribeVpcs",
    "DescribeDhcpOptions",
    "DescribeSubnets",
    "DescribeSecurityGroups",
)
_MLFLOW = (
    "GetExperimentByName",
    "CreateExperiment",
    "CreateRun",
    "LogBatch",
    "LogMetric",
    "LogParam",
    "SetTag",
    "UpdateRun",
)


def check_pipeline_role(role: ServiceRole, job: TrainingJob) -> None:
    """May the pipeline's role start this job, and hand the job its role?"""
    for action in ("CreateTrainingJob", "DescribeTrainingJob", "AddTags"):
        require(role, f"sagemaker:{action}", job.arn)
    require(role, "iam:PassRole", job.request["RoleArn"], iam__PassedToService=PRINCIPAL)


def check_job_role(role: ServiceRole, job: TrainingJob, mlflow: dict[str, str]) -> None:
    """May the job's role read the models, log, and use the VPC, the key and MLflow?"""
    for action, resource in _of_models(job.request):
        require(role, action, resource)
    _check_logs(role, job.name)
    for action in _VPC if "VpcConfig" in job.request else ():
        require(role, f"ec2:{action}", "*")
    key = job.request["OutputDataConfig"].get("KmsKeyId")
    if key:
        _check_key(role, key)
    if mlflow:
        _check_mlflow(role, mlflow["MlflowResourceArn"])


def check_judging(role: ServiceRole, job_arn: str) -> None:
    """May the job's role start an evaluation job in Bedrock, and hand itself to it?"""
    require(role, "bedrock:CreateEvaluationJob", job_arn)
    require(role, "bedrock:GetEvaluationJob", job_arn)
    require(role, "iam:PassRole", role.arn, iam__PassedToService="bedrock.amazonaws.com")


def _of_models(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _of_hub(request["ServerlessJobConfig"]["BaseModelArn"])
    package = request.get("ModelPackageConfig", {})
    if "SourceModelPackageArn" in package:
        yield "sagemaker:DescribeModelPackage", package["SourceModelPackageArn"]
    if "ModelPackageGroupArn" in package:
        yield "sagemaker:DescribeModelPackageGroup", package["ModelPackageGroupArn"]
    evaluator = request["ServerlessJobConfig"].get("EvaluatorArn", "")
    if ":hub-content/" in evaluator:
        yield from _of_hub(evaluator)
    for channel in request.get("InputDataConfig", []):
        if source := channel["DataSource"].get("DatasetSource"):
            yield from _of_hub(source["DatasetArn"])


def _of_hub(content: str) -> Iterator[tuple[str, str]]:
    """Both resources of the action: the hub and the content."""
    start, _, rest = content.partition(":hub-content/")
    yield "sagemaker:DescribeHubContent", f"{start}:hub/{rest.split('/')[0]}"
    yield "sagemaker:DescribeHubContent", content


def _check_logs(role: ServiceRole, job: str) -> None:
    group = f"arn:aws:logs:{role.region}:{role.account}:log-group:{LOG_GROUP}"
    stream = f"{group}:log-stream:{job}/algo-1"
    require(role, "logs:CreateLogGroup", group)
    require(role, "logs:DescribeLogStreams", f"{group}:log-stream:")
    require(role, "logs:CreateLogStream", stream)
    require(role, "logs:PutLogEvents", stream)
    require(role, "cloudwatch:PutMetricData", "*", cloudwatch__namespace=LOG_GROUP)


def _check_key(role: ServiceRole, identifier: str) -> None:
    key = kms._resolve_key(identifier)
    if key is None:
        raise RoleRefused(f"The KMS key {identifier} does not exist")
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        require(role, action, key["Arn"], kms__ViaService=f"s3.{role.region}.amazonaws.com")


def _check_mlflow(role: ServiceRole, arn: str) -> None:
    kind = "MlflowApp" if ":mlflow-app/" in arn else "MlflowTrackingServer"
    require(role, f"sagemaker:Describe{kind}", arn)
    for action in _MLFLOW:
        require(role, f"sagemaker-mlflow:{action}", arn)
