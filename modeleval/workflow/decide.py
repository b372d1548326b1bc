"""A person's word on a run whose gate could not decide: `modeleval approve` and `reject`.

Who may say it is decided by IAM: whoever may invoke the function.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from modeleval.errors import DecisionRefused
from modeleval.promotion.decision import why_not
from modeleval.promotion.description import STATUS, description
from modeleval.promotion.version import versioned
from modeleval.promotion.writing import Unwritten, package_state, write_package
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.gate import Action
from modeleval.workflow.events import RunEvent
from modeleval.workflow.keep import keep_run
from modeleval.workflow.timing import timestamp

LONGEST_REASON = 500


class DecisionEvent(RunEvent):
    """What the command line hands over. `by`: the caller's ARN, as STS names it."""

    decision: Literal["approve", "reject"]
    because: str = Field(min_length=1, max_length=LONGEST_REASON)
    by: str = Field(min_length=1, max_length=2048)


def decide_run(event: DecisionEvent, services: Services) -> dict[str, Any]:
    """Record who decides, when and why, and write the approval; the first word in time counts.

    Raises RunNotFound, and DecisionRefused where nobody is asked, somebody has decided, the time is
    over, the version's status has changed since the question, or SageMaker refuses. In the last
    case the same may be said again; also by whom the answer did not reach.
    """
    run = services.store.run(event.run_id)
    _check_keys(run, services)
    action = Action(event.decision)
    arn = str((run.resolved_model or {})["identifier"])
    try:
        approval = package_state(arn, services).approval
        before = _taken(run, event, services) if run.decision else None
        _check_unchanged(run, approval, STATUS[action])
        decision = before or _taken(run, event, services)
        if approval != STATUS[action]:
            words = description(run, action, decision["because"], by=decision["by"])
            changes = {"ModelApprovalStatus": STATUS[action], "ApprovalDescription": words}
            write_package(arn, changes, services)
    except Unwritten as error:
        raise DecisionRefused(
            f"The decision is not written: {error}",
            action="Mend that, and say it again.",
        ) from None
    if action is Action.APPROVE:
        keep_run(run.run_id, "a person approved the version that it evaluated", services)
    services.promotions.decided(run.run_id, {**decision, "done": True})
    return {"runId": run.run_id, "modelPackage": arn, "status": STATUS[action]}


def _check_keys(run: Run, services: Services) -> None:
    """The person's word stands for the evidence; the other two keys are looked at again."""
    against = why_not(run, services.settings)
    if against is None and run.asked_until is None:
        against = "This run asks nobody: only onInconclusive: ask does, of an inconclusive gate."
    if against is not None or versioned(run) is None:
        raise DecisionRefused(
            against or "The run has no model package.",
            where=f"run {run.run_id}",
            action="Change the approval in SageMaker yourself if you may (docs/promotion.md).",
        )


def _check_unchanged(run: Run, now: str | None, wanted: str) -> None:
    """The question was about the version as it stood: a later run or person may have decided."""
    asked_of = (run.promotion or {}).get("status") or (run.resolved_model or {}).get(
        "approvalStatus"
    )
    if now not in (asked_of, wanted):
        raise DecisionRefused(
            f"The version became {now} since this run asked, and the answer came too late",
            where=f"run {run.run_id}",
            action="Look who changed it; evaluate it again, or change it in SageMaker yourself.",
        )


def _taken(run: Run, event: DecisionEvent, services: Services) -> dict[str, Any]:
    """The decision as it stands with the run, now or since a first try that did not get through."""
    now = timestamp(services.now())
    asked = {"action": event.decision, "by": event.by, "because": event.because}
    decision = {**asked, "at": now, "done": False}
    if services.promotions.decide(run.run_id, decision, now=now):
        return decision
    found = services.store.run(run.run_id)
    before = found.decision
    if before is None:
        raise DecisionRefused(
            f"The time to decide was over at {found.asked_until}: the version stays as it is",
            where=f"run {run.run_id}",
            action="Change the approval in SageMaker yourself, or evaluate the version again.",
        )
    if before["action"] == event.decision and (not before["done"] or before["by"] == event.by):
        return before  # it did not get through, or the answer to it was lost
    raise DecisionRefused(
        f"{before['by']} has decided at {before['at']}: {before['action']}",
        where=f"run {run.run_id}",
        action="Change the approval in SageMaker yourself if it was wrong.",
    )
