"""What a RAG system gave for a turn: as a dataset has it, or as a knowledge base just gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedded_aws.bedrock.dataset import DatasetError
from embedded_aws.bedrock.rag.shapes import listed, object_in, passages
from embedded_aws.bedrock.rag.source import Source

_RETRIEVE = {"knowledgeBaseIdentifier", "retrievedResults"}
_GENERATE = {"text", "modelIdentifier", "knowledgeBaseIdentifier", "retrievedPassages", "citations"}


@dataclass(frozen=True)
class Citation:
    """A part of an answer, and the passages it rests on."""

    said: str
    cited: list[str]


@dataclass(frozen=True)
class Output:
    """An output; ``text`` is None for retrieval alone. ``shown`` is what the results file has."""

    text: str | None
    passages: list[str]
    citations: list[Citation] | None
    shown: dict[str, Any]

    @property
    def empty(self) -> bool:
        """Whether there is nothing that could be judged."""
        return not self.text and not self.passages


def given_output(value: Any, source: Source) -> Output:
    """A precomputed output; raises DatasetError."""
    if not isinstance(value, dict):
        raise DatasetError("output is missing")
    if not set(value) <= (_RETRIEVE if source.retrieve else _GENERATE):
        raise DatasetError("output has an unknown member")
    if value.get("knowledgeBaseIdentifier") != source.identifier:
        raise DatasetError("knowledgeBaseIdentifier is not the job's ragSourceIdentifier")
    name = "retrievedResults" if source.retrieve else "retrievedPassages"
    found = passages(listed(object_in(value, name), "retrievalResults"))
    texts = [passage["content"]["text"] for passage in found]
    if source.retrieve:
        return Output(None, texts, None, value)
    text = value.get("text")
    if (
        not isinstance(text, str)
        or not text
        or not isinstance(value.get("modelIdentifier", ""), str)
    ):
        raise DatasetError("output needs a text")
    citations = None
    if "citations" in value:
        citations = [_citation(one, text) for one in listed(value, "citations")]
    return Output(text, texts, citations, value)


def _citation(value: Any, answer: str) -> Citation:
    part = object_in(object_in(value, "generatedResponsePart"), "textResponsePart")
    span, said = object_in(part, "span"), part.get("text")
    start, end = span.get("start"), span.get("end")
    if not isinstance(said, str) or type(start) is not int or type(end) is not int:
        raise DatasetError("a citation is not in the expected format")
    if not 0 <= start <= end <= len(answer):
        raise DatasetError("a citation's span is outside of the text")
    cited = passages(listed(value, "retrievedReferences"))
    return Citation(said, [passage["content"]["text"] for passage in cited])
