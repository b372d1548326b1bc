"""The table: every read and every conditional write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from modeleval.aws import transient_errors
from modeleval.errors import RunClosed, RunNotFound
from modeleval.statistics.verdict import Verdict
from modeleval.store import keys
from modeleval.store.batches import Batches
from modeleval.store.budgets import Budgets
from modeleval.store.items import PHASES, Job, JobStatus, Run, RunStatus, Score
from modeleval.store.lists import RunLists
from modeleval.store.queues import Queues

_ENDED = [str(status) for status in JobStatus if status.ended]
_OPEN = Attr("status").is_in([str(status) for status in RunStatus if not status.ended])
_PENDING = Attr("verdict").eq(str(Verdict.PENDING))
_NEVER_DECIDED: dict[str, Any] = {
    "verdict": Verdict.INCONCLUSIVE,
    "verdictWhy": "The run ended before its last job did.",
}


class RunStore(RunLists, Budgets, Batches, Queues):
    """Runs, jobs and scores of one stack."""

    # -- runs ----------------------------------------------------------------------------------

    def create_run(self, run: Run) -> Run:
        """Store a new run; the stored one if this step ran before."""
        item = {
            **run.to_item(),
            **keys.run_key(run.run_id),
            **self._expiry(),
            keys.LISTS_PARTITION: keys.suite_list(run.suite),
            keys.LISTS_SORT: f"{run.started_at}#{run.run_id}",
            keys.OPEN_PARTITION: keys.OPEN,
            keys.OPEN_SORT: run.started_at,
        }
        created = self._put_new(item)
        self._list_run(run.run_id, run.started_at, keys.Listing.of_all())
        return run if created else self.run(run.run_id)

    def run(self, run_id: str) -> Run:
        """Raises RunNotFound."""
        found = self.find_run(run_id)
        if found is None:
            raise RunNotFound(
                f"There is no run {run_id}",
                action="`modeleval list` shows the latest runs.",
            )
        return found

    def find_run(self, run_id: str) -> Run | None:
        """The run, or None if there is none, or none any more."""
        item = self._get(keys.run_key(run_id))
        return None if item is None else Run.from_item(item)

    def update_run(self, run_id: str, **fields: Any) -> None:
        """Change a run that is still open; raises RunClosed for one that has ended.

        With a `phase` among the fields, a run that is further already stays as it is: a step that
        comes late changes nothing. With a `resolvedModel`, the run is listed under its model first:
        a step that broke off in between does both again.
        """
        if "resolvedModel" in fields:
            self._list_under_model(self.run(run_id), fields["resolvedModel"])
        condition: ConditionBase = _OPEN
        if "phase" in fields:
            until = PHASES.index(fields["phase"]) + 1
            condition &= Attr("phase").is_in(list(PHASES[:until]))
        if self._update(keys.run_key(run_id), fields, condition):
            return
        if self.run(run_id).status.ended:
            raise RunClosed(f"Run {run_id} has ended", action="Nothing is left to do.")

    def _list_under_model(self, run: Run, model: Mapping[str, Any]) -> None:
        series = model.get("group") or str(model["identifier"])
        if model["source"] == "modelPackage":  # ResolvedModel.name: an unversioned one's own name
            series = series.rsplit("/", 1)[-1]
        self._list_run(run.run_id, run.started_at, keys.Listing.of_model(series))

    def name_run(self, run_id: str, suite: str) -> None:
        """List an open run under its suite's own name; raises RunClosed."""
        self.update_run(run_id, suite=suite, **{keys.LISTS_PARTITION: keys.suite_list(suite)})

    def close_run(self, run_id: str, status: RunStatus, **fields: Any) -> bool:
        """End an open run, once: whether it was this call that ended it.

        It stands among the untold ones until `told` is said of it. A verdict that was pending
        becomes what the fields say, else inconclusive.
        """
        key = keys.run_key(run_id)
        given = {"status": status, **fields, keys.OPEN_PARTITION: keys.UNTOLD}
        return self._update(key, given, _OPEN & ~_PENDING) or self._update(
            key, _NEVER_DECIDED | given, _OPEN & _PENDING
        )

    def told(self, run_id: str) -> None:
        """Everybody who wanted to has heard of the run's end."""
        self._update(
            keys.run_key(run_id),
            {"told": True},
            Attr(keys.OPEN_PARTITION).eq(keys.UNTOLD),
            remove=(keys.OPEN_PARTITION, keys.OPEN_SORT),
        )

    def publish_partly(self, run_id: str, **fields: Any) -> bool:
        """Say of an open run that what was scored so far can be seen; whether it was open."""
        given = {"status": RunStatus.PENDING, **fields}
        return self._update(keys.run_key(run_id), given, _OPEN)

    def open_runs(self) -> Iterator[Run]:
        """Runs that have not ended, oldest first."""
        return self._in_open(keys.OPEN)

    def untold_runs(self) -> Iterator[Run]:
        """Runs that have ended and were not told of to everybody, oldest first."""
        return self._in_open(keys.UNTOLD)

    def _in_open(self, partition: str) -> Iterator[Run]:
        condition = Key(keys.OPEN_PARTITION).eq(partition)
        items = self._query(condition, index=keys.OPEN_INDEX)
        return (Run.from_item(item) for item in items)

    def delete_run(self, run_id: str) -> int:
        """Delete the run's items; how many there were. The run's own item goes last."""
        partition = Key(keys.PARTITION).eq(keys.run_partition(run_id))
        found = [item[keys.SORT] for item in self._query(partition, consistent=True)]
        run = self.find_run(run_id)
        others = [
            {keys.PARTITION: keys.run_partition(run_id), keys.SORT: sort}
            for sort in found
            if sort != keys.RUN_SORT
        ]
        others += [keys.resuming_key(own_id) for own_id in (run.resumed_as if run else ())]
        with transient_errors("DynamoDB"):
            with self._table.batch_writer() as batch:
                for key in others:
                    batch.delete_item(Key=key)
            self._table.delete_item(Key=keys.run_key(run_id))
        return len(found)

    def pin_source(self, run_id: str, evaluation: int, etag: str, *, candidate: int = 0) -> str:
        """Keep which content of a dataset the run is about; the one that was kept first."""
        key = keys.source_key(run_id, evaluation, candidate)
        if self._put_new({**key, "etag": etag, **self._expiry()}):
            return etag
        item = self._get(key)
        return str(item["etag"]) if item else etag

    # -- jobs ----------------------------------------------------------------------------------

    def create_jobs(self, jobs: Sequence[Job]) -> None:
        """Store planned jobs; those that are there stay as they are."""
        self._put_all_new(
            [
                {**job.to_item(), **keys.job_key(job.run_id, job.job), **self._expiry()}
                for job in jobs
            ]
        )

    def job(self, run_id: str, job: int) -> Job:
        item = self._get(keys.job_key(run_id, job))
        if item is None:
            raise RunNotFound(f"There is no job {job} of run {run_id}", action="Look at the run.")
        return Job.from_item(item)

    def jobs(self, run_id: str) -> list[Job]:
        """The jobs of a run, by number."""
        return [Job.from_item(item) for item in self._of_run(run_id, keys.JOB_PREFIX)]

    def update_job(self, run_id: str, job: int, **fields: Any) -> bool:
        """Change a job that has not ended; whether it had not."""
        return self._update(keys.job_key(run_id, job), fields, ~Attr("status").is_in(_ENDED))

    # -- scores --------------------------------------------------------------------------------

    def put_scores(self, scores: Iterable[Score]) -> None:
        """Write summaries; the same summary again changes nothing."""
        with transient_errors("DynamoDB"), self._table.batch_writer() as batch:
            for score in scores:
                item = {
                    **score.to_item(),
                    **self._expiry(),
                    **keys.score_key(
                        score.run_id,
                        score.evaluation,
                        score.metric,
                        score.category,
                        score.candidate,
                    ),
                }
                if score.category is None and score.candidate is None and score.sample is None:
                    item[keys.LISTS_PARTITION] = keys.metric_list(
                        score.series, score.suite, score.evaluation, score.metric
                    )
                    item[keys.LISTS_SORT] = f"{score.started_at}#{score.run_id}"
                batch.put_item(Item=item)

    def scores(self, run_id: str) -> list[Score]:
        """A run's summaries, by evaluation and metric, overall before categories."""
        return [Score.from_item(item) for item in self._of_run(run_id, keys.SCORE_PREFIX)]

    # -- results that other runs may use -----------------------------------------------------------

    def keep_result(self, digest: str, run_id: str, job: int) -> None:
        """Say which job last got the result that a digest stands for."""
        item: dict[str, Any] = {**keys.result_key(digest), "runId": run_id, "job": job}
        with transient_errors("DynamoDB"):
            self._table.put_item(Item=item | self._expiry())

    def result(self, digest: str) -> tuple[str, int] | None:
        """The run and the job that got it; None if nobody did, or long ago."""
        item = self._get(keys.result_key(digest))
        return (str(item["runId"]), int(item["job"])) if item else None
