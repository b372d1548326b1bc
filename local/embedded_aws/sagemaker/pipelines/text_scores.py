"""The text metrics of gen_qa, by the words of response and reference.

Each is the usual measure in a small form; what counts is that names, ranges and rise and fall are
those of the service's output, not the digits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

_WORD = re.compile(r"\w+")
_QUASI = 0.5  # from this f1 on, f1_score_quasi counts a response as right


def words(text: str) -> list[str]:
    """The words, in small letters."""
    return _WORD.findall(text.lower())


def _f1(wanted: Counter[object], given: Counter[object]) -> float:
    common = (wanted & given).total()
    total = wanted.total() + given.total()
    return 2 * common / total if total else 0.0


def _unigrams(response: list[str], reference: list[str]) -> float:
    return _f1(Counter(reference), Counter(response))


def _bigrams(response: list[str], reference: list[str]) -> float:
    return _f1(Counter(pairwise(reference)), Counter(pairwise(response)))


def _longest_common(response: list[str], reference: list[str]) -> float:
    row = [0] * (len(reference) + 1)
    for one in response:
        before = 0
        for place, other in enumerate(reference, start=1):
            kept = row[place]
            row[place] = before + 1 if one == other else max(row[place], row[place - 1])
            before = kept
    total = len(response) + len(reference)
    return 2 * row[-1] / total if total else 0.0


def _exact(response: list[str], reference: list[str]) -> float:
    return float(response == reference)


def _quasi_exact(response: list[str], reference: list[str]) -> float:
    return float(sorted(response) == sorted(reference))


def _quasi_f1(response: list[str], reference: list[str]) -> float:
    return float(_unigrams(response, reference) >= _QUASI)


def _bleu(response: list[str], reference: list[str]) -> float:
    """From 0 to 100: the mean of the precisions of one and two words, with the brevity penalty."""
    if not response or not reference:
        return 0.0
    precision = 1.0
    for size in (1, 2):
        given = Counter(zip(*(response[start:] for start in range(size)), strict=False))
        wanted = Counter(zip(*(reference[start:] for start in range(size)), strict=False))
        precision *= ((given & wanted).total() + 1) / (given.total() + 1)
    brevity = min(1.0, math.exp(1 - len(reference) / len(response)))
    return 100 * brevity * math.sqrt(precision)


METRICS: dict[str, Callable[[list[str], list[str]], float]] = {
    "rouge1": _unigrams,
    "rouge2": _bigrams,
    "rougeL": _longest_common,
    "em": _exact,
    "qem": _quasi_exact,
    "f1": _unigrams,
    "f1_score_quasi": _quasi_f1,
    "bleu": _bleu,
}


def scored(pairs: list[tuple[str, str]]) -> dict[str, list[float]]:
    """Each metric's values for pairs of a response and its reference."""
    split = [(words(response), words(reference)) for response, reference in pairs]
    return {name: [measure(*pair) for pair in split] for name, measure in METRICS.items()}


def summary(values: dict[str, list[float]]) -> dict[str, float]:
    """Means, and their standard errors as ``<metric>_stderr``."""
    result: dict[str, float] = {}
    for name, each in values.items():
        count = len(each)
        mean = sum(each) / count
        spread = sum((value - mean) ** 2 for value in each)
        result[name] = mean
        result[f"{name}_stderr"] = math.sqrt(spread / (count - 1) / count) if count > 1 else 0.0
    return result
