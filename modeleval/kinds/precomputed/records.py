"""Read again, when a job runs, what was kept when it was planned."""

from __future__ import annotations

from modeleval.artifacts import index_key, records_key
from modeleval.datasets.index import read_index
from modeleval.kinds.precomputed.dataset import Answered, answered
from modeleval.kinds.protocol import JobContext
from modeleval.kinds.sources import KeptRecord


def records_of(job: JobContext) -> list[Answered]:
    """Every record of the job's part, in the order of its dataset."""
    objects, part = job.services.objects, int(job.spec["part"])
    run_id, evaluation = job.ref.run_id, job.evaluation
    index = read_index(objects.open(index_key(run_id, evaluation, part)).chunks)
    lines = objects.lines(records_key(run_id, evaluation, part))
    kept = [KeptRecord(entry, None if entry.unscored else next(lines)) for entry in index]
    return list(answered(kept))
