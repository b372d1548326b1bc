"""`sagemaker-judge`: the run's model, and its base model, answer a dataset; an LLM judges them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.artifacts import custom_metrics_key, output_prefix, s3_uri
from modeleval.bedrock.models import JUDGE
from modeleval.cost.estimate import estimate_judge
from modeleval.datasets.prompts import MAX_JUDGED_PROMPTS
from modeleval.digests import text_digest
from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.kinds.custom_metrics import (
    MAX_CUSTOM_METRICS,
    CustomMetric,
    judged_definition,
    long_instructions,
)
from modeleval.kinds.judge_metrics import turned
from modeleval.kinds.protocol import Collected, Evaluation, JobContext, Kind, Plan, PlanContext
from modeleval.kinds.serverless.document import ServerlessEvaluation, Text
from modeleval.kinds.serverless.judged import collect_judged
from modeleval.kinds.serverless.kind import ServerlessKind
from modeleval.kinds.serverless.planning import Prepared, plan, run_model
from modeleval.kinds.serverless.prompts import prepare_prompts
from modeleval.sagemaker.definition import LlmJudge
from modeleval.scores.metrics import Metric, judge_metric

_TEMPLATE_LIMIT = 10_240
"""Bytes of a custom metric's instructions (SageMaker's limit for a judge's prompt template)."""


def _known_metric(name: str) -> str:
    try:
        return judge_metric(name).name
    except SuiteInvalid as error:
        raise ValueError(str(error)) from None


class SageMakerJudgeEvaluation(ServerlessEvaluation):
    """A `sagemaker-judge` entry of a suite. cluster_field: a field of the lines that says which
    belong together."""

    kind: Literal["sagemaker-judge"]
    dataset: Text
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[str, ...] = ()
    custom_metrics: tuple[CustomMetric, ...] = ()
    refusal_wanted: bool = False
    cluster_field: Annotated[str, StringConstraints(min_length=1)] | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5

    @field_validator("metrics")
    @classmethod
    def _metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = tuple(_known_metric(name) for name in names)
        if len(set(known)) < len(known):
            raise ValueError("a metric is named more than once; name it once")
        return known

    @field_validator("custom_metrics", mode="before")
    @classmethod
    def _one_or_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @field_validator("custom_metrics")
    @classmethod
    def _as_sagemaker_takes_them(
        cls, metrics: tuple[CustomMetric, ...]
    ) -> tuple[CustomMetric, ...]:
        names = [metric.name for metric in metrics]
        if len(set(names)) < len(names):
            raise ValueError("a metric is named more than once; name it once")
        for metric in metrics:
            if metric.categories:
                raise ValueError(
                    f"{metric.name}: SageMaker judges every record; leave categories out"
                )
            if len(metric.instructions.encode()) > _TEMPLATE_LIMIT:
                raise ValueError(f"{metric.name}: instructions of at most 10 KB")
        return metrics

    @model_validator(mode="after")
    def _some_and_not_too_many(self) -> SageMakerJudgeEvaluation:
        if not self.metrics and not self.custom_metrics:
            raise ValueError("no metric: name at least one in metrics or customMetrics")
        if len(self.custom_metrics) > MAX_CUSTOM_METRICS:
            raise ValueError(f"customMetrics: at most {MAX_CUSTOM_METRICS} are taken")
        if self.hyperparameters:
            raise ValueError("hyperparameters: SageMaker's judging takes none")
        return self


class SageMakerJudge(ServerlessKind):
    """The kind."""

    name = "sagemaker-judge"
    document: type[Evaluation] = SageMakerJudgeEvaluation
    bedrock_terms = True

    def plan(self, evaluation: SageMakerJudgeEvaluation, context: PlanContext) -> Plan:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        model = run_model(context)
        if model.is_nova:
            raise ModelNotUsable(
                f"{model.base_model_name} is a Nova model: SageMaker collects its responses with "
                "a container of another kind, which modeleval does not start",
                where=f"{at}.kind",
                action="Collect its responses and judge them with kind bedrock-judge.",
            )
        allowed = services.settings.judge_models
        services.models.check(evaluation.judge, JUDGE, allowed=allowed, field=f"{at}.judge")
        dataset = prepare_prompts(
            evaluation.dataset,
            context,
            reference_wanted=False,
            max_records=MAX_JUDGED_PROMPTS,
            cluster_field=evaluation.cluster_field,
        )
        asked = LlmJudge(
            dataset=dataset.uri,
            judge=evaluation.judge,
            metrics=evaluation.metrics,
            custom_metrics_uri=_write_metrics(evaluation, context),
            compare_base=evaluation.compare_base_model,
        )
        custom = [metric.to_document() for metric in evaluation.custom_metrics]
        prepared = Prepared(
            asked,
            # A base model's result that is used again has its records' clusters.
            data=[
                dataset.digest,
                text_digest(str(custom)),
                *filter(None, [evaluation.cluster_field]),
            ],
            records=dataset.records,
            judge=evaluation.judge,
            estimates=[
                estimate_judge(
                    evaluation=evaluation.name,
                    records=dataset.records,
                    metrics=len(evaluation.metrics) + len(custom),
                    judge=evaluation.judge,
                    overrides=services.settings.prices,
                )
            ],
            warnings=[*dataset.warnings, *long_instructions(evaluation.custom_metrics)],
            dataset=dataset.document,
        )
        notes = {"metrics": list(evaluation.metrics), "customMetrics": custom}
        return plan(evaluation, context, prepared, notes=notes)

    def metrics(self, evaluation: SageMakerJudgeEvaluation) -> Mapping[str, Metric]:
        wanted = evaluation.refusal_wanted
        built_in = {
            name: turned(judge_metric(name), refusal_wanted=wanted) for name in evaluation.metrics
        }
        return built_in | {custom.name: custom.metric for custom in evaluation.custom_metrics}

    def definition(
        self,
        evaluation: SageMakerJudgeEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the judge and its instructions are the suite's
    ) -> str:
        return judged_definition(
            evaluation.judge, self.metrics(evaluation)[metric], evaluation.custom_metrics
        )

    def known_metrics(self, evaluation: SageMakerJudgeEvaluation) -> Collection[str]:
        return self.metrics(evaluation)

    def low_score_below(self, evaluation: SageMakerJudgeEvaluation) -> float:
        return evaluation.low_score_below

    def stop(self, job: JobContext, arn: str | None) -> bool:
        """SageMaker's container starts a job in Bedrock under a name of its own: found by where it
        writes, and stopped too."""
        stopped = super().stop(job, arn)
        jobs = job.services.evaluation_jobs
        place = s3_uri(job.services.objects.bucket, output_prefix(*job.ref))
        return any([stopped, *(jobs.stop(one) for one in list(jobs.running_into(place)))])

    def collect(self, job: JobContext, arn: str) -> Collected:
        return collect_judged(job, arn)


KIND: Kind = SageMakerJudge()


def _write_metrics(evaluation: SageMakerJudgeEvaluation, context: PlanContext) -> str | None:
    """The custom metrics where SageMaker's judge reads them; None if there are none."""
    if not evaluation.custom_metrics:
        return None
    objects, key = context.services.objects, custom_metrics_key(context.run_id, context.evaluation)
    objects.write_json(key, [metric.to_api() for metric in evaluation.custom_metrics])
    return s3_uri(objects.bucket, key)
