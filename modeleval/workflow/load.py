"""What later steps read again: the run's suite as it was kept, and a job with its context."""

from __future__ import annotations

import json

from modeleval.artifacts import suite_key
from modeleval.errors import RunClosed
from modeleval.kinds.protocol import JobContext, Kind
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.store.items import Job, Run
from modeleval.suite.document import Suite, parse_suite


def suite_of(run: Run, services: Services) -> Suite:
    """The suite that the run was started with, whatever has become of its source since.

    Its placeholders mean the run's model.
    """
    key = suite_key(run.run_id)
    document = json.loads(services.objects.read(key))
    return parse_suite(document, source=key, model=model_of(run))


def model_of(run: Run) -> ResolvedModel | None:
    """The run's model, if it has one and that was resolved."""
    return ResolvedModel.model_validate(run.resolved_model) if run.resolved_model else None


def open_run(run_id: str, services: Services) -> Run:
    """Raises RunClosed for a run that has ended."""
    run = services.store.run(run_id)
    if run.status.ended:
        raise RunClosed(f"Run {run_id} has ended as {run.status}", action="Nothing is left to do.")
    return run


def kind_of(job: Job) -> Kind:
    return KINDS[job.kind]


def context_of(run: Run, job: Job, services: Services) -> JobContext:
    labels = {
        **run.tags,
        "modeleval:stack": services.environment.stack_name,
        "modeleval:suite": run.suite,
        "modeleval:evaluation": job.evaluation_name,
        "modeleval:run": run.run_id,
    }
    return JobContext(job.ref, job.evaluation, job.spec, labels, services)


def run_of(own_id: str, execution_arn: str, services: Services) -> str | None:
    """The run that an execution works on: its own, or the one that it has resumed.

    None for an execution that wanted to resume a run and was refused: that run is not its.
    """
    resumed = services.resumes.resumed_by(own_id)
    if resumed is None:
        return own_id
    found = services.store.find_run(resumed)
    return resumed if found is not None and found.execution_arn == execution_arn else None
