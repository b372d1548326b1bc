"""The validation that a run of each kind makes, for a dataset that no run has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from modeleval.datasets import DatasetOptions, DatasetReport, validate
from modeleval.datasets.detect import JUDGE, SAGEMAKER_JUDGE, SCORER, DatasetFormat, first_example
from modeleval.datasets.prompts import (
    MAX_JUDGED_PROMPTS,
    MAX_PROMPTS,
    PromptOptions,
    validate_prompts,
)
from modeleval.scores.metrics import JUDGE_METRICS


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What a suite would say of the dataset; as `DatasetOptions` has it."""

    source: str
    identifier: str | None = None
    live: bool = False
    keep_thinking: bool = False
    allow_long_prompts: bool = False
    cluster_field: str | None = None


Check: TypeAlias = Callable[[Iterable[bytes], CheckOptions], DatasetReport]


def _check_judge(chunks: Iterable[bytes], options: CheckOptions) -> DatasetReport:
    wanting = tuple(name for name, metric in JUDGE_METRICS.items() if metric.uses_reference)
    asked = DatasetOptions(
        source=options.source,
        identifier=options.identifier,
        live=options.live,
        reference_wanted_by=wanting,
        keep_thinking=options.keep_thinking,
        allow_long_prompts=options.allow_long_prompts,
        cluster_field=options.cluster_field,
    )
    with Path(os.devnull).open("wb") as nowhere:
        return validate(chunks, asked, records=nowhere, index=nowhere)


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

    return check


CHECKS: dict[str, Check] = {
    JUDGE: _check_judge,
    SCORER: _prompt_check(MAX_PROMPTS, reference_wanted=True),
    SAGEMAKER_JUDGE: _prompt_check(MAX_JUDGED_PROMPTS, reference_wanted=False),
}
"""By kind of evaluation."""


def kind_for(found: DatasetFormat, head: bytes) -> str:
    """The kind that a dataset of that format, beginning with `head`, is probably meant for.

    Scorers compare with references: a dataset whose first record has none is for a judge.
    """
    example = first_example(found, head)
    compared = example is not None and bool((example.reference or "").strip())
    usual = SCORER if compared else SAGEMAKER_JUDGE
    return usual if usual in found.kinds else found.kinds[0]
