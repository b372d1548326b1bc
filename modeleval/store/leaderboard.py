"""Who stands where in a suite: of each subject the latest run's scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from modeleval.store.items import Run, Score
from modeleval.store.table import RunStore


class Standing(NamedTuple):
    """A subject's latest scores in one evaluation.

    candidate: None, or the label under which the run compared it with its subject (`base-model`).
    scores: overall ones, one per metric.
    """

    evaluation: str
    subject: str
    candidate: str | None
    run: Run
    scores: tuple[Score, ...]

    def score(self, metric: str) -> Score | None:
        return next((one for one in self.scores if one.metric == metric), None)


class Leaderboard(NamedTuple):
    """`complete` is False if the suite has older runs than those that were read."""

    standings: list[Standing]
    runs_read: int
    complete: bool


def leaderboard(store: RunStore, suite: str, *, most_runs: int) -> Leaderboard:
    """The latest complete run of each subject, trials left out, of the suite's latest runs.

    Reads the scores of those runs only that have a subject which no later run has.
    """
    seen: set[tuple[str, str]] = set()
    found: list[Standing] = []
    read = 0
    for run in store.runs_of(suite):
        if read == most_runs:
            return Leaderboard(found, read, complete=False)
        read += 1
        if not run.counts or _subjects(run) <= seen:
            continue
        for standing in _standings(run, store.scores(run.run_id)):
            place = (standing.evaluation, standing.subject)
            if place not in seen:
                seen.add(place)
                found.append(standing)
    return Leaderboard(found, read, complete=True)


def _subjects(run: Run) -> set[tuple[str, str]]:
    return {
        (facts.name, subject)
        for facts in run.evaluations
        for subject in (facts.subject, *facts.candidates.values())
    }


def _standings(run: Run, scores: list[Score]) -> Iterator[Standing]:
    grouped: dict[tuple[str, str, str | None], list[Score]] = {}
    for score in scores:
        if score.category is None:
            place = (score.evaluation, score.subject, score.candidate)
            grouped.setdefault(place, []).append(score)
    for (evaluation, subject, candidate), own in grouped.items():
        yield Standing(evaluation, subject, candidate, run, tuple(own))
