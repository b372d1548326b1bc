"""From a judge job's output to record scores: joined to the index by digests, never by order."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from modeleval.artifacts import index_key, output_prefix
from modeleval.bedrock.outputs import (
    OutputRecord,
    OutputScore,
    UnreadableLine,
    is_output,
    read_output,
)
from modeleval.datasets.identity import input_digest, response_digest
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.errors import OutputUnusable
from modeleval.kinds.judge_jobs import definitions_of
from modeleval.kinds.judge_results import JudgeScore, Reading, readings
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.objects import Objects
from modeleval.scores.metrics import metric_name
from modeleval.scores.records import RecordScore

_PLAIN = Reading()
Record = TypeVar("Record")
Of = TypeVar("Of")

_NOT_SCORED = OutputScore(metric_name="")


def collect(job: JobContext) -> Collected:
    """The record scores of a job that has succeeded. Raises OutputUnusable."""
    objects, spec = job.services.objects, job.spec
    index = list(_index(job))
    definitions = definitions_of(spec)
    metrics = _metrics(spec)
    records = read(objects, output_prefix(*job.ref))
    live = spec["model"] is not None
    joined = join(records, index, live=live)
    silent = silent_metrics(metrics, joined.found)
    parts = int(spec.get("parts", 1))
    read_as, warnings = readings(definitions, joined.found.values(), parts=parts)
    # Nobody knows before whether live responses are equal.
    doubted = [] if live else contradictions(index, metrics, joined.found)
    return Collected(
        scores(index, metrics, joined.found, read_as, candidate=spec.get("candidate")),
        [*joined.warnings, *silent, *warnings, *doubted],
    )


def unscored(job: JobContext) -> Iterator[RecordScore]:
    """The records of a job that gave no scores, as `collect` would name them."""
    return scores(_index(job), _metrics(job.spec), {}, {}, candidate=job.spec.get("candidate"))


def _index(job: JobContext) -> Iterator[IndexEntry]:
    key = index_key(job.ref.run_id, job.evaluation, int(job.spec["part"]))
    return read_index(job.services.objects.open(key).chunks)


def _metrics(spec: Mapping[str, Any]) -> list[str]:
    return [*spec["metrics"], *(metric["name"] for metric in spec["customMetrics"])]


def read(objects: Objects, prefix: str) -> Iterator[OutputRecord]:
    """The records of every result file below a job's prefix; raises OutputUnusable."""
    return read_files(objects, prefix, read_output)


def read_files(
    objects: Objects, prefix: str, decode: Callable[[Iterable[bytes]], Iterator[Record]]
) -> Iterator[Record]:
    """The same of any form of output; `decode` raises UnreadableLine."""
    for key in output_files(objects, prefix):
        yield from read_file(objects, key, decode)


def output_files(objects: Objects, prefix: str) -> list[str]:
    """The keys of the result files below a job's prefix; raises OutputUnusable."""
    files = sorted(key for key in objects.keys(prefix) if is_output(key))
    if not files:
        raise OutputUnusable(
            "The job completed and left no output file",
            where=f"s3://{objects.bucket}/{prefix}",
            action="Look at the job in the Bedrock console; run the suite again.",
        )
    return files


def read_file(
    objects: Objects, key: str, decode: Callable[[Iterable[bytes]], Iterator[Record]]
) -> Iterator[Record]:
    """The records of one result file; raises OutputUnusable."""
    try:
        yield from decode(objects.lines(key))
    except UnreadableLine as error:
        raise OutputUnusable(
            f"The job's output cannot be read: {error}",
            where=f"s3://{objects.bucket}/{key}",
            action="Report it with the line's form; its content stays with you.",
        ) from None


ByMetric = Mapping[str, OutputScore]


class Joined(Generic[Of]):
    """What the output says of each record, by its key, and what was odd about the join."""

    def __init__(self) -> None:
        self.found: dict[str, Of] = {}
        self.strangers = 0

    @property
    def warnings(self) -> list[str]:
        if not self.strangers:
            return []
        return [f"{self.strangers} records of the output are not among those validated"]


def join(
    records: Iterable[OutputRecord], index: Sequence[IndexEntry], *, live: bool
) -> Joined[ByMetric]:
    """The scores of each record by metric; raises OutputUnusable as `match` does."""
    return match(
        records,
        index,
        live=live,
        asked=lambda record: _digests(record, live=live),
        # Where the generator failed there is nothing that a score could be about.
        take=lambda record: {} if live and not record.response else by_metric(record),
    )


def match(
    records: Iterable[Record],
    index: Sequence[IndexEntry],
    *,
    live: bool,
    asked: Callable[[Record], tuple[str, str]],
    take: Callable[[Record], Of],
) -> Joined[Of]:
    """Give each output record to the index entry that it is about; kept is what `take` makes of it.

    `asked`: a record's digests of input and response. Precomputed responses are matched by both;
    live ones, which nobody knew before, by input, and have "" for the other. Raises OutputUnusable
    when nothing in the output belongs to what was validated.
    """
    waiting: dict[tuple[str, str], deque[str]] = defaultdict(deque)
    for entry in index:
        if entry.unscored is None:
            waiting[entry.input_digest, "" if live else entry.response_digest].append(entry.key)
    joined: Joined[Of] = Joined()
    for record in records:
        keys = waiting.get(asked(record))
        if not keys:
            joined.strangers += 1
            continue
        joined.found[keys.popleft()] = take(record)
    if not joined.found:
        raise OutputUnusable(
            f"None of the output's {joined.strangers} records is one that was validated",
            action="Do not use this output: it is empty, or belongs to another dataset.",
        )
    return joined


def silent_metrics(
    metrics: Sequence[str], found: Mapping[str, Mapping[str, JudgeScore]]
) -> list[str]:
    """A warning per metric that the output never mentions. Raises OutputUnusable if that is all."""
    reported = {name for of_record in found.values() for name in of_record}
    silent = [metric for metric in metrics if metric not in reported]
    if len(silent) == len(metrics):
        raise OutputUnusable(
            "The output holds not one score of the metrics that were asked for",
            action="Look at the job's output; its metrics' names may have changed.",
        )
    return [f"The output holds no score of {metric}" for metric in silent]


def contradictions(
    index: Sequence[IndexEntry], metrics: Sequence[str], found: Mapping[str, ByMetric]
) -> Iterator[str]:
    """A sentence per metric whose judge scored equal records differently."""
    equal: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in index:
        if entry.key in found:
            equal[entry.input_digest, entry.response_digest].append(entry.key)
    yield from contradicting(equal.values(), metrics, found)


def contradicting(
    equal: Iterable[Sequence[str]],
    metrics: Sequence[str],
    found: Mapping[str, Mapping[str, JudgeScore]],
) -> Iterator[str]:
    """The same of groups of keys whose records and responses are equal."""
    several = [keys for keys in equal if len(keys) > 1]
    for metric in metrics:
        differing = sum(
            len({str(found[key][metric].result) for key in keys if metric in found[key]}) > 1
            for keys in several
        )
        if differing:
            yield (
                f"{metric}: the judge scored {differing} of {len(several)} groups of equal records "
                "differently. Its instructions may be ambiguous: give an example per level"
            )


def _digests(record: OutputRecord, *, live: bool) -> tuple[str, str]:
    asked = record.input_record
    response = "" if live else response_digest(record.response or "")
    return input_digest(asked.prompt, asked.reference_response), response


def by_metric(record: OutputRecord) -> ByMetric:
    """The record's scores by metric; of a metric named twice the first one counts."""
    found: dict[str, OutputScore] = {}
    for score in record.scores:
        found.setdefault(metric_name(score.metric_name), score)
    return found


def scores(
    index: Iterable[IndexEntry],
    metrics: Sequence[str],
    found: Mapping[str, Mapping[str, JudgeScore]],
    read_as: Mapping[str, Reading],
    *,
    candidate: str | None = None,
) -> Iterator[RecordScore]:
    """One score per index entry and metric; what the output lacks is unscored."""
    for entry in index:
        of_record = found.get(entry.key, {})
        for metric in metrics:
            score: JudgeScore = of_record.get(metric, _NOT_SCORED)
            reading = read_as.get(metric, _PLAIN)
            result = reading.parse(score)
            yield RecordScore(
                key=entry.key,
                line=entry.line,
                metric=metric,
                value=result.value,
                not_applicable=result.not_applicable,
                explanation=score.explanation,
                category=entry.category,
                cluster=entry.cluster,
                judge=score.judge,
                candidate=candidate,
                raw=reading.raw(score, result),
            )
