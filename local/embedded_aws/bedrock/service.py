"""The stand-in as a whole: one request in, one answer out, and a note of each."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from embedded_aws.bedrock import protocol
from embedded_aws.bedrock.authorisation import authorise
from embedded_aws.bedrock.converse import Speaker, turn
from embedded_aws.bedrock.converse import operation as converse
from embedded_aws.bedrock.converse.operation import Converse
from embedded_aws.bedrock.jobs import Jobs
from embedded_aws.bedrock.operations import Operations
from embedded_aws.bedrock.registry import Registry
from embedded_aws.bedrock.runner import Runner
from embedded_aws.bedrock.settings import Settings
from embedded_aws.callers import authenticate
from embedded_aws.calls import Call, Calls
from embedded_aws.environment import Home
from embedded_aws.errors import ServiceError
from embedded_aws.faults import Fault, Faults
from embedded_aws.http import Request, Response, Signature
from embedded_aws.judging import Judge
from embedded_aws.validation import validate

log = logging.getLogger("embedded_aws.bedrock")


class Bedrock:
    """Bedrock's control plane and Converse, as far as the stand-in goes."""

    def __init__(self, home: Home, job_seconds: float, judge: Judge, speaker: Speaker) -> None:
        self._defaults = Settings(jobSeconds=job_seconds)
        self.settings = self._defaults
        self.faults = Faults()
        self.jobs = Jobs()
        self.registry = Registry()
        self.calls = Calls()
        self.converse = Converse(self.registry, self.faults, speaker)
        runner = Runner(self.jobs, self.faults, lambda: self.settings, home, judge)
        self._operations = Operations(
            self.jobs, runner, lambda: self.settings, home, self.registry, converse=self.converse
        )

    def answer(self, request: Request, signed: Signature) -> Response:
        """Answer a signed request, whatever happens; runs in a thread of its own."""
        found = protocol.match(request)
        if found is None:
            return ServiceError("UnknownOperationException", "No such operation.").response()
        operation, uri = found
        call = Call(operation.name)
        try:
            response = self._perform(operation, uri, request, signed, call)
        except ServiceError as error:
            call.error = error.code
            response = error.response()
        except Exception:
            log.exception("the stand-in failed on %s", operation.name)
            call.error = "InternalServerException"
            response = ServiceError(call.error, "The stand-in failed; see its log.").response()
        call.status = response.status
        self.calls.add(call)
        return response

    def _perform(
        self,
        operation: Any,
        uri: dict[str, str],
        request: Request,
        signed: Signature,
        call: Call,
    ) -> Response:
        caller = authenticate(request, signed)
        call.caller = caller.arn
        value = protocol.parse(operation, uri, request)
        call.name = self._name(operation.name, value)
        wanted = {"operation": operation.name, "job_name": call.name or ""}
        if operation.name == converse.NAME:
            wanted["about"] = turn.spoken_of(value)
        if fault := self.faults.take("error", **wanted):
            raise ServiceError(fault.code, fault.message or "The stand-in was told to fail.")
        if fault := self.faults.take("delay", **wanted):
            time.sleep(fault.seconds)
        authorise(caller, operation.name, value)
        self._validate(operation, value)
        response = protocol.answer(operation, self._operations[operation.name](caller, value))
        if fault := self.faults.take("lost-response", **wanted):
            return _lost(fault, response, call)
        return response

    def _validate(self, operation: Any, value: dict[str, Any]) -> None:
        if operation.name == "GetPromptRouter" and self.settings.customRouters == "found":
            router = str(value["promptRouterArn"]).replace(
                ":prompt-router/", ":default-prompt-router/"
            )
            value = {**value, "promptRouterArn": router}
        validate(operation.input_shape, value)

    def _name(self, operation: str, value: dict[str, Any]) -> str | None:
        """What a call is about: a job, or the model of a conversation."""
        if operation == converse.NAME:
            return str(value["modelId"])
        name = value.get("jobName")
        if isinstance(name, str):
            return name[:63]
        job = self.jobs.get(str(value.get("jobIdentifier")))
        return job.name if job else None

    def change(self, changes: dict[str, Any]) -> Settings:
        """Change settings; wakes jobs that were held."""
        with self.jobs.changed:
            self.settings = self.settings.changed(changes)
            self.jobs.changed.notify_all()
        return self.settings

    def reset(self) -> None:
        """As after the start: no jobs, faults, calls or registered models; the first settings."""
        self.faults.clear()
        self.jobs.clear()
        self.registry.clear()
        self.converse.clear()
        self.settings = self._defaults
        self.calls.clear()


def _lost(fault: Fault, response: Response, call: Call) -> Response:
    """The work is done; instead of its answer comes an InternalServerException, or nothing."""
    call.error = f"lost-response ({fault.how})"
    if fault.how == "cut":
        return replace(response, cut=True)
    return ServiceError("InternalServerException", fault.message or "Internal error.").response()
