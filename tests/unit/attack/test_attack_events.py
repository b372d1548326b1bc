"""Events that somebody else wrote: they start what the deployed suites say, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hostile import MARK, NUMBERS, TEXTS
from test_triggers import ARN, TRIGGER, World

from modeleval.errors import EventUnreadable
from modeleval.triggers.handle import handle

FIELDS = (
    "ModelPackageGroupName",
    "ModelPackageArn",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "CreationTime",
    "ModelPackageVersion",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    found.deploy(trigger=TRIGGER)
    return found


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_detail_starts_no_run_but_the_suites_own(
    world: World, field: str, attack: str
) -> None:
    try:
        answer = world.event(**{field: TEXTS[attack]})
    except EventUnreadable as refusal:
        assert MARK not in str(refusal)  # noqa: PT017 - one of two good ends
        assert world.inputs == []
        return
    assert "\n" not in json.dumps(answer)  # as the log has it
    whole = {"suite": "support", "model": ARN, "triggeredBy": "event"}
    assert world.inputs in ([], [whole])
    if field == "ModelPackageGroupName":
        assert world.inputs == []


@pytest.mark.parametrize("name", ["suite", "scheduledTime", "reconcile", "detail-type", "x"])
@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_event_of_any_other_kind_starts_nothing(
    world: World, name: str, attack: str
) -> None:
    for sent in (
        {name: TEXTS[attack]},
        {"suite": "support", "scheduledTime": "now", name: TEXTS[attack]},
        {"requestPayload": {name: TEXTS[attack]}},
        {TEXTS[attack]: 1},
    ):
        try:
            handle(sent, world.services, world.folder)
        except EventUnreadable as refusal:
            assert str(refusal).isprintable()  # noqa: PT017 - one of two good ends
        assert world.inputs == []


def test_an_event_approves_nothing(world: World) -> None:
    """That it says so keeps the version's earlier runs; only a gate changes a version."""
    world.event(ModelApprovalStatus="Approved", ModelPackageStatus="Completed")
    assert all(set(one) == {"suite", "model", "triggeredBy"} for one in world.inputs)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
def test_an_enormous_number_is_no_time(world: World, number: str) -> None:
    value: Any = number.strip('"')
    with pytest.raises(EventUnreadable):
        world.event(CreationTime=f"{value}x")
    assert world.inputs == []
