"""A run that collects: checked and priced first, asked batch by batch, judged like any other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from step_collecting_world import (
    SCENARIOS,
    Answering,
    World,
    collected,
)
from unit_documents import RUN, evaluation, suite

from modeleval.artifacts import collected_dataset_key, conversation_key, index_key
from modeleval.errors import (
    BudgetExceeded,
    GeneratorNotAllowed,
    NothingCollected,
    RunClosed,
    ScenariosInvalid,
    TargetNotAllowed,
)
from modeleval.store.batches import BatchStatus
from modeleval.store.items import RunStatus
from modeleval.workflow import budget
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.collecting.batch import Worked
from modeleval.workflow.collecting.plan import batches_of


@pytest.fixture(autouse=True)
def without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "margin_notes", lambda *_: [])


def test_nobody_is_asked_before_all_is_checked_and_priced() -> None:
    world = World(suite(evaluations=[collected()], budget={"maxUsd": 1}))
    assert world.begin() == 1
    assert world.target.asked == []
    found = world.run
    assert found.phase == "collect"
    assert {name: found.collecting[name] for name in ("scenarios", "turns", "batches")} == {
        "scenarios": 3, "turns": 6, "batches": 1,
    }  # fmt: skip
    parts = found.estimate["evaluations"]
    assert [(one["purpose"], one["records"]) for one in parts] == [("target", 6), ("judge", 6)]
    assert found.evaluations[0].subject == "amazon.nova-lite-v1-0"
    assert not world.store.jobs(RUN)


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (suite(evaluations=[collected()], budget={"maxUsd": 0.0001}), BudgetExceeded),
        (suite(evaluations=[collected(target={"model": "amazon.nova-pro-v1:0"})]),
         TargetNotAllowed),
        (suite(evaluations=[collected(maxHistoryBytes=256) | {"judge": "amazon.unknown-v1:0"}]),
         GeneratorNotAllowed),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_before_anybody_is_asked(
    document: dict[str, Any], error: type[Exception]
) -> None:
    world = World(document)
    with pytest.raises(error):
        world.begin()
    assert world.target.asked == []


def test_wrong_scenarios_are_refused_by_place() -> None:
    world = World()
    world.s3.objects[SCENARIOS] = b'[{"id": "a", "category": "b", "turns": []}]'
    with pytest.raises(ScenariosInvalid, match=r"scenarios\[0\]\.turns"):
        world.plan()


def test_scenarios_that_take_longer_than_a_batch_may_are_refused() -> None:
    world = World(suite(evaluations=[collected(requestsPerMinute=1)]), scenarios=3700)
    with pytest.raises(ScenariosInvalid, match="7,400 turns take 5 days at 1 requests a minute"):
        world.plan()


def test_planning_twice_plans_the_same_batches() -> None:
    world = World(scenarios=40)
    assert world.plan() == world.plan() == 8
    ranges = [(one.first, one.last) for one in world.store.batches(RUN)]
    assert ranges == [(first, first + 5) for first in range(0, 40, 5)]


def test_each_turn_is_asked_with_the_conversation_before_it() -> None:
    world = World(scenarios=1)
    world.begin()
    assert world.collect() == Worked(ended=True)
    first, second = world.target.asked
    assert [message["content"][0]["text"] for message in second] == [
        "question 0 0", "To question 0 0.", "question 0 1",
    ]  # fmt: skip
    assert len(first) == 1


def test_collected_responses_are_judged_like_any_others() -> None:
    world = World(scenarios=2)
    world.begin()
    world.collect_all()
    assert world.plan_collected() == 1
    lines = world.lines(collected_dataset_key(RUN, 0))
    named = [line["recordId"].partition("#")[0] for line in lines]
    assert named == ["s0/1", "s0/2", "s1/1", "s1/2"]
    assert (
        lines[1]["prompt"] == "User: question 0 0\nAssistant: To question 0 0.\nUser: question 0 1"
    )
    index = world.lines(index_key(RUN, 0, 0))
    assert [entry["cluster"] for entry in index] == ["s0", "s0", "s1", "s1"]
    assert len({entry["key"] for entry in index}) == 4
    check_run_budget(RUN, world.services)
    found = world.run
    assert found.phase == "jobs"
    target, judge = found.estimate["evaluations"]
    assert (target["inputTokens"], target["outputTokens"]) == (4000, 400)
    assert judge["records"] == 4
    told = found.collecting["told"]["answers"]
    assert told == [
        "4 of 4 turns of 2 scenarios collected",
        "4 requests, 4,000 tokens in and 400 out",
    ]
    assert not any("collected" in warning for warning in found.evaluations[0].warnings)


def test_record_keys_do_not_depend_on_what_was_answered() -> None:
    one, other = World(scenarios=1), World(scenarios=1)
    other.target.converse = lambda **_: {  # type: ignore[method-assign]
        "output": {"message": {"role": "assistant", "content": [{"text": "Something else."}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "ResponseMetadata": {"HTTPStatusCode": 200},
    }
    for world in (one, other):
        world.begin()
        world.collect_all()
        world.plan_collected()
    keys = [[entry["key"] for entry in w.lines(index_key(RUN, 0, 0))] for w in (one, other)]
    assert keys[0] == keys[1]


def test_an_invocation_without_time_leaves_the_rest_to_the_next() -> None:
    world = World()
    world.begin()
    assert world.collect(left=30) == Worked(ended=False)
    assert world.target.asked == []
    assert world.collect() == Worked(ended=True)
    assert len(world.target.asked) == 6


def test_a_batch_whose_invocations_come_to_nothing_is_given_up() -> None:
    world = World()
    world.begin()
    tries = 1
    while not world.collect(left=30).ended:
        tries += 1
        assert tries < 20
    [batch] = world.store.batches(RUN)
    assert batch.error is not None
    assert batch.error.name == "NothingCollected"
    assert tries > 10


def test_a_batch_that_has_ended_is_not_asked_again() -> None:
    world = World()
    world.begin()
    world.collect()
    assert world.collect() == Worked(ended=True)
    assert len(world.target.asked) == 6


def test_what_was_answered_before_a_crash_is_not_asked_again() -> None:
    world = World(scenarios=1, target=Answering())
    world.begin()
    answered = world.target.converse

    def crash(**request: Any) -> Any:
        if len(request["messages"]) > 1:
            raise MemoryError
        return answered(**request)

    world.target.converse = crash  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        world.collect(by="first")
    world.target.converse = answered  # type: ignore[method-assign]
    assert world.collect(by="second").ended
    assert [len(messages) for messages in world.target.asked] == [1, 3]


def test_a_batch_that_another_holds_is_let_alone_until_its_lease_is_over() -> None:
    world = World()
    world.begin()
    assert world.store.lease_batch(RUN, 0, "other", now=world.now, until=world.now + 120)
    held = world.collect()
    assert not held.ended
    assert held.wait_seconds >= 30
    assert world.target.asked == []
    world.now += 121
    assert world.collect().ended


def test_a_run_that_has_ended_asks_nobody() -> None:
    world = World()
    world.begin()
    world.store.close_run(RUN, RunStatus.STOPPED)
    with pytest.raises(RunClosed):
        world.collect()
    assert world.target.asked == []


def test_a_target_that_refuses_everything_fails_its_evaluation_alone() -> None:
    document = suite(evaluations=[collected(), evaluation(name="others")])
    world = World(document, target=Answering(lambda _: "AccessDeniedException"))
    world.begin()
    world.collect_all()
    [batch] = world.store.batches(RUN)
    assert batch.status is BatchStatus.FAILED
    assert batch.error is not None
    assert batch.error.name == "TargetRefused"
    assert world.plan_collected() == 1
    failed, others = world.run.evaluations
    assert (failed.error.name, failed.jobs) == ("TargetRefused", ())
    assert (others.error, others.jobs) == (None, (0,))


def test_a_batch_that_was_lost_fails_its_evaluation() -> None:
    world = World(suite(evaluations=[collected(), evaluation(name="others")]))
    world.begin()
    assert world.plan_collected() == 1
    assert world.run.evaluations[0].error.name == "BatchLost"


def test_a_run_without_a_response_has_nothing_to_judge() -> None:
    world = World(target=Answering(lambda _: "ValidationException"))
    world.begin()
    world.collect_all()
    with pytest.raises(NothingCollected, match="refusedRequest"):
        world.plan_collected()


def test_a_failed_turn_and_what_comes_after_it_are_unscored() -> None:
    wrong = Answering(lambda said: "ValidationException" if said == "question 0 0" else None)
    world = World(scenarios=2, target=wrong)
    world.begin()
    world.collect_all()
    world.plan_collected()
    index = world.lines(index_key(RUN, 0, 0))
    assert [entry["unscored"] is None for entry in index] == [False, False, True, True]
    assert len(wrong.asked) == 3
    told = " ".join(world.run.evaluations[0].warnings)
    assert "1 turn failed (refusedRequest 1)" in told
    assert "1 turn not asked after a failure" in told


def test_collecting_that_costs_more_than_the_run_may_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeleval.workflow.collecting.batch._LOOK_SECONDS", 0)
    world = World(suite(evaluations=[collected()], budget={"maxUsd": 0.2}), scenarios=10)
    world.begin()
    dear = world.target.converse

    def converse(**request: Any) -> Any:
        answer = dear(**request)
        answer["usage"] = {"inputTokens": 10**6, "outputTokens": 0, "totalTokens": 10**6}
        return answer

    world.target.converse = converse  # type: ignore[method-assign]
    world.collect_all()
    assert len(world.target.asked) < 20
    failed = [one.error.name for one in world.store.batches(RUN) if one.error]
    assert failed
    assert set(failed) == {"BudgetExceeded"}


def test_a_trial_asks_as_many_whole_scenarios_as_it_needs() -> None:
    world = World(suite(evaluations=[collected()], sample=3), scenarios=10)
    world.begin()
    assert world.run.collecting["turns"] == 4
    world.collect_all()
    world.plan_collected()
    assert len(world.lines(index_key(RUN, 0, 0))) == 3


@pytest.mark.parametrize(
    ("scenarios", "rate", "batches"),
    [(1, 60, 1), (10_000, 60, 2), (10_000, 10_000, 20), (12, 10_000, 3), (100, 1, 1)],
)
def test_batches_are_few_enough_for_the_rate_and_the_machine(
    scenarios: int, rate: int, batches: int
) -> None:
    assert batches_of(scenarios, rate) == batches


def test_a_kept_conversation_holds_what_it_needs_to_go_on() -> None:
    world = World(scenarios=1)
    world.begin()
    world.collect()
    kept = msgspec.json.decode(world.s3.objects[conversation_key(RUN, 0, 0)])
    assert [turn["answer"] for turn in kept["turns"]] == ["To question 0 0.", "To question 0 1."]


def test_the_estimate_holds_a_counted_price() -> None:
    world = World(scenarios=1)
    world.begin()
    world.collect_all()
    world.plan_collected()
    [target] = [one for one in world.run.estimate["evaluations"] if one["purpose"] == "target"]
    assert Decimal(target["usd"]) == Decimal(target["lowUsd"]) == Decimal(target["highUsd"])
