"""What the table knows of many runs: lists and histories, newest first, by queries on keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from modeleval.store import keys
from modeleval.store.items import Run, Score
from modeleval.store.rows import ABSENT, Rows, batches

_AT_ONCE = 25
"""Runs that are read together where a list holds only their keys; BatchGetItem takes 100."""


class Measured(NamedTuple):
    """A metric's overall summary, and the run that it is of."""

    run: Run
    score: Score


class RunLists(Rows):
    """Every list is an iterator that reads a page when it is asked for more."""

    def runs_of(self, suite: str) -> Iterator[Run]:
        """Every run of a suite."""
        return (Run.from_item(item) for item in self._listed(keys.suite_list(suite)))

    def latest_runs(self, suite: str, limit: int) -> list[Run]:
        """The latest runs of a suite."""
        items = self._listed(keys.suite_list(suite), limit=limit)
        return [Run.from_item(item) for item in items]

    def runs_of_model(self, series: str) -> Iterator[Run]:
        """Every run whose model was found in a model package group, over its versions and suites.

        Of a model without a group: its own name (`ResolvedModel.name`).
        """
        return self._pointed(keys.model_list(series))

    def every_run(self) -> Iterator[Run]:
        """Every run of the stack."""
        return self._pointed(keys.EVERY_RUN)

    def metric_history(
        self, *, series: str, suite: str, evaluation: str, metric: str, limit: int
    ) -> list[Score]:
        """A metric's overall summaries for one model package group or subject, newest run first."""
        found = self.measured(series=series, suite=suite, evaluation=evaluation, metric=metric)
        return [one.score for one in islice(found, limit)]

    def measured(
        self, *, series: str, suite: str, evaluation: str, metric: str
    ) -> Iterator[Measured]:
        """The same with each one's run, without end.

        Scores are written before their run is published, and a run may be stopped in between:
        only those of complete runs are history, none of a pending one. Trials are in none.
        """
        partition = keys.metric_list(series, suite, evaluation, metric)
        for batch in batches(self._listed(partition), _AT_ONCE):
            scores = [Score.from_item(item) for item in batch]
            runs = self._runs([score.run_id for score in scores])
            for score in scores:
                run = runs.get(score.run_id)
                if run is not None and run.completed:
                    yield Measured(run, score)

    def _pointed(self, partition: str) -> Iterator[Run]:
        """The runs that a list points to; those that were deleted meanwhile are left out."""
        for batch in batches(self._listed(partition), _AT_ONCE):
            run_ids = [keys.run_of(item[keys.PARTITION]) for item in batch]
            runs = self._runs(run_ids)
            yield from (runs[run_id] for run_id in run_ids if run_id in runs)

    def _runs(self, run_ids: list[str]) -> dict[str, Run]:
        # One run may stand in a page twice; DynamoDB refuses to be asked for a key twice.
        wanted = [keys.run_key(run_id) for run_id in dict.fromkeys(run_ids)]
        runs = [Run.from_item(item) for item in self._get_many(wanted)]
        return {run.run_id: run for run in runs}

    # -- pointers --------------------------------------------------------------------------------

    def _list_run(self, run_id: str, started_at: str, listing: keys.Listing) -> None:
        """Point to a run from a list; done again, it changes nothing."""
        fields: dict[str, Any] = {
            keys.LISTS_PARTITION: listing.partition,
            keys.LISTS_SORT: f"{started_at}#{run_id}",
            **self._expiry(),
        }
        self._update(keys.listing_key(run_id, listing), fields, ABSENT)
