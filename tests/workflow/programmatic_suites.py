"""Suites and datasets of programmatic evaluations."""

from __future__ import annotations

from typing import Any

from model_world import unique

LITE = "amazon.nova-lite-v1:0"


def programmatic(**evaluation: Any) -> dict[str, Any]:
    """A valid suite of one evaluation whose fields may be changed, and some of the suite's own."""
    own = {
        name: evaluation.pop(name)
        for name in ("gate", "name", "budget", "sample")
        if name in evaluation
    }
    return {
        "name": unique("computed"),
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [
            {
                "name": "knowledge",
                "kind": "bedrock-programmatic",
                "taskType": "QuestionAndAnswer",
                "responses": {"model": LITE},
                "metrics": ["Accuracy"],
                **evaluation,
            }
        ],
        **own,
    }


def questions(count: int = 12, **changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "prompt": f"Which river passes the {n} towns of the plain?",
            "referenceResponse": f"the long river of {n} towns",
            "category": "even" if n % 2 == 0 else "odd",
            **changes,
        }
        for n in range(count)
    ]
