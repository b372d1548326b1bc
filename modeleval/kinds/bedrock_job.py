"""The part of a kind that is the same for all evaluation jobs of Bedrock: how is it, stop it."""

from __future__ import annotations

from modeleval.ids import job_name
from modeleval.kinds.protocol import JobContext, JobState, Progress

_STATES = {
    "InProgress": JobState.RUNNING,
    "Stopping": JobState.RUNNING,
    "Completed": JobState.SUCCEEDED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
    "Deleting": JobState.STOPPED,
}


class BedrockJobKind:
    """A kind whose jobs are evaluation jobs; a subclass plans, starts and collects."""

    def check(self, job: JobContext, arn: str) -> Progress:
        details = job.services.evaluation_jobs.get(arn)
        # A status that this code does not know is not a reason to stop a job that is paid for.
        return Progress(_STATES.get(details.status, JobState.RUNNING), details.failure)

    def stop(self, job: JobContext, arn: str | None) -> bool:
        jobs = job.services.evaluation_jobs
        if arn is None:
            found = jobs.find(job_name(job.ref))
            arn = found.arn if found else None
        return jobs.stop(arn) if arn else False
