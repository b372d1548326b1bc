"""A real model in Converse's place, behind any OpenAI-compatible endpoint, tools included."""

from __future__ import annotations

import json
from typing import Any

from embedded_aws.bedrock.converse import Said
from embedded_aws.bedrock.converse.chat_shapes import Unusable, asked, understood
from embedded_aws.completions import Completions, NoAnswer
from embedded_aws.errors import ServiceError, invalid

_TOO_MANY, _SERVER_ERRORS = 429, 500
_NOT_UNDERSTOOD = (400, 413, 422)


class EndpointModel:
    """Answers by asking once: the endpoint's throttling and failures become Bedrock's."""

    def __init__(self, completions: Completions) -> None:
        self._completions = completions

    def answer(self, request: dict[str, Any], model: str, skill: float) -> Said:  # noqa: ARG002
        """The real model's answer, whatever model was asked for."""
        try:
            body = self._completions.ask(asked(request))
        except NoAnswer as problem:
            raise self._as_bedrock(problem) from None
        try:
            return understood(json.loads(body), request)
        except (Unusable, ValueError, RecursionError) as problem:
            reason = str(problem) if isinstance(problem, Unusable) else "it is not JSON"
            reason = f"its answer cannot be used: {reason}"
            raise self._error("ModelErrorException", reason) from None

    def _as_bedrock(self, problem: NoAnswer) -> ServiceError:
        status = problem.status
        if problem.timed_out:
            return self._error("ModelTimeoutException", str(problem))
        if status == _TOO_MANY:
            return self._error("ThrottlingException", str(problem))
        if status is None or status >= _SERVER_ERRORS:
            return self._error("ServiceUnavailableException", str(problem))
        if status in _NOT_UNDERSTOOD:
            return invalid(f"The model returned the following errors: {problem}")
        return self._error("ModelErrorException", str(problem))

    def _error(self, code: str, reason: str) -> ServiceError:
        where = f"{self._completions.model} at {self._completions.host}"
        return ServiceError(
            code,
            f"The model {where} cannot be asked: {reason}. Check MODELEVAL_TARGET_URL (which ends "
            "before /chat/completions), MODELEVAL_TARGET_MODEL and MODELEVAL_TARGET_API_KEY.",
        )
