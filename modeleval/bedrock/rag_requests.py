"""The CreateEvaluationJob request for RAG: a judge's request about another source.

`taskType` is ignored for these jobs, as the service model says. What goes in holds the patterns,
enums and maximum lengths, which botocore does not check.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from modeleval.bedrock.requests import JudgeRequest, judge_job


class PrecomputedRag(NamedTuple):
    """Outputs that stand in the dataset, by their source's identifier."""

    identifier: str
    retrieve: bool


class KnowledgeBaseSource(NamedTuple):
    """A knowledge base that is asked while the job runs.

    search: a KnowledgeBaseVectorSearchConfiguration without its reranker. reranker: that model's
    ARN, and how many passages it leaves. model: the ARN of the model that answers; None for
    retrieval alone. inference: a TextInferenceConfig.
    """

    identifier: str
    search: Mapping[str, Any]
    reranker: str | None = None
    reranked: int | None = None
    model: str | None = None
    prompt_template: str | None = None
    inference: Mapping[str, Any] = {}


def rag_job(job: JudgeRequest, source: PrecomputedRag | KnowledgeBaseSource) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`; `job.source` does not matter."""
    return {
        **judge_job(job),
        "applicationType": "RagEvaluation",
        "inferenceConfig": {"ragConfigs": [_config(source)]},
    }


def _config(source: PrecomputedRag | KnowledgeBaseSource) -> dict[str, Any]:
    if isinstance(source, PrecomputedRag):
        member = "retrieveSourceConfig" if source.retrieve else "retrieveAndGenerateSourceConfig"
        identifier = {"ragSourceIdentifier": source.identifier}
        return {"precomputedRagSourceConfig": {member: identifier}}
    retrieval = {"vectorSearchConfiguration": {**source.search, **_reranking(source)}}
    if source.model is None:
        return {
            "knowledgeBaseConfig": {
                "retrieveConfig": {
                    "knowledgeBaseId": source.identifier,
                    "knowledgeBaseRetrievalConfiguration": retrieval,
                }
            }
        }
    base: dict[str, Any] = {
        "knowledgeBaseId": source.identifier,
        "modelArn": source.model,
        "retrievalConfiguration": retrieval,
    }
    generation = _generation(source)
    if generation:
        base["generationConfiguration"] = generation
    return {
        "knowledgeBaseConfig": {
            "retrieveAndGenerateConfig": {
                "type": "KNOWLEDGE_BASE",
                "knowledgeBaseConfiguration": base,
            }
        }
    }


def _reranking(source: KnowledgeBaseSource) -> dict[str, Any]:
    if source.reranker is None:
        return {}
    config: dict[str, Any] = {"modelConfiguration": {"modelArn": source.reranker}}
    if source.reranked is not None:
        config["numberOfRerankedResults"] = source.reranked
    model = {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": config}
    return {"rerankingConfiguration": model}


def _generation(source: KnowledgeBaseSource) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if source.prompt_template is not None:
        found["promptTemplate"] = {"textPromptTemplate": source.prompt_template}
    if source.inference:
        found["kbInferenceConfig"] = {"textInferenceConfig": dict(source.inference)}
    return found
