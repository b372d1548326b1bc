"""The job of a human evaluation: its spec, its estimates, its request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modeleval.bedrock.human_requests import HumanRequest, human_job
from modeleval.cost.estimate import ModelEstimate, estimate_generator, estimate_people
from modeleval.cost.prices import Priced
from modeleval.kinds.human_dataset import PART, Prepared
from modeleval.kinds.human_metrics import HumanMetric
from modeleval.kinds.judge_jobs import frame_of, inputs_uri, source_of
from modeleval.kinds.protocol import JobContext, PlannedJob

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_human import HumanEvaluation

_DAY = 86_400


def planned(evaluation: HumanEvaluation) -> PlannedJob:
    """One job for all; a spec is all that `start` and `collect` need."""
    return PlannedJob(
        spec={
            "part": PART,
            "flowDefinition": evaluation.flow_definition,
            "instructions": evaluation.instructions,
            "metrics": [metric.to_document() for metric in evaluation.metrics],
            "sources": [
                {
                    "precomputed": one.precomputed,
                    "model": one.model,
                    "inferenceParams": one.params_text,
                    "latency": one.latency,
                }
                for one in evaluation.responses
            ],
            "datasetName": evaluation.name,
        },
        deadline_seconds=evaluation.deadline_days * _DAY,
        long=True,
    )


def estimates(
    evaluation: HumanEvaluation,
    prepared: Prepared,
    *,
    workers: int,
    prices: Mapping[str, Priced],
) -> list[ModelEstimate]:
    """What Bedrock takes for people's answers, and the models that are asked for responses."""
    people = estimate_people(evaluation=evaluation.name, records=prepared.shown, workers=workers)
    asked = [
        estimate_generator(
            evaluation=evaluation.name,
            records=prepared.shown,
            prompt_characters=prepared.prompt_characters,
            max_tokens=one.max_tokens,
            generator=one.model,
            overrides=prices,
        )
        for one in evaluation.responses
        if one.model is not None
    ]
    return [people, *asked]


def metrics_of(spec: Mapping[str, Any]) -> list[HumanMetric]:
    return [HumanMetric.model_validate(metric) for metric in spec["metrics"]]


def subjects_of(spec: Mapping[str, Any]) -> list[str]:
    """The sources' names, the subject's first."""
    return [str(one["precomputed"] or one["model"]) for one in spec["sources"]]


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    spec = job.spec
    return human_job(
        HumanRequest(
            frame=frame_of(job, spec["datasetName"]),
            dataset_name=spec["datasetName"],
            dataset_uri=inputs_uri(job),
            flow_definition_arn=spec["flowDefinition"],
            instructions=spec["instructions"],
            metrics=[metric.to_api() for metric in metrics_of(spec)],
            sources=[source_of(source, job.services) for source in spec["sources"]],
        )
    )
