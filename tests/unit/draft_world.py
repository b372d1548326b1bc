"""A stack in memory that runs are drafted against: its table and its bucket are to stay as they
are."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from unit_documents import BUCKET, JUDGE, settings
from unit_fakes import NOW, MemoryS3, bucket, run, services
from unit_table import MemoryTable

from modeleval.errors import JobQuotaExhausted
from modeleval.services import Services
from modeleval.store.items import RunStatus
from modeleval.store.table import RunStore
from modeleval.workflow.draft import DRAFT_RUN
from modeleval.workflow.draft_services import draft_services

DATASET = "datasets/answers.jsonl"
ROLE = "arn:aws:iam::111122223333:role/modeleval-bedrock"
KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GATE = {"rules": [{"evaluation": "answers", "metric": "Correctness", "maxRegression": 0.05}]}


class Bedrock:
    """An account with room for so many jobs, that keeps what it was asked to create."""

    def __init__(self) -> None:
        self.room = 100
        self.created: list[dict[str, Any]] = []

    def check(self, text: str, *_: object, allowed: Any, **__: object) -> None:
        assert text in allowed

    def check_room(self, jobs: int) -> None:
        if jobs > self.room:
            raise JobQuotaExhausted(f"no room for {jobs}", action="x")

    def create(self, request: dict[str, Any]) -> str:
        self.created.append(request)
        return f"arn:job/{request['jobName']}"


class DraftWorld:
    """The stack's table with its runs, its bucket with a dataset of forty records."""

    def __init__(self, **changes: Any) -> None:
        self.table = MemoryTable()
        given: Any = self.table
        self.store = RunStore(given, retention_days=30)
        self.s3 = MemoryS3(**{DATASET: records(40)})
        self.bedrock = Bedrock()
        self.services: Services = services(
            store=self.store,
            objects=bucket(self.s3),
            models=self.bedrock,
            evaluation_jobs=self.bedrock,
            settings=settings(**{"judgeModels": [JUDGE]} | changes),
            region="us-west-2",
            environment=SimpleNamespace(
                stack_name="modeleval",
                bucket_name=BUCKET,
                bedrock_role_arn=ROLE,
                sagemaker_role_arn="",
                kms_key_arn=KEY,
            ),
        )

    def drafted(self, folder: Path, *, beside: Path | None = None) -> Services:
        """The services of a draft whose files lie in the folder."""
        return draft_services(self.services, run_id=DRAFT_RUN, folder=folder, beside=beside)

    @property
    def kept(self) -> tuple[dict[Any, Any], dict[str, bytes]]:
        """All that the table and the bucket hold, to see whether it stays as it is."""
        return {key: dict(item) for key, item in self.table.items.items()}, dict(self.s3.objects)

    def earlier(self, number: int, **fields: Any) -> str:
        """A published run of the suite, begun so many days before now."""
        run_id = f"me{'abcdefgh'[number]:a>16}"
        started = f"2026-11-{21 - number:02d}T08:00:00.000Z"
        self.store.create_run(run(run_id=run_id, started_at=started))
        if fields:
            self.store.update_run(run_id, **fields)
        self.store.close_run(run_id, RunStatus.SUCCEEDED, published=True)
        return run_id


def records(count: int) -> bytes:
    lines = [
        {
            "prompt": f"secret question {n}",
            "category": "attacks" if n < count // 4 else "plain",
            "referenceResponse": "That.",
            "modelResponses": [
                {"response": f"secret answer {n}", "modelIdentifier": "support-bot-v3"}
            ],
        }
        for n in range(count)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


__all__ = ["BUCKET", "DATASET", "DRAFT_RUN", "GATE", "JUDGE", "NOW", "DraftWorld", "records"]
