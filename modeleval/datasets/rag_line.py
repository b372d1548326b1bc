"""A line of a RAG dataset as it is written for Bedrock, and digests of its turns.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/kb-evaluation-prompt.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

_BYTES = 16


class Text(msgspec.Struct, omit_defaults=True):
    text: str


class Content(msgspec.Struct):
    """`{"content": [{"text": "…"}]}`: prompts and references."""

    content: tuple[Text, ...]

    @classmethod
    def of(cls, text: str) -> Content:
        return cls((Text(text),))


class Passage(msgspec.Struct, omit_defaults=True):
    """A passage that was retrieved or cited; `name` is left out where there is none."""

    content: Text
    name: str | None = None
    metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Passages(msgspec.Struct, rename="camel"):
    retrieval_results: tuple[Passage, ...]


class Span(msgspec.Struct):
    start: int
    end: int


class TextPart(msgspec.Struct):
    span: Span
    text: str


class ResponsePart(msgspec.Struct, rename="camel"):
    text_response_part: TextPart


class Citation(msgspec.Struct, rename="camel"):
    generated_response_part: ResponsePart
    retrieved_references: tuple[Passage, ...]


class Output(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What the RAG system gave: passages alone, or an answer with its passages and citations."""

    text: str | msgspec.UnsetType = msgspec.UNSET
    model_identifier: str | msgspec.UnsetType = msgspec.UNSET
    knowledge_base_identifier: str
    retrieved_results: Passages | msgspec.UnsetType = msgspec.UNSET
    retrieved_passages: Passages | msgspec.UnsetType = msgspec.UNSET
    citations: tuple[Citation, ...] | msgspec.UnsetType = msgspec.UNSET

    @property
    def passages(self) -> tuple[Passage, ...]:
        found = self.retrieved_results or self.retrieved_passages
        return found.retrieval_results if found else ()


class Turn(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One turn, in the order in which its fields are written."""

    prompt: Content
    reference_responses: tuple[Content, ...] | msgspec.UnsetType = msgspec.UNSET
    reference_contexts: tuple[Content, ...] | msgspec.UnsetType = msgspec.UNSET
    output: Output | msgspec.UnsetType = msgspec.UNSET


class RagLine(msgspec.Struct, rename="camel"):
    conversation_turns: tuple[Turn, ...]


Asked = tuple[str, tuple[str, ...]]
"""A turn's prompt and its reference responses."""


def turn_digest(history: Iterable[Asked]) -> str:
    """Digest of what was asked in the last turn of `history`, and before it: 32 hex digits.

    Never of a response: SHA-256 of each turn's texts, each preceded by its number of characters.
    """
    digest = hashlib.sha256()
    for prompt, references in history:
        texts = [text for text in references if text]
        for text in (prompt, *texts):
            digest.update(f"{len(text)}:{text}".encode("utf-8", "surrogatepass"))
        digest.update(b";")
    return digest.digest()[:_BYTES].hex()


def output_digest(text: str | None, passages: Iterable[str]) -> str:
    """Digest of what the RAG system gave: its answer and its passages. 32 hex digits."""
    digest = hashlib.sha256()
    for part in (text or "", *passages):
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
    return digest.digest()[:_BYTES].hex()
