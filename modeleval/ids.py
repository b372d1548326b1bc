"""Names that are derived, so that doing a step twice names the same thing twice."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import NamedTuple

_PREFIX = "me"
RUN_ID = rf"{_PREFIX}[a-z2-7]{{16}}"
"""The pattern of a run's id."""

_JOB_NAME = re.compile(rf"(?P<run>{RUN_ID})-j(?P<job>0|[1-9][0-9]*)-a(?P<attempt>0|[1-9][0-9]*)")


class JobRef(NamedTuple):
    """One attempt at one job of a run."""

    run_id: str
    job: int
    attempt: int


def run_id(execution_arn: str, started_at_ms: int) -> str:
    """A run's id, 18 characters of [a-z2-7], from its execution's ARN and start time.

    The start time keeps a reused execution name apart; the ARN keeps two stacks apart. 80 bits:
    two of a million runs meet with a probability below 1e-12.
    """
    digest = hashlib.sha256(f"{execution_arn}@{started_at_ms}".encode()).digest()
    return _PREFIX + base64.b32encode(digest[:10]).decode().lower()


def job_name(ref: JobRef) -> str:
    """The evaluation job's name: unique in account and Region, [a-z0-9-], at most 63."""
    return f"{ref.run_id}-j{ref.job}-a{ref.attempt}"


def parse_job_name(name: str) -> JobRef | None:
    """The job that a name was derived for; None for names that are not ours."""
    match = _JOB_NAME.fullmatch(name)
    if match is None:
        return None
    return JobRef(match["run"], int(match["job"]), int(match["attempt"]))


def name_prefix() -> str:
    """What every job name of every modeleval stack begins with."""
    return _PREFIX


def client_token(name: str) -> str:
    """Idempotency token of a job: 64 hex digits."""
    return hashlib.sha256(name.encode()).hexdigest()


def milliseconds(timestamp: str) -> int:
    """Epoch milliseconds of an ISO 8601 timestamp, as Step Functions' context writes it."""
    moment = datetime.fromisoformat(timestamp)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
