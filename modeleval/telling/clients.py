"""The three that are told: an event bus, a topic, and SageMaker's steps that wait for an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.errors import ServiceRefused, TransientServiceError
from modeleval.ids import client_token

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sagemaker import SageMakerClient

_LONGEST_REASON = 256
_LONGEST_VALUE = 1024
_PASSING = frozenset({"InternalException", "InternalFailure", "ThrottlingException"})
_WAITS_NO_MORE = frozenset({"ResourceNotFound", "ResourceNotFoundException", "ValidationException"})


class EventBus:
    """The account's default bus."""

    def __init__(self, client: EventBridgeClient) -> None:
        self._client = client

    def put(self, source: str, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Raises TransientServiceError or ServiceRefused: an entry can fail in an answer of 200."""
        entry = {
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail, separators=(",", ":")),
        }
        with transient_errors("EventBridge"):
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        if not answer["FailedEntryCount"]:
            return
        code = str(answer["Entries"][0].get("ErrorCode", "Unknown"))
        if code in _PASSING:
            raise TransientServiceError(
                f"EventBridge did not take the event: {code}", action="The step is tried again."
            )
        raise ServiceRefused(
            f"EventBridge refused the event: {code}", action="See docs/troubleshooting.md."
        )


class Topic:
    """A standard SNS topic."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, subject: str, message: str) -> None:
        with transient_errors("SNS"):
            self._client.publish(TopicArn=self._arn, Subject=subject, Message=message)


class WaitingSteps:
    """Callback steps of SageMaker pipelines. Answering one again is the same answer."""

    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def succeed(self, token: str, name: str, outputs: Mapping[str, str]) -> bool:
        """End a step with its output parameters; False if it waits no more.

        `name` makes the request's own token: the same name, the same answer.
        """
        parameters = [{"Name": key, "Value": v[:_LONGEST_VALUE]} for key, v in outputs.items()]
        return self._answer(
            self._client.send_pipeline_execution_step_success,
            CallbackToken=token,
            OutputParameters=parameters,
            ClientRequestToken=client_token(f"{name} succeeded"),
        )

    def fail(self, token: str, name: str, reason: str) -> bool:
        """Fail a step, with a reason that people see; False if it waits no more."""
        return self._answer(
            self._client.send_pipeline_execution_step_failure,
            CallbackToken=token,
            FailureReason=reason[:_LONGEST_REASON],
            ClientRequestToken=client_token(f"{name} failed"),
        )

    def _answer(self, call: Any, **request: Any) -> bool:
        with transient_errors("SageMaker"):
            try:
                call(**request)
            except ClientError as error:
                if error_code(error) == "ConflictException":
                    raise TransientServiceError(
                        "SageMaker is changing the pipeline's execution",
                        action="The step is tried again.",
                    ) from None
                if error_code(error) not in _WAITS_NO_MORE:
                    raise
                return False
        return True
