import json
import statistics
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from modeleval.errors import OutputUnusable
from modeleval.scores import summary as summary_module
from modeleval.scores.custom import Level, custom_metric
from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.records import RecordScore, read_record_scores
from modeleval.scores.summary import Summary, merge_summaries, summarise

_CORRECTNESS = {"Correctness": JUDGE_METRICS["Correctness"]}


def _score(
    value: float | str | None = None,
    *,
    metric: str = "Correctness",
    category: str | None = None,
    na: bool = False,
) -> RecordScore:
    return RecordScore(
        key="k", line=1, metric=metric, value=value, category=category, not_applicable=na
    )


def _summary(*values: float | str | None, metric: Metric = JUDGE_METRICS["Correctness"]) -> Summary:
    scores = (_score(value, metric=metric.name) for value in values)
    return summarise(scores, evaluation="answers", metrics={metric.name: metric})[0]


def test_values_are_counted_and_what_has_none_is_counted_apart() -> None:
    scores = [_score(1.0), _score(0.5), _score(1.0), _score(na=True), _score(), _score("odd")]
    [summary] = summarise(scores, evaluation="answers", metrics=_CORRECTNESS)
    assert (summary.n, summary.string_n, summary.not_applicable, summary.unscored) == (3, 1, 1, 1)
    assert summary.records == 6
    assert summary.value_counts == {0.5: 1, 1.0: 2}
    assert summary.string_counts == {"odd": 1}
    assert summary.mean == float(Fraction(5, 6))
    assert (summary.minimum, summary.maximum) == (0.5, 1.0)
    assert summary.histogram is None
    assert summary.scored_share == 5 / 6
    assert summary.direction is Direction.HIGHER


def test_not_applicable_is_not_zero() -> None:
    scores = [_score(na=True), _score(1.0), _score(na=True)]
    [summary] = summarise(scores, evaluation="answers", metrics=_CORRECTNESS)
    assert summary.mean == 1.0
    assert summary.scored_share == 1.0


def test_no_numbers_have_no_mean() -> None:
    summary = _summary("yes", "no", None)
    assert (summary.mean, summary.minimum, summary.maximum) == (None, None, None)
    assert summary.total == 0


def test_nothing_at_all_is_not_completely_scored() -> None:
    summary = _summary()
    assert (summary.records, summary.scored_share, summary.mean) == (0, 0.0, None)


def test_a_share_is_rounded_once() -> None:
    assert _summary(*[1.0] * 19, None).scored_share == 0.95
    assert _summary(*[1.0] * 1, *[None] * 9).scored_share == 0.1


def test_the_mean_is_correctly_rounded_where_adding_floats_is_not() -> None:
    assert sum([0.1] * 10) / 10 != 0.1
    assert _summary(*[0.1] * 10).mean == 0.1
    assert _summary(1e308, 1e308).mean == 1e308
    assert _summary(1e16, 1.0, -1e16, 1.0).mean == 0.5


def test_eleven_values_are_counted_and_the_twelfth_makes_a_histogram() -> None:
    values = [k / 12 for k in range(12)]
    assert _summary(*values[:11]).value_counts == dict.fromkeys(values[:11], 1)
    summary = _summary(*values)
    assert summary.value_counts is None
    assert summary.histogram is not None
    assert sum(summary.histogram.bins) == summary.n == 12
    assert summary.mean == statistics.fmean(values)
    assert (summary.minimum, summary.maximum) == (0.0, 11 / 12)


def test_bins_hold_their_lower_end_and_the_last_one_both() -> None:
    values = [k / 20 for k in range(21)]
    histogram = _summary(*values).histogram
    assert histogram is not None
    assert histogram.edges == tuple(values)
    assert histogram.bins == (1,) * 19 + (2,)
    assert (histogram.below, histogram.above) == (0, 0)


def test_what_is_off_the_scale_is_counted_below_and_above() -> None:
    histogram = _summary(*[k / 10 for k in range(-5, 16)]).histogram
    assert histogram is not None
    assert (histogram.below, sum(histogram.bins), histogram.above) == (5, 11, 5)


def test_bins_span_the_metrics_own_scale() -> None:
    metric = custom_metric("tone", [Level("bad", 1), Level("good", 5)])
    summary = _summary(*[1 + k / 5 for k in range(21)], metric=metric)
    assert summary.histogram is not None
    assert (summary.histogram.edges[0], summary.histogram.edges[-1]) == (1.0, 5.0)


def test_a_scale_of_a_single_level_still_has_bins() -> None:
    metric = custom_metric("only", [Level("fine", 1)])
    histogram = _summary(*[k / 12 for k in range(13)], metric=metric).histogram
    assert histogram is not None
    assert (histogram.below, histogram.bins[-1], histogram.above) == (12, 1, 0)


def test_two_zeros_are_one_value() -> None:
    assert json.dumps(_summary(-0.0, 0.0).to_document()) == json.dumps(
        _summary(0.0, -0.0).to_document()
    )


def test_too_many_strings_are_only_numbered() -> None:
    summary = _summary(*[f"level {n}" for n in range(12)])
    assert (summary.string_n, summary.string_counts) == (12, None)
    assert _summary(*["a"] * 30, "b").string_counts == {"a": 30, "b": 1}


def test_each_category_has_a_summary_and_uncategorised_records_are_in_the_overall_one_only() -> (
    None
):
    scores = [_score(1.0, category="tax"), _score(0.0), _score(0.5, category="law")]
    summaries = summarise(scores, evaluation="answers", metrics=_CORRECTNESS)
    assert [(s.category, s.n, s.mean) for s in summaries] == [
        (None, 3, 0.5),
        ("law", 1, 0.5),
        ("tax", 1, 1.0),
    ]


def test_every_metric_has_an_overall_summary_sorted_by_name() -> None:
    metrics = {name: JUDGE_METRICS[name] for name in ("Refusal", "Correctness")}
    summaries = summarise([], evaluation="answers", metrics=metrics)
    assert [(s.metric, s.direction, s.records) for s in summaries] == [
        ("Correctness", "higherIsBetter", 0),
        ("Refusal", "lowerIsBetter", 0),
    ]


def test_a_score_of_another_metric_is_an_error() -> None:
    with pytest.raises(ValueError, match="a score of tone, which the evaluation does not have"):
        summarise([_score(1.0, metric="tone")], evaluation="answers", metrics=_CORRECTNESS)
    with pytest.raises(ValueError, match="a score of tone in the summary of Correctness"):
        _summary().add(_score(1.0, metric="tone"))


@pytest.mark.parametrize("batch", [1, 2, 3, 4096])
def test_batches_change_nothing(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "_BATCH", batch)
    values = [1.0, 0.5, 1.0, "a", None, 0.5, *(k / 14 for k in range(14)), "b", -0.0, 1.0]
    scores = [_score(value, category="tax" if n % 3 else None) for n, value in enumerate(values)]
    whole, tax = summarise(scores, evaluation="answers", metrics=_CORRECTNESS)
    assert whole.category is None
    one_by_one, of_tax = (Summary.empty(*_CORRECTNESS.values(), evaluation="answers") for _ in "ab")
    for score in scores:
        one_by_one.add(score)
        if score.category:
            of_tax.add(score)
    assert whole == one_by_one
    assert tax.to_document() == of_tax.to_document() | {"category": "tax"}


def test_of_two_errors_the_first_is_raised() -> None:
    lines = ['{"key":"k","line":1,"metric":"tone"}', "broken"]
    with pytest.raises(ValueError, match="a score of tone"):
        summarise(read_record_scores(lines), evaluation="answers", metrics=_CORRECTNESS)
    with pytest.raises(OutputUnusable):
        summarise(read_record_scores(lines[::-1]), evaluation="answers", metrics=_CORRECTNESS)


def test_merging_leaves_both_as_they_were() -> None:
    one, other = _summary(1.0, "a", None), _summary(0.0, "b")
    merged = one.merge(other)
    assert (merged.n, merged.string_counts, merged.unscored) == (2, {"a": 1, "b": 1}, 1)
    assert one == _summary(1.0, "a", None)
    assert other == _summary(0.0, "b")


@pytest.mark.parametrize(
    "changed",
    [
        {"evaluation": "other"},
        {"metric": "Coherence"},
        {"category": "tax"},
        {"direction": "lowerIsBetter"},
        {"scale": ["0.0", "5.0"]},
    ],
)
def test_only_summaries_of_the_same_thing_merge(changed: dict[str, Any]) -> None:
    other = Summary.from_document({**_summary(1.0).to_document(), **changed})
    with pytest.raises(ValueError, match="of the same evaluation, metric and category"):
        _summary(1.0).merge(other)


def test_summaries_of_shards_are_merged_by_what_they_are_of() -> None:
    shards = [
        summarise([_score(1.0, category="tax")], evaluation="answers", metrics=_CORRECTNESS),
        summarise([_score(0.0, category="law")], evaluation="answers", metrics=_CORRECTNESS),
    ]
    merged = merge_summaries(s for shard in shards for s in shard)
    assert [(s.category, s.n, s.mean) for s in merged] == [
        (None, 2, 0.5),
        ("law", 1, 0.0),
        ("tax", 1, 1.0),
    ]


def test_a_counted_summary_as_a_document() -> None:
    assert _summary(1.0, 0.5, 1.0, "odd", None).to_document() == {
        "evaluation": "answers",
        "metric": "Correctness",
        "category": None,
        "direction": "higherIsBetter",
        "scale": ["0.0", "1.0"],
        "n": 3,
        "valueCounts": {"0.5": 1, "1.0": 2},
        "stringN": 1,
        "stringCounts": {"odd": 1},
        "notApplicable": 0,
        "unscored": 1,
    }


def test_a_spread_summary_as_a_document() -> None:
    document = _summary(*[k / 4 for k in range(-2, 12)]).to_document()
    assert document["sum"] == "63/4"
    assert (document["minimum"], document["maximum"]) == ("-0.5", "2.75")
    assert document["histogram"]["below"] == 2
    assert document["histogram"]["above"] == 7
    assert "valueCounts" not in document


def test_a_document_holds_no_float_and_comes_back_from_dynamodb() -> None:
    """DynamoDB's client refuses floats, and returns every number as a Decimal."""

    def through(value: Any) -> Any:
        assert not isinstance(value, float)
        if isinstance(value, dict):
            return {key: through(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [through(entry) for entry in value]
        return Decimal(value) if isinstance(value, int) else value

    for summary in (_summary(1.0, "a", None), _summary(*[k / 13 for k in range(14)])):
        again = Summary.from_document(through(summary.to_document()))
        assert again == summary
        assert json.dumps(again.to_document()) == json.dumps(summary.to_document())
