"""Fetch and validate a judge dataset; write what is judged, and its index, to the run's prefix.

A dataset becomes one part per job: all records, or those of the categories that a group of metrics
is limited to; of a trial (`sample`) only some.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets import DatasetOptions, DatasetReport, validate
from modeleval.datasets.extent import Extent, extents
from modeleval.errors import DatasetInvalid
from modeleval.kinds.judge_metrics import Group, groups_of, wanting_references
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.sources import KeptRecord, kept_records, open_pinned, place_of, spool

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation


class Part(NamedTuple):
    """What one job judges: how many records, how long their prompts are, on which metrics."""

    metrics: tuple[str, ...]
    judged: int
    prompt_characters: int


class PreparedDataset(NamedTuple):
    """The report of validation, its document with the version that it is about, and the parts.

    extents: of each metric, overall and per category.
    """

    report: DatasetReport
    document: Mapping[str, Any]
    records: int
    parts: tuple[Part, ...]
    extents: tuple[Extent, ...] = ()


class _Prompt(msgspec.Struct):
    prompt: str


class PreparedSide(NamedTuple):
    """One candidate's dataset; `label` is None for the evaluation's subject.

    first_part: the number of its first part; candidates' parts follow one another.
    """

    label: str | None
    evaluation: JudgeEvaluation
    dataset: PreparedDataset
    first_part: int

    @property
    def warnings(self) -> list[str]:
        prefix = f"{self.label}: " if self.label else ""
        return [f"{prefix}{warning}" for warning in self.dataset.report.warnings]


def prepare_sides(evaluation: JudgeEvaluation, context: PlanContext) -> list[PreparedSide]:
    """Validate the datasets of all candidates; raises as `prepare` does."""
    sides: list[PreparedSide] = []
    for number, (label, side) in enumerate(evaluation.sides()):
        first = number * len(groups_of(evaluation))
        dataset = prepare(side, context, candidate=number, first_part=first)
        sides.append(PreparedSide(label, side, dataset, first))
    return sides


def prepare(
    evaluation: JudgeEvaluation, context: PlanContext, *, candidate: int = 0, first_part: int = 0
) -> PreparedDataset:
    """Validate every line before anything is paid for.

    Raises DatasetNotFound or DatasetInvalid; what was found is kept in the run either way.
    """
    services, run_id, number = context.services, context.run_id, context.evaluation
    place = place_of(evaluation.dataset, context)
    source = open_pinned(place, context, candidate=candidate)
    with spool() as records, spool() as index:
        options = _options(evaluation, place.uri)
        report = validate(source.chunks, options, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        services.objects.write_json(validation_key(run_id, number, candidate), document)
        report.raise_if_invalid()
        kept = kept_records(records, index, context.sample)
        parts = [
            _write_part(list(_of_group(kept, group)), group, part, context)
            for part, group in enumerate(groups_of(evaluation), start=first_part)
        ]
    sizes = [
        extent
        for group in groups_of(evaluation)
        for extent in extents(group.names, [record.entry for record in _of_group(kept, group)])
    ]
    return PreparedDataset(report, document, len(kept), tuple(parts), tuple(sizes))


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


def _of_group(records: Collection[KeptRecord], group: Group) -> Iterator[KeptRecord]:
    if group.categories is None:
        return iter(records)
    return (record for record in records if record.entry.category in group.categories)


def _write_part(records: list[KeptRecord], group: Group, part: int, context: PlanContext) -> Part:
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
