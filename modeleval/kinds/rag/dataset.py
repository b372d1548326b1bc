"""Fetch and validate a RAG dataset; write what is judged, and its index, to the run's prefix.

A line is a conversation, a record is a turn. A part is what one job judges: all conversations, or
those of the categories that a group of metrics is limited to; of a trial (`sample`) only some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets import DatasetReport
from modeleval.datasets.extent import Extent, extents
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.errors import DatasetInvalid
from modeleval.kinds.judge_metrics import Group, groups_of
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.rag.measure import Measure
from modeleval.kinds.rag.stored import Conversation, StoredConversations
from modeleval.kinds.sources import open_pinned, place_of, spool


class RagPart(NamedTuple):
    """What one job judges.

    judged: turns. prompt_characters: of their prompts. retrieved, cited: passages in all of them
    (of retrievals; of citations), 0 for live ones.
    """

    metrics: tuple[str, ...]
    judged: int
    prompt_characters: int
    retrieved: int
    cited: int


class PreparedRag(NamedTuple):
    """The report of validation, its document with the version that it is about, and the parts."""

    report: DatasetReport
    document: Mapping[str, Any]
    records: int
    parts: tuple[RagPart, ...]
    extents: tuple[Extent, ...] = ()


class RagSide(NamedTuple):
    """One candidate's dataset; `label` is None for the evaluation's subject.

    first_part: the number of its first part; candidates' parts follow one another.
    """

    label: str | None
    evaluation: RagEvaluation
    dataset: PreparedRag
    first_part: int

    @property
    def warnings(self) -> list[str]:
        prefix = f"{self.label}: " if self.label else ""
        return [f"{prefix}{warning}" for warning in self.dataset.report.warnings]


def prepare_rag(
    evaluation: RagEvaluation,
    options: Callable[[RagEvaluation, str], RagOptions],
    context: PlanContext,
    *,
    candidate: int = 0,
    first_part: int = 0,
) -> PreparedRag:
    """Validate every line before anything is paid for. `options` takes the file's name.

    Raises DatasetNotFound or DatasetInvalid; what was found is kept in the run either way.
    """
    services, run_id, number = context.services, context.run_id, context.evaluation
    place = place_of(evaluation.dataset, context)
    source = open_pinned(place, context, candidate=candidate)
    with spool() as records, spool() as index:
        asked = options(evaluation, place.uri)
        report = validate_rag(source.chunks, asked, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        services.objects.write_json(validation_key(run_id, number, candidate), document)
        report.raise_if_invalid()
        kept = StoredConversations(records, index, context.sample)
        parts = [
            _prepared_part(kept, group, part, context)
            for part, group in enumerate(groups_of(evaluation), start=first_part)
        ]
        turns = sum(len(entries) for entries in kept.turns())
        sizes = [
            extent
            for group in groups_of(evaluation)
            for extent in extents(
                group.names, (entry for one in kept.of(group) for entry in one.entries)
            )
        ]
    return PreparedRag(report, document, turns, tuple(parts), tuple(sizes))


def _prepared_part(
    kept: StoredConversations, group: Group, part: int, context: PlanContext
) -> RagPart:
    """One part, written. Raises DatasetInvalid if it has nothing to judge."""
    if kept.is_empty(group):
        raise DatasetInvalid(
            f"No record to judge is in {' or '.join(sorted(group.categories or ['the dataset']))}",
            where=f"evaluations[{context.evaluation}]: the categories of {', '.join(group.names)}",
            action="A trial drew none of them: raise sample."
            if context.sample
            else "Correct the categories; the dataset's own stand beside its conversationTurns.",
        )
    found = _write_part(kept.of(group), part, context)
    return RagPart(group.names, found.judged, found.prompt_characters, found.retrieved, found.cited)


def _write_part(conversations: Iterable[Conversation], part: int, context: PlanContext) -> Measure:
    """Write one part's records and index; what they hold."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    found = Measure()
    with (
        objects.writer(records_key(run_id, number, part)) as records,
        objects.writer(index_key(run_id, number, part)) as index,
    ):
        for one in conversations:
            found.add(one)
            records.write(one.line or b"")
            index.writelines(msgspec.json.encode(entry) + b"\n" for entry in one.entries)
    return found
