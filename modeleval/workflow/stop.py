"""Stop a run: end its execution, and wait until the reaper and the services have ended its jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from modeleval.errors import StopRefused, TransientServiceError
from modeleval.services import Services
from modeleval.store.items import Job, JobStatus, Run
from modeleval.workflow.delete import evaluation_jobs_of

PATIENCE = 180.0
"""Seconds. EventBridge tells of an execution's end within seconds, and a service stops a job within
a minute or two."""
_CAUSE = "Stopped with modeleval stop."


class Stopped(NamedTuple):
    """What became of a run that was to be stopped.

    `jobs` were stopped by it. `going_on`: the names of jobs that had not ended when the waiting
    did, and batches whose last requests are under way; the hourly sweep stops what the reaper has
    not. `run` is None if it was not stored by then.
    """

    run: Run | None
    jobs: tuple[Job, ...]
    going_on: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Nothing goes on that costs."""
        return self.run is not None and self.run.status.ended and not self.going_on


def check_stoppable(run: Run) -> None:
    """Raises StopRefused for a run that has ended."""
    if run.status.ended:
        raise StopRefused(
            f"Run {run.run_id} has ended as {run.status}: there is nothing to stop",
            action=f"`modeleval status {run.run_id}` shows its jobs.",
        )


def stop_run(
    run_id: str,
    execution_arn: str,
    services: Services,
    *,
    patience: float = PATIENCE,
    every: float = 1.0,
    told: Callable[[Stopped], None] = lambda _: None,
) -> Stopped:
    """Stop a run's execution and wait for the end of its jobs, in the table and at the services.

    The run need not be stored yet. `told` hears how it stands, as often as it is looked at. Called
    again it only waits.
    """
    before = {job.job for job in services.store.jobs(run_id) if job.status.ended}
    services.executions.stop(execution_arn, cause=_CAUSE)
    end = time.monotonic() + patience
    while True:
        found = _look(run_id, before, services)
        told(found)
        if found.complete or time.monotonic() > end:
            return found
        time.sleep(every)


def _look(run_id: str, before: set[int], services: Services) -> Stopped:
    run = services.store.find_run(run_id)
    jobs = services.store.jobs(run_id)
    asked = [job for job in jobs if job.job not in before and job.job_name is not None]
    stopped = tuple(job for job in asked if job.status is JobStatus.STOPPED)
    going_on = {str(job.job_name) for job in asked if not job.status.ended}
    now = services.now()
    going_on |= {
        f"batch {one.batch} of its responses"
        for one in services.store.batches(run_id)
        if not one.status.ended and one.leased_until > now
    }
    if run is not None and run.status.ended and not going_on:
        # The table's word comes first, the service's job ends after it.
        going_on |= set(_running(run_id, services))
    return Stopped(run, stopped, tuple(sorted(going_on)))


def _running(run_id: str, services: Services) -> list[str]:
    """The names of jobs that Bedrock or SageMaker still runs, recorded or not."""
    try:
        return [
            *(job.name for job in evaluation_jobs_of(run_id, services) if not job.ended),
            *(one.name for one in services.pipelines.of_run(run_id) if one.running),
        ]
    except TransientServiceError:
        return ["(not known: a service did not answer)"]
