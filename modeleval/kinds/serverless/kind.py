"""The part of a kind that is the same for all that SageMaker evaluates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.collecting.document import CollectedFormat
from modeleval.kinds.durations import Duration, sagemaker_duration
from modeleval.kinds.protocol import JobContext, Progress, Request
from modeleval.kinds.serverless import jobs
from modeleval.kinds.serverless.specs import evaluation_of, model_of
from modeleval.scores.metrics import Metric

if TYPE_CHECKING:
    from modeleval.services import Services


class ServerlessKind:
    """A kind whose jobs are pipeline executions; a subclass plans and collects."""

    bedrock_terms = False
    eula = True
    needs_model = True
    collects: CollectedFormat | None = None
    queue = "sagemaker"
    waiting = (
        "Executing for 15 to 30 minutes is normal; SageMaker takes 25 to 60 minutes in all, and "
        "twice that with a base model."
    )

    def check_room(self, evaluations: Sequence[Any], services: Services) -> None:
        """SageMaker keeps as many executions as there are; how many run at once is a queue."""

    def metrics(self, evaluation: Any) -> Mapping[str, Metric]:  # noqa: ARG002
        """None that are scored per record."""
        return {}

    def known_metrics(self, evaluation: Any) -> Collection[str] | None:  # noqa: ARG002
        return None

    def known_categories(self, evaluation: Any) -> Collection[str] | None:  # noqa: ARG002
        return None

    def compares_base_model(self, evaluation: Any) -> bool:
        return bool(evaluation.compare_base_model)

    def low_score_below(self, evaluation: Any) -> float:  # noqa: ARG002
        return 0.5

    def duration(self, spec: Mapping[str, Any], records: int) -> Duration:  # noqa: ARG002
        with_base = evaluation_of(spec).compare_base
        return sagemaker_duration(model_of(spec).base_model_name, with_base=with_base)

    def start(self, job: JobContext) -> str:
        return jobs.start(job)

    def requests(self, job: JobContext) -> Sequence[Request]:
        return jobs.requests(job)

    def check(self, job: JobContext, arn: str) -> Progress:
        return jobs.check(job, arn)

    def unscored(self, job: JobContext) -> None:
        """An evaluation is one job: if that fails, there is nothing left to score."""

    def settle(self, jobs: Sequence[JobContext]) -> Sequence[str]:  # noqa: ARG002
        return ()

    def stop(self, job: JobContext, arn: str | None) -> bool:
        return jobs.stop(job, arn)
