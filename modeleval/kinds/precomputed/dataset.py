"""Validate the datasets of precomputed responses; keep what is scored, and its index."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import validation_key
from modeleval.datasets.index import IndexEntry
from modeleval.datasets.judge_line import JudgeLine
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.report import DatasetReport, Problem
from modeleval.datasets.validation import validate
from modeleval.kinds.parts import PromptLine, write_parts
from modeleval.kinds.precomputed.document import PrecomputedEvaluation
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.sources import KeptRecord, StoredRecords, open_pinned, place_of, spool

MAX_RECORDS = 10_000
"""One function holds them all. More is no gain: the standard error falls with the square root."""

_PROBLEMS_LISTED = 50
_BEDROCKS_OWN = frozenset({"longPrompt"})
"""Warnings of limits that only Bedrock has."""

_decode = msgspec.json.Decoder(JudgeLine).decode


class Answered(NamedTuple):
    """A validated record; `response` is None where it was empty, and so is not scored."""

    entry: IndexEntry
    response: str | None
    reference: str | None
    prompt: str
    line: bytes


class Checked(NamedTuple):
    """What a kind finds in records beyond their format: what refuses them, and what to tell."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[str] = ()


Check = Callable[[Sequence[Answered]], Checked]


class Side(NamedTuple):
    """One candidate's dataset (`label` None: the subject's), written as the part of its number."""

    label: str | None
    part: int
    records: int
    warnings: Sequence[str]
    document: Mapping[str, Any]


def prepare_sides(
    evaluation: PrecomputedEvaluation, context: PlanContext, check: Check
) -> list[Side]:
    """Validate the datasets of all candidates. Raises DatasetNotFound or DatasetInvalid."""
    return [
        _prepare(label, side, number, context, check)
        for number, (label, side) in enumerate(evaluation.sides())
    ]


def _prepare(
    label: str | None, side: PrecomputedEvaluation, part: int, context: PlanContext, check: Check
) -> Side:
    """What was found is kept in the run, whether the dataset is refused or not."""
    place = place_of(side.dataset, context)
    source = open_pinned(place, context, candidate=part)
    with spool() as records, spool() as index:
        report = validate(source.chunks, _options(side, place.uri), records=records, index=index)
        fits = not report.problem_count and report.judged <= MAX_RECORDS
        kept = list(StoredRecords(records, index, context.sample)) if fits else []
    checked = check(list(answered(kept))) if fits else _too_many(report)
    report = _with(report, checked.problems)
    document = {**report.to_document(), "versionId": source.version_id}
    key = validation_key(context.run_id, context.evaluation, part)
    context.services.objects.write_json(key, document)
    report.raise_if_invalid()
    lines = [PromptLine((entry,), line) for entry, line in kept]
    judged = max(1, sum(line is not None for _, line in kept))
    write_parts(lines, judged, size=MAX_RECORDS, first=part, context=context)
    told = [*map(str, report.warnings), *checked.warnings]
    return Side(
        label=label,
        part=part,
        records=len(kept),
        warnings=[f"{label}: {one}" if label else one for one in told],
        document=document,
    )


def _options(side: PrecomputedEvaluation, source: str) -> DatasetOptions:
    return DatasetOptions(
        source=source,
        identifier=side.responses.precomputed,
        keep_thinking=side.keep_thinking,
        allow_long_prompts=True,
        cluster_field=side.cluster_field,
        key_field=side.key_field,
        max_records=None,
    )


def answered(records: Sequence[KeptRecord]) -> Iterator[Answered]:
    """The records with their texts."""
    for entry, line in records:
        if line is None:
            yield Answered(entry, None, None, "", b"")
            continue
        read = _decode(line)
        [response] = read.model_responses
        reference = None if read.reference_response is msgspec.UNSET else read.reference_response
        yield Answered(entry, response.response, reference, read.prompt, line)


def _too_many(report: DatasetReport) -> Checked:
    if report.problem_count:
        return Checked()
    return Checked(
        [
            Problem(
                line=None,
                field=None,
                what=f"has {report.judged:,} responses, and one job scores at most {MAX_RECORDS:,}",
                action="Draw a sample, or split it into several evaluations",
            )
        ]
    )


def _with(report: DatasetReport, problems: Sequence[Problem]) -> DatasetReport:
    """The report with a kind's own problems, and without Bedrock's warnings."""
    return dataclasses.replace(
        report,
        problems=(*report.problems, *problems)[:_PROBLEMS_LISTED],
        problem_count=report.problem_count + len(problems),
        warnings=tuple(one for one in report.warnings if one.code not in _BEDROCKS_OWN),
    )
