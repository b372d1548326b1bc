"""The roles that a pipeline runs as: may SageMaker assume them, and how far do they reach.

The trust policy must name sagemaker.amazonaws.com and let it in for this account and the ARN of
what it works for: the pipeline, then each training job (developer guide, "Cross-service confused
deputy prevention": aws:SourceAccount and aws:SourceArn).
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.services import iam, sts

from embedded_aws.bedrock.service_role import ServiceRole

PRINCIPAL = "sagemaker.amazonaws.com"


class RoleRefused(Exception):
    """Why a role cannot be used; the text is the service's message."""


def assume(role_arn: str, region: str, source_arn: str) -> ServiceRole:
    """A session of the role, for work on ``source_arn``; raises RoleRefused."""
    if not ministack.AUTH:
        return ServiceRole(role_arn, region, "test", "test", None)
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    known = iam._roles.get_scoped(account, None, name)
    if known is None or known.get("Arn", role_arn) != role_arn:
        raise _refusal(role_arn, "the role does not exist")
    _check_trust(role_arn, known["AssumeRolePolicyDocument"], region, source_arn)
    key, secret, token = (secrets.token_hex(length) for length in (8, 20, 32))
    access_key = f"ASIA{key.upper()}"
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/SageMaker",
        "UserId": f"{name}:SageMaker",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(access_key, session)
    return ServiceRole(role_arn, region, access_key, secret, token)


def require(role: ServiceRole, action: str, resource: str, **context: Any) -> None:
    """Raise RoleRefused unless the role's policies allow the action on the resource.

    ``context`` are condition keys, ``__`` for a colon: ``iam__PassedToService``.
    """
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    if not role.allows(action, resource, keys):
        name = role.arn.rsplit("/", 1)[-1]
        session = f"arn:aws:sts::{role.account}:assumed-role/{name}/SageMaker"
        raise RoleRefused(
            f"User: {session} is not authorized to perform: {action} on resource: {resource} "
            f"because no identity-based policy allows the {action} action"
        )


def _check_trust(role_arn: str, document: Any, region: str, source_arn: str) -> None:
    policy = json.loads(document) if isinstance(document, str) else document
    named = [statement for statement in _listed(policy["Statement"]) if _names_us(statement)]
    if not any(statement["Effect"] == "Allow" for statement in named):
        raise _refusal(role_arn, f"its trust policy does not name {PRINCIPAL}")
    account = role_arn.split(":")[4]
    context = iam_evaluator.EvalContext(
        principal_arn=PRINCIPAL,
        principal_type="Service",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region=region,
        service_context={"aws:sourceaccount": account, "aws:sourcearn": source_arn},
    )
    effects = {
        statement["Effect"]
        for statement in named
        if iam_evaluator._conditions_met(statement.get("Condition", {}), context)
    }
    if "Allow" not in effects or "Deny" in effects:
        raise _refusal(role_arn, f"the conditions of its trust policy do not fit {source_arn}")


def _names_us(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    actions = _listed(statement.get("Action", []))
    return PRINCIPAL in _listed(services) and "sts:AssumeRole" in actions


def _listed(value: Any) -> list[Any]:
    """A policy element that may be one thing or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def _refusal(role_arn: str, reason: str) -> RoleRefused:
    return RoleRefused(f"SageMaker cannot assume the role {role_arn}: {reason}")
