"""`run --watch`: the table, the estimate, and what an interrupt does."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from rich.console import Console
from unit_documents import RUN
from unit_fakes import FakeExecutions, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import record_scores_key
from modeleval.cli import start as following
from modeleval.cli import watch as module
from modeleval.cli.start import Look, Started
from modeleval.cli.watch import View, attend, remaining, watch_run
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import JobStatus, Run, RunStatus
from modeleval.workflow.durations import Expected
from modeleval.workflow.stop import Stopped

STARTED = Started(RUN, "arn:run")
NOW = 1_795_330_860.0  # a minute after the run's start


class World:
    """A run with one job, on a terminal that is a text file."""

    def __init__(self, *, terminal: bool = True) -> None:
        self.store = FakeStore(run(), job(asked_at="2026-11-22T07:00:15.000Z"))
        self.s3 = MemoryS3()
        self.services = services(
            store=self.store, objects=bucket(self.s3), executions=FakeExecutions()
        )
        self.deployment: Any = SimpleNamespace(services=self.services)
        self.text = io.StringIO()
        self.console = Console(
            file=self.text, force_terminal=terminal, width=100, color_system=None
        )

    def seen(self, view: View) -> str:
        plain = Console(file=io.StringIO(), width=100)
        with plain.capture() as shown:
            plain.print(view.render())
        return shown.get()

    def look(self) -> Look:
        return Look(self.store.run(RUN), self.store.jobs(RUN))


def put_scores(world: World) -> None:
    scores = [
        RecordScore(key="a", line=1, metric="Correctness", value=1.0),
        RecordScore(key="a", line=1, metric="Tone"),
        RecordScore(key="b", line=2, metric="Correctness", not_applicable=True),
        RecordScore(key="c", line=3, metric="Correctness"),
    ]
    data = io.BytesIO()
    write_record_scores(scores, data)
    world.s3.objects[record_scores_key(RUN, 0)] = data.getvalue()


def test_the_table_shows_state_time_and_records(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(
        module, "expected_seconds", lambda *_: Expected(300, 600, "2 earlier runs took so long")
    )
    view = View(world.services, lambda: NOW)
    assert "being prepared" in world.seen(view)
    world.store.update_job(RUN, 0, status=JobStatus.RUNNING)
    view.update(world.look())
    seen = world.seen(view)
    assert "│ 0   │ e0         │ running │ 45 s │" in seen
    assert f"Run {RUN}: prepare, 1 min 00 s\n" in seen
    assert "  4 minutes to 9 minutes more (2 earlier runs took so long)" in seen
    put_scores(world)
    world.store.update_job(RUN, 0, status=JobStatus.SUCCEEDED, endedAt="2026-11-22T07:00:55.000Z")
    view.update(world.look())
    assert "succeeded │ 40 s │         2 of 3 │" in world.seen(view)


def test_what_is_scored_is_read_once_and_a_job_without_record_scores_says_nothing() -> None:
    world = World()
    world.store.update_job(RUN, 0, status=JobStatus.SUCCEEDED)
    view = View(world.services, lambda: NOW)
    view.update(world.look())
    put_scores(world)
    view.update(world.look())
    assert " of " not in world.seen(view)


def test_many_jobs_are_counted() -> None:
    world = World()
    world.store.create_jobs([job(n) for n in range(1, 60)])
    view = View(world.services, lambda: NOW)
    view.update(world.look())
    assert "60 jobs: 60 planned" in world.seen(view)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (60, "4 minutes to 9 minutes more (why)"),
        (400, "up to 3 minutes more (why)"),
        (601, "longer than expected (5 minutes to 10 minutes; why)"),
    ],
)
def test_an_estimate_that_was_wrong_is_said_to_be(age: float, said: str) -> None:
    assert remaining(Expected(300, 600, "why"), age) == said


def finishing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = lambda _: world.store.close_run(RUN, RunStatus.FAILED)  # noqa: E731
    monkeypatch.setattr(following.time, "sleep", ending)


def test_on_a_terminal_the_table_stays_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    finishing(world, monkeypatch)
    attend(world.console, world.deployment, STARTED, watch=None, to_the_end=False)
    assert "Records scored" in world.text.getvalue()
    assert f"Run {RUN}: failed" in world.text.getvalue()


@pytest.mark.parametrize(("terminal", "watch"), [(False, None), (False, True), (True, False)])
def test_elsewhere_or_if_it_is_not_wanted_there_are_lines(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, watch: bool | None
) -> None:
    world = World(terminal=terminal)
    finishing(world, monkeypatch)
    attend(world.console, world.deployment, STARTED, watch=watch, to_the_end=False)
    assert "  run: prepare\n  job 0 (e0): planned\n" in world.text.getvalue()
    assert "Records scored" not in world.text.getvalue()


def test_warnings_are_told_once_above_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    fact = {"name": "e0", "kind": "bedrock-judge", "subject": "m", "warnings": ["[red]careful"]}
    world.store.update_run(RUN, evaluations=[fact])
    moments = iter([lambda: None, lambda: world.store.close_run(RUN, RunStatus.FAILED)])
    monkeypatch.setattr(following.time, "sleep", lambda _: next(moments)())
    watch_run(world.console, world.deployment, STARTED, to_the_end=False, clock=lambda: NOW)
    assert world.text.getvalue().count("warning (e0): [red]careful") == 1


class Interrupted(World):
    """A person who presses Ctrl-C and then answers."""

    def __init__(self, patch: pytest.MonkeyPatch, answer: object, *, terminal: bool = True) -> None:
        super().__init__(terminal=terminal)
        self.asked: list[str] = []
        self.stopped: list[tuple[str, str]] = []

        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        def ask(question: str, **_: Any) -> object:
            self.asked.append(question)
            if isinstance(answer, type):
                raise answer
            return answer

        def stop(run_id: str, arn: str, *_: Any, **__: Any) -> Stopped:
            self.stopped.append((run_id, arn))
            ended: Run = run(status=RunStatus.STOPPED)
            return Stopped(ended, (), ())

        patch.setattr(following.time, "sleep", interrupt)
        patch.setattr(module.Prompt, "ask", ask)
        patch.setattr("modeleval.cli.stop.stop_run", stop)
        patch.setattr(module.sys, "stdin", SimpleNamespace(isatty=lambda: True))
        with pytest.raises(typer.Exit) as ended:
            attend(self.console, self.deployment, STARTED, watch=None, to_the_end=False)
        assert ended.value.exit_code == 130


def test_an_interrupt_asks_and_stops_the_paid_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Interrupted(monkeypatch, "stop")
    assert world.stopped == [STARTED]
    assert f"Run {RUN} has ended as stopped" in world.text.getvalue()
    assert "goes on, and costs. `modeleval" not in world.text.getvalue()


@pytest.mark.parametrize("answer", ["leave", KeyboardInterrupt, EOFError])
def test_a_no_a_second_interrupt_or_no_answer_leaves_it_running(
    monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    world = Interrupted(monkeypatch, answer)
    assert len(world.asked) == 1
    assert world.stopped == []
    assert f"`modeleval stop {RUN}` stops it and its jobs" in world.text.getvalue()


def test_off_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Interrupted(monkeypatch, "stop", terminal=False)
    assert (world.asked, world.stopped) == ([], [])
    assert f"Run {RUN} goes on, and costs" in world.text.getvalue()
