"""The jobs of a RAG evaluation: their specs, their estimates, their requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.artifacts import output_prefix, records_key, s3_uri
from modeleval.bedrock.model_ids import ModelKind, parse_model_id, profile_arn
from modeleval.bedrock.rag_requests import KnowledgeBaseSource, PrecomputedRag, rag_job
from modeleval.bedrock.requests import JudgeRequest
from modeleval.cost.estimate import ModelEstimate, estimate_generator, estimate_judge
from modeleval.cost.prices import Priced
from modeleval.ids import job_name
from modeleval.kinds.knowledge_base import Generation
from modeleval.kinds.protocol import JobContext, PlannedJob
from modeleval.kinds.rag_dataset import RagPart
from modeleval.kinds.rag_document import RagEvaluation
from modeleval.kinds.rag_metrics import RagCustomMetric
from modeleval.scores.names import BUILTIN_PREFIX
from modeleval.scores.rag_metrics import PER_PASSAGE

if TYPE_CHECKING:
    from modeleval.services import Services

_PASSAGE_CHARACTERS = 1200
"""Of a passage: a knowledge base's usual chunk has 300 tokens."""


def planned(
    evaluation: RagEvaluation, parts: Sequence[RagPart], *, retrieve: bool
) -> list[PlannedJob]:
    """One job per part and repeat; a spec is all that `start` and `collect` need."""
    definitions = {metric.name: metric.to_document() for metric in evaluation.custom_metrics}
    base = evaluation.knowledge_base
    generation = base if isinstance(base, Generation) else None
    return [
        PlannedJob(
            spec={
                "part": number,
                "repeat": repeat,
                "candidate": None,
                "judge": evaluation.judge,
                "metrics": [name for name in part.metrics if name not in definitions],
                "customMetrics": [definitions[n] for n in part.metrics if n in definitions],
                "retrieve": retrieve,
                "precomputed": evaluation.precomputed,
                "knowledgeBase": base.id if base else None,
                "search": _text(base.search()) if base else None,
                "model": generation.model if generation else None,
                "promptTemplate": generation.prompt_template if generation else None,
                "inference": _text(generation.inference_params.to_api()) if generation else None,
                "datasetName": evaluation.name,
            },
            deadline_seconds=evaluation.deadline_hours * 3600,
        )
        for number, part in enumerate(parts)
        for repeat in range(evaluation.repeats)
    ]


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def estimates(
    evaluation: RagEvaluation, parts: Sequence[RagPart], prices: Mapping[str, Priced]
) -> list[ModelEstimate]:
    """What the judge costs per part and repeat, and for live answers the model too.

    Two metrics are asked once per passage instead of once per turn.
    """
    found: list[ModelEstimate] = []
    for part in parts:
        once = sum(name not in PER_PASSAGE for name in part.metrics)
        asked = [(part.judged, once)] if once else []
        asked += [
            (_passages(evaluation, part, metric), 1)
            for metric in PER_PASSAGE
            if metric in part.metrics
        ]
        found += [
            estimate_judge(
                evaluation=evaluation.name,
                records=records,
                metrics=metrics,
                judge=evaluation.judge,
                overrides=prices,
            )
            for records, metrics in asked
        ]
        base = evaluation.knowledge_base
        if isinstance(base, Generation):
            context = part.judged * base.passages * _PASSAGE_CHARACTERS
            found.append(
                estimate_generator(
                    evaluation=evaluation.name,
                    records=part.judged,
                    prompt_characters=part.prompt_characters + context,
                    max_tokens=base.inference_params.max_tokens,
                    generator=base.model,
                    overrides=prices,
                )
            )
    return found * evaluation.repeats


def _passages(evaluation: RagEvaluation, part: RagPart, metric: str) -> int:
    base = evaluation.knowledge_base
    if base is not None:
        return part.judged * base.passages
    return part.retrieved if metric == "ContextRelevance" else part.cited


def definitions_of(spec: Mapping[str, Any]) -> list[RagCustomMetric]:
    return [RagCustomMetric.model_validate(metric) for metric in spec["customMetrics"]]


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    environment, spec = job.services.environment, job.spec
    bucket, ref = environment.bucket_name, job.ref
    asked = JudgeRequest(
        job_name=job_name(ref),
        description=(
            f"modeleval: suite {job.labels['modeleval:suite']}, "
            f"evaluation {spec['datasetName']}, run {ref.run_id}"
        ),
        tags=job.labels,
        role_arn=environment.bedrock_role_arn,
        key_arn=environment.kms_key_arn,
        dataset_name=spec["datasetName"],
        dataset_uri=s3_uri(bucket, records_key(ref.run_id, job.evaluation, int(spec["part"]))),
        metric_names=[BUILTIN_PREFIX + name for name in spec["metrics"]],
        custom_metrics=[metric.to_api() for metric in definitions_of(spec)],
        judge=spec["judge"],
        source=str(spec["precomputed"]),
        output_uri=s3_uri(bucket, output_prefix(*ref)),
    )
    return rag_job(asked, _source(spec, job.services))


def _source(spec: Mapping[str, Any], services: Services) -> PrecomputedRag | KnowledgeBaseSource:
    if spec["knowledgeBase"] is None:
        return PrecomputedRag(str(spec["precomputed"]), bool(spec["retrieve"]))
    search = json.loads(spec["search"])
    if spec["model"] is None:
        return KnowledgeBaseSource(spec["knowledgeBase"], search)
    return KnowledgeBaseSource(
        spec["knowledgeBase"],
        search,
        _model_arn(spec["model"], services),
        spec["promptTemplate"],
        json.loads(spec["inference"]),
    )


def _model_arn(text: str, services: Services) -> str:
    """What RetrieveAndGenerate names `modelArn`: a plain id is written out."""
    model = parse_model_id(text)
    if model is None or model.is_arn:
        return text
    _, partition, _, _, account, _ = services.environment.bedrock_role_arn.split(":", 5)
    if model.kind is ModelKind.PROFILE:
        return profile_arn(model, partition=partition, region=services.region, account=account)
    return f"arn:{partition}:bedrock:{services.region}::foundation-model/{model.name}"
