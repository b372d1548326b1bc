"""`bedrock-rag-generate`: an LLM judges a RAG system's answers, and how they rest on passages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modeleval.collecting.document import CollectedFormat
from modeleval.kinds.protocol import Evaluation, Kind
from modeleval.kinds.rag.document import RagCandidate, RagEvaluation
from modeleval.kinds.rag.kind import RagKind
from modeleval.kinds.rag.knowledge_base import Generation
from modeleval.kinds.rag.metrics import GenerateMetric, RagCustomMetric
from modeleval.scores.rag_metrics import generate_metric


class GenerateCandidate(RagCandidate):
    """A further RAG system; its knowledge base has a model that answers."""

    knowledge_base: Generation | None = None


class RagGenerateEvaluation(RagEvaluation):
    """A `bedrock-rag-generate` entry of a suite."""

    kind: Literal["bedrock-rag-generate"]
    knowledge_base: Generation | None = None
    metrics: tuple[GenerateMetric, ...] = ()
    custom_metrics: tuple[RagCustomMetric, ...] = ()
    candidates: Annotated[tuple[GenerateCandidate, ...], Field(max_length=9)] = ()
    refusal_wanted: bool = False
    keep_thinking: bool = False


class BedrockRagGenerate(RagKind):
    """The kind."""

    name = "bedrock-rag-generate"
    document: type[Evaluation] = RagGenerateEvaluation
    collects: CollectedFormat | None = CollectedFormat.RAG_GENERATE
    retrieve = False
    find_metric = staticmethod(generate_metric)


KIND: Kind = BedrockRagGenerate()
