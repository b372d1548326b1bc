"""`modeleval download`: what is written, and what is not overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_world import CliWorld
from unit_fakes import MemoryS3, bucket

from modeleval.artifacts import kept_prefix, run_prefix
from modeleval.cli import download as module
from modeleval.cli.console import make_console
from modeleval.errors import DownloadRefused

FILES = {
    "suite.json": b"{}",
    "inputs/e0/p0.jsonl": b"in\n",
    "outputs/j0/a1/x/y/out.jsonl": b"out\n",
    "scores/j0.jsonl": b"s" * 300_000,
    "summary.json": b"[]",
}


@pytest.fixture
def run_id(world: CliWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = world.run(1).run_id
    world.s3.objects |= {run_prefix(found) + name: data for name, data in FILES.items()}
    world.s3.objects["runs/another/suite.json"] = b"no"
    monkeypatch.chdir(tmp_path)
    return found


def written(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_every_file_goes_into_a_folder_named_as_the_run(world: CliWorld, run_id: str) -> None:
    ended = world.command("download", run_id)
    assert ended.code == 0, ended.err
    assert written(Path(run_id)) == FILES
    assert f"5 files, 300,011 bytes, are in {run_id}" in ended.out


def test_only_what_is_asked_for(world: CliWorld, run_id: str) -> None:
    ended = world.command(
        "download", run_id, "here", "--what", "scores", "--what", "summary", "--json"
    )
    assert set(written(Path("here"))) == {"scores/j0.jsonl", "summary.json"}
    assert ended.document == {
        "runId": run_id,
        "folder": "here",
        "bytes": 300_002,
        "files": ["scores/j0.jsonl", "summary.json"],
    }


def test_what_is_there_is_not_overwritten_and_nothing_else_is_written(
    world: CliWorld, run_id: str
) -> None:
    Path("here").mkdir()
    Path("here/summary.json").write_bytes(b"mine")
    ended = world.command("download", run_id, "here")
    assert (ended.code, ended.out) == (1, "")
    assert "DownloadRefused: These files are there already: summary.json (here)" in ended.err
    assert written(Path("here")) == {"summary.json": b"mine"}
    assert world.command("download", run_id, "here", "--force").code == 0
    assert written(Path("here")) == FILES


def test_a_file_is_no_folder(world: CliWorld, run_id: str) -> None:
    Path("here").write_bytes(b"mine")
    ended = world.command("download", run_id, "here", "--force")
    assert ended.code == 1
    assert "This is a file (here)" in ended.err


def test_an_unknown_word_is_answered_with_those_there_are(world: CliWorld, run_id: str) -> None:
    ended = world.command("download", run_id, "--what", "score")
    assert ended.code == 1
    assert "(--what score). It has inputs, outputs, scores, suite, summary." in ended.err
    assert not Path(run_id).exists()


def test_of_a_run_that_expired_what_was_kept(world: CliWorld, run_id: str) -> None:
    for name in FILES:
        del world.s3.objects[run_prefix(run_id) + name]
    world.s3.objects[kept_prefix(run_id) + "summary.json"] = b"kept"
    assert world.command("download", run_id).code == 0
    assert written(Path(run_id)) == {"summary.json": b"kept"}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a\\..\\x"])
def test_a_key_that_leads_out_of_the_folder_is_refused(
    world: CliWorld, run_id: str, name: str
) -> None:
    world.s3.objects[run_prefix(run_id) + name] = b"evil"
    ended = world.command("download", run_id, "here")
    assert ended.code == 1
    assert "leads out of the folder" in ended.err
    assert not Path("here").exists()
    assert not Path("x").exists()


def test_a_file_that_broke_off_is_not_there(tmp_path: Path) -> None:
    class Broken(MemoryS3):
        def get_object(self, **asked: Any) -> dict[str, Any]:
            found = super().get_object(**asked)
            found["Body"].close()
            return found

    objects = bucket(Broken(k=b"data"))
    files = [module.RunFile("k", "summary.json")]
    with pytest.raises(ValueError, match="closed"):
        module.fetch(make_console(), objects, files, tmp_path)
    assert written(tmp_path) == {}


def test_a_run_without_files_is_refused(world: CliWorld) -> None:
    found = world.run(2)
    with pytest.raises(DownloadRefused, match="no files"):
        module.run_files(found.run_id, world.services.objects)
