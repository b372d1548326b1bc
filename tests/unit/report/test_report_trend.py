from __future__ import annotations

from decimal import Decimal
from typing import Any

from report_world import EARLIER, RUN, ReportWorld
from unit_fakes import run

from modeleval.report.trend import Measured, trend_page, trends
from modeleval.store.items import EvaluationFacts, Score


def measured(day: int, mean: str, *, digest: str = "same", **changes: Any) -> Measured:
    """A run of that day with one score."""
    started = f"2026-11-{day:02d}T07:00:00.000Z"
    facts = EvaluationFacts(
        name="answers", kind="bedrock-judge", subject="bot", prompt_set_digest=digest
    )
    fields: dict[str, Any] = {
        "run_id": f"me{day:016d}",
        "suite": "support",
        "evaluation": "answers",
        "subject": f"bot/{day}",
        "series": "bot",
        "metric": "Correctness",
        "direction": "higherIsBetter",
        "judge": "nova",
        "started_at": started,
        "n": 40,
        "mean": Decimal(mean),
        "low": Decimal(mean) - Decimal("0.1"),
        "high": Decimal(mean) + Decimal("0.1"),
        "not_applicable": 0,
        "unscored": 0,
    }
    one = run(run_id=fields["run_id"], started_at=started, evaluations=(facts,))
    return Measured(one, [Score(**fields | changes)])


def test_the_plot_goes_from_the_oldest_and_the_table_from_the_newest() -> None:
    [found] = trends([measured(3, "0.8"), measured(2, "0.6"), measured(1, "0.5")])
    assert [one.subject for one in found.rows] == ["bot/3", "bot/2", "bot/1"]
    xs = [one.x for one in found.plot.points]
    ys = [one.y for one in found.plot.points]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)  # upwards
    assert found.plot.alt == (
        "From the oldest to the newest: bot/1 0.500, bot/2 0.600, bot/3 0.800"
    )


def test_where_judge_or_records_changed_the_line_is_broken_and_says_why() -> None:
    [found] = trends(
        [measured(3, "0.8", judge="other"), measured(2, "0.6", digest="new"), measured(1, "0.5")]
    )
    assert [one.broken for one in found.plot.stretches] == [True, True]
    assert [one.changed for one in found.rows] == [
        "another judge than before, other records than before",
        "other records than before",
        "",
    ]


def test_a_single_run_is_a_point_without_a_line() -> None:
    [found] = trends([measured(1, "0.5")])
    assert (len(found.plot.points), found.plot.stretches) == (1, [])


def test_a_scale_beyond_one_is_drawn_as_far_as_it_reaches() -> None:
    [found] = trends([measured(2, "30"), measured(1, "10")])
    low, high = found.plot.points
    assert high.y < low.y
    assert [label for _, label in found.plot.levels] == ["9.9", "20", "30.1"]


def test_a_metric_without_a_mean_is_no_line() -> None:
    run, [score] = measured(1, "0.5")
    unscored = Measured(run, [score.model_copy(update={"mean": None})])
    assert trends([unscored]) == []


def test_each_series_has_its_own_line() -> None:
    assert len(trends([measured(2, "0.5", series="a"), measured(1, "0.5", series="b")])) == 2


def test_a_suites_page_has_its_published_runs_and_no_trial() -> None:
    world = ReportWorld()
    page = trend_page(world.store, "support", limit=10, made_at="today", stand_in=None)
    assert (page.runs, page.metrics) == (2, 6)
    assert RUN.encode() in page.data
    assert EARLIER.encode() in page.data
    latest = trend_page(world.store, "support", limit=1, made_at="today", stand_in=None)
    assert latest.runs == 1
    assert EARLIER.encode() not in latest.data
