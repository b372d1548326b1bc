"""What a judge writes for SageMaker: Bedrock's output per record, and a file of aggregates.

Below the evaluation's output path:

    <training job>/output/output/<Bedrock job>/[eval_results/]bedrock_llm_judge_results.json
    <Bedrock job>/<uuid>/models/…/<x>_output.jsonl

Prompts and responses are Python's `repr` of lists, in strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from modeleval.bedrock.outputs import OutputScore, UnreadableLine, read_output
from modeleval.errors import OutputUnusable
from modeleval.literals import read_literal
from modeleval.sagemaker.decoding import count, decode, finite
from modeleval.scores.metrics import metric_name

AGGREGATE_FILE = "bedrock_llm_judge_results.json"
_RECORDS = "_output.jsonl"
_INFERENCE = "inference_output.jsonl"


@dataclass(frozen=True, kw_only=True)
class JudgedScore:
    """One metric's score of one record; `metric` without "Builtin.".

    result is what the judge gave, or None. has_result is False where the service wrote none, or
    none that could be a score; None with has_result means that the metric does not apply.
    """

    metric: str
    result: float | str | None
    has_result: bool
    explanation: str | None
    judge: str | None


@dataclass(frozen=True, kw_only=True)
class JudgedRecord:
    """One record. `prompt` is as the file has it (`match_keys` reads it); `response` is text."""

    prompt: str
    response: str | None
    scores: tuple[JudgedScore, ...]


@dataclass(frozen=True, kw_only=True)
class JudgeAggregate:
    """One metric over all records, as the service aggregated it; None where it says nothing."""

    score: float | None
    std_deviation: float | None
    total: int | None
    passed: int | None
    failed: int | None


@dataclass(frozen=True, kw_only=True)
class JudgeFiles:
    """The keys of one judge step. bedrock_job: the evaluation job that the step started."""

    bedrock_job: str | None
    aggregate: str | None
    records: tuple[str, ...]


class _Aggregate(msgspec.Struct):
    score: Any = None
    std_deviation: Any = None
    total_evaluations: Any = None
    passed: Any = None
    failed: Any = None


class _AggregateFile(msgspec.Struct):
    results: dict[str, _Aggregate]


def read_judge_records(
    lines: Iterable[bytes], *, where: str | None = None
) -> Iterator[JudgedRecord]:
    """The records of one output file. Raises OutputUnusable, naming the line and `where`."""
    try:
        for record in read_output(lines):
            yield JudgedRecord(
                prompt=record.input_record.prompt,
                response=_text(record.response),
                scores=tuple(_score(score) for score in record.scores),
            )
    except UnreadableLine as error:
        what = f"The judge's output cannot be read: {error}"
        action = "Report it with the line's form; its content stays with you."
        raise OutputUnusable(what, where=where, action=action) from None


def read_judge_aggregate(data: bytes, *, where: str | None = None) -> dict[str, JudgeAggregate]:
    """The aggregates by metric, without "Builtin."; raises OutputUnusable."""
    document = decode(data, _AggregateFile)
    if document is None:
        what = "The judge's output is not a file of aggregates"
        action = "Look at the training job's log; run the suite again."
        raise OutputUnusable(what, where=where, action=action)
    return {
        metric_name(metric): JudgeAggregate(
            score=finite(found.score),
            std_deviation=finite(found.std_deviation),
            total=count(found.total_evaluations),
            passed=count(found.passed),
            failed=count(found.failed),
        )
        for metric, found in document.results.items()
    }


def judge_files(keys: Iterable[str], *, training_job: str) -> JudgeFiles:
    """The files of the judge step that ran as `training_job`, among all keys of the output path.

    The job's own folder names the Bedrock job, and that names the folder of the records. Where a
    file is missing, its key is.
    """
    own = re.compile(rf"(^|/){re.escape(training_job)}/output/output/(?P<job>[^/]+)/")
    job = aggregate = None
    outputs = []
    for key in keys:
        name = key.rsplit("/", 1)[-1]
        inside = own.search(key)
        if inside and (name == AGGREGATE_FILE or job is None):
            job = inside["job"]
            aggregate = key if name == AGGREGATE_FILE else aggregate
        if not inside and name.endswith(_RECORDS) and name != _INFERENCE:
            outputs.append(key)
    if job is None:
        return JudgeFiles(bedrock_job=None, aggregate=None, records=())
    below = re.compile(rf"(^|/){re.escape(job)}/")
    records = tuple(sorted(key for key in outputs if below.search(key)))
    return JudgeFiles(bedrock_job=job, aggregate=aggregate, records=records)


def _score(score: OutputScore) -> JudgedScore:
    present, result = score.has_result, score.result if score.has_result else None
    if isinstance(result, int | float):
        try:
            result = float(result)
        except OverflowError:
            present, result = False, None
    elif not isinstance(result, str | None):
        present, result = False, None
    return JudgedScore(
        metric=metric_name(score.metric_name),
        result=result,
        has_result=present,
        explanation=score.explanation,
        judge=score.judge,
    )


def _text(response: str | None) -> str | None:
    """A response without the list of one text that the service wraps it in."""
    literal = read_literal(response.strip()) if response else None
    if isinstance(literal, list) and len(literal) == 1 and isinstance(literal[0], str):
        return literal[0]
    return response
