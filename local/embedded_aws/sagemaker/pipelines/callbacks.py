"""Callback steps: a message to a queue with a token, and whoever has the token ends the step.

Sources: developer guide, "Callback step" (the role needs sqs:SendMessage; the message has token and
arguments); API reference, SendPipelineExecutionStepSuccess and -Failure, StopPipelineExecution (a
second message, whose status is Stopping; the execution stops once it is answered).
"""

from __future__ import annotations

import contextlib
import json
import secrets
import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import invalid, missing
from embedded_aws.sagemaker.pipelines import role
from embedded_aws.sagemaker.pipelines.clients import sqs_client
from embedded_aws.sagemaker.pipelines.records import Answer as Answered
from embedded_aws.sagemaker.pipelines.records import Execution, StepRun
from embedded_aws.sagemaker.pipelines.shared import Answer, Request, Shared
from embedded_aws.sagemaker.pipelines.store import Store
from embedded_aws.sagemaker.pipelines.work import StepFailed, Stopped

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_ALPHABET = string.ascii_letters + string.digits
_TOKEN_LENGTH = 10
_TICK = 0.05


class Callbacks:
    """Runs the steps."""

    def __init__(self, service: SageMaker, store: Store) -> None:
        self._service = service
        self._store = store

    def run(self, execution: Execution, run: StepRun, found: dict[str, Any]) -> None:
        """Send the message and wait for the answer; raises StepFailed or Stopped."""
        token = "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN_LENGTH))
        run.metadata = {"Callback": {"CallbackToken": token, "SqsQueueUrl": found["SqsQueueUrl"]}}
        run.sent = found["Arguments"]
        run.token = token
        self._store.move_step(execution, run, "Executing")
        self._send(execution, found, token, "Executing")
        with self._store.changed:
            while run.answer is None:
                if not self._store.lives(execution):
                    raise Stopped
                self._store.changed.wait(_TICK)
            if run.answer.failure is not None:
                raise StepFailed(run.answer.failure)

    def give_up(self, execution: Execution) -> None:
        """Tell of a stop, and wait until every step that waits was answered."""
        waiting = [run for run in execution.runs.values() if run.token and run.answer is None]
        for run in waiting:
            # The arguments again as they were: those of a step do not change.
            url = run.metadata["Callback"]["SqsQueueUrl"]
            found = {"SqsQueueUrl": url, "Arguments": run.sent}
            with contextlib.suppress(StepFailed, role.RoleRefused):  # then nobody hears of it
                self._send(execution, found, run.token, "Stopping")
        with self._store.changed:
            while self._store.knows(execution) and any(run.answer is None for run in waiting):
                self._store.changed.wait(_TICK)

    def _send(self, execution: Execution, found: dict[str, Any], token: str, status: str) -> None:
        session = role.assume(execution.role, execution.region, execution.pipeline.arn)
        body = {
            "token": token,
            "pipelineExecutionArn": execution.arn,
            "arguments": found["Arguments"],
            "status": status,
        }
        client = sqs_client(session, self._service.home)
        try:
            client.send_message(QueueUrl=found["SqsQueueUrl"], MessageBody=json.dumps(body))
        except (ClientError, BotoCoreError) as error:
            raise StepFailed(f"ClientError: Failed to invoke sqs:SendMessage. {error}") from None


class CallbackOperations:
    """Answering a step."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def by_name(self) -> dict[str, Callable[[Caller, Request], Answer]]:
        """The operations, by name."""
        return {
            "SendPipelineExecutionStepSuccess": self._success,
            "SendPipelineExecutionStepFailure": self._failure,
        }

    def _success(self, caller: Caller, request: Request) -> Answer:
        self._shared.service.require(caller, "sagemaker:SendPipelineExecutionStepSuccess")
        outputs = {one["Name"]: one["Value"] for one in request.get("OutputParameters", [])}
        return self._answer(request, Answered(request.get("ClientRequestToken", ""), outputs))

    def _failure(self, caller: Caller, request: Request) -> Answer:
        self._shared.service.require(caller, "sagemaker:SendPipelineExecutionStepFailure")
        reason = request.get("FailureReason", "")
        return self._answer(request, Answered(request.get("ClientRequestToken", ""), {}, reason))

    def _answer(self, request: Request, answer: Answered) -> Answer:
        """The first answer counts; the same request again is answered in the same way."""
        with self._shared.store.changed:
            found = self._shared.store.asked(request["CallbackToken"])
            if found is None:
                raise missing("No pipeline execution waits for the callback token.")
            execution, run = found
            if run.answer is not None and run.answer != answer:
                raise invalid("The callback token was answered before.")
            run.answer = answer
            run.outputs = answer.outputs
            listed = [{"Name": name, "Value": value} for name, value in answer.outputs.items()]
            run.metadata["Callback"]["OutputParameters"] = listed
            self._shared.store.changed.notify_all()
            return {"PipelineExecutionArn": execution.arn}
