"""The files with a job's scores: from its output, or without a score where the job is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modeleval.artifacts import aggregates_key, record_scores_key
from modeleval.scores.aggregates import AggregateScore, write_aggregates
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.services import Services
from modeleval.store.items import Job, Run
from modeleval.workflow.load import context_of, kind_of


def write_scores(
    job: Job,
    scores: Iterable[RecordScore],
    services: Services,
    aggregates: Sequence[AggregateScore] = (),
) -> None:
    """Write both files of a job; done again, it replaces what an earlier attempt left."""
    with services.objects.writer(record_scores_key(job.run_id, job.job)) as file:
        write_record_scores(scores, file)
    services.objects.write(aggregates_key(job.run_id, job.job), write_aggregates(aggregates))


def write_unscored(run: Run, job: Job, services: Services) -> bool:
    """Write the records of a job that failed as unscored; whether its kind can tell them.

    Whoever reads the scores, now or as a baseline later, then finds all records of the evaluation.
    """
    records = kind_of(job).unscored(context_of(run, job, services))
    if records is None:
        return False
    write_scores(job, records, services)
    return True
