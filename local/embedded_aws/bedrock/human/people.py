"""The stand-in people: nobody, and deterministic; several for each record, who differ.

A person sees how many of the reference's words (of the prompt's, without one) a response has, gives
it 1 to 5 points for that, and is in a mood of their own: strict, even or mild, and now and then
distracted. Which of two responses stands on the left changes from record to record.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\w+")
_FEWEST, _MOST = 1, 5
_GOOD = 4  # from here on the thumb is up
_MIDDLE = 3
_ONE_IN = 6  # a person is distracted once in so many records


@dataclass(frozen=True)
class Shown:
    """What a person sees of one record. ``responses`` by the id that answers name."""

    prompt: str
    reference: str | None
    responses: dict[str, str]
    left: str  # the id of the response on the left


@dataclass(frozen=True)
class Person:
    """A worker of the team."""

    number: int
    team: str

    @property
    def identifier(self) -> str:
        """The worker's id, as the output has it."""
        return _digest(self.team, str(self.number))[:16]

    @property
    def subject(self) -> str:
        """The worker's id at the identity provider."""
        text = _digest(self.team, str(self.number), "sub")
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))

    def points(self, shown: Shown, response: str, metric: str) -> int:
        """1 to 5 for one response."""
        share = _share(shown.reference or shown.prompt, response)
        mood = self.number % 3 - 1
        if _fraction(self.identifier, shown.prompt, metric) < 1 / _ONE_IN:
            mood = -2 if mood > 0 else 2
        return min(_MOST, max(_FEWEST, round(_FEWEST + (_MOST - _FEWEST) * share) + mood))

    def answers(self, shown: Shown, metric: str, method: str) -> list[dict[str, Any]]:
        """The entries of ``evaluationResults`` for one metric."""
        points = {key: self.points(shown, text, metric) for key, text in shown.responses.items()}
        if method == "ThumbsUpDown":
            return _each(metric, {key: value >= _GOOD for key, value in points.items()})
        if method == "IndividualLikertScale":
            return _each(metric, points)
        left = shown.left
        (right,) = set(points) - {left}
        better = points[left] - points[right]
        if method == "ComparisonLikertScale":
            # 1 is the left one by far, 5 the right one.
            result = min(_MOST, max(_FEWEST, _MIDDLE - better))
            return [
                {
                    "leftModelResponseId": left,
                    "metricName": metric,
                    "result": result,
                    "rightModelResponseId": right,
                }
            ]
        if method == "ComparisonChoice":
            chosen = left if better >= 0 else right
            return [{"metricName": metric, "result": {"modelResponseId": chosen}}]
        ranks = {key: 1 + (value < max(points.values())) for key, value in points.items()}
        result = [{"modelResponseId": key, "rank": rank} for key, rank in ranks.items()]
        return [{"metricName": metric, "result": result}]


def _each(metric: str, results: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"metricName": metric, "modelResponseId": key, "result": result}
        for key, result in results.items()
    ]


def _share(wanted: str, response: str) -> float:
    words = set(_WORD.findall(wanted.lower()))
    return len(words & set(_WORD.findall(response.lower()))) / len(words) if words else 0.0


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _fraction(*parts: str) -> float:
    return int(_digest(*parts)[:8], 16) / 2**32
