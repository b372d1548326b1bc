"""The stand-in as a whole: one request in, one answer out, and a note of each.

A module of operations exports ``operations(service)``: a function per operation, each of which
takes the caller and a well-formed request, asks ``service.require`` for the permission first, and
answers or raises a ServiceError. It may also export ``routes(service)``, its part of the control
API (``{("POST", "events"): function of the JSON body}``, below ``/_standin/sagemaker/``), and
``reset(service)``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from embedded_aws.bedrock.registry import Registry
from embedded_aws.callers import Caller, authenticate
from embedded_aws.calls import Call, Calls
from embedded_aws.environment import Home
from embedded_aws.errors import ServiceError
from embedded_aws.faults import Fault, Faults
from embedded_aws.http import Request, Response, Signature
from embedded_aws.judging import Judge
from embedded_aws.sagemaker import (
    control,
    endpoints,
    flow_definitions,
    group_operations,
    hub_operations,
    lineage,
    package_operations,
    pipelines,
    protocol,
    public_hub,
    tagging,
)
from embedded_aws.sagemaker.errors import internal
from embedded_aws.sagemaker.events import Events
from embedded_aws.sagemaker.hub import Hubs
from embedded_aws.sagemaker.lineage import Artifacts
from embedded_aws.sagemaker.packages import Packages
from embedded_aws.sagemaker.settings import Settings
from embedded_aws.sagemaker.state import ClientTokens, Tags
from embedded_aws.validation import validate

Operation = Callable[[Caller, dict[str, Any]], dict[str, Any]]
Route = Callable[[Any], Any]

log = logging.getLogger("embedded_aws.sagemaker")
_MODULES: tuple[ModuleType, ...] = (
    group_operations,
    package_operations,
    hub_operations,
    lineage,
    endpoints,
    flow_definitions,
    tagging,
    pipelines,
    control,
)
# What a call is about: the first of these that its request has.
_NAMES = (
    "PipelineExecutionArn",
    "PipelineName",
    "TrainingJobName",
    "ModelPackageArn",
    "ModelPackageName",
    "ModelPackageGroupName",
    "HubContentName",
    "HubName",
    "ArtifactArn",
    "ResourceArn",
    "EndpointName",
    "FlowDefinitionName",
    "SourceUri",
    "NameContains",
)


class SageMaker:
    """SageMaker's control plane, as far as the stand-in goes."""

    def __init__(
        self, home: Home, faults: Faults, registry: Registry, seconds: float, judge: Judge
    ) -> None:
        """``registry`` has the endpoints; ``seconds`` is how long a step takes at first."""
        self.judge = judge
        self.home = home
        self.faults = faults
        self.registry = registry
        self._seconds = seconds
        self.settings = Settings(stepSeconds=seconds)
        self.lock = threading.RLock()  # guards the state of every module
        self.tags = Tags()
        self.tokens = ClientTokens()
        self.packages = Packages()
        self.hub = Hubs(public_hub.contents())
        self.lineage = Artifacts()
        self.events = Events(self.settings)
        self.calls = Calls()
        self.operations: dict[str, Operation] = {}
        self.routes: dict[tuple[str, str], Route] = {}
        for module in _MODULES:
            if hasattr(module, "operations"):
                self.operations |= module.operations(self)
            if hasattr(module, "routes"):
                self.routes |= module.routes(self)

    def require(
        self,
        caller: Caller,
        action: str,
        *arns: str,
        context: dict[str, Any] | None = None,
    ) -> None:
        """Raise AccessDeniedException unless the caller may do the action on each of the ARNs.

        ``action`` is with its service ("sagemaker:ListPipelines", "iam:PassRole").
        """
        for arn in arns or ("*",):
            caller.require(action, arn, context)

    def answer(self, request: Request, signed: Signature) -> Response:
        """Answer a signed request, whatever happens; runs in a thread of its own."""
        name = protocol.operation_name(request)
        call = Call(name)
        try:
            response = self._perform(name, request, signed, call)
        except ServiceError as error:
            call.error = error.code
            response = protocol.error(error)
        except Exception:
            log.exception("the stand-in failed on %s", name)
            call.error = "InternalFailure"
            response = protocol.error(internal("The stand-in failed; see its log."))
        call.status = response.status
        self.calls.add(call)
        return response

    def _perform(self, name: str, request: Request, signed: Signature, call: Call) -> Response:
        operate = self.operations.get(name)
        if operate is None:
            known = ", ".join(sorted(self.operations))
            raise ServiceError(
                "UnknownOperationException",
                f"The stand-in for SageMaker has no operation {name!r}; it has {known}.",
            )
        caller = authenticate(request, signed)
        call.caller = caller.arn
        operation = protocol.operation_model(name)
        value = protocol.parse(operation, request)
        call.name = _name(value)
        wanted = {"operation": name, "job_name": call.name or ""}
        if fault := self.faults.take("error", **wanted):
            raise ServiceError(fault.code, fault.message or "The stand-in was told to fail.")
        if fault := self.faults.take("delay", **wanted):
            time.sleep(fault.seconds)
        if operation.input_shape is not None:
            validate(operation.input_shape, value)
        response = protocol.answer(operation, operate(caller, value))
        if fault := self.faults.take("lost-response", **wanted):
            return _lost(fault, response, call)
        return response

    def reset(self) -> None:
        """As after the start: no packages, hubs, artifacts, tags or calls; the first settings."""
        with self.lock:
            self.settings.change(Settings(stepSeconds=self._seconds).to_json())
            for kept in (self.packages, self.hub, self.lineage, self.tags, self.tokens, self.calls):
                kept.clear()
            for module in _MODULES:
                if hasattr(module, "reset"):
                    module.reset(self)


def _name(value: dict[str, Any]) -> str | None:
    for member in _NAMES:
        if isinstance(value.get(member), str):
            return str(value[member])[:256]
    return None


def _lost(fault: Fault, response: Response, call: Call) -> Response:
    """The work is done; instead of its answer comes an InternalFailure, or nothing."""
    call.error = f"lost-response ({fault.how})"
    if fault.how == "cut":
        return replace(response, cut=True)
    return protocol.error(internal(fault.message or "Internal error."))
