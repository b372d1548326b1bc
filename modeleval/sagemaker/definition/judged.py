"""LLM judges over open-weight models: a job that collects responses, then one that judges them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .expressions import Value, job_name_of, join, output_path_of
from .inputs import EvaluatedModel, LlmJudge, PipelineSettings
from .judging import judge_output_path, judging_step
from .lineage import REPORT, RESPONSES, Result, with_lineage
from .steps import EvaluationType, StepName, result_steps
from .training import Channel, Serverless, TrainingStep


class _Side(NamedTuple):
    """The two steps of one model. job_name: of the job that collects responses."""

    label: str
    job_name: str
    inference: StepName
    metrics: StepName
    package: EvaluatedModel | None

    @property
    def responses(self) -> Value:
        """The S3 URI that the inference job writes to, known only while the pipeline runs."""
        return join(
            "",
            output_path_of(self.inference),
            "/",
            job_name_of(self.inference),
            "/output/output/",
            self.job_name,
            "/eval_results/inference_output.jsonl",
        )

    @property
    def results(self) -> tuple[Result, Result]:
        return (
            Result(self.label, RESPONSES, self.inference),
            Result(self.label, REPORT, self.metrics),
        )


def judged_steps(
    judge: LlmJudge, model: EvaluatedModel, settings: PipelineSettings
) -> list[dict[str, Any]]:
    """The pipeline's steps: both inference jobs, both judging jobs, and their lineage."""
    sides = list(_sides(judge, model))
    jobs = [
        *(_inference(side, judge, model, settings) for side in sides),
        *(_judging(side, judge, model, settings) for side in sides),
    ]
    results = [result for side in sides for result in side.results]
    return with_lineage([job.to_dict() for job in jobs], results, model, settings)


def _sides(judge: LlmJudge, model: EvaluatedModel) -> Iterator[_Side]:
    names = result_steps(judge, model)
    if StepName.BASE_METRICS in names:
        yield _Side(
            "base", "BaseInference", StepName.BASE_INFERENCE, StepName.BASE_METRICS, package=None
        )
    if StepName.CUSTOM_METRICS in names:
        yield _Side(
            "custom",
            "CustomInference",
            StepName.CUSTOM_INFERENCE,
            StepName.CUSTOM_METRICS,
            package=model,
        )


def _inference(
    side: _Side, judge: LlmJudge, model: EvaluatedModel, settings: PipelineSettings
) -> TrainingStep:
    return TrainingStep(
        name=side.inference,
        settings=settings,
        work=Serverless(model.base_model_arn, EvaluationType.BENCHMARK),
        job_name=side.job_name,
        hyperparameters={"name": side.job_name, "task": "inference_only"},
        dataset=Channel("train", judge.dataset),
        package=side.package,
        output_path=judge_output_path(settings),
        depends_on=(StepName.CREATE_ACTION,) if model.package_arn else (),
    )


def _judging(
    side: _Side, judge: LlmJudge, model: EvaluatedModel, settings: PipelineSettings
) -> TrainingStep:
    return judging_step(
        side.metrics,
        judge,
        settings,
        label=f"{side.label}-llmaj-eval",
        base_model_arn=model.base_model_arn,
        responses=side.responses,
        package=side.package,
        after=side.inference,
    )
