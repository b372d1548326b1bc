from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.report.charts import (
    LEFT,
    RIGHT,
    Point,
    distribution,
    interval_plot,
    outcomes,
    scale_of,
)
from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.records import RecordScore
from modeleval.scores.summary import summarise

UNIT = {"scale": ["0.0", "1.0"]}
finite = st.floats(-1e9, 1e9)


def summary(*values: float | str | None, **metric: Any) -> dict[str, Any]:
    """The summary of records with these values; None does not apply."""
    known = Metric(name="M", direction=Direction.HIGHER, levels=None, meaning="", **metric)
    scores = (
        RecordScore(key=f"{n}", line=n, metric="M", value=one, not_applicable=one is None)
        for n, one in enumerate(values)
    )
    [found] = summarise(scores, evaluation="e", metrics={"M": known})
    return found.to_document()


@given(st.lists(finite, min_size=1), finite)
def test_whatever_is_drawn_stands_on_the_axis(values: list[float], asked: float) -> None:
    scale = scale_of(UNIT, values)
    assert all(LEFT <= scale.x(value) <= RIGHT for value in (*values, asked))


def test_a_scale_is_the_metrics_own_and_is_widened_by_what_lies_beyond() -> None:
    assert scale_of(UNIT, [0.4, None]) == (0.0, 1.0)
    assert scale_of(UNIT, [1.5]) == (0.0, 1.5)
    assert scale_of({"range": [0, None]}, [12.0]) == (0.0, 12.0)
    assert scale_of({}, [3.0]) == (2.5, 3.5)


def test_means_intervals_and_limits_stand_where_they_belong() -> None:
    points = [Point("new", "circle", 0.5, 0.25, 0.75), Point("old", "diamond", 1.0)]
    plot = interval_plot(UNIT, points, {"min. 0.5": 0.5}, higher=True)
    assert plot is not None
    new, old = plot.rows
    assert (new.x_low, new.x, new.x_high) == (91.0, 170.0, 249.0)
    assert (old.x_low, old.x) == (None, RIGHT)
    assert [one.x for one in plot.limits] == [170.0]
    assert plot.alt == "Means with 95 % intervals: new 0.500 (0.250 to 0.750); old 1.000"


def test_without_a_mean_nothing_is_drawn() -> None:
    assert interval_plot(UNIT, [], {}, higher=True) is None


def test_each_value_has_its_bar_and_what_is_no_score_one_of_its_own() -> None:
    found = distribution(summary(0.0, 1.0, 1.0, None, "odd"))
    assert found is not None
    assert [(one.label, one.records, one.share, one.kind) for one in found.bars] == [
        ("0", 1, "20%", "score"),
        ("1", 2, "40%", "score"),
        ("odd", 1, "20%", "score"),
        ("not applicable", 1, "20%", "none"),
    ]


@given(st.lists(st.floats(-1, 2), min_size=30, max_size=200, unique=True))
def test_the_bars_of_many_values_count_every_record(values: list[float]) -> None:
    found = distribution(summary(*values))
    assert found is not None
    assert sum(one.records for one in found.bars) == len(values)
    assert len(found.bars) <= 12


@pytest.mark.parametrize("document", [{"aggregate": True}, summary()])
def test_where_no_record_is_known_there_is_no_distribution(document: dict[str, Any]) -> None:
    assert distribution(document) is None


def test_wins_ties_and_losses_share_one_bar() -> None:
    shares = outcomes(1, 2, 1)
    counted = {one.name: one.records for one in shares}
    assert counted == {"better": 1, "equal": 2, "worse": 1}
    assert sum(one.width for one in shares) == RIGHT - LEFT
    assert [one.name for one in outcomes(0, 3, 0)] == ["equal"]
    assert outcomes(None, None, None) == []
