"""Tell everybody who wants to know how a run ended: each once, as far as that can be.

A run is told of by its own last step; one that was stopped or broke off by the reaper or the sweep,
which also tells again of what did not get through.
Whoever tells notes who was told, so that the next one leaves them out. Between the telling and the
note it may be done twice: who listens knows a repetition by the run's id.
"""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import ClientError

from modeleval.errors import ModelevalError, TransientServiceError
from modeleval.services import Services
from modeleval.telling.event import DETAIL_TYPE, SOURCE, detail
from modeleval.telling.facts import Facts, facts_of
from modeleval.telling.message import body, subject
from modeleval.telling.meter import measure_run
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.own_run import run_of
from modeleval.workflow.timing import timestamp

Tell = Callable[[Facts, Services], None]


def tell_ended(event: ExecutionEvent, services: Services) -> list[str]:
    """Tell of the run that an execution worked on, as its last step; which channels were told."""
    run_id = run_of(event.run_id, event.execution_arn, services)
    return [] if run_id is None else tell_run(run_id, services)


def tell_run(run_id: str, services: Services) -> list[str]:
    """Tell of a run that has ended; which channels were told now.

    One that fails does not keep the others from hearing. Raises the first error at the end, one
    that may pass before any other: the step is tried again for it.
    """
    run = services.store.run(run_id)
    if not run.status.ended:
        return []
    told = services.telling.told(run_id)
    left = {name: tell for name, tell in _channels(services).items() if name not in told}
    if not left:
        services.store.told(run_id)
        return []
    facts = facts_of(run, services)
    now_told: list[str] = []
    errors: list[ModelevalError | ClientError] = []
    for name, tell in left.items():
        try:
            tell(facts, services)
            services.telling.note(run_id, name, timestamp(services.now()))
            now_told.append(name)
        except (ModelevalError, ClientError) as error:
            errors.append(error)
    if errors:
        raise min(errors, key=lambda one: not isinstance(one, TransientServiceError))
    measure_run(facts)
    services.store.told(run_id)
    return now_told


def _channels(services: Services) -> dict[str, Tell]:
    """Who is to be told, by the settings; a step that waits first."""
    found: dict[str, Tell] = {}
    if services.settings.pipeline_callbacks:
        found["pipeline"] = _answer_step
    found["event"] = _send_event
    if services.environment.notification_topic_arn:
        found["notification"] = _notify
    return found


def _send_event(facts: Facts, services: Services) -> None:
    services.event_bus.put(SOURCE, DETAIL_TYPE, detail(facts))


def _notify(facts: Facts, services: Services) -> None:
    if facts.outcome in services.settings.notify_on:
        services.topic.publish(subject(facts), body(facts))


def _answer_step(facts: Facts, services: Services) -> None:
    """A run that has scores succeeds, whatever its verdict: the pipeline's condition decides."""
    run = facts.run
    name = run.execution_arn.rsplit(":", 1)[-1]
    token = services.telling.token(name)
    if token is None:
        return
    if run.completed:
        outputs = {
            "verdict": run.verdict or "none",
            "status": str(run.status),
            "summary": str(facts.summary),
            "runId": run.run_id,
        }
        services.waiting_steps.succeed(token, name, outputs)
    else:
        reason = f"modeleval: run {run.run_id} of {run.suite[:80]} ended with {facts.error}. "
        services.waiting_steps.fail(token, name, f"{reason}See modeleval show {run.run_id}")
    services.telling.answered(name, timestamp(services.now()))
