"""From a judge job's output to record scores: joined to the index by digests, never by order."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from modeleval.bedrock.outputs import (
    OutputRecord,
    OutputScore,
    UnreadableLine,
    is_output,
    read_output,
)
from modeleval.datasets import IndexEntry, input_digest, response_digest
from modeleval.errors import OutputUnusable
from modeleval.kinds.protocol import Collected
from modeleval.objects import Objects
from modeleval.scores.metrics import metric_name
from modeleval.scores.records import RecordScore, parse_result

_NOT_SCORED = OutputScore(metric_name="")


def read(objects: Objects, prefix: str) -> Iterator[OutputRecord]:
    """The records of every result file below a job's prefix; raises OutputUnusable."""
    files = sorted(key for key in objects.keys(prefix) if is_output(key))
    if not files:
        raise OutputUnusable(
            "The job completed and left no output file",
            where=f"s3://{objects.bucket}/{prefix}",
            action="Look at the job in the Bedrock console; run the suite again.",
        )
    for key in files:
        try:
            yield from read_output(objects.lines(key))
        except UnreadableLine as error:
            raise OutputUnusable(
                f"The job's output cannot be read: {error}",
                where=f"s3://{objects.bucket}/{key}",
                action="Report it with the line's form; its content stays with you.",
            ) from None


def join(
    records: Iterable[OutputRecord], index: Sequence[IndexEntry], metrics: Sequence[str]
) -> Collected:
    """One score per index entry and metric; entries that the output lacks are unscored.

    Raises OutputUnusable when nothing in the output belongs to what was validated.
    """
    waiting: dict[tuple[str, str], deque[IndexEntry]] = defaultdict(deque)
    for entry in index:
        if entry.unscored is None:
            waiting[entry.input_digest, entry.response_digest].append(entry)
    found: dict[str, dict[str, OutputScore]] = {}
    strangers = 0
    for record in records:
        matched = _match(record, waiting)
        if matched is None:
            strangers += 1
        else:
            found[matched.key] = _by_metric(record)
    if strangers and not found:
        raise OutputUnusable(
            f"None of the output's {strangers} records is one that was validated",
            action="Do not use this output: it belongs to another dataset.",
        )
    warnings = []
    if strangers:
        warnings.append(f"{strangers} records of the output are not among those validated")
    scores = (_score(entry, metric, found) for entry in index for metric in metrics)
    return Collected(scores, warnings)


def _match(
    record: OutputRecord, waiting: dict[tuple[str, str], deque[IndexEntry]]
) -> IndexEntry | None:
    asked = record.input_record
    digest = input_digest(asked.prompt, asked.reference_response)
    candidates = waiting.get((digest, response_digest(record.response or "")))
    return candidates.popleft() if candidates else None


def _by_metric(record: OutputRecord) -> dict[str, OutputScore]:
    """The record's scores by metric; of a metric named twice the first one counts."""
    scores: dict[str, OutputScore] = {}
    for score in record.scores:
        scores.setdefault(metric_name(score.metric_name), score)
    return scores


def _score(entry: IndexEntry, metric: str, found: dict[str, dict[str, OutputScore]]) -> RecordScore:
    score = found.get(entry.key, {}).get(metric, _NOT_SCORED)
    result = parse_result(score.result, score.has_result)
    return RecordScore(
        key=entry.key,
        line=entry.line,
        metric=metric,
        value=result.value,
        not_applicable=result.not_applicable,
        explanation=score.explanation,
        category=entry.category,
        cluster=entry.cluster,
        judge=score.judge,
    )
