"""From a human job's output to record scores, and to how far the people agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from modeleval.artifacts import index_key, output_prefix
from modeleval.bedrock.human_outputs import HumanRecord, read_human_output
from modeleval.datasets.human_format import joined as joined_text
from modeleval.datasets.identity import input_digest, response_digest
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.errors import OutputUnusable
from modeleval.kinds.human_jobs import metrics_of, subjects_of
from modeleval.kinds.human_metrics import HumanMetric
from modeleval.kinds.judge_output import Joined, match, read_files
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.scores.records import RecordScore
from modeleval.statistics.agreement import agreement

Ratings = Mapping[tuple[str, str], Sequence[float]]
"""What the workers said of one record, by metric and source."""


def collect(job: JobContext) -> Collected:
    """The record scores of a job that has succeeded. Raises OutputUnusable."""
    objects, spec = job.services.objects, job.spec
    key = index_key(job.ref.run_id, job.evaluation, int(spec["part"]))
    index = list(read_index(objects.open(key).chunks))
    precomputed = [str(one["precomputed"]) for one in spec["sources"] if one["precomputed"]]
    records = read_files(objects, output_prefix(*job.ref), read_human_output)
    joined = join(records, index, precomputed)
    metrics, subjects = metrics_of(spec), subjects_of(spec)
    workers = _workers(joined.found.values())
    found = {key: ratings_of(record, subjects) for key, record in joined.found.items()}
    return Collected(
        scores(index, metrics, subjects, found),
        [*joined.warnings, *_unanswered(metrics, found)],
        agreement=[
            {**_agreed(metric, subjects, found.values()), "workers": workers} for metric in metrics
        ],
    )


def join(
    records: Iterable[HumanRecord], index: Sequence[IndexEntry], precomputed: Sequence[str]
) -> Joined[HumanRecord]:
    """Give each output record to the index entry that it is about: by its input, and by the
    responses that were known before. Raises OutputUnusable as `match` does.
    """
    return match(
        records,
        index,
        live=not precomputed,
        asked=lambda record: (
            input_digest(record.prompt, record.reference),
            _said(record, precomputed),
        ),
        take=lambda record: record,
    )


def _workers(records: Iterable[HumanRecord]) -> int:
    """How many different people answered."""
    return len({worker for record in records for worker, _ in record.answers})


def _said(record: HumanRecord, precomputed: Sequence[str]) -> str:
    """The digest of the responses that the dataset held, as the index has it."""
    texts = [record.responses.get(identifier, "") for identifier in precomputed]
    return response_digest(joined_text(texts)) if texts else ""


def ratings_of(record: HumanRecord, subjects: Sequence[str]) -> Ratings:
    """The values that can be read; one that cannot counts as not given."""
    sources = named(record.sources, subjects)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _, ratings in record.answers:
        for rating in ratings:
            source = sources.get(rating.response_id)
            if source is not None and rating.value is not None:
                found[rating.metric, source].append(rating.value)
    return found


def named(sources: Mapping[str, str], subjects: Sequence[str]) -> dict[str, str]:
    """The suite's name of each source that the output names its own way, by the output's id.

    A model's id may come back as the ARN that ends with it. Of two, the one that is left over is
    the other one; where neither is known, nobody's score may be guessed, and there is none.
    """
    found = {key: one for key, name in sources.items() for one in subjects if _means(name, one)}
    left = [one for one in subjects if one not in found.values()]
    unknown = [key for key in sources if key not in found]
    if len(left) == len(unknown) == 1:
        found[unknown[0]] = left[0]
    return found


def _means(name: str, subject: str) -> bool:
    return name == subject or name.endswith(f"/{subject}") or subject.endswith(f"/{name}")


def scores(
    index: Sequence[IndexEntry],
    metrics: Sequence[HumanMetric],
    subjects: Sequence[str],
    found: Mapping[str, Ratings],
) -> Iterator[RecordScore]:
    """The mean over the workers per index entry, metric and source; nobody's answer is unscored.

    A preference is the subject's alone: the other's is the rest to 1.
    """
    for entry in index:
        of_record = found.get(entry.key, {})
        for metric in metrics:
            rated = subjects[:1] if metric.rating_method.of_pair else subjects
            for number, source in enumerate(rated):
                values = of_record.get((metric.name, source), ())
                yield RecordScore(
                    key=entry.key,
                    line=entry.line,
                    metric=metric.name,
                    value=fmean(values) if values else None,
                    explanation=_told(values) if values else None,
                    category=entry.category,
                    cluster=entry.cluster,
                    candidate=source if number else None,
                )


def _told(values: Sequence[float]) -> str:
    """Every worker's value, for whoever wants to know how much they differ."""
    people = "1 person" if len(values) == 1 else f"{len(values)} people"
    return f"{people} said: {', '.join(f'{value:g}' for value in sorted(values))}"


def _agreed(
    metric: HumanMetric, subjects: Sequence[str], records: Iterable[Ratings]
) -> dict[str, Any]:
    """How far the workers agree on a metric; of pairs and ranks, one source says it all."""
    sources = subjects[:1] if metric.rating_method.compares else subjects
    units = (record.get((metric.name, source), ()) for record in records for source in sources)
    found = agreement(units, ordinal=metric.rating_method.ordinal)
    return {
        "metric": metric.name,
        "units": found.units,
        "ratings": found.ratings,
        "percent": found.percent,
        "alpha": found.alpha,
    }


def _unanswered(metrics: Sequence[HumanMetric], found: Mapping[str, Ratings]) -> list[str]:
    """A warning per metric that nobody rated. Raises OutputUnusable if that is all of them."""
    rated = Counter(name for ratings in found.values() for name, _ in ratings)
    silent = [metric.name for metric in metrics if not rated[metric.name]]
    if len(silent) == len(metrics):
        raise OutputUnusable(
            "The output holds not one answer that can be read",
            action="Look at the job's output; people may not have answered.",
        )
    return [f"Nobody rated {name}" for name in silent]
