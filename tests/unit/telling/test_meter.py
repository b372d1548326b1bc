"""Metrics of a run that has ended, and of what goes on: lines of the log, bounded dimensions."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from unit_fakes import NOW, FakeStore, job, run, services

from modeleval.store.items import JobStatus, RunStatus
from modeleval.telling.facts import Facts, MeanScore
from modeleval.telling.meter import MOST_SCORES, measure_run
from modeleval.workflow.gauges import measure_going_on
from modeleval.workflow.timing import timestamp

MEANS = (MeanScore("answers", "Correctness", 0.75), MeanScore("answers", "Refusal", 0.0))
DONE: dict[str, Any] = {
    "status": RunStatus.SUCCEEDED,
    "published": True,
    "origin": "deployed",
    "verdict": "passed",
    "endedAt": "2026-11-22T07:01:30.000Z",
    "estimate": {"usd": "0.25"},
}


def facts(means: tuple[MeanScore, ...] = MEANS, **changes: Any) -> Facts:
    return Facts(
        run=run(**DONE | changes),
        stack="modeleval",
        model=None,
        failed=(),
        failures=0,
        summary=None,
        means=means,
    )


def lines(capsys: pytest.CaptureFixture[str]) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Each line's dimensions, in the order that the format names them, and its metrics."""
    found = []
    for text in capsys.readouterr().out.splitlines():
        document = json.loads(text)
        [directive] = document["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "modeleval"
        [names] = directive["Dimensions"]
        values = {one["Name"]: document[one["Name"]] for one in directive["Metrics"]}
        plain = {k: v[0] if isinstance(v, list) else v for k, v in values.items()}
        found.append(({name: document[name] for name in names}, plain))
    return found


def test_a_run_is_counted_by_its_outcome_and_a_deployed_suite_by_its_name_and_scores(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measure_run(facts())
    ended = {"Runs": 1.0, "Duration": 90.0, "EstimatedCost": 0.25}
    of_suite = {"Stack": "modeleval", "Suite": "support"}
    assert lines(capsys) == [
        ({"Stack": "modeleval", "Outcome": "passed"}, ended),
        (of_suite, ended),
        ({**of_suite, "Evaluation": "answers", "Metric": "Correctness"}, {"Mean": 0.75}),
        ({**of_suite, "Evaluation": "answers", "Metric": "Refusal"}, {"Mean": 0.0}),
    ]


@pytest.mark.parametrize("origin", ["inline", "s3://b/suite.yaml", None])
def test_whoever_starts_runs_makes_no_dimensions(
    capsys: pytest.CaptureFixture[str], origin: str | None
) -> None:
    measure_run(facts(origin=origin))
    [(dimensions, _)] = lines(capsys)
    assert set(dimensions) == {"Stack", "Outcome"}


@pytest.mark.parametrize(
    "changes", [{"sample": 5}, {"status": RunStatus.STOPPED}, {"published": False}]
)
def test_trials_and_what_is_not_complete_have_no_scores(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    measure_run(facts(**changes))
    assert [set(dimensions) for dimensions, _ in lines(capsys)] == [
        {"Stack", "Outcome"},
        {"Stack", "Suite"},
    ]


def test_a_run_has_so_many_scores_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    measure_run(facts(tuple(MeanScore("e", f"m{n}", 0.5) for n in range(MOST_SCORES + 1))))
    assert len(lines(capsys)) == 2 + MOST_SCORES


def test_what_is_not_known_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    measure_run(facts(estimate=None, endedAt=None, origin=None, status=RunStatus.FAILED))
    assert lines(capsys) == [({"Stack": "modeleval", "Outcome": "error"}, {"Runs": 1.0})]


def test_what_goes_on_is_counted_with_the_longest_wait(capsys: pytest.CaptureFixture[str]) -> None:
    def asked(number: int, status: JobStatus, seconds: int) -> Any:
        return job(number, status=status, askedAt=timestamp(NOW - seconds))

    store = FakeStore(
        run(),
        asked(0, JobStatus.RUNNING, 60),
        asked(1, JobStatus.RUNNING, 3_601),
        asked(2, JobStatus.QUEUED, 300),
        asked(3, JobStatus.SUCCEEDED, 9_999),
        job(4),
    )
    environment: Any = SimpleNamespace(stack_name="modeleval")
    assert measure_going_on(services(store=store, environment=environment)) == 1
    assert lines(capsys) == [
        (
            {"Stack": "modeleval"},
            {
                "OpenRuns": 1.0,
                "JobsRunning": 2.0,
                "JobsQueued": 1.0,
                "JobsPastDeadline": 1.0,
                "OldestQueued": 300.0,
            },
        )
    ]
