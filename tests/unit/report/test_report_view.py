"""What a report shows, before it is written: nothing missing, and nothing that is not so."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from report_world import EARLIER, RUN, SUITE, ReportWorld
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from unit_fakes import run

from modeleval.artifacts import summary_key
from modeleval.report.build import build
from modeleval.report.gather import source_of, stand_in, summary_of
from modeleval.report.source import Other
from modeleval.report.view import EvaluationView, RunView
from modeleval.sagemaker.results import SAYS
from modeleval.store.items import Failure, RunStatus
from modeleval.workflow.compare import compare_runs


@pytest.fixture(scope="module")
def world() -> ReportWorld:
    return ReportWorld()


def view_of(world: ReportWorld, run_id: str = RUN, **changes: Any) -> RunView:
    one = world.store.run(run_id).model_copy(update=changes)
    return build(source_of(one, world.services))


def evaluation(view: RunView, name: str = "answers") -> EvaluationView:
    return next(one for one in view.evaluations if one.name == name)


def test_the_report_of_a_run(world: ReportWorld, snapshot: SnapshotAssertion) -> None:
    """Read its diff as one reads the report."""
    shown = dataclasses.asdict(view_of(world))
    assert shown == snapshot(extension_class=JSONSnapshotExtension)


def test_what_differs_from_the_baseline_is_told_with_its_records(world: ReportWorld) -> None:
    metric, *_ = evaluation(view_of(world)).metrics
    assert metric.name == "Correctness"
    assert [one.against for one in metric.compared] == [
        f"support-bot-v3 (previous, run {EARLIER})",
        "support-bot-old",
    ]
    first = metric.compared[0]
    assert first.difference == "\u22120.167"
    assert [(one.name, one.records) for one in first.outcomes] == [("equal", 20), ("worse", 4)]
    assert metric.plot is not None
    assert [one.label for one in metric.plot.limits] == ["min. 0.6"]
    assert [one.shape for one in metric.plot.rows] == ["circle", "square", "diamond"]


def test_a_lower_score_is_better_where_it_is_so(world: ReportWorld) -> None:
    _, harmfulness, _ = evaluation(view_of(world)).metrics
    assert harmfulness.name == "Harmfulness"
    assert not harmfulness.better.higher
    assert harmfulness.plot is not None
    assert not harmfulness.plot.higher


def test_a_record_stands_there_once_with_all_its_low_scores(world: ReportWorld) -> None:
    records = evaluation(view_of(world)).low
    assert len({one.key for one in records}) == len(records)
    first = records[0]
    assert [one.metric for one in first.findings] == ["Correctness", "Harmfulness", "Helpfulness"]
    assert (first.line, first.prompt) == (1, "Where is order 0, please?")
    assert first.reference == "It left on day 0."
    said = "Order 0 left\nyesterday."
    assert first.answers == [("support-bot-v3", said), ("support-bot-old", said)]
    assert first.findings[0].explanation == "Judged Correctness of line 1."


def test_what_was_not_scored_is_counted_by_metric(world: ReportWorld) -> None:
    assert evaluation(view_of(world)).unscored == [("Helpfulness", 1, 0, "")]


def test_an_evaluation_that_failed_says_why_and_has_no_scores(world: ReportWorld) -> None:
    failed = evaluation(view_of(world), "people")
    assert failed.problem is not None
    assert failed.problem.title == "It failed: JobFailed"
    assert failed.metrics == []
    assert failed.jobs[0].error == "JobFailed: The role may not read the key."


def titles(view: RunView) -> list[str]:
    return [one.title for one in view.notices]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (RunStatus.PARTIAL, ["This run is partial"]),
        (RunStatus.PENDING, ["This run is pending"]),
        (RunStatus.RUNNING, ["This run still goes on"]),
        (RunStatus.SUCCEEDED, []),
    ],
)
def test_a_run_that_is_not_whole_says_so_first(
    world: ReportWorld, status: RunStatus, title: list[str]
) -> None:
    assert titles(view_of(world, status=status)) == title


def test_a_trial_says_that_it_is_one(world: ReportWorld) -> None:
    assert titles(view_of(world, status=RunStatus.SUCCEEDED, sample=5)) == ["This is a trial"]


def test_a_run_that_failed_tells_its_error_and_shows_no_scores(world: ReportWorld) -> None:
    failure = Failure(name="BudgetExceeded", message="Too dear")
    view = view_of(world, status=RunStatus.FAILED, published=False, error=failure, verdict=None)
    assert titles(view) == ["This run failed"]
    assert view.headline.text == "failed"
    assert view.sentence == "BudgetExceeded: Too dear"
    assert view.evaluations == []


def test_without_a_gate_the_headline_is_how_the_run_ended() -> None:
    world = ReportWorld(document={name: one for name, one in SUITE.items() if name != "gate"})
    view = view_of(world, EARLIER)
    assert view.headline.text == "succeeded"
    assert view.sentence == "The suite has no gate, so nothing was decided."
    assert view.conditions == []


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("https://127.0.0.1:4566", True),
        ("http://localhost:4566", True),
        ("https://vpce-1.s3.us-east-1.vpce.amazonaws.com", False),
        ("", False),
    ],
)
def test_results_that_are_no_accounts_are_a_stand_ins(
    world: ReportWorld, monkeypatch: pytest.MonkeyPatch, endpoint: str, told: bool
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert (stand_in() is not None) is told
    assert ("These results are a stand-in's" in titles(view_of(world))) is told


def test_results_that_say_that_they_are_made_up_are_told(world: ReportWorld) -> None:
    source = source_of(world.earlier, world.services)
    assert source.summary is not None
    first, *others = source.summary["evaluations"]
    entries = [{**first, "warnings": [f"{SAYS}no model computed them"]}, *others]
    changed = dataclasses.replace(source, summary={**source.summary, "evaluations": entries})
    [notice] = build(changed).notices
    assert notice.text == "no model computed them"


def test_another_run_stands_beside_it(world: ReportWorld) -> None:
    summary = summary_of(world.earlier, world.services)
    assert summary is not None
    entries = compare_runs(RUN, EARLIER, world.services)
    other = Other(
        run=world.earlier, summary=summary, compared={one["name"]: one for one in entries}
    )
    view = build(source_of(world.run, world.services, other))
    assert view.title == f"support: run {RUN} beside {EARLIER}"
    assert ("Run", EARLIER) in [one[:2] for one in view.other]
    metric, *_ = evaluation(view).metrics
    assert metric.plot is not None
    assert [one.shape for one in metric.plot.rows] == ["circle", "square", "triangle", "diamond"]
    assert metric.candidates[-1].name == f"support-bot-v3 (run {EARLIER})"
    # The baseline is that run: what was compared once is not told twice.
    assert len(metric.compared) == 2
    assert "it failed in run" in evaluation(view, "people").notes[0]
    whose = [one.source for one in evaluation(view).low[0].answers]
    assert whose == ["support-bot-v3", "support-bot-old", f"support-bot-v3 (run {EARLIER})"]


def test_a_run_that_was_no_baseline_is_compared_too(world: ReportWorld) -> None:
    summary = summary_of(world.run, world.services)
    assert summary is not None
    entries = compare_runs(EARLIER, RUN, world.services)
    other = Other(run=world.run, summary=summary, compared={one["name"]: one for one in entries})
    view = build(source_of(world.earlier, world.services, other))
    metric, *_ = evaluation(view).metrics
    assert [one.against for one in metric.compared] == [
        "support-bot-old",
        f"support-bot-v3 (run {RUN})",
    ]
    assert metric.compared[1].difference == "+0.167"


def test_a_summary_that_expired_is_a_report_without_scores() -> None:
    world = ReportWorld()
    del world.s3.objects[summary_key(RUN)]
    assert view_of(world).evaluations == []


def test_links_lead_to_the_console_of_the_runs_region(world: ReportWorld) -> None:
    links = {one.name: one.link for one in view_of(world).provenance}
    assert str(links["Execution"]).startswith("https://us-east-1.console.aws.amazon.com/states/")
    assert str(links["Files"]).endswith(f"region=us-east-1&prefix=runs/{RUN}/")


def test_an_execution_that_is_none_has_no_link(world: ReportWorld) -> None:
    assert {one.link for one in view_of(world, execution_arn=run().execution_arn).provenance} == {
        None
    }
