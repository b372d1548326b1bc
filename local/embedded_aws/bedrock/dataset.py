"""Reading a job's prompt dataset, with the limits of the user guide.

"Create a custom prompt dataset" and "Prompt dataset ... using your own inference response data":
JSON Lines, at most 1000 records; with precomputed responses exactly one per record, all of the one
model that the job names. A violation fails the whole job.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_RECORDS = 1000


class DatasetError(Exception):
    """Why a job cannot read its dataset; the text becomes the job's failure message."""


@dataclass(frozen=True)
class Record:
    """One line: as it was, and its parts. ``response`` is None where a model must still answer."""

    line: dict[str, Any]
    prompt: str
    reference: str | None
    response: str | None


def read(data: bytes, source: str | None, prompt_bytes: int) -> list[Record]:
    """All records of a dataset; ``source`` is the precomputed inference source, if there is one."""
    records: list[Record] = []
    for number, line in parsed_lines(data):
        if len(records) == MAX_RECORDS:
            raise DatasetError(f"The dataset has more than {MAX_RECORDS} records")
        try:
            records.append(_record(line, source, prompt_bytes))
        except DatasetError as error:
            raise DatasetError(f"Line {number}: {error}") from None
    if not records:
        raise DatasetError("The dataset has no records")
    return records


def parsed_lines(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines that are not blank, by their numbers, each a JSON object."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise DatasetError("The dataset is not valid UTF-8") from None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _parsed(line, number)


def _parsed(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        raise DatasetError(f"Line {number}: not valid JSON") from None
    if not isinstance(line, dict):
        raise DatasetError(f"Line {number}: not a JSON object")
    return line


def _record(line: dict[str, Any], source: str | None, prompt_bytes: int) -> Record:
    prompt = line.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise DatasetError("dataset entry prompt is not in the expected format")
    if len(prompt.encode()) > prompt_bytes:
        raise DatasetError(f"the prompt is longer than {prompt_bytes} bytes")
    for name in ("referenceResponse", "category"):
        if name in line and not isinstance(line[name], str):
            raise DatasetError(f"{name} is not a string")
    if source is None and "modelResponses" in line:
        raise DatasetError("modelResponses is not allowed where a model generates the responses")
    response = _response(line, source) if source else None
    return Record(line, prompt, line.get("referenceResponse"), response)


def _response(line: dict[str, Any], source: str) -> str:
    responses = line.get("modelResponses")
    if not isinstance(responses, list) or len(responses) != 1 or not isinstance(responses[0], dict):
        raise DatasetError("modelResponses must have exactly one entry")
    response, identifier = responses[0].get("response"), responses[0].get("modelIdentifier")
    if not isinstance(response, str) or not isinstance(identifier, str):
        raise DatasetError("modelResponses needs a response and a modelIdentifier")
    if identifier != source:
        raise DatasetError("modelIdentifier is not the job's inferenceSourceIdentifier")
    return response
