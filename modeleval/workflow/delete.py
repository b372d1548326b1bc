"""Delete a run: its files in every version, its jobs in Bedrock, its items."""

from __future__ import annotations

from typing import NamedTuple

from modeleval.artifacts import kept_prefix, run_prefix
from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import RunOpen
from modeleval.ids import parse_job_name
from modeleval.services import Services

LONGEST_REQUEST_SECONDS = 600
"""A request of a target and a round of its tools, each as long as timeoutSeconds may be: nobody
renews a lease meanwhile."""


class Deleted(NamedTuple):
    """How many object versions, evaluation jobs and items were deleted."""

    objects: int
    jobs: int
    items: int


def delete_run(run_id: str, services: Services) -> Deleted:
    """Delete everything about a run that has ended; done again, it deletes what is left.

    Raises RunNotFound, or RunOpen for a run that still goes on or whose jobs are still stopping.
    """
    run = services.store.run(run_id)
    if not run.status.ended:
        raise RunOpen(
            f"Run {run_id} still goes on",
            action=f"Stop it first: modeleval stop {run_id}",
        )
    jobs = evaluation_jobs_of(run_id, services)
    for job in jobs:
        if not job.ended:
            services.evaluation_jobs.stop(job.arn)
    _check_collected(run_id, services)
    executions = [one for one in services.pipelines.of_run(run_id) if one.running]
    for execution in executions:
        services.pipelines.stop(execution.arn)
    if executions or not all(job.ended for job in jobs):
        raise RunOpen(
            f"The jobs of run {run_id} are still stopping",
            action="Bedrock and SageMaker may take some minutes; then delete the run again.",
        )
    deleted = services.evaluation_jobs.delete([job.arn for job in jobs if job.deletable])
    prefixes = (run_prefix(run_id), kept_prefix(run_id))
    objects = sum(services.objects.delete_all(prefix) for prefix in prefixes)
    # The items go last: while they are there, a deletion that broke off can be repeated.
    return Deleted(objects, deleted, services.store.delete_run(run_id))


def _check_collected(run_id: str, services: Services) -> None:
    """Raise RunOpen while an invocation may still keep what a request of its is answered."""
    since = services.now() - LONGEST_REQUEST_SECONDS
    if any(
        not one.status.ended and one.leased_until > since for one in services.store.batches(run_id)
    ):
        raise RunOpen(
            f"Responses of run {run_id} are still being collected",
            action="The requests that are under way may take some minutes; then delete it again.",
        )


def evaluation_jobs_of(run_id: str, services: Services) -> list[JobSummary]:
    """A run's jobs in Bedrock: by name, since one may have been created and never recorded."""
    listed = services.evaluation_jobs.list(nameContains=run_id)
    return [job for job in listed if _is_of(run_id, job)]


def _is_of(run_id: str, job: JobSummary) -> bool:
    ref = parse_job_name(job.name)
    return ref is not None and ref.run_id == run_id
