"""A published run in a table and a bucket in memory, and the model package that it evaluated."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from model_registry_fake import CREATED
from promotion_cases import ACTIONS, PACKAGE, RULE, promotable, summary
from unit_documents import RUN, suite
from unit_fakes import MemoryS3, bucket, job, services, settings
from unit_table import MemoryTable

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.sagemaker.registry import ModelRegistry
from modeleval.store import keys
from modeleval.store.items import Run
from modeleval.store.promotions import PromotionStore
from modeleval.store.table import RunStore

FILES = (suite_key(RUN), summary_key(RUN), record_scores_key(RUN, 0), aggregates_key(RUN, 0))
INPUT = f"runs/{RUN}/inputs/e0/p0.jsonl"
PENDING = "PendingManualApproval"


class FakePackage:
    """SageMaker with one model package; its updates are merged as SageMaker says it does."""

    def __init__(self, **described: Any) -> None:
        self.described: dict[str, Any] = {"ModelApprovalStatus": PENDING} | described
        self.updates: list[dict[str, Any]] = []
        self.errors: list[tuple[str, str]] = []
        """Operation and code of calls that fail, in their order."""

    def _fail(self, operation: str) -> None:
        if self.errors and self.errors[0][0] == operation:
            _, code = self.errors.pop(0)
            raise ClientError({"Error": {"Code": code, "Message": f"{code}!"}}, operation)

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        assert ModelPackageName == PACKAGE
        self._fail("DescribeModelPackage")
        return {**self.described, "CreationTime": CREATED}

    def update_model_package(self, *, ModelPackageArn: str, **changes: Any) -> None:  # noqa: N803
        assert ModelPackageArn == PACKAGE
        self._fail("UpdateModelPackage")
        self.updates.append(dict(changes))
        name = "CustomerMetadataProperties"
        merged = {**self.described.get(name, {}), **changes.pop(name, {})}
        for key in changes.pop(f"{name}ToRemove", []):
            del merged[key]
        self.described |= {**changes, name: merged}


class World:
    def __init__(
        self,
        *,
        verdict: str = "passed",
        groups: tuple[str, ...] = ("support-llama",),
        gate: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        self.table: Any = MemoryTable()
        self.store = RunStore(self.table, retention_days=30)
        self.store.create_run(promotable(**changes))
        self.store.create_jobs([job()])
        rules = {"rules": [RULE], **ACTIONS, **(gate or {})}
        contents = [suite(gate=rules), summary(verdict), {}, {}]
        written = zip(FILES, contents, strict=True)
        self.s3 = MemoryS3(**{key: json.dumps(one).encode() for key, one in written})
        self.s3.objects[INPUT] = b"{}"
        self.package = FakePackage()
        self.seconds = 1_795_334_400.0
        self.promotions = PromotionStore(self.table)
        self.services = services(
            store=self.store,
            promotions=self.promotions,
            objects=bucket(self.s3),
            model_registry=ModelRegistry(lambda: self.package),
            settings=settings(approvalGroups=list(groups)),
            now=lambda: self.seconds,
        )

    @property
    def run(self) -> Run:
        return self.store.run(RUN)

    @property
    def status(self) -> str:
        return str(self.package.described["ModelApprovalStatus"])

    @property
    def kept(self) -> set[str]:
        return {key for key in self.s3.objects if key.startswith("kept/")}

    @property
    def expiring(self) -> list[str]:
        return [item[keys.SORT] for item in self.table.items.values() if keys.EXPIRES in item]
