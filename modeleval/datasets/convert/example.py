"""What a line of any format means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Place
from modeleval.datasets.prompts.identity import Message


class Example(NamedTuple):
    """One record.

    asked: the conversation, which ends with what the user says. reference: the answer that one
    would want. response: what `identifier` answered. left: the names (or paths) of the line that
    are none of these, as they may be shown.
    """

    asked: tuple[Message, ...]
    reference: str | None
    response: str | None
    identifier: str | None
    category: str | None
    left: tuple[str, ...]


Reader: TypeAlias = Callable[[Fields, Place], Example | None]
"""Reads a line's fields; None if they are wrong, and then the place has the problems."""


class Written(NamedTuple):
    """A line of another format. folded: a conversation was written as one text."""

    fields: dict[str, Any]
    folded: bool = False


Writer: TypeAlias = Callable[[Example], Written | str]
"""Writes a record; a text is the reason why the format cannot hold it."""
