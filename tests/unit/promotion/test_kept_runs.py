"""What does not expire: a baseline's and an approved version's run, and how it is read later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from promotion_cases import PACKAGE, RULE, model, promotable
from promotion_world import FILES, World
from unit_documents import BUCKET, RUN, suite
from unit_fakes import MemoryS3, bucket

from modeleval.artifacts import is_worth_keeping, kept_key, suite_key, summary_key
from modeleval.errors import RunNotFound
from modeleval.objects import ObjectMissing, Objects, RunFiles
from modeleval.store.items import RunStatus
from modeleval.triggers.handle import handle_event
from modeleval.workflow.keep import keep_run
from modeleval.workflow.resolve import resolve_model

LATER = "melater234567later"


# -- keeping ---------------------------------------------------------------------------------------


def test_a_run_is_kept_once_with_all_its_items() -> None:
    world = World()
    assert len(world.expiring) >= 3
    assert keep_run(RUN, "because", world.services)
    assert (world.run.kept_because, world.expiring) == ("because", [])
    world.s3.objects.clear()
    assert not keep_run(RUN, "again", world.services)
    assert world.run.kept_because == "because"


@pytest.mark.parametrize("changes", [{"published": False}, {"sample": 10}])
def test_what_has_no_scores_or_is_a_trial_expires(changes: dict[str, Any]) -> None:
    world = World(**changes)
    assert not keep_run(RUN, "because", world.services)
    assert world.kept == set()
    assert world.run.kept_because is None


def test_what_broke_off_is_done_again() -> None:
    world = World()
    broken, world.services.promotions = world.promotions, None
    with pytest.raises(AttributeError):
        keep_run(RUN, "because", world.services)
    assert world.run.kept_because is None
    world.services.promotions = broken
    assert keep_run(RUN, "because", world.services)
    assert world.kept == {kept_key(key) for key in FILES}


def test_a_run_that_is_not_there_cannot_be_kept() -> None:
    world = World()
    with pytest.raises(RunNotFound):
        keep_run(LATER, "because", world.services)


def test_only_what_comparisons_and_reports_need_is_worth_keeping() -> None:
    assert all(map(is_worth_keeping, FILES))
    for name in ("inputs/e0/p0.jsonl", "outputs/j0/a1/x", "index/e0/p0.jsonl", "x/summary.json"):
        assert not is_worth_keeping(f"runs/{RUN}/{name}")
    assert kept_key(summary_key(RUN)) == f"kept/{RUN}/summary.json"


# -- who keeps -------------------------------------------------------------------------------------


def approved(arn: str = PACKAGE, status: str = "Approved") -> dict[str, Any]:
    return {
        "id": "e1",
        "time": "2026-11-22T08:00:00Z",
        "detail": {
            "ModelPackageGroupName": "support-llama",
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": status,
            "CreationTime": "2026-11-20T08:00:00Z",
        },
    }


def registered(world: World, run_id: str, **changes: Any) -> None:
    """Another run, listed under its model as ResolveModel does."""
    published = changes.pop("published", False)
    fields = {"resolved_model": None, "status": RunStatus.RUNNING, **changes}
    world.store.create_run(promotable(run_id=run_id, **fields))
    world.store.update_run(run_id, resolvedModel=changes.get("resolved_model", model()))
    world.store.close_run(run_id, RunStatus.SUCCEEDED, published=published)


def test_an_approval_keeps_every_run_of_its_version_and_no_other(tmp_path: Path) -> None:
    world = World()
    third = PACKAGE.replace("/3", "/4")
    registered(world, "me1", published=True)
    registered(world, "me2", published=True, resolved_model=model(identifier=third, version=4))
    registered(world, "me3", published=False)
    registered(world, "me4", published=True, sample=3)

    answer = handle_event(approved(PACKAGE.replace("support", "Support")), world.services, tmp_path)

    assert answer["kept"] == ["me1"]
    assert {one for one in ("me1", "me2", "me3", "me4") if world.store.run(one).kept_because} == {
        "me1"
    }
    again = handle_event(approved(), world.services, tmp_path)
    assert "kept" not in again


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_other_changes_keep_nothing(tmp_path: Path, status: str) -> None:
    world = World()
    registered(world, "me1", published=True)
    answer = handle_event(approved(status=status), world.services, tmp_path)
    assert "kept" not in answer
    assert world.store.run("me1").kept_because is None


@pytest.mark.parametrize(("baseline", "kept"), [(f"run:{RUN}", True), ("previous", False)])
def test_a_named_baseline_is_kept_when_it_is_chosen(baseline: str, kept: bool) -> None:
    world = World(resolved_model=None)
    gate = {"rules": [RULE]}
    document = suite(gate=gate, baseline=baseline)
    world.s3.objects[suite_key(LATER)] = json.dumps(document).encode()
    later = "2026-11-22T07:30:00.000Z"
    fields = {"status": RunStatus.RUNNING, "published": False, "resolved_model": None}
    world.store.create_run(promotable(run_id=LATER, started_at=later, **fields))

    resolve_model(LATER, world.services)

    chosen = world.store.run(LATER).baseline
    assert chosen is not None
    assert chosen["runId"] == RUN
    assert (world.run.kept_because is not None) is kept
    assert bool(world.kept) is kept


# -- reading ---------------------------------------------------------------------------------------

KEY = f"runs/{RUN}/scores/j0.jsonl"
BOTH = {KEY: b"1\n2\n", kept_key(KEY): b"3\n"}


class NoListing(MemoryS3):
    """To a role that may not list, S3 says of what is missing that it is forbidden."""

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str = "") -> dict[str, Any]:  # noqa: N803 - boto3's
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
        return super().get_object(Bucket=Bucket, Key=Key, IfMatch=IfMatch)


@pytest.mark.parametrize("kind", [MemoryS3, NoListing])
@pytest.mark.parametrize(
    ("there", "expected"),
    [([KEY], [b"1", b"2"]), ([kept_key(KEY)], [b"3"]), ([*BOTH], [b"1", b"2"])],
)
def test_files_are_read_where_they_are(
    kind: type[MemoryS3], there: list[str], expected: list[bytes]
) -> None:
    files = RunFiles(objects(kind, {key: BOTH[key] for key in there}))
    assert [*files.lines(KEY)] == expected
    assert files.read(KEY) == b"".join(line + b"\n" for line in expected)


@pytest.mark.parametrize("kind", [MemoryS3, NoListing])
def test_what_is_in_neither_place_is_missing(kind: type[MemoryS3]) -> None:
    files = RunFiles(objects(kind, {}))
    with pytest.raises(ObjectMissing):
        files.read(KEY)
    with pytest.raises(ObjectMissing):
        next(files.lines(KEY))


def test_an_empty_file_is_there() -> None:
    assert [*RunFiles(objects(MemoryS3, {KEY: b"", kept_key(KEY): b"3\n"})).lines(KEY)] == []


def objects(kind: type[MemoryS3], contents: dict[str, bytes]) -> Objects:
    return bucket(kind(**contents))
