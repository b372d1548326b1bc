"""An execution's history as the steps that a person knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from modeleval.workflow.steps import steps_of

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)


class History:
    """Events in the form of GetExecutionHistory."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, after: int, *, previous: int | None = None, **more: Any) -> int:
        number = len(self.events) + 1
        self.events.append(
            {
                "id": number,
                "previousEventId": number - 1 if previous is None else previous,
                "timestamp": BEGIN + timedelta(seconds=after),
                "type": kind,
                **more,
            }
        )
        return number

    def enter(self, name: str, after: int, kind: str = "Task", previous: int | None = None) -> int:
        details = {"name": name}
        return self.add(
            f"{kind}StateEntered", after, previous=previous, stateEnteredEventDetails=details
        )

    def leave(self, name: str, after: int, kind: str = "Task", previous: int | None = None) -> int:
        details = {"name": name}
        return self.add(
            f"{kind}StateExited", after, previous=previous, stateExitedEventDetails=details
        )

    def fail(self, error: str | None, after: int) -> int:
        details = {"cause": "SECRET", **({"error": error} if error else {})}
        return self.add("TaskFailed", after, taskFailedEventDetails=details)


def test_a_step_lasts_from_its_first_event_to_its_last() -> None:
    history = History()
    history.add("ExecutionStarted", 0)
    history.enter("NewOrResumed", 0, "Choice")
    history.leave("NewOrResumed", 0, "Choice")
    history.enter("PrepareRun", 1)
    history.leave("PrepareRun", 3)
    history.enter("PlanJobs", 3)
    prepare, plan = steps_of(history.events)
    assert (prepare.name, prepare.seconds(BEGIN)) == ("PrepareRun", 2.0)
    assert plan.ended is None
    assert plan.seconds(BEGIN + timedelta(seconds=63)) == 60.0


def test_tries_that_failed_are_named_and_their_causes_are_not() -> None:
    history = History()
    history.enter("PlanJobs", 0)
    history.add("TaskScheduled", 0)
    history.fail("TransientServiceError", 1)
    history.add("TaskScheduled", 2)
    history.fail(None, 3)
    history.leave("PlanJobs", 4)
    [step] = steps_of(history.events)
    assert step.errors == ("TransientServiceError", "TaskFailed")
    assert step.ended is not None
    assert "SECRET" not in str(step)


def test_a_state_of_a_map_is_one_step_however_often_it_is_entered() -> None:
    history = History()
    outer = history.enter("RunJobs", 0, "Map")
    first = history.enter("RunJob", 1, previous=outer)
    second = history.enter("RunJob", 2, previous=outer)
    history.leave("RunJob", 5, previous=first)
    [map_, inner] = steps_of(history.events)
    assert (map_.name, map_.times, map_.ended) == ("RunJobs", 1, None)
    assert (inner.name, inner.times, inner.ended) == ("RunJob", 2, None)
    history.leave("RunJob", 9, previous=second)
    assert steps_of(history.events)[1].seconds(BEGIN) == 8.0


def test_failures_of_two_branches_belong_to_their_own_states() -> None:
    history = History()
    outer = history.enter("Both", 0, "Parallel")
    first = history.enter("A", 1, previous=outer)
    second = history.enter("B", 1, previous=outer)
    history.add("TaskFailed", 2, previous=first, taskFailedEventDetails={"error": "OfA"})
    history.add("TaskFailed", 2, previous=second, taskFailedEventDetails={"error": "OfB"})
    errors = {step.name: step.errors for step in steps_of(history.events)}
    assert errors == {"Both": (), "A": ("OfA",), "B": ("OfB",)}


def test_a_forgotten_execution_has_no_steps() -> None:
    assert steps_of([]) == []
