"""One evaluation, planned on a dataset in memory."""

from __future__ import annotations

import json
from typing import Any

from unit_documents import JUDGE, RUN, evaluation, settings
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.bedrock.models import Purpose
from modeleval.errors import GeneratorNotAllowed, JudgeNotAllowed
from modeleval.kinds.bedrock_judge import BedrockJudge, JudgeEvaluation
from modeleval.kinds.protocol import Plan, PlanContext

DATASET = "datasets/answers.jsonl"
NUMBER = 2
"""Where the evaluation stands in its suite."""

_REFUSALS = {"judge": JudgeNotAllowed, "generator": GeneratorNotAllowed}
_FIELDS = {"judge": "judge", "generator": "responses.model"}


class AllowedModels:
    """Models of which all are well that the settings allow; what was asked for is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def check(self, text: str, purpose: Purpose, *, allowed: Any, field: str) -> None:
        assert field == f"evaluations[{NUMBER}].{_FIELDS[purpose.noun]}"
        self.asked.append((purpose.noun, text))
        if text not in allowed:
            raise _REFUSALS[purpose.noun](text, where=field, action="x")


def entry(**changes: Any) -> JudgeEvaluation:
    return JudgeEvaluation.model_validate(evaluation(**changes))


def record(number: int, response: str | None = None, **changes: Any) -> dict[str, Any]:
    """A record with a precomputed response."""
    given = f"response {number}" if response is None else response
    responses = [{"response": given, "modelIdentifier": "support-bot-v3"}]
    return {"prompt": f"prompt {number}", "modelResponses": responses} | changes


def jsonl(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def plan(
    s3: MemoryS3,
    store: FakeStore | None = None,
    *,
    models: AllowedModels | None = None,
    sample: int | None = None,
    **changes: Any,
) -> Plan:
    outside = services(
        objects=bucket(s3),
        store=store or FakeStore(),
        models=models or AllowedModels(),
        settings=settings(generatorModels=[JUDGE]),
    )
    return BedrockJudge().plan(entry(**changes), PlanContext(RUN, NUMBER, outside, sample))
