"""From an error as Step Functions reports it to what is stored: a name and a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modeleval.store.items import Failure

_MESSAGE_LIMIT = 30_000
"""Below Step Functions' 32,768 characters for a cause; fifty problems of a dataset fit."""


def failure_of(error: Mapping[str, Any]) -> Failure:
    """`error` is `$states.errorOutput`; a Lambda's Cause is JSON with its errorMessage."""
    name = str(error.get("Error") or "UnknownError")
    cause = str(error.get("Cause") or "")
    try:
        parsed = json.loads(cause)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict) and "errorMessage" in parsed:
        name = str(parsed.get("errorType") or name)
        cause = str(parsed["errorMessage"])
    return Failure(name=name, message=cause[:_MESSAGE_LIMIT])
