"""Where an evaluation's dataset comes from, which of its records are judged, where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

import msgspec

from modeleval.artifacts import index_key, records_key
from modeleval.datasets import IndexEntry, read_index
from modeleval.datasets.sample import sample_keys
from modeleval.kinds.protocol import PlanContext
from modeleval.locations import Location, locate, open_location
from modeleval.objects import SourceObject

_SPOOL = 8 << 20


class KeptRecord(NamedTuple):
    """One validated record: its index entry, and its line unless it is not judged."""

    entry: IndexEntry
    line: bytes | None


class _Prompt(msgspec.Struct):
    prompt: str


def place_of(dataset: str, context: PlanContext, *, field: str = "dataset") -> Location:
    """Where a dataset lies; raises DatasetNotFound if it may not be read from there.

    `field`: where the evaluation names it.
    """
    services = context.services
    return locate(
        dataset,
        own_bucket=services.objects.bucket,
        settings=services.settings,
        field=dataset_field(context, field),
    )


def open_pinned(
    place: Location, context: PlanContext, *, candidate: int = 0, field: str = "dataset"
) -> SourceObject:
    """The dataset as the run first saw it: a step that runs twice must not judge another file.

    `candidate` numbers the datasets of an evaluation that has several.
    """
    services, field = context.services, dataset_field(context, field)
    source = open_location(services.objects, place, field=field)
    etag = services.store.pin_source(
        context.run_id, context.evaluation, source.etag, candidate=candidate
    )
    if etag == source.etag:
        return source
    return open_location(services.objects, place, field=field, etag=etag)


def dataset_field(context: PlanContext, field: str = "dataset") -> str:
    return f"evaluations[{context.evaluation}].{field}"


def spool() -> BinaryIO:
    """A file in memory, on the disk once it has grown."""
    return cast("BinaryIO", SpooledTemporaryFile(max_size=_SPOOL))


def kept_records(
    records: BinaryIO,
    index: BinaryIO,
    sample: int | None,
    *,
    read: Callable[[BinaryIO], Iterable[IndexEntry]] = read_index,
) -> list[KeptRecord]:
    """The validated records; of a trial those that are drawn, whatever order they stand in."""
    records.seek(0)
    index.seek(0)
    found = [
        KeptRecord(entry, None if entry.unscored else records.readline()) for entry in read(index)
    ]
    if sample is None:
        return found
    drawn = sample_keys([record.entry.key for record in found if record.line], sample)
    return [record for record in found if record.entry.key in drawn]


def write_part(records: Sequence[KeptRecord], part: int, context: PlanContext) -> int:
    """Write one part's records and index; how many characters its prompts have."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    judged = [record.line for record in records if record.line]
    with objects.writer(records_key(run_id, number, part)) as file:
        file.writelines(judged)
    with objects.writer(index_key(run_id, number, part)) as file:
        for record in records:
            file.write(msgspec.json.encode(record.entry) + b"\n")
    return sum(len(msgspec.json.decode(line, type=_Prompt).prompt) for line in judged)
