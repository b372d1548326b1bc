"""What later steps read again: the run's suite as it was kept, and a job with its context."""

from __future__ import annotations

from modeleval.errors import RunClosed
from modeleval.kinds.protocol import JobContext, Kind
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.store.items import Job, Run


def model_of(run: Run) -> ResolvedModel | None:
    """The run's model, if it has one and that was resolved."""
    return ResolvedModel.model_validate(run.resolved_model) if run.resolved_model else None


def open_run(run_id: str, services: Services) -> Run:
    """Raises RunClosed for a run that has ended."""
    run = services.store.run(run_id)
    check_open(run)
    return run


def check_open(run: Run) -> None:
    """Raises RunClosed for a run that has ended."""
    if run.status.ended:
        raise RunClosed(
            f"Run {run.run_id} has ended as {run.status}", action="Nothing is left to do."
        )


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
