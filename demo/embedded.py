"""The embedded AWS as a context manager: started, waited for, and stopped with all its processes.

It runs in an environment of its own (``local/``, made by uv on first use) and is reached over HTTPS
on the loopback interface only.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import urllib3

_LOCAL = Path(__file__).resolve().parent.parent / "local"
_START_SECONDS = 180.0  # the first start also makes the environment
_STOP_SECONDS = 15.0
_CONNECTIONS = 10  # that are kept; more may be open at once
_MAKING_CLIENTS = threading.Lock()  # a session is not thread-safe, its clients are
# Root in MiniStack: no policy applies, and nothing else may be set beside them.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS."""

    endpoint: str
    ca_bundle: str
    region: str
    account: str
    control_url: str
    pid: int

    def environment(self) -> dict[str, str]:
        """Variables for a subprocess (cdk, the command line) to reach it as the account's root.

        The whole environment, without the caller's own AWS settings: a profile or a session token
        left in it would be used instead.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return (
            kept
            | _CREDENTIALS
            | {
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_CA_BUNDLE": self.ca_bundle,  # boto3, and the CDK CLI
                "NODE_EXTRA_CA_CERTS": self.ca_bundle,  # everything else in Node
                "AWS_EC2_METADATA_DISABLED": "true",
                "NO_PROXY": "127.0.0.1",
                "CDK_DEFAULT_ACCOUNT": self.account,
                "CDK_DEFAULT_REGION": self.region,
            }
        )

    def session(self) -> boto3.session.Session:
        """A boto3 session as the account's root."""
        return boto3.session.Session("test", "test", region_name=self.region)

    def client(self, service: str, **arguments: Any) -> Any:
        """A boto3 client as the account's root; ``arguments`` go to boto3 (credentials, config).

        Without arguments it is the same one each time: making one costs more than most calls.
        """
        with _MAKING_CLIENTS:
            if not arguments and service in self._clients:
                return self._clients[service]
            made = self._session.client(
                service, endpoint_url=self.endpoint, verify=self.ca_bundle, **arguments
            )
            return made if arguments else self._clients.setdefault(service, made)

    @cached_property
    def _session(self) -> Any:  # boto3's stubs type each service by its literal name
        """The session of the clients; it reads a service's description once."""
        return self.session()

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the stand-ins' control API: ``control("POST", "settings", {"jobSeconds": 0})``.

        Returns the JSON answer; raises ValueError with the stand-in's message on a refusal.
        """
        url = f"{self.control_url}/{path.lstrip('/')}"
        answer = self._http.request(method, url, **({} if body is None else {"json": body}))
        value = answer.json()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ValueError(value["message"])
        return value

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        """Keeps its connections: TLS's greeting costs more than most calls."""
        return urllib3.PoolManager(
            maxsize=_CONNECTIONS, ca_certs=self.ca_bundle, timeout=30, retries=False
        )


@contextmanager
def embedded_aws(
    *,
    wait_scale: float = 0.0,
    client_scale: float = 1.0,
    job_seconds: float = 0.5,
    log_file: Path | None = None,
    auth: bool = True,
    forks: bool = True,
    port: int = 0,
) -> Iterator[EmbeddedAws]:
    """Start an embedded AWS and stop it at the end.

    ``wait_scale`` multiplies Step Functions' waits (0 skips them), ``client_scale`` how long the
    functions' SDK waits between its tries, ``job_seconds`` is how long an evaluation job stays
    InProgress. Without ``forks`` each worker of a function is a new interpreter, so that what it
    takes of the machine can be measured. With MODELEVAL_JUDGE_URL and MODELEVAL_JUDGE_MODEL in the
    environment, that model judges; with MODELEVAL_TARGET_URL and MODELEVAL_TARGET_MODEL, that one
    answers Converse (local/README.md). Raises RuntimeError with the log's end if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="modeleval-local-") as directory:
        ready = Path(directory, "ready.json")
        log = log_file or Path(directory, "embedded-aws.log")
        command = [
            *_uv(), "run", "--project", str(_LOCAL), "--frozen", "--no-progress",
            "python", "-m", "embedded_aws",
            "--port", str(port), "--ready-file", str(ready), "--log-file", str(log),
            "--wait-scale", str(wait_scale), "--client-scale", str(client_scale),
            "--job-seconds", str(job_seconds), "--stop-with-stdin",
            *([] if auth else ["--no-auth"]),
            *([] if forks else ["--no-forks"]),
        ]  # fmt: skip
        # A session of its own: a Ctrl-C in the terminal is for us, and we stop it in order.
        # VIRTUAL_ENV would make uv warn about the environment that we run in.
        environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
        with log.open("ab") as errors:  # uv's own, and what comes before the launcher's log
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment,
                start_new_session=True,
            )
        try:
            yield _wait_until_ready(process, ready, log)
        finally:
            _stop(process)


def _uv() -> list[str]:
    """How to run uv: as a module of this interpreter, or from PATH."""
    found = subprocess.run(
        [sys.executable, "-m", "uv", "--version"], capture_output=True, check=False
    )
    if found.returncode == 0:
        return [sys.executable, "-m", "uv"]
    path = shutil.which("uv")
    if path is None:
        raise RuntimeError("uv is needed to start the embedded AWS: pip install uv")
    return [path]


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> EmbeddedAws:
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            _stop(process)
            logged = log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the embedded AWS did not start:\n{logged[-4000:]}")
        time.sleep(0.05)
    value = json.loads(ready.read_text())
    return EmbeddedAws(
        endpoint=value["endpoint"],
        ca_bundle=value["caBundle"],
        region=value["region"],
        account=value["account"],
        control_url=value["controlUrl"],
        pid=value["pid"],
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it by the end of its standard input; by force, with its whole group, if that fails."""
    if process.stdin:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
