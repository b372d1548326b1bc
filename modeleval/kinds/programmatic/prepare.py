"""Validate one's own datasets, and write what is asked, with its index, to the run's prefix."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import validation_key
from modeleval.datasets.extent import Extent, extents
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.validation import validate
from modeleval.kinds.parts import Part, RecordLines, write_parts
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.asked import DatasetUse
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.table import TaskType
from modeleval.kinds.protocol import MOST_JOBS, PlanContext
from modeleval.kinds.sources import StoredRecords, open_pinned, place_of, spool

BUILT_IN_CHARACTERS = 1_000
"""Of one prompt of a built-in dataset: a guess, since their lengths are not documented."""


class PreparedUse(NamedTuple):
    """One dataset, checked: how many prompts, how long in all, and what validation found.

    document: None of a built-in dataset, which nobody sees before its job. parts: one per job; none
    of a built-in dataset, which one job has whole.
    """

    use: DatasetUse
    records: int
    prompt_characters: int
    document: Mapping[str, Any] | None = None
    warnings: Sequence[str] = ()
    extents: Sequence[Extent] = ()
    parts: tuple[Part, ...] = ()


def prepare(evaluation: ProgrammaticEvaluation, context: PlanContext) -> list[PreparedUse]:
    """All datasets of an evaluation, in its order; their parts follow one another.

    Raises DatasetNotFound or DatasetInvalid; what was found is kept in the run either way.
    """
    prepared: list[PreparedUse] = []
    first = 0
    for number, use in enumerate(evaluation.uses):
        if use.source is None:
            prepared.append(_built_in(evaluation, use, context))
        else:
            prepared.append(_own(evaluation, number, context, first=first))
        first += len(prepared[-1].parts)
    return prepared


def _names(evaluation: ProgrammaticEvaluation, use: DatasetUse) -> list[str]:
    return [evaluation.name_of(use, metric) for metric in use.metrics]


def _built_in(
    evaluation: ProgrammaticEvaluation, use: DatasetUse, context: PlanContext
) -> PreparedUse:
    prompts = table.BUILT_IN_PROMPTS
    trial = f"A trial asks all {prompts} prompts of {use.api_name}: Bedrock draws them, not fewer"
    warnings = [trial] if context.sample is not None else []
    sizes = [Extent(name, None, prompts, None) for name in _names(evaluation, use)]
    characters = prompts * BUILT_IN_CHARACTERS
    return PreparedUse(use, prompts, characters, warnings=warnings, extents=sizes)


def _own(
    evaluation: ProgrammaticEvaluation, dataset: int, context: PlanContext, *, first: int
) -> PreparedUse:
    """Validate every line before anything is paid for."""
    services, run_id, number = context.services, context.run_id, context.evaluation
    use = evaluation.uses[dataset]
    place = place_of(str(use.source), context, field=use.field)
    source = open_pinned(place, context, candidate=dataset, field=use.field)
    with spool() as records, spool() as index:
        options = _options(evaluation, use, place.uri)
        report = validate(source.chunks, options, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        services.objects.write_json(validation_key(run_id, number, dataset), document)
        report.raise_if_invalid()
        lines = RecordLines(StoredRecords(records, index, context.sample), measure=True)
        kept = lines.judged()
        parts = write_parts(lines, kept, size=evaluation.shard_size, first=first, context=context)
        sizes = extents(_names(evaluation, use), lines.entries())
    several = f"{use.name}: " if len(evaluation.uses) > 1 else ""
    warnings = [f"{several}{warning}" for warning in report.warnings]
    return PreparedUse(use, kept, lines.prompt_characters, document, warnings, sizes, parts)


def _options(evaluation: ProgrammaticEvaluation, use: DatasetUse, uri: str) -> DatasetOptions:
    return DatasetOptions(
        source=uri,
        identifier=None,
        live=True,
        reference_required_by=tuple(_needing_references(evaluation.task_type, use)),
        allow_long_prompts=evaluation.allow_long_prompts,
        cluster_field=evaluation.cluster_field,
        max_records=MOST_JOBS * evaluation.shard_size,
    )


def _needing_references(task: TaskType, use: DatasetUse) -> Iterator[str]:
    if task is TaskType.QUESTION_AND_ANSWER:
        yield task
    else:
        yield from (metric for metric in use.metrics if table.needs_reference(task, metric))


def whole_of(prepared: Sequence[PreparedUse]) -> Mapping[str, Any]:
    """What a plan says of its data: the one dataset's document, or digests of all of them.

    Empty where a built-in dataset is among them: what it holds is not known.
    """
    documents = [one.document for one in prepared if one.document is not None]
    if len(documents) < len(prepared):
        return {}
    if len(documents) == 1:
        return documents[0]
    return {name: _joint(documents, name) for name in ("sha256", "promptSetDigest")}


def _joint(documents: Sequence[Mapping[str, Any]], name: str) -> str:
    parts = [str(document[name]) for document in documents]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
