"""Fetch and validate a judge dataset; write what is judged, and its index, to the run's prefix.

A dataset becomes parts, one per job: of all records, or of those of the categories that a group of
metrics is limited to; of a trial (`sample`) only some. Nothing here grows with the dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from modeleval.artifacts import validation_key
from modeleval.datasets.extent import Extent, extents
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import validate
from modeleval.errors import DatasetInvalid
from modeleval.kinds.judge_metrics import Group, groups_of, wanting_references
from modeleval.kinds.parts import Part, RecordLines, write_parts
from modeleval.kinds.protocol import MOST_JOBS, PlanContext
from modeleval.kinds.sources import StoredRecords, open_pinned, place_of, spool

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation


class PreparedGroup(NamedTuple):
    """What is judged on the same metrics: how many records, how long their prompts are (counted
    where a model is asked them, else 0), and the parts that they stand in."""

    metrics: tuple[str, ...]
    judged: int
    prompt_characters: int
    parts: tuple[Part, ...]


class PreparedDataset(NamedTuple):
    """The report of validation, its document with the version that it is about, and the groups.

    extents: of each metric, overall and per category.
    """

    report: DatasetReport
    document: Mapping[str, Any]
    records: int
    groups: tuple[PreparedGroup, ...]
    extents: tuple[Extent, ...] = ()


class PreparedSide(NamedTuple):
    """One candidate's dataset; `label` is None for the evaluation's subject."""

    label: str | None
    evaluation: JudgeEvaluation
    dataset: PreparedDataset

    @property
    def warnings(self) -> list[str]:
        prefix = f"{self.label}: " if self.label else ""
        return [f"{prefix}{warning}" for warning in self.dataset.report.warnings]


def prepare_sides(evaluation: JudgeEvaluation, context: PlanContext) -> list[PreparedSide]:
    """Validate the datasets of all candidates, whose parts follow one another; raises as `prepare`
    does.
    """
    sides: list[PreparedSide] = []
    first = 0
    for number, (label, side) in enumerate(evaluation.sides()):
        dataset = prepare(side, context, candidate=number, first_part=first)
        first += sum(len(group.parts) for group in dataset.groups)
        sides.append(PreparedSide(label, side, dataset))
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
        stored = StoredRecords(records, index, context.sample)
        kept = sum(1 for _ in stored.entries())
        groups: list[PreparedGroup] = []
        for group in groups_of(evaluation):
            groups.append(_write_group(stored, group, evaluation, context, first=first_part))
            first_part += len(groups[-1].parts)
        sizes = [
            extent
            for group in groups_of(evaluation)
            for extent in extents(group.names, RecordLines(stored, group.categories).entries())
        ]
    return PreparedDataset(report, document, kept, tuple(groups), tuple(sizes))


def _options(evaluation: JudgeEvaluation, source: str) -> DatasetOptions:
    return DatasetOptions(
        source=source,
        identifier=evaluation.responses.precomputed,
        live=evaluation.responses.model is not None,
        reference_wanted_by=wanting_references(evaluation),
        keep_thinking=evaluation.keep_thinking,
        allow_long_prompts=evaluation.allow_long_prompts,
        cluster_field=evaluation.cluster_field,
        key_field=evaluation.key_field,
        max_records=MOST_JOBS * evaluation.shard_size,
    )


def _write_group(
    stored: StoredRecords,
    group: Group,
    evaluation: JudgeEvaluation,
    context: PlanContext,
    *,
    first: int,
) -> PreparedGroup:
    """Write a group's parts. Raises DatasetInvalid if it has nothing to judge."""
    measure = evaluation.responses.model is not None
    lines = RecordLines(stored, group.categories, measure=measure)
    judged = lines.judged()
    if not judged:
        raise DatasetInvalid(
            f"No record to judge is in {' or '.join(sorted(group.categories or ['the dataset']))}",
            where=f"evaluations[{context.evaluation}]: the categories of {', '.join(group.names)}",
            action="A trial drew none of them: raise sample."
            if context.sample
            else "Correct the categories; the dataset's own stand in its records.",
        )
    parts = write_parts(lines, judged, size=evaluation.shard_size, first=first, context=context)
    return PreparedGroup(group.names, judged, lines.prompt_characters, parts)
