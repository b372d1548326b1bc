"""Who is told, once each, and what happens if somebody cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from told_world import NAME, SECRET, TOKEN, World, ended, facts, given_up, published
from unit_documents import BUCKET, RUN
from unit_fakes import run

from modeleval.errors import ServiceRefused, TransientServiceError
from modeleval.store.items import Run, RunStatus
from modeleval.telling.event import DETAIL_TYPE, SOURCE
from modeleval.workflow.tell import tell_run

PASSES = TransientServiceError("x", action="x")
STAYS = ServiceRefused("x", action="x")


def test_everybody_is_told_once() -> None:
    world = World(published())
    assert tell_run(RUN, world.services) == ["pipeline", "event", "notification"]
    assert tell_run(RUN, world.services) == []
    assert world.heard() == ["event", "notification"]


def test_the_event_has_our_own_source() -> None:
    world = World(published())
    tell_run(RUN, world.services)
    source, kind, detail = world.of("event")
    assert (source, kind) == (SOURCE, DETAIL_TYPE) == ("modeleval", "Model Evaluation Completed")
    assert detail["runId"] == RUN


def test_without_a_topic_nobody_is_notified() -> None:
    world = World(published(), topic="")
    assert tell_run(RUN, world.services) == ["pipeline", "event"]
    assert world.heard() == ["event"]


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (published("failed"), "failed"),
        (published("passed"), "passed"),
        (published("inconclusive"), "inconclusive"),
        (ended(), "error"),
    ],
)
def test_people_hear_of_what_the_settings_name(one: Run, outcome: str) -> None:
    told, quiet = (
        World(one, notifyOn=[outcome]),
        World(one, notifyOn=list({"failed", "passed", "inconclusive", "error"} - {outcome})),
    )
    for world in (told, quiet):
        tell_run(RUN, world.services)
    assert told.heard() == ["event", "notification"]
    assert quiet.heard() == ["event"]


def test_a_run_that_goes_on_is_not_told_of() -> None:
    world = World(run())
    assert tell_run(RUN, world.services) == []
    assert world.table.items == {}


def test_a_run_that_waits_for_people_is_not_told_of_yet() -> None:
    world = World(published("pending", status=RunStatus.PENDING, ended_at=None))
    assert tell_run(RUN, world.services) == []
    assert world.heard() == []


def test_a_run_that_was_stopped_while_it_waited_counts_as_an_error() -> None:
    found = facts(given_up())
    assert (found.outcome, found.error) == ("error", "RunStopped")
    world = World(given_up())
    world.telling.keep_token(NAME, TOKEN)
    tell_run(RUN, world.services)
    assert "fail" in world.heard()
    assert "succeed" not in world.heard()


@pytest.mark.parametrize("who", ["event", "notification"])
@pytest.mark.parametrize("error", [PASSES, STAYS, ClientError({"Error": {}}, "Publish")])
def test_who_cannot_be_told_keeps_nobody_else_from_hearing(who: str, error: Exception) -> None:
    world = World(published(), failing={who: error})
    with pytest.raises(type(error)):
        tell_run(RUN, world.services)
    [other] = {"event", "notification"} - {who}
    assert world.heard() == [other]
    world.failing = {}
    assert tell_run(RUN, world.services) == [who]
    assert world.heard() == [other, who]


def test_what_may_pass_is_raised_before_what_stays() -> None:
    world = World(published(), failing={"event": STAYS, "notification": PASSES})
    with pytest.raises(TransientServiceError):
        tell_run(RUN, world.services)


# -- a pipeline step that waits --------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["passed", "failed", "inconclusive", None])
def test_a_scored_run_ends_its_step_with_the_verdict(verdict: str | None) -> None:
    world = World(published(verdict))
    world.telling.keep_token(NAME, TOKEN)
    tell_run(RUN, world.services)
    token, name, outputs = world.of("succeed")
    assert (token, name) == (TOKEN, NAME)
    assert outputs == {
        "verdict": verdict or "none",
        "status": "succeeded",
        "summary": f"s3://{BUCKET}/runs/{RUN}/summary.json",
        "runId": RUN,
    }
    assert world.telling.token(NAME) is None


def test_a_run_without_scores_fails_its_step() -> None:
    world = World(ended())
    world.telling.keep_token(NAME, TOKEN)
    tell_run(RUN, world.services)
    _, _, reason = world.of("fail")
    assert "BudgetExceeded" in reason
    assert f"modeleval show {RUN}" in reason
    assert len(reason) <= 256
    assert SECRET not in reason
    assert TOKEN not in json.dumps([str(item) for item in world.table.items.values()])


def test_a_token_is_kept_until_it_is_answered() -> None:
    world = World(published(), failing={"succeed": PASSES})
    world.telling.keep_token(NAME, TOKEN)
    with pytest.raises(TransientServiceError):
        tell_run(RUN, world.services)
    assert world.telling.token(NAME) == TOKEN
    world.failing = {}
    assert tell_run(RUN, world.services) == ["pipeline"]


def test_without_the_setting_no_step_is_answered() -> None:
    world = World(published(), pipelineCallbacks=False)
    world.telling.keep_token(NAME, TOKEN)
    assert tell_run(RUN, world.services) == ["event", "notification"]


def test_a_token_is_in_nothing_that_others_hear() -> None:
    world = World(published())
    world.telling.keep_token(NAME, TOKEN)
    tell_run(RUN, world.services)
    others: list[Any] = [what for who, what in world.sent if who != "succeed"]
    assert TOKEN not in json.dumps(others)
