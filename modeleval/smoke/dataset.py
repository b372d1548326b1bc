"""Three records and the suite that judges them: what the smoke test pays for."""

from __future__ import annotations

import json
from typing import Any

from modeleval.kinds.judged_material import APART, PROMPT_AND_RESPONSE

SUBJECT = "modeleval-smoke"
KEY = "datasets/modeleval-smoke.jsonl"
MAX_USD = 1
CUSTOM = "smoke_depth"

_RECORDS = (
    ("What is the capital of France?", "Paris.", "The capital of France is Paris."),
    ("Name a river in Egypt.", "The Nile.", "The Danube flows through Egypt."),
    ("Reply with one word: yes or no. Is water wet?", "Yes.", "I can't help with that."),
)


def dataset() -> bytes:
    lines = [
        {
            "prompt": prompt,
            "referenceResponse": reference,
            "category": "smoke",
            "modelResponses": [{"response": response, "modelIdentifier": SUBJECT}],
        }
        for prompt, reference, response in _RECORDS
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def suite(judge: str) -> dict[str, Any]:
    """Two built-in metrics, and a custom one whose scale tells raw from normalised results."""
    levels = [("Poor", 2), ("Fair", 4), ("Good", 10)]
    return {
        "name": "smoke",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [
            {
                "name": "smoke",
                "kind": "bedrock-judge",
                "dataset": KEY,
                "responses": {"precomputed": SUBJECT},
                "judge": judge,
                "metrics": ["Correctness", "FollowingInstructions"],
                "customMetrics": [
                    {
                        "name": CUSTOM,
                        "instructions": f"How good is the response?\n{APART}\n\n"
                        f"{PROMPT_AND_RESPONSE}",
                        "ratingScale": [
                            {"definition": word, "value": {"floatValue": value}}
                            for word, value in levels
                        ],
                    }
                ],
            }
        ],
        "budget": {"maxUsd": MAX_USD},
    }
