"""The customer key, where the settings have one: is it usable, and may Bedrock use it?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from modeleval.doctor.patient import Patient
from modeleval.doctor.policies import calling, lets_in, statements
from modeleval.doctor.protocol import Finding, Question, ok, problem
from modeleval.errors import StackNotFound

_USED = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
_WHAT = "the customer key"
_MENDED_BY = {
    "Disabled": "aws kms enable-key --key-id {arn}",
    "PendingDeletion": "aws kms cancel-key-deletion --key-id {arn} && "
    "aws kms enable-key --key-id {arn}",
}


class CustomerKey:
    """Without one, AWS's own keys encrypt, and there is nothing to look at."""

    name = "customer key"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        settings = patient.services.settings
        if not (settings.customer_key or settings.customer_key_arn):
            return [Question(_WHAT, lambda: [ok(_WHAT, "none: AWS's own keys encrypt")])]
        return [
            Question(
                "its state",
                partial(self._state, patient),
                ("kms:DescribeKey", "cloudformation:ListStackResources"),
            ),
            Question(
                "its policy",
                partial(self._policy, patient),
                ("kms:GetKeyPolicy", "cloudformation:ListStackResources"),
            ),
        ]

    def _state(self, patient: Patient) -> Iterator[Finding]:
        arn = _arn(patient)
        found = patient.client("kms").describe_key(KeyId=arn)["KeyMetadata"]
        state, usage = found["KeyState"], found.get("KeyUsage", "ENCRYPT_DECRYPT")
        if usage != "ENCRYPT_DECRYPT" or found.get("KeySpec", "SYMMETRIC_DEFAULT") != (
            "SYMMETRIC_DEFAULT"
        ):
            fix = "Name a symmetric key for encryption in customerKeyArn and deploy."
            yield problem("its state", f"{arn} is no symmetric key for encryption", fix)
        elif state == "Enabled":
            yield ok("its state", f"{arn} is enabled")
        else:
            fix = _MENDED_BY.get(state, "Name another in customerKeyArn and deploy.")
            yield problem("its state", f"{arn} is {state}", fix.format(arn=arn))

    def _policy(self, patient: Patient) -> Iterator[Finding]:
        """As the user guide's model-evaluation-security-data has it."""
        arn = _arn(patient)
        answer = patient.client("kms").get_key_policy(KeyId=arn, PolicyName="default")
        jobs = (
            f"arn:{patient.partition}:bedrock:{patient.region}:{patient.account}:evaluation-job/*"
        )
        caller = calling("bedrock.amazonaws.com", patient.account, jobs)
        context = {**caller.context, "kms:encryptioncontext:evaluationjobarn": jobs}
        wrong = lets_in(statements(answer["Policy"]), caller._replace(context=context), *_USED)
        if not wrong:
            yield ok("its policy", "Bedrock's evaluation jobs may use it")
            return
        statement = json.dumps(_statement(patient.account, jobs), separators=(",", ":"))
        yield problem("its policy", wrong, f"Add to the key's policy: {statement}")


def _arn(patient: Patient) -> str:
    """The key that the settings name (its ARN), else the stack's own (its id)."""
    services = patient.services
    if services.settings.customer_key_arn:
        return services.settings.customer_key_arn
    pages = patient.client("cloudformation").get_paginator("list_stack_resources")
    for page in pages.paginate(StackName=patient.stack):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == "AWS::KMS::Key":
                return str(one["PhysicalResourceId"])
    raise StackNotFound(
        f"The stack {patient.stack} has no key of its own, and its settings ask for one",
        action="Deploy it again.",
    )


def _statement(account: str, jobs: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": list(_USED),
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": jobs},
        },
    }
