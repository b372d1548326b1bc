"""Scores of many records at once are kept exactly, in an order that says what belongs together."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.scores.aggregates import AggregateScore, read_aggregates, write_aggregates
from modeleval.scores.metrics import Direction

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LABELS = st.none() | st.sampled_from(["a", "b", "Ü"])
SCORES = st.builds(
    AggregateScore,
    metric=st.sampled_from(["accuracy", "bleu"]),
    value=FINITE,
    direction=st.sampled_from(Direction),
    standard_error=st.none() | FINITE,
    category=LABELS,
    candidate=LABELS,
    minimum=st.none() | FINITE,
    maximum=st.none() | FINITE,
    records=st.none() | st.integers(0, 9),
    unscored=st.integers(0, 9),
)


@given(st.lists(SCORES, max_size=8))
def test_what_is_written_is_read(scores: list[AggregateScore]) -> None:
    read = read_aggregates(write_aggregates(scores))
    assert sorted(map(repr, read)) == sorted(map(repr, scores))
    keys = [(s.candidate or "", s.metric, s.category or "") for s in read]
    assert keys == sorted(keys)
    for one in read:
        json.dumps(one.to_document("e"), allow_nan=False)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["value", "standard_error", "minimum", "maximum"])
def test_a_number_that_is_none_is_refused(field: str, number: float) -> None:
    fields = {"metric": "m", "value": 0.5, "direction": Direction.HIGHER} | {field: number}
    with pytest.raises(ValueError, match="finite"):
        AggregateScore(**fields)  # type: ignore[arg-type]


def test_as_a_summary_it_says_that_nobody_counted() -> None:
    score = AggregateScore(
        metric="bleu",
        value=40.0,
        direction=Direction.HIGHER,
        standard_error=2.5,
        category="anatomy",
        candidate="base-model",
        minimum=0.0,
        maximum=100.0,
    )
    assert score.to_document("know") == {
        "evaluation": "know",
        "metric": "bleu",
        "category": "anatomy",
        "candidate": "base-model",
        "direction": "higherIsBetter",
        "aggregate": True,
        "n": None,
        "mean": 40.0,
        "standardError": 2.5,
        "range": [0.0, 100.0],
        "notApplicable": 0,
        "unscored": 0,
    }


@pytest.mark.parametrize(
    ("records", "unscored", "n", "share"),
    [(None, 0, None, None), (10, 0, 10, 1.0), (10, 4, 6, 0.6), (10, 10, 0, 0.0), (0, 0, 0, None)],
)
def test_how_many_records_were_scored(
    records: int | None, unscored: int, n: int | None, share: float | None
) -> None:
    score = AggregateScore(
        metric="m", value=1.0, direction=Direction.HIGHER, records=records, unscored=unscored
    )
    assert score.scored_share == share
    document = score.to_document("e")
    assert (document["n"], document["unscored"]) == (n, unscored)


def test_the_subject_has_no_candidate() -> None:
    score = AggregateScore(metric="m", value=1.0, direction=Direction.LOWER)
    assert "candidate" not in score.to_document("e")
    assert score.to_document("e")["standardError"] is None
