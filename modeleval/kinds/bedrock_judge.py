"""`bedrock-judge`: an LLM judges a model's responses in an Amazon Bedrock evaluation job.

Responses are precomputed (the dataset carries them, each with the identifier of what gave them) or
live (Bedrock asks a model of the account while the job runs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.models import GENERATOR, JUDGE
from modeleval.ids import job_name
from modeleval.kinds import judge_dataset, judge_jobs, judge_output
from modeleval.kinds.custom_metrics import MAX_CUSTOM_METRICS, CustomMetric, long_instructions
from modeleval.kinds.judge_metrics import AskedMetric, groups_of, metrics_of
from modeleval.kinds.judge_responses import Responses
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    JobState,
    Plan,
    PlanContext,
    Progress,
)
from modeleval.scores.metrics import Metric

if TYPE_CHECKING:
    from modeleval.services import Services

_STATES = {
    "InProgress": JobState.RUNNING,
    "Stopping": JobState.RUNNING,
    "Completed": JobState.SUCCEEDED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
    "Deleting": JobState.STOPPED,
}


class JudgeEvaluation(Evaluation):
    """A `bedrock-judge` entry of a suite."""

    kind: Literal["bedrock-judge"]
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: Responses
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[AskedMetric, ...] = ()
    custom_metrics: tuple[CustomMetric, ...] = ()
    refusal_wanted: bool = False
    allow_long_prompts: bool = False
    keep_thinking: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24

    @field_validator("metrics")
    @classmethod
    def _named_once(cls, entries: tuple[AskedMetric, ...]) -> tuple[AskedMetric, ...]:
        _refuse_twice([entry.name for entry in entries])
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
        _refuse_twice([metric.name for metric in self.custom_metrics])
        return self


def _refuse_twice(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named more than once; name it once")


class BedrockJudge:
    """The kind."""

    name = "bedrock-judge"
    document: type[Evaluation] = JudgeEvaluation
    bedrock_terms = True

    def check_room(self, evaluations: Sequence[JudgeEvaluation], services: Services) -> None:
        jobs = sum(len(groups_of(evaluation)) for evaluation in evaluations)
        services.evaluation_jobs.check_room(jobs)

    def plan(self, evaluation: JudgeEvaluation, context: PlanContext) -> Plan:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        settings, responses = services.settings, evaluation.responses
        services.models.check(
            evaluation.judge, JUDGE, allowed=settings.judge_models, field=f"{at}.judge"
        )
        if responses.model is not None:
            services.models.check(
                responses.model,
                GENERATOR,
                allowed=settings.generator_models,
                field=f"{at}.responses.model",
            )
        dataset = judge_dataset.prepare(evaluation, context)
        return Plan(
            jobs=judge_jobs.planned(evaluation, dataset),
            subject=responses.subject,
            judge=evaluation.judge,
            records=dataset.records,
            estimates=judge_jobs.estimates(evaluation, dataset, settings.prices),
            warnings=[
                *(str(warning) for warning in dataset.report.warnings),
                *long_instructions(evaluation.custom_metrics),
            ],
            dataset=dataset.document,
        )

    def metrics(self, evaluation: JudgeEvaluation) -> Mapping[str, Metric]:
        return metrics_of(evaluation)

    def low_score_below(self, evaluation: JudgeEvaluation) -> float:
        return evaluation.low_score_below

    def start(self, job: JobContext) -> str:
        return job.services.evaluation_jobs.create(judge_jobs.request(job))

    def check(self, job: JobContext, arn: str) -> Progress:
        details = job.services.evaluation_jobs.get(arn)
        # A status that this code does not know is not a reason to stop a job that is paid for.
        return Progress(_STATES.get(details.status, JobState.RUNNING), details.failure)

    def collect(self, job: JobContext) -> Collected:
        return judge_output.collect(job)

    def stop(self, job: JobContext, arn: str | None) -> bool:
        jobs = job.services.evaluation_jobs
        if arn is None:
            found = jobs.find(job_name(job.ref))
            arn = found.arn if found else None
        return jobs.stop(arn) if arn else False
