"""Lambda functions of the account that score: looked at before a run, invoked while it goes on."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from modeleval.aws import error_code, is_transient, transient_errors
from modeleval.errors import JobRefused, ScorerNotUsable

LONGEST_ANSWER_SECONDS = 600
"""A function answers within its own timeout; ours must be able to wait for it."""

_NOT_THERE = "ResourceNotFoundException"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_LOST = (ConnectionClosedError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,63}")


class Answer(NamedTuple):
    """What a function returned (`payload`), or why it returned nothing (`failure`, no content)."""

    payload: bytes = b""
    failure: str | None = None


class ScorerFunctions:
    """Lambda, as far as scorers go. The client must not try an invocation twice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def check(self, arn: str, *, field: str) -> str | None:
        """Refuse what could never answer; a warning where that cannot be told.

        Raises ScorerNotUsable.
        """
        region = arn.split(":")[3]
        if region != self._client.meta.region_name:
            raise ScorerNotUsable(
                f"The function is in {region}, and the stack in {self._client.meta.region_name}",
                where=field,
                action="Deploy it here too, and name that ARN in lambdaScorerArns.",
            )
        with transient_errors("Lambda"):
            try:
                found = self._client.get_function_configuration(FunctionName=arn)
            except ClientError as error:
                if error_code(error) == _NOT_THERE:
                    raise ScorerNotUsable(
                        f"There is no function {arn}",
                        where=field,
                        action="Correct the ARN, or deploy the function.",
                    ) from None
                if error_code(error) not in _DENIED:
                    raise
                return (
                    f"{arn} could not be looked at: its policy does not let this account. "
                    "Whether it can be invoked, the run will show"
                )
        timeout = int(found["Timeout"])
        if timeout > LONGEST_ANSWER_SECONDS:
            raise ScorerNotUsable(
                f"The function may take {timeout} seconds, and at most {LONGEST_ANSWER_SECONDS} "
                "are waited for",
                where=field,
                action="Lower its timeout, and batchSize with it.",
            )
        return None

    def invoke(self, arn: str, payload: bytes) -> Answer:
        """Invoke the function once. Raises JobRefused if it cannot be, and TransientServiceError
        if Lambda had no room for it.

        An answer that was lost is not asked for again: it was paid for.
        """
        with transient_errors("Lambda"):
            try:
                found = self._client.invoke(FunctionName=arn, Payload=payload)
                body = bytes(found["Payload"].read())
            except _LOST as error:
                return Answer(failure=f"the answer was lost ({type(error).__name__})")
            except ClientError as error:
                if is_transient(error):
                    raise
                raise JobRefused(
                    f"Lambda does not let the scorer be invoked: {error_code(error)}",
                    where=arn,
                    action="The function must be there, and its own policy must not deny it.",
                ) from None
        if found.get("FunctionError"):
            return Answer(failure=f"the function failed ({_error_type(body)})")
        return Answer(body)


def _error_type(body: bytes) -> str:
    """The error's class, if it looks like one; its message may quote what was scored."""
    try:
        found = json.loads(body)
    except ValueError:
        return "unknown error"
    named = found.get("errorType") if isinstance(found, dict) else None
    if isinstance(named, str) and _TYPE.fullmatch(named):
        return named
    return "unknown error"
