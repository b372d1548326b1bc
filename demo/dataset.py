"""The dataset of a demonstration: whose responses it holds, and a suite that judges them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from modeleval.datasets.lines import read_chunks
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.validation import validate

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


def check(path: Path) -> str:
    """Validate the file as a run will, before anything is started; whose responses it holds.

    Raises DatasetInvalid with every wrong line.
    """
    options = DatasetOptions(source=str(path), identifier=None)
    with path.open("rb") as source, Path(os.devnull).open("wb") as nowhere:
        report = validate(read_chunks(source), options, records=nowhere, index=nowhere)
    report.raise_if_invalid()
    return str(report.identifier)


def dataset_key(path: Path) -> str:
    return f"datasets/{re.sub(r'[^A-Za-z0-9._-]+', '-', path.name)}"


def suite_for(path: Path, subject: str) -> dict[str, Any]:
    """An inline suite that judges the file's responses, those of `subject`."""
    return {
        "name": "demo",
        "description": f"The responses of {path.name}",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [
            {
                "name": "answers",
                "kind": "bedrock-judge",
                "dataset": dataset_key(path),
                "responses": {"precomputed": subject},
                "judge": JUDGE,
                "metrics": METRICS,
            }
        ],
        "budget": {"maxUsd": 25},
    }
