"""One event, one run: whoever tells of a new version, how often, and at how many places at once."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from unit_documents import evaluation, settings, suite
from unit_fakes import NOW, services
from unit_table import MemoryTable

from modeleval.errors import (
    EventUnreadable,
    TransientServiceError,
    TriggerLimitReached,
)
from modeleval.store import keys
from modeleval.store.triggers import Claim, EnabledTrigger, TriggerStore
from modeleval.suite.triggers import Trigger
from modeleval.triggers.handle import handle, handle_event, handle_schedule, reconcile
from modeleval.triggers.start import LEASE_SECONDS, Occasion, start_once
from modeleval.triggers.versions import ModelPackageVersion

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Run"
ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama/2"
DAY = 86_400.0
OF_VERSION = evaluation(responses={"precomputed": "{model.group}-v{model.version}"})


class SharedTable(MemoryTable):
    """One write at a time, as DynamoDB does with one item."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def update_item(self, **arguments: Any) -> None:
        with self._lock:
            super().update_item(**arguments)


class FakeStarts:
    """Step Functions: a name that is taken is that execution."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.running: dict[str, Mapping[str, Any]] = {}
        self.fault: Callable[[], None] = lambda: None
        self.lost_answers = 0

    def start(self, machine_arn: str, *, name: str, document: Mapping[str, Any]) -> str:
        assert machine_arn == MACHINE
        assert len(name) <= 80
        self.asked.append(name)
        self.fault()
        self.running.setdefault(name, json.loads(json.dumps(document)))
        if self.lost_answers:
            self.lost_answers -= 1
            raise TransientServiceError("Step Functions", action="x")
        return f"arn:execution:{name}"


class FakeRegistry:
    def __init__(self, *versions: ModelPackageVersion) -> None:
        self._versions = versions
        self.asked_after: list[datetime] = []

    def groups(self, matches: Callable[[str], bool]) -> list[str]:
        return [g for g in dict.fromkeys(str(v.group) for v in self._versions) if matches(g)]

    def versions(self, group: str, *, after: datetime) -> list[ModelPackageVersion]:
        self.asked_after.append(after)
        return [v for v in self._versions if v.group == group]


class World:
    """A table, Step Functions, and a folder of deployed suites, their triggers enabled."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.folder = folder
        self.table = SharedTable()
        self.store = TriggerStore(self.table)  # type: ignore[arg-type]
        self.starts = FakeStarts()
        self.now = NOW
        self.registry = FakeRegistry()
        self.settings = settings(**changes)

    @property
    def services(self) -> Any:
        return services(
            triggers=self.store,
            executions=self.starts,
            registry=self.registry,
            settings=self.settings,
            store=SimpleNamespace(runs_of_model=lambda _: []),
            now=lambda: self.now,
            environment=SimpleNamespace(run_state_machine_arn=MACHINE),
        )

    def deploy(
        self, name: str = "support", *, enabled_at: float = NOW - DAY, **fields: Any
    ) -> None:
        one = suite(name=name, evaluations=[OF_VERSION], **fields)
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(one))
        if "trigger" in fields:
            digest = Trigger.model_validate(fields["trigger"]).digest
            self.enable(name, EnabledTrigger(digest, stamp(enabled_at)))

    def enable(self, name: str, trigger: EnabledTrigger) -> None:
        self.store.enable(self.store.enabled() | {name: trigger}, owner="Enabled")

    def event(self, **changes: Any) -> dict[str, Any]:
        return handle_event(event(**changes), self.services, self.folder)

    def time(self, moment: str, name: str = "support") -> dict[str, Any]:
        document = {"suite": name, "scheduledTime": moment}
        return handle_schedule(document, self.services, self.folder)

    @property
    def inputs(self) -> list[Mapping[str, Any]]:
        return list(self.starts.running.values())


TRIGGER = {"modelPackageGroups": ["support-*"]}


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    found.deploy(trigger=TRIGGER)
    return found


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def event(
    event_id: str = "e1", *, created: float = NOW - 60, at: float = NOW, **detail: Any
) -> dict[str, Any]:
    """As SageMaker writes it, with a creation time of whole seconds."""
    written = stamp(created)[:-5] + "Z"
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "time": stamp(at)[:-5] + "Z",
        "detail": {
            "ModelPackageGroupName": "support-llama",
            "ModelPackageVersion": 2,
            "ModelPackageArn": ARN,
            "CreationTime": written,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
            **detail,
        },
    }


# -- events ----------------------------------------------------------------------------------------


def test_a_new_version_starts_the_suites_that_name_its_group(world: World) -> None:
    answer = world.event()
    assert answer["suites"] == {"support": "started"}
    assert world.inputs == [{"suite": "support", "model": ARN, "triggeredBy": "event"}]


def test_ten_events_are_one_run(world: World) -> None:
    outcomes = [world.event(event_id=f"e{n}")["suites"]["support"] for n in range(10)]
    assert outcomes == ["started"] + ["already started"] * 9
    assert len(world.inputs) == len(world.starts.asked) == 1


def test_ten_events_at_once_are_one_run(world: World) -> None:
    barrier = threading.Barrier(10)

    def tell(number: int) -> str:
        barrier.wait()
        return str(world.event(event_id=f"e{number}")["suites"]["support"])

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(tell, range(10)))
    assert outcomes.count("started") == 1
    assert set(outcomes) <= {"started", "already started", "in hand"}
    assert len(world.starts.asked) == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_events_out_of_order_beside_approvals_are_one_run(
    world: World, seed: int
) -> None:
    """Old and late ones, approvals, rejections and changed metadata, ten at a time."""
    changes: list[dict[str, Any]] = [
        {"event_id": f"e{number}", "at": NOW + number % 7, **more}
        for number in range(25)
        for more in (
            {},
            {"ModelApprovalStatus": "Approved"},
            {"ModelApprovalStatus": "Rejected"},
            {"CustomerMetadataProperties": {"seen": str(number)}},
        )
    ]
    random.Random(seed).shuffle(changes)

    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda one: world.event(**one)["suites"]["support"], changes))

    assert len(told) == 100
    assert told.count("started") == 1
    assert set(told) <= {"started", "already started", "in hand"}
    assert len(world.inputs) == 1
    assert len(counted(world)) == 1


def test_the_same_event_delivered_twice_at_once_is_one_run(world: World) -> None:
    """Both hold the claim; the execution's name is one, and counts once."""
    barrier = threading.Barrier(2)
    world.starts.fault = lambda: barrier.wait(5) and None
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: world.event(), range(2)))
    assert len(world.starts.asked) == 2
    assert len(world.inputs) == 1
    assert len(counted(world)) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ModelPackageStatus": "Pending"}, "its status is not Completed"),
        ({"created": NOW - 2 * DAY}, "it is older than the suite's trigger"),
        ({"created": NOW - DAY + 60, "at": NOW + 120}, "it is not new"),
    ],
)
def test_what_is_not_a_new_version_starts_nothing(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    assert world.event(**changes)["suites"] == {"support": reason}
    assert world.starts.asked == []


@pytest.mark.parametrize(
    "detail",
    [
        {"ModelApprovalStatus": "Approved"},
        {"ModelApprovalStatus": "Rejected", "LastModifiedTime": "2026-11-22T08:00:00Z"},
        {"CustomerMetadataProperties": {"owner": "x"}},
    ],
)
def test_approvals_and_metadata_changes_start_nothing_more(
    world: World, detail: dict[str, Any]
) -> None:
    world.event()
    world.event(event_id="e2", at=NOW + 3600, **detail)
    world.event(event_id="e3", at=NOW + 30 * DAY, **detail)
    assert len(world.starts.asked) == 1


def test_an_old_version_that_is_approved_after_the_suite_was_edited_starts_nothing(
    world: World,
) -> None:
    world.deploy(trigger={"modelPackageGroups": ["support-llama"]}, enabled_at=NOW - 30)
    answer = world.event(created=NOW - 60, ModelApprovalStatus="Approved")
    assert answer["suites"] == {"support": "it is older than the suite's trigger"}
    assert world.starts.asked == []


def test_a_version_of_the_second_in_which_the_trigger_was_enabled_counts(world: World) -> None:
    world.deploy(trigger=TRIGGER, enabled_at=NOW - 60 + 0.9)
    assert world.event(created=NOW - 60 + 0.95)["suites"] == {"support": "started"}


def test_a_group_in_no_suite_is_ignored_and_told_by_its_ids(world: World) -> None:
    answer = world.event(ModelPackageGroupName="billing")
    assert answer == {
        "modelPackage": ARN,
        "event": "e1",
        "ignored": "no deployed suite names its group",
    }


def test_a_version_without_a_group_is_ignored(world: World) -> None:
    assert "ignored" in world.event(ModelPackageGroupName=None)


def test_a_trigger_that_no_deployment_enabled_starts_nothing(world: World) -> None:
    world.store.enable({}, owner="Enabled")
    assert world.event()["suites"] == {"support": "the suite's trigger is not enabled"}


def test_a_trigger_counts_only_with_the_patterns_that_it_was_enabled_with(world: World) -> None:
    """While a deployment goes on, new suites are there before their moment is."""
    other = Trigger.model_validate({"modelPackageGroups": ["support-llama"]})
    world.enable("support", EnabledTrigger(other.digest, stamp(NOW - DAY)))
    assert world.event()["suites"] == {"support": "the suite's trigger is not enabled"}
    world.registry = FakeRegistry(version(3))
    assert reconcile(world.services, world.folder) == {"reconciled": []}
    world.deploy(trigger=TRIGGER)
    assert world.event()["suites"] == {"support": "started"}


def test_a_patterns_order_and_case_change_no_digest() -> None:
    def digest(*groups: str) -> str:
        return Trigger.model_validate({"modelPackageGroups": groups}).digest

    assert digest("a", "b-*") == digest("B-*", "A") != digest("a")


def test_each_suite_that_names_the_group_gets_a_run(world: World) -> None:
    world.deploy("other", trigger={"modelPackageGroups": ["*-llama"]})
    world.deploy("third", trigger={"modelPackageGroups": ["billing"]})
    assert world.event()["suites"] == {"other": "started", "support": "started"}
    assert {one["suite"] for one in world.inputs} == {"other", "support"}


def test_a_suite_that_cannot_be_started_does_not_keep_the_next_from_it(world: World) -> None:
    world.deploy("other", trigger=TRIGGER)

    def refuse_the_first() -> None:
        if len(world.starts.asked) == 1:
            raise TransientServiceError("x", action="y")

    world.starts.fault = refuse_the_first
    with pytest.raises(TransientServiceError):
        world.event()
    assert [one["suite"] for one in world.inputs] == ["support"]
    assert world.event()["suites"] == {"other": "started", "support": "already started"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"detail": {}}, "detail.ModelPackageArn"),
        ({"time": "yesterday"}, "time"),
        ({"id": ""}, "id"),
    ],
)
def test_an_event_that_cannot_be_read_is_an_error_with_the_field(
    world: World, change: dict[str, Any], where: str
) -> None:
    with pytest.raises(EventUnreadable, match=where.replace(".", r"\.")):
        handle(event() | change, world.services, world.folder)


def test_something_else_is_an_error(world: World) -> None:
    with pytest.raises(EventUnreadable, match="none of its three events"):
        handle({"secret": "value"}, world.services, world.folder)


def test_a_dead_letter_of_lambda_is_read_as_the_event_in_it(world: World) -> None:
    letter = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event()}
    answer = handle(letter, world.services, world.folder)
    assert answer["suites"] == {"support": "started"}


def test_an_event_that_waited_as_a_dead_letter_still_counts(world: World) -> None:
    """Its own time says how new the version was."""
    world.now = NOW + 10 * DAY
    assert world.event()["suites"] == {"support": "started"}


# -- claims ----------------------------------------------------------------------------------------


def test_a_claim_whose_holder_died_is_free_after_its_lease(world: World) -> None:
    def claim(holder: str, now: float) -> Claim:
        return world.store.claim(
            "support", f"MODEL#{ARN}", holder=holder, now=int(now), lease=LEASE_SECONDS
        )

    assert claim("a", NOW) is Claim.OURS
    assert claim("b", NOW + 1) is Claim.IN_HAND
    assert claim("a", NOW + 2) is Claim.OURS
    assert claim("b", NOW + 2 + LEASE_SECONDS) is Claim.OURS
    assert claim("a", NOW + 3 + LEASE_SECONDS) is Claim.IN_HAND


def test_a_crash_between_start_and_store_yields_the_same_execution(world: World) -> None:
    world.starts.lost_answers = 1
    with pytest.raises(TransientServiceError):
        world.event()
    assert world.event()["suites"] == {"support": "started"}
    assert len(world.starts.asked) == 2
    assert len(set(world.starts.asked)) == len(world.inputs) == 1
    assert len(counted(world)) == 1


def test_a_claim_keeps_its_execution_and_never_expires(world: World) -> None:
    world.event()
    item = world.table.items["TRIGGER#support", f"MODEL#{ARN}"]
    assert item["executionArn"] == f"arn:execution:{world.starts.asked[0]}"
    assert keys.EXPIRES not in item


def test_a_started_run_cannot_be_claimed_again_however_late(world: World) -> None:
    world.event()
    world.now = NOW + 400 * DAY
    assert world.event(event_id="late")["suites"] == {"support": "already started"}


def test_versions_suites_and_times_have_executions_of_their_own() -> None:
    names = {
        Occasion(name, key, {}, "x").execution_name
        for name in ("a", "b" * 40)
        for key in (f"MODEL#{ARN}", f"MODEL#{ARN}0", "TIME#2026-11-22T02:00:00Z")
    }
    assert len(names) == 6
    assert max(map(len, names)) <= 80


# -- limits ----------------------------------------------------------------------------------------


def counted(world: World, day: str = "2026-11-22") -> set[str]:
    found: set[str] = world.table.items.get(("TRIGGERS", f"DAY#{day}"), {}).get("executions", set())
    return found


def test_a_day_holds_so_many_triggered_runs_and_the_next_event_is_an_error(tmp_path: Path) -> None:
    world = World(tmp_path, triggeredRunsPerDay=2)
    world.deploy(trigger=TRIGGER)
    for number in (1, 2):
        world.event(ModelPackageArn=f"{ARN}{number}")
    with pytest.raises(TriggerLimitReached, match=r"2 runs on 2026-11-22.*triggeredRunsPerDay"):
        world.event(event_id="e3", ModelPackageArn=f"{ARN}3")
    assert len(world.inputs) == 2


def test_over_the_limit_the_claim_is_given_back_and_the_next_day_has_room(tmp_path: Path) -> None:
    world = World(tmp_path, triggeredRunsPerDay=1)
    world.deploy(trigger=TRIGGER)
    world.event(event_id="e0", ModelPackageArn=f"{ARN}0")
    with pytest.raises(TriggerLimitReached):
        world.event()
    with pytest.raises(TriggerLimitReached):
        world.event(event_id="another")  # not "in hand": nobody holds it
    world.now = NOW + DAY
    assert world.event(event_id="redriven")["suites"] == {"support": "started"}


def test_schedules_count_too(tmp_path: Path) -> None:
    world = World(tmp_path, triggeredRunsPerDay=1)
    world.deploy(trigger=TRIGGER, schedule={"expression": "rate(1 day)"})
    world.time("2026-11-22T02:00:00Z")
    with pytest.raises(TriggerLimitReached):
        world.event()


def test_the_limit_holds_for_many_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, triggeredRunsPerDay=3)
    world.deploy(trigger=TRIGGER)

    def tell(number: int) -> bool:
        try:
            world.event(event_id=f"e{number}", ModelPackageArn=f"{ARN}{number}")
        except TriggerLimitReached:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(tell, range(10)))
    assert sum(started) == len(world.inputs) == 3


# -- schedules -------------------------------------------------------------------------------------

NIGHTLY = {"expression": "cron(0 2 * * ? *)", "model": "support-llama", "which": "approved"}


def test_two_nights_are_two_runs_and_one_night_is_one(world: World) -> None:
    world.deploy(schedule=NIGHTLY)
    for moment in ("2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z", "2026-11-22T02:00:00Z"):
        world.time(moment)
    wanted = {
        "suite": "support",
        "model": "support-llama",
        "which": "approved",
        "triggeredBy": "schedule",
    }
    assert world.inputs == [wanted, wanted]


def test_a_schedule_without_a_model_names_none(world: World) -> None:
    world.deploy(schedule={"expression": "rate(1 day)"})
    world.time("2026-11-22T02:00:00Z")
    assert world.inputs == [{"suite": "support", "triggeredBy": "schedule"}]


@pytest.mark.parametrize("name", ["support", "gone"])
def test_a_schedule_that_is_no_longer_deployed_starts_nothing(world: World, name: str) -> None:
    assert "ignored" in world.time("2026-11-22T02:00:00Z", name)
    assert world.starts.asked == []


# -- the reconciler --------------------------------------------------------------------------------


def version(number: int, *, age: float = 3600, **changes: Any) -> ModelPackageVersion:
    created = datetime.fromtimestamp(NOW - age, UTC)
    found = ModelPackageVersion(f"{ARN[:-1]}{number}", "support-llama", "Completed", created)
    return found._replace(**changes)


def test_the_reconciler_starts_what_no_event_told_of_and_that_once(world: World) -> None:
    world.event()  # of version 2
    world.registry = FakeRegistry(
        version(2),
        version(3),
        version(4, status="Failed"),
        version(5, age=DAY + 10),
        version(6, group="billing"),
    )
    for _ in range(2):
        reconcile(world.services, world.folder)
    world.event(event_id="late", ModelPackageArn=version(3).arn)
    assert [(one["model"][-1], one["triggeredBy"]) for one in world.inputs] == [
        ("2", "event"),
        ("3", "reconciler"),
    ]


def test_the_reconciler_asks_for_nothing_from_before_the_trigger(world: World) -> None:
    world.deploy(trigger=TRIGGER, enabled_at=NOW - 600)
    world.registry = FakeRegistry(version(1, age=700), version(2, age=500))
    reconcile(world.services, world.folder)
    assert world.registry.asked_after == [datetime.fromtimestamp(NOW - 600, UTC)]
    assert [one["model"] for one in world.inputs] == [version(2).arn]


def test_the_reconciler_looks_back_as_far_as_a_version_is_new(world: World) -> None:
    world.deploy(trigger=TRIGGER, enabled_at=NOW - 100 * DAY)
    world.registry = FakeRegistry(version(1))
    handle({"reconcile": True}, world.services, world.folder)
    assert world.registry.asked_after == [datetime.fromtimestamp(NOW, UTC) - timedelta(days=1)]


def test_the_reconciler_leaves_suites_without_an_enabled_trigger(world: World) -> None:
    world.store.enable({}, owner="Enabled")
    world.registry = FakeRegistry(version(1))
    assert reconcile(world.services, world.folder) == {"reconciled": []}


def test_start_once_says_what_it_did(world: World) -> None:
    occasion = Occasion.of_version("support", ARN, triggered_by="event", holder="e")
    assert start_once(occasion, world.services) == "started"
    assert start_once(occasion, world.services) == "already started"
