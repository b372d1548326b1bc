"""Fetch and validate a RAG dataset; write what is judged, and its index, to the run's prefix.

A line is a conversation, a record is a turn. A dataset becomes parts, one per job: of all
conversations, or of those of the categories that a group of metrics is limited to; of a trial
(`sample`) only some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from modeleval.artifacts import validation_key
from modeleval.datasets.extent import Extent, extents
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.report import DatasetReport
from modeleval.errors import DatasetInvalid
from modeleval.kinds.judge_metrics import Group, groups_of
from modeleval.kinds.parts import Part, PromptLine, write_parts
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.rag.measure import Measure
from modeleval.kinds.rag.stored import StoredConversations
from modeleval.kinds.sources import open_pinned, place_of, spool


class RagGroup(NamedTuple):
    """What is judged on the same metrics, and the parts that it stands in.

    judged: turns. prompt_characters: of their prompts. retrieved, cited: passages in all of them
    (of retrievals; of citations), 0 for live ones. passage_characters: of both.
    """

    metrics: tuple[str, ...]
    parts: tuple[Part, ...]
    judged: int
    prompt_characters: int
    retrieved: int
    cited: int
    passage_characters: int = 0


class PreparedRag(NamedTuple):
    """The report of validation, its document with the version that it is about, and the groups."""

    report: DatasetReport
    document: Mapping[str, Any]
    records: int
    groups: tuple[RagGroup, ...]
    extents: tuple[Extent, ...] = ()


class RagSide(NamedTuple):
    """One candidate's dataset; `label` is None for the evaluation's subject."""

    label: str | None
    evaluation: RagEvaluation
    dataset: PreparedRag

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
        groups: list[RagGroup] = []
        for group in groups_of(evaluation):
            written = _write_group(kept, group, evaluation, context, first=first_part)
            groups.append(written)
            first_part += len(written.parts)
        turns = sum(len(entries) for entries in kept.turns())
        sizes = [
            extent
            for group in groups_of(evaluation)
            for extent in extents(
                group.names, (entry for one in kept.of(group) for entry in one.entries)
            )
        ]
    return PreparedRag(report, document, turns, tuple(groups), tuple(sizes))


def _write_group(
    kept: StoredConversations,
    group: Group,
    evaluation: RagEvaluation,
    context: PlanContext,
    *,
    first: int,
) -> RagGroup:
    """Write a group's parts. Raises DatasetInvalid if it has nothing to judge."""
    turns = kept.turns_judged(group)
    if not turns:
        raise DatasetInvalid(
            f"No record to judge is in {' or '.join(sorted(group.categories or ['the dataset']))}",
            where=f"evaluations[{context.evaluation}]: the categories of {', '.join(group.names)}",
            action="A trial drew none of them: raise sample."
            if context.sample
            else "Correct the categories; the dataset's own stand beside its conversationTurns.",
        )
    found = Measure()
    parts = write_parts(
        _lines(kept, group, found),
        sum(turns),
        size=evaluation.shard_size,
        first=first,
        context=context,
        longest=max(turns),
    )
    return RagGroup(
        group.names,
        parts,
        found.judged,
        found.prompt_characters,
        found.retrieved,
        found.cited,
        found.passage_characters,
    )


def _lines(kept: StoredConversations, group: Group, found: Measure) -> Iterator[PromptLine]:
    """The conversations as lines of parts; `found` adds up what they hold."""
    for one in kept.of(group):
        found.add(one)
        yield PromptLine(one.entries, one.line, len(one.entries))
