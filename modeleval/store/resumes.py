"""Runs that are resumed: conditional writes that open a run, and its lost jobs, again."""

from __future__ import annotations

from typing import Any

from boto3.dynamodb.conditions import Attr

from modeleval.store import keys
from modeleval.store.batches import BatchStatus
from modeleval.store.items import JobStatus, Run, RunStatus
from modeleval.store.rows import Rows

_OPEN = [str(status) for status in RunStatus if not status.ended]
_LOST = [str(JobStatus.FAILED), str(JobStatus.STOPPED)]
_OF_AN_END = (
    "error",
    "endedAt",
    "verdict",
    "verdictWhy",
    "promotion",
    "report",
    "askedUntil",
    "lowScores",
)
_OF_AN_ATTEMPT = (
    "jobName", "jobArn", "executionArn", "askedAt", "startedAt", "endedAt", "error", "warnings",
)  # fmt: skip


class ResumeStore(Rows):
    def keep_resuming(self, own_id: str, run_id: str) -> None:
        """Note which run an execution resumes, by the id that a run of its own would have."""
        self._update(keys.resuming_key(own_id), {"runId": run_id, **self._expiry()}, None)

    def resumed_by(self, own_id: str) -> str | None:
        """The run that an execution resumes, or wants to; None if it works on a run of its own."""
        item = self._get(keys.resuming_key(own_id)) or {}
        return str(item["runId"]) if "runId" in item else None

    def end_resuming(self, own_id: str, status: str) -> None:
        """Note how an execution that resumes a run, or was to, has ended: its first step may still
        be under way."""
        self._update(keys.resuming_key(own_id), {"ended": status, **self._expiry()}, None)

    def resuming_ended(self, own_id: str) -> str | None:
        """How an execution that resumes a run has ended; None while it goes on."""
        item = self._get(keys.resuming_key(own_id)) or {}
        return str(item["ended"]) if "ended" in item else None

    def reopen(self, run: Run, **fields: Any) -> bool:
        """Open a run that has ended and is as it was read; whether it was this call.

        It is not published until it is published again.
        """
        unchanged = Attr("executionArn").eq(run.execution_arn) & Attr("status").eq(str(run.status))
        return self._update(
            keys.run_key(run.run_id),
            {
                "status": RunStatus.RUNNING,
                "published": False,
                keys.OPEN_PARTITION: keys.OPEN,
                keys.OPEN_SORT: run.started_at,
                **fields,
            },
            unchanged & ~Attr("status").is_in(_OPEN),
            remove=_OF_AN_END,
        )

    def hand_over(self, run: Run, **fields: Any) -> bool:
        """Let another execution work on a run that has ended and is as it was read, and whose
        scores stay published; whether it was this call."""
        unchanged = Attr("executionArn").eq(run.execution_arn) & Attr("status").eq(str(run.status))
        return self._update(
            keys.run_key(run.run_id), fields, unchanged & Attr("published").eq(True)
        )

    def collect_again(self, run_id: str, batch: int, attempt: int) -> bool:
        """Let a batch that is not done be gone on with, once per attempt; whether this call did."""
        left = ~Attr("status").eq(str(BatchStatus.DONE)) & Attr("attempt").lt(attempt)
        planned = {
            "status": BatchStatus.PLANNED,
            "attempt": attempt,
            "requestsBefore": -1,
            "inVain": 0,
        }
        return self._update(
            keys.batch_key(run_id, batch), planned, left, remove=("error", "leasedBy")
        )

    def plan_again(self, run_id: str, job: int, attempt: int) -> bool:
        """Plan a lost job for a later attempt of its run, once; whether it was this call."""
        lost = Attr("status").is_in(_LOST) & Attr("attempt").lt(attempt)
        planned = {"status": JobStatus.PLANNED, "attempt": attempt}
        return self._update(keys.job_key(run_id, job), planned, lost, remove=_OF_AN_ATTEMPT)
