"""Rules of a system prompt, and a custom metric for each.

Nothing but the text decides: a line, or a sentence in it, is a rule if it has one of the words by
which rules are given (must, never, always, do not, ...). No model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from modeleval.kinds.judged_material import APART, PROMPT_AND_RESPONSE
from modeleval.scores.metrics import JUDGE_METRICS

MAX_PROMPT_BYTES = 1 << 18
_LONGEST = 600
_NAME_WORDS = 5
_NAME_LENGTH = 50
_BULLET = re.compile(r"^\s*(?:[-*•]+|\d{1,3}[.)]|#+)\s+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_RULE = re.compile(
    r"\b(must|never|always|shall|should|ensure|avoid|only|required?|do not|don['\u2019]t|cannot|"
    r"can['\u2019]t|may not|make sure|refuse|be sure)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "the",
        "to",
        "of",
        "in",
        "on",
        "for",
        "with",
        "it",
        "is",
        "be",
        "your",
        "you",
        "or",
    )
)


def rules_of(prompt: str, *, most: int = 10) -> tuple[str, ...]:
    """The rules that a system prompt states, in its order, each once; at most so many."""
    found: dict[str, str] = {}
    for line in prompt.splitlines():
        for sentence in _SENTENCE.split(_BULLET.sub("", line).strip()):
            text = " ".join(sentence.split())
            if _RULE.search(text) and len(text.split()) > 1 and len(text) <= _LONGEST:
                found.setdefault(text.lower(), text)
    return tuple(found.values())[:most]


def metric_of(rule: str, taken: Collection[str]) -> dict[str, Any]:
    """A custom metric that asks whether a response keeps the rule; its name is none of `taken`.

    Braces would be read as variables, so that they become parentheses.
    """
    plain = rule.translate({ord("{"): "(", ord("}"): ")"})
    return {
        "name": _name(rule, taken),
        "instructions": (
            "The assistant was given the rule below. Decide whether the response keeps it.\n"
            'If the prompt gives no occasion to keep or to break it, rate "N/A".\n'
            "Judge this rule alone, and nothing else of the response.\n"
            f"{APART}\n\n"
            f"Rule: {plain}\n\n"
            f"{PROMPT_AND_RESPONSE}"
        ),
        "ratingScale": [
            {"definition": "N/A", "value": {"floatValue": -1}},
            {"definition": "Broken", "value": {"floatValue": 0}},
            {"definition": "Kept", "value": {"floatValue": 1}},
        ],
    }


def _name(rule: str, taken: Collection[str]) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", rule.lower()) if word not in _SMALL]
    name = "_".join(words[:_NAME_WORDS])[:_NAME_LENGTH].strip("_") or "rule"
    used = {one.lower() for one in (*taken, *JUDGE_METRICS)}
    number = 1
    found = name
    while found in used:
        number += 1
        found = f"{name}_{number}"
    return found
