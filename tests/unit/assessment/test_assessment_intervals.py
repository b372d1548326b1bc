"""Each mean's interval: which scale, which records, which clusters, or why there is none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from assessment_cases import CORRECT, HARM, NA, ROBUST, TONE, records

from modeleval.assessment.intervals import (
    aggregate_interval,
    interval_document,
    interval_of,
    scale_of,
)
from modeleval.assessment.table import ScoreTable
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import JUDGE_METRICS, Direction
from modeleval.statistics.intervals import mean_interval, wilson
from modeleval.statistics.words import Interval, Method, NoInterval, Scale


def interval(scores, metric=CORRECT, **of):
    known = JUDGE_METRICS.get(metric, TONE)
    return interval_of(ScoreTable(scores), known, **{"candidate": None, "category": None} | of)


def test_the_scale_is_the_metrics():
    assert scale_of(JUDGE_METRICS[HARM]) == Scale(minimum=0.0, maximum=1.0, levels=2)


def test_averages_of_repeats_are_on_no_levels():
    assert scale_of(JUDGE_METRICS[HARM], averaged=True) == Scale(minimum=0.0, maximum=1.0)
    values = records(HARM, [0.0, 1.0, 1.0] * 5)
    assert interval(values, HARM).method is Method.WILSON
    assert interval(values, HARM, averaged=True).method is Method.BOUNDED


def test_a_scale_of_one_level_has_no_bounds():
    single = replace(JUDGE_METRICS[CORRECT], minimum=1.0, maximum=1.0, levels=1)
    assert scale_of(single) == Scale()
    assert isinstance(
        interval_of(ScoreTable(records(CORRECT, [1.0] * 9)), single, candidate=None, category=None),
        NoInterval,
    )


def test_a_metric_without_ends_has_an_interval_for_unbounded_values_only():
    """Also where all of its values lie within the range that is drawn."""
    assert scale_of(ROBUST) == Scale()
    values = [float(number % 7) for number in range(100)]

    def found(count):
        table = ScoreTable(records("robust", values[:count]))
        return interval_of(table, ROBUST, candidate=None, category=None)

    assert found(100).method is Method.STUDENT
    assert isinstance(found(99), NoInterval)


def test_not_applicable_and_unscored_do_not_count():
    found = interval(records(HARM, [1.0, 0.0, NA, None, 1.0, 0.0, 1.0, NA]), HARM)
    assert isinstance(found, Interval)
    assert (found.records, found.value) == (5, 0.6)
    assert (found.low, found.high) == pytest.approx(wilson(0.6, 5, 0.025))


def test_clusters_make_it_wider():
    values = [1.0] * 20 + [0.0] * 20
    alone = interval(records(CORRECT, values))
    together = interval(records(CORRECT, values, per_cluster=4))
    assert (alone.units, together.units) == (40, 10)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert together == mean_interval(
        values,
        scale=scale_of(JUDGE_METRICS[CORRECT]),
        clusters=[number // 4 for number in range(40)],
    )


def test_a_record_without_a_conversation_is_one_of_its_own():
    scores = [
        *records(CORRECT, [1.0, 0.5] * 6, per_cluster=2),
        *records(CORRECT, [0.5] * 3, first=20),
    ]
    assert interval(scores).units == 6 + 3


def test_of_a_category_and_of_a_candidate():
    scores = [
        *records(CORRECT, [1.0] * 10, category="en"),
        *records(CORRECT, [0.0] * 10, first=10, category="de"),
        *records(CORRECT, [0.5] * 10, category="en", candidate="base-model"),
    ]
    assert interval(scores).value == 0.5
    assert interval(scores, category="de").value == 0.0
    assert interval(scores, category="en", candidate="base-model").value == 0.5
    assert interval(scores, category="fr") == NoInterval("no record has a numeric score")


@pytest.mark.parametrize("values", [["warm"] * 20, [NA] * 20, [None] * 20, []])
def test_without_numbers_there_is_none_and_it_says_why(values):
    found = interval(records("tone", values), "tone")
    assert found == NoInterval("no record has a numeric score")


@pytest.mark.parametrize(
    ("error", "why"), [(None, "no standard error"), (0.0, "standard error is zero")]
)
def test_an_aggregate_without_an_error_has_none(error, why):
    found = aggregate_interval(aggregate(0.7, error))
    assert isinstance(found, NoInterval)
    assert why in found.reason


def test_an_aggregate_stays_on_its_scale():
    """Also where two errors reach beyond: 0.97 with 0.05 is what about 13 yes/no records say."""
    found = aggregate_interval(aggregate(0.97, 0.05))
    assert 0.69 < found.low < 0.97 - 1.96 * 0.05
    assert 0.99 < found.high <= 1.0


def aggregate(value: float, error: float | None) -> AggregateScore:
    return AggregateScore(
        metric="accuracy",
        value=value,
        direction=Direction.HIGHER,
        standard_error=error,
        minimum=0.0,
        maximum=1.0,
    )


@pytest.mark.parametrize(
    "found",
    [interval(records(CORRECT, [1.0] * 9)), interval([]), aggregate_interval(aggregate(0.5, 0.1))],
)
def test_documents_are_json(found):
    document = json.loads(json.dumps(interval_document(found), allow_nan=False))
    if isinstance(found, NoInterval):
        assert document == {"low": None, "high": None, "reason": found.reason}
    else:
        assert (document["low"], document["high"]) == (found.low, found.high)
        assert document["method"] in ("bounded", "standardError")
        assert document["confidence"] == 0.95
