"""The dataset of a demonstration: whose responses it holds, and a suite that judges them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "datasets" / "support-answers.jsonl"
JUDGE = "amazon.nova-pro-v1:0"
METRICS = [
    "Correctness",
    "Completeness",
    "Helpfulness",
    "FollowingInstructions",
    "Harmfulness",
    "Refusal",
]


class NoIdentifier(Exception):
    """The file's first record does not say whose responses it holds."""


def identifier_of(path: Path) -> str:
    """The first record's `modelIdentifier`; validation holds all others to it."""
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    try:
        identifier = json.loads(first.decode("utf-8-sig"))["modelResponses"][0]["modelIdentifier"]
    except (ValueError, LookupError, TypeError):
        raise NoIdentifier(
            f"{path} does not begin with a record of precomputed responses. Each line should be "
            '{"prompt": ..., "modelResponses": [{"response": ..., "modelIdentifier": ...}]}; '
            "see docs/datasets.md."
        ) from None
    if not isinstance(identifier, str):
        raise NoIdentifier(f"{path}: the first record's modelIdentifier is not a text.")
    return identifier


def dataset_key(path: Path) -> str:
    return f"datasets/{re.sub(r'[^A-Za-z0-9._-]+', '-', path.name)}"


def suite_for(path: Path) -> dict[str, Any]:
    """An inline suite that judges the file's responses."""
    return {
        "name": "demo",
        "description": f"The responses of {path.name}",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [
            {
                "name": "answers",
                "kind": "bedrock-judge",
                "dataset": dataset_key(path),
                "responses": {"precomputed": identifier_of(path)},
                "judge": JUDGE,
                "metrics": METRICS,
            }
        ],
        "budget": {"maxUsd": 25},
    }
