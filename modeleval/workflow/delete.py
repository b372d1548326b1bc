"""Delete a run: its files in every version, its jobs in Bedrock, its items."""

from __future__ import annotations

from typing import NamedTuple

from modeleval.artifacts import run_prefix
from modeleval.errors import RunOpen
from modeleval.services import Services
from modeleval.store.items import RunStatus


class Deleted(NamedTuple):
    """How many object versions, evaluation jobs and items were deleted."""

    objects: int
    jobs: int
    items: int


def delete_run(run_id: str, services: Services) -> Deleted:
    """Delete everything about a run that has ended; done again, it deletes what is left.

    Raises RunNotFound, or RunOpen for a run that still goes on.
    """
    run = services.store.run(run_id)
    if run.status is RunStatus.RUNNING:
        raise RunOpen(
            f"Run {run_id} still goes on",
            action=f"Stop its execution first: aws stepfunctions stop-execution "
            f"--execution-arn {run.execution_arn}",
        )
    arns = [job.job_arn for job in services.store.jobs(run_id) if job.job_arn]
    jobs = services.evaluation_jobs.delete(arns)
    objects = services.objects.delete_all(run_prefix(run_id))
    # The items go last: while they are there, a deletion that broke off can be repeated.
    return Deleted(objects, jobs, services.store.delete_run(run_id))
