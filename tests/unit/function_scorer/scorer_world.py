"""A `lambda-scorer` evaluation on a dataset in memory, with a function that tests write."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit_documents import RUN, settings
from unit_fakes import NOW, FakeStore, MemoryS3, bucket, run, services

from modeleval.ids import JobRef
from modeleval.kinds.function_scorer.document import FunctionEvaluation
from modeleval.kinds.lambda_scorer import LambdaScorer
from modeleval.kinds.protocol import Collected, JobContext, Plan, PlanContext, Progress
from modeleval.scorer_functions import Answer

DATASET = "datasets/answers.jsonl"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:team-scorer"
SUBJECT = "support-bot-v3"
REWARD = "aggregate_reward_score"
KIND = LambdaScorer()

Scorer = Callable[[list[dict[str, Any]]], Any]


def entry(**fields: Any) -> FunctionEvaluation:
    document = {
        "name": "tone",
        "kind": "lambda-scorer",
        "dataset": DATASET,
        "responses": {"precomputed": SUBJECT},
        "function": FUNCTION,
        **fields,
    }
    return FunctionEvaluation.model_validate(document)


def records(count: int, **fields: Any) -> bytes:
    """So many lines of a dataset; a field of None is left out."""
    lines: list[dict[str, Any]] = [
        {
            "prompt": f"prompt {number}",
            "referenceResponse": f"reference {number}",
            "modelResponses": [{"response": f"response {number}", "modelIdentifier": SUBJECT}],
            **fields,
        }
        for number in range(count)
    ]
    given = [{name: value for name, value in line.items() if value is not None} for line in lines]
    return b"".join(json.dumps(line).encode() + b"\n" for line in given)


def rewards(samples: list[dict[str, Any]], value: Any = 0.5) -> list[dict[str, Any]]:
    return [{"id": one["id"], REWARD: value} for one in samples]


class FakeFunctions:
    """The scorer, what it was asked, and the seconds that each invocation takes."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.asked: list[list[dict[str, Any]]] = []
        self.doubt: str | None = None
        self.clock = NOW
        self.seconds = 0.0

    def check(self, arn: str, *, field: str) -> str | None:
        assert (arn, field) == (FUNCTION, "evaluations[0].function")
        return self.doubt

    def invoke(self, arn: str, payload: bytes) -> Answer:
        assert arn == FUNCTION
        samples = json.loads(payload)
        self.asked.append(samples)
        self.clock += self.seconds
        reply = self.scorer(samples)
        return reply if isinstance(reply, Answer) else Answer(json.dumps(reply).encode())


class World:
    """One planned evaluation, whose steps may be done again."""

    def __init__(self, scorer: Scorer = rewards, data: bytes | None = None, **fields: Any) -> None:
        self.functions = FakeFunctions(scorer)
        self.s3 = MemoryS3(**{DATASET: records(10) if data is None else data})
        self.store = FakeStore(run())
        self.services = services(
            objects=bucket(self.s3),
            store=self.store,
            scorer_functions=self.functions,
            settings=settings(lambdaScorerArns=[FUNCTION]),
            now=lambda: self.functions.clock,
        )
        self.plan: Plan = KIND.plan(entry(**fields), PlanContext(RUN, 0, self.services))

    @property
    def job(self) -> JobContext:
        spec = json.loads(json.dumps(self.plan.jobs[0].spec))
        return JobContext(JobRef(RUN, 0, 1), 0, spec, {}, self.services)

    def check(self) -> Progress:
        return KIND.check(self.job, KIND.start(self.job))

    def collect(self) -> Collected:
        collected = KIND.collect(self.job, FUNCTION)
        return collected._replace(scores=iter([*collected.scores]))

    def values(self, metric: str = REWARD) -> list[float | str | None]:
        return [one.value for one in self.collect().scores if one.metric == metric]

    @property
    def sizes(self) -> list[int]:
        return [len(samples) for samples in self.functions.asked]
