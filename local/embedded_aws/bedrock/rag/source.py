"""What a RAG job evaluates, by the names it is spoken of here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from embedded_aws.errors import invalid


def is_rag(request: dict[str, Any]) -> bool:
    """Whether a CreateEvaluationJob request is about a RAG system."""
    return "ragConfigs" in request["inferenceConfig"]


@dataclass(frozen=True)
class Source:
    """A RAG system: outputs given before, or a knowledge base that is asked in the job.

    ``search`` is its vectorSearchConfiguration; ``model`` is the ARN of what answers.
    """

    retrieve: bool
    identifier: str
    precomputed: bool
    search: dict[str, Any] = field(default_factory=dict)
    model: str | None = None
    max_tokens: int | None = None

    @property
    def reranker(self) -> str | None:
        """The ARN of the model that puts the passages into another order."""
        config = self.search.get("rerankingConfiguration", {}).get("bedrockRerankingConfiguration")
        return str(config["modelConfiguration"]["modelArn"]) if config else None


def source_of(request: dict[str, Any]) -> Source:
    """The one source of a request; raises ValidationException on what is not supported here."""
    (config,) = request["inferenceConfig"]["ragConfigs"]
    if "precomputedRagSourceConfig" in config:
        given = config["precomputedRagSourceConfig"]
        ((member, named),) = given.items()
        retrieve = member == "retrieveSourceConfig"
        return Source(retrieve, named["ragSourceIdentifier"], precomputed=True)
    asked = config["knowledgeBaseConfig"]
    if "retrieveConfig" in asked:
        retrieval = asked["retrieveConfig"]
        search = retrieval["knowledgeBaseRetrievalConfiguration"]["vectorSearchConfiguration"]
        return Source(True, retrieval["knowledgeBaseId"], precomputed=False, search=search)
    return _generated(asked["retrieveAndGenerateConfig"])


def _generated(config: dict[str, Any]) -> Source:
    base = config.get("knowledgeBaseConfiguration")
    if config["type"] != "KNOWLEDGE_BASE" or base is None:
        raise invalid("This stand-in generates answers from knowledge bases only.")
    retrieval = base.get("retrievalConfiguration", {}).get("vectorSearchConfiguration", {})
    generation = base.get("generationConfiguration", {})
    inference = generation.get("kbInferenceConfig", {}).get("textInferenceConfig", {})
    template = generation.get("promptTemplate", {}).get("textPromptTemplate")
    if template is not None and "$search_results$" not in template:
        raise invalid("The prompt template must contain $search_results$.")
    return Source(
        retrieve=False,
        identifier=base["knowledgeBaseId"],
        precomputed=False,
        search=retrieval,
        model=base["modelArn"],
        max_tokens=inference.get("maxTokens"),
    )


def summary(request: dict[str, Any]) -> dict[str, Any]:
    """What is evaluated, as ListEvaluationJobs shows it."""
    source = source_of(request)
    asked = [] if source.precomputed else [source.identifier]
    return {
        "ragConfigSummary": {
            "bedrockKnowledgeBaseIdentifiers": asked,
            "precomputedRagSourceIdentifiers": [source.identifier] if source.precomputed else [],
        }
    }
