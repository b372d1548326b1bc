"""Lambda functions that answer for an application, or for a tool that a model calls."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.collecting.refusals import asking
from modeleval.errors import TargetRefused

MOST_REQUEST_BYTES = 6 * 1024 * 1024
"""Lambda's own limit on what a function is handed."""
_NOT_THERE = "ResourceNotFoundException"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_TIMED_OUT = "Sandbox.Timedout"


class FunctionFailed(Exception):
    """The function was invoked and ended with an error of its own, or after its own timeout."""

    def __init__(self, *, timed_out: bool = False) -> None:
        self.timed_out = timed_out
        super().__init__()


class AnswerTooLong(Exception):
    """The function answered more than is read."""


class Functions:
    """Lambda, as far as targets go. The client must not try an invocation twice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def check(self, arn: str, *, field: str) -> None:
        """Raise TargetRefused if there is no such function, and TransientServiceError.

        One that may not be looked at (another account's) may be there.
        """
        with transient_errors("Lambda"):
            try:
                self._client.get_function_configuration(FunctionName=arn)
            except ClientError as error:
                if error_code(error) == _NOT_THERE:
                    raise TargetRefused(
                        f"There is no function {arn}",
                        where=field,
                        action="Correct the ARN, or deploy the function.",
                    ) from None
                if error_code(error) not in _DENIED:
                    raise

    def invoke(self, arn: str, payload: bytes, *, most: int) -> bytes:
        """What the function returned, at most so many bytes.

        Raises FunctionFailed, AnswerTooLong, TurnFailed, TargetBusy and TargetRefused.
        """
        with asking("Lambda", arn):
            found = self._client.invoke(FunctionName=arn, Payload=payload)
            with closing(found["Payload"]) as answer:
                body = bytes(answer.read(most + 1))
        if found.get("FunctionError"):
            raise FunctionFailed(timed_out=_error_type(body) == _TIMED_OUT)
        if len(body) > most:
            raise AnswerTooLong
        return body


def _error_type(body: bytes) -> str | None:
    """The class of a function's error, as Lambda tells it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return str(found.get("errorType")) if isinstance(found, dict) else None
