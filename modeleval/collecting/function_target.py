"""An application behind a Lambda function as a target."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.collecting.application import MOST_ANSWER_BYTES, request_of, step_of
from modeleval.collecting.functions import (
    MOST_REQUEST_BYTES,
    AnswerTooLong,
    FunctionFailed,
    Functions,
)
from modeleval.collecting.protocol import ONE_REQUEST, Asked, Step, TurnFailed


class FunctionTarget:
    """Invokes the function once per turn."""

    def __init__(self, arn: str, functions: Functions, model: Mapping[str, str] | None) -> None:
        """model: the run's, as the function is told of it."""
        self._arn = arn
        self._functions = functions
        self._model = model

    def step(self, asked: Asked) -> Step:
        """See modeleval.collecting.protocol."""
        request = request_of(asked, self._model)
        if len(request) > MOST_REQUEST_BYTES:
            raise TurnFailed("conversationTooLong")
        try:
            return step_of(self._functions.invoke(self._arn, request, most=MOST_ANSWER_BYTES))
        except FunctionFailed as failed:
            reason = "timeout" if failed.timed_out else "serviceError"
            raise TurnFailed(reason, ONE_REQUEST) from None
        except AnswerTooLong:
            raise TurnFailed("answerTooLong", ONE_REQUEST) from None
