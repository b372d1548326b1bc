"""One occasion, one run: claim, count, start, and keep which execution it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from botocore.exceptions import ClientError

from modeleval.digests import text_digest
from modeleval.errors import ModelevalError, TriggerLimitReached
from modeleval.services import Services
from modeleval.store.triggers import Claim

LEASE_SECONDS = 300
"""Longer than the function may take."""
STARTED = "started"


class Occasion(NamedTuple):
    """What starts at most one run, whoever tells of it and how often."""

    suite: str
    key: str
    """`MODEL#` and the model package's ARN, `TIME#` and the scheduled time, or `STEP#` and a name.
    """
    document: Mapping[str, Any]
    """The execution's input."""
    holder: str
    """Who claims it: the event's id, so that its second try goes on with its first one's claim."""
    name: str | None = None
    """The execution's, where it is not derived from the suite and the key."""

    @classmethod
    def of_version(cls, suite: str, arn: str, *, triggered_by: str, holder: str) -> Self:
        document = {"suite": suite, "model": arn, "triggeredBy": triggered_by}
        return cls(suite, f"MODEL#{arn}", document, holder)

    @property
    def execution_name(self) -> str:
        """Derived, so that a start whose answer was lost is the same start. At most 80 characters.

        Not from the input: an event and the reconciler must meet in one name.
        """
        return self.name or f"{self.suite}-{text_digest(self.suite, self.key)}"


def start_each(occasions: Iterable[Occasion], services: Services) -> list[str]:
    """Start what each occasion may start; what came of them, in their order.

    One that fails does not keep the others from starting; the first error is raised at the end,
    and what was started stays so when all are tried again.
    """
    outcomes: list[str] = []
    errors: list[ModelevalError | ClientError] = []
    for occasion in occasions:
        try:
            outcomes.append(start_once(occasion, services))
        except (ModelevalError, ClientError) as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return outcomes


def start_once(occasion: Occasion, services: Services) -> str:
    """Start the occasion's run unless that was, or is being, done. Raises TriggerLimitReached."""
    store, suite, key = services.triggers, occasion.suite, occasion.key
    now = int(services.now())
    claim = store.claim(suite, key, holder=occasion.holder, now=now, lease=LEASE_SECONDS)
    if claim is not Claim.OURS:
        return str(claim)
    limit = services.settings.triggered_runs_per_day
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    if not store.count(day, occasion.execution_name, limit=limit, now=now):
        store.release(suite, key, holder=occasion.holder)
        raise TriggerLimitReached(
            f"Triggers have started {limit} runs on {day} (UTC), as many as a day may have",
            where=f"suite {suite}, {key}",
            action="Raise triggeredRunsPerDay, or send the event again tomorrow: it waits in the "
            "dead-letter queue (docs/triggers.md).",
        )
    execution = services.executions.start(
        services.environment.run_state_machine_arn,
        name=occasion.execution_name,
        document=occasion.document,
    )
    store.started(suite, key, execution)
    return STARTED
