"""Since when a suite's trigger counts: set at deployment, by a CloudFormation custom resource.

The resource's property lists the triggers, so that CloudFormation calls again only when one of them
changes. Source: CloudFormation user guide, "Custom resource request objects", "… response objects".
"""

from __future__ import annotations

import json
import logging
import os
import ssl
import urllib.request
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from modeleval.aws import error_code
from modeleval.errors import EventUnreadable, ModelevalError
from modeleval.services import Services
from modeleval.store.triggers import EnabledTrigger
from modeleval.suite.document import Suite
from modeleval.workflow.events import Event
from modeleval.workflow.timing import timestamp

PROPERTY = "Triggers"
_SECONDS = 30
_LONGEST_REASON = 1000
"""CloudFormation takes a response of 4,096 bytes."""


class ResourceRequest(Event):
    """What CloudFormation sends for a custom resource."""

    model_config = ConfigDict(alias_generator=to_pascal)

    request_type: str
    response_url: str = Field(alias="ResponseURL")
    stack_id: str
    request_id: str
    logical_resource_id: str
    physical_resource_id: str | None = None
    resource_properties: dict[str, Any] = Field(default_factory=dict)

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"request_type": self.request_type, "resource": self.logical_resource_id}


def stated_triggers(suites: Iterable[Suite]) -> list[str]:
    """The property's value: one text per suite with a trigger, `<suite>: <patterns' digest>`."""
    return sorted(
        f"{suite.name}: {suite.trigger.digest}" for suite in suites if suite.trigger is not None
    )


def enable_triggers(request: ResourceRequest, services: Services) -> dict[str, Any]:
    """Do what the deployment asks for, and tell CloudFormation how it went.

    A failure is told with its reason, and rolls the deployment back; a deletion always succeeds,
    since a trigger that stays in the table starts nothing without the stack.
    """
    status, reason = "SUCCESS", ""
    try:
        _apply(request, services)
    except Exception as error:  # noqa: BLE001 - without an answer the deployment would hang
        reason = _reason(error)
        status = "SUCCESS" if request.request_type == "Delete" else "FAILED"
    _respond(request, status, reason)
    return {"status": status, "triggers": _stated(request, strict=False), "reason": reason}


def _apply(request: ResourceRequest, services: Services) -> None:
    owner = request.logical_resource_id
    if request.request_type == "Delete":
        services.triggers.disable(owner=owner)
        return
    before = services.triggers.enabled()
    now = timestamp(services.now())
    wanted = {}
    for text in _stated(request):
        suite, _, digest = text.partition(": ")
        found = before.get(suite)
        kept = found is not None and found.patterns == digest
        wanted[suite] = found if found and kept else EnabledTrigger(digest, now)
    services.triggers.enable(wanted, owner=owner)


def _stated(request: ResourceRequest, *, strict: bool = True) -> list[str]:
    stated = request.resource_properties.get(PROPERTY, [])
    if isinstance(stated, list) and all(isinstance(text, str) for text in stated):
        return stated
    if not strict:
        return []
    raise EventUnreadable(
        f"The property {PROPERTY} is not a list of texts",
        where=request.logical_resource_id,
        action="Deploy the stack as it was synthesized.",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.operation_name} was refused: {error_code(error)}"
    if isinstance(error, ModelevalError):
        return f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
    logging.getLogger("modeleval").error("The triggers were not changed", exc_info=error)
    return f"{type(error).__name__}; see the log of the function enable_triggers"


def _respond(request: ResourceRequest, status: str, reason: str) -> None:
    """PUT the answer to the presigned URL; without it a deployment waits for its time limit.

    The URL is signed without a content type, and for the certificates that boto3 would use.
    """
    answer = {
        "Status": status,
        "Reason": reason or "Done",
        "PhysicalResourceId": request.physical_resource_id or "modeleval-triggers",
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
    }
    sent = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        request.response_url,
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    trust = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    with urllib.request.urlopen(sent, timeout=_SECONDS, context=trust):  # noqa: S310
        return
