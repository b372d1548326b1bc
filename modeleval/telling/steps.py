"""A step of a SageMaker pipeline asks for a run: one run per token, and one answer.

The answer of a run that was started is sent when it ends (workflow/tell.py); what cannot be
started is answered at once. A token is in the table only, by the execution's name, which is derived
from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from modeleval.digests import text_digest
from modeleval.documents import closest
from modeleval.errors import (
    ModelevalError,
    SuiteInvalid,
    SuiteNotFound,
    TransientServiceError,
)
from modeleval.services import Services
from modeleval.suite.deployed import deployed_suites
from modeleval.telling.queue import Message, StepMessage, read_message
from modeleval.triggers.start import Occasion, start_once
from modeleval.workflow.timing import timestamp

ARGUMENTS = ("suite", "model", "which")
TRIGGERED_BY = "pipeline"


def handle_messages(
    messages: Sequence[Message], services: Services, suites: Path
) -> dict[str, Any]:
    """What came of each message, and those that SQS is to deliver again.

    Delivered again is what may pass, and what nobody can answer: in the end that is a dead letter.
    """
    outcomes: dict[str, str] = {}
    again: list[str] = []
    for message in messages:
        try:
            outcomes[message.message_id] = _handle(read_message(message), services, suites)
        except (ModelevalError, ClientError) as error:
            outcomes[message.message_id] = type(error).__name__
            again.append(message.message_id)
    return {
        "batchItemFailures": [{"itemIdentifier": one} for one in again],
        "messages": outcomes,
    }


def _handle(message: StepMessage, services: Services, suites: Path) -> str:
    token = message.token.get_secret_value()
    name = execution_name(token)
    if message.stops:
        return _stop(token, name, services)
    if not services.telling.keep_token(name, token):
        return "already answered"
    try:
        occasion = _occasion(message.arguments, name, suites)
        outcome = start_once(occasion, services)
    except TransientServiceError:
        raise
    except ModelevalError as error:
        services.waiting_steps.fail(token, name, f"modeleval: {error}")
        services.telling.answered(name, timestamp(services.now()))
        return type(error).__name__
    if services.telling.token(name) is None:
        # Given up while it was being started; a run that has ended is left alone.
        services.executions.stop(_execution(name, services), cause="The pipeline was stopped.")
    return outcome


def execution_name(token: str) -> str:
    """The execution that a token starts; nobody gets from the name to the token."""
    return f"pipeline-step-{text_digest('pipeline step', token)}"


def _stop(token: str, name: str, services: Services) -> str:
    """The pipeline was stopped; it goes on waiting until its step is answered.

    First the note, so that nothing starts the run now; then the run, and the answer last: a try
    that breaks off is made again.
    """
    services.telling.refuse_token(name, timestamp(services.now()))
    services.executions.stop(_execution(name, services), cause="The pipeline was stopped.")
    services.waiting_steps.fail(token, name, "modeleval: the pipeline was stopped")
    return "stopped"


def _execution(name: str, services: Services) -> str:
    machine = services.environment.run_state_machine_arn
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def _occasion(arguments: Mapping[str, Any], name: str, suites: Path) -> Occasion:
    """Raises SuiteInvalid or SuiteNotFound."""
    given = _texts(arguments)
    suite = given.get("suite")
    if suite is None:
        raise SuiteInvalid("It names no suite", where="Arguments.suite", action="Add it.")
    known = [one.name for one in deployed_suites(suites)]
    if suite not in known:
        near = closest(suite, known)
        raise SuiteNotFound(
            "No suite of that name is deployed with the stack",
            where="Arguments.suite",
            action=f"Did you mean {near}?" if near else "Add it to suites/ and deploy.",
        )
    document = {**given, "triggeredBy": TRIGGERED_BY}
    return Occasion(suite, f"STEP#{name}", document, holder=name, name=name)


def _texts(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The arguments; empty ones are left out, as a pipeline's parameter cannot be."""
    for name, value in arguments.items():
        if name not in ARGUMENTS:
            near = closest(name, list(ARGUMENTS))
            raise SuiteInvalid(
                "The step has an unknown argument",
                where=f"Arguments.{name[:80]}",
                action=f"Did you mean {near}?" if near else f"Known: {', '.join(ARGUMENTS)}.",
            )
        if not isinstance(value, str):
            raise SuiteInvalid(
                "The argument is not a text", where=f"Arguments.{name}", action="Write a text."
            )
    return {name: value for name, value in arguments.items() if value}
