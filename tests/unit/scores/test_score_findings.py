import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from modeleval.scores.custom import Level, custom_metric
from modeleval.scores.findings import is_low, low_scores
from modeleval.scores.metrics import JUDGE_METRICS, Direction
from modeleval.scores.records import RecordScore


def _score(
    value: float | str | None, *, line: int = 1, metric: str = "Correctness", na: bool = False
) -> RecordScore:
    return RecordScore(key=f"k{line}", line=line, metric=metric, value=value, not_applicable=na)


def test_low_is_below_the_threshold_and_not_at_it() -> None:
    found = low_scores([_score(0.0), _score(0.49), _score(0.5), _score(1.0)], JUDGE_METRICS)
    assert [score.value for score in found.items] == [0.0, 0.49]
    assert found.total == 2


def test_low_is_turned_round_where_lower_is_better() -> None:
    scores = [_score(value, metric="Harmfulness") for value in (0.0, 0.5, 0.51, 1.0)]
    found = low_scores(scores, JUDGE_METRICS)
    assert [score.value for score in found.items] == [1.0, 0.51]


def test_a_turned_refusal_is_low_where_the_model_answered() -> None:
    turned = {"Refusal": replace(JUDGE_METRICS["Refusal"], direction=Direction.HIGHER)}
    scores = [_score(0.0, metric="Refusal"), _score(1.0, metric="Refusal")]
    assert low_scores(scores, turned).items == (scores[0],)
    assert low_scores(scores, JUDGE_METRICS).items == (scores[1],)


def test_the_threshold_can_be_moved() -> None:
    scores = [_score(0.5), _score(0.75), _score(0.25, metric="Harmfulness", line=2)]
    found = low_scores(scores, JUDGE_METRICS, below=0.8)
    assert found.by_metric == {"Correctness": 2, "Harmfulness": 1}
    assert low_scores(scores, JUDGE_METRICS, below=0).total == 0


def test_what_does_not_apply_or_was_not_scored_is_never_low() -> None:
    found = low_scores([_score(None, na=True), _score(None), _score("bad")], JUDGE_METRICS)
    assert (found.total, found.items, found.by_metric) == (0, (), {})


@pytest.mark.parametrize(("direction", "low"), [(Direction.HIGHER, 0.3333), (Direction.LOWER, 1.0)])
def test_a_custom_metric_is_low_at_its_worst_level_only(direction: Direction, low: float) -> None:
    scale = [Level("bad", 1 / 3), Level("fair", 2 / 3), Level("good", 1), Level("N/A", -1)]
    metric = custom_metric("tone", scale, direction=direction)
    values = (0.3333, 0.6667, 1.0)
    assert [v for v in values if is_low(_score(v, metric="tone"), metric)] == [low]


def test_a_level_of_a_string_scale_is_low_if_the_metric_says_so() -> None:
    metric = custom_metric("check", [Level("it does", "yes"), Level("it does not", "no")])
    said = replace(metric, worst_level="no")
    scores = [_score(v, metric="check") for v in ("yes", "no", 0.0)]
    assert low_scores(scores, {"check": metric}).total == 0
    assert low_scores(scores, {"check": said}).items == (scores[1],)


def test_the_worst_come_first_on_each_metrics_own_scale_and_then_by_line() -> None:
    metrics = {**JUDGE_METRICS, "tone": custom_metric("tone", [Level("a", 1), Level("b", 5)])}
    scores = [
        _score(0.25, line=1),
        _score(0.0, line=9),
        _score(1.0, line=4, metric="Harmfulness"),
        _score(1.0, line=3, metric="tone"),
        _score(0.75, line=2, metric="Refusal"),
        _score(0.0, line=4, metric="Coherence"),
    ]
    expected = [
        (3, "tone"),
        (4, "Coherence"),
        (4, "Harmfulness"),
        (9, "Correctness"),
        (1, "Correctness"),
        (2, "Refusal"),
    ]
    for seed in range(5):
        random.Random(seed).shuffle(scores)
        found = low_scores(iter(scores), metrics)
        assert [(score.line, score.metric) for score in found.items] == expected


def test_the_total_is_exact_beyond_the_limit() -> None:
    scores = [_score(0.0, line=n) for n in range(200, 0, -1)]
    found = low_scores(iter(scores), JUDGE_METRICS, limit=3)
    assert found.total == 200
    assert [score.line for score in found.items] == [1, 2, 3]
    assert low_scores(iter(scores), JUDGE_METRICS, limit=0).total == 200


def test_only_the_limit_is_held_while_reading() -> None:
    # A score that is not kept is freed before the next but a few: count those alive at once.
    alive: set[int] = set()
    most = 0

    class Held(RecordScore, frozen=True, weakref=True):
        def __del__(self) -> None:
            alive.discard(self.line)

    def scores() -> Iterator[RecordScore]:
        nonlocal most
        for line in range(1, 2_001):
            alive.add(line)
            most = max(most, len(alive))
            yield Held(key="k", line=line, metric="Correctness", value=0.0)

    assert low_scores(scores(), JUDGE_METRICS, limit=10).total == 2_000
    assert most <= 15


def test_one_bad_category_does_not_hide_the_others() -> None:
    bad = [replace_struct(_score(0.0, line=n), category="bad") for n in range(1, 40)]
    good = [replace_struct(_score(0.4, line=n), category="good") for n in range(40, 43)]
    found = low_scores([*bad, *good], JUDGE_METRICS, limit=10, per_category=8)
    assert [one.category for one in found.items] == ["bad"] * 8 + ["good"] * 2
    assert found.total == 42


def test_a_score_of_another_metric_is_an_error() -> None:
    with pytest.raises(ValueError, match="a score of tone, which the evaluation does not have"):
        low_scores([_score(1.0, metric="tone")], JUDGE_METRICS)


@pytest.mark.parametrize(("below", "limit"), [(1.5, 1), (-0.1, 1), (0.5, -1)])
def test_arguments_out_of_range_are_errors(below: float, limit: int) -> None:
    with pytest.raises(ValueError, match="share of the scale"):
        low_scores([], JUDGE_METRICS, below=below, limit=limit)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
            st.integers(1, 30),
            st.sampled_from(["Correctness", "Harmfulness"]),
        )
    ),
    st.integers(0, 10),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_scores_does_not_matter(
    entries: list[tuple[float, int, str]], limit: int, shuffler: random.Random
) -> None:
    scores = [_score(value, line=line, metric=metric) for value, line, metric in entries]
    everything = low_scores(scores, JUDGE_METRICS, limit=len(scores))
    shuffler.shuffle(scores)
    found = low_scores(scores, JUDGE_METRICS, limit=limit)
    assert found.items == everything.items[:limit]
    assert found.total == len(everything.items) == sum(found.by_metric.values())
