"""Every evaluation is checked before a job is stored, and the budget's origin is kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from unit_documents import JUDGE, RUN, evaluation, settings, suite
from unit_fakes import FakeStore, MemoryS3, bucket, run, services

from modeleval.artifacts import suite_key
from modeleval.errors import (
    BudgetExceeded,
    DatasetInvalid,
    DatasetNotFound,
    JobQuotaExhausted,
    PriceUnknown,
    RunClosed,
    SuiteInvalid,
    TooManyJobs,
)
from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow import plan
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.plan import plan_jobs

DATASET = "datasets/answers.jsonl"
ATTACKS = {"name": "Refusal", "categories": ["attacks"]}
UNPRICED = "openai.gpt-5.4"


class Outside:
    """An account with room for so many jobs, and models that are all well."""

    def __init__(self, room: int = 100) -> None:
        self.room = room
        self.asked: list[int] = []

    def check(self, text: str, *_: object, allowed: Any, **__: object) -> None:
        assert text in allowed

    def check_room(self, jobs: int) -> None:
        self.asked.append(jobs)
        if jobs > self.room:
            raise JobQuotaExhausted(f"no room for {jobs}", action="x")


class World:
    """A run whose suite is kept, with a dataset of four records."""

    def __init__(self, document: dict[str, Any], *, room: int = 100, **changes: Any) -> None:
        self.store = FakeStore(run())
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(document).encode(), DATASET: records(4)})
        self.outside = Outside(room)
        self.services = services(
            store=self.store,
            objects=bucket(self.s3),
            models=self.outside,
            evaluation_jobs=self.outside,
            settings=settings(judgeModels=[JUDGE, UNPRICED], **changes),
        )

    def plan(self) -> int:
        return plan_jobs(RUN, self.services)

    @property
    def run(self) -> Any:
        return self.store.run(RUN)


def records(count: int) -> bytes:
    lines = [
        {
            "prompt": f"prompt {n}",
            "category": "attacks" if n == 0 else "plain",
            "modelResponses": [{"response": "That.", "modelIdentifier": "support-bot-v3"}],
        }
        for n in range(count)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_jobs_of_a_run_that_was_ended_while_they_were_stored_have_ended() -> None:
    world = World(suite())
    create_jobs = world.store.create_jobs

    def ended_before(jobs: Any) -> None:
        world.store.close_run(RUN, RunStatus.STOPPED)
        create_jobs(jobs)

    world.store.create_jobs = ended_before  # type: ignore[method-assign]
    with pytest.raises(RunClosed):
        world.plan()
    assert {one.status for one in world.store.jobs(RUN)} == {JobStatus.STOPPED}


def test_jobs_are_numbered_over_all_evaluations_and_each_knows_its_own() -> None:
    both = [evaluation(metrics=["Correctness", ATTACKS]), evaluation(name="more")]
    world = World(suite(evaluations=both))
    assert world.plan() == (3, 0, 0)
    jobs = world.store.jobs(RUN)
    assert [(one.job, one.evaluation, one.spec["part"]) for one in jobs] == [
        (0, 0, 0),
        (1, 0, 1),
        (2, 1, 0),
    ]
    assert [facts.jobs for facts in world.run.evaluations] == [(0, 1), (2,)]
    assert world.run.phase == "budget"


def test_room_is_asked_for_all_jobs_before_any_dataset_is_read() -> None:
    both = [evaluation(metrics=["Correctness", ATTACKS]), evaluation(name="more")]
    world = World(suite(evaluations=both), room=2)
    before = set(world.s3.objects)
    with pytest.raises(JobQuotaExhausted, match="no room for 3"):
        world.plan()
    assert world.outside.asked == [3]
    assert set(world.s3.objects) == before


@pytest.mark.parametrize(
    ("categories", "known"),
    [
        (["attacks"], {"attacks": 1}),
        (["plain", "attacks", "plain"], {"attacks": 1, "plain": 3}),
        ([None], {}),
        ([], {}),
    ],
)
def test_the_records_of_the_categories_that_the_gate_asks_about_are_kept(
    categories: list[str | None], known: dict[str, int]
) -> None:
    rules = [
        {"evaluation": "answers", "maxLowScores": 1} | ({"category": one} if one else {})
        for one in categories
    ]
    gate = {"rules": [*rules, {"evaluation": "more", "category": "plain", "maxLowScores": 1}]}
    world = World(suite(evaluations=[evaluation(), evaluation(name="more")], gate=gate))
    world.plan()
    assert [one.categories for one in world.run.evaluations] == [known, {"plain": 3}]


def test_a_category_beyond_those_that_are_counted_is_not_taken_for_an_empty_one() -> None:
    gate = {"rules": [{"evaluation": "answers", "category": "last", "maxRegression": 0.1}]}
    world = World(suite(gate=gate))
    lines = [{**json.loads(records(1)), "prompt": f"{n}", "category": f"c{n}"} for n in range(150)]
    lines.append({**lines[0], "prompt": "last", "category": "last"})
    world.s3.objects[DATASET] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    world.plan()
    assert world.run.evaluations[0].categories == {}


def test_a_category_that_no_record_has_is_refused_before_paying() -> None:
    rules = [
        {"evaluation": "answers", "category": category, "minimum": 0.5, "metric": "Correctness"}
        for category in ("plain", "attack", "zzz")
    ]
    world = World(suite(gate={"rules": rules}))
    with pytest.raises(SuiteInvalid) as caught:
        world.plan()
    said = str(caught.value)
    assert (
        "gate.rules[1].category: no record of answers is in attack; did you mean attacks?" in said
    )
    assert (
        "gate.rules[2].category: no record of answers is in zzz; there are attacks, plain" in said
    )
    assert "rules[0]" not in said
    assert world.store.jobs(RUN) == []


def test_the_records_that_decide_a_margin_are_kept_with_their_clusters() -> None:
    asked = evaluation(metrics=["Correctness", ATTACKS], clusterField="case")
    rules = [
        {"evaluation": "answers", "maxRegression": 0.1},
        {
            "evaluation": "answers",
            "category": "plain",
            "metric": "Correctness",
            "maxRegression": 0.1,
        },
        {"evaluation": "answers", "category": "attacks", "maxLowScores": 1},
    ]
    world = World(suite(evaluations=[asked], gate={"rules": rules}))
    lines = [json.loads(line) for line in records(6).splitlines()]
    for number, line in enumerate(lines):
        line["case"] = "one" if number in {1, 2, 3} else f"c{number}"
    world.s3.objects[DATASET] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    world.plan()
    [facts] = world.run.evaluations
    assert [(one.metric, one.category, one.records, one.clusters) for one in facts.judged] == [
        ("Correctness", None, 6, 36 / 12),
        ("Correctness", "plain", 5, 25 / 11),
        ("Refusal", None, 1, 1.0),
    ]


def test_a_trial_plans_and_estimates_what_it_judges() -> None:
    world = World(suite(sample=2))
    world.plan()
    [facts] = world.run.evaluations
    assert facts.records == 2
    assert [part["records"] for part in world.run.estimate["evaluations"]] == [2]


def test_all_refusals_are_told_and_nothing_is_stored() -> None:
    wrong = [
        evaluation(dataset="missing.jsonl"),
        evaluation(name="b", metrics=[{"name": "Refusal", "categories": ["none"]}]),
        evaluation(name="c"),
    ]
    world = World(suite(evaluations=wrong))
    with pytest.raises(DatasetNotFound) as caught:
        world.plan()
    assert "2 evaluations are refused" in str(caught.value)
    assert "DatasetNotFound: There is nothing at" in str(caught.value)
    assert "DatasetInvalid: No record to judge is in none" in str(caught.value)
    assert world.store.jobs(RUN) == []


def test_one_refusal_is_told_as_it_is() -> None:
    world = World(suite(evaluations=[evaluation(responses={"precomputed": "another"})]))
    with pytest.raises(DatasetInvalid, match="another"):
        world.plan()


def test_a_step_that_runs_twice_plans_the_same_jobs() -> None:
    world = World(suite())
    world.plan()
    first = world.store.jobs(RUN)
    world.plan()
    assert world.store.jobs(RUN) == first


def test_a_run_that_has_ended_is_not_planned() -> None:
    world = World(suite())
    world.store.close_run(RUN, RunStatus.STOPPED)
    with pytest.raises(RunClosed):
        world.plan()


@pytest.mark.parametrize(
    ("changes", "budget", "field"),
    [
        ({"budget": {"maxUsd": "0.01"}}, "0.01", "budget.maxUsd"),
        ({}, "0.005", "defaultBudgetUsd in the settings"),
    ],
)
def test_a_budget_is_refused_where_it_was_set(
    changes: dict[str, Any], budget: str, field: str
) -> None:
    world = World(suite(**changes), defaultBudgetUsd="0.005")
    world.plan()
    assert (world.run.max_usd, world.run.budget_field) == (Decimal(budget), field)
    with pytest.raises(BudgetExceeded) as caught:
        check_run_budget(RUN, world.services)
    assert f"above the budget of {budget} USD ({field})" in str(caught.value)


def test_a_price_that_is_not_known_is_told_at_the_field_that_asks_for_it() -> None:
    world = World(suite(evaluations=[evaluation(judge=UNPRICED)]), defaultBudgetUsd="5")
    world.plan()
    with pytest.raises(PriceUnknown, match=r"\(defaultBudgetUsd in the settings\)"):
        check_run_budget(RUN, world.services)


def test_without_a_budget_the_run_goes_on_to_its_jobs() -> None:
    world = World(suite())
    world.plan()
    check_run_budget(RUN, world.services)
    assert (world.run.max_usd, world.run.phase) == (None, "jobs")


def test_a_run_that_was_not_planned_has_no_budget_to_check() -> None:
    with pytest.raises(RunClosed, match="was not planned"):
        check_run_budget(RUN, World(suite()).services)


def test_a_run_has_at_most_a_thousand_jobs_and_none_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "MOST_JOBS", 3)
    world = World(suite(evaluations=[evaluation(dataset=DATASET, shardSize=1)]))
    with pytest.raises(TooManyJobs) as caught:
        plan_jobs(RUN, world.services)
    assert str(caught.value) == (
        "The run would have 4 jobs, and at most 3 are run (answers: 4). Raise shardSize, or give "
        "each dataset, candidate or repeat a run of its own."
    )
    assert world.store.jobs(RUN) == []


def test_room_is_asked_for_again_once_the_number_of_jobs_is_known() -> None:
    world = World(suite(evaluations=[evaluation(dataset=DATASET, shardSize=1)]), room=3)
    with pytest.raises(JobQuotaExhausted, match="no room for 4"):
        plan_jobs(RUN, world.services)
    assert world.outside.asked == [1, 4]
    assert world.store.jobs(RUN) == []
