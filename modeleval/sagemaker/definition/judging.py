"""Judging steps: a job that lets a judge read responses that an earlier step produced."""

from __future__ import annotations

import json

from .expressions import Value, execution_id, join
from .inputs import EvaluatedModel, LlmJudge, PipelineSettings
from .steps import EvaluationType, StepName
from .training import Serverless, TrainingStep

JUDGE_PARAMETERS = {"max_new_tokens": "8192", "temperature": "0", "top_k": "-1", "top_p": "1.0"}
"""The judge's own inference parameters: fixed, as the SDK has them."""

_PREFIX = "builtin."


def judge_output_path(settings: PipelineSettings) -> str:
    """The output path of a judged evaluation: its steps append to it, so it ends in no slash."""
    return settings.output_path.rstrip("/")


def judging_step(
    name: StepName,
    judge: LlmJudge,
    settings: PipelineSettings,
    *,
    label: str,
    base_model_arn: str,
    responses: Value,
    package: EvaluatedModel | None,
    after: StepName,
) -> TrainingStep:
    """The step that judges.

    label: what the job's name begins with. responses: the S3 URI of the responses. after: the step
    that produces them. It runs outside the VPC: Bedrock does the work.
    """
    job_name = join("-", label, execution_id())
    output_path = judge_output_path(settings)
    hyperparameters: dict[str, Value] = {
        "name": job_name,
        "judge_model_id": judge.judge,
        "inference_data_s3_path": responses,
        "output_path": output_path,
        "llmaj_metrics": json.dumps([_bare(metric) for metric in judge.metrics]),
        **({"custom_metrics": judge.custom_metrics_uri} if judge.custom_metrics_uri else {}),
        **JUDGE_PARAMETERS,
    }
    return TrainingStep(
        name=name,
        settings=settings,
        work=Serverless(base_model_arn, EvaluationType.LLM_JUDGE),
        job_name=job_name,
        hyperparameters=hyperparameters,
        package=package,
        in_vpc=False,
        output_path=output_path,
        depends_on=(after,),
    )


def _bare(metric: str) -> str:
    return metric[len(_PREFIX) :] if metric.lower().startswith(_PREFIX) else metric
