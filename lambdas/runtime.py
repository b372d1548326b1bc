"""What every function shares: its services, made once per environment, and how a step is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.short_errors import short_errors
from modeleval.services import Environment, Services
from modeleval.workflow.events import Event, TimedEvent

E = TypeVar("E", bound=Event)

SUITES = Path(__file__).parent.parent / "suites"
"""The suites that were deployed with this code."""

logger = Logger(service="modeleval", utc=True)
services = Services(Environment.read())


def step(
    event_type: type[E],
) -> Callable[[Callable[[E], dict[str, Any]]], Callable[[dict[str, Any], LambdaContext], Any]]:
    """Make a Lambda handler of a step: parse the event, run the step, log what it answered.

    Steps answer with ids and counters, which may be logged; a cause is not.
    """

    def wrap(
        run: Callable[[E], dict[str, Any]],
    ) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
        @logger.inject_lambda_context(clear_state=True)
        def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            parsed = event_type.model_validate(event | _invocation(event_type, context))
            logger.append_keys(**parsed.log_keys)
            name = run.__module__.rsplit(".", 1)[-1]
            try:
                with short_errors():
                    answer = run(parsed)
            except Exception as error:
                # Lambda's own line of an error does not say of which run it was.
                logger.error(f"{name} failed", error=type(error).__name__)
                raise
            told = {name: value for name, value in answer.items() if name != "cause"}
            logger.info(name, answer=told)
            return answer

        return handler

    return wrap


def _invocation(event_type: type[Event], context: LambdaContext) -> dict[str, Any]:
    """What a step of several invocations knows of this one."""
    if not issubclass(event_type, TimedEvent):
        return {}
    left = context.get_remaining_time_in_millis() / 1000
    return {"invocation": context.aws_request_id, "endsAt": services.now() + left}
