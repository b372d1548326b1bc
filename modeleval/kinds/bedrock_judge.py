"""`bedrock-judge`: an LLM judges a model's responses in an Amazon Bedrock evaluation job.

Responses are precomputed: the dataset carries them, each with the identifier of what gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from modeleval.artifacts import index_key, output_prefix, records_key, s3_uri
from modeleval.bedrock.requests import JudgeRequest, judge_job
from modeleval.cost.estimate import estimate_judge
from modeleval.datasets import read_index
from modeleval.documents import Document
from modeleval.errors import SuiteInvalid
from modeleval.ids import job_name
from modeleval.kinds import judge_dataset, judge_output
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    JobState,
    Plan,
    PlanContext,
    PlannedJob,
    Progress,
)
from modeleval.scores.metrics import Direction, Metric, judge_metric

if TYPE_CHECKING:
    from modeleval.services import Services

SourceIdentifier = Annotated[
    str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}$", max_length=256)
]

_STATES = {
    "InProgress": JobState.RUNNING,
    "Stopping": JobState.RUNNING,
    "Completed": JobState.SUCCEEDED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
    "Deleting": JobState.STOPPED,
}


class Responses(Document):
    """Whose responses are judged: those that the dataset carries under this identifier."""

    precomputed: SourceIdentifier


class JudgeEvaluation(Evaluation):
    """A `bedrock-judge` entry of a suite."""

    kind: Literal["bedrock-judge"]
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: Responses
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: Annotated[tuple[str, ...], Field(min_length=1)]
    refusal_wanted: bool = False
    allow_long_prompts: bool = False
    keep_thinking: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24

    @field_validator("metrics")
    @classmethod
    def _known_and_named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        try:
            metrics = [judge_metric(name).name for name in names]
        except SuiteInvalid as error:
            raise ValueError(str(error)) from None
        twice = sorted({name for name in metrics if metrics.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is named more than once; name it once")
        return tuple(metrics)


class BedrockJudge:
    """The kind."""

    name = "bedrock-judge"
    document: type[Evaluation] = JudgeEvaluation
    bedrock_terms = True

    def check_room(self, evaluations: int, services: Services) -> None:
        services.evaluation_jobs.check_room(evaluations)

    def plan(self, evaluation: JudgeEvaluation, context: PlanContext) -> Plan:
        services = context.services
        services.models.check_judge(
            evaluation.judge,
            allowed=services.settings.judge_models,
            field=f"evaluations[{context.evaluation}].judge",
        )
        metrics = self.metrics(evaluation)
        dataset = judge_dataset.prepare(evaluation, metrics, context)
        report = dataset.report
        estimate = estimate_judge(
            evaluation=evaluation.name,
            records=report.judged,
            metrics=len(metrics),
            judge=evaluation.judge,
            overrides=services.settings.prices,
        )
        spec = {
            "judge": evaluation.judge,
            "metrics": list(metrics),
            "sourceIdentifier": evaluation.responses.precomputed,
            "datasetName": evaluation.name,
            "cluster": evaluation.cluster_field,
        }
        return Plan(
            jobs=[PlannedJob(spec=spec, deadline_seconds=evaluation.deadline_hours * 3600)],
            subject=evaluation.responses.precomputed,
            judge=evaluation.judge,
            records=report.records,
            estimate=estimate,
            warnings=[str(warning) for warning in report.warnings],
            dataset=dataset.to_document(),
        )

    def metrics(self, evaluation: JudgeEvaluation) -> Mapping[str, Metric]:
        metrics = {name: judge_metric(name) for name in evaluation.metrics}
        if evaluation.refusal_wanted and "Refusal" in metrics:
            metrics["Refusal"] = replace(metrics["Refusal"], direction=Direction.HIGHER)
        return metrics

    def low_score_below(self, evaluation: JudgeEvaluation) -> float:
        return evaluation.low_score_below

    def start(self, job: JobContext) -> str:
        return job.services.evaluation_jobs.create(request(job))

    def check(self, job: JobContext, arn: str) -> Progress:
        details = job.services.evaluation_jobs.get(arn)
        return Progress(_STATES[details.status], details.failure)

    def collect(self, job: JobContext) -> Collected:
        objects = job.services.objects
        index = read_index(objects.open(index_key(job.ref.run_id, job.evaluation)).chunks)
        records = judge_output.read(objects, output_prefix(*job.ref))
        return judge_output.join(records, list(index), tuple(job.spec["metrics"]))

    def stop(self, job: JobContext, arn: str | None) -> bool:
        jobs = job.services.evaluation_jobs
        if arn is None:
            found = jobs.find(job_name(job.ref))
            arn = found.arn if found else None
        return jobs.stop(arn) if arn else False


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    services, spec = job.services, job.spec
    bucket = services.environment.bucket_name
    return judge_job(
        JudgeRequest(
            job_name=job_name(job.ref),
            description=(
                f"modeleval: suite {job.labels['modeleval:suite']}, "
                f"evaluation {spec['datasetName']}, run {job.ref.run_id}"
            ),
            tags=job.labels,
            role_arn=services.environment.bedrock_role_arn,
            dataset_name=spec["datasetName"],
            dataset_uri=s3_uri(bucket, records_key(job.ref.run_id, job.evaluation)),
            metric_names=[judge_metric(name).api_name for name in spec["metrics"]],
            judge=spec["judge"],
            source_identifier=spec["sourceIdentifier"],
            output_uri=s3_uri(bucket, output_prefix(*job.ref)),
        )
    )
