"""A run that has ended, and fakes of everybody who is told of it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from unit_documents import RUN, settings
from unit_fakes import EXECUTION, FakeStore, MemoryS3, bucket, run, services
from unit_table import MemoryTable

from modeleval.artifacts import summary_key
from modeleval.store.items import Run, RunStatus
from modeleval.store.telling import TellingStore
from modeleval.telling.facts import Facts, facts_of

TOPIC = "arn:aws:sns:us-east-1:111122223333:evaluations"
NAME = EXECUTION.rsplit(":", 1)[-1]
TOKEN = "abcdefghij"  # noqa: S105 - a test's
SECRET = "Where is my order?"  # noqa: S105 - what no message may hold
MODEL = {
    "asked": "support-llama",
    "source": "modelPackage",
    "identifier": "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama/3",
    "group": "support-llama",
    "version": 3,
}
FAILED = {
    "evaluation": "answers",
    "metric": "Correctness",
    "category": None,
    "condition": "minimum",
    "limit": 0.7,
    "value": 0.61234,
    "verdict": "failed",
    "sentence": SECRET,
}
PASSED = {**FAILED, "condition": "maxLowScores", "verdict": "passed"}
LEFT = {"action": "leave", "done": True, "why": SECRET, "status": "PendingManualApproval"}
REJECTED = {"action": "reject", "done": True, "why": SECRET, "status": "Rejected"}
ASKED = {"action": "ask", "done": True, "why": SECRET}
WHY = "Correctness is 0.612 (95 % interval 0.55 to 0.67); at least 0.7 is wanted."


def published(verdict: str | None = "failed", **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "execution_arn": EXECUTION,
        "status": RunStatus.SUCCEEDED,
        "published": True,
        "verdict": verdict,
        "verdict_why": WHY if verdict else None,
        "resolved_model": MODEL,
        "promotion": LEFT,
        "origin": "deployed",
        "ended_at": "2026-11-22T08:00:00.000Z",
        "estimate": {"usd": "1.23"},
    }
    return run(**fields | changes)


def ended(status: RunStatus = RunStatus.FAILED, **changes: Any) -> Run:
    """A run that was not published; its error's message quotes what it must not."""
    error = {"name": "BudgetExceeded", "message": SECRET}
    fields = {"status": status, "published": False, "verdict_why": None, "error": error}
    return published(None, **fields | changes)


def given_up(**changes: Any) -> Run:
    """A run that was stopped while it waited for people: in part published, never decided."""
    stopped = {"name": "RunStopped", "message": SECRET}
    fields = {"status": RunStatus.STOPPED, "error": stopped, "verdict_why": WHY}
    return published("inconclusive", **fields | changes)


class World:
    """What a telling step is given; who fails is said by name."""

    def __init__(self, one: Run, *, failing: dict[str, Exception] | None = None, **given: Any):
        self.failing = failing or {}
        self.sent: list[tuple[str, Any]] = []
        self.table = MemoryTable()
        table: Any = self.table
        self.telling = TellingStore(table, retention_days=30)
        gate = {"conditions": [FAILED, PASSED], "verdict": one.verdict} if one.verdict else None
        summary = json.dumps({"gate": gate}).encode()
        s3 = MemoryS3(**{summary_key(RUN): summary} if one.published else {})
        topic = given.pop("topic", TOPIC)
        self.services = services(
            store=FakeStore(one),
            objects=bucket(s3),
            telling=self.telling,
            environment=SimpleNamespace(stack_name="modeleval", notification_topic_arn=topic),
            settings=settings(**{"pipelineCallbacks": True, **given}),
            event_bus=SimpleNamespace(put=lambda *told: self._told("event", told)),
            topic=SimpleNamespace(publish=lambda *told: self._told("notification", told)),
            waiting_steps=SimpleNamespace(
                succeed=lambda *told: self._told("succeed", told),
                fail=lambda *told: self._told("fail", told),
            ),
        )

    def _told(self, who: str, what: Any) -> bool:
        if who in self.failing:
            raise self.failing[who]
        self.sent.append((who, what))
        return True

    def heard(self) -> list[str]:
        return [who for who, _ in self.sent]

    def of(self, who: str) -> Any:
        [what] = [what for name, what in self.sent if name == who]
        return what


def facts(one: Run) -> Facts:
    return facts_of(one, World(one).services)
