"""The part of a kind that is the same for all evaluation jobs of Bedrock on a model's responses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from modeleval.collecting.document import CollectedFormat
from modeleval.ids import job_name
from modeleval.kinds.durations import Duration, bedrock_duration
from modeleval.kinds.protocol import JobContext, JobState, Progress, Request
from modeleval.scores.metrics import Metric
from modeleval.scores.records import RecordScore

_STATES = {
    "InProgress": JobState.RUNNING,
    "Stopping": JobState.RUNNING,
    "Completed": JobState.SUCCEEDED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
    "Deleting": JobState.STOPPED,
}


class BedrockJobKind(ABC):
    """A kind whose jobs are evaluation jobs; a subclass plans, starts and collects."""

    bedrock_terms = True
    eula = False
    needs_model = False
    collects: CollectedFormat | None = None
    queue = "bedrock"

    @abstractmethod
    def metrics(self, evaluation: Any) -> Mapping[str, Metric]: ...

    def known_metrics(self, evaluation: Any) -> Collection[str]:
        return self.metrics(evaluation)

    def known_categories(self, evaluation: Any) -> None:  # noqa: ARG002
        return None

    def compares_base_model(self, evaluation: Any) -> bool:  # noqa: ARG002
        return False

    def low_score_below(self, evaluation: Any) -> float:
        return float(evaluation.low_score_below)

    def duration(self, spec: Mapping[str, Any], records: int) -> Duration | None:
        return bedrock_duration(-(-records // int(spec.get("parts", 1))))

    @abstractmethod
    def request(self, job: JobContext) -> dict[str, Any]:
        """The parameters of CreateEvaluationJob: a function of the job and the stack's names."""

    def start(self, job: JobContext) -> str:
        return job.services.evaluation_jobs.create(self.request(job))

    def requests(self, job: JobContext) -> Sequence[Request]:
        return [Request("bedrock", "CreateEvaluationJob", self.request(job))]

    def check(self, job: JobContext, arn: str) -> Progress:
        details = job.services.evaluation_jobs.get(arn)
        # A status that this code does not know is not a reason to stop a job that is paid for.
        return Progress(_STATES.get(details.status, JobState.RUNNING), details.failure)

    def unscored(self, job: JobContext) -> Iterator[RecordScore] | None:  # noqa: ARG002
        """An evaluation that is one job has nothing left to score if that fails."""
        return None

    def settle(self, jobs: Sequence[JobContext]) -> Iterable[str]:  # noqa: ARG002
        return ()

    def stop(self, job: JobContext, arn: str | None) -> bool:
        jobs = job.services.evaluation_jobs
        if arn is None:
            found = jobs.find(job_name(job.ref))
            arn = found.arn if found else None
        return jobs.stop(arn) if arn else False
