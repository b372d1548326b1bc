"""What the words of a user make the stand-in model do. local/README.md documents them.

``[tool name {"a": 1}]`` and its like: a word in square brackets, then a name or JSON. What is not
understood stays text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DECODER = json.JSONDecoder()
_START = re.compile(r"\[(tool|next|again|think|unclosed|reason|say|silence|stop)(?=[\s\]])\s*")
_NAME = re.compile(r"[A-Za-z0-9_-]+\s*")
_MOST_ROUNDS = 100


@dataclass(frozen=True)
class Call:
    """A tool to be called; without input the model makes one up by the tool's schema."""

    name: str
    input: dict[str, Any] | None


@dataclass
class Script:
    """What a turn is to be like.

    words: the text without its directives. rounds: the calls, round by round. think, unclosed:
    thinking that leaks into the answer, with and without its end. reason: a block of reasoning.
    say: the answer, word for word. silence: an answer without content. stop: why it ends.
    """

    words: str = ""
    rounds: list[list[Call]] = field(default_factory=list)
    think: str | None = None
    unclosed: str | None = None
    reason: str | None = None
    say: str | None = None
    silence: bool = False
    stop: str | None = None


def read(text: str) -> Script:
    """The script in a user's text."""
    script, rest, end = Script(), [], 0
    rounds: list[list[Call]] = [[]]
    again = 1
    for start, stop, word, argument in _directives(text):
        rest.append(text[end:start])
        end = stop
        if word == "tool":
            rounds[-1].append(argument)
        elif word == "next":
            rounds.append([])
        elif word == "again":
            again = argument
        else:
            setattr(script, word, argument)
    rest.append(text[end:])
    script.words = " ".join("".join(rest).split())
    script.rounds = [calls for calls in rounds if calls] * again
    return script


def _directives(text: str) -> Iterator[tuple[int, int, str, Any]]:
    """Start, end, word and argument of each directive that is understood."""
    position = 0
    while found := _START.search(text, position):
        position = found.end()
        read_argument = _argument(found[1], text, found.end())
        if read_argument is not None:
            argument, end = read_argument
            if text.startswith("]", end):
                position = end + 1
                yield found.start(), position, found[1], argument


def _argument(word: str, text: str, place: int) -> tuple[Any, int] | None:
    """The argument and where it ends; None if it is not what the word needs."""
    if word in ("next", "silence"):
        return True, place
    if word == "tool":
        return _call(text, place)
    value, end = _json(text, place)
    if word == "again":
        sound = isinstance(value, int) and 1 <= value <= _MOST_ROUNDS
        return (value, end) if sound else None
    return (value, end) if isinstance(value, str) else None


def _call(text: str, place: int) -> tuple[Call, int] | None:
    name = _NAME.match(text, place)
    if name is None:
        return None
    value, end = _json(text, name.end())
    if isinstance(value, dict):
        return Call(name[0].strip(), value), end
    return Call(name[0].strip(), None), name.end()


def _json(text: str, place: int) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None, place
    return value, end
