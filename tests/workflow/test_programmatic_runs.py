"""Programmatic evaluations on the deployed stack: a model is asked, and nothing judges."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import pytest
from deployed_world import DeployedWorld, Finished
from gate_world import comparison, conditions, entries, judged_values, only_condition, verdict_of
from programmatic_suites import LITE, programmatic, questions

PROFILE = "us.amazon.nova-lite-v1:0"
REVIEWS = "Builtin.WomensEcommerceClothingReviews"


def ruled(**rule: Any) -> dict[str, Any]:
    return {"rules": [{"evaluation": "knowledge", **rule}]}


def results(world: DeployedWorld, finished: Finished, metric: str) -> dict[str, list[float]]:
    """What the service computed, by job; what it computed nothing of is left out."""
    found = judged_values(world, finished, metric)
    return {job: [v for v in values.values() if v is not None] for job, values in found.items()}


def test_two_models_are_asked_ones_own_prompts(world: DeployedWorld) -> None:
    document = programmatic(
        dataset=world.put_dataset(questions(24)),
        responses=[{"model": LITE}, {"model": PROFILE, "label": "through-profile"}],
        metrics=["Accuracy", "Robustness", "Toxicity"],
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    run = world.run(finished)
    [facts] = run.evaluations
    assert (facts.judge, facts.subject, facts.records) == (None, LITE, 24)
    assert facts.candidates == {"through-profile": PROFILE}
    calls = world.calls("CreateEvaluationJob")
    assert [call["error"] for call in calls] == [None, None]
    scores = {
        (score.candidate, score.metric, score.category): score
        for score in world.store.scores(finished.run_id)
    }
    first, second = world.jobs(finished)
    for metric, direction in (
        ("Accuracy", "higherIsBetter"),
        ("Robustness", "lowerIsBetter"),
        ("Toxicity", "lowerIsBetter"),
    ):
        computed = results(world, finished, metric)
        for job, label in ((first, None), (second, "through-profile")):
            values = computed[f"j{job.job}"]
            score = scores[label, metric, None]
            assert score.direction == direction
            assert (score.n, score.n + score.not_applicable) == (len(values), 24)
            assert float(score.mean or 0) == pytest.approx(fmean(values))
        halves = [scores[None, metric, category] for category in ("even", "odd")]
        assert [half.n + half.not_applicable for half in halves] == [12, 12]
    found = comparison(entries(world, finished)["knowledge"], "Accuracy", against="through-profile")
    assert found["matched"] == 24


def test_built_in_datasets_and_ones_own_in_one_job(world: DeployedWorld) -> None:
    """Of several datasets each metric has its own scores; what the output lacks is unscored."""
    document = programmatic(
        datasets=[
            "Builtin.BoolQ",
            "Builtin.TriviaQA",
            {
                "dataset": world.put_dataset(questions(6)),
                "name": "own",
                "metrics": ["Accuracy", "Toxicity"],
            },
        ],
        gate=ruled(metric="BoolQ.Accuracy", minimum=0.3),
    )
    world.fault(kind="generator")

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    scores = world.scores(finished)
    counted = {key: (score.n, score.unscored) for key, score in scores.items() if key[1] is None}
    assert counted == {
        ("BoolQ.Accuracy", None): (99, 1),
        ("TriviaQA.Accuracy", None): (100, 0),
        ("own.Accuracy", None): (6, 0),
        ("own.Toxicity", None): (6, 0),
    }
    assert {category for name, category in scores if name == "own.Accuracy"} == {
        None,
        "even",
        "odd",
    }
    entry = entries(world, finished)["knowledge"]
    assert entry["records"] == 206
    assert (
        "Builtin.BoolQ: 1 of its 100 prompts are not in the output, and count as unscored"
        in entry["warnings"]
    )
    assert verdict_of(world, finished) == ("passed", "The condition passed.")
    assert [found["metric"] for found in conditions(world, finished)] == ["BoolQ.Accuracy"]


def test_prompts_of_a_built_in_dataset_are_matched_between_runs(world: DeployedWorld) -> None:
    """If each job draws others, those that both have are compared and the others counted."""
    document = programmatic(
        dataset="Builtin.BoolQ", gate=ruled(metric="Accuracy", maxRegression=0.5)
    )
    first = world.evaluate(document)
    assert first.status == "SUCCEEDED", first.cause
    again = world.evaluate(document)
    found = comparison(entries(world, again)["knowledge"], "Accuracy", against="previous")
    assert [found[name] for name in ("runId", "matched", "onlyHere", "difference")] == [
        first.run_id,
        100,
        0,
        0,
    ]
    assert only_condition(world, again)["verdict"] == "passed"

    world.settings(builtInDraw="anew", builtInFolder="bare", programmaticNames="builtin")
    other = world.evaluate(document)

    found = comparison(entries(world, other)["knowledge"], "Accuracy", against="previous")
    assert 0 < found["matched"] < 100
    assert found["matched"] + found["onlyHere"] == found["matched"] + found["onlyThere"] == 100


def test_what_has_no_meaning_is_not_applicable_and_no_scale_is_claimed(
    world: DeployedWorld,
) -> None:
    document = programmatic(
        taskType="Classification", dataset=REVIEWS, metrics=["Accuracy", "Robustness"]
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    scores = world.scores(finished)
    accuracy, robustness = scores["Accuracy", None], scores["Robustness", None]
    assert accuracy.n == 100
    wrong = round(100 * (1 - float(accuracy.mean or 0)))
    assert robustness.not_applicable == wrong > 0
    assert max(results(world, finished, "Robustness")["j0"]) > 1
    assert {category for _, category in scores} == {None, "dresses", "knits", "blouses"}
    entry = entries(world, finished)["knowledge"]
    assert set(entry["lowScores"]["byMetric"]) == {"Accuracy"}
    intervals = {
        one["metric"]: one["interval"] for one in entry["summaries"] if one["category"] is None
    }
    assert intervals["Accuracy"]["method"] == "wilson"
    assert "too few records" in intervals["Robustness"]["reason"]


def test_records_without_reference_are_refused_before_anything_is_paid_for(
    world: DeployedWorld,
) -> None:
    data = questions(3)
    del data[1]["referenceResponse"]

    finished = world.evaluate(programmatic(dataset=world.put_dataset(data), metrics=["Toxicity"]))

    assert finished.error == "DatasetInvalid"
    assert (
        "line 2, referenceResponse: is missing or empty, and QuestionAndAnswer cannot do without it"
        in finished.cause
    )
    assert world.calls("CreateEvaluationJob") == []


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        (
            {"taskType": "Summarization"},
            "SuiteInvalid",
            "for Summarization there is Builtin.Gigaword, or a dataset of your own",
        ),
        ({"judge": "amazon.nova-pro-v1:0"}, "SuiteInvalid", "judge: nothing is judged here"),
        (
            {"responses": {"model": "amazon.nova-pro-v1:0"}},
            "GeneratorNotAllowed",
            "evaluations[0].responses.model",
        ),
        (
            {"budget": {"maxUsd": 0.01}, "metrics": ["Robustness"]},
            "BudgetExceeded",
            "100 records x 6 answers: 150,000 input + 300,000 output tokens",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_paid_for(
    world: DeployedWorld, changes: dict[str, Any], error: str, said: str
) -> None:
    finished = world.evaluate(programmatic(**{"dataset": "Builtin.BoolQ", **changes}))

    assert finished.error == error
    assert said in finished.cause
    assert world.calls("CreateEvaluationJob") == []
