from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from unit_documents import suite
from unit_fakes import FakeStore, job, run

from modeleval.cli import start as module
from modeleval.cli.start import Started, follow, start, suite_input
from modeleval.errors import SuiteInvalid
from modeleval.ids import run_id
from modeleval.store.items import JobStatus, RunStatus


@pytest.mark.parametrize("asked", ["support", "s3://bucket/suite.yaml", "no-such-file.yaml"])
def test_a_name_or_uri_is_sent_as_it_is(asked: str) -> None:
    assert suite_input(asked) == asked


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


def test_a_started_run_has_the_id_that_its_first_step_derives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = datetime(2026, 11, 22, 8, 0, 0, 123_000, tzinfo=UTC)
    asked: list[dict[str, Any]] = []
    client = SimpleNamespace(
        start_execution=lambda **given: asked.append(given) or {"executionArn": "arn:run"},
        describe_execution=lambda **_: {"startDate": begun},
    )
    monkeypatch.setattr(module.boto3, "client", lambda *_, **__: client)
    deployment: Any = SimpleNamespace(state_machine_arn="arn:machine")
    started = start(deployment, "support")
    assert started == Started(run_id("arn:run", 1_795_334_400_123), "arn:run")
    assert asked == [{"stateMachineArn": "arn:machine", "input": '{"suite": "support"}'}]


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
        ("run", "score"),
    ]


def test_a_run_that_is_not_stored_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(status=RunStatus.SUCCEEDED)
    store = FakeStore()
    monkeypatch.setattr(module.time, "sleep", lambda _: store.add(one))
    deployment: Any = SimpleNamespace(services=SimpleNamespace(store=store))
    assert list(follow(deployment, Started(one.run_id, "arn:run"))) == [("run", "prepare")]
