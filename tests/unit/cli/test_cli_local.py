"""`--local` and `modeleval local`: which embedded AWS is used, and what to do where none runs."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_world import CliWorld

import demo.running as announcing
from demo.embedded import EmbeddedAws
from modeleval.cli import local as module
from modeleval.cli import local_file
from modeleval.cli.anywhere import with_local_first

AWS = EmbeddedAws(
    endpoint="https://127.0.0.1:4566",
    ca_bundle="/home/me/ca.pem",
    region="us-east-1",
    account="000000000000",
    control_url="https://127.0.0.1:4566/_standin",
    pid=1,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout, and a process whose AWS settings are somebody's own."""
    for part in ("demo/__main__.py", "local/pyproject.toml", "modeleval/__init__.py"):
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).touch()
    monkeypatch.setattr(local_file.modeleval, "__file__", str(tmp_path / "modeleval/__init__.py"))
    for name in ("FOLDER", "SHELL_FILE", "STATE_FILE"):
        path = tmp_path / ".demo" / getattr(announcing, name).name
        monkeypatch.setattr(announcing, name, tmp_path / ".demo" if name == "FOLDER" else path)
    before = dict(os.environ)
    os.environ["AWS_PROFILE"] = "production"
    os.environ["AWS_SESSION_TOKEN"] = "token"  # noqa: S105 - no secret
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One that runs, as it announces itself, and that answers."""
    monkeypatch.setattr(local_file, "_answers", lambda _: True)
    with announcing.announced(AWS):
        yield folder / local_file.FILE


@pytest.mark.parametrize("arguments", [("--local", "list"), ("list", "--local")])
def test_the_environment_of_the_one_that_runs_is_used_and_nothing_of_ones_own(
    world: CliWorld, runs: Path, arguments: tuple[str, ...]
) -> None:
    assert world.command(*arguments).code == 0
    assert os.environ["AWS_ENDPOINT_URL"] == AWS.endpoint
    assert os.environ["AWS_CA_BUNDLE"] == AWS.ca_bundle
    assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "test"
    assert "AWS_PROFILE" not in os.environ
    assert "AWS_SESSION_TOKEN" not in os.environ


def test_the_variable_does_the_same(world: CliWorld, runs: Path) -> None:
    os.environ["MODELEVAL_LOCAL"] = "1"
    assert world.command("list").code == 0
    assert os.environ["AWS_ENDPOINT_URL"] == AWS.endpoint


def test_without_it_nothing_is_touched(world: CliWorld, runs: Path) -> None:
    assert world.command("list").code == 0
    assert os.environ["AWS_PROFILE"] == "production"
    assert "AWS_ENDPOINT_URL" not in os.environ


def test_its_files_are_their_owners_alone_and_gone_at_the_end(folder: Path) -> None:
    with announcing.announced(AWS):
        files = sorted((folder / ".demo").iterdir())
        assert [file.name for file in files] == ["embedded-aws.json", "env"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert "export AWS_ENDPOINT_URL=https://127.0.0.1:4566\n" in files[1].read_text()
    assert list((folder / ".demo").iterdir()) == []


def test_where_none_runs_it_is_said_how_to_start_one(world: CliWorld, folder: Path) -> None:
    ended = world.command("list", "--local")
    assert (ended.code, ended.out) == (1, "")
    assert "LocalUnavailable: No embedded AWS runs in this checkout" in ended.err
    assert "Start one with `modeleval local start`, or `make demo KEEP=1`." in ended.err
    assert os.environ["AWS_PROFILE"] == "production"


def test_help_needs_none(world: CliWorld, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = world.command("--local", "list", "--help")
    assert (ended.code, ended.err) == (0, "")


def test_one_that_does_not_answer_any_more_does_not_run(world: CliWorld, folder: Path) -> None:
    with announcing.announced(AWS):  # its certificate is not there
        assert local_file.running() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"environment": {}, "controlUrl": "https://127.0.0.1", "pid": 1}',
        json.dumps(
            {
                "environment": {"AWS_ENDPOINT_URL": "https://evil.example", "AWS_CA_BUNDLE": "x"},
                "controlUrl": "https://127.0.0.1:1/_standin",
                "pid": 1,
            }
        ),
    ],
    ids=["empty", "list", "nothing", "no endpoint", "elsewhere"],
)
def test_a_strange_file_is_not_believed(world: CliWorld, folder: Path, text: str) -> None:
    (folder / ".demo").mkdir()
    (folder / local_file.FILE).write_text(text)
    ended = world.command("list", "--local")
    assert ended.code == 1
    assert "This is not what an embedded AWS writes of itself" in ended.err
    assert "AWS_ENDPOINT_URL" not in os.environ


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        (["list"], ["list"]),
        (["list", "--local", "x"], ["--local", "list", "x"]),
        (["--local", "list", "--local"], ["--local", "list"]),
        (["list", "--", "--local"], ["list", "--", "--local"]),
    ],
)
def test_the_option_may_stand_anywhere(given: list[str], ordered: list[str]) -> None:
    assert with_local_first(given) == ordered


def test_the_group_says_whether_one_runs(world: CliWorld, runs: Path) -> None:
    os.environ["MODELEVAL_LOCAL"] = "1"  # is for the other commands
    ended = world.command("local", "status", "--json")
    assert ended.code == 0
    assert ended.document == {
        "running": True,
        "endpoint": AWS.endpoint,
        "controlUrl": AWS.control_url,
        "pid": os.getpid(),
    }
    assert "runs already" in world.command("local", "start").out


def test_none_runs_is_exit_code_1(world: CliWorld, folder: Path) -> None:
    os.environ["MODELEVAL_LOCAL"] = "1"
    ended = world.command("local", "status")
    assert ended.code == 1
    assert "None runs." in ended.out
    assert world.command("local", "stop", "--json").document == {
        "running": False,
        "stopped": False,
    }


def test_stopping_asks_its_process_and_waits(
    world: CliWorld, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(module.os, "kill", lambda *given: asked.append(given))
    monkeypatch.setattr(module.time, "sleep", lambda _: runs.unlink())
    ended = world.command("local", "stop")
    assert ended.code == 0
    assert asked == [(os.getpid(), signal.SIGTERM)]
    assert "The embedded AWS is stopped." in ended.out


def test_one_that_does_not_start_is_told_with_the_end_of_its_log(
    world: CliWorld, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def popen(command: list[str], *, cwd: Path, stdout: Any, **_: Any) -> Any:
        assert command[1:] == ["-m", "demo", "--serve", "--settings", '{"retentionDays": 7}']
        assert cwd == folder
        stdout.write(b"uv is needed\n")
        stdout.flush()
        return SimpleNamespace(poll=lambda: 1)

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    ended = world.command("local", "start", "--settings", '{"retentionDays": 7}')
    assert ended.code == 1
    assert "LocalUnavailable: The embedded AWS did not start:\nuv is needed" in ended.err


@pytest.mark.parametrize("settings", ["{", "[]", "retentionDays=7"])
def test_settings_that_are_no_object_start_nothing(
    world: CliWorld, folder: Path, settings: str
) -> None:
    ended = world.command("local", "start", "--settings", settings)
    assert ended.code == 1
    assert "SettingsInvalid: The settings are no JSON object (--settings)" in ended.err


def test_the_version_is_the_packages(world: CliWorld) -> None:
    ended = world.command("--version")
    assert ended.code == 0
    assert ended.out.startswith("modeleval 0.")
