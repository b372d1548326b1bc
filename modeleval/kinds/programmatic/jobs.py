"""The jobs of a programmatic evaluation, one per model: specs, estimates, requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from modeleval.artifacts import records_key, s3_uri
from modeleval.bedrock.programmatic_requests import (
    DatasetMetrics,
    ProgrammaticRequest,
    programmatic_job,
)
from modeleval.cost.estimate import ModelEstimate, estimate_generator
from modeleval.cost.prices import Priced
from modeleval.kinds.judge_jobs import frame_of, live_of
from modeleval.kinds.judge_responses import Responses
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.prepare import BUILT_IN_CHARACTERS, PreparedUse
from modeleval.kinds.protocol import JobContext, PlannedJob


def planned(evaluation: ProgrammaticEvaluation) -> list[PlannedJob]:
    """A spec is all that `start` and `collect` need; `names` are the metrics' in the scores."""
    datasets = [
        {
            "name": use.name,
            "apiName": use.api_name,
            "part": None if use.source is None else part,
            "metrics": list(use.metrics),
            "names": [evaluation.name_of(use, metric) for metric in use.metrics],
        }
        for part, use in enumerate(evaluation.uses)
    ]
    return [
        PlannedJob(
            spec={
                "part": number,
                "candidate": label,
                "taskType": evaluation.task_type.value,
                "datasets": datasets,
                "model": responses.model,
                "inferenceParams": responses.params_text,
                "latency": responses.latency,
                "evaluation": evaluation.name,
            },
            deadline_seconds=evaluation.deadline_hours * 3600,
        )
        for number, (label, responses) in enumerate(evaluation.sides())
    ]


def estimates(
    evaluation: ProgrammaticEvaluation,
    prepared: Sequence[PreparedUse],
    prices: Mapping[str, Priced],
) -> list[ModelEstimate]:
    """What each model costs on each dataset; nothing judges."""
    return [
        _estimate(evaluation.name, responses, one, prices)
        for _, responses in evaluation.sides()
        for one in prepared
    ]


def _estimate(
    evaluation: str, responses: Responses, prepared: PreparedUse, prices: Mapping[str, Priced]
) -> ModelEstimate:
    robust = table.ROBUSTNESS in prepared.use.metrics
    found = estimate_generator(
        evaluation=evaluation,
        records=prepared.records,
        prompt_characters=prepared.prompt_characters,
        max_tokens=responses.max_tokens,
        generator=str(responses.model),
        perturbed=table.PERTURBATIONS if robust else 0,
        overrides=prices,
    )
    if prepared.use.source is not None:
        return found
    guess = (
        f"{prepared.use.api_name} has {prepared.records} prompts of {BUILT_IN_CHARACTERS:,} "
        "characters; their lengths are not documented."
    )
    return replace(found, assumptions=(*found.assumptions, guess))


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    spec, bucket = job.spec, job.services.environment.bucket_name
    return programmatic_job(
        ProgrammaticRequest(
            frame=frame_of(job, spec["evaluation"]),
            task_type=spec["taskType"],
            datasets=[
                DatasetMetrics(
                    name=one["apiName"],
                    uri=None
                    if one["part"] is None
                    else s3_uri(
                        bucket, records_key(job.ref.run_id, job.evaluation, int(one["part"]))
                    ),
                    metric_names=[table.api_name(metric) for metric in one["metrics"]],
                )
                for one in spec["datasets"]
            ],
            source=live_of(spec, job.services),
        )
    )
