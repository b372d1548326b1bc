"""The jobs of a RAG evaluation: their specs and their requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modeleval.bedrock.model_ids import model_arn, parse_model_id
from modeleval.bedrock.rag_requests import KnowledgeBaseSource, PrecomputedRag, rag_job
from modeleval.bedrock.requests import JudgeRequest
from modeleval.kinds.judge_jobs import frame_of, inputs_uri
from modeleval.kinds.protocol import JobContext, PlannedJob
from modeleval.kinds.rag.dataset import RagSide
from modeleval.kinds.rag.knowledge_base import Generation, Retrieval
from modeleval.kinds.rag.metrics import RagCustomMetric
from modeleval.scores.names import BUILTIN_PREFIX

if TYPE_CHECKING:
    from modeleval.services import Services


def planned(side: RagSide, *, retrieve: bool) -> list[PlannedJob]:
    """One job per part and repeat; a spec is all that `start` and `collect` need."""
    evaluation = side.evaluation
    definitions = {metric.name: metric.to_document() for metric in evaluation.custom_metrics}
    return [
        PlannedJob(
            spec={
                "part": part.number,
                "parts": len(group.parts),
                "repeat": repeat,
                "candidate": side.label,
                "judge": evaluation.judge,
                "metrics": [name for name in group.metrics if name not in definitions],
                "customMetrics": [definitions[n] for n in group.metrics if n in definitions],
                "retrieve": retrieve,
                "precomputed": evaluation.precomputed,
                "knowledgeBase": _asked(evaluation.knowledge_base),
                "datasetName": evaluation.name,
            },
            deadline_seconds=evaluation.deadline_hours * 3600,
            judgements=part.prompts * len(group.metrics),
        )
        for group in side.dataset.groups
        for part in group.parts
        for repeat in range(evaluation.repeats)
    ]


def _asked(base: Retrieval | None) -> dict[str, Any] | None:
    """A knowledge base as a job's item keeps it: what the API is given, in texts of JSON, since the
    table would give its numbers back as decimals."""
    if base is None:
        return None
    generation = base if isinstance(base, Generation) else None
    reranking = base.reranking
    return {
        "id": base.id,
        "search": _text(base.search()),
        "reranker": reranking.model if reranking else None,
        "reranked": reranking.number_of_results if reranking else None,
        "model": generation.model if generation else None,
        "promptTemplate": generation.prompt_template if generation else None,
        "inference": _text(generation.inference_params.to_api() if generation else {}),
    }


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def definitions_of(spec: Mapping[str, Any]) -> list[RagCustomMetric]:
    return [RagCustomMetric.model_validate(metric) for metric in spec["customMetrics"]]


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    spec = job.spec
    asked = JudgeRequest(
        frame=frame_of(job, spec["datasetName"]),
        dataset_name=spec["datasetName"],
        dataset_uri=inputs_uri(job),
        metric_names=[BUILTIN_PREFIX + name for name in spec["metrics"]],
        custom_metrics=[metric.to_api() for metric in definitions_of(spec)],
        judge=spec["judge"],
        source=str(spec["precomputed"]),
    )
    return rag_job(asked, _source(spec, job.services))


def _source(spec: Mapping[str, Any], services: Services) -> PrecomputedRag | KnowledgeBaseSource:
    base = spec["knowledgeBase"]
    if base is None:
        return PrecomputedRag(str(spec["precomputed"]), bool(spec["retrieve"]))
    return KnowledgeBaseSource(
        identifier=base["id"],
        search=json.loads(base["search"]),
        reranker=_model_arn(base["reranker"], services),
        reranked=None if base["reranked"] is None else int(base["reranked"]),
        model=_model_arn(base["model"], services),
        prompt_template=base["promptTemplate"],
        inference=json.loads(base["inference"]),
    )


def _model_arn(text: str | None, services: Services) -> str | None:
    """What the API names `modelArn`: a plain id is written out."""
    model = parse_model_id(text) if text else None
    if model is None:
        return text
    _, partition, _, _, account, _ = services.environment.bedrock_role_arn.split(":", 5)
    return model_arn(model, partition=partition, region=services.region, account=account)
