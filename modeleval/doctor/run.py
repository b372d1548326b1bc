"""Why a run, or a job of it, failed: what the service's words mean, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from modeleval.doctor.protocol import Finding, ok, problem
from modeleval.explanations import explain, with_explanation
from modeleval.kinds.registry import KINDS
from modeleval.store.items import Failure, Job, JobStatus, Run
from modeleval.workflow.failures import quotes

_OTHERWISE = "docs/troubleshooting.md has each name; `modeleval show {run}` has the run."


def look_at_run(run: Run, jobs: list[Job]) -> Iterator[Finding]:
    """The run's error, its failed and open jobs, and warnings that a service's words stand in."""
    found = [*_failures(run, jobs), *_warnings(run)]
    yield from found
    for job in jobs:
        if not job.status.ended:
            yield ok(_named(job), _goes_on(job))
    if not found:
        yield ok(f"run {run.run_id}", f"it is {run.status}, and nothing of it failed")


def _failures(run: Run, jobs: list[Job]) -> Iterator[Finding]:
    if run.error is not None:
        yield _explained(f"run {run.run_id}", run.error, run)
    for job in jobs:
        if job.error is not None:
            yield _explained(_named(job), job.error, run)


def _explained(what: str, failure: Failure, run: Run) -> Finding:
    """Its own message says what to do, if no service's words stand in it."""
    known = explain(failure.message) if quotes(failure.name) else None
    otherwise = _OTHERWISE.format(run=run.run_id)
    return problem(
        what,
        f"{failure.name}: {with_explanation(failure.message) if known else failure.message}",
        f"{known.action}." if known else otherwise,
    )


def _warnings(run: Run) -> Iterator[Finding]:
    for evaluation in run.evaluations:
        for warning in evaluation.warnings:
            known = explain(warning)
            if known:
                yield problem(f"evaluation {evaluation.name}", warning, f"{known.action}.")


def _named(job: Job) -> str:
    return f"job {job.job} ({job.evaluation_name})"


def _goes_on(job: Job) -> str:
    if job.status is JobStatus.QUEUED:
        return "queued: it waits for room among the account's jobs, which is no failure"
    waiting = KINDS[job.kind].waiting
    return f"{job.status}; {waiting}" if waiting else str(job.status)
