"""`bedrock-judge`: an LLM judges a model's responses in an Amazon Bedrock evaluation job.

Responses are precomputed (the dataset carries them, each with the identifier of what gave them) or
live (Bedrock asks a model of the account while the job runs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.models import GENERATOR, JUDGE
from modeleval.collecting.document import CollectedFormat
from modeleval.datasets.options import MAX_RECORDS
from modeleval.kinds import judge_dataset, judge_jobs, judge_output, judge_scales
from modeleval.kinds.bedrock_job import BedrockJobKind
from modeleval.kinds.candidates import ResponsesEvaluation, refuse_twice
from modeleval.kinds.custom_metrics import (
    MAX_CUSTOM_METRICS,
    CustomMetric,
    judged_definition,
    long_instructions,
)
from modeleval.kinds.judge_metrics import AskedMetric, groups_of, metrics_of
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    Kind,
    Plan,
    PlanContext,
)
from modeleval.scores.metrics import Metric
from modeleval.scores.records import RecordScore

if TYPE_CHECKING:
    from modeleval.services import Services


class JudgeEvaluation(ResponsesEvaluation):
    """A `bedrock-judge` entry of a suite.

    repeats: how often each record is judged. shard_size: how many records a job judges at most.
    """

    kind: Literal["bedrock-judge"]
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[AskedMetric, ...] = ()
    custom_metrics: tuple[CustomMetric, ...] = ()
    refusal_wanted: bool = False
    allow_long_prompts: bool = False
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24
    repeats: Annotated[int, Field(ge=1, le=10)] = 1
    shard_size: Annotated[int, Field(ge=1, le=MAX_RECORDS)] = MAX_RECORDS

    @field_validator("metrics")
    @classmethod
    def _named_once(cls, entries: tuple[AskedMetric, ...]) -> tuple[AskedMetric, ...]:
        refuse_twice([entry.name for entry in entries])
        return entries

    @field_validator("custom_metrics", mode="before")
    @classmethod
    def _one_or_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _some_and_not_too_many(self) -> JudgeEvaluation:
        if not self.metrics and not self.custom_metrics:
            raise ValueError("no metric: name at least one in metrics or customMetrics")
        if len(self.custom_metrics) > MAX_CUSTOM_METRICS:
            raise ValueError(f"customMetrics: Bedrock takes at most {MAX_CUSTOM_METRICS}")
        refuse_twice([metric.name for metric in self.custom_metrics])
        return self


class BedrockJudge(BedrockJobKind):
    """The kind."""

    name = "bedrock-judge"
    document: type[Evaluation] = JudgeEvaluation
    collects: CollectedFormat | None = CollectedFormat.JUDGE
    waiting = "Bedrock judges a few records in minutes, a thousand in an hour or more."

    def check_room(self, evaluations: Sequence[JudgeEvaluation], services: Services) -> None:
        jobs = sum(
            len(groups_of(one)) * (1 + len(one.candidates)) * one.repeats for one in evaluations
        )
        services.evaluation_jobs.check_room(jobs)

    def plan(self, evaluation: JudgeEvaluation, context: PlanContext) -> Plan:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        settings = services.settings
        services.models.check(
            evaluation.judge, JUDGE, allowed=settings.judge_models, field=f"{at}.judge"
        )
        for number, (label, side) in enumerate(evaluation.sides()):
            field = f"{at}.candidates[{number - 1}].model" if label else f"{at}.responses.model"
            if side.responses.model is not None:
                allowed = settings.generator_models
                services.models.check(side.responses.model, GENERATOR, allowed=allowed, field=field)
        sides = judge_dataset.prepare_sides(evaluation, context)
        own = sides[0].dataset
        return Plan(
            jobs=[job for side in sides for job in judge_jobs.planned(side)],
            subject=evaluation.responses.subject,
            judge=evaluation.judge,
            records=own.records,
            estimates=[
                one for side in sides for one in judge_jobs.estimates(side, settings.prices)
            ],
            warnings=[
                *(warning for side in sides for warning in side.warnings),
                *long_instructions(evaluation.custom_metrics),
            ],
            dataset=own.document,
            candidates={one.name: one.subject for one in evaluation.candidates},
            extents=own.extents,
        )

    def metrics(self, evaluation: JudgeEvaluation) -> Mapping[str, Metric]:
        return metrics_of(evaluation)

    def definition(
        self,
        evaluation: JudgeEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the judge and its instructions are the suite's
    ) -> str:
        return judged_definition(
            evaluation.judge, self.metrics(evaluation)[metric], evaluation.custom_metrics
        )

    def request(self, job: JobContext) -> dict[str, Any]:
        return judge_jobs.request(job)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return judge_output.collect(job)

    def unscored(self, job: JobContext) -> Iterator[RecordScore]:
        return judge_output.unscored(job)

    def settle(self, jobs: Sequence[JobContext]) -> Iterator[str]:
        return judge_scales.settle(jobs)


KIND: Kind = BedrockJudge()
