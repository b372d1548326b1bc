"""Starting a run from the command line, and following it."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import boto3

from modeleval.aws import CONFIG
from modeleval.cli.collected import standing_words
from modeleval.cli.stack import Deployment
from modeleval.errors import ExecutionFailed, SuiteInvalid, SuiteNotFound
from modeleval.ids import run_id
from modeleval.kinds.registry import KINDS
from modeleval.store.items import Job, JobStatus, Run, RunStatus
from modeleval.suite.document import parse_suite
from modeleval.suite.includes import has_files
from modeleval.suite.source import parse_text

_EVERY = 0.5
MANY = 50
"""Jobs that are told one by one."""
_SUITE_ENDINGS = (".yaml", ".yml", ".json")


class Started(NamedTuple):
    run_id: str
    execution_arn: str


class Step(NamedTuple):
    """Something that changed while a run went on."""

    what: str
    status: str


def suite_input(suite: str) -> Any:
    """A local file is sent as an inline document; anything else names a deployed or S3 suite.

    Raises SuiteInvalid or SuiteNotFound before anything is started.
    """
    path = Path(suite)
    if path.suffix not in _SUITE_ENDINGS or suite.startswith("s3://"):
        return suite
    if not path.is_file():
        raise SuiteNotFound(
            "There is no such file",
            where=suite,
            action="Name a file, a deployed suite without its ending, or an s3:// URI.",
        )
    document = parse_text(path.read_bytes(), source=suite)
    if isinstance(document, dict) and isinstance(document.get("suite"), dict):
        raise SuiteInvalid(
            "This is an execution's input, not a suite",
            where=suite,
            action="Keep what stands under suite.",
        )
    if not has_files(document):
        parse_suite(document, source=suite)
    return document


def execution_input(
    suite: Any, *, model: str | None, approved: bool, sample: int | None
) -> dict[str, Any]:
    """What an execution is given: what was asked for, and nothing of what was not."""
    given = {
        "suite": suite,
        "model": model,
        "which": "approved" if approved else None,
        "sample": sample,
    }
    return {name: value for name, value in given.items() if value is not None}


def start(
    deployment: Deployment,
    suite: Any,
    *,
    model: str | None = None,
    approved: bool = False,
    sample: int | None = None,
) -> Started:
    """Start an execution for a suite: its name, S3 URI or document; `sample` makes it a trial.

    `approved` means the latest approved version where `model` is a group.
    """
    client = boto3.client("stepfunctions", config=CONFIG)
    asked = execution_input(suite, model=model, approved=approved, sample=sample)
    arn = client.start_execution(
        stateMachineArn=deployment.state_machine_arn,
        # A name of our own makes the call repeatable: a lost answer starts no second run.
        name=f"cli-{uuid.uuid4()}",
        input=json.dumps(asked),
    )["executionArn"]
    begun = client.describe_execution(executionArn=arn)["startDate"]
    return Started(run_id(arn, round(begun.timestamp() * 1000)), arn)


def follow(
    deployment: Deployment, started: Started, *, every: float = 1.0, to_the_end: bool = False
) -> Iterator[Step]:
    """Yield what changes until the run has ended: its phases, the states of its jobs, and what its
    evaluations warn of, before most is paid for.

    A pending run, whose long jobs may take days, is followed on only `to_the_end`.
    """
    seen: dict[str, str] = {}
    told: set[Step] = set()
    for run, jobs in looks(deployment, started, every=every, to_the_end=to_the_end):
        now = {"run": str(run.phase)}
        now |= _states(jobs)
        if words := standing_words(run, deployment.services):
            now["responses"] = words
        for what, status in now.items():
            if seen.get(what) != status:
                yield Step(what, status)
        seen = now
        for remark in remarks(run, jobs):
            if remark not in told:
                yield remark
                told.add(remark)


class Look(NamedTuple):
    """A run and its jobs as they stood when they were looked at."""

    run: Run
    jobs: Sequence[Job]


def looks(
    deployment: Deployment, started: Started, *, every: float = 1.0, to_the_end: bool = False
) -> Iterator[Look]:
    """Look at a run again and again, until it has ended (or is pending, unless `to_the_end`).

    Raises ExecutionFailed if its execution ends without it.
    """
    store = deployment.services.store
    while True:
        run = store.find_run(started.run_id)
        if run is None:
            _check_execution(deployment, started)
            time.sleep(every)
            continue
        jobs = store.jobs(started.run_id)
        yield Look(run, jobs)
        if run.status.ended or (run.status is RunStatus.PENDING and not to_the_end):
            return
        # Many jobs are read less often: each look reads them all.
        time.sleep(every * max(1.0, len(jobs) / MANY))


def _states(jobs: Sequence[Job]) -> dict[str, str]:
    """Each job's state; of many jobs how many are in each."""
    if len(jobs) <= MANY:
        return {f"job {job.job} ({job.evaluation_name})": str(job.status) for job in jobs}
    return {f"{len(jobs):,} jobs": state_counts(jobs)}


def state_counts(jobs: Iterable[Job]) -> str:
    """How many jobs are in each state: `3 running, 2 failed`."""
    counts = Counter(job.status for job in jobs)
    return ", ".join(f"{counts[one]:,} {one}" for one in JobStatus if counts[one])


def remarks(run: Run, jobs: Iterable[Job]) -> Iterator[Step]:
    """What to know of the run: what its evaluations warn of, and how long their kinds take."""
    for evaluation in run.evaluations:
        for warning in evaluation.warnings:
            yield Step(f"warning ({evaluation.name})", warning)
    for kind in sorted({job.kind for job in jobs if job.status is JobStatus.RUNNING}):
        yield Step(kind, KINDS[kind].waiting)


def _check_execution(deployment: Deployment, started: Started) -> None:
    """Raise ExecutionFailed for an execution that ended before it could store its run."""
    status, cause = deployment.services.executions.end(started.execution_arn)
    if status != "RUNNING":
        raise ExecutionFailed(
            f"The execution ended as {status} before its run was stored: {cause[:500]}",
            where=started.execution_arn,
            action="Its history in the Step Functions console shows the step.",
        )


def ended(deployment: Deployment, started: Started, *, patience: float = 120.0) -> Run:
    """The run once its execution has ended, too: what follows from a verdict comes after the run.

    After `patience` seconds it is told as it stands; a pending one at once.
    """
    services = deployment.services
    run = services.store.run(started.run_id)
    if run.status is RunStatus.PENDING:
        return run
    end = time.monotonic() + patience
    while services.executions.status(started.execution_arn) == "RUNNING":
        if time.monotonic() > end:
            break
        time.sleep(_EVERY)
    return services.store.run(started.run_id)
