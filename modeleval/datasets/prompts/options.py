"""What a caller says about a dataset of prompts before it is read, and the service's limits."""

from __future__ import annotations

from dataclasses import dataclass

# AWS names these in the documentation of serverless evaluation; none can be raised.
MAX_PROMPTS = 10_000
MAX_JUDGED_PROMPTS = 1_000
"""Judges go through Bedrock, which takes so many prompts per job."""
MAX_FILE_BYTES = 10 << 30
FEW_RECORDS = 10
RECOMMENDED_RECORDS = 100


@dataclass(frozen=True, kw_only=True)
class PromptOptions:
    """How one dataset is to be validated.

    source: how errors name the file, such as `s3://bucket/datasets/x.jsonl`.
    max_records: how many prompts one evaluation takes. reference_wanted: a record without a
    reference is a problem; scorers compare with it, judges need none. cluster_field: the field of
    the line whose value is the record's cluster.
    """

    source: str
    max_records: int
    reference_wanted: bool
    cluster_field: str | None = None
