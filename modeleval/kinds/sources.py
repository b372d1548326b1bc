"""Where an evaluation's dataset comes from, which of its records are judged, where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from modeleval.artifacts import collected_dataset_key
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.sample import sample_keys
from modeleval.errors import DatasetInvalid
from modeleval.kinds.protocol import PlanContext
from modeleval.locations import Location, locate, open_location
from modeleval.objects import SourceObject

_SPOOL = 8 << 20

COLLECTED = "collected:"
"""In the place of a dataset's key: the one that the run collected for the evaluation."""
MAX_DATASET_BYTES = 1 << 30
"""What a function validates and splits within its time and disk (docs/performance.md)."""


class KeptRecord(NamedTuple):
    """One validated record: its index entry, and its line unless it is not judged."""

    entry: IndexEntry
    line: bytes | None


def place_of(dataset: str, context: PlanContext, *, field: str = "dataset") -> Location:
    """Where a dataset lies; raises DatasetNotFound if it may not be read from there.

    `field`: where the evaluation names it.
    """
    services = context.services
    if dataset == COLLECTED:
        key = collected_dataset_key(context.run_id, context.evaluation)
        return Location(services.objects.bucket, key, None)
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

    `candidate` numbers the datasets of an evaluation that has several. Raises DatasetInvalid for
    one that is too large to be validated.
    """
    services, field = context.services, dataset_field(context, field)
    source = open_location(services.objects, place, field=field)
    if source.size > MAX_DATASET_BYTES:
        raise DatasetInvalid(
            f"The dataset has {source.size:,} bytes, and at most {MAX_DATASET_BYTES:,} are read",
            where=place.uri,
            action="Split it, and evaluate each file in a run of its own.",
        )
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


class StoredRecords:
    """Validated records, read from the first one on as often as they are asked for.

    Of a trial (`sample`) those that are drawn, whatever order they stand in. Holds one at a time.
    """

    def __init__(
        self,
        records: BinaryIO,
        index: BinaryIO,
        sample: int | None,
        *,
        read: Callable[[BinaryIO], Iterable[IndexEntry]] = read_index,
    ) -> None:
        self._records = records
        self._index = index
        self._read = read
        self._drawn: frozenset[str] | None = None
        if sample is not None:
            judged = (entry.key for entry in self.entries() if entry.unscored is None)
            self._drawn = sample_keys(judged, sample)

    def entries(self) -> Iterator[IndexEntry]:
        """The index alone, which is read several times as fast."""
        self._index.seek(0)
        return (entry for entry in self._read(self._index) if self._wanted(entry))

    def __iter__(self) -> Iterator[KeptRecord]:
        self._records.seek(0)
        self._index.seek(0)
        for entry in self._read(self._index):
            line = None if entry.unscored else self._records.readline()
            if self._wanted(entry):
                yield KeptRecord(entry, line)

    def _wanted(self, entry: IndexEntry) -> bool:
        return self._drawn is None or entry.key in self._drawn


def kept_records(
    records: BinaryIO,
    index: BinaryIO,
    sample: int | None,
    *,
    read: Callable[[BinaryIO], Iterable[IndexEntry]] = read_index,
) -> list[KeptRecord]:
    """The same as a list, where one job judges them all."""
    return [*StoredRecords(records, index, sample, read=read)]
