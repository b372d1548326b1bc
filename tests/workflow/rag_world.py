"""RAG evaluations on the deployed stack: knowledge bases, datasets and suites."""

from __future__ import annotations

from typing import Any

from deployed_world import JUDGE, DeployedWorld

KNOWLEDGE_BASE, OTHER_BASE = "KBSUPPORT1", "KBSUPPORT2"
RERANKER = "amazon.rerank-v1:0"
LITE = "amazon.nova-lite-v1:0"
SYSTEM = "our-rag"
PASSAGES = [
    {"text": f"Question {n}? The answer to it is number {n}.", "metadata": {"year": 2000 + n}}
    for n in range(30)
]


def register(world: DeployedWorld, *bases: str, passages: Any = PASSAGES) -> None:
    for base in bases:
        world.aws.control("POST", "knowledge-bases", {"id": base, "passages": passages})


def said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def passages_of(*texts: str) -> dict[str, Any]:
    return {"retrievalResults": [{"content": {"text": text}} for text in texts]}


def turn(number: int, **changes: Any) -> dict[str, Any]:
    """A turn without an output."""
    reference = [said(f"The answer to it is number {number}.")]
    return {"prompt": said(f"Question {number}?"), "referenceResponses": reference} | changes


def answered(number: int, text: str = "", system: str = SYSTEM, **changes: Any) -> dict[str, Any]:
    """A turn with a precomputed answer and its citations."""
    text = text or f"The answer to it is number {number}."
    passage = f"Question {number}? The answer to it is number {number}."
    part = {"textResponsePart": {"span": {"start": 0, "end": len(text)}, "text": text}}
    cited = passages_of(passage)["retrievalResults"]
    output = {
        "text": text,
        "knowledgeBaseIdentifier": system,
        "retrievedPassages": passages_of(passage, "Bread is baked."),
        "citations": [{"generatedResponsePart": part, "retrievedReferences": cited}],
    }
    return turn(number, output=output | changes)


def retrieved(number: int, *texts: str, system: str = SYSTEM) -> dict[str, Any]:
    """A turn with passages that were retrieved before."""
    found = passages_of(*texts or (f"Question {number}? Number {number}.",))
    return turn(number, output={"knowledgeBaseIdentifier": system, "retrievedResults": found})


def line(*turns: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"conversationTurns": [*turns], **beside}


def _suite(kind: str, dataset: str, **fields: Any) -> dict[str, Any]:
    evaluation = {
        "name": "rag",
        "kind": kind,
        "dataset": dataset,
        "responses": {"precomputed": SYSTEM},
        "judge": JUDGE,
        **fields,
    }
    given = {name: value for name, value in evaluation.items() if value is not None}
    return {"name": "rag-test", "acceptBedrockEvaluationTerms": True, "evaluations": [given]}


def retrieval(dataset: str, **fields: Any) -> dict[str, Any]:
    """A suite that judges retrieval alone."""
    return _suite("bedrock-rag-retrieve", dataset, **{"metrics": ["ContextRelevance"]} | fields)


def generation(dataset: str, **fields: Any) -> dict[str, Any]:
    """A suite that judges answers."""
    return _suite("bedrock-rag-generate", dataset, **{"metrics": ["Correctness"]} | fields)
