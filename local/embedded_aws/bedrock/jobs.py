"""Evaluation jobs and the place they are kept in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from embedded_aws.fresh import new_identifier, now

FINISHED = ("Completed", "Failed", "Stopped")


@dataclass
class Job:
    """One evaluation job: the request that made it, and how it stands."""

    arn: str
    request: dict[str, Any]
    seconds: float
    status: str = "InProgress"
    failure_messages: list[str] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)

    @property
    def name(self) -> str:
        """The job's name, unique in its account and Region."""
        return str(self.request["jobName"])

    @property
    def region(self) -> str:
        """The Region it runs in."""
        return self.arn.split(":")[3]

    @property
    def human(self) -> bool:
        """Whether people answer."""
        return "human" in self.request["evaluationConfig"]

    @property
    def evaluation(self) -> dict[str, Any]:
        """The evaluation configuration, whoever answers."""
        (result,) = self.request["evaluationConfig"].values()
        return dict(result)

    @property
    def automated(self) -> dict[str, Any]:
        """The evaluation configuration of an automated job."""
        result: dict[str, Any] = self.request["evaluationConfig"]["automated"]
        return result


class Jobs:
    """All jobs. Its condition guards them and wakes the threads that run them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def of(self, scope: str) -> list[Job]:
        """The jobs of one account and Region: ``scope`` is the start of their ARNs."""
        with self.changed:
            return [job for arn, job in self._jobs.items() if arn.startswith(scope)]

    def all(self) -> list[Job]:
        """Every job, the oldest first."""
        with self.changed:
            return list(self._jobs.values())

    def get(self, arn: str) -> Job | None:
        """The job with this ARN."""
        with self.changed:
            return self._jobs.get(arn)

    def by_token(self, scope: str, token: str) -> Job | None:
        """The job that was created with this client token, as long as it exists."""
        with self.changed:
            return self._jobs.get(self._tokens.get((scope, token), ""))

    def add(self, scope: str, job: Job, check: Callable[[list[Job]], None]) -> Job:
        """Keep a new job, if ``check`` does not raise; nothing comes in between the two.

        Returns the job that its client token stands for: another one, if a call with the same token
        was faster.
        """
        with self.changed:
            token = job.request.get("clientRequestToken", "")
            faster = self.by_token(scope, token)
            if faster is not None:
                return faster
            check(self.of(scope))
            self._jobs[job.arn] = job
            if token:
                self._tokens[(scope, token)] = job.arn
            return job

    def seed(self, count: int) -> int:
        """Add completed jobs that somebody else made long ago; how many there are in all."""
        for number in range(count):
            identifier = new_identifier()
            name = f"seeded-{identifier}-{number}"
            arn = f"arn:aws:bedrock:us-east-1:000000000000:evaluation-job/{identifier}"
            job = Job(arn, _seeded_request(name), seconds=0.0, status="Completed")
            job.created = job.modified = now() - timedelta(days=1)
            with self.changed:
                self._jobs[arn] = job
        return len(self.all())

    def move(self, job: Job, status: str, *messages: str) -> None:
        """Change a job's status, and wake who waits for it."""
        with self.changed:
            job.status = status
            job.failure_messages.extend(message[:2048] for message in messages[:20])
            job.modified = now()
            self.changed.notify_all()

    def remove(self, job: Job) -> None:
        """Forget a deleted job; its name is free again."""
        with self.changed:
            self._jobs.pop(job.arn, None)
            self.changed.notify_all()

    def clear(self) -> None:
        """Forget every job; their threads end."""
        with self.changed:
            self._jobs.clear()
            self._tokens.clear()
            self.changed.notify_all()


def _seeded_request(name: str) -> dict[str, Any]:
    """The least that a listing needs of a request."""
    config = {
        "datasetMetricConfigs": [{"taskType": "General"}],
        "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": "seeded"}]},
    }
    source = {"precomputedInferenceSource": {"inferenceSourceIdentifier": "seeded"}}
    return {
        "jobName": name,
        "evaluationConfig": {"automated": config},
        "inferenceConfig": {"models": [source]},
    }
