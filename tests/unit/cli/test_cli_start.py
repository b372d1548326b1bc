from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from unit_documents import RUN, evaluation, suite
from unit_fakes import FakeExecutions, FakeStore, job, run

from modeleval.cli import start as module
from modeleval.cli.start import Started, follow, start, suite_input
from modeleval.errors import ExecutionFailed, SuiteInvalid, SuiteNotFound
from modeleval.ids import run_id
from modeleval.kinds.registry import KINDS
from modeleval.store.items import JobStatus, RunStatus


@pytest.mark.parametrize("asked", ["support", "s3://bucket/suite.yaml", "s3://bucket/suite"])
def test_a_name_or_uri_is_sent_as_it_is(asked: str) -> None:
    assert suite_input(asked) == asked


@pytest.mark.parametrize("asked", ["no-such-file.yaml", "suites/none.yml", "./x.json"])
def test_a_local_file_that_is_not_there_is_refused(asked: str) -> None:
    with pytest.raises(SuiteNotFound, match="There is no such file") as caught:
        suite_input(asked)
    assert f"({asked})" in str(caught.value)
    assert "a deployed suite without its ending" in str(caught.value)


def test_a_folder_is_no_suite(tmp_path: Path) -> None:
    folder = tmp_path / "suite.yaml"
    folder.mkdir()
    with pytest.raises(SuiteNotFound):
        suite_input(str(folder))


def test_a_suite_whose_metrics_are_in_files_is_checked_where_the_files_are(tmp_path: Path) -> None:
    document = suite(evaluations=[evaluation(customMetrics="metrics/tone.json")])
    path = tmp_path / "suite.yaml"
    path.write_text(yaml.safe_dump(document))
    assert suite_input(str(path)) == document


@pytest.mark.parametrize("ending", ["yaml", "yml", "json"])
def test_a_local_file_is_sent_as_a_document(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"suite.{ending}"
    path.write_text(json.dumps(suite()) if ending == "json" else yaml.safe_dump(suite()))
    assert suite_input(str(path)) == suite()


def test_a_file_that_is_no_suite_by_its_name_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "suite.txt"
    path.write_text("name: x")
    assert suite_input(str(path)) == str(path)


def test_a_wrong_local_file_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(yaml.safe_dump(suite(budgit={})))
    with pytest.raises(SuiteInvalid, match=r"suite\.yaml") as caught:
        suite_input(str(path))
    assert "did you mean 'budget'?" in str(caught.value)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Step Functions was asked to start."""
    begun = datetime(2026, 11, 22, 8, 0, 0, 123_000, tzinfo=UTC)
    calls: list[dict[str, Any]] = []
    client = SimpleNamespace(
        start_execution=lambda **given: calls.append(given) or {"executionArn": "arn:run"},
        describe_execution=lambda **_: {"startDate": begun},
    )
    monkeypatch.setattr(module.boto3, "client", lambda *_, **__: client)
    return calls


DEPLOYMENT: Any = SimpleNamespace(state_machine_arn="arn:machine")


def test_a_started_run_has_the_id_that_its_first_step_derives(asked: list[dict[str, Any]]) -> None:
    started = start(DEPLOYMENT, "support")
    assert started == Started(run_id("arn:run", 1_795_334_400_123), "arn:run")
    [call] = asked
    assert call["stateMachineArn"] == "arn:machine"
    assert json.loads(call["input"]) == {"suite": "support"}


def test_an_execution_has_a_name_of_its_own_that_no_machine_refuses(
    asked: list[dict[str, Any]],
) -> None:
    for _ in range(2):
        start(DEPLOYMENT, "support")
    one, other = (call["name"] for call in asked)
    assert one != other
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", one)


def test_a_trial_is_asked_for_in_the_input(asked: list[dict[str, Any]]) -> None:
    start(DEPLOYMENT, "support", sample=5)
    assert json.loads(asked[0]["input"]) == {"suite": "support", "sample": 5}


def test_following_tells_what_changes_until_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    one = run()
    store = FakeStore(one, job())
    moments = iter(
        [
            lambda: store.update_job(one.run_id, 0, status=JobStatus.RUNNING),
            lambda: None,
            lambda: store.close_run(one.run_id, RunStatus.FAILED, phase="score"),
        ]
    )
    monkeypatch.setattr(module.time, "sleep", lambda _: next(moments)())
    deployment: Any = SimpleNamespace(services=SimpleNamespace(store=store))
    steps = list(follow(deployment, Started(one.run_id, "arn:run")))
    assert steps == [
        ("run", "prepare"),
        ("job 0 (e0)", "planned"),
        ("job 0 (e0)", "running"),
        ("bedrock-judge", KINDS["bedrock-judge"].waiting),
        ("run", "score"),
    ]


def test_warnings_are_told_once_while_nothing_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    one = run()
    store = FakeStore(one)
    fact = {"name": "knowledge", "kind": "sagemaker-benchmark", "subject": "m", "warnings": ["w"]}
    moments = iter(
        [
            lambda: store.update_run(one.run_id, phase="budget", evaluations=[fact]),
            lambda: store.update_run(one.run_id, phase="jobs"),
            lambda: store.close_run(one.run_id, RunStatus.FAILED, phase="score"),
        ]
    )
    monkeypatch.setattr(module.time, "sleep", lambda _: next(moments)())
    deployment: Any = SimpleNamespace(services=SimpleNamespace(store=store))
    assert list(follow(deployment, Started(one.run_id, "arn:run"))) == [
        ("run", "prepare"),
        ("run", "budget"),
        ("warning (knowledge)", "w"),
        ("run", "jobs"),
        ("run", "score"),
    ]


@pytest.mark.parametrize("to_the_end", [False, True])
def test_a_pending_run_is_followed_on_only_if_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, to_the_end: bool
) -> None:
    one = run()
    store = FakeStore(one)
    moments = iter(
        [
            lambda: store.publish_partly(one.run_id),
            lambda: store.close_run(one.run_id, RunStatus.SUCCEEDED, phase="publish"),
        ]
    )
    monkeypatch.setattr(module.time, "sleep", lambda _: next(moments)())
    deployment: Any = SimpleNamespace(services=SimpleNamespace(store=store))
    started = Started(one.run_id, "arn:run")
    steps = list(follow(deployment, started, to_the_end=to_the_end))
    assert (("run", "publish") in steps) is to_the_end
    assert store.run(one.run_id).status.ended is to_the_end


def test_a_pending_run_is_shown_while_its_execution_goes_on() -> None:
    store = FakeStore(run(status=RunStatus.PENDING))
    found = module.ended(waiting(store, "RUNNING"), Started(RUN, "arn:run"))
    assert found.status is RunStatus.PENDING


def waiting(store: FakeStore, status: str | None) -> Any:
    """A deployment whose execution is in that state."""
    executions = FakeExecutions(**({"arn:run": status} if status else {}))
    return SimpleNamespace(services=SimpleNamespace(store=store, executions=executions))


def test_a_run_that_is_not_stored_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(status=RunStatus.SUCCEEDED)
    store = FakeStore()
    monkeypatch.setattr(module.time, "sleep", lambda _: store.add(one))
    started = Started(one.run_id, "arn:run")
    assert list(follow(waiting(store, "RUNNING"), started)) == [("run", "prepare")]


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT", "SUCCEEDED"])
def test_an_execution_that_ended_without_a_run_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def refuse(_: float) -> None:
        raise AssertionError("waited for nothing")

    monkeypatch.setattr(module.time, "sleep", refuse)
    with pytest.raises(ExecutionFailed, match=f"ended as {status} .*cannot start") as caught:
        list(follow(waiting(FakeStore(), status), Started(RUN, "arn:run")))
    assert caught.value.where == "arn:run"
