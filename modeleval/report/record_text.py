"""What a record says: read from a line of any dataset format, or of a Bedrock job's output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from modeleval.bedrock.human_outputs import HumanRecord
from modeleval.bedrock.outputs import OutputRecord
from modeleval.bedrock.rag_outputs import OutputConversation
from modeleval.datasets import rag_line
from modeleval.datasets.convert.example import Said
from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.formats import format_of
from modeleval.datasets.prompts.identity import ASSISTANT, USER, Message

_fields = msgspec.json.Decoder(Fields)
_rag = msgspec.json.Decoder(rag_line.RagLine)
_TURNS = "conversationTurns"


class Cited(NamedTuple):
    """A piece of the answer, and the passages that it is said to rest on."""

    text: str
    passages: tuple[str, ...]


class RecordText(NamedTuple):
    """What was asked and answered. asked: the conversation, which ends with what the user says.

    answers: whose answer each is; none where the service got them itself, and they stand in its
    output. asked_of: a RAG turn's digest material (prompt and references of it and before it).
    """

    asked: tuple[Message, ...]
    reference: str | None = None
    answers: tuple[Said, ...] = ()
    passages: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
    turns: tuple[rag_line.Asked, ...] = ()


def texts_of(line: bytes) -> list[RecordText]:
    """The records of a validated line: one, or one per turn of a conversation.

    Nothing for a line that cannot be read: a report goes on without it.
    """
    try:
        fields = _fields.decode(line)
        if _TURNS in fields:
            return list(_turns(_rag.decode(line).conversation_turns))
        found = format_of(fields)
        read = found.read if found else None
        example = read(fields, Place(Findings(), 1)) if read else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    if example is None:
        return []
    return [RecordText(example.asked, example.reference, example.answers)]


def _turns(turns: Iterable[rag_line.Turn]) -> Iterator[RecordText]:
    history: list[Message] = []
    asked: list[rag_line.Asked] = []
    for turn in turns:
        prompt = _text(turn.prompt)
        references = tuple(_text(one) for one in turn.reference_responses or ())
        history.append((USER, prompt))
        asked.append((prompt, references))
        output = turn.output or None
        answer = (output.text or "") if output else ""
        reference = references[0] if references else None
        source = output.knowledge_base_identifier if output else ""
        yield RecordText(
            asked=tuple(history),
            reference=reference,
            answers=(Said(answer, source),) if answer else (),
            passages=tuple(one.content.text for one in output.passages) if output else (),
            cited=_cited(output.citations or ()) if output else (),
            turns=tuple(asked),
        )
        if answer or reference:
            history.append((ASSISTANT, answer or reference or ""))


def _text(content: rag_line.Content) -> str:
    return "".join(one.text for one in content.content)


def _cited(citations: Iterable[rag_line.Citation]) -> tuple[Cited, ...]:
    return tuple(
        Cited(
            one.generated_response_part.text_response_part.text,
            tuple(passage.content.text for passage in one.retrieved_references),
        )
        for one in citations
    )


def of_output(record: OutputRecord, source: str) -> RecordText:
    """A record of a job that got the response itself; `source` is whose it is."""
    asked = record.input_record
    answers = (Said(record.response, source),) if record.response else ()
    return RecordText(((USER, asked.prompt),), asked.reference_response, answers)


def of_conversation(conversation: OutputConversation, source: str) -> Iterator[RecordText]:
    """The turns of a conversation that a knowledge base answered."""
    history: list[Message] = []
    asked: list[rag_line.Asked] = []
    for turn in conversation.conversation_turns:
        history.append((USER, turn.prompt))
        asked.append((turn.prompt, tuple(turn.references)))
        yield RecordText(
            asked=tuple(history),
            reference=next(iter(turn.references), None),
            answers=(Said(turn.text, source),) if turn.text else (),
            passages=tuple(turn.passages),
            turns=tuple(asked),
        )
        if turn.text:
            history.append((ASSISTANT, turn.text))


def of_people(record: HumanRecord) -> RecordText:
    """A record that people rated, with every source's response."""
    answers = tuple(Said(text, name) for name, text in record.responses.items() if text)
    return RecordText(((USER, record.prompt),), record.reference, answers)


def unanswered(text: RecordText, *, sources: int = 1) -> bool:
    """Whether no passage, and not every source's answer, is known yet."""
    return len(text.answers) < sources and not text.passages


__all__: Sequence[str] = (
    "Cited",
    "RecordText",
    "of_conversation",
    "of_output",
    "of_people",
    "texts_of",
    "unanswered",
)
