"""How much is going on, as metrics: once an hour, by the sweep."""

from __future__ import annotations

from collections import Counter

from modeleval.services import Services
from modeleval.store.items import Job, JobStatus
from modeleval.telling import meter
from modeleval.workflow.timing import seconds_of

_COUNTED = ("JobsRunning", "JobsQueued", "JobsPastDeadline")
_QUEUED = (JobStatus.STARTING, JobStatus.QUEUED)


def measure_going_on(services: Services) -> int:
    """Write open runs, their jobs by state, the longest wait, and jobs past their deadline.

    How many runs are open.
    """
    now, found, oldest = services.now(), Counter[str](), 0.0
    runs = list(services.store.open_runs())
    for run in runs:
        for job in services.store.jobs(run.run_id):
            if job.status.ended or job.asked_at is None:
                continue
            waited = now - seconds_of(job.asked_at)
            found["JobsPastDeadline"] += waited > job.deadline_seconds
            found[_name(job)] += 1
            if job.status in _QUEUED:
                oldest = max(oldest, waited)
    counts = {name: float(found[name]) for name in _COUNTED}
    meter.put(
        {"OpenRuns": float(len(runs)), **counts, "OldestQueued": oldest},
        Stack=services.environment.stack_name,
    )
    return len(runs)


def _name(job: Job) -> str:
    return "JobsQueued" if job.status in _QUEUED else "JobsRunning"
