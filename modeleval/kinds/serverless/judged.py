"""Collecting what SageMaker's judge reports: scores per record, of the model and its base model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from modeleval.artifacts import index_key
from modeleval.datasets.prompts import PromptEntry, PromptMatcher, read_prompt_index
from modeleval.digests import text_digest
from modeleval.errors import OutputUnusable
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.kinds.judge_output import contradicting, scores, silent_metrics
from modeleval.kinds.judge_results import JudgeScore, Reading, readings
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.kinds.serverless.base_result import earlier_base_result, reusable
from modeleval.kinds.serverless.outcome import ModelOutcome, Outcome, outcome_of, read_each
from modeleval.sagemaker.judge_results import (
    JudgeFiles,
    judge_files,
    read_judge_aggregate,
    read_judge_records,
)
from modeleval.scores.records import RecordScore
from modeleval.scores.results import parse_result

_TOLERANCE = 0.005
"""By how much SageMaker's own mean may differ from that of the records before it is told."""

ByMetric = Mapping[str, JudgeScore]


def collect_judged(job: JobContext, arn: str) -> Collected:
    """The record scores of the model and of its base model. Raises OutputUnusable."""
    outcome = outcome_of(job, arn)
    key = index_key(job.ref.run_id, job.evaluation, 0)
    index = list(read_prompt_index(job.services.objects.open(key).chunks))
    definitions = [CustomMetric.model_validate(one) for one in job.spec["customMetrics"]]
    metrics = [*job.spec["metrics"], *(metric.name for metric in definitions)]

    def read(model: ModelOutcome) -> tuple[Iterator[RecordScore], list[str]]:
        files = _files(model, outcome, job)
        found, told = _joined(files, index, job)
        read_as, doubts = readings(definitions, found.values())
        told += silent_metrics(metrics, found)
        told += doubts
        told += _differing(files, found, read_as, job)
        told = [f"{model.candidate}: {one}" if model.candidate else one for one in told]
        return scores(index, metrics, found, read_as, candidate=model.candidate), told

    models, lost = read_each(outcome, read)
    told = (one for _, (_, warnings) in models for one in warnings)
    earlier = earlier_base_result(job)
    return Collected(
        scores=chain(*(part for _, (part, _) in models), earlier.scores),
        warnings=[*outcome.warnings, *lost, *told, *earlier.warnings],
        reusable=reusable(job, models),
    )


def _files(model: ModelOutcome, outcome: Outcome, job: JobContext) -> JudgeFiles:
    files = judge_files(outcome.keys, training_job=model.training_job)
    if not files.records:
        raise OutputUnusable(
            f"The training job {model.training_job} succeeded and left no scores per record",
            where=f"s3://{job.services.objects.bucket}/{outcome.prefix}",
            action="Look at the training job's log; run the suite again.",
        )
    return files


def _joined(
    files: JudgeFiles, index: Sequence[PromptEntry], job: JobContext
) -> tuple[dict[str, ByMetric], list[str]]:
    """Each record's scores by metric, joined to the index by what was asked, never by order."""
    matcher = PromptMatcher(index)
    found: dict[str, ByMetric] = {}
    equal: dict[str, list[str]] = defaultdict(list)
    for key in files.records:
        for record in read_judge_records(job.services.objects.lines(key), where=key):
            entry = matcher.take(record.prompt)
            if entry is not None:
                by_metric: dict[str, JudgeScore] = {}
                for score in record.scores:
                    by_metric.setdefault(score.metric, score)
                found[entry.key] = by_metric
                equal[text_digest(entry.input_digest, record.response or "")].append(entry.key)
    if not found:
        raise OutputUnusable(
            f"None of the output's {matcher.strangers} records is one that was validated",
            action="Do not use this output: it is empty, or belongs to another dataset.",
        )
    warnings = []
    if matcher.strangers:
        warnings.append(f"{matcher.strangers} records of the output are not among those validated")
    metrics = sorted({name for of_record in found.values() for name in of_record})
    warnings += contradicting(equal.values(), metrics, found)
    if matcher.by_user_alone:
        warnings.append(
            f"{matcher.by_user_alone} records were recognised by the user's last message alone"
        )
    return found, warnings


def _differing(
    files: JudgeFiles,
    found: Mapping[str, ByMetric],
    read_as: Mapping[str, Reading],
    job: JobContext,
) -> Iterator[str]:
    """The cross-check: SageMaker's own mean per metric beside that of the records."""
    if files.aggregate is None:
        return
    data = job.services.objects.read(files.aggregate)
    for metric, theirs in read_judge_aggregate(data, where=files.aggregate).items():
        reading = read_as.get(metric, Reading())
        values = [
            value
            for of_record in found.values()
            if (score := of_record.get(metric)) and not reading.parse(score).not_applicable
            # As it was written: the service's mean is over that.
            if isinstance(value := parse_result(score.result, score.has_result).value, float)
        ]
        if not values or theirs.score is None:
            continue
        mean = sum(values) / len(values)
        if abs(mean - theirs.score) > _TOLERANCE:
            yield (
                f"{metric}: SageMaker's own mean is {theirs.score:.3f}, that of its records "
                f"{mean:.3f}; the records count"
            )
