"""The jobs of a programmatic evaluation: specs, estimates, requests.

There is one per model, or as many as the longest of the datasets has parts: the first job has the
first part of each of them, and built-in datasets whole; the last one has what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from modeleval.bedrock.programmatic_requests import (
    DatasetMetrics,
    ProgrammaticRequest,
    programmatic_job,
)
from modeleval.cost.estimate import ModelEstimate, estimate_generator
from modeleval.cost.prices import Priced
from modeleval.kinds.judge_jobs import frame_of, inputs_uri, live_of
from modeleval.kinds.judge_responses import Responses
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.prepare import BUILT_IN_CHARACTERS, PreparedUse
from modeleval.kinds.protocol import JobContext, PlannedJob


def planned(
    evaluation: ProgrammaticEvaluation, prepared: Sequence[PreparedUse]
) -> list[PlannedJob]:
    """A spec is all that `start` and `collect` need; `names` are the metrics' in the scores.

    `several`: whether the evaluation has several datasets, also where the job has one.
    """
    shards = max(1, *(len(one.parts) for one in prepared))
    return [
        PlannedJob(
            spec={
                "part": number * shards + shard,
                "parts": shards,
                "several": len(prepared) > 1,
                "candidate": label,
                "taskType": evaluation.task_type.value,
                "datasets": [
                    _dataset(evaluation, one, shard) for one in _of_shard(prepared, shard)
                ],
                "model": responses.model,
                "inferenceParams": responses.params_text,
                "latency": responses.latency,
                "evaluation": evaluation.name,
            },
            deadline_seconds=evaluation.deadline_hours * 3600,
            judgements=sum(
                _prompts(one, shard) * len(one.use.metrics) for one in _of_shard(prepared, shard)
            ),
        )
        for number, (label, responses) in enumerate(evaluation.sides())
        for shard in range(shards)
    ]


def _of_shard(prepared: Sequence[PreparedUse], shard: int) -> list[PreparedUse]:
    """The datasets that a shard's job has something of."""
    return [one for one in prepared if shard < max(len(one.parts), 1)]


def _prompts(prepared: PreparedUse, shard: int) -> int:
    return prepared.parts[shard].prompts if prepared.parts else prepared.records


def _dataset(
    evaluation: ProgrammaticEvaluation, prepared: PreparedUse, shard: int
) -> dict[str, Any]:
    use = prepared.use
    return {
        "name": use.name,
        "apiName": use.api_name,
        "part": prepared.parts[shard].number if prepared.parts else None,
        "metrics": list(use.metrics),
        "names": [evaluation.name_of(use, metric) for metric in use.metrics],
    }


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
    spec = job.spec
    return programmatic_job(
        ProgrammaticRequest(
            frame=frame_of(job, spec["evaluation"]),
            task_type=spec["taskType"],
            datasets=[
                DatasetMetrics(
                    name=one["apiName"],
                    uri=None if one["part"] is None else inputs_uri(job, int(one["part"])),
                    metric_names=[table.api_name(metric) for metric in one["metrics"]],
                )
                for one in spec["datasets"]
            ],
            source=live_of(spec, job.services),
        )
    )
