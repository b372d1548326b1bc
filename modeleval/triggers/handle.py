"""What the trigger's function is started with: an event, a schedule's time, the reconciler's hour.

Each answer holds names, ids and outcomes only: it is logged as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modeleval.errors import EventUnreadable
from modeleval.services import Services
from modeleval.store.triggers import EnabledTrigger
from modeleval.suite.deployed import deployed_suites
from modeleval.suite.document import Suite
from modeleval.suite.triggers import Trigger
from modeleval.triggers.approvals import keep_runs_of
from modeleval.triggers.start import Occasion, start_each
from modeleval.triggers.versions import (
    RECENT,
    ModelPackageEvent,
    ModelPackageVersion,
    read_event,
    why_not,
)

DETAIL_TYPE = "SageMaker Model Package State Change"
APPROVED = "Approved"
Answer = dict[str, Any]


def handle(document: Mapping[str, Any], services: Services, suites: Path) -> Answer:
    """Tell the three apart. Raises EventUnreadable, TriggerLimitReached.

    A message of the dead-letter queue that Lambda wrote holds the event as its requestPayload.
    """
    inner = document.get("requestPayload")
    event = inner if isinstance(inner, Mapping) else document
    if event.get("detail-type") == DETAIL_TYPE:
        return handle_event(event, services, suites)
    if "scheduledTime" in event and "suite" in event:
        return handle_schedule(event, services, suites)
    if event.get("reconcile") is True:
        return reconcile(services, suites)
    raise EventUnreadable(
        "The function was started with something that is none of its three events",
        where=", ".join(sorted(str(name)[:40] for name in event)[:10]) or "event",
        action="docs/triggers.md shows them.",
    )


def handle_event(event: Mapping[str, Any], services: Services, suites: Path) -> Answer:
    """A model package changed: start the suites for whose group it is a new version.

    If it is approved, its earlier runs are kept.
    """
    read = read_event(event)
    told: Answer = {"modelPackage": read.version.arn, "event": read.id}
    told |= _started_for(read, services, suites)
    if read.detail.model_approval_status == APPROVED:
        kept = keep_runs_of(read.version, services)
        told |= {"kept": kept} if kept else {}
    return told


def _started_for(read: ModelPackageEvent, services: Services, suites: Path) -> Answer:
    version = read.version
    meant = {
        suite.name: trigger for suite, trigger in _triggered(suites) if _is_for(trigger, version)
    }
    if not meant:
        return {"ignored": "no deployed suite names its group"}
    enabled = _enabled(services, meant)
    reasons = {name: why_not(version, enabled.get(name), at=read.time) for name in sorted(meant)}
    occasions = [
        Occasion.of_version(name, version.arn, triggered_by="event", holder=read.id)
        for name, reason in reasons.items()
        if reason is None
    ]
    ignored = {name: reason for name, reason in reasons.items() if reason is not None}
    return {"suites": ignored | _outcomes(occasions, services)}


def handle_schedule(event: Mapping[str, Any], services: Services, suites: Path) -> Answer:
    """A suite's time has come: one run per scheduled time."""
    name, moment = str(event["suite"]), str(event["scheduledTime"])
    told = {"suite": name, "scheduledTime": moment}
    suite = next((suite for suite in deployed_suites(suites) if suite.name == name), None)
    if suite is None or suite.schedule is None:
        return told | {"ignored": "no deployed suite of that name has a schedule"}
    document: dict[str, Any] = {"suite": name, "triggeredBy": "schedule"}
    if suite.schedule.model is not None:
        document |= {"model": suite.schedule.model, "which": suite.schedule.which}
    occasion = Occasion(name, f"TIME#{moment}", document, holder=f"schedule {moment}")
    return told | {"suites": _outcomes([occasion], services)}


def reconcile(services: Services, suites: Path) -> Answer:
    """Start what no event told of: new versions of the enabled suites' groups.

    They claim the same items as events do, so that what an event told of is not started again.
    """
    now = datetime.fromtimestamp(services.now(), UTC)
    enabled = _enabled(services, {suite.name: trigger for suite, trigger in _triggered(suites)})
    occasions = [
        Occasion.of_version(
            suite.name, version.arn, triggered_by="reconciler", holder=f"reconciler {now}"
        )
        for suite, trigger in _triggered(suites)
        if suite.name in enabled
        for version in _new_versions(trigger, enabled[suite.name], services, now)
    ]
    outcomes = start_each(occasions, services)
    told = [f"{one.suite} {one.key}: {how}" for one, how in zip(occasions, outcomes, strict=True)]
    return {"reconciled": told}


def _outcomes(occasions: list[Occasion], services: Services) -> dict[str, str]:
    suites = [occasion.suite for occasion in occasions]
    return dict(zip(suites, start_each(occasions, services), strict=True))


def _new_versions(
    trigger: Trigger, since: EnabledTrigger, services: Services, now: datetime
) -> Iterator[ModelPackageVersion]:
    after = max(now - RECENT, datetime.fromisoformat(since.enabled_at).replace(microsecond=0))
    for group in services.registry.groups(trigger.matches):
        for version in services.registry.versions(group, after=after):
            if why_not(version, since, at=now) is None:
                yield version


def _enabled(services: Services, deployed: Mapping[str, Trigger]) -> dict[str, EnabledTrigger]:
    """The triggers that are enabled as they are deployed: patterns may be newer than the moment."""
    return {
        name: one
        for name, one in services.triggers.enabled().items()
        if name in deployed and one.patterns == deployed[name].digest
    }


def _triggered(suites: Path) -> Iterator[tuple[Suite, Trigger]]:
    for suite in deployed_suites(suites):
        if suite.trigger is not None:
            yield suite, suite.trigger


def _is_for(trigger: Trigger, version: ModelPackageVersion) -> bool:
    return version.group is not None and trigger.matches(version.group)
