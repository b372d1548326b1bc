"""Asking a knowledge base: filter by metadata, rank by shared words, perhaps rerank.

Deterministic. ``overrideSearchType`` changes nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedded_aws.bedrock.knowledge_bases import KnowledgeBase, Passage
from embedded_aws.judging.overlap import shared_words

_USUAL = 5  # numberOfResults, where a request has none

_Comparison = Callable[[Any, Any], bool]
_COMPARISONS: dict[str, _Comparison] = {
    "equals": lambda found, value: bool(found == value),
    "notEquals": lambda found, value: bool(found != value),
    "greaterThan": lambda found, value: bool(found > value),
    "greaterThanOrEquals": lambda found, value: bool(found >= value),
    "lessThan": lambda found, value: bool(found < value),
    "lessThanOrEquals": lambda found, value: bool(found <= value),
    "in": lambda found, value: found in value,
    "notIn": lambda found, value: found not in value,
    "startsWith": lambda found, value: str(found).startswith(value),
    "listContains": lambda found, value: isinstance(found, list) and value in found,
    "stringContains": lambda found, value: value in found,
}


def retrieve(base: KnowledgeBase, query: str, search: dict[str, Any]) -> list[Passage]:
    """The passages for a query, the best first."""
    wanted = search.get("filter")
    known = [one for one in base.passages if wanted is None or _fits(one.metadata, wanted)]
    ranked = sorted(known, key=lambda one: -shared_words(query, one.text))
    found = ranked[: search.get("numberOfResults", _USUAL)]
    reranking = search.get("rerankingConfiguration", {}).get("bedrockRerankingConfiguration")
    if reranking is None:
        return found
    # How much of a passage is about the query: a long one that says much else falls behind.
    found.sort(key=lambda one: -shared_words(one.text, query))
    return found[: reranking.get("numberOfRerankedResults", len(found))]


def _fits(metadata: dict[str, Any], wanted: dict[str, Any]) -> bool:
    ((operator, operand),) = wanted.items()
    if operator == "andAll":
        return all(_fits(metadata, one) for one in operand)
    if operator == "orAll":
        return any(_fits(metadata, one) for one in operand)
    key, value = operand["key"], operand["value"]
    if key not in metadata:
        return operator in ("notEquals", "notIn")
    try:
        return _COMPARISONS[operator](metadata[key], value)
    except TypeError:  # a text compared with a number
        return False
