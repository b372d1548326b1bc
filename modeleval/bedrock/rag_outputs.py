"""What a RAG job writes to S3: one line per conversation, its turns with their results.

Read tolerantly, since AWS documents no sample. One real file of generated answers is known; that of
retrieval alone is expected to differ only in `retrievedResults`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from modeleval.bedrock.outputs import OutputScore, decode_lines


class _Text(msgspec.Struct):
    text: str = ""


class _Content(msgspec.Struct):
    content: list[_Text] | None = None

    @property
    def text(self) -> str:
        return "".join(one.text for one in self.content or [])


class _Passage(msgspec.Struct):
    content: _Text | None = None


class _Passages(msgspec.Struct, rename="camel"):
    retrieval_results: list[_Passage] | None = None


class _Input(msgspec.Struct, rename="camel"):
    prompt: _Content
    reference_responses: list[_Content] | None = None


class _Output(msgspec.Struct, rename="camel"):
    text: str | None = None
    retrieved_passages: _Passages | None = None
    retrieved_results: _Passages | None = None


class OutputTurn(msgspec.Struct, rename="camel"):
    """One turn of the output, as far as scores need it."""

    input_record: _Input
    output: _Output | None = None
    results: list[OutputScore] | None = None

    @property
    def prompt(self) -> str:
        return self.input_record.prompt.text

    @property
    def references(self) -> Sequence[str]:
        return [one.text for one in self.input_record.reference_responses or []]

    @property
    def text(self) -> str:
        return (self.output.text if self.output else None) or ""

    @property
    def passages(self) -> Sequence[str]:
        given = self.output
        found = (given.retrieved_results or given.retrieved_passages) if given else None
        results = (found.retrieval_results if found else None) or []
        return [one.content.text for one in results if one.content]


class OutputConversation(msgspec.Struct, rename="camel"):
    """One line of the output."""

    conversation_turns: list[OutputTurn]


def read_rag_output(lines: Iterable[bytes]) -> Iterator[OutputConversation]:
    """Decode the conversations of one output file; raises UnreadableLine."""
    return decode_lines(lines, OutputConversation)
