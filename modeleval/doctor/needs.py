"""What the evaluation roles, who collects and the caller need, as requests to ask IAM about.

A part of docs/permissions.md: for each purpose the action that fails first where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from modeleval.artifacts import INPUTS, OUTPUTS, RUNS
from modeleval.bedrock.model_ids import ModelId, ModelKind, model_arn, parse_model_id
from modeleval.doctor.patient import Patient

_RUN = f"{RUNS}any"


class Need(NamedTuple):
    """Actions on one resource. context: what stands in such a request beside them."""

    purpose: str
    actions: tuple[str, ...]
    resource: str
    context: Mapping[str, str] = {}


def bedrock_role(patient: Patient) -> Iterator[Need]:
    """What Bedrock does as the role of its evaluation jobs."""
    settings = patient.services.settings
    yield from _files(patient)
    yield from _models(patient, (*settings.judge_models, *settings.generator_models))


def sagemaker_role(patient: Patient, role_arn: str) -> Iterator[Need]:
    """What SageMaker's pipelines and their jobs do as their role."""
    yield from _files(patient)
    where = f"{patient.region}:{patient.account}"
    yield Need(
        "run its jobs",
        ("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        f"arn:{patient.partition}:sagemaker:{where}:training-job/any",
    )
    for service in ("sagemaker", "bedrock"):
        yield Need(
            f"hand itself to {service}",
            ("iam:PassRole",),
            role_arn,
            {"iam:PassedToService": f"{service}.amazonaws.com"},
        )
    yield Need("start judges", ("bedrock:CreateEvaluationJob",), "*")
    yield from _models(patient, patient.services.settings.judge_models)
    for name in patient.services.settings.model_buckets:
        bucket = f"arn:{patient.partition}:s3:::{name}"
        yield Need("read weights", ("s3:GetObject",), f"{bucket}/any")
        yield Need("list weights", ("s3:ListBucket",), bucket)


def collecting(patient: Patient) -> Iterator[Need]:
    """What the function that collects does with the targets of the settings; nothing without."""
    settings = patient.services.settings
    yield from _models(patient, settings.generator_models)
    for name in settings.guardrail_ids:
        yield Need(
            f"apply the guardrail {_last(name)}",
            ("bedrock:ApplyGuardrail",),
            name if name.startswith("arn:") else _guardrail(patient, name),
        )
    for arn in dict.fromkeys((*settings.target_function_arns, *settings.tool_function_arns)):
        yield Need(f"invoke {_last(arn)}", ("lambda:InvokeFunction",), arn)
    for arn in settings.target_secret_arns:
        yield Need(f"read the secret {_last(arn)}", ("secretsmanager:GetSecretValue",), arn)


def caller(patient: Patient) -> Iterator[Need]:
    """What the commands `run`, `show` and `list` do with your credentials."""
    deployment, where = patient.deployed, f"{patient.region}:{patient.account}"
    environment = deployment.services.environment
    table = f"arn:{patient.partition}:dynamodb:{where}:table/{environment.table_name}"
    yield Need("start runs", ("states:StartExecution",), deployment.state_machine_arn)
    execution = deployment.state_machine_arn.replace(":stateMachine:", ":execution:") + ":any"
    yield Need("follow runs", ("states:DescribeExecution",), execution)
    yield Need("read runs", ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"), table)
    yield Need("read results", ("s3:GetObject",), f"{_bucket(patient)}/{_RUN}/summary.json")


def _files(patient: Patient) -> Iterator[Need]:
    bucket = _bucket(patient)
    yield Need("read inputs", ("s3:GetObject",), f"{bucket}/{_RUN}/{INPUTS}/any")
    yield Need("write outputs", ("s3:GetObject", "s3:PutObject"), f"{bucket}/{_RUN}/{OUTPUTS}/any")
    yield Need("list runs", ("s3:ListBucket",), bucket, {"s3:prefix": f"{_RUN}/"})
    yield Need("locate the bucket", ("s3:GetBucketLocation",), bucket)


def _models(patient: Patient, names: Iterable[str]) -> Iterator[Need]:
    """Each by its own ARN; the models behind a profile are its business, in many Regions."""
    for name in dict.fromkeys(names):
        model = parse_model_id(name)
        if model is None:
            continue
        action = "sagemaker" if model.kind is ModelKind.ENDPOINT else "bedrock"
        verb = "InvokeEndpoint" if model.kind is ModelKind.ENDPOINT else "InvokeModel"
        yield Need(f"call {model.name}", (f"{action}:{verb}",), _arn(patient, model))


def _guardrail(patient: Patient, name: str) -> str:
    where = f"{patient.region}:{patient.account}"
    return f"arn:{patient.partition}:bedrock:{where}:guardrail/{name}"


def _last(arn: str) -> str:
    """A resource's name at the end of its ARN, or what is no ARN as it is."""
    return arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def _arn(patient: Patient, model: ModelId) -> str:
    return model_arn(
        model, partition=patient.partition, region=patient.region, account=patient.account
    )


def _bucket(patient: Patient) -> str:
    name = patient.services.environment.bucket_name
    return f"arn:{patient.partition}:s3:::{name}"
