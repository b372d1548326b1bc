"""Starting and stopping: nothing is left behind, and two run side by side."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from standin_world import World
from test_standin_lambda import deploy, invoke

from demo import embedded
from demo.embedded import EmbeddedAws, embedded_aws

REPOSITORY = Path(embedded.__file__).parent.parent


def processes_of(aws: EmbeddedAws) -> set[int]:
    """Every process with this emulator's directory in its environment, itself included."""
    directory = Path(aws.ca_bundle).parent.parent
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc")
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(directory).encode() in told:
                found.add(int(entry.name))
    return found | {aws.pid}


def wait_until_gone(aws: EmbeddedAws, processes: set[int]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        alive = {pid for pid in processes if Path("/proc", str(pid)).exists()}
        if not alive and not Path(aws.ca_bundle).parent.parent.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"left behind: {alive}")


def with_a_worker(aws: EmbeddedAws) -> set[int]:
    world = World(aws)
    assert invoke(world, deploy(world), {})[1] is None
    found = processes_of(aws)
    assert len(found) >= 2  # the emulator and its worker
    return found


def test_the_context_manager_leaves_nothing() -> None:
    with embedded_aws() as aws:
        processes = with_a_worker(aws)
    wait_until_gone(aws, processes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    with embedded_aws() as aws:
        processes = with_a_worker(aws)
        os.kill(aws.pid, number)
        wait_until_gone(aws, processes)


def test_a_kill_of_the_emulator_takes_its_workers_with_it() -> None:
    with embedded_aws() as aws:
        processes = with_a_worker(aws)
        os.kill(aws.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(Path("/proc", str(pid)).exists() for pid in processes - {aws.pid}):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        shutil.rmtree(Path(aws.ca_bundle).parent.parent)  # all that a SIGKILL leaves


def test_it_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    note = tmp_path / "aws.json"
    program = (
        "import dataclasses, json, pathlib, time\n"
        "from demo.embedded import embedded_aws\n"
        "with embedded_aws() as aws:\n"
        f"    path = pathlib.Path({str(note)!r})\n"
        "    path.with_suffix('.new').write_text(json.dumps(dataclasses.asdict(aws)))\n"
        "    path.with_suffix('.new').rename(path)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # for what a SIGKILL leaves
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, env=environment)
    try:
        wait_for(note.exists)
        aws = EmbeddedAws(**json.loads(note.read_text(encoding="utf-8")))
        processes = processes_of(aws)
    finally:
        parent.kill()
        parent.wait()
    wait_until_gone(aws, processes)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_at_once_share_nothing() -> None:
    with embedded_aws() as one, embedded_aws() as other:
        assert one.endpoint != other.endpoint
        assert one.ca_bundle != other.ca_bundle
        one.client("s3").create_bucket(Bucket="only-in-one")
        names = [b["Name"] for b in other.client("s3").list_buckets()["Buckets"]]
        assert "only-in-one" not in names


def test_a_port_that_is_taken() -> None:
    with embedded_aws() as one:
        port = int(one.endpoint.rsplit(":", 1)[1])
        with pytest.raises(RuntimeError, match="Address already in use"), embedded_aws(port=port):
            pass


def test_without_iam() -> None:
    with embedded_aws(auth=False) as aws:
        world = World(aws)
        role = f"arn:aws:iam::{aws.account}:role/none"
        job = world.wait(world.create(roleArn=role))
        assert job["status"] == "Completed"


def test_standard_output_stays_silent(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [
        *embedded._uv(), "run", "--project", str(REPOSITORY / "local"), "--frozen",
        "python", "-m", "embedded_aws", "--ready-file", str(ready), "--stop-with-stdin",
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        wait_for(ready.exists)
        told = json.loads(ready.read_text(encoding="utf-8"))
        assert set(told) == {"endpoint", "caBundle", "region", "account", "pid", "controlUrl"}
        output, _ = process.communicate(timeout=15)
    assert output == b""
    assert process.returncode == 0
    assert not ready.exists()
