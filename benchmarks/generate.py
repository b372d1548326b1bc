"""Seeded files of a given size: datasets, and record scores."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

METRICS = ("Correctness", "Helpfulness", "Harmfulness")
CATEGORIES = ("returns", "orders", "products", "account")
IDENTIFIER = "support-bot-v1"
_WORDS = [
    "answer", "boots", "customer", "delivery", "exchange", "for", "has", "in", "jacket", "keep",
    "long", "must", "no", "order", "parcel", "question", "refund", "shop", "tent", "usually",
    "very", "with", "you", "zip",
]  # fmt: skip


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words))


def dataset_record(chance: random.Random) -> dict[str, Any]:
    """About 1.4 KB, as records of a support bot are."""
    return {
        "prompt": _text(chance, chance.randint(10, 60)),
        "referenceResponse": _text(chance, chance.randint(20, 60)),
        "category": chance.choice(CATEGORIES),
        "modelResponses": [
            {"response": _text(chance, chance.randint(60, 200)), "modelIdentifier": IDENTIFIER}
        ],
    }


def score_record(chance: random.Random) -> dict[str, Any]:
    """A record score with the judge's explanation, as a collected job leaves it."""
    return {
        "key": f"{chance.getrandbits(128):032x}-0",
        "line": chance.randint(1, 1_000_000),
        "metric": chance.choice(METRICS),
        "value": chance.choice([0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0]),
        "explanation": _text(chance, chance.randint(20, 60)),
        "category": chance.choice(CATEGORIES),
    }


def write(path: Path, megabytes: int, make: Callable[[random.Random], dict[str, Any]]) -> int:
    """Fill a file with records up to a size; how many there are."""
    chance = random.Random(megabytes)
    size, count = 0, 0
    with path.open("wb") as file:
        for line in _lines(chance, make):
            size += file.write(line)
            count += 1
            if size >= megabytes * 1_000_000:
                return count
    return count


def _lines(
    chance: random.Random, make: Callable[[random.Random], dict[str, Any]]
) -> Iterator[bytes]:
    while True:
        yield json.dumps(make(chance)).encode() + b"\n"
