"""A person's word: in time, the first one, by whom, and only where the suite asks."""

from __future__ import annotations

from typing import Any

import pytest
from promotion_world import PENDING, World
from pydantic import ValidationError
from unit_documents import RUN, settings

from modeleval.errors import DecisionRefused, RunNotFound, TransientServiceError
from modeleval.workflow.decide import DecisionEvent, decide_run
from modeleval.workflow.promote import promote_run

ASKS = {"onInconclusive": "ask"}
TEAM = "arn:aws:sts::111122223333:assumed-role/Team/ann"
DAY = 86_400


def asked(**changes: Any) -> World:
    world = World(verdict="inconclusive", gate=ASKS, **changes)
    promote_run(RUN, world.services)
    world.package.updates.clear()
    return world


def word(decision: str = "approve", *, by: str = TEAM, because: str = "Read by us.") -> Any:
    return DecisionEvent.model_validate(
        {"runId": RUN, "decision": decision, "because": because, "by": by}
    )


@pytest.mark.parametrize(("decision", "status"), [("approve", "Approved"), ("reject", "Rejected")])
def test_who_when_and_why_are_recorded_and_the_approval_is_written(
    decision: str, status: str
) -> None:
    world = asked()
    world.seconds += DAY
    answer = decide_run(word(decision), world.services)
    assert answer == {
        "runId": RUN,
        "modelPackage": "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama/3",
        "status": status,
    }
    assert world.run.decision == {
        "action": decision,
        "by": TEAM,
        "because": "Read by us.",
        "at": "2026-11-23T08:00:00.000Z",
        "done": True,
    }
    assert world.status == status
    words = world.package.described["ApprovalDescription"]
    assert words.startswith(f"{status} by {TEAM}: Read by us. Run {RUN}")
    assert (world.run.kept_because is not None) is (decision == "approve")


def test_the_first_word_counts() -> None:
    world = asked()
    decide_run(word("reject"), world.services)
    for later in (word("approve"), word("approve", by="x"), word("reject", by="arn:other")):
        with pytest.raises(DecisionRefused, match=f"{TEAM} has decided at .*: reject"):
            decide_run(later, world.services)
    assert world.status == "Rejected"
    assert len(world.package.updates) == 1


def test_the_same_word_again_is_the_same_answer() -> None:
    """The first answer may have been lost on its way."""
    world = asked()
    first = decide_run(word(), world.services)
    assert decide_run(word(), world.services) == first
    assert len(world.package.updates) == 1


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_an_old_question_overrules_no_later_decision(decision: str) -> None:
    world = asked()
    now = {"approve": "Rejected", "reject": "Approved"}[decision]
    world.package.described["ModelApprovalStatus"] = now
    with pytest.raises(DecisionRefused, match=f"became {now} since this run asked"):
        decide_run(word(decision), world.services)
    assert (world.status, world.run.decision, world.package.updates) == (now, None, [])


def test_a_word_that_was_overruled_since_is_not_said_again() -> None:
    world = asked()
    decide_run(word(), world.services)
    world.package.described["ModelApprovalStatus"] = "Rejected"
    with pytest.raises(DecisionRefused, match="became Rejected since"):
        decide_run(word(), world.services)
    assert world.status == "Rejected"


@pytest.mark.parametrize(("late", "refused"), [(-1, False), (0, True), (DAY, True)])
def test_after_the_deadline_nobody_decides(late: int, refused: bool) -> None:
    world = asked()
    world.seconds += 7 * DAY + late
    if not refused:
        decide_run(word(), world.services)
        return
    with pytest.raises(DecisionRefused, match="was over at 2026-11-29T08:00:00"):
        decide_run(word(), world.services)
    assert (world.status, world.run.decision) == (PENDING, None)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"origin": "inline"}, "this one was not"),
        ({"groups": ()}, "approvalGroups do not name"),
        ({"verdict": "passed"}, "asks nobody"),
        ({"verdict": "failed"}, "asks nobody"),
        ({"gate": {"onInconclusive": "leave"}}, "asks nobody"),
        ({"sample": 10}, "A trial"),
        ({"resolved_model": None}, "no version in a model package group"),
    ],
)
def test_only_runs_that_ask_can_be_decided(changes: dict[str, Any], says: str) -> None:
    world = World(**{"verdict": "inconclusive", "gate": ASKS} | changes)
    promote_run(RUN, world.services)
    before = len(world.package.updates)
    with pytest.raises(DecisionRefused, match=says):
        decide_run(word(), world.services)
    assert len(world.package.updates) == before


def test_the_keys_are_looked_at_again() -> None:
    """The group was taken from the settings since the run asked."""
    world = asked()
    world.services.settings = settings()
    with pytest.raises(DecisionRefused, match="approvalGroups do not name"):
        decide_run(word(), world.services)
    assert world.run.decision is None


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_word_that_did_not_get_through_may_be_said_again(code: str) -> None:
    world = asked()
    world.package.errors = [("UpdateModelPackage", code)]
    with pytest.raises((TransientServiceError, DecisionRefused)):
        decide_run(word(), world.services)
    assert world.status == PENDING
    with pytest.raises(DecisionRefused, match="has decided"):
        decide_run(word("reject"), world.services)
    world.seconds += 30 * DAY
    decide_run(word(by="arn:the-same-with-another-session"), world.services)
    assert world.status == "Approved"
    assert world.package.described["ApprovalDescription"].startswith(f"Approved by {TEAM}: ")
    assert world.run.decision is not None
    assert world.run.decision["at"] == "2026-11-22T08:00:00.000Z"


def test_a_run_that_is_not_there() -> None:
    world = World()
    world.table.items.clear()
    with pytest.raises(RunNotFound):
        decide_run(word(), world.services)


@pytest.mark.parametrize("fields", [{"because": ""}, {"because": "x" * 501}, {"by": ""}])
def test_a_word_has_a_reason_and_a_person(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        word(**fields)
    assert "xxx" not in str(refused.value)


def test_neither_the_reason_nor_the_person_is_logged() -> None:
    assert word().log_keys == {"run_id": RUN}
