"""`bedrock-rag-retrieve`: an LLM judges the passages that a RAG system retrieves for questions."""

from __future__ import annotations

from typing import Literal

from modeleval.collecting.document import CollectedFormat
from modeleval.kinds.protocol import Evaluation, Kind
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.rag.kind import RagKind
from modeleval.kinds.rag.knowledge_base import Retrieval
from modeleval.kinds.rag.metrics import RetrieveCustomMetric, RetrieveMetric
from modeleval.scores.rag_metrics import retrieve_metric


class RagRetrieveEvaluation(RagEvaluation):
    """A `bedrock-rag-retrieve` entry of a suite."""

    kind: Literal["bedrock-rag-retrieve"]
    knowledge_base: Retrieval | None = None
    metrics: tuple[RetrieveMetric, ...] = ()
    custom_metrics: tuple[RetrieveCustomMetric, ...] = ()


class BedrockRagRetrieve(RagKind):
    """The kind."""

    name = "bedrock-rag-retrieve"
    document: type[Evaluation] = RagRetrieveEvaluation
    collects: CollectedFormat | None = CollectedFormat.RAG_RETRIEVE
    retrieve = True
    find_metric = staticmethod(retrieve_metric)


KIND: Kind = BedrockRagRetrieve()
