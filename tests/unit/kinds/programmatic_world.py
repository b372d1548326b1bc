"""One programmatic evaluation: as a suite has it, planned in memory, and its job's output."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from unit_documents import RUN, settings
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.artifacts import output_prefix
from modeleval.bedrock.models import Purpose
from modeleval.errors import GeneratorNotAllowed
from modeleval.ids import JobRef
from modeleval.kinds.bedrock_programmatic import BedrockProgrammatic
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.protocol import JobContext, Plan, PlanContext

LITE, MICRO = "amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0"
OWN = "datasets/own.jsonl"
NUMBER = 1
"""Where the evaluation stands in its suite."""


def fields(**changes: Any) -> dict[str, Any]:
    """A valid evaluation; a change to None removes the field."""
    found = {
        "name": "knowledge",
        "kind": "bedrock-programmatic",
        "taskType": "QuestionAndAnswer",
        "dataset": OWN,
        "responses": {"model": LITE},
        "metrics": ["Accuracy"],
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def entry(**changes: Any) -> ProgrammaticEvaluation:
    return ProgrammaticEvaluation.model_validate(fields(**changes))


def line(number: int, **changes: Any) -> dict[str, Any]:
    """A record of one's own dataset; a change to None removes the field."""
    found = {"prompt": f"Question {number}?", "referenceResponse": f"answer {number}", **changes}
    return {name: value for name, value in found.items() if value is not None}


def jsonl(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


class AllowedModels:
    """Generators of which all are well that the settings allow; which fields were asked for."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def check(self, text: str, purpose: Purpose, *, allowed: Any, field: str) -> None:
        assert purpose.noun == "generator"
        self.fields.append(field)
        if text not in allowed:
            raise GeneratorNotAllowed(text, where=field, action="x")


class ProgrammaticWorld:
    """A bucket with datasets (by key), in which an evaluation is planned and collected."""

    def __init__(self, *lines: dict[str, Any], **others: bytes) -> None:
        self.s3 = MemoryS3(**{OWN: jsonl(*(lines or [line(0), line(1)])), **others})
        self.models = AllowedModels()
        self.services = services(
            objects=bucket(self.s3),
            store=FakeStore(),
            models=self.models,
            settings=settings(generatorModels=[LITE, MICRO]),
        )
        self.evaluation = entry()

    def plan(self, *, sample: int | None = None, **changes: Any) -> Plan:
        self.evaluation = entry(**changes)
        context = PlanContext(RUN, NUMBER, self.services, sample)
        return BedrockProgrammatic().plan(self.evaluation, context)

    def written(self, key: str) -> list[Any]:
        """The lines of an object below the run."""
        return [json.loads(one) for one in self.s3.objects[f"runs/{RUN}/{key}"].splitlines()]

    def put_output(self, folder: str, *records: dict[str, Any], name: str = "0f_output") -> str:
        key = (
            f"{output_prefix(RUN, 0, 1)}job/0f1e/models/{LITE}/taskTypes/QuestionAndAnswer/"
            f"datasets/{folder}/{name}.jsonl"
        )
        self.s3.objects[key] = jsonl(*records)
        return key

    def context(self, spec: dict[str, Any]) -> JobContext:
        stored = json.loads(json.dumps(spec), parse_int=Decimal)  # as the table gives it back
        return JobContext(JobRef(RUN, 0, 1), NUMBER, stored, {}, self.services)

    def collect(self, plan: Plan, job: int = 0) -> tuple[list[Any], list[str]]:
        """A planned job's record scores, and what was odd about them."""
        collected = BedrockProgrammatic().collect(self.context(plan.jobs[job].spec), "arn")
        return list(collected.scores), list(collected.warnings)


def output(
    number: int, *, response: str | None = "so", asked: dict[str, Any] | None = None, **results: Any
) -> dict[str, Any]:
    """The output's record `number` with results by metric, as AWS's sample names them."""
    scores = [{"metricName": name, "result": value} for name, value in results.items()]
    said = {"modelIdentifier": LITE} | ({} if response is None else {"response": response})
    return {
        "automatedEvaluationResult": {"scores": scores},
        "inputRecord": line(number) if asked is None else asked,
        "modelResponses": [said],
    }
