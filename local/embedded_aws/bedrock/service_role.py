"""The role that a job runs as: may Bedrock assume it, and how far does it reach.

The trust policy must name bedrock.amazonaws.com and allow it for this account and this job's ARN
(user guide, "Service role requirements": aws:SourceAccount and ArnEquals aws:SourceArn). A trust
without an aws:SourceAccount condition is refused, as users report of the service.
"""

from __future__ import annotations

import functools
import json
import secrets
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config
from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.services import iam, sts

from embedded_aws.environment import Home
from embedded_aws.errors import invalid

PRINCIPAL = "bedrock.amazonaws.com"


@dataclass(frozen=True)
class ServiceRole:
    """A session of the passed role, as Bedrock holds it."""

    arn: str
    region: str
    access_key: str
    secret_key: str
    token: str | None

    @property
    def account(self) -> str:
        """The role's account."""
        return self.arn.split(":")[4]

    def allows(self, action: str, resource: str, context: dict[str, Any] | None = None) -> bool:
        """Whether the role's own policies allow the action on the resource."""
        if not ministack.AUTH:
            return True
        principal = iam_evaluator.resolve_principal(self.access_key, self.account)
        if isinstance(principal, iam_evaluator.AuthError):
            return False
        keys = {key.lower(): value for key, value in (context or {}).items()}
        request = iam_evaluator.EvalContext(
            principal_arn=principal.arn,
            principal_type=principal.type,
            principal_account=principal.account,
            action=action,
            resource_arn=resource,
            region=keys.get("aws:requestedregion", self.region),
            secure_transport=True,
            service_context=keys,
            principal_keys=principal.keys,
        )
        result = iam_evaluator.evaluate(request, principal.policies or [], *principal.limits)
        found = iam_evaluator._resource_policy("kms", resource) if ":kms:" in resource else None
        if found is not None:
            result = iam_evaluator.combine_resource_policy(
                result, request, *found, required=True, limits=principal.limits
            )
        return bool(result.decision == "Allow")

    def s3(self, home: Home) -> Any:
        """An S3 client that acts as the role, through the front door and over TLS."""
        return botocore_session().create_client(
            "s3",
            region_name=self.region,
            endpoint_url=home.endpoint,
            verify=str(home.certificate),
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}),
        )


@functools.cache
def botocore_session() -> botocore.session.Session:
    return botocore.session.Session()


def assume(role_arn: str, region: str, job_arn: str) -> ServiceRole:
    """Assume the role for one job, or raise ValidationException with the reason."""
    account = role_arn.split(":")[4]
    if not ministack.AUTH:
        return ServiceRole(role_arn, region, "test", "test", None)
    name = role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None or role.get("Arn", role_arn) != role_arn:
        raise invalid(_refusal(role_arn, "the role does not exist"))
    _check_trust(role_arn, role["AssumeRolePolicyDocument"], region, job_arn)
    key, secret, token = (secrets.token_hex(n) for n in (8, 20, 32))
    access_key = f"ASIA{key.upper()}"
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/bedrock-evaluation",
            "UserId": f"{name}:bedrock-evaluation",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return ServiceRole(role_arn, region, access_key, secret, token)


def _check_trust(role_arn: str, document: str | dict[str, Any], region: str, job_arn: str) -> None:
    policy = json.loads(document) if isinstance(document, str) else document
    named = [statement for statement in _listed(policy["Statement"]) if _names_bedrock(statement)]
    allowing = [statement for statement in named if statement["Effect"] == "Allow"]
    if not allowing:
        raise invalid(_refusal(role_arn, f"its trust policy does not name {PRINCIPAL}"))
    if not all(_has_condition(statement, "aws:sourceaccount") for statement in allowing):
        raise invalid(_refusal(role_arn, "its trust policy has no aws:SourceAccount condition"))
    account = role_arn.split(":")[4]
    context = iam_evaluator.EvalContext(
        principal_arn=PRINCIPAL,
        principal_type="Service",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region=region,
        service_context={"aws:sourceaccount": account, "aws:sourcearn": job_arn},
    )
    met = [
        statement["Effect"]
        for statement in named
        if iam_evaluator._conditions_met(statement.get("Condition", {}), context)
    ]
    if "Allow" not in met or "Deny" in met:
        raise invalid(_refusal(role_arn, "the conditions of its trust policy do not fit this job"))


def _names_bedrock(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    actions = statement.get("Action", [])
    return PRINCIPAL in _listed(services) and "sts:AssumeRole" in _listed(actions)


def _listed(value: Any) -> list[Any]:
    """A policy element that may be one thing or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def _has_condition(statement: dict[str, Any], key: str) -> bool:
    blocks = statement.get("Condition", {}).values()
    return any(key == name.lower() for block in blocks for name in block)


def _refusal(role_arn: str, reason: str) -> str:
    return f"Amazon Bedrock cannot assume the role {role_arn}: {reason}"
