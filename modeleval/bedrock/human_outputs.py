"""What a human evaluation job writes to S3: one line per record, with every worker's answers.

Read tolerantly, since AWS's pages differ among themselves (user guides of Bedrock, "Review a human
evaluation job", and of SageMaker, "Understand the results of a human evaluation job"): the rating
methods' keys begin in lower or in upper case, texts stand in `response` or in `text`, and prompts
are texts or objects with one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from modeleval.bedrock.outputs import UnreadableLine

_SMALLEST, _LARGEST = 1, 5
"""Of a Likert scale."""


class Rating(NamedTuple):
    """One worker's rating on one metric.

    value: of the response `response_id`; or of a pair, 0 to 1, how far the response `response_id`
    is preferred. None for what cannot be read.
    """

    method: str
    metric: str
    response_id: str
    value: float | None


class HumanRecord(NamedTuple):
    """One record of the output, as far as scores need it.

    responses: texts by their source's identifier. sources: identifiers by the id that ratings name.
    answers: each worker's, with the worker's id.
    """

    prompt: str
    reference: str | None
    responses: Mapping[str, str]
    sources: Mapping[str, str]
    answers: list[tuple[str, list[Rating]]]


def read_human_output(lines: Iterable[bytes]) -> Iterator[HumanRecord]:
    """Decode the records of one output file; raises UnreadableLine."""
    for number, line in enumerate(lines, start=1):
        try:
            yield _record(json.loads(line))
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableLine(number, type(error).__name__) from None


def _record(line: Mapping[str, Any]) -> HumanRecord:
    result, asked = line["humanEvaluationResult"], line["inputRecord"]
    given = line.get("modelResponses") or asked.get("modelResponses") or ()
    return HumanRecord(
        prompt=str(_text(asked["prompt"])),
        reference=_text(asked.get("referenceResponse")),
        responses={
            str(one["modelIdentifier"]): str(_text(one.get("response", one.get("text"))) or "")
            for one in given
        },
        sources={str(key): str(name) for key, name in result["modelResponseIdMap"].items()},
        answers=[
            (str(answer.get("workerId", number)), list(_ratings(answer)))
            for number, answer in enumerate(result.get("humanAnswers") or ())
        ],
    )


def _text(value: Any) -> str | None:
    """A text, or an object that holds one."""
    if isinstance(value, Mapping):
        value = value.get("text")
    return None if value is None else str(value)


def _ratings(answer: Mapping[str, Any]) -> Iterator[Rating]:
    results = answer["answerContent"]["evaluationResults"]
    for key, entries in results.items():
        method = f"{key[:1].upper()}{key[1:]}"
        read = _READERS.get(method)
        if read is not None:
            for entry in entries:
                for response_id, value in read(entry):
                    yield Rating(method, str(entry["metricName"]), response_id, value)


_Values = Iterator[tuple[str, float | None]]


def _thumbs(entry: Mapping[str, Any]) -> _Values:
    result = entry.get("result")
    value = float(result) if isinstance(result, bool) else _BY_WORD.get(str(result).lower())
    yield str(entry.get("modelResponseId", "0")), value


def _likert(entry: Mapping[str, Any]) -> _Values:
    yield str(entry.get("modelResponseId", "0")), _points(entry.get("result"))


def _compared_likert(entry: Mapping[str, Any]) -> _Values:
    """1 is the strongest preference for the left response, 5 for the right one."""
    points = _points(entry.get("result"))
    left = None if points is None else (_LARGEST - points) / (_LARGEST - _SMALLEST)
    yield str(entry.get("leftModelResponseId", "0")), left
    yield (
        str(entry.get("rightModelResponseId", "1")),
        None if left is None else 1 - left,
    )


def _choice(entry: Mapping[str, Any]) -> _Values:
    result = entry.get("result")
    chosen = result.get("modelResponseId") if isinstance(result, Mapping) else result
    if isinstance(chosen, bool):  # one entry per response
        yield str(entry.get("modelResponseId", "0")), float(chosen)
        return
    known = str(chosen) in ("0", "1")
    for response_id in ("0", "1"):
        yield response_id, float(str(chosen) == response_id) if known else None


def _rank(entry: Mapping[str, Any]) -> _Values:
    result = entry.get("result")
    ranks = result if isinstance(result, list) else [entry]
    for one in ranks:
        rank = _number(one.get("rank", one.get("result")))
        yield str(one.get("modelResponseId", "0")), rank if rank in (1, 2) else None


_BY_WORD = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
_READERS = {
    "ThumbsUpDown": _thumbs,
    "IndividualLikertScale": _likert,
    "ComparisonLikertScale": _compared_likert,
    "ComparisonChoice": _choice,
    "ComparisonRank": _rank,
}


def _points(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and _SMALLEST <= number <= _LARGEST else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
