"""A response beside its reference: the same, nearly the same, or with some of its words.

Normalisation and token F1 are those of SQuAD (Rajpurkar et al. 2016, arXiv 1606.05250): lower case,
without ASCII punctuation, the English articles and repeated blanks.
"""

from __future__ import annotations

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    bare = _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION))
    return " ".join(bare.split())


def exact_match(response: str, reference: str) -> float:
    return float(response.strip() == reference.strip())


def quasi_exact_match(response: str, reference: str) -> float:
    return float(normalised(response) == normalised(reference))


def token_f1(response: str, reference: str) -> float:
    """F1 of the words that both have, each as often as it comes; where one has none, equality."""
    given, wanted = normalised(response).split(), normalised(reference).split()
    if not given or not wanted:
        return float(given == wanted)
    common = (Counter(given) & Counter(wanted)).total()
    return 2 * common / (len(given) + len(wanted))


def label_of(text: str) -> str:
    """A label, compared without case, blanks at its ends, and a full stop."""
    return " ".join(text.split()).casefold().rstrip(".").rstrip()


def number_of(text: str) -> float | None:
    """The number that a text is; None if it is none, or not finite."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def class_of(text: str, threshold: float | None) -> str | None:
    """The class that a response or reference names; None for what should be a number and is not."""
    if threshold is None:
        return label_of(text)
    number = number_of(text)
    return None if number is None else str(int(number >= threshold))
