"""The roles that Bedrock and SageMaker assume: do they let the services in?"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code
from modeleval.doctor.patient import Patient
from modeleval.doctor.policies import Caller, Statement, calling, lets_in, names_account, statements
from modeleval.doctor.protocol import Finding, Question, ok, problem

_ASSUME = "sts:AssumeRole"
_BEDROCK, _SAGEMAKER = "bedrock.amazonaws.com", "sagemaker.amazonaws.com"


class EvaluationRole(NamedTuple):
    """A role that a service assumes. setting: the one that names a role of the team's instead."""

    title: str
    arn: str
    setting: str
    callers: tuple[Caller, ...]

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


def roles_of(patient: Patient) -> list[EvaluationRole]:
    """The two roles, with who must be able to assume each."""
    environment = patient.services.environment
    prefix = f"{patient.region}:{patient.account}"
    jobs = f"arn:{patient.partition}:bedrock:{prefix}:evaluation-job/*"
    bedrock = calling(_BEDROCK, patient.account, jobs)
    pipelines = f"arn:{patient.partition}:sagemaker:{prefix}:*"
    sagemaker = calling(_SAGEMAKER, patient.account, pipelines)
    return [
        EvaluationRole(
            "the role for Bedrock", environment.bedrock_role_arn, "bedrockRoleArn", (bedrock,)
        ),
        EvaluationRole(
            "the role for SageMaker",
            environment.sagemaker_role_arn,
            "sagemakerRoleArn",
            (sagemaker, bedrock),
        ),
    ]


class Trust:
    """Bedrock takes no role whose trust policy has no condition on aws:SourceAccount."""

    name = "trust policies"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        return [
            Question(role.title, partial(self._look, patient, role), ("iam:GetRole",))
            for role in roles_of(patient)
        ]

    def _look(self, patient: Patient, role: EvaluationRole) -> Iterator[Finding]:
        own = f"Leave {role.setting} out of cdk.json, or name a role of this account, and deploy."
        if role.account != patient.account:
            yield problem(role.title, f"{role.arn} is not of account {patient.account}", own)
            return
        try:
            found = patient.client("iam").get_role(RoleName=role.name)["Role"]
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            yield problem(role.title, f"there is no role {role.arn}", own)
            return
        policy = statements(found["AssumeRolePolicyDocument"])
        wrong = [caller for caller in role.callers if _wrong(policy, caller)]
        if not wrong:
            services = " and ".join(caller.service for caller in role.callers)
            yield ok(role.title, f"{role.name} lets in {services} for this account's jobs")
            return
        why = "; ".join(_wrong(policy, caller) for caller in wrong)
        yield problem(role.title, f"{role.name}: {why}", _command(role, policy, wrong))


def _wrong(policy: list[Statement], caller: Caller) -> str:
    refused = lets_in(policy, caller, _ASSUME)
    if refused or caller.service != _BEDROCK or names_account(policy, caller, _ASSUME):
        return refused
    return f"{caller.service} is let in without a condition on aws:SourceAccount"


def _command(role: EvaluationRole, policy: list[Statement], wrong: list[Caller]) -> str:
    """The command that adds what is missing, and keeps what is there."""
    document = {
        "Version": "2012-10-17",
        "Statement": [*policy, *(_statement(caller) for caller in wrong)],
    }
    text = shlex.quote(json.dumps(document, separators=(",", ":")))
    return (
        f"aws iam update-assume-role-policy --role-name {shlex.quote(role.name)} "
        f"--policy-document {text}"
    )


def _statement(caller: Caller) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": caller.service},
        "Action": _ASSUME,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": caller.context["aws:sourceaccount"]},
            "ArnLike": {"aws:SourceArn": caller.context["aws:sourcearn"]},
        },
    }
