"""What the launcher can be told on its command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Options:
    """The launcher's command line, parsed."""

    port: int
    ready_file: Path | None
    auth: bool
    forks: bool
    wait_scale: float
    client_scale: float
    job_seconds: float
    stop_with_stdin: bool
    log_file: Path | None


def _non_negative(text: str) -> float:
    """A finite number of at least zero; argparse turns the ValueError into a usage message."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Parse the command line; exits with a usage message on an error."""
    parser = argparse.ArgumentParser(
        prog="python -m embedded_aws", description="A local AWS on the loopback interface."
    )
    parser.add_argument("--port", type=int, default=0, help="0 (default): a free port")
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="PATH",
        help="written, as JSON and in one move, once everything answers",
    )
    parser.add_argument(
        "--no-auth",
        dest="auth",
        action="store_false",
        help="do not enforce IAM (default: every call is checked against its caller's policies)",
    )
    parser.add_argument(
        "--no-forks",
        dest="forks",
        action="store_false",
        help="each worker of a function is a new interpreter (default: on Linux most are forked)",
    )
    parser.add_argument(
        "--wait-scale",
        type=_non_negative,
        default=1.0,
        metavar="FACTOR",
        help="multiplies Step Functions' waits and retry intervals: 0 skips them, 0.02 is 2 %%",
    )
    parser.add_argument(
        "--client-scale",
        type=_non_negative,
        default=1.0,
        metavar="FACTOR",
        help="multiplies how long the functions' SDK waits between its tries",
    )
    parser.add_argument(
        "--job-seconds",
        type=_non_negative,
        default=2.0,
        metavar="SECONDS",
        help="how long an evaluation job stays InProgress (default 2)",
    )
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input ends, so as not to outlive a killed parent",
    )
    parser.add_argument("--log-file", type=Path, metavar="PATH", help="default: standard error")
    return Options(**vars(parser.parse_args(arguments)))
