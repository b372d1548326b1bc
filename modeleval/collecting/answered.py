"""An answer as it is kept: without its thinking, and in characters that every file can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.collecting.protocol import Answer, Citation, Message, Passage, TurnFailed
from modeleval.datasets.thinking import Stripped, strip_thinking

MOST_ANSWER_BYTES = 400_000
"""Of an answer with its passages and citations, as JSON: a record's line must hold it."""
_CLOSING = "</thinking>"


class KeptPassage(msgspec.Struct, omit_defaults=True):
    text: str
    name: str | None = None
    metadata: dict[str, Any] | None = None


class KeptCitation(msgspec.Struct, omit_defaults=True):
    """start, end: in the kept text, end exclusive."""

    start: int
    end: int
    passages: tuple[KeptPassage, ...]


class Kept(NamedTuple):
    """thinking: how many blocks were removed."""

    text: str
    thinking: int
    passages: tuple[KeptPassage, ...]
    citations: tuple[KeptCitation, ...]


def whole(text: str) -> str:
    """The text with lone surrogates, which UTF-8 does not have, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def whole_json(value: Any) -> Any:
    """JSON's values with `whole` texts and finite numbers."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {whole(str(name)): whole_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [whole_json(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def without_thinking(text: str) -> Stripped:
    """A text without its blocks, trimmed if it had any.

    A block that does not end goes to the end of the text: the model was cut off in it. Raises
    TurnFailed where a tag is left, which takes tags within tags.
    """
    found = strip_thinking(text)
    if found.unclosed:
        found = strip_thinking(text + _CLOSING)
    again = strip_thinking(found.text)
    if again.blocks or again.unclosed:
        raise TurnFailed("invalidAnswer")
    return found


def kept(answer: Answer, *, text_needed: bool = True) -> Kept:
    """What is kept of an answer; raises TurnFailed if there is nothing, or too much, of it.

    text_needed: else passages are an answer, and so is that there are none.
    """
    said = whole(answer.text)
    stripped = without_thinking(said)
    passages = _passages(answer.passages)
    if text_needed and not stripped.text.strip():
        raise TurnFailed("emptyAnswer")
    citations = _citations(answer.citations, said, stripped)
    found = Kept(stripped.text, stripped.blocks, passages, citations)
    if len(msgspec.json.encode(found)) > MOST_ANSWER_BYTES:
        raise TurnFailed("answerTooLong")
    return found


def _passages(passages: Sequence[Passage]) -> tuple[KeptPassage, ...]:
    """Those that have a text."""
    return tuple(
        KeptPassage(
            whole(one.text),
            None if one.name is None else whole(one.name),
            None if one.metadata is None else whole_json(dict(one.metadata)),
        )
        for one in passages
        if one.text.strip()
    )


def _citations(
    given: Sequence[Citation], said: str, stripped: Stripped
) -> tuple[KeptCitation, ...]:
    """Citations by their places in the kept text; those of removed thinking are left out."""
    found = []
    for one in given:
        if not 0 <= one.start <= one.end <= len(said):
            raise TurnFailed("invalidAnswer")
        start, end = one.start, one.end
        if stripped.blocks:
            start, end = _moved(start, said, stripped), _moved(end, said, stripped)
        if start < end:
            found.append(KeptCitation(start, end, _passages(one.passages)))
    return tuple(found)


def _moved(place: int, said: str, stripped: Stripped) -> int:
    """Where a place of what was said is in the text that was kept, or the nearest to it."""
    parts = [said[start : min(end, place)] for start, end in stripped.kept if start < place]
    whole_parts = "".join([said[start:end] for start, end in stripped.kept])
    trimmed = len(whole_parts) - len(whole_parts.lstrip())
    return min(max(sum(map(len, parts)) - trimmed, 0), len(stripped.text))


def stripped_messages(messages: Sequence[Message], answer: str) -> list[Message]:
    """The messages of a turn that is over, for the turns after it.

    The last one, the assistant's, says the answer as it is kept; texts between calls of tools lose
    their thinking.
    """
    said = [_stripped(one) if one["role"] == "assistant" else one for one in messages]
    if said and said[-1]["role"] == "assistant":
        last = said.pop()
        before = [block for block in last["content"] if "text" not in block]
        return [*said, {**last, "content": [*before, {"text": answer}]}]
    return [*said, {"role": "assistant", "content": [{"text": answer}]}]


def _stripped(message: Message) -> Message:
    content = []
    for block in message["content"]:
        if "text" not in block:
            content.append(block)
            continue
        try:
            text = without_thinking(block["text"]).text
        except TurnFailed:
            continue
        if text.strip():
            content.append({**block, "text": text})
    return {**message, "content": content}


def json_size(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
