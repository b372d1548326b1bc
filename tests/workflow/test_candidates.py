"""Several candidates on the same records, several judgements of each, and what is odd of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from statistics import fmean, variance
from typing import Any

import pytest
from deployed_world import SUBJECT, DeployedWorld, record, suite
from gate_world import (
    comparison,
    conditions,
    entries,
    gated,
    judged_values,
    lines,
    reopen,
    verdict_of,
)
from model_world import question, unique

LITE, PROFILE, NEWER = (
    "amazon.nova-lite-v1:0",
    "us.amazon.nova-lite-v1:0",
    "global.amazon.nova-2-lite-v1:0",
)


def ranks(entry: Mapping[str, Any], metric: str) -> dict[str, tuple[int, int, list[str]]]:
    """From best to worst: between which ranks each lies, and whom it cannot be told from."""
    [ranking] = [one for one in entry["ranking"] if one["metric"] == metric]
    return {
        one["candidate"]: (one["bestRank"], one["worstRank"], one["tiedWith"])
        for one in ranking["candidates"]
    }


def test_live_candidates_are_asked_the_same_and_ranked(world: DeployedWorld) -> None:
    """Three models, 24 prompts: the means differ, and by so few records nobody can tell them."""
    asked = [question(number) for number in range(24)]
    prompts = [{"prompt": one["query"], "referenceResponse": one["response"]} for one in asked]
    document = suite(
        world.put_dataset(prompts),
        metrics=["Correctness"],
        responses=[{"model": LITE}, {"model": PROFILE}, {"model": NEWER, "label": "newer"}],
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    jobs = {job.job_name: job.spec for job in world.jobs(finished)}
    assert [spec["model"] for spec in jobs.values()] == [LITE, PROFILE, NEWER]
    scores = {score.candidate: score for score in world.store.scores(finished.run_id)}
    assert {label: score.subject for label, score in scores.items()} == {
        None: LITE,
        PROFILE: PROFILE,
        "newer": NEWER,
    }
    means = {}
    for job, values in judged_values(world, finished, "Correctness").items():
        label = next(spec["candidate"] for name, spec in jobs.items() if name == job_of(name, job))
        means[label] = fmean(value for value in values.values() if value is not None)
        assert float(scores[label].mean or 0) == pytest.approx(means[label])
        assert scores[label].n == 24
    entry = entries(world, finished)["answers"]
    for label in (PROFILE, "newer"):
        found = comparison(entry, "Correctness", against=label)
        assert found["matched"] == 24
        assert found["difference"] == pytest.approx(means[None] - means[label])
    by_mean = {label or LITE: mean for label, mean in means.items()}
    order = sorted(by_mean, key=lambda label: -by_mean[label])
    assert len(set(by_mean.values())) > 1
    assert ranks(entry, "Correctness") == {
        label: (1, 3, [other for other in order if other != label]) for label in order
    }


def job_of(name: str | None, folder: str) -> str | None:
    """The job's name, if the folder of its outputs is `folder`: `j0` of `…-j0-a1`."""
    return name if name is not None and f"-{folder}-" in name else None


def test_precomputed_candidates_with_datasets_of_their_own(world: DeployedWorld) -> None:
    """Two that are alike share their ranks, the third is worse; the gate is about the first."""
    others = {
        "twin": {"a": "r" * 29 + "w", "z": "r"},
        "other-bot": {"a": "h" + "w" * 26 + "h"},
    }
    responses = [
        {"precomputed": SUBJECT},
        *(
            {"precomputed": "other-bot", "dataset": world.put_dataset(data), "label": label}
            for label, letters in others.items()
            for data in [lines(letters, subject="other-bot")]
        ),
    ]
    document = gated(
        world,
        {"a": "w" + "r" * 29},
        {"minimum": 0.7, "metric": "Correctness"},
        {"maximum": 0.3, "metric": "Harmfulness"},
        name=unique("bots"),
        metrics=["Correctness", "Harmfulness"],
        responses=responses,
    )
    document["baseline"] = "previous"

    finished = world.evaluate(document)

    assert verdict_of(world, finished) == ("passed", "All 2 conditions passed.")
    assert len(conditions(world, finished)) == 2
    entry = entries(world, finished)["answers"]
    assert entry["candidates"] == {"twin": "other-bot", "other-bot": "other-bot"}
    found = comparison(entry, "Correctness", against="twin")
    counted = [found[name] for name in ("matched", "onlyHere", "onlyThere", "wins", "losses")]
    assert counted == [30, 0, 1, 1, 1]
    assert found["word"] == "inconclusive"
    found = comparison(entry, "Correctness", against="other-bot")
    counted = [found[name] for name in ("matched", "onlyHere", "onlyThere", "wins", "losses")]
    assert counted == [28, 2, 0, 26, 1]
    assert found["word"] == "improved"
    assert ranks(entry, "Correctness") == {
        SUBJECT: (1, 2, ["twin"]),
        "twin": (1, 2, [SUBJECT]),
        "other-bot": (3, 3, []),
    }
    [ranking, harm] = entry["ranking"]
    assert (ranking["records"], ranking["leftOut"]) == (28, 3)
    # Less is better, and two harmful answers of 28 tell nobody apart.
    assert harm["candidates"][-1]["candidate"] == "other-bot"
    assert [one["worstRank"] for one in harm["candidates"]] == [3, 3, 3]
    rows = world.store.scores(finished.run_id)
    assert {score.candidate for score in rows} == {None, "twin", "other-bot"}
    assert all(score.word is None for score in rows)


def test_repeated_judgements_of_a_record_are_one_observation(world: DeployedWorld) -> None:
    """Two parts judged three times are six jobs; what one judgement lacks the others have."""
    asked = ["Correctness", {"name": "Harmfulness", "categories": ["b"]}]
    answers = {"a": "r" * 12 + "w" * 4, "b": "rrhh"}
    world.fault(kind="output", defect="null-result", jobName="-j2-a1")

    finished = world.evaluate(gated(world, answers, name="repeated", metrics=asked, repeats=3))

    assert [job.spec["part"] for job in world.jobs(finished)] == [0, 0, 0, 1, 1, 1]
    scores = world.scores(finished)
    assert [scores[key, None].n for key in ("Correctness", "Harmfulness")] == [20, 4]
    assert (scores["Correctness", None].unscored, scores["Correctness", None].mean) == (
        0,
        Decimal("0.8"),
    )
    entry = entries(world, finished)["answers"]
    assert entry["repeats"] == 3
    assert {metric: told["records"] for metric, told in entry["repeatVariance"].items()} == {
        "Correctness": 20,
        "Harmfulness": 4,
    }
    told = entry["repeatVariance"]["Correctness"]
    assert (told["betweenRepeats"], told["repeatShare"]) == (0, 0)
    assert told["repeats"] == pytest.approx(59 / 20, abs=0.01)


def test_the_judges_noise_is_told_and_a_repeated_baseline_is_compared_with(
    world: DeployedWorld,
) -> None:
    """The stand-in judge has no noise: it is written into the second judgement's scores."""
    name, answers, rule = unique("noise"), {"a": "r" * 16 + "w" * 4}, {"maxRegression": 0.3}
    first = world.evaluate(gated(world, answers, rule, name=name, repeats=2))
    key = f"runs/{first.run_id}/scores/j1.jsonl"
    judged = world.read_lines(key)
    for score in judged[:2]:
        assert score["value"] == 1
        score["value"] = 0
    reopen(world, first)
    world.put_dataset(judged, key)

    world.invoke("ScoreRun", {"runId": first.run_id})
    world.invoke("PublishRun", {"runId": first.run_id})
    second = world.evaluate(gated(world, answers, rule, name=name))

    score = world.scores(first)["Correctness", None]
    means = [0.5] * 2 + [1.0] * 14 + [0.0] * 4
    assert (score.n, float(score.mean or 0)) == (20, pytest.approx(fmean(means)))
    told = entries(world, first)["answers"]["repeatVariance"]["Correctness"]
    noise = 2 * variance([1, 0]) / 20
    assert told["betweenRepeats"] == pytest.approx(noise)
    assert told["betweenRecords"] == pytest.approx(variance(means) - noise / 2)
    assert told["meanShare"] == pytest.approx(noise / 2 / variance(means))
    found = comparison(entries(world, second)["answers"], "Correctness", against="previous")
    assert found["runId"] == first.run_id
    assert (found["matched"], found["wins"], found["ties"], found["losses"]) == (20, 2, 18, 0)
    assert found["difference"] == pytest.approx(0.05)
    assert verdict_of(world, second) == ("passed", "The condition passed.")


def test_what_is_odd_about_a_metric_is_told_with_advice(world: DeployedWorld) -> None:
    """The stand-in judge finds a tenth of the prompts, by their digests, nothing to be followed."""
    questions = [f"Question {number}?" for number in range(300)]
    digests = {
        prompt: hashlib.sha256(f"FollowingInstructions\0{prompt}".encode()).digest()[0] % 10
        for prompt in questions
    }
    narrow = [prompt for prompt in questions if digests[prompt] == 0][:8]
    others = [prompt for prompt in questions if digests[prompt]][:2]
    data = [record(0, prompt=prompt) for prompt in (*narrow, *others)]
    asked = ["Correctness", "FollowingInstructions"]

    finished = world.evaluate(suite(world.put_dataset(data), metrics=asked))

    lenient, narrow_one = entries(world, finished)["answers"]["warnings"]
    assert lenient == (
        "Correctness: all 10 scored records have the best score, so it tells no versions apart. "
        "Its instructions may be too lenient: say what fails, or ask harder questions"
    )
    assert narrow_one == (
        "FollowingInstructions: not applicable to 80% of the records. It is too narrow for this "
        "dataset: split the dataset, limit the metric to categories, or widen it"
    )
    assert world.scores(finished)["FollowingInstructions", None].n == 2
