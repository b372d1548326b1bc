"""From an error as Step Functions reports it to what is stored: a name and a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modeleval.errors import JobFailed, JobRefused, ModelevalError, ServiceRefused
from modeleval.explanations import with_explanation
from modeleval.store.items import Failure

_MESSAGE_LIMIT = 30_000
"""Below Step Functions' 32,768 characters for a cause; fifty problems of a dataset fit."""

_SERVICES_WORDS = frozenset({one.__name__ for one in (JobFailed, JobRefused, ServiceRefused)})


def failure_of(error: Mapping[str, Any]) -> Failure:
    """`error` is `$states.errorOutput`; a Lambda's Cause is JSON with its errorMessage.

    What a service said is explained, where its words are known.
    """
    name = str(error.get("Error") or "UnknownError")
    cause = str(error.get("Cause") or "")
    try:
        parsed = json.loads(cause)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict) and "errorMessage" in parsed:
        name = str(parsed.get("errorType") or name)
        cause = str(parsed["errorMessage"])
    message = cause[:_MESSAGE_LIMIT]
    return Failure(name=name, message=with_explanation(message) if quotes(name) else message)


def quotes(name: str) -> bool:
    """Whether an error of this name tells a service's words, and not only our own."""
    ours = {one.__name__ for one in _every(ModelevalError)}
    return name in _SERVICES_WORDS or name not in ours


def _every(error: type[ModelevalError]) -> list[type[ModelevalError]]:
    return [error, *(below for one in error.__subclasses__() for below in _every(one))]
