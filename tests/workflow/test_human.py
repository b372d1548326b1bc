"""People answer: the whole way, beside a judge who does not wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from deployed_world import SUBJECT, DeployedWorld, record, suite
from people_world import OTHER, WORKFLOW, both, people

from modeleval.cli.exit_codes import exit_code_of
from modeleval.store.items import JobStatus, RunStatus

GATE = {
    "rules": [
        {"evaluation": "answers", "metric": "Correctness", "minimum": 0.5},
        {"evaluation": "people", "metric": "Clearer", "minimum": 0.5},
    ]
}


@pytest.fixture
def judged(world: DeployedWorld) -> str:
    return world.put_dataset([record(number) for number in range(20)])


class Waiting:
    """A run that is pending: the judge has answered, the people are being waited for."""

    def __init__(self, world: DeployedWorld, document: dict[str, Any]) -> None:
        world.settings(holdHuman=True)
        self.world = world
        self.execution = world.start({"suite": document})
        self.run_id = world.run_id(self.execution)
        world.until(lambda: world.store.jobs(self.run_id))
        world.until(lambda: self.run.status is RunStatus.PENDING)
        world.until(
            lambda: [job for job in world.store.jobs(self.run_id) if job.long and job.job_arn]
        )

    @property
    def run(self) -> Any:
        return self.world.store.run(self.run_id)

    def scored(self) -> set[str]:
        return {score.evaluation for score in self.world.store.scores(self.run_id)}

    def people(self) -> dict[str, Any]:
        [job] = [one for one in self.world.store.jobs(self.run_id) if one.long]
        [found] = [
            one for one in self.world.service_jobs(self.run_id) if one["jobName"] == job.job_name
        ]
        return found


@pytest.fixture
def waiting(world: DeployedWorld, judged: str) -> Iterator[Waiting]:
    try:
        yield Waiting(world, both(world, judged, gate=GATE))
    finally:
        world.settings(holdHuman=False)


def test_every_rating_method_comes_to_scores_of_its_own(world: DeployedWorld) -> None:
    finished = world.evaluate({**suite("-"), "evaluations": [people(world)]})

    assert finished.status == "SUCCEEDED", finished
    scores = {
        (score.metric, score.candidate): score
        for score in world.store.scores(finished.run_id)
        if score.category is None
    }
    assert set(scores) == {
        *((metric, None) for metric in ("Useful", "Right", "Clearer", "Chosen", "Rank")),
        *((metric, OTHER) for metric in ("Useful", "Right", "Rank")),
    }
    means = {key: score.mean for key, score in scores.items()}
    assert means["Useful", None] > Decimal("0.6") > means["Useful", OTHER]
    assert 4 <= means["Right", None] <= 5
    assert 1 <= means["Right", OTHER] < 3
    assert means["Clearer", None] > Decimal("0.8")
    assert means["Chosen", None] > Decimal("0.8")
    assert means["Rank", None] < means["Rank", OTHER]
    assert scores["Rank", None].direction == "lowerIsBetter"
    assert {score.subject for (_, label), score in scores.items() if label} == {OTHER}


def test_what_the_people_said_and_how_far_they_agree_is_told(world: DeployedWorld) -> None:
    finished = world.evaluate({**suite("-"), "evaluations": [people(world)]})

    [entry] = world.summary(finished)["evaluations"]
    agreement = {one["metric"]: one for one in entry["agreement"]}
    assert list(agreement) == ["Useful", "Right", "Clearer", "Chosen", "Rank"]
    assert agreement["Useful"]["units"] == 24  # of two sources
    assert agreement["Chosen"]["units"] == 12
    assert {one["workers"] for one in agreement.values()} == {3}
    assert all(0 <= one["percent"] <= 1 for one in agreement.values())
    assert agreement["Useful"]["alpha"] > 0.3
    kept = world.read_lines(f"runs/{finished.run_id}/scores/j0.jsonl")
    assert all(line["explanation"].startswith("3 people said: ") for line in kept)


@pytest.mark.parametrize("keys", ["lower", "upper"])
def test_the_output_is_read_in_either_spelling(world: DeployedWorld, keys: str) -> None:
    world.settings(humanKeys=keys)
    finished = world.evaluate({**suite("-"), "evaluations": [people(world, count=2)]})
    assert finished.status == "SUCCEEDED", finished


def test_a_live_model_beside_precomputed_responses(world: DeployedWorld, judged: str) -> None:
    live = people(
        world,
        dataset=judged,
        responses=[{"model": "amazon.nova-lite-v1:0"}, {"precomputed": SUBJECT}],
    )
    finished = world.evaluate({**suite("-"), "evaluations": [live]})
    assert finished.status == "SUCCEEDED", finished
    scores = world.store.scores(finished.run_id)
    assert {score.candidate for score in scores} == {None, SUBJECT}
    assert all(score.unscored == 0 for score in scores)


def test_the_judges_scores_are_published_before_the_people_answer(waiting: Waiting) -> None:
    assert waiting.run.published
    assert waiting.scored() == {"answers"}
    assert waiting.run.verdict == "pending"
    assert waiting.run.verdict_why.startswith("Waits for people. So far, of 2 conditions: 1 ")
    assert waiting.people()["status"] == "InProgress"
    assert exit_code_of(waiting.run) == 5
    assert [one.run_id for one in waiting.world.store.open_runs()] == [waiting.run_id]


def test_the_sweep_leaves_a_pending_run_alone(waiting: Waiting) -> None:
    answer = waiting.world.invoke("SweepRuns", {})
    assert (answer["closedRuns"], answer["stoppedJobs"]) == (0, 0)
    assert waiting.run.status is RunStatus.PENDING
    assert waiting.people()["status"] == "InProgress"


def test_when_the_people_have_answered_the_verdict_is_final(waiting: Waiting) -> None:
    waiting.world.settings(holdHuman=False)
    finished = waiting.world.finish(waiting.execution)
    assert finished.status == "SUCCEEDED", finished
    assert finished.output["verdict"] == "passed", finished.output
    assert (waiting.run.status, waiting.run.verdict) == (RunStatus.SUCCEEDED, "passed")
    assert waiting.scored() == {"answers", "people"}
    assert waiting.run_id not in {one.run_id for one in waiting.world.store.open_runs()}


def test_a_run_that_is_stopped_while_it_waits_stops_the_people_and_keeps_the_scores(
    waiting: Waiting,
) -> None:
    waiting.world.sfn.stop_execution(executionArn=waiting.execution)
    waiting.world.until(lambda: waiting.people()["status"] == "Stopped")
    waiting.world.until(lambda: waiting.run.status is RunStatus.STOPPED)
    assert waiting.run.published
    assert waiting.scored() == {"answers"}
    assert waiting.run.verdict == "inconclusive"
    assert waiting.run.verdict_why == "The run ended before its last job did."
    [job] = [one for one in waiting.world.store.jobs(waiting.run_id) if one.long]
    assert job.status is JobStatus.STOPPED


def test_people_whose_job_fails_leave_the_rest_in_part(world: DeployedWorld, judged: str) -> None:
    waiting = Waiting(world, both(world, judged, gate=GATE))
    world.fault(kind="fail-job", jobName=waiting.people()["jobName"], message="No team.")
    world.settings(holdHuman=False)
    finished = world.finish(waiting.execution)
    assert finished.status == "SUCCEEDED", finished
    assert waiting.run.status is RunStatus.PARTIAL
    assert waiting.run.verdict == "inconclusive"
    assert waiting.scored() == {"answers"}


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"flowDefinition": f"{WORKFLOW}-x"}, "WorkflowNotUsable", "flowDefinitionArns"),
        ({"responses": {"precomputed": SUBJECT}}, "SuiteInvalid", "compares two responses"),
        (
            {"responses": [{"precomputed": "x"}, {"precomputed": "y"}]},
            "DatasetInvalid",
            "the suite",
        ),
    ],
)
def test_what_cannot_be_asked_of_people_is_refused_before_anything_is_paid_for(
    world: DeployedWorld, changes: dict[str, Any], error: str, said: str
) -> None:
    finished = world.evaluate({**suite("-"), "evaluations": [people(world, **changes)]})
    assert finished.error == error
    assert said in finished.cause
    assert world.calls("CreateEvaluationJob") == []


def test_a_budget_holds_what_people_cost(world: DeployedWorld) -> None:
    """12 records, 3 people each, 0.21 USD a task."""
    document = {**suite("-"), "evaluations": [people(world)], "budget": {"maxUsd": 7.55}}
    finished = world.evaluate(document)
    assert finished.error == "BudgetExceeded"
    assert "12 records x 3 people x 0.21 USD = 7.56 USD" in finished.cause
