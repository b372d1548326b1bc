"""What one `result` of a service's output says: a value, not applicable, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import NamedTuple

MOST_CHARACTERS = 100
"""Longest string value of a rating scale (Bedrock API). Longer text is prose, not a level."""

# A remark may follow: "N/A (no score produced)". Plain words may not: "Not applicable to the
# question" is a bad answer, not a missing one.
_NOT_APPLICABLE = re.compile(
    r"(n/a|nan|not[ _-]?applicable)(\s*[(:;,.\u2013\u2014-].*)?", re.IGNORECASE | re.DOTALL
)
# Not float(): Python also takes "1_000" and the digits of other scripts.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


class ParsedResult(NamedTuple):
    """A value (number, or level of a string scale), or *not applicable*, or neither: unscored."""

    value: float | str | None
    not_applicable: bool


NOT_APPLICABLE = ParsedResult(value=None, not_applicable=True)
UNSCORED = ParsedResult(value=None, not_applicable=False)


def means_not_applicable(text: str) -> bool:
    """Whether a result or a level's label says "N/A", "Not Applicable" or "NaN"."""
    return _NOT_APPLICABLE.fullmatch(text.strip()) is not None


def clean(text: str) -> str:
    """The text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_result(
    result: object, present: bool, *, not_applicable: Collection[float | str] = ()
) -> ParsedResult:
    """Read the `result` of one metric for one record; `present` tells null from a missing field.

    null, NaN, "N/A" and "Not Applicable" mean that the metric does not apply, and so do the
    results in `not_applicable` (`Metric.not_applicable_results`: a custom scale's own level for
    it, by value or by label). Numeric strings become numbers, booleans 0 and 1, other short
    strings are levels of a string scale. What is missing, infinite, empty or of any other type is
    no score. Never raises.
    """
    if not present:
        return UNSCORED
    if result is None:
        return NOT_APPLICABLE
    parsed = UNSCORED
    if isinstance(result, str):
        parsed = _from_text(clean(result.strip()))
    elif isinstance(result, int | float):
        parsed = _from_number(result)
    if parsed.value is not None and _listed(parsed.value, not_applicable):
        return NOT_APPLICABLE
    return parsed


def _from_number(number: float) -> ParsedResult:
    try:
        value = float(number)
    except OverflowError:
        return UNSCORED
    if math.isnan(value):
        return NOT_APPLICABLE
    # + 0.0 makes one zero of the two
    return ParsedResult(value + 0.0, not_applicable=False) if math.isfinite(value) else UNSCORED


def _from_text(text: str) -> ParsedResult:
    if means_not_applicable(text):
        return NOT_APPLICABLE
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    if not text or len(text) > MOST_CHARACTERS or _INFINITE.fullmatch(text):
        return UNSCORED
    return ParsedResult(text, not_applicable=False)


def _listed(value: float | str, results: Collection[float | str]) -> bool:
    if not isinstance(value, str):
        return value in results
    folded = value.casefold()
    return any(isinstance(entry, str) and entry.casefold() == folded for entry in results)
