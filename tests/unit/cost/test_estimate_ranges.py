"""Estimates by real lengths, with what they may come to, and what is around them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modeleval.cost.around import around
from modeleval.cost.estimate import (
    ModelEstimate,
    RunEstimate,
    estimate_function,
    estimate_generator,
    estimate_judge,
    estimate_people,
    estimate_serverless,
    judgement_tokens,
)

NOVA = "amazon.nova-pro-v1:0"


def judged(**changes: Any) -> ModelEstimate:
    asked = {"evaluation": "answers", "records": 100, "metrics": 4, "judge": NOVA}
    return estimate_judge(**asked | changes)


@pytest.mark.parametrize(
    ("characters", "instructions", "tokens"),
    [(0, 0, 1_500), (2_000, 0, 1_500), (2_001, 0, 1_501), (40_000, 0, 11_000), (8, 8_000, 2_002)],
)
def test_long_texts_and_instructions_count_as_they_are(
    characters: int, instructions: int, tokens: int
) -> None:
    assert judgement_tokens(characters, instructions) == tokens


def test_the_formula_has_the_tokens_of_long_texts_and_says_why() -> None:
    estimate = judged(characters=40_000)
    assert estimate.usd == Decimal("3.776")
    assert estimate.formula.startswith("100 records x 4 metrics x (11,000 input tokens x 0.8 USD")
    assert estimate.assumptions[1] == (
        "That is the judge's instructions and the record's texts: what is judged has 40,000 "
        "characters a record on average, 4 of them a token."
    )
    assert "which is enough here" in judged(characters=100).assumptions[1]


@pytest.mark.parametrize(
    "estimate",
    [
        judged(),
        judged(characters=9_999),
        estimate_generator(
            evaluation="a", records=3, prompt_characters=99, max_tokens=None, generator=NOVA
        ),
        estimate_generator(
            evaluation="a", records=3, prompt_characters=99, max_tokens=7, generator=NOVA
        ),
        estimate_function(evaluation="a", records=3, batch_size=2),
        estimate_people(evaluation="a", records=3, workers=2),
    ],
)
def test_an_estimate_lies_between_its_low_and_its_high_and_is_read_back(
    estimate: ModelEstimate,
) -> None:
    assert estimate.low_usd is not None
    assert estimate.high_usd is not None
    assert estimate.usd is not None
    assert 0 < estimate.low_usd <= estimate.usd <= estimate.high_usd
    assert ModelEstimate.from_document(estimate.to_document()) == estimate


def test_what_one_more_metric_and_a_hundred_more_records_would_add() -> None:
    document = judged().to_document()
    assert Decimal(document["metricUsd"]) * 4 == Decimal(document["usd"])
    assert document["hundredRecordsUsd"] == document["usd"]
    more = judged(records=200).usd
    assert more == judged().usd + judged().hundred_records_usd  # type: ignore[operator]


def test_a_run_sums_its_ranges_and_leaves_unknown_what_a_part_does_not_know() -> None:
    two = RunEstimate((judged(), judged(evaluation="b")), jobs=2).to_document()
    assert Decimal(two["lowUsd"]) == 2 * judged().low_usd  # type: ignore[operator]
    assert Decimal(two["highUsd"]) == 2 * judged().high_usd  # type: ignore[operator]
    unknown = RunEstimate((judged(), judged(judge="x.y"))).to_document()
    assert [unknown[name] for name in ("usd", "lowUsd", "highUsd", "hundredRecordsUsd")] == [
        None
    ] * 4


def test_what_has_no_price_leaves_the_others_their_sum() -> None:
    parts = (judged(), estimate_serverless(evaluation="m", models=1, records=5))
    document = RunEstimate(parts).to_document()
    assert document["highUsd"] == RunEstimate((judged(),)).to_document()["highUsd"]
    assert document["withoutPrice"] == ["m: one model, no price known"]


def test_the_services_around_cost_little_and_grow_with_the_jobs() -> None:
    one, thousand = around(1), around(1_000)
    assert Decimal(0) < Decimal(one["usd"]) < Decimal("0.02")
    assert Decimal(thousand["usd"]) < 1_000 * Decimal(one["usd"])
    assert one["formula"].startswith("78 state transitions, 32 invocations")
    with pytest.raises(ValueError, match="count"):
        around(-1)
