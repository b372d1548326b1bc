"""`reference-metrics`: responses beside their references, computed by modeleval's own function.

No service is asked and nothing is paid for. The job is done when it is collected; until then it is
nothing but its inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from modeleval.ids import job_name
from modeleval.kinds.candidates import refuse_twice
from modeleval.kinds.durations import Duration, own_duration
from modeleval.kinds.precomputed.dataset import Side, prepare_sides
from modeleval.kinds.precomputed.document import PrecomputedEvaluation
from modeleval.kinds.precomputed.kind import PrecomputedKind, plan_of
from modeleval.kinds.precomputed.records import records_of
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    JobState,
    Kind,
    Plan,
    PlanContext,
    PlannedJob,
    Progress,
    Request,
)
from modeleval.kinds.reference.asked import ReferenceMetric, published_of
from modeleval.kinds.reference.checks import check
from modeleval.kinds.reference.table import OFFERED, metric_of
from modeleval.scores.metrics import Metric

_DEADLINE_SECONDS = 24 * 3600


class ReferenceEvaluation(PrecomputedEvaluation):
    """A `reference-metrics` entry of a suite."""

    kind: Literal["reference-metrics"]
    metrics: Annotated[tuple[ReferenceMetric, ...], Field(max_length=30)]

    @model_validator(mode="after")
    def _some_and_published_once(self) -> ReferenceEvaluation:
        if not self.metrics:
            raise ValueError(f"no metric: name at least one in metrics, of {', '.join(OFFERED)}")
        refuse_twice([name for name, _ in published_of(self.metrics)])
        return self


class ReferenceMetrics(PrecomputedKind):
    """The kind."""

    name = "reference-metrics"
    document: type[Evaluation] = ReferenceEvaluation
    waiting = (
        "Metrics of a thousand records are computed in seconds, ROUGE-L of long ones in minutes."
    )

    def plan(self, evaluation: ReferenceEvaluation, context: PlanContext) -> Plan:
        sides = prepare_sides(evaluation, context, partial(check, evaluation.metrics))
        warnings = [*_other_records(evaluation, sides)]
        return plan_of(evaluation, sides, partial(_job, evaluation), warnings=warnings)

    def metrics(self, evaluation: ReferenceEvaluation) -> Mapping[str, Metric]:
        return {
            name: metric_of(name, metric.offered)
            for name, metric in published_of(evaluation.metrics)
            if metric.offered.per_record
        }

    def definition(
        self,
        evaluation: ReferenceEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the suite says it all
    ) -> str:
        return dict(published_of(evaluation.metrics))[metric].definition

    def known_metrics(self, evaluation: ReferenceEvaluation) -> Collection[str]:
        return [name for name, _ in published_of(evaluation.metrics)]

    def duration(self, spec: Mapping[str, Any], records: int) -> Duration:  # noqa: ARG002
        return own_duration()

    def start(self, job: JobContext) -> str:
        """Nothing is started: the name stands where a service would give an ARN."""
        return f"modeleval:{job_name(job.ref)}"

    def requests(self, job: JobContext) -> Sequence[Request]:  # noqa: ARG002
        return ()

    def check(self, job: JobContext, arn: str) -> Progress:  # noqa: ARG002
        return Progress(JobState.SUCCEEDED)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        # The libraries are in the layer of the function that collects, and in no other.
        from modeleval.kinds.reference.scoring import score  # noqa: PLC0415

        metrics = [ReferenceMetric.model_validate(one) for one in job.spec["metrics"]]
        found = score(metrics, records_of(job), candidate=job.spec["candidate"])
        return Collected(iter(found.records), (), found.aggregates)


KIND: Kind = ReferenceMetrics()


def _job(evaluation: ReferenceEvaluation, side: Side) -> PlannedJob:
    return PlannedJob(
        spec={
            "part": side.part,
            "candidate": side.label,
            "metrics": [metric.to_document() for metric in evaluation.metrics],
        },
        deadline_seconds=_DEADLINE_SECONDS,
    )


def _other_records(evaluation: ReferenceEvaluation, sides: Sequence[Side]) -> Iterator[str]:
    """Aggregates cannot be matched record by record."""
    names = [
        name for name, metric in published_of(evaluation.metrics) if not metric.offered.per_record
    ]
    own, *others = sides
    for side in others:
        if names and side.document["promptSetDigest"] != own.document["promptSetDigest"]:
            yield (
                f"{side.label}: its prompts and references are not those of the first responses: "
                f"{', '.join(names)} of the two are of different records"
            )
