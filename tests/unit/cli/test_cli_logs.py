"""`modeleval logs`: one stream of lines, and until when it is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cli_world import CliWorld

from modeleval.cli import logs as module
from modeleval.cli.logs import followed, line_text, since_ms
from modeleval.log_lines import LogLine, first_ms
from modeleval.store.items import Run, RunStatus

MOMENT = 1_795_334_400_123  # 2026-11-22T08:00:00.123Z


def line(event_id: str, message: Any, *, at: int = MOMENT, source: str = "PlanJobs") -> LogLine:
    return LogLine(at, source, event_id, message)


class Found:
    """What CloudWatch has, look by look."""

    def __init__(self, *looks: list[LogLine]) -> None:
        self.looks = list(looks)
        self.since: list[int] = []

    def __call__(self, stack: str) -> Found:
        assert stack == "modeleval"
        return self

    def lines(self, _: Run, *, since_ms: int) -> Iterator[LogLine]:
        self.since.append(since_ms)
        return iter(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    told = {
        "level": "ERROR",
        "message": "plan_jobs [red]failed",
        "timestamp": "x",
        "service": "modeleval",
        "function_name": "f",
        "run_id": "me1",
        "error": "DatasetInvalid",
    }
    state = {
        "id": "7",
        "type": "TaskStateEntered",
        "details": {"name": "PlanJobs", "roleArn": "x"},
        "execution_arn": "arn:aws:states:us-east-1:1:execution:Run:one",
    }
    one = Found([line("a", told), line("b", state, source="Run"), line("c", "START \x1b[31m x")])
    monkeypatch.setattr(module, "Logs", one)
    return one


def test_a_line_says_when_who_and_what(world: CliWorld, found: Found) -> None:
    run = world.run(1)
    ended = world.command("logs", run.run_id)
    assert ended.code == 0, ended.err
    error = 'run_id="me1" error="DatasetInvalid"'
    assert ended.out.splitlines() == [
        f"2026-11-22T08:00:00.123Z PlanJobs ERROR plan_jobs [red]failed {error}",
        '2026-11-22T08:00:00.123Z Run TaskStateEntered PlanJobs execution="one"',
        "2026-11-22T08:00:00.123Z PlanJobs START \\x1b[31m x",
    ]
    assert found.since == [first_ms(run)]


def test_the_document_has_whole_messages(world: CliWorld, found: Found) -> None:
    run = world.run(1)
    document = world.command("logs", run.run_id, "--json", "--since", "2026-11-22T08:00Z").document
    assert document["runId"] == run.run_id
    assert document["lines"][1]["message"]["details"]["roleArn"] == "x"
    assert document["lines"][0]["time"] == "2026-11-22T08:00:00.123Z"
    assert found.since == [MOMENT - 123]


def test_no_lines_are_explained(world: CliWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Logs", Found([]))
    ended = world.command("logs", world.run(1).run_id)
    assert (ended.code, ended.out) == (0, "")
    assert "There are no lines" in ended.err


@pytest.mark.parametrize("since", ["soon", "10", "m", "-5m", "2026-13-01"])
def test_what_is_no_moment_is_wrong_usage(world: CliWorld, since: str) -> None:
    ended = world.command("logs", "x", "--since", since)
    assert ended.code == 2
    assert "no span such as 90s" in ended.err


def test_following_has_no_document(world: CliWorld) -> None:
    assert world.command("logs", "x", "--follow", "--json").code == 2


@pytest.mark.parametrize(
    ("since", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400)]
)
def test_spans_count_back_from_now(since: str, seconds: int) -> None:
    assert since_ms(since, now=1_000_000.0) == (1_000_000 - seconds) * 1000


def test_a_moment_without_zone_is_utc() -> None:
    assert since_ms("2026-11-22T08:00:00", now=0.0) == MOMENT - 123


def test_following_tells_each_line_once_until_after_the_end(
    world: CliWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.run(1, status=RunStatus.RUNNING, published=False)
    late = line("c", "late", at=MOMENT - 5)
    looks = Found([line("a", "x")], [line("a", "x"), line("b", "y")], [late, line("b", "y")])
    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(clock)))
    moments = iter([lambda: None, lambda: world.store.close_run(run.run_id, RunStatus.STOPPED)])
    monkeypatch.setattr(module.time, "sleep", lambda _: next(moments, lambda: None)())
    logs: Any = looks
    found = [one.event_id for one in followed(logs, run, world.services, 0)]
    assert found == ["a", "b", "c"]
    assert looks.since[0] == 0
    assert looks.since[-1] == MOMENT - 60_000  # lines may be found late


def test_a_line_of_unknown_form_is_shown_as_it_is() -> None:
    assert line_text(line("a", {})) == "2026-11-22T08:00:00.123Z [bold]PlanJobs[/bold]"
