"""Every rule through the state machine: a run that passes it, one that fails, one that cannot tell.

One gate, and one dataset per run: better than the baseline, much worse, and only fourteen records.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from deployed_world import DeployedWorld, Finished
from gate_world import (
    comparison,
    conditions,
    entries,
    gated,
    judged_values,
    verdict_of,
)
from model_world import unique
from scipy.stats import beta, binomtest
from statsmodels.stats.proportion import proportion_confint

REGRESSION = {"maxRegression": 0.2, "noSignificantRegression": True, "margin": 0.2}
LIMITS = {"answers": {"minimum": 0.7}, "safety": {"maximum": 0.3}}
METRICS = {
    "answers": ["Correctness", "Helpfulness"],
    "safety": ["Harmfulness", "Stereotyping"],
}
DATA = {
    "base": "r" * 32 + "w" * 4 + "h" * 4,
    "passed": "r" * 36 + "w" * 2 + "h" * 2,
    "failed": "w" * 15 + "h" * 15 + "e" * 10,
    "inconclusive": "rrrwhre",
}
"""The answers in each of the two categories."""
VERDICTS = ["passed", "failed", "inconclusive"]
SHARES = {"failed": {"minScoredShare": 0.7}}
"""A quarter of what fails is empty: enough for the rule on the share, too few for the default."""


def rules(evaluation: str) -> list[dict[str, Any]]:
    """Every condition on one metric, on it in a category, and on all metrics."""
    asked = {"evaluation": evaluation, "minScoredShare": 0.8, **LIMITS[evaluation], **REGRESSION}
    metric = METRICS[evaluation][0]
    return [
        {**asked, "metric": metric, "maxLowScores": 12},
        {**asked, "metric": metric, "category": "a", "maxLowScores": 6},
        {**asked, "maxLowScores": 12},
    ]


def document(world: DeployedWorld, name: str, data: str, baseline: str) -> dict[str, Any]:
    answers = dict.fromkeys("ab", DATA[data])
    made = gated(world, answers, name=name, baseline=baseline, metrics=METRICS["answers"])
    [first] = made["evaluations"]
    made["evaluations"].append({**first, "name": "safety", "metrics": METRICS["safety"]})
    made["gate"] = {"rules": [*rules("answers"), *rules("safety")], **SHARES.get(data, {})}
    return made


@pytest.fixture(scope="module")
def runs(deployed: DeployedWorld) -> dict[str, Finished]:
    """The baseline, and a run for each verdict."""
    deployed.aws.control("POST", "reset")
    name = unique("every-rule")
    base = deployed.evaluate(document(deployed, name, "base", "previous"))
    started = {
        verdict: deployed.start({"suite": document(deployed, name, verdict, f"run:{base.run_id}")})
        for verdict in VERDICTS
    }
    return {"base": base} | {verdict: deployed.finish(one) for verdict, one in started.items()}


def key_of(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["evaluation"], one["metric"], one["category"], one["condition"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_condition_of_each_rule(
    deployed: DeployedWorld, runs: dict[str, Finished], verdict: str
) -> None:
    found = conditions(deployed, runs[verdict])

    per_rule = ["maxRegression", "noSignificantRegression", "maxLowScores", "minScoredShare"]
    assert [key_of(one) for one in found] == [
        (evaluation, metric, category, condition)
        for evaluation, [first, second] in METRICS.items()
        for metric, category in ((first, None), (first, "a"), (first, None), (second, None))
        for condition in (*LIMITS[evaluation], *per_rule)
    ]
    verdicts = Counter((one["condition"], one["verdict"]) for one in found)
    # Fourteen records can tell how many of them were scored.
    of_share = "passed" if verdict == "inconclusive" else verdict
    assert verdicts == {
        ("minimum", verdict): 4,
        ("maximum", verdict): 4,
        ("maxRegression", verdict): 8,
        ("noSignificantRegression", verdict): 8,
        ("maxLowScores", verdict): 8,
        ("minScoredShare", of_share): 8,
    }


def test_the_runs_verdict_in_one_sentence(
    deployed: DeployedWorld, runs: dict[str, Finished]
) -> None:
    told = {verdict: verdict_of(deployed, runs[verdict]) for verdict in VERDICTS}

    assert {verdict: of_run for verdict, (of_run, _) in told.items()} == dict(
        zip(VERDICTS, VERDICTS, strict=True)
    )
    assert told["passed"][1] == "All 40 conditions passed."
    assert told["failed"][1].startswith(
        "40 of 40 conditions failed: answers Correctness, minimum 0.7: mean 0.5, "
    )
    assert told["failed"][1].endswith("; and 37 more.")
    assert told["inconclusive"][1].startswith("32 of 40 conditions cannot be decided: ")
    listed = runs["failed"].output["failedConditions"]
    assert [key_of(one) for one in listed] == [
        key_of(one) for one in conditions(deployed, runs["failed"])
    ]
    assert runs["passed"].output["failedConditions"] == []
    assert runs["inconclusive"].output["failedConditions"] == []


def shown(number: float) -> str:
    return f"{number:.3g}"


def bounds(successes: int, records: int) -> tuple[str, str]:
    """One-sided 95 % bounds after Clopper and Pearson, as scipy has them."""
    low = beta.ppf(0.05, successes, records - successes + 1)
    high = beta.ppf(0.95, successes + 1, records - successes)
    return shown(low), shown(high)


class Said(NamedTuple):
    """Of Correctness: how many were right, of how many that were scored, of how many; and so on."""

    right: int
    scored: int
    records: int
    difference: str
    decided: str
    unmatched: str = ""


SAID = {
    "passed": Said(76, 80, 80, "0.05 better", "and at most 0.2 worse may be"),
    "failed": Said(
        30,
        60,
        80,
        "0.5 worse",
        "and at most 0.2 worse may be",
        " (60 records are in both, 20 in only one)",
    ),
    "inconclusive": Said(
        10,
        12,
        14,
        "0.167 worse",
        "with the margin of 0.2 in between",
        " (12 records are in both, 68 in only one)",
    ),
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_sentence_has_the_numbers(
    deployed: DeployedWorld, runs: dict[str, Finished], verdict: str
) -> None:
    said = SAID[verdict]
    mean = f"{said.right / said.scored:.3g}"
    whys = {
        one["condition"]: one["why"]
        for one in conditions(deployed, runs[verdict])
        if one["metric"] == "Correctness" and one["category"] is None
    }

    low, high = bounds(said.right, said.scored)
    asked = "with 0.7 in between" if verdict == "inconclusive" else "and at least 0.7 is asked"
    assert whys["minimum"] == f"mean {mean}, between {low} and {high}, {asked}"
    told = re.escape(f"{said.difference} than support-bot-v1 (run {runs['base'].run_id}), between ")
    told += r"[\d.]+( worse)? and [\d.]+ (worse|better), "
    lost = "which is a certain loss" if verdict == "failed" else said.decided
    assert re.fullmatch(told + re.escape(said.decided + said.unmatched), whys["maxRegression"])
    assert re.fullmatch(told + re.escape(lost + said.unmatched), whys["noSignificantRegression"])
    share = f"{said.scored} of {said.records} records were scored"
    doubt = f"only {share}, and 95 % must be; " if verdict == "inconclusive" else ""
    low_scores = f"{said.scored - said.right} low scores, and at most 12 may be"
    assert whys["maxLowScores"] == doubt + low_scores
    assert whys["minScoredShare"] == f"{share}, and 80 % must be"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_comparison_is_that_of_what_the_judge_wrote(
    deployed: DeployedWorld, runs: dict[str, Finished], verdict: str
) -> None:
    for evaluation, metric, better in (
        ("answers", "Correctness", 1),
        ("safety", "Harmfulness", -1),
    ):
        ours, theirs = raw(deployed, runs[verdict], metric), raw(deployed, runs["base"], metric)
        both = ours.keys() & theirs.keys()
        differences = [better * (ours[prompt] - theirs[prompt]) for prompt in both]
        wins, losses = (sum(one * sign > 0 for one in differences) for sign in (1, -1))

        entry = entries(deployed, runs[verdict])[evaluation]
        found = comparison(entry, metric, against="run")

        assert found["runId"] == runs["base"].run_id
        assert (found["wins"], found["ties"], found["losses"]) == (
            wins,
            len(both) - wins - losses,
            losses,
        )
        apart = (len(ours) - len(both), len(theirs) - len(both))
        assert (found["matched"], found["onlyHere"], found["onlyThere"]) == (len(both), *apart)
        assert found["difference"] == pytest.approx(sum(differences) / len(both))
        assert found["low"] < found["difference"] < found["high"]
        # McNemar's exact test is the lesser of what the p-value is asked for.
        assert found["pValue"] >= binomtest(wins, wins + losses).pvalue - 1e-9


def raw(world: DeployedWorld, finished: Finished, metric: str) -> dict[str, float]:
    [values] = judged_values(world, finished, metric).values()
    return {prompt: value for prompt, value in values.items() if value is not None}


def test_the_published_scores_have_error_bars_and_the_comparisons_word(
    deployed: DeployedWorld, runs: dict[str, Finished]
) -> None:
    words = {
        "passed": ("no worse than the margin", "0.05"),
        "failed": ("regressed", "-0.5"),
        "inconclusive": ("inconclusive", "-0.1666667"),
    }
    for verdict, (word, difference) in words.items():
        score = deployed.scores(runs[verdict])["Correctness", None]
        assert score.word == word
        assert score.difference == pytest.approx(Decimal(difference))
    harmful = deployed.scores(runs["failed"])["Harmfulness", None]
    # Half of the records that were scored, of which none was harmful before: less is better.
    assert (harmful.mean, harmful.word, harmful.difference) == (
        Decimal("0.5"),
        "regressed",
        Decimal("-0.5"),
    )
    for finished, right, records in ((runs["passed"], 76, 80), (runs["failed"], 30, 60)):
        score = deployed.scores(finished)["Correctness", None]
        assert (score.n, score.low, score.high) == (
            records,
            approximately(beta.ppf(0.025, right, records - right + 1)),
            approximately(beta.ppf(0.975, right + 1, records - right)),
        )
    low, high = proportion_confint(4, 80, method="wilson")
    score = deployed.scores(runs["passed"])["Harmfulness", None]
    assert (score.low, score.high) == (approximately(low), approximately(high))


def approximately(number: float) -> Any:
    return pytest.approx(Decimal(str(number)), rel=Decimal("0.0001"))


def test_which_margins_the_records_can_decide_is_said_before_spending(
    deployed: DeployedWorld, runs: dict[str, Finished]
) -> None:
    assumed, measured = (deployed.run(runs[name]).margins for name in ("base", "inconclusive"))

    for notes, records in ((assumed, 80), (measured, 12)):  # two of fourteen are empty
        assert [tuple(one[name] for name in _NOTED) for one in notes] == [
            (evaluation, metric, category, records // (2 if category else 1))
            for evaluation, [first, second] in METRICS.items()
            for metric, category in ((first, None), (first, "a"), (second, None))
        ]
        assert {float(one["margin"]) for one in notes} == {0.2}
        assert all(
            (one["decides"] <= one["margin"]) == (one["needed"] <= one["records"]) for one in notes
        )
    assert {one["assumed"] for one in assumed} == {True}
    assert {one["assumed"] for one in measured} == {False}
    facts = {name: deployed.run(runs[name]).evaluations for name in ("passed", "inconclusive")}
    assert not [text for one in facts["passed"] for text in one.warnings if "margin" in text]
    told = [text for one in facts["inconclusive"] for text in one.warnings if "margin" in text]
    assert told == [
        f"{one['metric']}{' in a' if one['category'] else ''}: {one['records']} records can decide "
        f"a margin of {float(one['decides']):.3g}; 0.2 needs about {one['needed']} "
        f"(by the baseline's scatter)"
        for one in measured
    ]


_NOTED = ("evaluation", "metric", "category", "records")
