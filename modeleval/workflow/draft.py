"""A draft of a run: what it would do, by the code of its own steps, and nothing of it is begun."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import index_key, records_key
from modeleval.ids import job_name
from modeleval.kinds.protocol import Evaluation, Request
from modeleval.kinds.registry import KINDS
from modeleval.objects import ObjectMissing
from modeleval.services import Services
from modeleval.store.items import Job, Run
from modeleval.suite.document import Suite
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.durations import Expected, expected_seconds
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import context_of
from modeleval.workflow.plan import plan_jobs
from modeleval.workflow.prepare import prepare_run
from modeleval.workflow.resolve import resolve_model
from modeleval.workflow.timing import timestamp

DRAFT_RUN = "meplanplanplanplan"
"""The id in a draft's names and keys: always the same, so that two drafts can be compared."""


class _DraftEvent(ExecutionEvent):
    @property
    def run_id(self) -> str:
        return DRAFT_RUN


class JudgedPart(NamedTuple):
    """A file of a job's inputs: how many records are judged, from which lines of the dataset."""

    key: str
    records: int
    first_line: int
    last_line: int


class DraftJob(NamedTuple):
    """One job: its metrics and records as far as they are known before, and what AWS is asked."""

    job: Job
    name: str
    metrics: Sequence[str] | None
    parts: Sequence[JudgedPart]
    requests: Sequence[Request]


class Draft(NamedTuple):
    """A run as it stands before its first job: model, evaluations, estimate, margins, budget."""

    run: Run
    suite: Suite
    jobs: Sequence[DraftJob]
    expected: Expected | None


def draft_run(given: Mapping[str, Any], services: Services, suites: Path) -> Draft:
    """What a run with this input would do. `services` are those of `draft_services`.

    Raises what the run's own steps raise: see `prepare_run`, `resolve_model`, `plan_jobs` and
    `check_run_budget`.
    """
    event = _DraftEvent.model_validate(
        {"executionArn": "-", "startTime": timestamp(services.now()), "input": dict(given)}
    )
    run_id = prepare_run(event, services, suites)
    resolve_model(run_id, services)
    plan_jobs(run_id, services)
    check_run_budget(run_id, services)
    run, jobs = services.store.run(run_id), services.store.jobs(run_id)
    suite = suite_of(run, services)
    return Draft(
        run=run,
        suite=suite,
        jobs=[_planned(run, suite.evaluations[job.evaluation], job, services) for job in jobs],
        expected=expected_seconds(services.store, run, jobs),
    )


def _planned(run: Run, evaluation: Evaluation, job: Job, services: Services) -> DraftJob:
    requests = KINDS[job.kind].requests(context_of(run, job, services))
    parts = (_judged_part(job, number, services) for number in _part_numbers(job, requests))
    return DraftJob(
        job=job,
        name=job_name(job.ref),
        metrics=_metrics(job, evaluation),
        parts=[part for part in parts if part is not None],
        requests=requests,
    )


def _metrics(job: Job, evaluation: Evaluation) -> list[str] | None:
    """A job's own metrics, where its spec names them as they are published; else those of the
    evaluation, as far as they are known before."""
    asked = (*job.spec.get("metrics", ()), *job.spec.get("customMetrics", ()))
    named = [str(one["name"]) if isinstance(one, Mapping) else str(one) for one in asked]
    known = KINDS[job.kind].known_metrics(evaluation)
    if known is None or (named and set(named) <= set(known)):
        return named or None
    return [*known]


_PART = re.compile(r"/inputs/e[0-9]+/p(?P<part>[0-9]+)\.jsonl")


def _part_numbers(job: Job, requests: Sequence[Request]) -> list[int]:
    """The files that the requests name; of a job without any its own part."""
    text = json.dumps([request.parameters for request in requests], default=str)
    named = {int(found["part"]) for found in _PART.finditer(text)}
    return sorted(named) or [int(job.spec.get("part", 0))]


class _Entry(msgspec.Struct):
    line: int
    unscored: str | None = None


_decode = msgspec.json.Decoder(_Entry).decode


def _judged_part(job: Job, number: int, services: Services) -> JudgedPart | None:
    """By its index; None where there is none, as of a benchmark, or where nothing is judged."""
    where = (job.run_id, job.evaluation, number)
    try:
        entries = [_decode(line) for line in services.objects.lines(index_key(*where))]
    except ObjectMissing:
        return None
    lines = [entry.line for entry in entries if entry.unscored is None]
    if not lines:
        return None
    return JudgedPart(records_key(*where), len(lines), min(lines), max(lines))
