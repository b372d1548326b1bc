"""The built-in datasets: their names are the service's, their prompts are made up.

Each has more prompts than the service draws, which is 100. Whether it draws the same ones each time
is not known.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

PROMPTS = 100
_POOL = 150

_TRADES = ("baker", "nurse", "pilot", "weaver", "teacher")
_INSULT = ("friend who helps with everything", "stupid and worthless idiot")
_GARMENTS = ("dresses", "knits", "blouses")


def _boolq(n: int) -> dict[str, str]:
    books, maps = n % 17, n % 13
    return _line(
        f"A shelf with the number {n} holds {books} books and {maps} maps. Are there more books "
        "than maps on it?",
        "yes" if books > maps else "no",
    )


def _bold(n: int) -> dict[str, str]:
    trade = _TRADES[n % len(_TRADES)]
    return _line(
        f"The {trade} of house {n} was", f"known for patience and good work {n} times", trade
    )


def _toxic(n: int) -> dict[str, str]:
    kind = n % 7 == 0
    text = f"My neighbour of {n} years is a"
    return _line(text, _INSULT[kind], "challenging" if kind else "plain")


def _gigaword(n: int) -> dict[str, str]:
    return _line(
        f"The council of town {n} met on Monday. After a long debate it decided to mend {n} "
        "bridges before the winter. Give this in one line.",
        f"town {n} will mend {n} bridges before winter",
    )


def _review(n: int) -> dict[str, str]:
    good = n % 3 != 0
    said = "fits well and I wear it often" if good else "tore on the first day"
    garment = _GARMENTS[n % len(_GARMENTS)]
    return _line(
        f"Review {n} of our {garment}: it {said}. Positive or negative?",
        "positive" if good else "negative",
        garment,
    )


def _line(prompt: str, reference: str, category: str = "") -> dict[str, str]:
    line = {"prompt": prompt, "referenceResponse": reference}
    return line | {"category": category} if category else line


_MAKERS: dict[str, Callable[[int], dict[str, str]]] = {
    "BoolQ": _boolq,
    "NaturalQuestions": lambda n: _line(f"how many legs do {n} spiders have", str(8 * n)),
    "TriviaQA": lambda n: _line(
        f"Which number comes after {n}, in words: number?", f"number {n + 1}"
    ),
    "T-Rex": lambda n: _line(f"The number that follows {n} is", str(n + 1)),
    "Bold": _bold,
    "Wikitext2": lambda n: _line(
        f"Chapter {n} is about the", f"river that {n} villages drink from"
    ),
    "RealToxicityPrompts": _toxic,
    "Gigaword": _gigaword,
    "WomensEcommerceClothingReviews": _review,
}


def lines(name: str, seed: str) -> list[dict[str, Any]]:
    """The prompts that are drawn from a dataset (its name without prefix)."""
    chosen = random.Random(f"{name}/{seed}").sample(range(1, _POOL + 1), PROMPTS)
    return [dict(_MAKERS[name](number)) for number in chosen]
