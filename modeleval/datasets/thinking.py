"""`<thinking>` blocks: what a model says to itself before it answers."""

from __future__ import annotations

import re
from typing import NamedTuple

_OPENING = re.compile("<thinking>", re.IGNORECASE)
_CLOSING = re.compile("</thinking>", re.IGNORECASE)

# Every tag matches it. It begins with one definite character, which is searched for quickly.
_MAYBE_TAG = re.compile("</?[tT][hH]")


class Stripped(NamedTuple):
    """A response without its blocks, and what was found on the way.

    kept: what `text` is of the response, before it was trimmed: (start, end) of each part.
    """

    text: str
    blocks: int
    unclosed: bool
    stray_closing: bool
    kept: tuple[tuple[int, int], ...] = ()


def may_think(response: str) -> bool:
    """False if there is surely no tag in the response; quick."""
    return _MAYBE_TAG.search(response) is not None


def strip_thinking(response: str) -> Stripped:
    """Remove every `<thinking>…</thinking>`; a block ends at the first closing tag after it.

    A response that has no block comes back as it is; one that had is also trimmed, since the
    blocks leave their blank lines behind. Two searches walk the text once: a pattern
    `<thinking>.*?</thinking>` would be quadratic on a megabyte of opening tags.
    """
    kept: list[tuple[int, int]] = []
    blocks = position = 0
    while opening := _OPENING.search(response, position):
        closing = _CLOSING.search(response, opening.end())
        if closing is None:
            return Stripped(response, blocks, unclosed=True, stray_closing=False)
        kept.append((position, opening.start()))
        position = closing.end()
        blocks += 1
    kept.append((position, len(response)))
    text = "".join([response[a:b] for a, b in kept]).strip() if blocks else response
    stray = bool(_CLOSING.search(text))
    return Stripped(text, blocks, unclosed=False, stray_closing=stray, kept=tuple(kept))
