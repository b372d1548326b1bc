"""Asking a model for a text, again and in other forms where that may help."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import Any

from embedded_aws.completions import Completions, NoAnswer
from embedded_aws.judging import JudgeUnavailable

_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_TOO_MANY, _SERVER_ERRORS = 429, 500
_NOT_UNDERSTOOD = (400, 422)
# Not every server or model knows both: tried in this order, and kept to once understood.
_JSON = {"response_format": {"type": "json_object"}}
_STEADY = {"temperature": 0}
_FORMS: tuple[dict[str, Any], ...] = ({**_STEADY, **_JSON}, _STEADY, _JSON, {})


class _Again(Exception):
    """Worth another try: what happened, and how long the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class Chat:
    """A model that judges."""

    completions: Completions
    _form: int = 0

    @property
    def model(self) -> str:
        """The model's name at the endpoint."""
        return self.completions.model

    @property
    def host(self) -> str:
        """The endpoint's host, with its port."""
        return self.completions.host

    def complete(self, messages: list[dict[str, str]]) -> str:
        """The model's text. Tries again when that may help; raises JudgeUnavailable in the end."""
        for number in range(1, _TRIES + 1):
            try:
                return self._try(messages)
            except _Again as problem:
                if number == _TRIES:
                    raise self._unavailable(f"{problem}, {_TRIES} times") from None
                wait = _FIRST_WAIT * 2 ** (number - 1) * random.uniform(0.5, 1)
                time.sleep(min(_LONGEST_WAIT, wait if problem.wait is None else problem.wait))
        raise AssertionError("unreachable")

    def _try(self, messages: list[dict[str, str]]) -> str:
        """One try, in each form of request from the one that was understood last."""
        for form in range(self._form, len(_FORMS)):
            answer = self._ask({"messages": messages, **_FORMS[form]})
            if answer is not None:
                self._form = max(self._form, form)
                return answer
        raise self._unavailable("HTTP 400")

    def _ask(self, body: dict[str, Any]) -> str | None:
        """The text of the answer; None if the server does not understand the request."""
        try:
            return _text(self.completions.ask(body))
        except NoAnswer as problem:
            status = problem.status
            if status is None or status == _TOO_MANY or status >= _SERVER_ERRORS:
                raise _Again(str(problem), problem.wait) from None
            if status not in _NOT_UNDERSTOOD:
                raise self._unavailable(str(problem)) from None
            return None

    def _unavailable(self, reason: str) -> JudgeUnavailable:
        return JudgeUnavailable(
            f"The judge model {self.model} at {self.host} cannot be asked: {reason}. Check that it "
            "runs and knows this model, and MODELEVAL_JUDGE_URL (which ends before "
            "/chat/completions), MODELEVAL_JUDGE_MODEL and MODELEVAL_JUDGE_API_KEY; or unset them "
            "for the stand-in judge, and start the embedded AWS again."
        )


def _text(body: bytes) -> str:
    """The text of an answer; empty if it has none, which no judge can use."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return content if isinstance(content, str) else ""
