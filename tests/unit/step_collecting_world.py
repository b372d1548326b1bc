"""A run that collects, over an in-memory table and bucket, and a model that answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from unit_documents import JUDGE, RUN, evaluation, settings, suite
from unit_fakes import NOW, MemoryS3, bucket, run, services
from unit_table import MemoryTable

from modeleval.artifacts import suite_key
from modeleval.errors import GeneratorNotAllowed
from modeleval.store.table import RunStore
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.collecting.batch import Worked, collect_batch_step
from modeleval.workflow.events import BatchEvent
from modeleval.workflow.plan import plan_jobs

MODEL = "amazon.nova-lite-v1:0"
SCENARIOS = "scenarios/support.json"
DATASET = "datasets/answers.jsonl"
LONG = 800.0


class Answering:
    """Converse: says how many words the last message has; remembers what it was asked."""

    def __init__(self, wrong: Callable[[str], str | None] = lambda _: None) -> None:
        self.asked: list[list[dict[str, Any]]] = []
        self._wrong = wrong
        self._lock = threading.Lock()

    def converse(self, **request: Any) -> dict[str, Any]:
        messages = json.loads(json.dumps(request["messages"]))
        said = messages[-1]["content"][0]["text"]
        with self._lock:
            self.asked.append(messages)
        if code := self._wrong(said):
            status = 403 if code.startswith("AccessDenied") else 400
            raise ClientError(
                {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},
                "Converse",
            )
        return {
            "output": {"message": {"role": "assistant", "content": [{"text": f"To {said}."}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100},
            "ResponseMetadata": {"HTTPStatusCode": 200},
        }


class Outside:
    def check(self, text: str, *_: object, allowed: Any, **__: object) -> None:
        if text not in allowed:
            raise GeneratorNotAllowed(text, action="x")

    def check_room(self, jobs: int) -> None:
        assert jobs


def scenario(number: int, turns: int = 2) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "category": "booking",
        "turns": [f"question {number} {turn}" for turn in range(turns)],
    }


def collected(**changes: Any) -> dict[str, Any]:
    target = {"model": MODEL}
    dataset = {"scenarios": SCENARIOS, "target": target, "requestsPerMinute": 60_000} | changes
    return evaluation(dataset=dataset, responses=None)


class World:
    """A run whose suite collects, over an in-memory table and bucket."""

    def __init__(
        self,
        document: dict[str, Any] | None = None,
        *,
        scenarios: int = 3,
        target: Answering | None = None,
        **changes: Any,
    ) -> None:
        table: Any = MemoryTable()
        document = document or suite(evaluations=[collected()])
        self.store = RunStore(table, retention_days=30)
        self.store.create_run(run())
        self.s3 = MemoryS3(
            **{
                suite_key(RUN): json.dumps(document).encode(),
                SCENARIOS: json.dumps([scenario(n) for n in range(scenarios)]).encode(),
                DATASET: json.dumps(
                    {
                        "prompt": "p",
                        "modelResponses": [{"response": "r", "modelIdentifier": "support-bot-v3"}],
                    }
                ).encode(),
            }
        )
        self.target = target or Answering()
        self.now = NOW
        self.services = services(
            store=self.store,
            objects=bucket(self.s3),
            models=Outside(),
            evaluation_jobs=Outside(),
            region="us-east-1",
            now=lambda: self.now,
            target_clients=self,
            settings=settings(judgeModels=[JUDGE], generatorModels=[MODEL], **changes),
        )

    def of(self, service: str, *, timeout_seconds: int) -> Answering:
        assert (service, timeout_seconds) == ("bedrock-runtime", 60)
        return self.target

    def functions(self) -> None:
        """Targets and tools that are functions are looked at; there are none here."""

    def plan(self) -> int:
        return plan_jobs(RUN, self.services).batches

    def begin(self) -> int:
        batches = self.plan()
        check_run_budget(RUN, self.services)
        return batches

    def collect(self, batch: int = 0, *, by: str = "me", left: float = LONG) -> Worked:
        event = BatchEvent.model_validate(
            {"runId": RUN, "batch": batch, "invocation": by, "endsAt": self.now + left}
        )
        return collect_batch_step(event, self.services)

    def collect_all(self) -> None:
        for one in self.store.batches(RUN):
            assert self.collect(one.batch).ended

    def plan_collected(self) -> int:
        return plan_jobs(RUN, self.services, collected=True).jobs

    def lines(self, key: str) -> list[Any]:
        return [json.loads(line) for line in self.s3.objects[key].splitlines()]

    @property
    def run(self) -> Any:
        return self.store.run(RUN)
