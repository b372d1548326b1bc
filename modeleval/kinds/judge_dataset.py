"""Fetch and validate a judge dataset; write what is judged, and its index, to the run's prefix.

A dataset becomes one part per job: all records, or those of the categories that a group of metrics
is limited to; of a trial (`sample`) only some.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import msgspec

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets import DatasetOptions, DatasetReport, IndexEntry, read_index, validate
from modeleval.datasets.sample import sample_keys
from modeleval.errors import DatasetInvalid, DatasetNotFound
from modeleval.kinds.judge_metrics import Group, groups_of, wanting_references
from modeleval.kinds.protocol import PlanContext
from modeleval.locations import Location, locate, open_location
from modeleval.objects import SourceObject

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation

_SPOOL = 8 << 20


class Part(NamedTuple):
    """What one job judges: how many records, how long their prompts are, on which metrics."""

    metrics: tuple[str, ...]
    judged: int
    prompt_characters: int


class PreparedDataset(NamedTuple):
    """The report of validation, its document with the version that it is about, and the parts."""

    report: DatasetReport
    document: Mapping[str, Any]
    records: int
    parts: tuple[Part, ...]


class _Prompt(msgspec.Struct):
    prompt: str


class _Record(NamedTuple):
    """One validated record: its index entry, and its line unless it is not judged."""

    entry: IndexEntry
    line: bytes | None


def prepare(evaluation: JudgeEvaluation, context: PlanContext) -> PreparedDataset:
    """Validate every line before anything is paid for.

    Raises DatasetNotFound or DatasetInvalid; what was found is kept in the run either way.
    """
    services, run_id, number = context.services, context.run_id, context.evaluation
    place = _place(evaluation, context)
    source = _open(place, context)
    with _spool() as records, _spool() as index:
        options = _options(evaluation, place.uri)
        report = validate(source.chunks, options, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        services.objects.write_json(validation_key(run_id, number), document)
        report.raise_if_invalid()
        kept = _kept(records, index, context.sample)
        parts = [
            _write_part(list(_of_group(kept, group)), group, part, context)
            for part, group in enumerate(groups_of(evaluation))
        ]
    return PreparedDataset(report, document, len(kept), tuple(parts))


def _place(evaluation: JudgeEvaluation, context: PlanContext) -> Location:
    field = f"evaluations[{context.evaluation}].dataset"
    if "{" in evaluation.dataset:
        raise DatasetNotFound(
            "Placeholders such as {model.version} are not built yet",
            where=field,
            action="Name the dataset in full.",
        )
    services = context.services
    return locate(
        evaluation.dataset,
        own_bucket=services.objects.bucket,
        settings=services.settings,
        field=field,
    )


def _open(place: Location, context: PlanContext) -> SourceObject:
    """The dataset as the run first saw it: a step that runs twice must not judge another file."""
    services, field = context.services, f"evaluations[{context.evaluation}].dataset"
    source = open_location(services.objects, place, field=field)
    etag = services.store.pin_source(context.run_id, context.evaluation, source.etag)
    if etag == source.etag:
        return source
    return open_location(services.objects, place, field=field, etag=etag)


def _options(evaluation: JudgeEvaluation, source: str) -> DatasetOptions:
    return DatasetOptions(
        source=source,
        identifier=evaluation.responses.precomputed,
        live=evaluation.responses.model is not None,
        reference_wanted_by=wanting_references(evaluation),
        keep_thinking=evaluation.keep_thinking,
        allow_long_prompts=evaluation.allow_long_prompts,
        cluster_field=evaluation.cluster_field,
    )


def _spool() -> BinaryIO:
    return cast("BinaryIO", SpooledTemporaryFile(max_size=_SPOOL))


def _kept(records: BinaryIO, index: BinaryIO, sample: int | None) -> list[_Record]:
    """The validated records; of a trial those that are drawn, whatever order they stand in."""
    records.seek(0)
    index.seek(0)
    found = [
        _Record(entry, None if entry.unscored else records.readline())
        for entry in read_index(index)
    ]
    if sample is None:
        return found
    drawn = sample_keys([record.entry.key for record in found if record.line], sample)
    return [record for record in found if record.entry.key in drawn]


def _of_group(records: Collection[_Record], group: Group) -> Iterator[_Record]:
    if group.categories is None:
        return iter(records)
    return (record for record in records if record.entry.category in group.categories)


def _write_part(records: list[_Record], group: Group, part: int, context: PlanContext) -> Part:
    """Write one part's records and index. Raises DatasetInvalid if it has nothing to judge."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    judged = [record.line for record in records if record.line]
    if not judged:
        raise DatasetInvalid(
            f"No record to judge is in {' or '.join(sorted(group.categories or ['the dataset']))}",
            where=f"evaluations[{number}]: the categories of {', '.join(group.names)}",
            action="A trial drew none of them: raise sample."
            if context.sample
            else "Correct the categories; the dataset's own stand in its records.",
        )
    with objects.writer(records_key(run_id, number, part)) as file:
        file.writelines(judged)
    with objects.writer(index_key(run_id, number, part)) as file:
        for record in records:
            file.write(msgspec.json.encode(record.entry) + b"\n")
    prompts = sum(len(msgspec.json.decode(line, type=_Prompt).prompt) for line in judged)
    return Part(group.names, len(judged), prompts)
