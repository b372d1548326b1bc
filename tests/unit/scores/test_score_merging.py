"""However the records are split, and in whichever order the parts are merged: one summary."""

import itertools
import json
import math
import random
from fractions import Fraction
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.records import RecordScore
from modeleval.scores.summary import Summary, merge_summaries, summarise

_METRICS = {
    "Correctness": JUDGE_METRICS["Correctness"],
    "latency": Metric(
        name="latency",
        direction=Direction.LOWER,
        levels=None,
        minimum=-3.0,
        maximum=7.0,
        meaning="",
        custom=True,
    ),
}

_VALUES = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 0.5, 1.0]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-4, 8),
    st.integers(0, 14).map(lambda level: level / 14),
    st.integers(0, 13).map(lambda level: f"level {level}"),
    st.text("ab\u00e9", min_size=1, max_size=3),
)


@st.composite
def _record_scores(draw: st.DrawFn) -> RecordScore:
    value = draw(_VALUES)
    return RecordScore(
        key="k",
        line=1,
        metric=draw(st.sampled_from(sorted(_METRICS))),
        value=value,
        not_applicable=value is None and draw(st.booleans()),
        category=draw(st.sampled_from([None, "", "law", "tax"])),
    )


def _summarise(scores: list[RecordScore]) -> list[Summary]:
    return summarise(scores, evaluation="answers", metrics=_METRICS)


def _text(summaries: list[Summary]) -> str:
    return json.dumps([summary.to_document() for summary in summaries])


def _through_json(summary: Summary) -> Summary:
    return Summary.from_document(json.loads(json.dumps(summary.to_document())))


@given(
    st.lists(_record_scores(), max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
    st.randoms(use_true_random=False),
)
def test_parts_in_any_order_make_the_whole(
    scores: list[RecordScore], cuts: list[int], shuffler: random.Random
) -> None:
    whole = _summarise(scores)
    shuffled = shuffler.sample(scores, len(scores))
    ends = [0, *sorted(cuts), len(scores)]
    parts = [_summarise(shuffled[a:b]) for a, b in itertools.pairwise(ends)]
    summaries = [summary for part in parts for summary in part]
    shuffler.shuffle(summaries)
    merged = merge_summaries(summaries)
    assert merged == whole
    assert _text(merged) == _text(whole)
    stored = merge_summaries(_through_json(summary) for summary in summaries)
    assert stored == whole
    assert _text(stored) == _text(whole)


@given(st.lists(st.lists(_record_scores(), max_size=20), min_size=3, max_size=3))
def test_merging_is_associative_and_commutative(parts: list[list[RecordScore]]) -> None:
    a, b, c = (_summarise(part)[0] for part in parts)
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(b).merge(a)
    empty = _summarise([])[0]
    assert empty.merge(a) == a.merge(empty) == a


@given(st.lists(_record_scores(), max_size=60))
def test_a_document_is_exact(scores: list[RecordScore]) -> None:
    for summary in _summarise(scores):
        again = _through_json(summary)
        assert again == summary
        assert json.dumps(again.to_document()) == json.dumps(summary.to_document())


@given(st.lists(_record_scores(), max_size=60))
def test_a_summary_says_what_the_records_say(scores: list[RecordScore]) -> None:
    summaries = {(s.metric, s.category): s for s in _summarise(scores)}
    for name in _METRICS:
        own = [score for score in scores if score.metric == name]
        numbers = [score.value for score in own if isinstance(score.value, float)]
        summary = summaries[name, None]
        assert summary.records == len(own)
        assert summary.n == len(numbers)
        assert summary.unscored == sum(score.unscored for score in own)
        assert summary.total == reduce(lambda total, v: total + Fraction(v), numbers, Fraction(0))
        assert summary.minimum == min(numbers, default=None)
        assert summary.maximum == max(numbers, default=None)
        if summary.mean is not None:
            assert summary.mean == float(summary.total / len(numbers))
            assert min(numbers) <= summary.mean <= max(numbers)
            assert math.isfinite(summary.mean)
        if summary.histogram is not None:
            below, bins, above = summary.histogram[1:]
            assert below + sum(bins) + above == summary.n
        for category in {score.category for score in own} - {None}:
            assert summaries[name, category].records == sum(s.category == category for s in own)
