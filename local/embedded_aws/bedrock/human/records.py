"""Reading the dataset of a job with human workers.

User guide, "Create a custom prompt dataset for a model evaluation job that uses human workers":
precomputed responses are one or two per line, of the same sources on every line.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from embedded_aws.bedrock import dataset
from embedded_aws.bedrock.dataset import DatasetError, Record, parsed_lines

_FIELD = "modelResponses"


class Given(NamedTuple):
    """A record, and the responses that its line has, by source."""

    record: Record
    responses: dict[str, str]


def read(data: bytes, sources: list[str], prompt_bytes: int) -> list[Given]:
    """All records; ``sources`` are the precomputed ones. Raises DatasetError."""
    if not sources:
        return [Given(record, {}) for record in dataset.read(data, None, prompt_bytes)]
    lines = list(parsed_lines(data))
    bare = [{key: value for key, value in line.items() if key != _FIELD} for _, line in lines]
    plain = "\n".join(json.dumps(line) for line in bare).encode()
    records = dataset.read(plain, None, prompt_bytes)
    return [
        Given(
            Record(line, record.prompt, record.reference, None), _responses(line, sources, number)
        )
        for (number, line), record in zip(lines, records, strict=True)
    ]


def _responses(line: dict[str, Any], sources: list[str], number: int) -> dict[str, str]:
    given = line.get(_FIELD)
    if not isinstance(given, list) or len(given) != len(sources):
        raise DatasetError(f"Line {number}: {_FIELD} must have exactly {len(sources)} entries")
    found: dict[str, str] = {}
    for entry in given:
        response, source = (
            (entry.get("response"), entry.get("modelIdentifier"))
            if isinstance(entry, dict)
            else (None, None)
        )
        if not isinstance(response, str) or not isinstance(source, str):
            raise DatasetError(
                f"Line {number}: {_FIELD} needs a response and a modelIdentifier in each entry"
            )
        found[source] = response
    if set(found) != set(sources):
        raise DatasetError(f"Line {number}: the sources are not the job's inference sources")
    return found
