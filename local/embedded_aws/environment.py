"""The process environment that MiniStack and its Lambda workers run in.

MiniStack takes its settings from environment variables while it is imported, and its Lambda
workers inherit that environment whole. So it is made from scratch: nothing of the user's shell (an
AWS profile, a proxy, a PYTHONPATH) reaches a function, as on AWS.
"""

from __future__ import annotations

import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded_aws.certificate import make as make_certificate
from embedded_aws.options import ACCOUNT, REGION, Options

HOST = "127.0.0.1"
CLIENT_SCALE = "EMBEDDED_AWS_CLIENT_SCALE"
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


@dataclass(frozen=True)
class Home:
    """Where one emulator lives: a directory, a listening socket and a certificate of its own."""

    directory: Path
    listener: socket.socket
    port: int
    certificate: Path
    key: Path

    @property
    def endpoint(self) -> str:
        """The address that every client uses; HTTPS only, as AWS's own."""
        return f"https://{HOST}:{self.port}"


def redirect_output(log_file: Path | None) -> None:
    """Keep standard output silent: everything goes to the log file, or to standard error."""
    if log_file is not None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, 2)
        os.close(handle)
    os.dup2(2, 1)


def prepare(options: Options) -> Home:
    """Make the environment, the private directory and the listening socket.

    The socket is bound here and handed on, so that no other process can take a free port between
    its choice and its use. The directory is also TMPDIR: MiniStack keeps its
    workers' code there, so two emulators at once share nothing.
    """
    listener = socket.create_server((HOST, options.port), backlog=256)
    port = listener.getsockname()[1]
    directory = Path(tempfile.mkdtemp(prefix="embedded-aws-"))
    home = Home(
        directory,
        listener,
        port,
        directory / "tls" / "server.crt",
        directory / "tls" / "server.key",
    )
    make_certificate(home.certificate, home.key, HOST)
    _replace_environment(options, home)
    tempfile.tempdir = None  # forget the answer found under the old TMPDIR
    return home


def _replace_environment(options: Options, home: Home) -> None:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(
        {
            "TMPDIR": str(home.directory),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(home.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true" if options.auth else "false",
            "USE_SSL": "1",
            "SFN_WAIT_SCALE": str(options.wait_scale),
            CLIENT_SCALE: str(options.client_scale),
            # Else it listens on 0.0.0.0:8883.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "0",
            "S3_PERSIST": "0",
            "S3_DATA_DIR": str(home.directory / "s3"),
            "STATE_DIR": str(home.directory / "state"),
            "LOG_LEVEL": "INFO" if options.log_file else "WARNING",
            "DOCKER_HOST": "unix:///nonexistent",
            # For the workers' SDK: MiniStack only sets a bundle of its own where none is named, and
            # finds no system roots to put in it on some machines.
            "AWS_CA_BUNDLE": str(home.certificate),
            "MINISTACK_SSL_CERT": str(home.certificate),
            "MINISTACK_SSL_KEY": str(home.key),
        }
    )
