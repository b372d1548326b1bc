"""The command line before a stack in memory: what it printed, and how it ended."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from unit_fakes import FakeExecutions, MemoryS3, bucket, run, services
from unit_table import MemoryTable

from modeleval.cli import app as module
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus, Score
from modeleval.store.table import RunStore

ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama"


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """All of standard output, as the one JSON document that it must be."""
        return json.loads(self.out)


class CliWorld:
    """Runs in a table in memory, and the command `modeleval` as it is installed."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys = patch, capsys
        table: Any = MemoryTable()
        self.store = RunStore(table)
        self.s3 = MemoryS3()
        self.services: Services = services(
            store=self.store, objects=bucket(self.s3), executions=FakeExecutions()
        )
        patch.setenv("COLUMNS", "220")
        for name, one in list(sys.modules.items()):
            if name.startswith("modeleval.cli.") and hasattr(one, "Deployment"):
                patch.setattr(one, "Deployment", self._deployment)

    def _deployment(self, _: str) -> Any:
        class Deployment:
            services = self.services
            state_machine_arn = "arn:machine"

        return Deployment()

    def command(self, *arguments: str) -> Ended:
        """Call the command; its exit code, standard output and standard error."""
        self._patch.setattr(sys, "argv", ["modeleval", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            module.main()
        printed = self._capsys.readouterr()
        code = ended.value.code
        return Ended(int(code or 0) if not isinstance(code, str) else 1, printed.out, printed.err)

    def run(self, number: int, *scores: Score, published: bool = True, **fields: Any) -> Run:
        """A run that ended; it began in the minute of its number."""
        run_id = f"me{number:016d}"
        status = fields.pop("status", RunStatus.SUCCEEDED)
        started = f"2026-11-22T07:{number:02d}:00.000Z"
        suite = fields.pop("suite", "support")
        self.store.create_run(run(run_id=run_id, suite=suite, started_at=started))
        if fields:
            self.store.update_run(run_id, **fields)
        self.store.put_scores(
            one.model_copy(update={"run_id": run_id, "started_at": started}) for one in scores
        )
        if status is not RunStatus.RUNNING:
            self.store.close_run(run_id, status, published=published)
        return self.store.run(run_id)


def score(**changes: Any) -> Score:
    fields: dict[str, Any] = {
        "run_id": "-",
        "suite": "support",
        "evaluation": "answers",
        "subject": "bot",
        "series": "bot",
        "metric": "Correctness",
        "direction": "higherIsBetter",
        "judge": "amazon.nova-pro-v1:0",
        "started_at": "-",
        "n": 4,
        "mean": Decimal("0.75"),
        "low": Decimal("0.6"),
        "high": Decimal("0.9"),
        "not_applicable": 0,
        "unscored": 0,
    }
    return Score(**fields | changes)


def version(number: int, group: str = "support-llama") -> dict[str, Any]:
    """A resolved model as a run keeps it."""
    return {
        "source": "modelPackage",
        "asked": group,
        "group": group,
        "version": number,
        "identifier": f"{ARN.replace('support-llama', group)}/{number}",
    }
