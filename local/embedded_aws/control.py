"""The control API for tests, under ``/_standin/``: JSON, unsigned, on the same port.

It sets faults and settings and tells what was called. README.md lists it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from embedded_aws import executions, faults, function_calls, schedules
from embedded_aws.bedrock.converse.operation import check_content
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.protocol import OF_AGENTS, OF_RUNTIME, OPERATIONS
from embedded_aws.bedrock.service import Bedrock
from embedded_aws.function_calls import FunctionCalls
from embedded_aws.http import Request, Response, json_response
from embedded_aws.patches import held_waits
from embedded_aws.sagemaker.service import SageMaker


class Control:
    """Answers the control API."""

    def __init__(self, bedrock: Bedrock, sagemaker: SageMaker, called: FunctionCalls) -> None:
        self._bedrock = bedrock
        self._sagemaker = sagemaker
        self._called = called
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "calls"): lambda _: {
                "calls": [c.to_json("jobName") for c in bedrock.calls.all()]
            },
            ("GET", "jobs"): lambda _: {"jobs": [_shown(job) for job in bedrock.jobs.all()]},
            ("POST", "jobs"): lambda value: {"jobs": bedrock.jobs.seed(int(value["completed"]))},
            ("GET", "models"): lambda _: {"models": [m.to_json() for m in bedrock.registry.all()]},
            ("POST", "models"): bedrock.registry.register,
            ("POST", "knowledge-bases"): bedrock.registry.knowledge_bases.register,
            ("GET", "conversations"): lambda _: bedrock.converse.asked(),
            ("POST", "guardrails"): bedrock.converse.guardrails.register,
            ("GET", "settings"): lambda _: bedrock.settings.to_json(),
            ("POST", "settings"): lambda value: bedrock.change(value).to_json(),
            ("GET", "faults"): lambda _: self._pending(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): lambda _: bedrock.faults.clear(),
            ("GET", "function-calls"): lambda value: {
                "calls": [c.to_json() for c in called.all(**value)]
            },
            ("POST", "scopes"): called.add_scope,
            ("DELETE", "scopes"): lambda value: called.drop_scope(**value),
            ("GET", "disturbances"): lambda _: self._disturbances(),
            ("POST", "disturbances"): self._disturb,
            ("DELETE", "disturbances"): lambda value: called.calm(**value),
            ("POST", "reset"): self._reset,
            ("POST", "schedules/fire"): _fire,
            ("POST", "executions/time-out"): lambda value: executions.time_out(**value),
            ("GET", "executions/hold"): lambda _: {"executions": held_waits.lasting()},
            ("POST", "executions/hold"): lambda value: held_waits.hold(**value),
            ("DELETE", "executions/hold"): lambda _: held_waits.let_go(),
            ("POST", "executions/wait"): lambda value: executions.wait(**value),
        }
        for (method, path), route in sagemaker.routes.items():
            self._routes[(method, f"sagemaker/{path}")] = route

    def answer(self, request: Request) -> Response:
        """200 with the result, 400 with what is wrong with the request, or 404."""
        name = request.path.removeprefix("/_standin/").rstrip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            known = [f"{method} /_standin/{path}" for method, path in self._routes]
            return json_response(404, {"message": f"no such call; there are {known}"})
        try:
            value = json.loads(request.body) if request.body else {}
            return json_response(200, route(value) or {})
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            return json_response(400, {"message": str(error)})

    def _reset(self, _: Any) -> None:
        self._bedrock.reset()
        self._sagemaker.reset()
        self._called.clear()
        held_waits.let_go()

    def _disturbances(self) -> dict[str, Any]:
        return {"disturbances": [vars(one) for one in self._called.disturbances()]}

    def _disturb(self, value: Any) -> dict[str, Any]:
        """One disturbance, or a list of them; none is added unless all are sound."""
        given = value if isinstance(value, list) else [value]
        self._called.disturb([function_calls.parse(one) for one in given])
        return self._disturbances()

    def _pending(self) -> dict[str, Any]:
        return {"faults": [fault.to_json() for fault in self._bedrock.faults.pending()]}

    def _add_faults(self, value: Any) -> dict[str, Any]:
        """One fault, or a list of them; none is added unless all are sound."""
        known = {*OPERATIONS, *OF_AGENTS, *OF_RUNTIME, *self._sagemaker.operations}
        given = value if isinstance(value, list) else [value]
        parsed = [faults.parse(one, known) for one in given]
        for fault in parsed:
            if fault.kind == "answer":
                check_content(fault.content)
        for fault in parsed:
            self._bedrock.faults.add(fault)
        return self._pending()


def _fire(value: Any) -> dict[str, Any]:
    arguments = {"scheduled_time" if k == "scheduledTime" else k: v for k, v in value.items()}
    return schedules.fire(**arguments)


def _shown(job: Job) -> dict[str, Any]:
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "failureMessages": job.failure_messages,
        "creationTime": job.created.isoformat(timespec="milliseconds"),
        "request": job.request,
    }
