"""What AWS's errors mean to a conversation: try later, this turn fails, or nobody is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from modeleval.aws import error_code, error_message, is_transient
from modeleval.collecting.protocol import ONE_REQUEST, TargetBusy, TurnFailed
from modeleval.errors import TargetRefused

_FORBIDDEN = 403
_BUSY = frozenset(
    {
        "ModelErrorException",
        "ResourceConflictException",
        "ServiceQuotaExceededException",
        "SnapStartNotReadyException",
    }
)
_NOT_READY, _READY_AFTER_SECONDS = "ModelNotReadyException", 30.0
"""An imported model that nobody asked for a while is loaded again, which takes minutes."""
_TOO_SLOW = "ModelTimeoutException"
_NOT_THERE = "ResourceNotFoundException"

# Bedrock has one error for a turn that it does not take and for a target that no turn can change.
_ALWAYS = (
    (
        r"on-demand throughput isn.t supported",
        "it cannot be called on demand",
        "Name an inference profile of it, listed in generatorModels.",
    ),
    (
        r"model identifier is invalid",
        "Bedrock does not know it in this Region",
        "Correct the target's model.",
    ),
    (
        r"(doesn.t|does not) support (tool|system|guardrail)",
        "it does not take tools, a system prompt or a guardrail",
        "Leave that out of the target, or choose another model.",
    ),
    (
        r"maximum tokens .* exceeds the model limit",
        "it does not write that many tokens",
        "Lower inferenceParams.maxTokens of the target.",
    ),
    (
        r"temperature and top_?p cannot both be specified",
        "it takes either temperature or topP",
        "Set inferenceParams.topP of the target to null.",
    ),
    (
        r"guardrail .*(does not exist|not found)|guardrail identifier or version",
        "there is no such guardrail or version of it",
        "Correct the target's guardrail.",
    ),
)


@contextmanager
def asking(service: str, who: str) -> Iterator[None]:
    """Turn botocore's errors into TargetBusy, TurnFailed and TargetRefused.

    who: the model's id or the function's ARN.
    """
    try:
        yield
    except ReadTimeoutError:
        raise TurnFailed("timeout", ONE_REQUEST) from None
    except ClientError as error:
        raise _meant(error, service, who) from None
    except ParamValidationError:
        raise TurnFailed("refusedRequest", ONE_REQUEST) from None
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise _refused(who, f"{service} was not asked ({type(error).__name__})") from None
    except BotoCoreError as error:
        raise TargetBusy(type(error).__name__) from None


def _meant(error: ClientError, service: str, who: str) -> Exception:
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == _TOO_SLOW:
        return TurnFailed("timeout", ONE_REQUEST)
    if code == _NOT_READY:
        return TargetBusy(code, _READY_AFTER_SECONDS)
    if code in _BUSY or is_transient(error):
        return TargetBusy(code)
    if code == _NOT_THERE or status == _FORBIDDEN:
        return _refused(who, f"{service} answers {code}: {error_message(error)}")
    said = error_message(error)
    for pattern, what, action in _ALWAYS:
        if re.search(pattern, said, re.IGNORECASE):
            return TargetRefused(f"{who} cannot be asked: {what}", action=action)
    return TurnFailed("refusedRequest", ONE_REQUEST)


def _refused(who: str, what: str) -> TargetRefused:
    return TargetRefused(
        f"{who} cannot be asked: {what}",
        action="It must be there, and whoever collects must be allowed to ask it.",
    )
