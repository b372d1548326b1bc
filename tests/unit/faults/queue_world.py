"""Jobs that arrive at a service with a quota, in simulated time: the real step and its queue.

The wait of each is held against its ideal: first in, first out, and a place that is free is taken
at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from unit_documents import JUDGE
from unit_fakes import NOW, FakeJobs, FakeStore, MemoryS3, bucket, job, run, services
from unit_table import MemoryTable

from modeleval.errors import ConcurrencyReached
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import start_job
from modeleval.workflow.timing import seconds_of

_SPEC = {
    "part": 0, "judge": JUDGE, "metrics": [], "customMetrics": [], "precomputed": "s",
    "model": None, "datasetName": "d",
}  # fmt: skip


class Arrival(NamedTuple):
    """A job: when it asks for the first time, and how long it runs; in seconds."""

    at: float
    seconds: float


class Waited(NamedTuple):
    """How long a job waited, how long it would have in the ideal order; and how often it asked."""

    seconds: float
    ideal: float
    steps: int


class BigPages(MemoryTable):
    """Few pages, since thousands of queries are made."""

    page = 1000


class QueueWorld:
    """One service that runs `quota` jobs at once."""

    def __init__(self, quota: int, *, deadline: int = 86_400, outsiders: int = 0) -> None:
        """`outsiders`: jobs that others of the account run, and that never end."""
        self.clock, self.asked, self.most_at_once = NOW, 0, 0
        self._ends: list[float] = [float("inf")] * outsiders
        self._quota, self._deadline = quota, deadline
        self._length = 0.0
        self._store = FakeStore(table=BigPages())
        jobs: Any = FakeJobs()
        jobs.create = self._create
        self._services = services(
            now=lambda: self.clock,
            store=self._store,
            evaluation_jobs=jobs,
            objects=bucket(MemoryS3()),
            environment=SimpleNamespace(
                stack_name="modeleval", bucket_name="b", bedrock_role_arn="arn:r", kms_key_arn=""
            ),
        )

    def serve(self, arrivals: Sequence[Arrival]) -> list[Waited]:
        """Let all of them start, each in a run of its own; by arrival."""
        steps = [0] * len(arrivals)
        due = [(NOW + one.at, number) for number, one in enumerate(arrivals)]
        heapq.heapify(due)
        for number in range(len(arrivals)):
            self._store.add(run(run_id=_run_id(number)))
            self._store.add(
                job(run_id=_run_id(number), spec=_SPEC, deadline_seconds=self._deadline)
            )
        while due:
            self.clock, number = heapq.heappop(due)
            self._length = arrivals[number].seconds
            steps[number] += 1
            event = {"runId": _run_id(number), "job": 0, "executionArn": f"arn:{number}"}
            wait = start_job(JobEvent.model_validate(event), self._services)
            if wait.status == "queued":
                heapq.heappush(due, (self.clock + wait.seconds, number))
        found = []
        for number, ideal in enumerate(self._ideal(arrivals)):
            began = seconds_of(str(self._store.job(_run_id(number), 0).started_at)) - NOW
            found.append(Waited(began - arrivals[number].at, ideal, steps[number]))
        return found

    def _ideal(self, arrivals: Sequence[Arrival]) -> list[float]:
        free = [0.0] * (self._quota - sum(end == float("inf") for end in self._ends))
        waits = [0.0] * len(arrivals)
        for number in sorted(range(len(arrivals)), key=lambda one: arrivals[one].at):
            begins = max(arrivals[number].at, heapq.heappop(free))
            heapq.heappush(free, begins + arrivals[number].seconds)
            waits[number] = begins - arrivals[number].at
        return waits

    def _create(self, _: dict[str, Any]) -> str:
        self.asked += 1
        self._ends = [end for end in self._ends if end > self.clock]
        if len(self._ends) >= self._quota:
            raise ConcurrencyReached("full", action="wait")
        self._ends.append(self.clock + self._length)
        self.most_at_once = max(self.most_at_once, len(self._ends))
        return f"arn:job-{self.asked}"


def _run_id(number: int) -> str:
    return f"me{number:016d}"
