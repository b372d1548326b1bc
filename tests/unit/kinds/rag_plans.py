"""One RAG evaluation, planned on a dataset in memory; the documents and lines to plan it from."""

from __future__ import annotations

import json
from typing import Any

from judge_plans import NUMBER
from unit_documents import JUDGE, RUN, settings
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.bedrock.models import Purpose
from modeleval.errors import GeneratorNotAllowed, JudgeNotAllowed
from modeleval.kinds.protocol import Plan, PlanContext
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.registry import KINDS

DATASET = "datasets/rag.jsonl"
SYSTEM = "our-rag"
BASE, OTHER_BASE = "ABCDEFGHIJ", "KLMNOPQRST"
LITE = "amazon.nova-lite-v1:0"
RERANKER = "amazon.rerank-v1:0"
ASKED = {"id": BASE, "model": LITE}
ALLOWED = {
    "knowledgeBaseIds": [BASE, OTHER_BASE],
    "generatorModels": [LITE],
    "rerankerModels": [RERANKER],
}
RETRIEVE, GENERATE = "bedrock-rag-retrieve", "bedrock-rag-generate"


class KnownModels:
    """Models of which all are well that the settings allow; what was asked for is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def check(self, text: str, purpose: Purpose, *, allowed: Any, field: str) -> None:
        self.asked.append((purpose.noun, text, field.removeprefix(f"evaluations[{NUMBER}].")))
        if text not in allowed:
            refusal = JudgeNotAllowed if purpose.noun == "judge" else GeneratorNotAllowed
            raise refusal(text, where=field, action="x")


class KnownBases:
    """Knowledge bases that are all well; which were asked about is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def check(self, identifier: str, *, field: str) -> None:
        self.asked.append((identifier, field.removeprefix(f"evaluations[{NUMBER}].")))


def document(kind: str = GENERATE, **changes: Any) -> dict[str, Any]:
    """A valid entry of precomputed outputs; a change to None removes the field."""
    metrics = ["Correctness"] if kind == GENERATE else ["ContextRelevance"]
    fields = {
        "name": "rag",
        "kind": kind,
        "dataset": DATASET,
        "responses": {"precomputed": SYSTEM},
        "judge": JUDGE,
        "metrics": metrics,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def entry(kind: str = GENERATE, **changes: Any) -> RagEvaluation:
    parsed = KINDS[kind].document.model_validate(document(kind, **changes))
    assert isinstance(parsed, RagEvaluation)
    return parsed


def turn(number: int = 0, answer: str | None = "So.", *texts: str, **changes: Any) -> Any:
    """A turn with a generated answer; without an answer, of retrieval alone; else as changed."""
    given = [{"content": {"text": text}} for text in texts or ("A passage.",)]
    name = "retrievedResults" if answer is None else "retrievedPassages"
    output: dict[str, Any] = {"knowledgeBaseIdentifier": SYSTEM, name: {"retrievalResults": given}}
    if answer is not None:
        output["text"] = answer
    return {"prompt": {"content": [{"text": f"Question {number}?"}]}, "output": output} | changes


def lines(*turns: Any, **beside: Any) -> bytes:
    """A line per turn."""
    return b"".join(
        json.dumps({"conversationTurns": [one], **beside}).encode() + b"\n" for one in turns
    )


def plan(
    s3: MemoryS3,
    kind: str = GENERATE,
    *,
    models: KnownModels | None = None,
    bases: KnownBases | None = None,
    sample: int | None = None,
    allowed: dict[str, Any] = ALLOWED,
    **changes: Any,
) -> Plan:
    outside = services(
        objects=bucket(s3),
        store=FakeStore(),
        models=models or KnownModels(),
        knowledge_bases=bases or KnownBases(),
        settings=settings(**allowed),
    )
    context = PlanContext(RUN, NUMBER, outside, sample)
    return KINDS[kind].plan(entry(kind, **changes), context)
