"""What a line of any format means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Place
from modeleval.datasets.prompts.identity import Message


class Said(NamedTuple):
    """What somebody answered. source: whose identifier it is; "" until it has one."""

    text: str
    source: str


class Example(NamedTuple):
    """One record.

    asked: the conversation, which ends with what the user says. reference: the answer that one
    would want. answers: what models or RAG systems answered. left: the names (or paths) of the line
    that are none of these, as they may be shown. turns: how many of them the service judges.
    cited: whether the answer comes with its citations.
    """

    asked: tuple[Message, ...]
    reference: str | None
    answers: tuple[Said, ...]
    category: str | None
    left: tuple[str, ...]
    turns: int = 1
    cited: bool = False

    def answer_of(self, source: str | None) -> Said | None:
        """That source's answer; of None the first one."""
        return next((one for one in self.answers if source in (None, one.source)), None)


Reader: TypeAlias = Callable[[Fields, Place], Example | None]
"""Reads a line's fields; None if they are wrong, and then the place has the problems."""


class Written(NamedTuple):
    """A line of another format.

    folded: a conversation was written as one text. left: what the format has no room for.
    """

    fields: dict[str, Any]
    folded: bool = False
    left: tuple[str, ...] = ()


Writer: TypeAlias = Callable[[Example], Written | str]
"""Writes a record; a text is the reason why the format cannot hold it."""
