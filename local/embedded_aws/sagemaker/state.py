"""What all operations share: tags by ARN, and the client tokens that were used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import conflict, invalid

_MOST_TAGS = 50


class Tags:
    """The tags of every resource, by its ARN: ``{arn: {key: value}}``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tags: dict[str, dict[str, str]] = {}

    def check(self, tags: list[dict[str, str]]) -> dict[str, str]:
        """Tags (``[{"Key", "Value"}]``) as a dict; one key twice is a ValidationException."""
        given = {tag["Key"]: tag["Value"] for tag in tags}
        if len(given) != len(tags):
            raise invalid("Duplicate tag keys found. Please note that Tag keys are unique.")
        if any(key.lower().startswith("aws:") for key in given):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
        return given

    def add(self, arn: str, tags: list[dict[str, str]] | None) -> dict[str, str]:
        """Add tags to a resource, which has at most 50; all of its tags."""
        given = self.check(tags or [])
        with self._lock:
            merged = {**self._tags.get(arn, {}), **given}
            if len(merged) > _MOST_TAGS:
                raise invalid(f"A resource can have at most {_MOST_TAGS} tags.")
            self._tags[arn] = merged
            return dict(merged)

    def of(self, arn: str) -> dict[str, str]:
        """A resource's tags."""
        with self._lock:
            return dict(self._tags.get(arn, {}))

    def forget(self, arn: str) -> None:
        """The resource is gone."""
        with self._lock:
            self._tags.pop(arn, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._tags.clear()


class ClientTokens:
    """Answers by client token: a call with a used token does nothing and answers the same."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._answers: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]] = {}

    def once(
        self,
        caller: Caller,
        operation: str,
        token: str | None,
        request: dict[str, Any],
        work: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """Do the work unless the token was used; a used one with other parameters is a conflict.

        Raises what the work raises; the token is then free still.
        """
        if token is None:
            return work()
        key = (caller.account, caller.region, operation, token)
        with self._lock:
            if key in self._answers:
                former, answer = self._answers[key]
                if former != request:
                    raise conflict("The client token was used with other parameters.")
                return answer
            answer = work()
            self._answers[key] = (request, answer)
            return answer

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
