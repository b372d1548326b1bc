"""What a run is compared with: found, named, missing, changed, deleted."""

from __future__ import annotations

from math import hypot

import pytest
from deployed_world import DeployedWorld, Finished
from gate_world import (
    comparison,
    conditions,
    entries,
    gated,
    only_condition,
    reopen,
    verdict_of,
)
from model_world import (
    benchmark,
    entry_of,
    forget_base_results,
    judged,
    model_suite,
    question,
    register,
    sagemaker_settings,
    scores_of,
    unique,
)
from scipy.stats import beta

from modeleval.artifacts import summary_key
from modeleval.cli.stack import Deployment
from modeleval.store.items import Score
from modeleval.workflow.delete import delete_run

GOOD = {"a": "r" * 19 + "w"}
NOT_WORSE = {"metric": "Correctness", "maxRegression": 0.3}


# -- runs of a suite -------------------------------------------------------------------------------


def test_from_the_first_run_to_the_next_ones(world: DeployedWorld) -> None:
    """The first has nothing to regress from, a trial is no baseline, and the latest one counts."""
    name = unique("next")
    enough = {"metric": "Correctness", "minimum": 0.6}

    first = world.evaluate(gated(world, GOOD, NOT_WORSE, name=name))
    trial = world.evaluate(gated(world, GOOD, NOT_WORSE, enough, name=name) | {"sample": 10})
    second = world.evaluate(gated(world, {"a": "r" * 16, "z": "rrr"}, NOT_WORSE, name=name))
    third = world.evaluate(gated(world, GOOD, NOT_WORSE, name=name, baseline=f"run:{first.run_id}"))

    nothing = "Nothing was decided by scores: there is no baseline yet, and no other condition."
    assert verdict_of(world, first) == ("inconclusive", nothing)
    assert world.run(first).baseline == {"label": "previous", "missing": "there is no earlier run"}
    one = only_condition(world, first)
    assert (one["verdict"], one["evidence"]) == ("passed", False)
    assert one["why"] == "there is no earlier run: nothing to regress from"
    assert entries(world, first)["answers"]["comparisons"] == []
    assert verdict_of(world, trial) == ("inconclusive", "A trial on a sample decides nothing.")
    assert baseline_of(world, trial) == ("previous", first.run_id)
    assert verdict_of(world, second) == ("passed", "The condition passed.")
    assert baseline_of(world, second) == ("previous", first.run_id)
    found = comparison(entries(world, second)["answers"], "Correctness", against="previous")
    assert (found["matched"], found["onlyHere"], found["onlyThere"]) == (16, 3, 4)
    assert "(16 records are in both, 7 in only one)" in only_condition(world, second)["why"]
    assert baseline_of(world, third) == ("run", first.run_id)


def baseline_of(world: DeployedWorld, finished: Finished) -> tuple[str, str | None]:
    """As the run keeps it, and as the summary document says."""
    baseline = world.run(finished).baseline
    assert baseline is not None
    assert world.summary(finished)["baseline"] == baseline
    return baseline["label"], baseline.get("runId")


def test_a_first_run_passes_by_its_other_conditions(world: DeployedWorld) -> None:
    rule = {**NOT_WORSE, "minimum": 0.6}

    finished = world.evaluate(gated(world, GOOD, rule, name=unique("first")))

    assert verdict_of(world, finished) == (
        "passed",
        "All 2 conditions passed, 1 of them because there is no baseline yet.",
    )


def test_baselines_that_cannot_be_are_refused_before_anything_is_paid_for(
    world: DeployedWorld,
) -> None:
    trial = world.evaluate(gated(world, GOOD, name=unique("trial")) | {"sample": 10})
    unknown = "mea234567a234567a2"
    asked = [f"run:{unknown}", f"run:{trial.run_id}", "run:latest", "none"]

    started = [
        world.start({"suite": gated(world, GOOD, NOT_WORSE, name="refused", baseline=one)})
        for one in asked
    ]
    finished = [world.finish(one) for one in started]

    assert [one.error for one in finished] == ["SuiteInvalid"] * 4
    assert f"The run {unknown} cannot be a baseline" in finished[0].cause
    assert f"The run {trial.run_id} cannot be a baseline" in finished[1].cause
    assert all("baseline" in one.cause for one in finished)
    assert [world.service_jobs(one.run_id) for one in finished] == [[]] * 4


def test_another_judge_or_a_lost_evaluation_is_not_compared_with(world: DeployedWorld) -> None:
    """The judge changes, an evaluation is new, another fails: nothing passes by that."""
    name = unique("changed")
    first = world.evaluate(gated(world, GOOD, name=name))
    document = gated(world, GOOD, name=name, judge="us.amazon.nova-pro-v1:0")
    [answers] = document["evaluations"]
    document["evaluations"] += [{**answers, "name": "new"}, {**answers, "name": "broken"}]
    rules = {
        "answers": NOT_WORSE,
        "new": NOT_WORSE,
        "broken": {**NOT_WORSE, "minScoredShare": 0.1, "maxLowScores": 20},
    }
    document["gate"] = {"rules": [{"evaluation": one, **rule} for one, rule in rules.items()]}
    world.fault(kind="fail-job", message="Broken.", jobName="-j2-a1")

    finished = world.evaluate(document)

    verdict, why = verdict_of(world, finished)
    assert (verdict, finished.output["status"]) == ("inconclusive", "partial")
    assert why.startswith("3 of 3 conditions cannot be decided: ")
    other = f"not comparable with the previous support-bot-v1 (run {first.run_id})"
    assert [one["why"] for one in conditions(world, finished)] == [
        f"{other}: the judge, the metric's definition or its scale differ",
        f"the run {first.run_id} has no scores of new",
        "the evaluation failed: JobFailed",
    ]
    score = scores_of(world, finished, "answers")[None, "Correctness", None]
    assert (score.word, score.difference) == ("not comparable", None)


def test_a_run_of_which_an_evaluation_failed_never_passes(world: DeployedWorld) -> None:
    document = gated(world, GOOD, {"metric": "Correctness", "minimum": 0.6}, name=unique("part"))
    document["evaluations"].append({**document["evaluations"][0], "name": "broken"})
    world.fault(kind="fail-job", message="Broken.", jobName="-j1-a1")

    finished = world.evaluate(document)

    assert verdict_of(world, finished) == (
        "inconclusive",
        "An evaluation, or a job of one, failed.",
    )
    assert only_condition(world, finished)["verdict"] == "passed"


def test_a_baseline_that_is_deleted_meanwhile_lets_nothing_pass(world: DeployedWorld) -> None:
    name = unique("deleted")
    first = world.evaluate(gated(world, GOOD, name=name))
    execution, _ = world.start_held(gated(world, GOOD, NOT_WORSE, name=name))

    delete_run(first.run_id, Deployment(world.stack.stack).services)
    world.settings(hold=False)

    finished = world.finish(execution)
    assert verdict_of(world, finished)[0] == "inconclusive"
    assert (
        only_condition(world, finished)["why"] == f"the scores of run {first.run_id} were deleted"
    )


@pytest.fixture(scope="module")
def shifted(deployed: DeployedWorld) -> Finished:
    """One category lost what another one gained since the run before."""
    deployed.aws.control("POST", "reset")
    name, right, wrong = unique("shifted"), "r" * 20, "w" * 20
    deployed.evaluate(gated(deployed, {"a": right, "b": wrong, "c": wrong}, name=name))
    return deployed.evaluate(
        gated(deployed, {"a": wrong, "b": right, "c": wrong}, NOT_WORSE, name=name)
    )


def test_categories_that_got_worse_behind_an_equal_mean(
    world: DeployedWorld, shifted: Finished
) -> None:
    entry = entries(world, shifted)["answers"]

    words = {
        category: comparison(entry, "Correctness", category, against="previous")["word"]
        for category in (None, "a", "b", "c")
    }
    assert words == {
        None: "no worse than the margin",
        "a": "regressed",
        "b": "improved",
        "c": "inconclusive",
    }
    scores = world.scores(shifted)
    assert {category: scores["Correctness", category].word for category in words} == words
    hidden = [warning for warning in entry["warnings"] if "in the category" in warning]
    assert len(hidden) == 1
    assert hidden[0].startswith("Correctness: regressed in the category a (by 1, p = ")
    assert hidden[0].endswith("), although not as a whole (no worse than the margin)")


def test_scoring_again_writes_the_same_summary(world: DeployedWorld, shifted: Finished) -> None:
    before = world.read(summary_key(shifted.run_id))
    reopen(world, shifted)

    world.invoke("ScoreRun", {"runId": shifted.run_id})

    assert world.read(summary_key(shifted.run_id)) == before
    published = world.invoke("PublishRun", {"runId": shifted.run_id})
    report = world.invoke("ReportRun", {"runId": shifted.run_id})
    assert published | report == shifted.output


# -- models ----------------------------------------------------------------------------------------


def test_a_version_is_compared_with_the_approved_one(world: DeployedWorld) -> None:
    """Version 2 is worse and ran in between: version 3 is compared with version 1 all the same."""
    group = unique("gated")
    skills = {"1": 1.0, "2": 0.2, "3": 1.0}
    sagemaker_settings(world, skills={f"{group}/{n}": {"inference": s} for n, s in skills.items()})
    key = world.put_dataset([question(number) for number in range(60)])
    document = model_suite(
        judged(key, metrics=["Correctness"], compareBaseModel=False),
        name=unique("release"),
        gate={"rules": [{"evaluation": "answers", "maxRegression": 0.2}]},
    )

    def run(version: str) -> Finished:
        return world.finish(world.start({"suite": document, "model": version}))

    first, second, third = (register(world, group) for _ in range(3))
    ran = [run(first)]
    world.aws.client("sagemaker").update_model_package(
        ModelPackageArn=first, ModelApprovalStatus="Approved"
    )
    ran += [run(second), run(third)]

    assert [verdict_of(world, one)[0] for one in ran] == ["inconclusive", "failed", "passed"]
    assert world.run(ran[0]).baseline == {
        "label": "approved",
        "missing": "no other version is approved yet",
    }
    for finished in ran[1:]:
        assert baseline_of(world, finished) == ("approved", ran[0].run_id)
    worse = only_condition(world, ran[1])
    assert worse["ofModel"]
    assert f" worse than the approved {group}/1 (run {ran[0].run_id}), " in worse["why"]
    assert world.scores(ran[1])["Correctness", None].word == "regressed"


def test_a_benchmark_is_compared_with_the_base_model_by_standard_errors(
    world: DeployedWorld,
) -> None:
    forget_base_results(world)
    # A fixed name: by it the stand-in decides which questions a model can answer.
    packages = [register(world, "benchmarked") for _ in range(2)]
    names = [arn.split(":model-package/")[1] for arn in packages]
    skills = dict(zip(names, ({"mmlu": 0.8}, {"mmlu": 0.1}), strict=True))
    sagemaker_settings(world, skills=skills)
    limits = {"maxRegression": 0.05, "minimum": 0.5}
    document = model_suite(
        benchmark(subtasks=["anatomy"]),
        name=unique("known"),
        baseline="base-model",
        gate={"rules": [{"evaluation": "knowledge", "metric": "accuracy", **limits}]},
    )

    started = [world.start({"suite": document, "model": package}) for package in packages]
    better, worse = (world.finish(one) for one in started)

    verdicts = {
        name: [one["verdict"] for one in conditions(world, finished)]
        for name, finished in (("better", better), ("worse", worse))
    }
    assert verdicts == {
        "better": ["passed", "passed"],
        "worse": ["failed", "failed"],
    }
    assert verdict_of(world, better)[0] == "passed"
    assert verdict_of(world, worse)[0] == "failed"
    assert (
        " by its standard error, and at least 0.5 is asked" in conditions(world, better)[0]["why"]
    )
    scores = scores_of(world, better, "knowledge")
    mine, base = scores[None, "accuracy", None], scores["base-model", "accuracy", None]
    assert mine.mean is not None
    assert base.mean is not None
    found = comparison(entry_of(world, better, "knowledge"), "accuracy", against="base-model")
    assert (found["word"], found["paired"], found["matched"]) == ("improved", False, None)
    assert found["difference"] == pytest.approx(float(mine.mean - base.mean))
    low, high = as_yes_no(mine)
    apart = (float(mine.mean) - low, as_yes_no(base)[1] - float(base.mean))
    assert found["low"] == pytest.approx(found["difference"] - hypot(*apart))
    assert (mine.word, float(mine.difference or 0)) == ("improved", found["difference"])
    assert (float(mine.low or 0), float(mine.high or 0)) == pytest.approx((low, high))
    assert world.run(better).margins == ()


def as_yes_no(score: Score) -> tuple[float, float]:
    """Clopper and Pearson's interval of as many yes/no records as have this standard error."""
    mean, error = float(score.mean or 0), float(score.standard_error or 0)
    records = mean * (1 - mean) / error**2 + 1
    yes = records * mean
    return beta.ppf(0.025, yes, records - yes + 1), beta.ppf(0.975, yes + 1, records - yes)
