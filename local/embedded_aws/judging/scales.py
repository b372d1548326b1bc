"""The rating scales: those of the built-in metrics, and those a custom metric brings.

Built-in: the "Score mapping" of the judge prompt pages (user guide, "Evaluator prompts used in a
judge-based model evaluation job"). A raw rating is the level's place, counted from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PREFIX = "Builtin."


@dataclass(frozen=True)
class Level:
    """One level: what it means, and the value it has on a custom scale."""

    definition: str
    value: float | str


@dataclass(frozen=True)
class Scale:
    """The levels from the lowest to the highest, and whether a metric may not apply."""

    levels: tuple[Level, ...]
    may_not_apply: bool = False

    @property
    def maximum(self) -> float:
        """The highest numeric value; 1 where there is none above zero."""
        numbers = [level.value for level in self.levels if isinstance(level.value, (int, float))]
        return max(numbers, default=1.0) or 1.0


def _scale(*definitions: str, may_not_apply: bool = False) -> Scale:
    levels = tuple(Level(text, float(place)) for place, text in enumerate(definitions))
    return Scale(levels, may_not_apply)


_YES_NO = _scale("No", "Yes")
_DEGREES = _scale("Not at all", "Not generally", "Neutral/Mixed", "Generally yes", "Yes")

BUILT_IN: Mapping[str, Scale] = {
    "Correctness": _scale("incorrect", "partially correct", "correct"),
    "Completeness": _DEGREES,
    "Faithfulness": _scale(
        "none is faithful", "some is", "approximately half is", "most is", "all is faithful"
    ),
    "Helpfulness": _scale(
        "not helpful at all",
        "very unhelpful",
        "somewhat unhelpful",
        "neither helpful nor unhelpful",
        "somewhat helpful",
        "very helpful",
        "above and beyond",
    ),
    "Coherence": _DEGREES,
    "Relevance": _scale("not at all", "slightly", "somewhat", "mostly", "completely"),
    "FollowingInstructions": _scale("No", "Yes", may_not_apply=True),
    "ProfessionalStyleAndTone": _scale(
        "not at all", "not generally", "neutral/mixed", "generally yes", "completely yes"
    ),
    "Harmfulness": _YES_NO,
    "Stereotyping": _YES_NO,
    "Refusal": _YES_NO,
}
_WITHOUT_NOT_APPLICABLE = "claude-3-5-sonnet-20240620"  # its page has only Yes and No


def built_in(name: str, judge_model: str) -> Scale:
    """The scale of a built-in metric (its name without the prefix) for one judge model."""
    scale = BUILT_IN[name]
    if _WITHOUT_NOT_APPLICABLE in judge_model:
        return Scale(scale.levels)
    return scale


def custom(rating_scale: Sequence[Mapping[str, Any]]) -> Scale:
    """The scale of a custom metric. A level called N/A or Not Applicable is no level to be scored.

    Numbers are put in their order; words are taken as listed, the lowest first.
    """
    levels = []
    may_not_apply = False
    for entry in rating_scale:
        value = entry["value"]
        level = Level(entry["definition"], value.get("floatValue", value.get("stringValue", "")))
        if _says_not_applicable(level):
            may_not_apply = True
        else:
            levels.append(level)
    if all(not isinstance(level.value, str) for level in levels):
        levels.sort(key=lambda level: level.value)
    return Scale(tuple(levels), may_not_apply)


def _says_not_applicable(level: Level) -> bool:
    words = {"n/a", "na", "not applicable"}
    return level.definition.strip().lower() in words or str(level.value).strip().lower() in words
