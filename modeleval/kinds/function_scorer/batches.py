"""Records as a scorer sees them: SageMaker's reward-function contract, several samples at a time.

A sample is the dataset's own line, with `id`, the conversation as `messages`, and the reference as
`reference_answer`: what SageMaker's custom scorers are given for a dataset of prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.kinds.precomputed.dataset import Answered

MOST_BYTES = 5_000_000
"""Lambda takes 6 MB in one synchronous invocation."""


class Batch(NamedTuple):
    """The ids of the samples of one invocation, and its payload: a JSON list."""

    ids: Sequence[str]
    payload: bytes


def batches_of(records: Sequence[Answered], size: int) -> Iterator[Batch]:
    """At most `size` records each, fewer where they are long; the same ones each time."""
    ids: list[str] = []
    samples: list[bytes] = []
    length = 0
    for record in records:
        if record.response is None:
            continue
        sample = msgspec.json.encode(sample_of(record))
        if ids and (len(ids) == size or length + len(sample) > MOST_BYTES):
            yield _batch(ids, samples)
            ids, samples, length = [], [], 0
        ids.append(record.entry.key)
        samples.append(sample)
        length += len(sample) + 1
    if ids:
        yield _batch(ids, samples)


def _batch(ids: Sequence[str], samples: Sequence[bytes]) -> Batch:
    return Batch(tuple(ids), b"[" + b",".join(samples) + b"]")


def sample_of(record: Answered) -> dict[str, Any]:
    line: dict[str, Any] = msgspec.json.decode(record.line)
    return {
        **line,
        "id": record.entry.key,
        "messages": [
            {"role": "user", "content": record.prompt},
            {"role": "assistant", "content": record.response},
        ],
        "reference_answer": record.reference,
    }
