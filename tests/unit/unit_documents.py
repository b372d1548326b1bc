"""A small suite, settings and a bucket to change."""

from __future__ import annotations

from typing import Any

from modeleval.settings import Settings, parse_settings

BUCKET = "modeleval-bucket"
JUDGE = "amazon.nova-pro-v1:0"
RUN = "meabcdefgh234567ab"


def evaluation(**changes: object) -> dict[str, Any]:
    """A valid `bedrock-judge` evaluation; a change to None removes the field."""
    return _changed(
        {
            "name": "answers",
            "kind": "bedrock-judge",
            "dataset": "datasets/answers.jsonl",
            "responses": {"precomputed": "support-bot-v3"},
            "judge": JUDGE,
            "metrics": ["Correctness", "Harmfulness"],
        },
        changes,
    )


def custom_metric(**changes: object) -> dict[str, Any]:
    """A valid custom metric, bare; a change to None removes the field."""
    return _changed(
        {
            "name": "Tone",
            "instructions": "Is the answer polite? Prompt: {{prompt}} Answer: {{prediction}}",
            "ratingScale": [
                {"definition": "Rude", "value": {"floatValue": 0}},
                {"definition": "Polite", "value": {"floatValue": 1}},
            ],
        },
        changes,
    )


def suite(**changes: object) -> dict[str, Any]:
    """A valid suite; a change to None removes the field."""
    return _changed(
        {
            "name": "support",
            "acceptBedrockEvaluationTerms": True,
            "evaluations": [evaluation()],
        },
        changes,
    )


def settings(**changes: object) -> Settings:
    return parse_settings(_changed({"judgeModels": [JUDGE]}, changes))


def _changed(document: dict[str, Any], changes: dict[str, object]) -> dict[str, Any]:
    return {key: value for key, value in (document | changes).items() if value is not None}
