"""The validation that a run of each kind makes, for a dataset that no run has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from modeleval.datasets.detect import first_example
from modeleval.datasets.formats import (
    FUNCTION,
    GENERATE,
    HUMAN,
    JUDGE,
    LIVE,
    PROGRAMMATIC,
    REFERENCE,
    RETRIEVE,
    SAGEMAKER_JUDGE,
    SCORER,
    DatasetFormat,
)
from modeleval.datasets.human_format import HumanOptions, validate_human
from modeleval.datasets.options import MAX_RECORDS, DatasetOptions
from modeleval.datasets.prompts import (
    MAX_JUDGED_PROMPTS,
    MAX_PROMPTS,
    PromptOptions,
    validate_prompts,
)
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import validate
from modeleval.scores.metrics import JUDGE_METRICS, Metric, judge_metric
from modeleval.scores.rag_metrics import (
    CITATION_METRICS,
    GENERATE_METRICS,
    REFERENCE_NEEDED,
    RETRIEVE_METRICS,
    generate_metric,
    retrieve_metric,
)


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What a suite would say of the dataset; as `DatasetOptions` has it.

    metrics: the built-in ones that are asked for; none: whatever the data supports. identifiers:
    of the responses' (or outputs') source, of both where people compare two. jobs: how many a run
    may have, where a dataset is evaluated in several.
    """

    source: str
    metrics: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    live: bool = False
    keep_thinking: bool = False
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    key_field: str | None = None
    jobs: int = 1

    @property
    def max_records(self) -> int:
        """How many records a run evaluates, in jobs of the size that Bedrock takes."""
        return self.jobs * MAX_RECORDS

    @property
    def identifier(self) -> str | None:
        return self.identifiers[0] if self.identifiers else None


Validate: TypeAlias = Callable[[Iterable[bytes], CheckOptions], DatasetReport]


@dataclass(frozen=True, kw_only=True)
class Check:
    """How a kind validates. sources: how many identifiers it takes; metric: the names it knows;
    sharded: whether a dataset that is too large for a job becomes several."""

    run: Validate
    sources: int = 0
    metric: Callable[[str], Metric] | None = None
    sharded: bool = False

    def jobs_for(self, records: int) -> int:
        """How many jobs evaluate so many records at least."""
        return max(1, -(-records // MAX_RECORDS)) if self.sharded else 1


def _check_judge(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
    asked = [judge_metric(name) for name in options.metrics] or JUDGE_METRICS.values()
    read = DatasetOptions(
        source=options.source,
        identifier=options.identifier,
        live=options.live,
        reference_wanted_by=tuple(one.name for one in asked if one.uses_reference),
        keep_thinking=options.keep_thinking,
        allow_long_prompts=options.allow_long_prompts,
        cluster_field=options.cluster_field,
        key_field=options.key_field,
        max_records=options.max_records,
    )
    with Path(os.devnull).open("wb") as nowhere:
        return validate(chunks, read, records=nowhere, index=nowhere)


def _check_programmatic(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
    read = DatasetOptions(
        source=options.source,
        identifier=None,
        live=True,
        allow_long_prompts=options.allow_long_prompts,
        cluster_field=options.cluster_field,
        max_records=options.max_records,
    )
    with Path(os.devnull).open("wb") as nowhere:
        return validate(chunks, read, records=nowhere, index=nowhere)


def _check_precomputed(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
    """For scores that no service gives: nobody's limits hold."""
    read = DatasetOptions(
        source=options.source,
        identifier=options.identifier,
        keep_thinking=options.keep_thinking,
        allow_long_prompts=True,
        cluster_field=options.cluster_field,
        key_field=options.key_field,
        max_records=None,
    )
    with Path(os.devnull).open("wb") as nowhere:
        return validate(chunks, read, records=nowhere, index=nowhere)


def _check_human(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
    read = HumanOptions(
        source=options.source,
        identifiers=options.identifiers,
        live=options.live,
        keep_thinking=options.keep_thinking,
        allow_long_prompts=options.allow_long_prompts,
        cluster_field=options.cluster_field,
        key_field=options.key_field,
    )
    with Path(os.devnull).open("wb") as nowhere:
        return validate_human(chunks, read, records=nowhere, index=nowhere)


def _rag_check(*, retrieve: bool) -> Check:
    known = RETRIEVE_METRICS if retrieve else GENERATE_METRICS
    metric = retrieve_metric if retrieve else generate_metric

    def check(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
        asked = {metric(name).name for name in options.metrics}
        wanting = [
            n for n, one in known.items() if one.uses_reference and n not in REFERENCE_NEEDED
        ]
        read = RagOptions(
            source=options.source,
            retrieve=retrieve,
            identifier=options.identifier,
            live=options.live,
            reference_wanted_by=tuple(
                n for n in known if n in wanting and (n in asked or not asked)
            ),
            reference_needed_by=tuple(n for n in REFERENCE_NEEDED if n in asked),
            citations_needed_by=tuple(n for n in CITATION_METRICS if n in asked),
            keep_thinking=options.keep_thinking,
            allow_long_prompts=options.allow_long_prompts,
            cluster_field=options.cluster_field,
            max_records=options.max_records,
        )
        with Path(os.devnull).open("wb") as nowhere:
            return validate_rag(chunks, read, records=nowhere, index=nowhere)

    return Check(run=check, sources=1, metric=metric, sharded=True)


def _prompt_check(limit: int, *, reference_wanted: bool) -> Check:
    def check(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
        asked = PromptOptions(
            source=options.source,
            max_records=limit,
            reference_wanted=reference_wanted,
            cluster_field=options.cluster_field,
        )
        with Path(os.devnull).open("wb") as nowhere:
            return validate_prompts(chunks, asked, records=nowhere, index=nowhere)

    return Check(run=check)


CHECKS: dict[str, Check] = {
    JUDGE: Check(run=_check_judge, sources=1, metric=judge_metric, sharded=True),
    HUMAN: Check(run=_check_human, sources=2),
    PROGRAMMATIC: Check(run=_check_programmatic, sharded=True),
    REFERENCE: Check(run=_check_precomputed, sources=1),
    FUNCTION: Check(run=_check_precomputed, sources=1),
    RETRIEVE: _rag_check(retrieve=True),
    GENERATE: _rag_check(retrieve=False),
    SCORER: _prompt_check(MAX_PROMPTS, reference_wanted=True),
    SAGEMAKER_JUDGE: _prompt_check(MAX_JUDGED_PROMPTS, reference_wanted=False),
}
"""By kind of evaluation: another kind is another row."""


def is_live(found: DatasetFormat | None, identifiers: tuple[str, ...]) -> bool:
    """Whether a dataset of that format waits for responses that the service is to ask for."""
    return found in LIVE and not identifiers


def kind_for(found: DatasetFormat, head: bytes) -> str:
    """The kind that a dataset of that format, beginning with `head`, is probably meant for.

    Scorers compare with references: a dataset whose first record has none is for a judge.
    """
    example = first_example(found, head)
    compared = example is not None and bool((example.reference or "").strip())
    usual = SCORER if compared else SAGEMAKER_JUDGE
    return usual if usual in found.kinds else found.kinds[0]
