"""After a run was published: the model package is written to, once, and nothing fails by it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from promotion_cases import model
from promotion_world import FILES, INPUT, PENDING, World
from unit_documents import BUCKET, RUN

from modeleval.artifacts import kept_key, summary_key
from modeleval.errors import TransientServiceError
from modeleval.store.items import RunStatus
from modeleval.workflow.promote import promote_run

METADATA = "CustomerMetadataProperties"


def promote(world: World) -> dict[str, Any]:
    answer = promote_run(RUN, world.services)
    assert answer == ({"promotion": world.run.promotion} if world.run.promotion else {})
    return world.run.promotion or {}


@pytest.mark.parametrize(
    ("verdict", "status", "action"),
    [("passed", "Approved", "approve"), ("failed", "Rejected", "reject")],
)
def test_a_verdict_is_written_with_its_reason_and_its_results_in_one_call(
    verdict: str, status: str, action: str
) -> None:
    world = World(verdict=verdict)
    assert promote(world) == {
        "action": action,
        "done": True,
        "why": f"It {verdict}.",
        "status": status,
    }
    [update] = world.package.updates
    assert world.status == update["ModelApprovalStatus"] == status
    assert update["ApprovalDescription"].startswith(f"{status} by modeleval: It {verdict}. Run me")
    assert world.package.described[METADATA]["modeleval_support_verdict"] == verdict


def test_done_again_it_changes_nothing() -> None:
    world = World()
    first = promote(world)
    world.package.described["ModelApprovalStatus"] = "Rejected"  # by a person, since
    assert promote(world) == first
    assert len(world.package.updates) == 1
    assert world.status == "Rejected"


def test_a_step_that_broke_off_before_it_was_stored_writes_the_package_once() -> None:
    world = World()
    promote_run(RUN, world.services)
    world.table.items[f"RUN#{RUN}", "RUN"].pop("promotion")
    assert promote(world)["done"]
    assert len(world.package.updates) == 1


def test_what_is_left_has_its_results_and_its_status() -> None:
    world = World(gate={"onPass": "leave"})
    assert promote(world)["action"] == "leave"
    [update] = world.package.updates
    assert set(update) == {METADATA}
    assert world.status == PENDING
    assert world.run.kept_because is None


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "inline"},
        {"origin": "s3"},
        {"groups": ()},
        {"groups": ("another",)},
        {"sample": 10},
        {"resolved_model": model(identifier=model()["identifier"].replace("1111", "2222"))},
    ],
)
def test_what_may_not_be_written_to_is_not_even_looked_at(changes: dict[str, Any]) -> None:
    world = World(**changes)
    world.package.errors = [("DescribeModelPackage", "AccessDenied")]
    found = promote(world)
    assert (found["action"], found["done"], "warning" in found) == ("leave", True, False)
    assert world.package.updates == []


@pytest.mark.parametrize("changes", [{"resolved_model": None}, {"published": False}])
def test_a_run_without_a_version_or_without_scores_has_no_promotion(
    changes: dict[str, Any],
) -> None:
    assert promote_run(RUN, World(**changes).services) == {}


@pytest.mark.parametrize("operation", ["DescribeModelPackage", "UpdateModelPackage"])
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDeniedException", "AWS does not let modeleval read or write arn:"),
        ("ValidationException", "is gone, or SageMaker refused: ValidationException"),
        ("SomethingNew", "SageMaker refused to write arn:"),
    ],
)
def test_what_aws_refuses_is_a_warning_of_the_run(operation: str, code: str, says: str) -> None:
    world = World()
    world.package.errors = [(operation, code)] * 2
    found = promote(world)
    assert (found["action"], found["done"]) == ("approve", False)
    assert says in found["warning"]
    assert world.run.status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("code", ["ThrottlingException", "ConflictException"])
def test_what_may_pass_is_tried_again(code: str) -> None:
    world = World()
    world.package.errors = [("UpdateModelPackage", code)]
    with pytest.raises(TransientServiceError):
        promote_run(RUN, world.services)
    assert world.run.promotion is None
    assert promote(world)["done"]


def test_whoever_rejected_it_before_the_run_is_not_overruled() -> None:
    world = World(resolved_model=model(approval_status="Rejected"))
    because = "Rejected by arn:aws:sts::111122223333:assumed-role/Team/ann: Unsafe."
    world.package.described |= {
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": because,
    }
    found = promote(world)
    assert (found["action"], found["done"], found["status"]) == ("approve", False, "Rejected")
    assert found["warning"] == "Somebody rejected the version; a person may approve it."
    assert world.package.described["ApprovalDescription"] == because
    assert world.kept == set()


def test_a_gate_overrules_its_own_earlier_rejection() -> None:
    world = World(resolved_model=model(approval_status="Rejected"))
    world.package.described |= {
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "Rejected by modeleval: It failed. Run me",
    }
    assert promote(world)["status"] == world.status == "Approved"


def test_whoever_rejected_it_meanwhile_is_not_overruled() -> None:
    world = World()
    world.package.described["ModelApprovalStatus"] = "Rejected"
    found = promote(world)
    assert (found["action"], found["done"], found["status"]) == ("approve", False, "Rejected")
    assert "became Rejected while the run went on" in found["warning"]
    assert world.status == "Rejected"


def test_an_approval_of_meanwhile_does_not_outlive_a_failed_gate() -> None:
    world = World(verdict="failed")
    world.package.described["ModelApprovalStatus"] = "Approved"
    assert promote(world)["status"] == world.status == "Rejected"


def test_what_is_approved_already_keeps_its_words() -> None:
    world = World()
    world.package.described |= {"ModelApprovalStatus": "Approved", "ApprovalDescription": "Mine."}
    assert promote(world)["done"]
    assert world.package.described["ApprovalDescription"] == "Mine."
    assert world.run.kept_because is not None


def test_an_approval_does_not_hang_on_the_results() -> None:
    world = World()
    world.package.errors = [("UpdateModelPackage", "ValidationException")]
    found = promote(world)
    assert (found["done"], found["status"]) == (True, "Approved")
    assert found["warning"].startswith("The results were not written: ")
    assert world.status == "Approved"
    assert METADATA not in world.package.updates[0]


def test_results_without_room_are_a_warning() -> None:
    world = World()
    world.package.described[METADATA] = {f"k{number}": "x" for number in range(48)}
    assert promote(world)["warning"] == "2 results found no room in the package's metadata."
    assert len(world.package.described[METADATA]) == 50


# -- kept ------------------------------------------------------------------------------------------


def test_the_run_of_an_approved_version_is_kept() -> None:
    world = World()
    promote(world)
    assert world.run.kept_because == "the version that it evaluated is approved"
    assert world.kept == {kept_key(key) for key in FILES}
    assert kept_key(INPUT) not in world.kept
    assert world.expiring == []
    summary = world.package.described[METADATA]["modeleval_support_summary"]
    assert summary == f"s3://{BUCKET}/{kept_key(summary_key(RUN))}"


def test_a_run_that_cannot_be_kept_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "KMS"}}, "CopyObject")

    def copy_object(**_: Any) -> None:
        raise refused

    monkeypatch.setattr(world.s3, "copy_object", copy_object)
    found = promote(world)
    assert (found["done"], found["status"]) == (True, "Approved")
    assert found["warning"].startswith("The run could not be kept beyond the retention:")
    summary = world.package.described[METADATA]["modeleval_support_summary"]
    assert summary == f"s3://{BUCKET}/{summary_key(RUN)}"


def test_the_run_of_a_version_that_was_approved_before_is_kept_also_without_the_setting() -> None:
    world = World(groups=(), resolved_model=model(approval_status="Approved"))
    promote(world)
    assert world.run.kept_because is not None


def test_a_rejected_ones_is_not() -> None:
    world = World(verdict="failed")
    promote(world)
    assert world.kept == set()
    assert "RUN" in world.expiring


# -- asked -----------------------------------------------------------------------------------------


def test_a_person_is_asked_until_a_deadline() -> None:
    gate = {"onInconclusive": "ask", "answerWithinDays": 2}
    world = World(verdict="inconclusive", gate=gate)
    found = promote(world)
    assert (found["action"], found["why"]) == ("ask", "A person decides: It inconclusive.")
    assert world.run.asked_until == "2026-11-24T08:00:00.000Z"
    assert world.status == PENDING
    assert world.run.decision is None
