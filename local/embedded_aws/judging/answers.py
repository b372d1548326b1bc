"""Understanding what a model replied: JSON if it can, a label in other clothes if it cannot."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from embedded_aws.judging.scales import Level, Scale

_THOUGHT = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)
_NOISE = re.compile(r"[^\w./%+-]+")
_NOT_APPLICABLE = {"n/a", "na", "nan", "not applicable", "does not apply"}
_LONGEST = 2000


class Unusable(Exception):
    """The reply has no answer of the scale; the text says what is missing, without quoting it."""


def understood(reply: str, scale: Scale) -> tuple[Level | None, str]:
    """The level that a reply chooses, None for not applicable; and its explanation."""
    value = _object(_THOUGHT.sub("", reply))
    if value is None:
        raise Unusable("the reply is not a JSON object")
    told = {key.strip().lower(): item for key, item in value.items()}
    explanation = told.get("explanation")
    words = explanation.strip()[:_LONGEST] if isinstance(explanation, str) else ""
    if not scale.levels:
        if not words:
            raise Unusable("the reply has no explanation")
        return None, words
    if "answer" not in told:
        raise Unusable("the reply has no answer")
    return _level(told["answer"], scale), words


def _object(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text that may have a fence or words around it."""
    decoder = json.JSONDecoder(strict=False)
    start = text.find("{")
    while start >= 0:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        start = text.find("{", start + 1)
    return None


def _level(answer: Any, scale: Scale) -> Level | None:
    if isinstance(answer, float) and math.isnan(answer):
        answer = "nan"
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    if not isinstance(answer, (str, int, float)):
        raise Unusable("the answer is neither a label nor a number")
    said = _plain(str(answer))
    if said in _NOT_APPLICABLE:
        if scale.may_not_apply:
            return None
        raise Unusable("the answer is that the metric does not apply, which this one always does")
    for level in scale.levels:
        label, value = _plain(level.definition), _plain(str(level.value))
        if said in (label, value, f"{label} {value}"):
            return level
    number = _number(said)
    for level in scale.levels:
        if number is not None and level.value == number:
            return level
    raise Unusable("the answer is not on the scale")


def _plain(text: str) -> str:
    return _NOISE.sub(" ", text).strip(" .").casefold()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
