"""What the evaluation roles and your own credentials may do, by IAM's own simulation.

iam:SimulatePrincipalPolicy knows the principal's policies, its boundary and the organization's; it
does not know those of the bucket and of the key.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from modeleval.doctor.needs import Need, bedrock_role, caller, collecting, sagemaker_role
from modeleval.doctor.patient import Patient
from modeleval.doctor.protocol import Finding, Question, ok, problem
from modeleval.doctor.trust import roles_of
from modeleval.errors import StackNotFound

_SIMULATE = "iam:SimulatePrincipalPolicy"
_ASSUMED = re.compile(r"arn:[\w-]+:sts::[0-9]{12}:assumed-role/(?P<role>[^/]+)/.+")
_YOU = "your credentials"
_COLLECTS = "the function that collects"
_ROLE_THAT_COLLECTS = "FunctionsCollectBatchRole"
_LONGEST_NAME = 128


class Denied(NamedTuple):
    """A need that is not granted: which of its actions, and who says no."""

    need: Need
    actions: tuple[str, ...]
    by: str


class Permissions:
    """One request to IAM per resource."""

    name = "permissions"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        bedrock, sagemaker = roles_of(patient)
        of_role = (
            (bedrock, partial(bedrock_role, patient)),
            (sagemaker, partial(sagemaker_role, patient, sagemaker.arn)),
        )
        for role, needs in of_role:
            yield Question(
                role.title, partial(self._look, patient, role.title, role.arn, needs), (_SIMULATE,)
            )
        if any(collecting(patient)):
            yield Question(
                _COLLECTS,
                partial(self._collects, patient),
                (_SIMULATE, "iam:GetRole", "cloudformation:ListStackResources"),
            )
        yield Question(_YOU, partial(self._you, patient), (_SIMULATE, "iam:GetRole"))

    def _you(self, patient: Patient) -> Iterator[Finding]:
        arn = patient.identity.arn
        if arn.endswith(":root"):
            yield ok(_YOU, "they are the account's root, which may do everything")
            return
        assumed = _ASSUMED.fullmatch(arn)
        if assumed:
            found = patient.client("iam").get_role(RoleName=assumed["role"])
            arn = found["Role"]["Arn"]
        yield from self._look(patient, _YOU, arn, partial(caller, patient))

    def _collects(self, patient: Patient) -> Iterator[Finding]:
        """By a role of the stack's own: what denies it is a boundary, or the organization."""
        arn = patient.client("iam").get_role(RoleName=_collecting_role(patient))["Role"]["Arn"]
        yield from self._look(patient, _COLLECTS, arn, partial(collecting, patient))

    def _look(self, patient: Patient, title: str, principal: str, needs: Any) -> Iterator[Finding]:
        asked = list(needs())
        denied = [one for need in asked for one in _denied(patient, principal, need)]
        if not denied:
            yield ok(title, f"may do all that was asked: {', '.join(_purposes(asked))}")
        for one in denied:
            why = f"{one.by}: {', '.join(one.actions)} on {one.need.resource}"
            yield problem(title, f"may not {one.need.purpose}: {why}", fix(one, principal))


def _collecting_role(patient: Patient) -> str:
    """The name of the role of the function that asks targets."""
    pages = patient.client("cloudformation").get_paginator("list_stack_resources")
    for page in pages.paginate(StackName=patient.stack):
        for one in page["StackResourceSummaries"]:
            is_role = one["ResourceType"] == "AWS::IAM::Role"
            if is_role and one["LogicalResourceId"].startswith(_ROLE_THAT_COLLECTS):
                return str(one["PhysicalResourceId"])
    raise StackNotFound(
        f"The stack {patient.stack} has no role that collects, and its settings list targets",
        action="Deploy it again.",
    )


def _condition(need: Need) -> dict[str, Any]:
    """As the stack's own policies have it: no more is allowed than what was asked."""
    values = {key: value.replace("/any/", "/*") for key, value in need.context.items()}
    return {"Condition": {"StringLike": values}} if values else {}


def _purposes(needs: Iterable[Need]) -> list[str]:
    return list(dict.fromkeys(need.purpose for need in needs))


def _denied(patient: Patient, principal: str, need: Need) -> Iterator[Denied]:
    """The need's actions that are refused, by who refuses them."""
    answer = patient.client("iam").simulate_principal_policy(
        PolicySourceArn=principal,
        ActionNames=list(need.actions),
        ResourceArns=[need.resource],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in need.context.items()
        ],
    )
    refused: dict[str, list[str]] = {}
    for one in answer["EvaluationResults"]:
        if one["EvalDecision"] != "allowed":
            refused.setdefault(_who(one), []).append(one["EvalActionName"])
    return (Denied(need, tuple(actions), by) for by, actions in refused.items())


def _who(result: Mapping[str, Any]) -> str:
    organization = result.get("OrganizationsDecisionDetail", {})
    boundary = result.get("PermissionsBoundaryDecisionDetail", {})
    if organization.get("AllowedByOrganizations") is False:
        return "a service control policy forbids it"
    if boundary.get("AllowedByPermissionsBoundary") is False:
        return "the permissions boundary does not allow it"
    if result["EvalDecision"] == "explicitDeny":
        return "a policy denies it"
    return "no policy allows it"


def fix(denied: Denied, principal: str) -> str:
    """What gives a role or user of this account what no policy allows; else who must give way."""
    kind, _, name = principal.split(":", 5)[5].partition("/")
    name = name.rsplit("/", 1)[-1]
    # IAM Identity Center keeps its roles itself.
    kept = kind not in ("role", "user") or name.startswith("AWSReservedSSO_")
    if kept or denied.by != "no policy allows it":
        return f"Have whoever keeps it allow {', '.join(denied.actions)} to {principal}."
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(denied.actions),
                "Resource": denied.need.resource.replace("/any", "/*").replace(":any", ":*"),
                **_condition(denied.need),
            }
        ],
    }
    policy = re.sub(r"[^\w+=,.@-]+", "-", f"modeleval-{denied.need.purpose}")[:_LONGEST_NAME]
    return (
        f"aws iam put-{kind}-policy --{kind}-name {shlex.quote(name)} --policy-name {policy} "
        f"--policy-document {shlex.quote(json.dumps(document, separators=(',', ':')))}"
    )
