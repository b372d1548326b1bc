"""`bedrock-rag-generate`: an LLM judges what a RAG system answers from the passages it retrieves."""

from __future__ import annotations

from typing import Literal

from modeleval.kinds.knowledge_base import Generation
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.rag_document import RagEvaluation
from modeleval.kinds.rag_kind import RagKind
from modeleval.kinds.rag_metrics import GenerateMetric, RagCustomMetric
from modeleval.scores.rag_metrics import generate_metric


class RagGenerateEvaluation(RagEvaluation):
    """A `bedrock-rag-generate` entry of a suite."""

    kind: Literal["bedrock-rag-generate"]
    knowledge_base: Generation | None = None
    metrics: tuple[GenerateMetric, ...] = ()
    custom_metrics: tuple[RagCustomMetric, ...] = ()
    refusal_wanted: bool = False
    keep_thinking: bool = False


class BedrockRagGenerate(RagKind):
    """The kind."""

    name = "bedrock-rag-generate"
    document: type[Evaluation] = RagGenerateEvaluation
    retrieve = False
    find_metric = staticmethod(generate_metric)
