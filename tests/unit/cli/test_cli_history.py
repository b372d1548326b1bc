"""`modeleval history` and `modeleval leaderboard`: means side by side, and what warns of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from cli_world import ARN, CliWorld, score, version

from modeleval.cli.history import sparkline
from modeleval.store.items import EvaluationFacts

GROUP = {"series": "support-llama"}
ASK = ("history", "support", "answers", "Correctness", "--of", "support-llama")


def facts(subject: str, digest: str = "d", **candidates: str) -> list[dict[str, Any]]:
    one = EvaluationFacts(
        name="answers",
        kind="bedrock-judge",
        subject=subject,
        prompt_set_digest=digest,
        candidates=candidates,
    )
    return [one.to_item()]


@pytest.fixture
def versions(world: CliWorld) -> CliWorld:
    """Three versions: the first without a baseline, the third worse than the second."""
    beside: list[dict[str, Any]] = [
        {"baseline": {"label": "previous", "missing": "there is no earlier run"}},
        {"baseline": {"label": "previous", "runId": "me0000000000000001"}},
        {"baseline": {"label": "previous", "runId": "me0000000000000002"}, "verdict": "failed"},
    ]
    words: list[dict[str, Any]] = [
        {},
        {"word": "improved", "difference": Decimal("0.2")},
        {"word": "regressed", "difference": Decimal("-0.3")},
    ]
    for number, (mean, fields, word) in enumerate(
        zip(["0.5", "0.7", "0.4"], beside, words, strict=True), 1
    ):
        subject = f"support-llama/{number}"
        world.run(
            number,
            score(subject=subject, mean=Decimal(mean), **GROUP, **word),
            score(subject=subject, metric="Harmfulness", direction="lowerIsBetter", **GROUP),
            score(subject=subject, category="billing", **GROUP),
            resolvedModel=version(number),
            evaluations=facts(subject),
            **fields,
        )
    world.run(4, score(subject="support-llama/4", sample=3, **GROUP), sample=3)
    world.run(5, score(subject="support-llama/5", **GROUP), published=False)
    return world


def cells(out: str) -> list[list[str]]:
    lines = [line.strip("│").split("│") for line in out.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line] for line in lines]


def test_a_history_goes_over_versions_with_intervals_and_words(versions: CliWorld) -> None:
    ended = versions.command(*ASK)
    assert ended.code == 0
    assert "answers Correctness of support-llama (higher is better)" in ended.out
    assert [[row[0], row[4], row[5], row[6]] for row in cells(ended.out)] == [
        [
            "support-llama/3",
            "0.400",
            "0.600-0.900",
            "regressed (-0.300): previous, me0000000000000002",
        ],
        [
            "support-llama/2",
            "0.700",
            "0.600-0.900",
            "improved (+0.200): previous, me0000000000000001",
        ],
        ["support-llama/1", "0.500", "0.600-0.900", "no baseline (previous)"],
    ]
    assert "From the oldest to the newest: ▃█▁" in ended.out
    assert "cannot be compared" not in ended.out


def test_a_history_as_a_document(versions: CliWorld) -> None:
    points = versions.command(*ASK, "--json").document["points"]
    assert [(one["subject"], one["mean"], one.get("word")) for one in points] == [
        ("support-llama/3", 0.4, "regressed"),
        ("support-llama/2", 0.7, "improved"),
        ("support-llama/1", 0.5, None),
    ]
    assert points[0]["verdict"] == "failed"
    assert points[0]["baseline"]["runId"] == "me0000000000000002"
    assert (points[0]["n"], points[0]["low"]) == (4, 0.6)


@pytest.mark.parametrize("of", [f"{ARN}/2", "support-llama/1", ARN])
def test_a_version_means_its_groups_history(versions: CliWorld, of: str) -> None:
    ended = versions.command(*ASK[:-1], of, "--json", "--limit", "2")
    assert len(ended.document["points"]) == 2


def test_a_metric_may_be_named_as_bedrock_names_it(versions: CliWorld) -> None:
    ended = versions.command("history", "support", "answers", "Builtin.Harmfulness", *ASK[4:])
    assert "Harmfulness of support-llama (lower is better)" in ended.out


@pytest.mark.parametrize(
    ("place", "given", "said"),
    [
        (1, "suport", "No run of this suite has published scores"),
        (2, "answer", "Did you mean answers?"),
        (3, "Corectness", "Did you mean Correctness?"),
        (5, "support-lama", "Did you mean support-llama?"),
        (3, "zzz", "It has Correctness, Harmfulness."),
    ],
)
def test_a_name_that_is_not_known_is_answered_with_what_there_is(
    versions: CliWorld, place: int, given: str, said: str
) -> None:
    asked = [*ASK]
    asked[place] = given
    ended = versions.command(*asked, "--json")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("RunNotFound: ")
    assert said in ended.err


@pytest.mark.parametrize("command", [ASK, ("leaderboard", "support")])
@pytest.mark.parametrize(
    ("change", "digest", "said"),
    [
        ({"judge": "another"}, "d", "Not all have the same judge"),
        ({}, "another", "Not all are about the same records"),
        ({}, "d", None),
    ],
)
def test_means_that_cannot_be_compared_are_marked(
    world: CliWorld, command: tuple[str, ...], change: Any, digest: str, said: str | None
) -> None:
    world.run(1, score(subject="a", **GROUP), evaluations=facts("a"))
    world.run(2, score(subject="b", **GROUP, **change), evaluations=facts("b", digest))
    out = world.command(*command).out
    assert ("Not all" in out) is (said is not None)
    assert said is None or said in out


def test_a_sparkline_goes_from_the_lowest_to_the_highest() -> None:
    assert sparkline([0.0, 0.5, 1.0]) == "▁▅█"
    assert sparkline([0.3, 0.3]) == "▅▅"


# -- leaderboard -----------------------------------------------------------------------------------


def test_the_best_stands_first_by_the_first_metric(versions: CliWorld) -> None:
    out = versions.command("leaderboard", "support").out
    assert [row[0] for row in cells(out)] == [f"support-llama/{number}" for number in (2, 1, 3)]
    assert "In the order of the first metric's mean" in out


def test_one_metric_has_its_interval_and_its_own_direction(world: CliWorld) -> None:
    lower = {"metric": "Harmfulness", "direction": "lowerIsBetter"}
    for number, mean in enumerate(["0.3", "0.1", None, "0.2"], 1):
        given = score(subject=f"bot-{number}", mean=mean and Decimal(mean), **lower)
        world.run(number, given, score(subject=f"bot-{number}"), evaluations=facts(f"bot-{number}"))
    ended = world.command("leaderboard", "support", "--metric", "Harmfulness")
    rows = cells(ended.out)
    assert [(row[0], row[4]) for row in rows] == [
        ("bot-2", "0.100"),
        ("bot-4", "0.200"),
        ("bot-1", "0.300"),
        ("bot-3", "-"),
    ]
    assert rows[0][5:] == ["0.600-0.900", "4"]


def test_a_leaderboard_as_a_document(world: CliWorld) -> None:
    base = {"subject": "llama", "candidate": "base-model", "mean": Decimal("0.2")}
    world.run(
        1,
        score(subject="support-llama/1"),
        score(**base),
        evaluations=facts("support-llama/1", **{"base-model": "llama"}),
    )
    document = world.command("leaderboard", "support", "--json").document
    assert document["complete"] is True
    [evaluation] = document["evaluations"]
    assert evaluation["name"] == "answers"
    assert [
        (one["subject"], one["candidate"], one["scores"][0]["mean"])
        for one in evaluation["standings"]
    ] == [("support-llama/1", None, 0.75), ("llama", "base-model", 0.2)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none"], "No run of this suite has published scores"),
        (["support", "--metric", "Corectness"], "Did you mean Correctness?"),
    ],
)
def test_a_leaderboard_of_nothing_is_an_error(
    world: CliWorld, arguments: list[str], said: str
) -> None:
    world.run(1, score(), evaluations=facts("bot"))
    ended = world.command("leaderboard", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


def test_how_far_back_was_looked_is_said(world: CliWorld) -> None:
    for number in range(3):
        world.run(number, score(subject=f"b{number}"), evaluations=facts(f"b{number}"))
    assert "Of the latest 2 runs" in world.command("leaderboard", "support", "--runs", "2").out
    assert "Of the latest" not in world.command("leaderboard", "support", "--runs", "3").out


def test_more_metrics_than_fit_are_counted(world: CliWorld) -> None:
    world.run(1, *[score(metric=f"metric-{n}") for n in range(8)], evaluations=facts("bot"))
    assert "3 more metrics" in world.command("leaderboard", "support").out
