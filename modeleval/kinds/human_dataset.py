"""Validate a dataset for people; write what they see, and its index, to the run's prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from modeleval.artifacts import validation_key
from modeleval.datasets.human_format import HumanOptions, validate_human
from modeleval.datasets.options import MAX_RECORDS
from modeleval.errors import DatasetInvalid
from modeleval.kinds.parts import RecordLines, write_parts
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.sources import StoredRecords, open_pinned, place_of, spool

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_human import HumanEvaluation

PART = 0


class Prepared(NamedTuple):
    """records: of the dataset; shown: those that people get; prompt_characters: of the latter."""

    document: Mapping[str, Any]
    warnings: list[str]
    records: int
    shown: int
    prompt_characters: int


def prepare(evaluation: HumanEvaluation, context: PlanContext) -> Prepared:
    """Validate every line before anybody is asked. Raises DatasetNotFound or DatasetInvalid."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    place = place_of(evaluation.dataset, context)
    source = open_pinned(place, context)
    with spool() as records, spool() as index:
        options = _options(evaluation, place.uri)
        report = validate_human(source.chunks, options, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        objects.write_json(validation_key(run_id, number), document)
        report.raise_if_invalid()
        lines = RecordLines(StoredRecords(records, index, context.sample), measure=True)
        kept, shown = sum(1 for _ in lines.entries()), lines.judged()
        if not shown:
            raise DatasetInvalid(
                "No record has responses that people could rate",
                where=f"evaluations[{number}].dataset",
                action="Collect the responses again.",
            )
        write_parts(lines, shown, size=MAX_RECORDS, first=PART, context=context)
    warnings = [*map(str, report.warnings)]
    return Prepared(document, warnings, kept, shown, lines.prompt_characters)


def _options(evaluation: HumanEvaluation, source: str) -> HumanOptions:
    precomputed = evaluation.precomputed
    return HumanOptions(
        source=source,
        identifiers=tuple(precomputed),
        live=not precomputed,
        keep_thinking=evaluation.keep_thinking,
        allow_long_prompts=evaluation.allow_long_prompts,
        cluster_field=evaluation.cluster_field,
        key_field=evaluation.key_field,
    )
