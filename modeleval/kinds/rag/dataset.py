"""Fetch and validate a RAG dataset; write what is judged, and its index, to the run's prefix.

A line is a conversation, a record is a turn. A part is what one job judges: all conversations, or
those of the categories that a group of metrics is limited to; of a trial (`sample`) only some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

import msgspec

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets import DatasetReport, IndexEntry, read_index
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.sample import sample_keys
from modeleval.errors import DatasetInvalid
from modeleval.kinds.judge_metrics import Group, groups_of
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.sources import open_pinned, place_of, spool


class _Passages(msgspec.Struct, rename="camel"):
    retrieval_results: list[msgspec.Raw] = []


class _Citation(msgspec.Struct, rename="camel"):
    retrieved_references: list[msgspec.Raw] = []


class _Output(msgspec.Struct, rename="camel"):
    retrieved_results: _Passages | None = None
    citations: list[_Citation] = []


class _Text(msgspec.Struct):
    text: str


class _Prompt(msgspec.Struct):
    content: list[_Text]


class _Turn(msgspec.Struct):
    prompt: _Prompt
    output: _Output | None = None


class _Line(msgspec.Struct, rename="camel"):
    conversation_turns: list[_Turn]


_decoder = msgspec.json.Decoder(_Line)


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


class _Conversation(NamedTuple):
    """One line: its turns, and the line as it is judged unless none of them is."""

    entries: list[IndexEntry]
    line: bytes | None


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
        kept = _conversations(records, index, context.sample)
        parts = [
            _prepared_part(_of_group(kept, group), group, part, context)
            for part, group in enumerate(groups_of(evaluation), start=first_part)
        ]
    return PreparedRag(report, document, sum(len(one.entries) for one in kept), tuple(parts))


def _conversations(records: BinaryIO, index: BinaryIO, sample: int | None) -> list[_Conversation]:
    """The validated conversations; of a trial those that are drawn, whatever order they have."""
    records.seek(0)
    index.seek(0)
    found = []
    for _, entries in groupby(read_index(index), key=lambda entry: entry.line):
        turns = list(entries)
        found.append(_Conversation(turns, records.readline() if _judged(turns) else None))
    if sample is None:
        return found
    drawn = sample_keys([one.entries[0].key for one in found if one.line], sample)
    return [one for one in found if one.entries[0].key in drawn]


def _judged(entries: Iterable[IndexEntry]) -> int:
    return sum(entry.unscored is None for entry in entries)


def _of_group(conversations: Iterable[_Conversation], group: Group) -> list[_Conversation]:
    wanted = group.categories
    return [one for one in conversations if wanted is None or one.entries[0].category in wanted]


def _prepared_part(
    conversations: list[_Conversation], group: Group, part: int, context: PlanContext
) -> RagPart:
    """One part, written. Raises DatasetInvalid if it has nothing to judge."""
    lines = [one.line for one in conversations if one.line]
    if not lines:
        raise DatasetInvalid(
            f"No record to judge is in {' or '.join(sorted(group.categories or ['the dataset']))}",
            where=f"evaluations[{context.evaluation}]: the categories of {', '.join(group.names)}",
            action="A trial drew none of them: raise sample."
            if context.sample
            else "Correct the categories; the dataset's own stand beside its conversationTurns.",
        )
    _write_part(conversations, part, context)
    judged = sum(_judged(one.entries) for one in conversations)
    return _measured(group.names, judged, lines)


def _write_part(conversations: list[_Conversation], part: int, context: PlanContext) -> None:
    """Write one part's records and index."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    with objects.writer(records_key(run_id, number, part)) as file:
        file.writelines(one.line for one in conversations if one.line)
    with objects.writer(index_key(run_id, number, part)) as file:
        for one in conversations:
            file.writelines(msgspec.json.encode(entry) + b"\n" for entry in one.entries)


def _measured(metrics: tuple[str, ...], judged: int, lines: list[bytes]) -> RagPart:
    """A part by what its estimate is made of."""
    turns = [turn for line in lines for turn in _decoder.decode(line).conversation_turns]
    outputs = [turn.output for turn in turns if turn.output]
    return RagPart(
        metrics=metrics,
        judged=judged,
        prompt_characters=sum(len(turn.prompt.content[0].text) for turn in turns),
        retrieved=sum(
            len(one.retrieved_results.retrieval_results) for one in outputs if one.retrieved_results
        ),
        cited=sum(len(cited.retrieved_references) for one in outputs for cited in one.citations),
    )
