"""What a caller says about a dataset before it is read."""

from __future__ import annotations

from dataclasses import dataclass

# "(Evaluation) Number of prompts in a custom prompt dataset" and "Size of prompt", neither
# adjustable: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
MAX_RECORDS = 1000
MAX_PROMPT_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class DatasetOptions:
    """How one dataset is to be validated.

    source: how errors name the file, such as `s3://bucket/datasets/x.jsonl`.
    identifier: the `modelIdentifier` that every record must carry; None takes the first record's.
    live: a model gives the responses while the job runs; records need none.
    reference_wanted_by: names of the metrics that use `referenceResponse` when it is there.
    reference_required_by: names of what cannot do without `referenceResponse`.
    keep_thinking: leave `<thinking>` blocks in the responses instead of stripping them.
    allow_long_prompts: prompts over `MAX_PROMPT_BYTES` (UTF-8) are warned of, not refused.
    cluster_field: the field of the line whose value is the record's cluster. It may be `category`;
        any other field is read and not passed on to Bedrock.
    key_field: the field of the line whose text is the record's key, by which records of two runs
        are matched, in the place of what was asked. Every record has its own. It is read and not
        passed on, and so is `failed`: why a record has no response.
    max_records: how many records may be judged, by default in one job; None is no limit.
    """

    source: str
    identifier: str | None
    live: bool = False
    reference_wanted_by: tuple[str, ...] = ()
    reference_required_by: tuple[str, ...] = ()
    keep_thinking: bool = False
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    key_field: str | None = None
    max_records: int | None = MAX_RECORDS
