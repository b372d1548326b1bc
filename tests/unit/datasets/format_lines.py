"""One line of each format, with everything that it may have."""

from __future__ import annotations

from typing import Any


def text(said: str) -> dict[str, Any]:
    return {"content": [{"text": said}]}


def turn(asked: str, *references: str, **output: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"prompt": text(asked)}
    if references:
        found["referenceResponses"] = [text(one) for one in references]
    return found | ({"output": output} if output else {})


def turns(*given: dict[str, Any], category: str | None = "c") -> dict[str, Any]:
    return {"conversationTurns": [*given]} | ({"category": category} if category else {})


def messages(*said: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in said]


PASSAGES = {"retrievalResults": [{"content": {"text": "Passage."}, "name": "p"}]}
CITATIONS = [
    {
        "generatedResponsePart": {
            "textResponsePart": {"span": {"start": 0, "end": 4}, "text": "Gave"}
        },
        "retrievedReferences": PASSAGES["retrievalResults"],
    }
]
RETRIEVED = {"knowledgeBaseIdentifier": "rag-v1", "retrievedResults": PASSAGES}
GENERATED = {
    "text": "Gave",
    "knowledgeBaseIdentifier": "rag-v1",
    "retrievedPassages": PASSAGES,
    "citations": CITATIONS,
}
BEDROCK = {"prompt": "Asked?", "referenceResponse": "Wanted", "category": "c"}
FIRST = {"response": "Gave", "modelIdentifier": "bot-v1"}
SECOND = {"response": "Gave too", "modelIdentifier": "bot-v2"}

LINES: dict[str, dict[str, Any]] = {
    "bedrock-responses": BEDROCK | {"modelResponses": [FIRST]},
    "bedrock-prompts": BEDROCK,
    "human-responses": BEDROCK | {"modelResponses": [FIRST, SECOND]},
    "rag-turns": turns(turn("Asked?", "Wanted")),
    "rag-retrieved": turns(turn("Asked?", "Wanted", **RETRIEVED)),
    "rag-generated": turns(turn("Asked?", "Wanted", **GENERATED)),
    "messages": {
        "messages": messages(("system", "Brief."), ("user", "Asked?"), ("assistant", "Wanted")),
        "category": "c",
    },
    "query-response": {"query": "Asked?", "response": "Wanted", "category": "c"},
    "prompt-completion": {"prompt": "Asked?", "completion": "Wanted", "category": "c"},
    "preference": {"prompt": "Asked?", "chosen": "Wanted", "rejected": "Bad", "category": "c"},
    "verl": {
        "prompt": messages(("user", "Asked?")),
        "reward_model": {"ground_truth": "Wanted"},
        "category": "c",
    },
}
"""By the format's name."""
