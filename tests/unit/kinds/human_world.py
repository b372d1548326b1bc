"""A human evaluation on a dataset in memory, and what people wrote about it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from judge_outputs import MemoryObjects
from unit_documents import RUN, settings
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.artifacts import index_key, output_prefix
from modeleval.ids import JobRef
from modeleval.kinds.bedrock_human import BedrockHuman, HumanEvaluation
from modeleval.kinds.human_jobs import planned
from modeleval.kinds.human_output import collect
from modeleval.kinds.protocol import Collected, JobContext, Plan, PlanContext
from modeleval.sagemaker.flow_definitions import FlowDefinition

DATASET = "datasets/pairs.jsonl"
FLOW = "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/reviewers"
OURS, THEIRS = "bot-2", "bot-1"
LIVE = "amazon.nova-lite-v1:0"
FILE = output_prefix(RUN, 0, 1) + "job/0f1e/datasets/people/2d3c_output.jsonl"


def metric(method: str = "ThumbsUpDown", name: str = "Useful", **more: Any) -> dict[str, Any]:
    return {"name": name, "ratingMethod": method, **more}


def entry(**changes: Any) -> dict[str, Any]:
    fields = {
        "name": "people",
        "kind": "bedrock-human",
        "dataset": DATASET,
        "responses": [{"precomputed": OURS}, {"precomputed": THEIRS}],
        "flowDefinition": FLOW,
        "metrics": [metric()],
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def evaluation(**changes: Any) -> HumanEvaluation:
    return HumanEvaluation.model_validate(entry(**changes))


def pair(number: int, **changes: Any) -> dict[str, Any]:
    said = [
        {"response": f"theirs {number}", "modelIdentifier": THEIRS},
        {"response": f"ours {number}", "modelIdentifier": OURS},
    ]
    return {"prompt": f"prompt {number}", "modelResponses": said, **changes}


def jsonl(*records: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


class Workflows:
    """Flow definitions that are there, and who answers; what was asked for is kept."""

    def __init__(self, workers: int = 3) -> None:
        self.asked: list[str] = []
        self._workers = workers

    def check(self, arn: str, *, field: str) -> FlowDefinition:
        self.asked.append(field)
        return FlowDefinition(arn, self._workers)


class AllowedModels:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def check(self, text: str, purpose: Any, *, allowed: Any, field: str) -> None:
        assert text in allowed
        self.asked.append((purpose.noun, field))


class PlanWorld:
    """An evaluation's plan, and what is in S3 afterwards."""

    def __init__(self, *records: Any, settings_: Any = None, **changes: Any) -> None:
        self.s3 = MemoryS3(**{DATASET: jsonl(*(records or (pair(0), pair(1))))})
        self.workflows, self.models = Workflows(), AllowedModels()
        given = {"generatorModels": [LIVE], "flowDefinitionArns": [FLOW], **(settings_ or {})}
        self._services = services(
            objects=bucket(self.s3),
            store=FakeStore(),
            models=self.models,
            flow_definitions=self.workflows,
            settings=settings(**given),
        )
        self._changes = changes

    def plan(self, sample: int | None = None) -> Plan:
        return BedrockHuman().plan(
            evaluation(**self._changes), PlanContext(RUN, 0, self._services, sample)
        )

    def read(self, key: str) -> list[Any]:
        return [json.loads(line) for line in self.s3.objects[key].splitlines()]


def answered(
    number: int,
    *people: dict[str, Any],
    ids: dict[str, str] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """An output record: `people` are their `evaluationResults`."""
    asked = pair(number)
    said = asked.pop("modelResponses")
    return {
        "humanEvaluationResult": {
            "flowDefinitionArn": FLOW,
            "humanAnswers": [
                {"answerContent": {"evaluationResults": results}, "workerId": f"w{worker}"}
                for worker, results in enumerate(people)
            ],
            "modelResponseIdMap": ids or {"0": THEIRS, "1": OURS},
        },
        "inputRecord": asked,
        "modelResponses": said,
        **changes,
    }


def rated(
    value: Any, response: str = "1", name: str = "Useful", key: str = "thumbsUpDown"
) -> dict[str, Any]:
    """One worker's rating of one response; by default of ours."""
    return {key: [{"metricName": name, "modelResponseId": response, "result": value}]}


def collected(
    output: list[dict[str, Any]], *records: Any, lines: bytes | None = None, **changes: Any
) -> Collected:
    """What a job comes to whose dataset was planned and whose output is this."""
    world = PlanWorld(*(records or (pair(0), pair(1))), **changes)
    world.plan()
    key = index_key(RUN, 0, 0)
    data = jsonl(*output) if lines is None else lines
    objects: Any = MemoryObjects({key: world.s3.objects[key], FILE: data})
    services_: Any = SimpleNamespace(objects=objects)
    spec = planned(evaluation(**changes)).spec
    return collect(JobContext(JobRef(RUN, 0, 1), 0, spec, {}, services_))
