"""How numbers, directions and other people's texts are written in a report."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from modeleval.scores.metrics import Direction

# Control characters but tab and newline, what turns or hides the direction of text, and line ends
# that are none in HTML. Joiners stay: scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_CATEGORY_NONE = "-"


def visible(text: str) -> str:
    """The text with every character that could not be seen, or could deceive, named instead."""
    unix = text.replace("\r\n", "\n")
    return _INVISIBLE.sub(lambda found: f"\u27e8U+{ord(found[0]):04X}\u27e9", unix)


def number(value: float | None, *, signed: bool = False) -> str:
    """Three decimals, or as many digits where a number is large; a dash where there is none."""
    if value is None:
        return "\u2013"
    places = 3 if abs(value) < 1000 else 1  # noqa: PLR2004 - from here on decimals say little
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    return text.replace("-", "\u2212")


def ends(low: float | None, high: float | None, *, signed: bool = False) -> str:
    """Both ends of an interval; nothing where there is none."""
    if low is None or high is None:
        return ""
    return f"{number(low, signed=signed)} to {number(high, signed=signed)}"


def short(value: float) -> str:
    """As on an axis: no more digits than are needed."""
    return f"{value:.3g}".replace("-", "\u2212")


def level(value: float | str | None) -> str:
    """A number, or a level of a string scale."""
    return value if isinstance(value, str) else _CATEGORY_NONE if value is None else f"{value:g}"


class Better(NamedTuple):
    """Which way is better, as a sign and in words."""

    sign: str
    words: str
    higher: bool


def better(direction: str) -> Better:
    higher = Direction(direction) is Direction.HIGHER
    return (
        Better("\u2191", "higher is better", True)
        if higher
        else Better("\u2193", "lower is better", False)
    )


class Cutter:
    """Cuts texts to a length, and all of a report's together to a size."""

    def __init__(self, *, each: int, total: int) -> None:
        self._each = each
        self._left = total

    def cut(self, text: str) -> str:
        """The text, or its beginning and how much is left out."""
        room = max(0, min(self._each, self._left))
        self._left -= min(len(text), room)
        if len(text) <= room:
            return text
        return f"{text[:room]}\u2026 [{len(text) - room:,} more characters]"


def moment(timestamp: str | None) -> str:
    """A time stamp (ISO 8601, UTC) to the minute."""
    return "" if not timestamp else f"{timestamp[:16].replace('T', ' ')} UTC"


def verdict_sign(word: str) -> str:
    """A shape beside a word, so that it is told without colour."""
    return {
        "passed": "\u2713",
        "succeeded": "\u2713",
        "improved": "\u25b2",
        "failed": "\u2715",
        "regressed": "\u25bc",
        "stopped": "\u2715",
        "pending": "\u2026",
        "running": "\u2026",
        "no worse than the margin": "\u2248",
    }.get(word, "?")


def tone(word: str) -> str:
    """The class of a word's colour."""
    tones: dict[str, Any] = {
        "passed": "good",
        "improved": "good",
        "succeeded": "good",
        "no worse than the margin": "good",
        "failed": "bad",
        "regressed": "bad",
        "stopped": "bad",
        "pending": "wait",
        "running": "wait",
    }
    return str(tones.get(word, "open"))
