"""Collecting what benchmarks and scorers report: aggregates of whole tasks and their subtasks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from modeleval.errors import OutputUnusable
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.kinds.serverless.base_result import earlier_base_result, reusable
from modeleval.kinds.serverless.outcome import ModelOutcome, Outcome, outcome_of, read_each
from modeleval.sagemaker.results import (
    SAYS,
    AggregateResult,
    read_benchmark_results,
    read_failure_count,
    read_note,
    results_file,
)
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction

_PERCENT = frozenset({"bleu"})
"""Metrics that go from 0 to 100; the others that SageMaker brings go from 0 to 1."""

Ranges = Mapping[str, tuple[float, float]]


def collect_tasks(
    job: JobContext,
    arn: str,
    *,
    known: Collection[str],
    lower_is_better: Collection[str] = (),
    records: int | None = None,
) -> Collected:
    """The aggregates of the model and of its base model.

    known: the metrics whose range is known. records: how many were to be scored, if that is known.
    Raises OutputUnusable if the model has no results, or a value that cannot be.
    """
    outcome = outcome_of(job, arn)
    found, lost = read_each(outcome, lambda model: _results(model, outcome, job, known))
    notes = {results.note: None for _, results in found if results.note}
    warnings = [*outcome.warnings, *lost, *(f"{SAYS}{note}" for note in notes)]
    aggregates: list[AggregateScore] = []
    for model, (results, failures, _) in found:
        whose = f" of the {model.candidate}" if model.candidate else ""
        if all(result.task is not None for result in results):
            warnings.append(f"The results{whose} hold no overall score, only those of their tasks")
        if failures:
            warnings.append(f"The scorer's function failed on {failures} records{whose}")
        counted = _Counted(records, failures)
        aggregates += _scores(results, model.candidate, known, lower_is_better, counted)
    earlier = earlier_base_result(job)
    return Collected(
        scores=iter(()),
        warnings=[*warnings, *earlier.warnings],
        # The suite may have turned a metric round since.
        aggregates=[
            *aggregates,
            *(
                replace(one, direction=_direction(one.metric, lower_is_better))
                for one in earlier.aggregates
            ),
        ],
        reusable=reusable(job, found),
    )


class _Counted(NamedTuple):
    """How many records were to be scored, if that is known, and on how many the scorer failed."""

    records: int | None
    failed: int


class _Results(NamedTuple):
    """A model's aggregates, on how many records the scorer failed, and what the file says."""

    aggregates: list[AggregateResult]
    failures: int
    note: str | None


def _results(
    model: ModelOutcome, outcome: Outcome, job: JobContext, known: Collection[str]
) -> _Results:
    folder = f"{outcome.prefix}{model.training_job}/"
    key = results_file(key for key in outcome.keys if key.startswith(folder))
    if key is None:
        raise OutputUnusable(
            f"The training job {model.training_job} succeeded and left no file of results",
            where=f"s3://{job.services.objects.bucket}/{folder}",
            action="Look at the training job's log; run the suite again.",
        )
    data = job.services.objects.read(key)
    results = read_benchmark_results(data, where=key)
    for result in results:
        _check_range(result, known, key)
    return _Results(results, read_failure_count(data, where=key) or 0, read_note(data))


def _check_range(result: AggregateResult, known: Collection[str], where: str) -> None:
    low, high = range_of(result.metric, known)
    if low is None or high is None or low <= result.value <= high:
        return
    raise OutputUnusable(
        f"{result.metric} is {result.value:g}, and its scale goes from {low:g} to {high:g}",
        where=where,
        action="Do not use this output; look at the training job's log.",
    )


def _scores(
    results: list[AggregateResult],
    candidate: str | None,
    known: Collection[str],
    lower_is_better: Collection[str],
    counted: _Counted,
) -> Iterator[AggregateScore]:
    for result in results:
        low, high = range_of(result.metric, known)
        whole = result.task is None
        yield AggregateScore(
            metric=result.metric,
            value=result.value,
            direction=_direction(result.metric, lower_is_better),
            standard_error=result.standard_error,
            category=result.task,
            candidate=candidate,
            minimum=low,
            maximum=high,
            records=counted.records if whole else None,
            unscored=counted.failed if whole and counted.records is not None else 0,
        )


def _direction(metric: str, lower_is_better: Collection[str]) -> Direction:
    return Direction.LOWER if metric in lower_is_better else Direction.HIGHER


def range_of(metric: str, known: Collection[str]) -> tuple[float | None, float | None]:
    """The ends of a metric's scale; None for one that is not among the `known`."""
    if metric not in known:
        return (None, None)
    return (0.0, 100.0) if metric in _PERCENT else (0.0, 1.0)
