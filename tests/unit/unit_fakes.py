"""Fakes of what a step touches, in memory, that keep what was asked of them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from unit_documents import BUCKET, RUN, settings
from unit_table import MemoryTable

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.digests import text_digest
from modeleval.errors import RunClosed, RunNotFound
from modeleval.objects import Objects
from modeleval.sagemaker.pipelines import Execution
from modeleval.store.batches import Batch
from modeleval.store.items import Job, JobStatus, Run, RunStatus
from modeleval.store.queues import Queues

NOW = 1_795_334_400.0  # 2026-11-22T08:00:00Z
EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:Run:one"


def run(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "run_id": RUN,
        "suite": "support",
        "execution_arn": "arn:run",
        "started_at": "2026-11-22T07:00:00.000Z",
    }
    return Run(**fields | changes)


def job(number: int = 0, **changes: Any) -> Job:
    fields: dict[str, Any] = {
        "run_id": RUN,
        "job": number,
        "evaluation": number,
        "evaluation_name": f"e{number}",
        "kind": "bedrock-judge",
        "spec": {},
        "deadline_seconds": 3600,
    }
    return Job(**fields | changes)


class FakeStore(Queues):
    """Runs and jobs in memory; conditions as `RunStore` documents them. Queues are real."""

    def __init__(self, *items: Run | Job, table: MemoryTable | None = None) -> None:
        queues: Any = table or MemoryTable()
        super().__init__(queues)
        self._runs: dict[str, Run] = {}
        self._jobs: dict[tuple[str, int], Job] = {}
        self._sources: dict[tuple[str, int, int], str] = {}
        self._untold: set[str] = set()
        self._batches: dict[tuple[str, int], Batch] = {}
        self.add(*items)

    def add(self, *items: Run | Job) -> None:
        self._runs |= {item.run_id: item for item in items if isinstance(item, Run)}
        self._jobs |= {(i.run_id, i.job): i for i in items if isinstance(i, Job)}

    def create_run(self, run: Run) -> Run:
        return self._runs.setdefault(run.run_id, run)

    def run(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise RunNotFound(run_id, action="x")
        return self._runs[run_id]

    def find_run(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def open_runs(self) -> Iterator[Run]:
        return (one for one in self._runs.values() if not one.status.ended)

    def update_run(self, run_id: str, **fields: Any) -> None:
        if self.run(run_id).status.ended:
            raise RunClosed(run_id, action="x")
        self._runs[run_id] = Run.from_item(self._runs[run_id].to_item() | fields)

    def name_run(self, run_id: str, suite: str) -> None:
        self.update_run(run_id, suite=suite)

    def close_run(self, run_id: str, status: RunStatus, **fields: Any) -> bool:
        if self.run(run_id).status.ended:
            return False
        undecided = {"verdict": "inconclusive"} if self.run(run_id).verdict == "pending" else {}
        self.update_run(run_id, status=status, **undecided | fields)
        self._untold.add(run_id)
        return True

    def publish_partly(self, run_id: str, **fields: Any) -> bool:
        if self.run(run_id).status.ended:
            return False
        self.update_run(run_id, status=RunStatus.PENDING, **fields)
        return True

    def told(self, run_id: str) -> None:
        self._untold.discard(run_id)

    def untold_runs(self) -> Iterator[Run]:
        return (self._runs[run_id] for run_id in sorted(self._untold))

    def delete_run(self, run_id: str) -> int:
        gone = [key for key in self._jobs if key[0] == run_id]
        for key in gone:
            del self._jobs[key]
        del self._runs[run_id]
        return len(gone) + 1

    def pin_source(self, run_id: str, evaluation: int, etag: str, *, candidate: int = 0) -> str:
        return self._sources.setdefault((run_id, evaluation, candidate), etag)

    def runs_of(self, suite: str) -> Iterator[Run]:
        runs = sorted(self._runs.values(), key=lambda one: one.started_at, reverse=True)
        return (one for one in runs if one.suite == suite)

    def batches(self, run_id: str) -> list[Batch]:
        return [one for one in self._batches.values() if one.run_id == run_id]

    def batch(self, run_id: str, number: int) -> Batch:
        return self._batches[run_id, number]

    def create_batches(self, planned: Sequence[Batch]) -> None:
        for one in planned:
            self._batches.setdefault((one.run_id, one.batch), one)

    def create_jobs(self, jobs: Sequence[Job]) -> None:
        for one in jobs:
            self._jobs.setdefault((one.run_id, one.job), one)

    def job(self, run_id: str, number: int) -> Job:
        if (run_id, number) not in self._jobs:
            raise RunNotFound(run_id, action="x")
        return self._jobs[run_id, number]

    def jobs(self, run_id: str) -> list[Job]:
        return [one for one in self._jobs.values() if one.run_id == run_id]

    def update_job(self, run_id: str, number: int, **fields: Any) -> bool:
        found = self._jobs.get((run_id, number))
        if found is None or found.status.ended:
            return False
        self._jobs[run_id, number] = Job.from_item(found.to_item() | fields)
        return True


class FakeResumes:
    """Which executions resume which runs, and the store's runs and jobs opened again."""

    def __init__(self, store: FakeStore, **resumed: str) -> None:
        self._store = store
        self.resumed = dict(resumed)
        self.ended: dict[str, str] = {}

    def keep_resuming(self, own_id: str, run_id: str) -> None:
        self.resumed[own_id] = run_id

    def resumed_by(self, own_id: str) -> str | None:
        return self.resumed.get(own_id)

    def end_resuming(self, own_id: str, status: str) -> None:
        self.ended[own_id] = status

    def resuming_ended(self, own_id: str) -> str | None:
        return self.ended.get(own_id)

    def reopen(self, run: Run, **fields: Any) -> bool:
        if self._store.run(run.run_id) != run or not run.status.ended:
            return False
        gone = ("error", "endedAt", "verdict", "verdictWhy", "promotion", "report", "askedUntil")
        kept = {name: value for name, value in run.to_item().items() if name not in gone}
        opened = {"status": RunStatus.RUNNING, "published": False}
        self._store.add(Run.from_item(kept | opened | fields))
        return True

    def hand_over(self, run: Run, **fields: Any) -> bool:
        if self._store.run(run.run_id) != run or not run.completed:
            return False
        self._store.add(Run.from_item(run.to_item() | fields))
        return True

    def plan_again(self, run_id: str, number: int, attempt: int) -> bool:
        found = self._store.job(run_id, number)
        lost = found.status in (JobStatus.FAILED, JobStatus.STOPPED)
        if not lost or found.attempt >= attempt:
            return False
        planned = ("run_id", "job", "evaluation", "evaluation_name", "kind", "spec")
        counted = ("deadline_seconds", "judgements", "long")
        kept = {name: getattr(found, name) for name in (*planned, *counted)}
        self._store.add(Job(**kept, attempt=attempt))
        return True


class Told:
    """A run whose end everybody has heard of, so that nothing is sent."""

    def told(self, _: str) -> frozenset[str]:
        return frozenset({"event"})


NOBODY_TO_NOTIFY = SimpleNamespace(stack_name="modeleval", notification_topic_arn="")


class FakeJobs:
    """Bedrock's jobs: which there are, which were stopped or deleted."""

    def __init__(self, *jobs: JobSummary) -> None:
        self._jobs = jobs
        self.stopped: list[str] = []
        self.deleted: list[str] = []
        self.asked: list[dict[str, Any]] = []

    def find(self, name: str) -> JobSummary | None:
        return next((one for one in self._jobs if one.name == name), None)

    def list(self, **filters: Any) -> Iterator[JobSummary]:
        self.asked.append(filters)
        status, part = filters.get("statusEquals"), filters.get("nameContains", "")
        return (one for one in self._jobs if status in (None, one.status) and part in one.name)

    def ended_before(self, moment: Any, name_contains: str) -> Iterator[JobSummary]:
        self.asked.append({"before": moment, "nameContains": name_contains})
        return (one for one in self._jobs if one.deletable)

    def stop(self, arn: str) -> bool:
        self.stopped.append(arn)
        return all(one.arn != arn or not one.ended for one in self._jobs)

    def delete(self, arns: Any) -> int:
        self.deleted += arns
        return len(arns)


class FakePipelines:
    """SageMaker's executions: which there are, and which were stopped."""

    def __init__(self, *executions: Execution) -> None:
        self._executions = executions
        self.stopped: list[str] = []

    def running(self) -> Iterator[Execution]:
        return (one for one in self._executions if one.running)

    def of_run(self, run_id: str) -> Iterator[Execution]:
        return (one for one in self._executions if one.name.startswith(f"{run_id}-"))

    def stop(self, arn: str) -> bool:
        self.stopped.append(arn)
        return True


class FakeExecutions:
    """Executions by ARN, and which were stopped."""

    def __init__(self, **statuses: str) -> None:
        self._statuses = statuses
        self.stopped: list[str] = []

    def status(self, arn: str) -> str | None:
        return self._statuses.get(arn)

    def end(self, arn: str) -> tuple[str, str]:
        return self._statuses[arn], "Lambda.Unknown cannot start"

    def stop(self, arn: str, *, cause: str) -> None:
        assert cause
        self.stopped.append(arn)


class MemoryS3:
    """An S3 client with objects in memory."""

    def __init__(self, **objects: bytes) -> None:
        self.objects: dict[str, bytes] = dict(objects)
        self.types: dict[str, str] = {}

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str = "") -> dict[str, Any]:  # noqa: N803 - boto3's
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        data = self.objects[Key]
        etag = text_digest(data.decode(errors="replace"))
        if IfMatch not in ("", etag):
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "GetObject")
        body = StreamingBody(io.BytesIO(data), len(data))
        return {"Body": body, "VersionId": "v1", "ETag": etag, "ContentLength": len(data)}

    def put_object(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        IfNoneMatch: str = "",  # noqa: N803
        ContentType: str = "",  # noqa: N803
    ) -> None:
        assert Bucket == BUCKET
        if IfNoneMatch and Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[Key] = Body
        self.types[Key] = ContentType

    def copy_object(self, *, Bucket: str, Key: str, CopySource: dict[str, str]) -> None:  # noqa: N803 - boto3's
        assert Bucket == CopySource["Bucket"] == BUCKET
        if CopySource["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "CopyObject")
        self.objects[Key] = self.objects[CopySource["Key"]]

    def get_paginator(self, operation: str) -> Any:
        """One key per page: who forgets the next page is found out."""
        assert operation == "list_objects_v2"
        return SimpleNamespace(
            paginate=lambda Bucket, Prefix: [  # noqa: N803, ARG005 - boto3's
                {"Contents": [{"Key": key}]} for key in self.objects if key.startswith(Prefix)
            ]
        )

    def upload_fileobj(self, file: Any, bucket: str, key: str) -> None:
        assert bucket == BUCKET
        self.objects[key] = file.read()


def services(**parts: Any) -> Any:
    """What a step is given; parts that a test does not give are not to be touched."""
    return SimpleNamespace(
        **{"now": lambda: NOW, "settings": settings(), "environment": NOBODY_TO_NOTIFY} | parts,
    )


def bucket(s3: MemoryS3) -> Objects:
    client: Any = s3
    return Objects(client, BUCKET)


def repository() -> Path:
    """The folder that holds the project."""
    return Path(__file__).parent.parent.parent
